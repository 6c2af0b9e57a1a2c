"""Correlators of the running gauge chain: measured by the simulation, worked out off the GUI thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tauscope.app.document import Content
from tauscope.app.gauge_planes import ENGINE
from tauscope.app.gauge_sampler import GaugeSampler, Measured
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.parts.sheet_files import save_sheet
from tauscope.app.sheets import Sheet
from tauscope.engine.base import Frame
from tauscope.engine.gauge.analysis.correlators import (
    Potential,
    potential_of_polyakov,
    potential_of_wilson,
)
from tauscope.engine.gauge.analysis.exact import polyakov_2d, wilson_2d
from tauscope.engine.potential.data import listed
from tauscope.engine.statistics import jackknife
from tauscope.engine.world import World
from tauscope.widgets.labs.gauge.correlators import CorrelatorsPanel
from tauscope.widgets.plots.plane import Series
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SECONDS = 0.5
"""Between two drawings."""
BOUND = (
    "Wilson loops of few sites t bound V(R) from above: excited states add to it, most at "
    "t = 1 and at large R."
)
COLORS = ("accent", "warning", "good", "#b48ce0", "#ff8f6b", "#5fc9a5")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """What the panel shows."""

    view: str
    series: tuple[Series, ...]
    about: str
    trouble: str


class GaugeCorrelators(Part):
    """Dock of the correlators.

    Parameters
    ----------
    lab : Lab
        Whose run is measured.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = CorrelatorsPanel()
        self.sampler = GaugeSampler()
        self._job = PanelJob(self, self.panel, self._work, self._show, SECONDS)

    def docks(self) -> Sequence[Dock]:
        """Correlators."""
        return (Dock("correlators", "Correlators", self.panel, "mean", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel, and sample the run."""
        lab, panel = self.lab, self.panel
        panel.view_changed.connect(self._job.again)
        panel.reset_requested.connect(self._reset)
        panel.export.clicked.connect(lambda: save_sheet(lab, "Export correlator", panel.view, self.sheet))
        lab.window.docks["correlators"].visibilityChanged.connect(lambda _seen: self._seen())
        loop = lab.simulation.loop

        def begin(_world: World) -> None:
            loop.trackers.append(self.sampler)

        loop.call(begin)

    def prepared(self, content: Content) -> None:
        """Begin anew with the new run."""
        self._reset()

    def frame_shown(self, frame: Frame) -> None:
        """Work out what is seen."""
        self._seen()
        if ENGINE in frame.ticks and not self.lab.playback.active:
            self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """A recording holds no links to measure; what the run gave stays, and says so."""
        self.panel.setEnabled(not locked)

    def _seen(self) -> None:
        self.sampler.wanted = in_sight(self.panel)

    def _reset(self) -> None:
        self.lab.background.watch(self.lab.simulation.loop.call(lambda _world: self.sampler.clear()))
        self.panel.set_data((), "")

    def _work(self, done: Callable[[object], None]) -> None:
        found, view = self.sampler.measured(), self.panel.view
        if found is None:
            done(None)
            return
        self.lab.background.run(lambda: shown(found, view), done)

    def _show(self, found: object) -> None:
        if isinstance(found, Shown) and found.view == self.panel.view:
            self.panel.set_data(found.series, found.about, found.trouble)

    def sheet(self) -> Sheet | None:
        """Points that are shown, one row a point of every curve."""
        series = [one for one in self.panel.plane.series if one.error is not None]
        if not series:
            return None
        columns = {
            "curve": np.concatenate([np.full(len(one.x), number) for number, one in enumerate(series)]),
            "separation [sites]": np.concatenate([one.x for one in series]),
            "value": np.concatenate([one.y for one in series]),
            "error": np.concatenate([one.error for one in series if one.error is not None]),
        }
        content = self.lab.document.content
        names = ", ".join(f"{number}: {one.name}" for number, one in enumerate(series))
        note = f"Tauscope, engine {ENGINE}, preset {content.preset or '–'}, seed {content.seed}"
        return Sheet(columns, (note, f"curves {names}", self.panel.about.text()))


def shown(found: Measured, view: str) -> Shown:
    """Curves of a view, and the words beside them."""
    dropped: list[int] = []
    if view == "wilson":
        series = _wilson(found)
    elif view == "polyakov":
        series = _polyakov(found)
    else:
        series, dropped = _potential(found)
    blocks = len(found.wilson)
    about = (
        f"{blocks} blocks of {found.width} measurement{'s' if found.width > 1 else ''}, "
        f"one every {found.every} sweeps, at β = {found.beta:g}"
    )
    trouble = []
    if math.isfinite(found.tau) and found.sweeps < 2 * found.tau:
        trouble.append(
            f"A block of {found.sweeps} sweeps is shorter than 2 τ_int = {2 * found.tau:.3g}: "
            "errors are too small."
        )
    if dropped:
        trouble.append(
            f"R = {listed(sorted(set(dropped)))} left out of the points from Polyakov loops: "
            "their correlator is less than 2 errors above 0."
        )
    if any(one.key.startswith("wilson") for one in series):
        about = f"{about}. {BOUND}"
    return Shown(view, tuple(series), about, " ".join(trouble))


def _wilson(found: Measured) -> list[Series]:
    seen = jackknife(found.wilson)
    r = np.arange(1.0, found.wilson.shape[1] + 1)
    series = []
    for t in range(found.wilson.shape[2]):
        color = COLORS[t % len(COLORS)]
        if len(found.shape) == 2:
            exact = np.array([wilson_2d(found.beta, math.prod(found.shape), int(n) * (t + 1)) for n in r])
            series.append(Series(f"exact{t}", "", color, r, exact, "dash"))
        series.append(Series(f"t{t}", f"t = {t + 1}", color, r, seen.value[:, t], "dots", seen.error[:, t]))
    return series


def _polyakov(found: Measured) -> list[Series]:
    seen = jackknife(found.polyakov)
    R = np.arange(float(found.polyakov.shape[1]))
    series = []
    if len(found.shape) == 2:
        shape = found.shape[0], found.shape[1]
        exact = np.array([polyakov_2d(found.beta, shape, int(n)) for n in R])
        series.append(Series("exact", "exact", "warning", R, exact, "dash"))
    series.append(Series("C", "C(R)", "accent", R, seen.value, "dots", seen.error))
    return series


def _potential(found: Measured) -> tuple[list[Series], list[int]]:
    series: list[Series] = []
    polyakov = potential_of_polyakov(found.polyakov, found.shape[0])
    dropped = list(polyakov.dropped)
    if len(found.shape) == 2:
        shape = found.shape[0], found.shape[1]
        R = np.arange(1.0, found.polyakov.shape[1])
        exact = np.array([-math.log(polyakov_2d(found.beta, shape, int(n))) / shape[0] for n in R])
        series.append(Series("exact", "exact", "muted", R, exact, "dash"))
    series.append(_curve("polyakov", "from Polyakov loops", "accent", polyakov))
    for t in range(1, min(found.wilson.shape[2], 3)):
        wilson = potential_of_wilson(found.wilson, t)
        bound = " (upper bound)" if len(found.shape) > 2 else ""
        series.append(_curve(f"wilson{t}", f"from Wilson loops, t = {t}{bound}", COLORS[t], wilson))
    return series, dropped


def _curve(key: str, name: str, color: str, found: Potential) -> Series:
    return Series(key, name, color, found.R.astype(np.float64), found.V, "dots", found.error)
