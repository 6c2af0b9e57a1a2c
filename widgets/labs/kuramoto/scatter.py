"""Scatter: the measured frequency of every oscillator against its phase or its natural frequency."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tauscope.widgets import theme
from tauscope.widgets.amounts import count, measured
from tauscope.widgets.buttons import Button
from tauscope.widgets.docks.probe_list import Pick
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.plots.plane import Mark, Plane, Series
from tauscope.widgets.texts import Elided

Floats = npt.NDArray[np.float64]
Against = Literal["theta", "omega"]
EMPTY = "No frequencies have come yet. Press play, or Space."
MOST = 40_000
"""Points drawn at most; of more every k-th, and that is said."""
LEAST_ROOM = 1e-3
"""Least range of an axis, relative to its values: below it rounding would fill the plot."""
HUES = ("#4fb3ff", "#f2b84b", "#58c98b", "#ff8f6b", "#b48ce0", "#e07aa8", "#5fc9c9", "#c8d64f")
FADED = 0.45
"""Share of the muted colour in points of clusters that are not chosen, beside those that are."""
LABELS: dict[Against, str] = {"theta": "phase θ / rad", "omega": "natural frequency ω / rad/time"}


@dataclass(frozen=True)
class Scattered:
    """Points of the plot, thinned where there are too many; those of chosen clusters last, in front.

    Parameters
    ----------
    x, y : float64 array [n]
        Places.
    cluster : int64 array [n]
        Cluster of each point.
    number : int
        Oscillators, of which every ``stride``-th is shown.
    stride : int
        As said.
    mean : float
        Mean of all measured frequencies.
    across, up : (float, float)
        Where the inner 98 % of the places and of the frequencies end.
    chosen : bool array [n]
        Whether a point is of a chosen cluster; none is where no cluster is chosen.
    chosen_number : int
        Oscillators of the chosen clusters.
    chosen_mean : float
        Mean of their measured frequencies, NaN without any.
    """

    x: Floats
    y: Floats
    cluster: npt.NDArray[np.int64]
    number: int
    stride: int
    mean: float
    across: tuple[float, float]
    up: tuple[float, float]
    chosen: npt.NDArray[np.bool_]
    chosen_number: int = 0
    chosen_mean: float = math.nan

    @classmethod
    def of(
        cls, x: Floats, y: Floats, offsets: npt.NDArray[np.int64], clusters: Collection[int] = ()
    ) -> Scattered:
        """Thin points evenly.

        Parameters
        ----------
        x, y : float64 array [N]
            Abscissa, and measured frequency in rad/time.
        offsets : int64 array [C + 1]
            First oscillator of each cluster, and N.
        clusters : collection of int
            Chosen clusters.
        """
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        stride = max(-(-len(y) // MOST), 1)
        # Quantile frequencies are shuffled by the engine, so every k-th oscillator is a fair sample.
        index = np.arange(0, len(y), stride)
        cluster = np.searchsorted(offsets, index, side="right") - 1
        chosen = np.zeros(len(offsets) - 1, np.bool_)
        chosen[list(clusters)] = True
        front = chosen[cluster]
        order = np.argsort(front, kind="stable")
        index, cluster, front = index[order], cluster[order], front[order]
        those = y[np.repeat(chosen, np.diff(offsets))]
        return cls(
            x[index], y[index], cluster.astype(np.int64), len(y), stride, _mean(y), _inner(x), _inner(y),
            front, len(those), _mean(those),
        )  # fmt: skip


def _mean(values: Floats) -> float:
    """Mean of what is finite, NaN without any."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def _inner(values: Floats) -> tuple[float, float]:
    """1st and 99th percentile of what is finite, NaN without any."""
    finite = values[np.isfinite(values)]
    low, high = np.percentile(finite, (1, 99)) if len(finite) else (math.nan, math.nan)
    return float(low), float(high)


