"""Sliders of the axes that a slice cuts: where each is cut, by mouse, wheel, keys or typing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.controls.number_edit import NumberEdit
from tauscope.widgets.controls.numbers import parse_number
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.controls.track import Track
from tauscope.widgets.labs.ufie.names import AXES, MODES
from tauscope.widgets.state import SliceOptions

ROW = 28
MARGIN = 8
_GAP = 10
_LEAST = 118
_NAME = 16
_STEP = 120


class AxisTrack(Track):
    """Track over the indices of one axis; no panel scrolls under it, so the wheel needs no focus."""

    def step(self, count: float) -> None:
        """Go so many sites on, as the arrow keys do."""
        self._step_to(self.scale.stepped(self.number, count))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step by site."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        self._wheel += delta
        count = int(self._wheel / _STEP)
        self._wheel -= count * _STEP
        if count:
            self.step(float(count))
        event.accept()


class AxisSlider(QWidget):
    """One axis: its name, a track, and its index as a number that can be typed.

    Parameters
    ----------
    name : str
        Axis.

    Signals
    -------
    edited(index, phase)
        As `Track.edited`; a typed index is a ``commit``.
    """

    edited = Signal(int, str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self._size = 2
        self._index = 0
        self._last = False
        self._told: tuple[str, int] | None = None
        self.track = AxisTrack(Scale(0.0, 1.0, whole=True), None, f"Index along {name}")
        self.number = NumberEdit("of 2", theme.TEXT_SIZE)
        self.number.setProperty("role", "hero")
        self.number.setAccessibleName(f"Index along {name}, typed")
        self.number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(_NAME, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.track, 1)
        row.addWidget(self.number)
        self.track.edited.connect(lambda value, phase: self.edited.emit(round(value), phase))
        self.number.returnPressed.connect(self._typed)
        self.number.stepped.connect(self.track.step)
        self.number.reverted.connect(self._show)
        self.number.left.connect(self._left)

    @property
    def size_along(self) -> int:
        """Sites along the axis."""
        return self._size

    @property
    def index(self) -> int:
        """Index shown."""
        return self._index

    def set_size(self, size: int) -> None:
        """Sites along the axis, 2 or more."""
        if size == self._size:
            return
        self._size = size
        self.track.set_scale(Scale(0.0, float(size - 1), whole=True))
        self.number.set_unit(f"of {size}")
        digits = QFontMetricsF(self.number.font()).horizontalAdvance("8" * len(str(size - 1)))
        unit = QFontMetricsF(theme.text_font(theme.SMALL_SIZE)).horizontalAdvance(f"of {size}")
        self.number.setFixedWidth(round(digits + unit) + 26)
        self._show()

    def set_index(self, index: int) -> None:
        """Show an index of the model; emits nothing."""
        self._index = min(max(index, 0), self._size - 1)
        self.track.set_number(float(self._index))
        if not (self.number.hasFocus() and self.number.isModified()):
            self._show()

    def set_last(self, last: bool) -> None:
        """Mark the axis that the keys and the wheel over the picture move."""
        if last != self._last:
            self._last = last
            self.update()

    def set_reason(self, reason: str) -> None:
        """Disable it and say why, or enable it with ""."""
        if (reason, self._size) == self._told:
            return
        self._told = reason, self._size
        self.setEnabled(not reason)
        last = self._size - 1
        tip = reason or (
            f"Where {self.name} is cut: index 0 to {last}.\n"
            "Drag, wheel, arrow keys, Home and End, or type the index.\n"
            "Over the picture Shift+wheel and Page Up / Page Down move the axis that was moved last."
        )
        for widget in (self, self.track, self.number):
            widget.setToolTip(tip)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Name of the axis, in the accent where the keys move it."""
        colors = theme.current()
        painter = QPainter(self)
        font = theme.text_font(theme.TEXT_SIZE)
        font.setBold(True)
        painter.setFont(font)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        painter.setPen(QColor(colors.ink(colors.accent) if self._last and self.isEnabled() else colors.text))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, _NAME, self.height()), int(align), self.name)

    def _typed(self) -> None:
        try:
            value = parse_number(self.number.text().removesuffix(f"of {self._size}"))
            good = value == int(value) and 0 <= value < self._size
        except (BadInput, OverflowError, ValueError):
            good = False
        if not good:
            self._mark(f"Must be a whole number from 0 to {self._size - 1}.")
            return
        self._mark("")
        self.number.setModified(False)
        if int(value) != self._index:
            self.edited.emit(int(value), "commit")
        self._show()
        self.number.finished()

    def _left(self) -> None:
        if self.number.isModified():
            self._typed()
        self._show()

    def _show(self) -> None:
        self.number.setText(str(self._index))
        self.number.setModified(False)
        self._mark("")

    def _mark(self, why: str) -> None:
        state = "error" if why else ""
        if self.number.property("state") != state:
            self.number.setProperty("state", state)
            self.number.style().unpolish(self.number)
            self.number.style().polish(self.number)
        self.number.setToolTip(why or self.toolTip())


