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
from tauscope.engine.world import World

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
    _reached = Signal(object)

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
        self._marks: list[Callable[[Reach], int]] = []
        """Steps from keyframe to keyframe that are not yet wishes."""
        self._next: tuple[World, Callable[[], object]] | None = None
        """What the run is to do once it is where it was wished to be, and which run."""
        self._came.connect(self._arrived)
        self._reached.connect(self._choose)

    @property
    def busy(self) -> bool:
        """Whether the run is on its way."""
        return self._busy or bool(self._marks)

    @property
    def plays_next(self) -> bool:
        """Whether the run goes on once it is where it was wished to be."""
        return self._next is not None

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
        self._marks.clear()
        self._next = None
        self._go(tick, line, ends)

    def _go(self, tick: int, line: int | None = None, ends: bool = True) -> None:
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

    def leave(self, then: Callable[[], object]) -> None:
        """Once wishes came true: end the gesture, let a recording go on in a next part, and do what is asked.

        Parameters
        ----------
        then : callable
            Lets the run go on; a later wish, a pause or another run takes its place.
        """
        if self.busy:
            self._next = self._world, then
            self._ends = True
            return
        self._next = None
        self.release()
        if self._recording_waits:
            self._recording_waits = False
            self._lab.files.resume_part("The run went back in time")
        then()

    def stay(self) -> None:
        """A pause: where the run was wished to be it stays."""
        self._next = None

    def _to_mark(self, choose: Callable[[Reach], int]) -> None:
        """Go from keyframe to keyframe, one after the other however fast they are asked for."""
        self._next = None
        self._lab.simulation.loop.pause()
        self._marks.append(choose)
        if len(self._marks) == 1 and not self._busy:
            self._next_mark()

    def _next_mark(self) -> None:
        loop, world = self._lab.simulation.loop, self._world

        def told(future: Future[Reach]) -> None:
            with suppress(RuntimeError):  # the window, and this object with it, may be deleted by now
                self._reached.emit((future, world))

        loop.call(lambda _world: loop.past.reach()).add_done_callback(told)

    @Slot(object)
    def _choose(self, told: tuple[Future[Reach], World]) -> None:
        if not self._marks or self._busy:
            return  # another wish came between; it asks again once it came true
        future, world = told
        choose, self._marks = self._marks[0], self._marks[1:]
        error = future.exception()
        if error is not None:
            self._marks.clear()
            self._next = None
            if not isinstance(error, LoopEnded):
                self._lab.show_error(error)
            return
        reach = future.result()
        if self._world is not world:  # of another run
            self._marks.clear()
            self._go_on()
        elif reach.tip > reach.first:
            self._go(choose(reach))
        else:
            self._marks.clear()
            self._lab.notify("info", "There is nothing to go back to yet.", key=KEY)
            self._go_on()

    def _go_on(self) -> None:
        """Do what was asked for after the wishes, unless another run is there."""
        following, self._next = self._next, None
        if following is not None and following[0] is self._world:
            self.leave(following[1])

    @property
    def _world(self) -> World:
        """Which run this is; another preset is another one."""
        return self._lab.simulation.loop.world

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
            self._marks.clear()
            self._next = None
            if not isinstance(error, LoopEnded):
                lab.show_error(error)
        else:
            self._follow(future.result())
        if self._wish is not wish and error is None:
            self._start()
        elif self._marks:
            self._next_mark()
        elif self._ends:
            self._finish()
            self._go_on()

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
