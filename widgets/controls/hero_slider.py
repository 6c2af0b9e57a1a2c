"""Hero slider: a large slider with symbol, exact value, unit, range and a tick at the default."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QWidget

from tauscope.engine.errors import BadInput
from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_edit import short_unit
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.controls.numbers import MINUS, format_value, parse_number
from tauscope.widgets.controls.scale import Scale
from tauscope.widgets.controls.track import Track
from tauscope.widgets.texts import set_role

_SYMBOL_LETTERS = 3


def split_label(label: str) -> tuple[str, str]:
    """Symbol and name of a label: ``Capacity C`` is C, Capacity; a label without a symbol is its own."""
    name, _, last = label.rpartition(" ")
    if name and len(last) <= _SYMBOL_LETTERS and not last.isdigit():
        return last, name
    return label, ""


class RangeEnd(QLabel):
    """One end of a slider's range; a double click lets it be typed.

    Signals
    -------
    changed(value)
        A new end was typed.
    """

    changed = Signal(float)

    def __init__(self, name: str, align: Qt.AlignmentFlag) -> None:
        super().__init__()
        self._value = 0.0
        self._editor: QLineEdit | None = None
        set_role(self, "small")
        self.setFont(theme.text_font(10))
        self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(f"{name} of the slider's range: double-click to change it")
        self.setAccessibleName(name)

    def set_value(self, value: float) -> None:
        """Show an end."""
        self._value = value
        self.setText(f"{value:.6g}".replace("-", MINUS))

    def begin(self) -> QLineEdit:
        """Open the line for typing over the label and its neighbourhood."""
        parent = self.parentWidget()
        editor = QLineEdit(format_value(self._value), parent)
        editor.setAccessibleName(self.accessibleName())
        width = max(self.width(), 72)
        right = bool(self.alignment() & Qt.AlignmentFlag.AlignRight)
        left = self.geometry().right() - width + 1 if right else self.x()
        editor.setGeometry(left, self.y() - 4, width, 24)
        editor.returnPressed.connect(self._take)
        editor.editingFinished.connect(self._close)
        editor.selectAll()
        editor.show()
        editor.raise_()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor = editor
        return editor

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Type a new end."""
        self.begin()

    def _take(self) -> None:
        if self._editor is None:
            return
        try:
            value = parse_number(self._editor.text())
        except BadInput:
            return  # no number yet; leaving the field brings the value in force back
        if value != self._value:
            self.changed.emit(value)

    def _close(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.hide()
            editor.deleteLater()


class HeroSlider(QWidget):
    """Large slider of one parameter.

    Parameters
    ----------
    label : str
        Such as ``Capacity C``; a short last word is shown as the symbol.
    unit : str
        Unit, ``"1"`` for none.
    scale : Scale
        Range of the track.
    default : float or None
        Default value: the tick, and what a reset returns to.
    bounds : Bounds
        Hard bounds of typing and of the range.
    description : str
        Tooltip.

    Signals
    -------
    edited(value, phase)
        ``press``, ``drag``, …, ``release`` or ``cancel`` of a drag; ``commit`` of a typed value.
    reset_requested()
        Back to the default.
    """

    edited = Signal(float, str)
    reset_requested = Signal()

    def __init__(
        self,
        label: str,
        unit: str,
        scale: Scale,
        default: float | None,
        bounds: Bounds | None = None,
        description: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._own_scale, self._bounds, self._default = scale, bounds or Bounds(), default
        symbol, name = split_label(label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(_tip(label, unit, default, description))
        self.symbol = QLabel(symbol)
        self.symbol.setFont(theme.text_font(14 if name else 12, semibold=True))
        self.name = QLabel(name)
        set_role(self.name, "small")
        self.name.setFont(theme.text_font(10))
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.value = NumberField(
            unit, self._bounds, scale, whole=scale.whole, name=label, size=theme.VALUE_SIZE
        )
        self.value.edit.setProperty("role", "hero")
        self.value.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.track = Track(scale, default, label)
        self.back = Button("", "back-to-default", "Back to the default", "ghost")
        self.low = RangeEnd("Low end", Qt.AlignmentFlag.AlignLeft)
        self.high = RangeEnd("High end", Qt.AlignmentFlag.AlignRight)
        self._lay_out()
        self._connect()
        self._show_range()
        self._model: float | None = None
        self._number = self.track.number
        self.set_value(self._number)

    @property
    def number(self) -> float:
        """Value in force."""
        return self._number

    def set_value(self, value: float) -> None:
        """Show a value of the model; emits nothing."""
        self.track.set_number(value)
        if self.track.dragging:
            self._model = value
            return
        self._number = value
        self.value.set_value(value)
        self.back.setVisible(self._default is not None and value != self._default)

    def set_default(self, default: float | None) -> None:
        """Move the tick and what a reset returns to."""
        self._default = default
        self.track.set_default(default)
        self.back.setVisible(default is not None and self._number != default)

    def set_owner(self, title: str) -> None:
        """Say whose parameter it is, where those of several stand together."""
        self.name.setText(" · ".join(part for part in (self.name.text(), title) if part))

    def set_error(self, message: str) -> None:
        """Say what is wrong beneath the value; "" takes it back."""
        self.value.set_error(message)

    def set_range(self, low: float, high: float) -> bool:
        """Change the range of the track, within the hard bounds; False if it is empty."""
        own = self._own_scale
        low = max(low, self._bounds.low) if self._bounds.low is not None else low
        high = min(high, self._bounds.high) if self._bounds.high is not None else high
        if not low < high or (own.log and low <= 0):
            return False
        self.track.set_scale(Scale(low, high, own.log, own.whole))
        self.value.set_scale(self.track.scale)
        self._show_range()
        return True

    def reset_range(self) -> None:
        """Return to the range that the parameter came with."""
        self.set_range(self._own_scale.low, self._own_scale.high)

    def make_menu(self) -> QMenu:
        """Context menu: reset, and the range."""
        menu = QMenu(self)
        reset = menu.addAction("Back to the default", self.reset_requested.emit)
        reset.setEnabled(self.back.isVisibleTo(self))
        menu.addAction("Type a value", lambda: self.value.edit.setFocus(Qt.FocusReason.OtherFocusReason))
        menu.addSeparator()
        menu.addAction("Change the low end…", self.low.begin)
        menu.addAction("Change the high end…", self.high.begin)
        menu.addAction("Range as it was", self.reset_range).setEnabled(self.track.scale != self._own_scale)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu."""
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos() if event.globalPos() != QPoint() else self.mapToGlobal(QPoint(0, 0)))

    def sizeHint(self) -> QSize:
        """As wide as the column, three short rows high."""
        return QSize(200, super().sizeHint().height())

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.symbol)
        self.back.setFixedSize(20, 20)
        top.addWidget(self.back)
        top.addWidget(self.value, 1)
        ends = QGridLayout()
        ends.setContentsMargins(0, 0, 0, 0)
        ends.addWidget(self.low, 0, 0)
        ends.addWidget(self.name, 0, 1)
        ends.addWidget(self.high, 0, 2)
        ends.setColumnStretch(1, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(0)
        grid.addLayout(top, 0, 0)
        # The sentence takes the whole width here, not only the field's.
        grid.addWidget(self.value.message, 1, 0)
        grid.addWidget(self.track, 2, 0)
        grid.addLayout(ends, 3, 0)

    def _connect(self) -> None:
        self.track.edited.connect(self._edited)
        self.value.edited.connect(self._edited)
        self.back.clicked.connect(self.reset_requested)
        self.low.changed.connect(lambda low: self.set_range(low, self.track.scale.high))
        self.high.changed.connect(lambda high: self.set_range(self.track.scale.low, high))

    def _edited(self, value: float, phase: str) -> None:
        """Keep track and figures together, then tell."""
        self._number = value
        if phase == "press":
            self._model = None
        if self.sender() is self.track:
            self.value.set_value(value)
        else:
            self.track.set_number(value)
        self.back.setVisible(self._default is not None and value != self._default)
        self.edited.emit(value, phase)
        if phase in ("release", "cancel") and self._model is not None and self._model != self._number:
            # The model had another answer while the mouse was down.
            self._number = self._model
            self.value.set_value(self._model)
            self.back.setVisible(self._default is not None and self._model != self._default)

    def _show_range(self) -> None:
        self.low.set_value(self.track.scale.low)
        self.high.set_value(self.track.scale.high)


def _tip(label: str, unit: str, default: float | None, description: str) -> str:
    parts = [label + (f", {short_unit(unit)}" if short_unit(unit) else "")]
    if description:
        parts.append(description)
    if default is not None:
        parts.append(f"Default {format_value(default)}.")
    return "\n".join(parts)
