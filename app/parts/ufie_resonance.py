"""Resonance dials: phases of the locked triples, and how full their torus is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from tauscope.app.document import Content
from tauscope.app.panel_job import PanelJob
from tauscope.app.parts.part import Dock, Part
from tauscope.app.slice_planes import ENGINE, config_of
from tauscope.app.tracked import Tracked
from tauscope.engine.base import Frame
from tauscope.engine.ufie.analysis.phase_torus import (
    Dial,
    PhaseTorus,
    TorusFill,
    dials_of,
    expected_dials,
)
from tauscope.engine.ufie.analysis.resonances import box_fill
from tauscope.engine.ufie.drive import Tones
from tauscope.engine.world import World
from tauscope.widgets.amounts import measured
from tauscope.widgets.labs.ufie.dials import EMPTY, STILL, DialMark, DialsPanel
from tauscope.widgets.sight import in_sight

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

NOT_RECORDED = "The recording that is shown does not hold the phases. Go back to the live run to see them."
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SETTLED = 0.5
"""Seconds for which an orbit must stand before its reach is worked out: a dragged Δϕ is another each time."""


@dataclass(frozen=True)
class _Found:
    tones: Tones | None
    fill: TorusFill
    reach: float
    generation: int


class UfieResonance(Part):
    """Dock of the dials; the phases are followed while it is seen.

    Parameters
    ----------
    lab : Lab
        Whose run it belongs to.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = DialsPanel()
        self.torus: Tracked[PhaseTorus] = Tracked(lab)
        self._reach: tuple[object, float] = (None, math.nan)
        self._orbit: tuple[object, float] = (None, 0.0)
        self._job = PanelJob(self, self.panel, self._begin, self._show)

    def docks(self) -> list[Dock]:
        """Dials."""
        return [Dock("dials", "Dials", self.panel, "monitors", engines=(ENGINE,))]

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the panel."""
        self.lab.window.docks["dials"].visibilityChanged.connect(self._soon)
        self.panel.tones_chosen.connect(lambda _names: self._follow(anew=True))

    # -- told by the lab

    def prepared(self, content: Content) -> None:
        """Begin at tick 0 of the new run."""
        self._follow(anew=True)

    def frame_shown(self, frame: Frame) -> None:
        """Show what was read, and ask for more."""
        if self.torus.tracker is not None:
            self._job.turn()

    def edits_locked(self, locked: bool) -> None:
        """The phases of a run are not recorded."""
        if locked:
            self.panel.set_dials((), "")
            self.panel.hint.setText(NOT_RECORDED)
        self._soon()

    # -- what is read

    def _soon(self, _visible: bool = True) -> None:
        QTimer.singleShot(0, self, self._follow)

    def _follow(self, anew: bool = False) -> None:
        """Let a tracker follow the phases while the panel is seen, and none otherwise."""
        runs = config_of(self.lab.document.content) is not None
        # What was begun goes on behind another tab: the torus fills over the whole run.
        begun = self.torus.tracker is not None and not self.lab.window.docks["dials"].isHidden()
        if not runs or self.lab.playback.active or not (begun or in_sight(self.panel)):
            self.torus.put(None)
            return
        if self.torus.tracker is None or anew:
            self.torus.put(PhaseTorus(ENGINE, tuple(self.panel.tones.value.split())))
            self._job.again()

    def _begin(self, done: Callable[[object], None]) -> None:
        tracker, lab = self.torus.tracker, self.lab
        if tracker is None:
            done(None)
            return

        def read(world: World) -> tuple[Tones | None, int]:
            tones = getattr(world.engines.get(ENGINE), "tones", None)
            return (None if tones is None else tones()), world.generation

        def compute(found: tuple[Tones | None, int]) -> None:
            tones, generation = found
            future = lab.background.run(
                lambda: _Found(tones, fill := tracker.data(), self._reach_of(fill), generation), done
            )
            future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)

        future = lab.simulation.loop.call(read)
        future.add_done_callback(lambda f: done(None) if f.cancelled() or f.exception() else None)
        lab.background.watch(future, compute)

    def _reach_of(self, fill: TorusFill) -> float:
        """Share of the boxes that the orbit can reach; worked out once for each orbit, off the GUI thread."""
        frequencies, phases = fill.orbit
        if not frequencies or fill.tones is None:
            return math.nan
        dial = next((d for d in dials_of(fill.tones) if d.names == fill.names), None)
        plane = round(dial.angle, 6) if dial is not None and dial.locked else None
        orbit = (fill.names, frequencies, plane)
        if orbit == self._reach[0]:
            return self._reach[1]
        if orbit != self._orbit[0]:
            self._orbit = orbit, time.monotonic()
        if time.monotonic() - self._orbit[1] < SETTLED:
            return math.nan
        self._reach = orbit, box_fill(frequencies, phases)
        return self._reach[1]

    # -- showing

    def _show(self, result: object) -> None:
        assert isinstance(result, _Found)
        config = config_of(self.lab.document.content)
        stale = result.generation != self.lab.simulation.loop.world.generation
        if self.torus.tracker is None or config is None or stale:
            return
        dials = dials_of(result.tones)
        known = [dial for dial in dials if not math.isnan(dial.angle)]
        expected = expected_dials(config.dphi).tolist()
        marks = [
            DialMark(title_of(dial), dial.angle, wanted, 0.0 if dial.locked else dial.rate)
            for dial, wanted in zip(dials, expected, strict=True)
        ]
        self.panel.hint.setText(EMPTY)
        self.panel.set_dials(marks if known else (), note_of(known) if known else "")
        interval = result.fill.tones.interval if result.fill.tones is not None else math.nan
        self.panel.set_fill(result.fill.share, result.reach, result.fill.steps * interval)


def title_of(dial: Dial) -> str:
    """Which phases a dial adds, as in ``θ₁ + θ₂ − θ₃``."""
    a, b, c = (f"θ{name.removeprefix('e')}".translate(SUBSCRIPTS) for name in dial.names)
    return f"{a}+{b}−{c}"


def note_of(dials: Sequence[Dial]) -> str:
    """Whether the locks hold, and how fast dials turn that do not."""
    turning = [dial for dial in dials if not dial.locked]
    if not turning:
        return STILL
    fastest = max(turning, key=lambda dial: abs(dial.rate))
    names = ", ".join(title_of(dial) for dial in turning)
    rate = measured(1e3 * abs(fastest.rate), "mHz", 4)
    once = measured(1.0 / abs(fastest.rate), "s", 3)
    many = "turns" if len(turning) == 1 else "turn"
    broken = f"Detuning breaks {len(turning)} of {len(dials)} locks: {names} {many}"
    return f"{broken}, at up to {rate}, once in {once}."
