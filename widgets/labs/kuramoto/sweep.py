"""Sweep: order against coupling, up and down, with error bars and the theory; a click sets K."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.controls.number_field import Bounds, NumberField
from tauscope.widgets.count_box import CountBox
from tauscope.widgets.plots.plane import Mark, Plane, Series
from tauscope.widgets.texts import Caption, Label, set_role

Floats = npt.NDArray[np.float64]
EMPTY = (
    "Run a sweep to see how order sets in: K goes up in steps, then down again, each seed a run of its own "
    "beside the one shown. Points that lie apart on the way up and down are hysteresis."
)
UP, DOWN = "up", "down"
ROOMY = 360
"""Height in pixels from which the form stands above the curve for good."""
COLORS = {UP: "accent", DOWN: "#f2b84b"}
NAMES = {UP: "K rising", DOWN: "K falling"}


@dataclass(frozen=True)
class SweepWish:
    """What a sweep goes through.

    Parameters
    ----------
    low, high : float
        Ends of the range of K in rad/time.
    points : int
        Values of K, ends included.
    settle, measure : float
        Time that is left out after each step of K, and time that is measured.
    seeds : int
        Runs, each with frequencies and phases of its own.
    """

    low: float
    high: float
    points: int
    settle: float
    measure: float
    seeds: int

    @property
    def trouble(self) -> str:
        """Why it cannot be run, as a sentence, or ""."""
        return "" if self.high > self.low else "The range of K is empty: its end must lie above its start."


@dataclass(frozen=True)
class Branch:
    """One way through the range.

    Parameters
    ----------
    K, R, error : float64 array [n]
        Coupling, order, and its standard error.
    """

    K: Floats
    R: Floats
    error: Floats


@dataclass(frozen=True)
class SweepCurves:
    """What a sweep found, and what theory says.

    Parameters
    ----------
    branches : mapping of str to Branch
        ``up`` and ``down``.
    theory : tuple of float64 arrays or None
        K and R of the exact curve, where there is one.
    theory_name : str
        Whose it is.
    critical : float
        K_c of the theory, NaN without one.
    summary : str
        A sentence about what was found.
    notes : tuple of str
        All that is known of it, for a tip.
    caveats : str
        What must be known to read the curves right; it is shown however little room there is.
    """

    branches: dict[str, Branch]
    theory: tuple[Floats, Floats] | None = None
    theory_name: str = ""
    critical: float = math.nan
    summary: str = ""
    notes: tuple[str, ...] = field(default=())
    caveats: str = ""


class SweepPanel(QWidget):
    """Ranges, a button, progress, and the curve.

    Signals
    -------
    run_requested(wish)
        A `SweepWish` is to be run.
    cancel_requested()
        The sweep is to end.
    coupling_chosen(K)
        A point was picked: K is to be set to it.
    """

    run_requested = Signal(object)
    cancel_requested = Signal()
    coupling_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep")
        self.curves: SweepCurves | None = None
        self._K = math.nan
        self._running = False
        self._why = ""
        self._remark = ""
        self.low = _number("rad/time", 0.0, "Start of K", Bounds(0.0, 100.0))
        self.high = _number("rad/time", 3.0, "End of K", Bounds(0.0, 100.0))
        self.points = CountBox(16, 2, 400, "points")
        self.settle = _number("time", 40.0, "Settling time at each K", Bounds(0.0, 1e6))
        self.measure = _number("time", 40.0, "Measuring time at each K", Bounds(0.0, 1e6, open_low=True))
        self.seeds = CountBox(3, 1, 64, "seeds")
        self.run = Button(
            "Run sweep", "play", "Run it in a process of its own, beside the run shown", "primary"
        )
        self.run.reserve("Run sweep")
        self.run.clicked.connect(self._pressed)
        self.export = Button("", "export", "Save the points and the theory as CSV", "ghost")
        self.form = QWidget()
        self.more = Button(
            "Range", kind="ghost", tip="Show the range of K and the times, in the place of room"
        )
        self.more.setCheckable(True)
        self.more.clicked.connect(self._make_room)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.status = Caption(wrap=True)
        self.complaint = Label(wrap=True)
        self.plane = Plane("Order against coupling", EMPTY)
        self.plane.set_axes("K / rad/time", "R")
        self.plane.pickable = True
        self.plane.picked.connect(self._picked)
        self._build()
        self.set_curves(None)
        self.set_progress(None)

    def _build(self) -> None:
        form = QGridLayout(self.form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(4)
        rows = (("K from", self.low, "to", self.high), ("settle", self.settle, "measure", self.measure))
        for row, (first, one, second, other) in enumerate(rows):
            for place, part in enumerate((Caption(first), one, Caption(second), other)):
                if isinstance(part, Caption):
                    part.setFixedHeight(one.sizeHint().height())
                form.addWidget(part, row, place, Qt.AlignmentFlag.AlignTop)
        form.setColumnStretch(1, 1)
        form.setColumnStretch(3, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for part in (self.points, self.seeds):
            part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            part.setFixedWidth(84)
            buttons.addWidget(part)
        self.points.setAccessibleName("Points")
        self.seeds.setAccessibleName("Seeds")
        buttons.addWidget(self.run)
        buttons.addWidget(self.more)
        buttons.addStretch(1)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(6)
        column.addWidget(self.form)
        column.addLayout(buttons)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addWidget(self.complaint)
        column.addWidget(self.plane, 1)

    def sizeHint(self) -> QSize:
        """Room for the form and a plot."""
        return QSize(400, 360)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low dock the curve has the room of the form."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        low = self.height() < ROOMY and self.curves is not None
        self.more.setVisible(low)
        self.form.setVisible(not low or self.more.isChecked())
        self._say()

    @property
    def wish(self) -> SweepWish:
        """What the form says."""
        low, high = self.low.value or 0.0, self.high.value or 0.0
        return SweepWish(
            low,
            high,
            self.points.value(),
            self.settle.value or 0.0,
            self.measure.value or 0.0,
            self.seeds.value(),
        )

    def suggest(self, low: float, high: float) -> None:
        """Fill in a range of K, as when another preset is loaded."""
        self.low.set_value(low)
        self.high.set_value(high)

    def set_locked(self, why: str) -> None:
        """Say why K cannot be set from here; "" allows it again."""
        self._why = why
        self.plane.pickable = not why
        self._say()

    def set_remark(self, text: str) -> None:
        """Say more of the curve, as that it belongs to a set-up before the present one."""
        if text != self._remark:
            self._remark = text
            self._say()

    def set_coupling(self, K: float) -> None:
        """Mark the present K."""
        if K != self._K:
            self._K = K
            self._draw()

    def set_progress(self, fraction: float | None, text: str = "") -> None:
        """Show how far the sweep is; None: none runs."""
        self._running = fraction is not None
        self.progress.setVisible(self._running)
        self.progress.setValue(round(1000 * (fraction or 0.0)))
        self.run.set_look(
            *(("Cancel", "stop", "danger") if self._running else ("Run sweep", "play", "primary"))
        )
        self._tell(text)
        self._say()

    def set_trouble(self, text: str) -> None:
        """Say why no sweep came out; "" says nothing."""
        self.complaint.setText(text)
        self.complaint.setVisible(bool(text))
        set_role(self.complaint, "trouble")

    def set_curves(self, curves: SweepCurves | None) -> None:
        """Draw what a sweep found."""
        fresh, self.curves = self.curves is None, curves
        self.export.setEnabled(curves is not None)
        self.set_trouble("")
        self._make_room()
        self._draw()
        if fresh and curves is not None:
            self.plane.fit()
            self.plane.set_limits("y", 0.0, 1.0)
        self._say()

    def _say(self) -> None:
        if self._running or self.curves is None:
            return
        how = self._why or "Click a point to set K to it."
        first, dot, more = self.curves.summary.partition(". ")
        summary = first + "." if dot and self.height() < ROOMY else f"{first}{dot}{more}"
        self._tell(" ".join(part for part in (summary, self.curves.caveats, self._remark, how) if part))
        self.status.setToolTip("\n".join(self.curves.notes))

    def _tell(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def _draw(self) -> None:
        if self.curves is None:
            self.plane.set_content(())
            return
        series: list[Series] = []
        if self.curves.theory is not None:
            series.append(Series("theory", self.curves.theory_name or "theory", "muted", *self.curves.theory))
        for key, branch in self.curves.branches.items():
            name = NAMES.get(key, key)
            series.append(
                Series(key, name, COLORS.get(key, "good"), branch.K, branch.R, "both", branch.error)
            )
        marks = [Mark("now", self._K, "K now", color="text", dashed=False)]
        if math.isfinite(self.curves.critical):
            marks.append(Mark("critical", self.curves.critical, "K_c", color="warning"))
        self.plane.set_content(series, marks)

    def _picked(self, key: str, index: int) -> None:
        if self.curves is not None and key in self.curves.branches and not self._why:
            self.coupling_chosen.emit(float(self.curves.branches[key].K[index]))

    def _pressed(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        else:
            self.ask()

    def ask(self) -> None:
        """Ask for a sweep with what the form says, or say why that cannot be; nothing while one runs."""
        wish = self.wish
        if self._running:
            return
        self.set_trouble(wish.trouble)
        if not wish.trouble:
            self.run_requested.emit(wish)


def _number(unit: str, value: float, name: str, bounds: Bounds) -> NumberField:
    """Number that is its own model: what is typed or stepped stays."""
    made = NumberField(unit, bounds, name=name)
    made.setToolTip(name)
    made.set_value(value)
    made.edited.connect(lambda new, _phase: made.set_value(new))
    return made
