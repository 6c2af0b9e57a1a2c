"""Runs: which world the simulation advances - told of an edit, made anew at tick 0, or one that was saved."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from tauscope.app.changes import difference
from tauscope.app.document import Content
from tauscope.app.monitored import scalar_specs
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.trace import Trace
from tauscope.app.refused import Refused
from tauscope.app.session import Parked
from tauscope.engine import registry
from tauscope.engine.base import FieldSpec, FrameRequest
from tauscope.engine.world import World

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class Runs(QObject):
    """Keeps the simulation to the document.

    Parameters
    ----------
    lab : Lab
        Whose document and simulation are meant.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._exchange: tuple[Parked, Callable[[int], None]] | None = None
        """What the next change of the document is a part of."""
        self._parked: Callable[[], Parked | None] = lambda: None
        """Weak: a step that the history forgets takes its run along."""
        self.plays_next = False
        """Whether the run that is put in place next plays at once."""
        self._reached = False
        """Whether the next change of the document is one that the simulation has made already."""
        self._wishes = 0
        self._refused = Refused(lab)
        self.open_next = ""
        """Recording to open once a run is in place; it is shown in place of a run that plays."""

    def wish(self) -> Callable[[], bool]:
        """Note that a preset, session or recording is asked for; tells whether it is still the last wish."""
        self._wishes += 1
        number = self._wishes
        return lambda: number == self._wishes

    def reset(self) -> None:
        """Start the present set-up again at tick 0; it goes on running if it ran."""
        self._lab.playback.close()
        self._load(self._lab.document.content)

    def exchange(self, content: Content, parked: Parked, plays: bool, then: Callable[[int], None]) -> None:
        """Put a document in place together with a run that was put aside, which the present run becomes.

        No more than one world stands beside the one that runs: what was put aside by another exchange is let
        go, and the document of a run that was let go starts again at tick 0.

        Parameters
        ----------
        content : Content
            The document.
        parked : Parked
            The run that belongs to it; from then on the run that stood in its place.
        plays : bool
            Whether it plays on.
        then : callable
            Told of the macro tick at which the run was put in place, 0 where it starts again.
        """
        lab = self._lab
        lab.playback.close()
        other = self._parked()
        if other is not parked and parked.kept:
            if other is not None:
                self._let_go(other)
            self._parked = weakref.ref(parked)
        self.plays_next, self._exchange = plays, (parked, then)
        if content == lab.document.content:
            self._load(content)
        else:
            lab.document.replace(content)

    def follow(self, content: Content) -> None:
        """Put a document in place that the simulation has reached by itself: it is told of nothing."""
        self._reached = True
        try:
            self._lab.document.replace(content)
        finally:
            self._reached = False

    def _let_go(self, parked: Parked) -> None:
        parked.kept = False
        self._lab.simulation.loop.call(lambda _world: parked.release())  # after what was asked before

    def change(self, before: Content, after: Content) -> None:
        """Tell the simulation, the panels and the parts that the document changed."""
        lab = self._lab
        commands = None if self._exchange else [] if self._reached else difference(before, after)
        if commands is None:
            self._load(after)
        else:
            for command in commands:
                lab.background.watch(lab.simulation.loop.submit(command), fail=self._refused.tell)
        lab.panels.show(before, after)
        for part in lab.parts:
            part.content_changed(before, after)

    def _load(self, content: Content) -> None:
        lab = self._lab
        exchange, self._exchange = self._exchange, None
        lab.files.continue_in_part()
        lab.run_control.stopped.forget()
        if content.configs.keys() != lab.simulation.loop.world.engines.keys():
            lab.window.monitors.await_run()  # what the last run measured is not of the next
        if exchange is not None and exchange[0].kept:
            self._load_parked(content, *exchange)
            return
        if exchange is None:
            self.plays_next = lab.simulation.loop.will_run or self.plays_next
        future = lab.simulation.load(content.setup(), content.seed, token=content)
        lab.background.watch(future, (lambda _none: exchange[1](0)) if exchange else None)

    def _load_parked(self, content: Content, parked: Parked, then: Callable[[int], None]) -> None:
        lab = self._lab
        loop, trace = lab.simulation.loop, part_of(lab, Trace)

        def swap(present: World) -> int:
            """On the simulation thread, where nothing comes between."""
            returning, parked.world = parked.world, present
            loop.swap(returning)
            return returning.macro_tick

        def placed(tick: int) -> None:
            present = trace.origin
            trace.expect(parked.origin)
            parked.origin = present
            self.put_in_place(content)
            then(tick)

        lab.background.watch(loop.call(swap), placed)

    def _offer_scalars(self, world: World) -> None:
        """Let the monitors show the scalars of all engines."""
        monitors = self._lab.window.monitors
        monitors.set_scalars(scalar_specs(world))
        monitors.clear()

    def _offer_fields(self, world: World) -> None:
        """Offer the fields of all engines to the recorder; the loop measures those that are no lattice."""
        lab, alone = self._lab, len(world.engines) == 1
        specs: dict[str, FieldSpec] = {}
        owners: dict[str, tuple[str, str]] = {}
        for key in world.engines:
            for name, spec in world.specs(key).items():
                called = name if alone else f"{key}:{name}"
                label = spec.label if alone else f"{spec.label} · {key}"
                specs[called] = replace(spec, name=called, label=label)
                owners[called] = key, name
        lab.meters.measured_bytes = {}
        sizes = lab.meters.field_bytes()
        lab.window.recording.set_fields(specs, sizes)
        unknown = {called: owner for called, owner in owners.items() if called not in sizes}
        if not unknown:
            return

        def measure(now: World) -> dict[str, int]:
            return {name: field_bytes(now, *at) for name, at in unknown.items()} if now is world else {}

        def told(found: dict[str, int]) -> None:
            if found and lab.simulation.loop.world is world:
                lab.meters.measured_bytes = found
                lab.window.recording.set_fields(specs, lab.meters.field_bytes())

        lab.background.watch(lab.simulation.loop.call(measure), told)

    def offer_fields(self, content: Content, world: World) -> None:
        """Offer what a world has to views and recordings; a first wave on its lattice brings more."""
        lab, wide = self._lab, content.lattice.engine
        lab.live.set_engine(wide, world.specs(wide), getattr(content.lattice.config, "axes", ("y", "x")))
        lab.live.set_options(lab.document.content.views)
        self._offer_fields(world)

    def put_in_place(self, content: object) -> None:
        """Let the window show a run that the simulation has put in place."""
        if not isinstance(content, Content):
            return
        lab = self._lab
        content = lab.document.aligned(content)  # another engine may have come into focus meanwhile
        world = lab.simulation.loop.world
        if content.configs.keys() != world.engines.keys():
            return  # the next run stands there already, and is told of next
        self._offer_scalars(world)
        wide = content.lattice.engine
        self.offer_fields(content, world)
        measured = registry.by_source_field(wide)
        lab.simulation.loop.subscribe("sources", [FrameRequest(measured, wide)] if measured else [])
        for part in lab.parts:
            part.prepared(content)
        if told := [text for config in content.configs.values() for text in config.warnings()]:
            lab.notify("warning", " ".join(told), key="configuration")
        lab.files.resume_part()
        if self.open_next:
            lab.playback.open(self.open_next)
        elif self.plays_next:
            lab.simulation.loop.play()
        self.open_next, self.plays_next = "", False


def field_bytes(world: World, engine: str, name: str) -> int:
    """Bytes of a field of a running engine; one of nine axes is told by its shape and not copied for it."""
    spec, shape = world.specs(engine)[name], getattr(world.engine(engine).config, "shape", ())
    if len(spec.dims) == len(shape) > 2:
        return int(np.dtype(spec.dtype).itemsize * math.prod(shape))
    return world.field(engine, name).nbytes
