"""Active bricks: how many are there and where, their thresholds, and what the wave takes of memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, measured, plural
from tauscope.widgets.buttons import CheckBox
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.labs.ufie.memory_bar import MemoryBar
from tauscope.widgets.plots.chart import Chart, Curve, Pane, scrolled
from tauscope.widgets.texts import Caption, Elided, Label

Floats = npt.NDArray[np.float64]

OFF = "All bricks are there. With active bricks only those stay where the amplitude is high."
RESTART = "A change starts the run again at tick 0."
NO_HISTORY = "The number of bricks appears here as the run goes on."
WIDE = 370
"""Width from which map and history stand beside the numbers."""
NARROW = 24
"""Pixels that each side of the map has at least, however long the plane is."""


@dataclass(frozen=True)
class BricksData:
    """Active bricks as they are shown.

    Parameters
    ----------
    present, total : int
        Bricks that are there, and of the whole torus.
    sites : int
        Sites of those that are there.
    grown, pruned, changes : int
        Bricks added and taken away, and looks at which any were.
    energy : float
        Part of W_geom booked with it.
    ticks, numbers : float64 arrays [n]
        History: ticks, and bricks at them.
    share : float64 array [n_up, n_across] or None
        Share that is there behind each pixel of a slice.
    axes : (str, str)
        Axes of that slice.
    """

    present: int
    total: int
    sites: int
    grown: int
    pruned: int
    changes: int
    energy: float
    ticks: Floats
    numbers: Floats
    share: Floats | None
    axes: tuple[str, str]


class BrickMap(QWidget):
    """Which bricks are there behind the plane of the slice: bright where all are, dark where none is."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("brick_map")
        self.share: Floats | None = None
        self.axes = ("", "")
        self.setMinimumSize(80, 70)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("Bricks behind the plane of the slice: full colour, all are there; ground, none")

    def sizeHint(self) -> QSize:
        """A small picture."""
        return QSize(130, 120)

    def set_share(self, share: Floats | None, axes: tuple[str, str]) -> None:
        """Show shares [n_up, n_across], 0 to 1, with the names of the axes across and up."""
        same = share is not None and self.share is not None and np.array_equal(share, self.share)
        if same and axes == self.axes:
            return
        self.share, self.axes = share, axes
        self.update()

    def picture(self) -> QRectF:
        """Where the picture lies in the widget: pixels are square, unless the plane is long and narrow."""
        room = QRectF(self.rect()).adjusted(14, 2, -2, -16)
        if self.share is None:
            return room
        rows, columns = self.share.shape
        side = min(room.width() / columns, room.height() / rows)
        width = min(max(side * columns, NARROW), room.width())
        height = min(max(side * rows, NARROW), room.height())
        return QRectF(room.left(), room.bottom() - height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Map with the names of its axes."""
        if self.share is None:
            return
        painter, colors, place = QPainter(self), theme.current(), self.picture()
        ground, full = QColor(colors.line), QColor(colors.accent)
        ends = np.array([[c.red(), c.green(), c.blue()] for c in (ground, full)], np.float64)
        part = self.share[::-1, :, None]
        values = np.ascontiguousarray((ends[0] + part * (ends[1] - ends[0])).astype(np.uint8))
        rows, columns = self.share.shape
        image = QImage(values.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        painter.drawImage(place, image)
        painter.setPen(QColor(colors.muted))
        painter.setFont(theme.text_font(theme.SMALL_SIZE))
        below = QRectF(place.left(), place.bottom() + 1, place.width(), 15)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.axes[0])
        beside = QRectF(place.left() - 14, place.top(), 13, place.height())
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self.axes[1])


class BricksPanel(QWidget):
    """Bricks dock.

    Signals
    -------
    edited(path, value)
        A parameter of ``active`` is to be changed; the run starts again.
    overlay_toggled(shown)
        Absent bricks are to be marked on the slices, or not.
    """

    edited = Signal(str, object)
    overlay_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bricks")
        self.data: BricksData | None = None
        self.active = CheckBox("Active bricks")
        self.active.setToolTip(f"Keep only bricks where the amplitude is high. {RESTART}")
        self.active.clicked.connect(lambda on: self.edited.emit("active.on", bool(on)))
        self.overlay = CheckBox("Mark on slices")
        self.overlay.setToolTip("Hatch on the slices what lies in bricks that are not there")
        self.overlay.setChecked(True)
        self.overlay.toggled.connect(self.overlay_toggled)
        self.fields = {
            "active.grow_above": self._field(
                "grow_above", "|Ψ| above which a brick and those beside it grow."
            ),
            "active.prune_below": self._field("prune_below", "|Ψ| below which a brick may go."),
        }
        self.numbers, self.events = Label(wrap=True), Caption(wrap=True)
        self.restart = Caption(RESTART, wrap=True)
        self.restart.setFont(theme.text_font(theme.SMALL_SIZE))
        self.memory = MemoryBar()
        self.map = BrickMap()
        self.chart = Chart(NO_HISTORY)
        self.title = Elided(ink="muted")
        self._build()
        self.set_data(None)

    def _field(self, name: str, tip: str) -> NumberField:
        field = NumberField("", Bounds(0.0, 1e6, open_low=name == "grow_above"), name=name)
        field.setToolTip(f"{tip} {RESTART}")

        def changed(value: float, phase: str) -> None:
            if phase in ("commit", "release"):
                self.edited.emit(f"active.{name}", value)

        field.edited.connect(changed)
        return field

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.active, 0, 0, 1, 2)
        grid.addWidget(self.overlay, 1, 0, 1, 2)
        for row, (text, field) in enumerate(
            (
                ("grow above", self.fields["active.grow_above"]),
                ("prune below", self.fields["active.prune_below"]),
            ),
            2,
        ):
            grid.addWidget(Caption(text), row, 0)
            grid.addWidget(field, row, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(5)
        column.addWidget(self.numbers)
        column.addWidget(self.events)
        column.addLayout(grid)
        column.addWidget(self.restart)
        column.addWidget(self.memory)
        column.addStretch(1)
        self.scene = QWidget()
        right = QVBoxLayout(self.scene)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(2)
        right.addWidget(self.title)
        right.addWidget(self.map, 3)
        right.addWidget(scrolled(self.chart), 2)
        area = scrolled(left)
        area.setMinimumHeight(90)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(10, 8, 6, 8)
        self._box.setSpacing(8)
        self._box.addWidget(area, 1)
        self._box.addWidget(self.scene, 1)

    def sizeHint(self) -> QSize:
        """Numbers beside map and history."""
        return QSize(440, 260)

    def minimumSizeHint(self) -> QSize:
        """As other docks below the centre."""
        return QSize(260, 180)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Map and history beside the numbers where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE or self.width() > 1.6 * self.height()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._box.direction() != direction:
            self._box.setDirection(direction)

    # -- what is shown

    def set_config(self, on: bool, grow_above: float, prune_below: float) -> None:
        """Show the parameters in force."""
        self.active.setChecked(on)
        self.fields["active.grow_above"].set_value(grow_above)
        self.fields["active.prune_below"].set_value(prune_below)

    def set_locked(self, locked: bool) -> None:
        """Offer no edits while a recording is shown."""
        for widget in (self.active, *self.fields.values()):
            widget.setEnabled(not locked)

    def set_memory(self, parts: Mapping[str, int], text: str) -> None:
        """Show what the wave takes; see `MemoryBar`."""
        self.memory.set_memory(parts, text)

    def set_data(self, data: BricksData | None, hint: str = OFF) -> None:
        """Show the bricks, or why there is nothing to count."""
        self.data = data
        self.scene.setVisible(data is not None)
        self.events.setVisible(data is not None)
        self.overlay.setVisible(data is not None)
        if data is None:
            self.numbers.setText(hint)
            self.map.set_share(None, ("", ""))
            return
        share = 100 * data.present / data.total if data.total else 100.0
        self.numbers.setText(
            f"{count(data.present)} of {plural(data.total, 'brick', 'bricks')} ({measured(share, '%', 3)}), "
            f"{count(data.sites)} sites"
        )
        self.events.setText(
            f"{count(data.grown)} grown, {count(data.pruned)} pruned in "
            f"{plural(data.changes, 'change', 'changes')} · booked W geom {measured(data.energy, '', 3)}"
        )
        self.title.set_text(f"Bricks behind {data.axes[0]} – {data.axes[1]}")
        self.map.set_share(data.share, data.axes)
        curve = Curve("bricks", "bricks", "accent", data.ticks, data.numbers, "steps", "")
        self.chart.set_panes(_panes(curve), "tick", "tick")


def _panes(curve: Curve) -> Sequence[Pane]:
    return (Pane("bricks", (curve,), zero=True),) if len(curve.x) > 1 else ()