class ScatterPanel(QWidget):
    """Measured frequency of every oscillator; a locked group is a level line.

    Signals
    -------
    view_changed()
        Another abscissa is wanted, or a mean in place of the present frequency.
    """

    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scatter")
        self.data: Scattered | None = None
        self.drawn: Against = "omega"
        """What the points stand over that are drawn."""
        self.against = Pick("Horizontal axis")
        self.against.set_entries([("omega", "against ω"), ("theta", "against θ")], "omega")
        self.against.setToolTip("Against ω the locked oscillators are a level line, the plateau")
        self.over = Pick("Which frequency")
        self.over.set_entries([("mean", "mean dθ/dt"), ("now", "dθ/dt now")], "mean")
        self.over.setToolTip(
            "mean: of the frames since this panel was opened, or a parameter was changed; drifting "
            "oscillators spread less, the longer it lasts"
        )
        for pick in (self.against, self.over):
            pick.chosen.connect(lambda _value: self._changed())
        self.whole = Button("1–99 %", kind="ghost", tip="Show the inner 98 % of the frequencies, or all")
        self.whole.setCheckable(True)
        self.whole.setChecked(True)
        self.whole.clicked.connect(lambda: self._scale())
        self.export = Button("", "export", "Save the points as CSV", "ghost")
        self.note = Elided(ink="muted")
        self.plane = Plane("Frequencies", EMPTY)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.over, 1)
        head.addWidget(self.against, 1)
        head.addWidget(self.whole)
        head.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.plane, 1)
        column.addWidget(self.note)
        self._scaled = (math.nan, math.nan)
        self._label()

    def sizeHint(self) -> QSize:
        """Room for a plot."""
        return QSize(360, 280)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        data = getattr(self, "data", None)  # Qt sends the first event before there is one
        if data is not None and theme.is_new(self, event):
            self.plane.set_cloud(data.x, data.y, self._inks(data))

    @property
    def abscissa(self) -> Against:
        """``theta`` or ``omega``."""
        return "theta" if self.against.value == "theta" else "omega"

    @property
    def averaged(self) -> bool:
        """Whether the mean of the frames is shown."""
        return self.over.value == "mean"

    def set_data(
        self, data: Scattered | None, note: str = "", against: Against = "omega", hint: str = EMPTY
    ) -> None:
        """Draw points, or say what to do.

        Parameters
        ----------
        data : Scattered or None
            Points.
        note : str
            What the frequency is a mean of.
        against : {"theta", "omega"}
            What the points stand over: it was asked for when they were worked out.
        hint : str
            What to do where there are no points.
        """
        self.plane.set_hint(hint)
        if against != self.drawn:
            self.drawn = against
            self._scaled = (math.nan, math.nan)
            self._label()
        self.data = data
        self.export.setEnabled(data is not None)
        if data is None:
            self.plane.set_cloud(np.zeros(0), np.zeros(0), np.zeros((1, 3), np.uint8))
            self.plane.set_content(())
            self.note.set_text("")
            return
        self.plane.set_cloud(data.x, data.y, self._inks(data))
        self.plane.set_content(self._guides(data), [Mark("mean", data.mean, "mean", "y")])
        self._scale()
        thinned = (
            f"one in {count(data.stride)} of {count(data.number)} oscillators"
            if data.stride > 1
            else (f"{count(data.number)} oscillators")
        )
        chosen = (
            f"chosen {count(data.chosen_number)}, mean {measured(data.chosen_mean, '', 4)}"
            if data.chosen_number
            else ""
        )
        mean = f"mean {measured(data.mean, '', 4)}"
        self.note.set_text("  ·  ".join(part for part in (chosen, thinned, mean, note) if part))

    @staticmethod
    def _inks(data: Scattered) -> npt.NDArray[np.uint8]:
        """Colours by cluster; beside chosen ones the others fade into the ground."""
        inks = cluster_colors(data.cluster)
        if data.chosen_number:
            inks[~data.chosen] = _rgb(theme.mix(theme.current().panel, theme.current().muted, FADED))
        return inks

    def _guides(self, data: Scattered) -> list[Series]:
        if self.drawn == "theta" or not len(data.x):
            return []
        reach = np.array([data.x.min(), data.x.max()])
        return [Series("free", "dθ/dt = ω: not coupled", "muted", reach, reach, "dash")]

    def _scale(self) -> None:
        """Zoom to the inner frequencies or to all, when these have changed by much."""
        if self.data is None or not math.isfinite(self.data.up[0]):
            return
        if not self.whole.isChecked():
            self._scaled = (math.nan, math.nan)
            self.plane.fit()
            return
        low, high = self.data.up
        if self.drawn == "omega":  # on one scale with ω, locked frequencies are seen to be a level line
            low, high = min(low, self.data.across[0]), max(high, self.data.across[1])
        room = max(high - low, LEAST_ROOM * max(abs(low), abs(high), 1.0))
        if abs(low - self._scaled[0]) < 0.2 * room and abs(high - self._scaled[1]) < 0.2 * room:
            return
        self._scaled = low, high
        self.plane.set_limits("y", low - 0.15 * room, high + 0.15 * room)
        across = (-math.pi, math.pi) if self.drawn == "theta" else self.data.across
        wide = max(across[1] - across[0], LEAST_ROOM * max(abs(across[0]), abs(across[1]), 1.0))
        margin = 0.0 if self.drawn == "theta" else 0.1 * wide
        self.plane.set_limits("x", across[0] - margin, across[1] + margin)

    def _changed(self) -> None:
        self._scaled = (math.nan, math.nan)
        self.view_changed.emit()

    def _label(self) -> None:
        self.plane.set_axes(LABELS[self.drawn], "dθ/dt / rad/time")


@cache
def _table(name: str) -> npt.NDArray[np.uint8]:
    del name  # colours of lines depend on the theme in force
    return np.array([_rgb(line_color(hue)) for hue in HUES], np.uint8)


def cluster_colors(cluster: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Colour of each point by its cluster, uint8 [n, 3]; eight colours in turn."""
    table = _table(theme.current().name)
    return np.array(table[cluster % len(table)], np.uint8).reshape(-1, 3)


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
