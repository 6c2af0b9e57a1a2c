"""Runs: which world the simulation advances - told of an edit, made anew at tick 0, or one that was saved."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tauscope.app.document import Content, difference
from tauscope.engine import registry
from tauscope.engine.base import FrameRequest

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
        self._begin: Callable[[], Future[None]] | None = None
        self.plays_next = False
        """Whether the run that is put in place next plays at once."""
        self.open_next = ""
        """Recording to open once a run is in place; it is shown in place of a run that plays."""

    def reset(self) -> None:
        """Start the present set-up again at tick 0; it goes on running if it ran."""
        self._lab.playback.close()
        self._load(self._lab.document.content)

    def resume(self, content: Content, begin: Callable[[], Future[None]], running: bool) -> None:
        """Put a saved run and its document in place of the present ones.

        Parameters
        ----------
        content : Content
            The document.
        begin : callable
            Puts the run's world in place, on the simulation thread; its future holds a refusal.
        running : bool
            Whether it plays on.
        """
        lab = self._lab
        lab.playback.close()
        self._begin, self.plays_next = begin, running
        if content == lab.document.content:
            self._load(content)
        else:
            lab.document.replace(content)
        lab.history.clear()

    def change(self, before: Content, after: Content) -> None:
        """Tell the simulation, the panels and the parts that the document changed."""
        lab = self._lab
        commands = None if self._begin else difference(before, after)
        if commands is None:
            self._load(after)
        else:
            for command in commands:
                lab.background.watch(lab.simulation.loop.submit(command))
        lab.panels.show(before, after)
        for part in lab.parts:
            part.content_changed(before, after)

    def _load(self, content: Content) -> None:
        lab = self._lab
        begin, self._begin = self._begin, None
        lab.files.continue_in_part()
        if begin is not None:
            lab.background.watch(begin(), lambda _none: self.put_in_place(content))
            return
        self.plays_next = lab.simulation.loop.running or self.plays_next
        future = lab.simulation.load(content.engine, content.config.dump(), content.seed, token=content)
        lab.background.watch(future)

    def put_in_place(self, content: object) -> None:
        """Let the window show a run that the simulation has put in place."""
        if not isinstance(content, Content):
            return
        lab = self._lab
        world = lab.simulation.loop.world
        lab.window.monitors.set_scalars(world.engine(content.engine).scalar_specs())
        lab.window.monitors.clear()
        lab.live.set_engine(content.engine, world.specs(content.engine))
        lab.live.set_options(lab.document.content.views)
        lab.window.recording.set_fields(lab.live.specs, lab.meters.field_bytes())
        measured = registry.by_source_field(content.engine)
        lab.simulation.loop.subscribe("sources", [FrameRequest(measured, content.engine)] if measured else [])
        for part in lab.parts:
            part.prepared(content)
        lab.files.resume_part()
        if self.open_next:
            lab.playback.open(self.open_next)
        elif self.plays_next:
            lab.simulation.loop.play()
        self.open_next, self.plays_next = "", False