class SliceSliders(QWidget):
    """A slider for each axis that is cut, in as many columns as fit; axes of one site are folded away.

    Signals
    -------
    index_wished(axis, index, phase)
        The user wants an axis (its number) cut elsewhere.
    rows_changed()
        Another height is needed.
    """

    index_wished = Signal(int, int, str)
    rows_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: tuple[int, ...] = (1,) * len(AXES)
        self._options = SliceOptions()
        self._last = -1
        self._columns = 0
        self.items = [AxisSlider(name, self) for name in AXES]
        for axis, item in enumerate(self.items):
            item.edited.connect(lambda index, phase, axis=axis: self._wish(axis, index, phase))
            for widget in (item.track, item.number):
                widget.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._arrange()

    @property
    def shown(self) -> tuple[int, ...]:
        """Numbers of the axes that have a slider: cut, and of more than one site."""
        return tuple(
            axis for axis, size in enumerate(self._shape) if size > 1 and AXES[axis] not in self._options.axes
        )

    @property
    def last(self) -> int | None:
        """Axis moved last, which the keys over the picture move, or None where none can be moved."""
        shown = self.shown
        if not shown or self._options.mode != "index":
            return None
        return self._last if self._last in shown else shown[-1]

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Sites along the nine axes."""
        self._shape = tuple(shape)
        self._arrange()

    def set_slice(self, options: SliceOptions) -> None:
        """Show a slice; emits nothing."""
        self._options = options
        self._arrange()

    def step(self, count: float) -> bool:
        """Move the axis moved last by so many sites; False where none can be moved."""
        axis = self.last
        if axis is None:
            return False
        self.items[axis].track.step(count)
        return True

    def finish(self) -> None:
        """End a burst of steps."""
        for item in self.items:
            item.track.stepping.finish()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember which axis has the focus."""
        if event.type() == QEvent.Type.FocusIn:
            self._touch(next(a for a, item in enumerate(self.items) if watched in (item.track, item.number)))
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the sliders anew."""
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        """As high as the rows are."""
        return QSize(2 * MARGIN + _LEAST, self._rows() * ROW + (MARGIN if self.shown else 0))

    def minimumSizeHint(self) -> QSize:
        """Room for one slider across."""
        return self.sizeHint()

    def rows_height(self, width: int) -> int:
        """Height that a width asks for."""
        count = len(self.shown)
        return -(-count // self._most(width)) * ROW + (MARGIN if count else 0)

    def _most(self, width: int) -> int:
        return max((width - 2 * MARGIN + _GAP) // (_LEAST + _GAP), 1)

    def _rows(self) -> int:
        return -(-len(self.shown) // self._most(self.width()))

    def _arrange(self) -> None:
        projected = self._options.mode != "index"
        name = MODES[self._options.mode][0]
        reason = f"{name} goes along all of this axis; choose Cut to see one index." if projected else ""
        shown = self.shown
        for axis, item in enumerate(self.items):
            item.setVisible(axis in shown)
            if axis in shown:
                item.set_size(self._shape[axis])
                item.set_index(self._options.index[axis])
                item.set_reason(reason)
        self._mark()
        self._place()

    def _place(self) -> None:
        shown, rows = self.shown, self._rows()
        if self.maximumHeight() != self.sizeHint().height():
            self.setFixedHeight(self.sizeHint().height())
            self.rows_changed.emit()
        if not shown:
            return
        columns = -(-len(shown) // rows)
        wide = (self.width() - 2 * MARGIN + _GAP) / columns
        for place, axis in enumerate(shown):
            row, column = divmod(place, columns)
            left = round(MARGIN + column * wide)
            right = round(MARGIN + (column + 1) * wide) - _GAP
            self.items[axis].setGeometry(left, row * ROW, right - left, ROW)

    def _touch(self, axis: int) -> None:
        self._last = axis
        self._mark()

    def _mark(self) -> None:
        last = self.last
        for axis, item in enumerate(self.items):
            item.set_last(axis == last)

    def _wish(self, axis: int, index: int, phase: str) -> None:
        self._touch(axis)
        self.index_wished.emit(axis, index, phase)
