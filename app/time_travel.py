"""Going back in the past of the run from the window: one wish at a time, and the document goes along."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tauscope.app.document import Content
from tauscope.engine.mailbox import LoopEnded
from tauscope.engine.past import Arrival, Reach

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

Wish = tuple[int, int | None]

KEY = "past"
"""Notifications of the past replace each other."""


class TimeTravel(QObject):
    """Brings the run to ticks of its past.

    A recording never goes back in time: it is closed before the run does, and goes on in a next part when
    the run plays on. The parameters and sources of the document become those of the tick; where they differ,
    that is one step of the history, whose undo sets them again at the present tick.

    Parameters
    ----------
    lab : Lab
        Whose run is meant.

    Signals
    -------
    changed : ()
        The run stands at another tick of its past.
    """

    changed = Signal()
    _came = Signal(object)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._wish: Wish | None = None
        self._busy = False
        self._origin: Content | None = None
        """Document from before the present gesture, None outside one."""
        self._ends = False
        """Whether the gesture is over once the run is where it was wished to be."""
        self._recording_waits = False
        self._came.connect(self._arrived)

    @property
    def busy(self) -> bool:
        """Whether the run is on its way."""
        return self._busy

    def go(self, tick: int, line: int | None = None, ends: bool = True) -> None:
        """Pause and go to a macro tick; of several wishes only the newest counts.

        Parameters
        ----------
        tick : int
            Macro tick; the nearest that can be reached stands for one that cannot.
        line : int, optional
            Line of the run, the present one where it is not given.
        ends : bool
            Whether the gesture ends with it; a bar that is held down goes on.
        """
        lab = self._lab
        lab.playback.close()
        lab.runs.plays_next = False
        if self._origin is None:
            self._origin = lab.document.content
            if lab.record.active:
                lab.files.continue_in_part()
                self._recording_waits = True
                text = "The recording was closed, for none goes back in time; a next part begins on play."
                lab.notify("info", text, key="recording")
        self._wish, self._ends = (tick, line), ends
        if not self._busy:
            self._start()

    def release(self) -> None:
        """End the gesture: the bar was let go."""
        self._ends = True
        if not self._busy:
            self._finish()

    def back(self) -> None:
        """To the last keyframe before the present tick."""
        self._to_mark(
            lambda reach: max((mark for mark in reach.marks if mark < reach.tick), default=reach.first)
        )

    def forward(self) -> None:
        """To the first keyframe behind the present tick, or the end of the line."""
        self._to_mark(
            lambda reach: min((mark for mark in reach.marks if mark > reach.tick), default=reach.tip)
        )

    def to_end(self, line: int | None = None) -> None:
        """To the end of a line, of the present one where none is named."""
        self.go(1 << 62, line)

    def leave(self) -> None:
        """Before the run goes on: end the gesture, and let a recording go on in its next part."""
        self.release()
        if self._recording_waits:
            self._recording_waits = False
            self._lab.files.resume_part("The run went back in time")

    def _to_mark(self, choose: Callable[[Reach], int]) -> None:
        lab = self._lab
        loop = lab.simulation.loop
        loop.pause()

        def told(reach: Reach) -> None:
            if reach.tip > reach.first:
                self.go(choose(reach))
            else:
                lab.notify("info", "There is nothing to go back to yet.", key=KEY)

        lab.background.watch(loop.call(lambda _world: loop.past.reach()), told)

    def _start(self) -> None:
        wish = self._wish
        assert wish is not None
        self._busy = True
        self._ask(self._lab.simulation.loop.travel(*wish, lambda: self._wish is not wish), wish)

    def _ask(self, future: Future[Arrival], wish: Wish) -> None:
        asked = self._lab.document.content

        def done(future: Future[Arrival]) -> None:
            with suppress(RuntimeError):  # the window, and this object with it, may be deleted by now
                self._came.emit((future, wish, asked))

        future.add_done_callback(done)

    @Slot(object)
    def _arrived(self, told: tuple[Future[Arrival], Wish, Content]) -> None:
        future, wish, asked = told
        lab = self._lab
        error = future.exception()
        if error is None and lab.document.content is not asked:
            # An edit, or another run, came between: the engines know what they run now.
            self._ask(lab.simulation.loop.call(Arrival.of), wish)
            return
        self._busy = False
        if error is not None:
            if not isinstance(error, LoopEnded):
                lab.show_error(error)
        else:
            self._follow(future.result())
        if self._wish is not wish and error is None:
            self._start()
        elif self._ends:
            self._finish()

    def _follow(self, arrival: Arrival) -> None:
        """Let the document say what the engines run now."""
        lab = self._lab
        content = lab.document.content
        if content.configs.keys() != arrival.configs.keys():
            return  # another run, which is told of by itself
        configs = dict(arrival.configs)
        lab.runs.follow(replace(content, config=configs.pop(content.engine), others=configs))
        self.changed.emit()

    def _finish(self) -> None:
        """Keep what the gesture did to the document as one step."""
        origin, self._origin = self._origin, None
        content = self._lab.document.content
        if origin is not None and origin.configs.keys() == content.configs.keys():
            self._lab.history.note(origin, "Go to another tick")
