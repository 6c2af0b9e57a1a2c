"""Mean plaquette: trace, running mean with error band, exact value; hot and cold start, and both compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.buttons import Button
from tauscope.widgets.plots.chart import Chart, Curve, Pane, scrolled
from tauscope.widgets.texts import Caption, Label, set_role

Floats = npt.NDArray[np.float64]
EMPTY = "Nothing has been measured yet. Press play, or Space."
NOW, MEAN, ERROR, TAU, ACCEPTANCE = "plaquette", "plaquette_mean", "plaquette_error", "tau_int", "acceptance"
SINCE = "sweeps_since_change"
NAMES = (NOW, MEAN, ERROR, SINCE)
"""Scalars that are drawn, and the one that says where a new mean begins."""
PIECES = 24
"""Means, from the last back, that are drawn."""
ENOUGH = 20
"""Samples with a running mean from which on the trace leaves out what was before."""
HOT, COLD = "#ff8f5a", "#4fb3ff"
TITLE = "P  (dashed: ⟨P⟩ ± its error)"
WAITING = "No mean yet: the first sweeps after a start or a change of β are left out."


@dataclass(frozen=True)
class Reading:
    """Numbers above the plot; NaN where there is none.

    Parameters
    ----------
    mean, error : float
        Running mean of the plaquette, and its standard error.
    tau : float
        Integrated autocorrelation time in sweeps.
    acceptance : float
        Share of accepted proposals.
    exact : float
        Exact mean, where it is known.
    """

    mean: float = math.nan
    error: float = math.nan
    tau: float = math.nan
    acceptance: float = math.nan
    exact: float = math.nan

    def text(self) -> str:
        """All of them in a line."""
        if not math.isfinite(self.mean):
            return WAITING
        found = [f"⟨P⟩ {with_error(self.mean, self.error)}"]
        if math.isfinite(self.tau):
            found.append(f"τ_int {self.tau:.2g} sweeps")
        if math.isfinite(self.acceptance):
            found.append(f"acceptance {self.acceptance:.0%}")
        if math.isfinite(self.exact):
            away = ""
            if self.error > 0.0:
                away = f" ({abs(self.mean - self.exact) / self.error:.1f} σ away)"
            found.append(f"exact {self.exact:.6f}{away}")
        return "  ·  ".join(found)


class MeanPanel(QWidget):
    """Trace of the mean plaquette, and what compares two starts.

    Signals
    -------
    start_requested(start)
        Put all links at random (``hot``) or to 1 (``cold``), now.
    compare_requested(), cancel_requested()
        Run both starts beside one another; stop that.
    """

    start_requested = Signal(str)
    compare_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mean")
        self.hot = Button("Start hot", tip="Put every link at random, now; running means begin anew")
        self.cold = Button("Start cold", tip="Put every link to 1, now; running means begin anew")
        self.compare = Button(
            "Compare", tip="Run a hot and a cold start in a process of their own, and say whether ⟨P⟩ agrees"
        )
        self.export = Button("", "export", "Save the trace as CSV", "ghost")
        self.numbers = Label(WAITING, wrap=True)
        self.numbers.setFont(theme.number_font())
        self.numbers.setToolTip(
            "Running mean since the last change with its standard error in the last digits; autocorrelation "
            "time in sweeps; share of accepted proposals, of the heat bath draws per trial"
        )
        self.verdict = Label("", "", wrap=True)
        self.verdict.hide()
        self.progress = Caption("", wrap=True)
        self.progress.hide()
        self.chart = Chart(EMPTY)
        self._running = False
        self._means: Mapping[str, float] = {}
        self._trace: tuple[Floats, Mapping[str, Floats], float, str] | None = None
        self.hot.clicked.connect(lambda: self.start_requested.emit("hot"))
        self.cold.clicked.connect(lambda: self.start_requested.emit("cold"))
        self.compare.clicked.connect(self._compare_clicked)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        for button in (self.hot, self.cold, self.compare):
            head.addWidget(button)
        head.addStretch(1)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        for label in (self.numbers, self.progress, self.verdict):
            column.addWidget(label)
        column.addWidget(scrolled(self.chart), 1)
        column.addWidget(self.chart.take_readout())

    def sizeHint(self) -> QSize:
        """Room for the numbers and two panes."""
        return QSize(380, 300)

    def set_locked(self, locked: bool) -> None:
        """Forbid a new start, while a recording is shown."""
        self.hot.setEnabled(not locked)
        self.cold.setEnabled(not locked)

    def set_reading(self, reading: Reading) -> None:
        """Show the numbers."""
        self.numbers.setText(reading.text())

    def set_progress(self, text: str | None) -> None:
        """Show how far a comparison is; None: none runs."""
        self._running = text is not None
        self.compare.set_look("Stop" if self._running else "Compare", "", "plain")
        self.progress.setText(text or "")
        self.progress.setVisible(bool(text))

    def set_verdict(self, text: str, good: bool, means: Mapping[str, float]) -> None:
        """Show what a comparison of ``hot`` and ``cold`` found, and both means; "" shows none."""
        self.verdict.setText(text)
        self.verdict.setVisible(bool(text))
        set_role(self.verdict, "good" if good else "warning")
        self._means = dict(means)
        self._draw()

    def set_data(self, x: Floats, values: Mapping[str, Floats], exact: float, x_label: str = "sweep") -> None:
        """Draw the trace.

        Parameters
        ----------
        x : float64 array [n]
            Sweeps.
        values : mapping of str to float64 array [n]
            Plaquette, running mean and its error by name; NaN where there is none.
        exact : float
            Exact mean, NaN where it is not known.
        x_label : str
            Of the horizontal axis.
        """
        self._trace = x, values, exact, x_label
        self._draw()

    def _draw(self) -> None:
        panes: list[Pane] = []
        label = "sweep"
        if self._trace is not None:
            x, values, exact, label = self._trace
            x, values = settled(x, values)
            curves = [*self._starts(x), *trace_curves(x, values, exact)]
            if any(len(curve.x) for curve in curves):
                panes.append(Pane(TITLE, tuple(curves)))
        self.chart.set_panes(panes, label, label)

    def _starts(self, x: Floats) -> Sequence[Curve]:
        """Means of the two starts, across the plot."""
        if len(x) < 2:
            return ()
        ends, colors = np.array([x[0], x[-1]]), {"hot": HOT, "cold": COLD}
        return tuple(
            Curve(f"start:{name}", f"{name} start", colors[name], ends, np.full(2, mean), "dash", quiet=True)
            for name, mean in self._means.items()
        )

    def _compare_clicked(self) -> None:
        (self.cancel_requested if self._running else self.compare_requested).emit()


def trace_curves(x: Floats, values: Mapping[str, Floats], exact: float) -> Sequence[Curve]:
    """Curves of the trace, back to front: plaquette, exact value, error band, running mean."""
    found: list[Curve] = []
    if NOW in values:
        found.append(Curve(NOW, "P", "muted", x, values[NOW]))
    if len(x) > 1 and math.isfinite(exact):
        ends = np.array([x[0], x[-1]])
        found.append(
            Curve("exact", f"exact {exact:.6f}", "warning", ends, np.full(2, exact), "dash", quiet=True)
        )
    if MEAN not in values:
        return found
    pieces = pieces_of(values[MEAN], values.get(SINCE))
    for place, piece in enumerate(reversed(pieces)):
        # The last has the plain keys; those before are drawn alike and stay out of the readout.
        mark, old = (f" {place}", True) if place else ("", False)
        mean = values[MEAN][piece]
        if ERROR in values:
            for sign in (1.0, -1.0):
                edge, key = mean + sign * values[ERROR][piece], f"band{sign:+g}{mark}"
                found.append(Curve(key, "⟨P⟩ ± error", "accent", x[piece], edge, "dash", quiet=True))
        found.append(Curve(f"{MEAN}{mark}", "⟨P⟩", "accent", x[piece], mean, quiet=old))
    return found


def pieces_of(mean: Floats, since: Floats | None) -> Sequence[slice]:
    """Parts of a trace between two changes: a mean does not go on where a new one begins.

    Parameters
    ----------
    mean : float64 array [n]
        Running mean, NaN where there is none.
    since : float64 array [n] or None
        Sweeps since the last change, which fall at a change; None where they are not known.
    """
    known = np.isfinite(mean)
    parted = np.diff(known.astype(np.int8)) != 0
    if since is not None and len(since) == len(mean):
        parted |= np.diff(since) < 0
    ends = [0, *(np.flatnonzero(parted) + 1).tolist(), len(mean)]
    found = [slice(a, b) for a, b in pairwise(ends) if b > a and known[a]]
    return found[-PIECES:] or [slice(0, len(mean))]


def settled(x: Floats, values: Mapping[str, Floats]) -> tuple[Floats, Mapping[str, Floats]]:
    """The trace from where there is a running mean, once there are enough such samples."""
    counted = np.isfinite(values.get(MEAN, np.zeros(0)))
    if np.count_nonzero(counted) < ENOUGH:
        return x, values
    first = int(np.argmax(counted))
    return x[first:], {name: one[first:] for name, one in values.items()}


def with_error(value: float, error: float) -> str:
    """Number with its standard error in the last two digits, as in ``0.5867(12)``."""
    if not math.isfinite(error) or error <= 0.0:
        return f"{value:.6g}"
    digits = min(max(1 - math.floor(math.log10(error)), 0), 12)
    tail = round(error * 10**digits)
    return f"{value:.{digits}f}({tail})"
