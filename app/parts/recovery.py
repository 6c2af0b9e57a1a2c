"""Autosave and recovery: a state every half minute, offered again after a crash."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from tauscope.app import allocator, autosave
from tauscope.app import session as files
from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import KINDS, Sessions, part_of
from tauscope.app.parts.trace import Trace
from tauscope.app.storage import why
from tauscope.engine.base import Frame
from tauscope.engine.errors import TauscopeError
from tauscope.widgets.controls.numbers import format_duration
from tauscope.widgets.dialogs import ask_file

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

EVERY = 30.0
"""Seconds between two states, so that one lost is at most 60 s old even where writing takes its time."""
SHARE = 4
"""Writing may take at most one part in so many of the time."""
NOT_YET_MS = 1000
"""How soon it looks again where the run is not in place yet: kernels are compiled in a minute."""
STARTED_MS = 5000
"""So long after its first frame a start counts as one that went well."""
STAYS_SECONDS = 60.0
"""For so long after a logout began closing leaves the run for the next start: it may be called off."""
KEY = "recovery"
log = logging.getLogger(__name__)


class Recovery(Part):
    """Keeps the present run in a file of its own, and offers what a crash left behind.

    Parameters
    ----------
    lab : Lab
        Whose run is kept.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._last: tuple[int, int, Content, dict[str, Any]] | None = None
        """Generation, tick and document of the newest state in the file."""
        self._busy = False
        self._told = False
        self._begun = False
        self._stays_until = 0.0
        self._over = threading.Event()
        self.every = EVERY
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)
        self._started = QTimer(self)
        self._started.setSingleShot(True)
        self._started.setInterval(STARTED_MS)
        self._started.timeout.connect(autosave.end_start)

    def actions(self) -> Sequence[ActionSpec]:
        """File menu."""
        return [
            ActionSpec(
                "open_autosaved",
                "&File",
                "Open a recovered state…",
                self.open_dialog,
                tip="States that were recovered after a crash stay here for a while",
            )
        ]

    @property
    def _stays(self) -> bool:
        """Whether the run stays for the next start, though the window closes in order."""
        return time.monotonic() < self._stays_until

    # -- saving

    def frame_shown(self, frame: Frame) -> None:
        """The first frame: the start went well so far."""
        if not self._begun:
            self._begun = True
            self._started.start()
            self._timer.start(round(1000 * self.every))

    def save(self) -> None:
        """Write the present moment to this process's own file, unless nothing has happened since the last."""
        lab, frame = self.lab, self.lab.frame
        content = lab.document.content
        self._timer.start(round(1000 * self.every))  # first of all, so that no fault ends it
        if frame is None or content.engine not in lab.simulation.loop.world.engines or self._busy:
            self._timer.start(min(NOT_YET_MS, round(1000 * self.every)))
            return
        origin, window = part_of(lab, Trace).origin, part_of(lab, Sessions).window_state()
        now = (frame.generation, frame.macro_tick, content, window["results"])
        last = self._last
        if last is not None and now[:2] == last[:2] and content is last[2] and now[3] == last[3]:
            return
        path, began = autosave.own_path(), time.monotonic()
        self._busy = True

        def write(moment: files.Moment) -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.save(path, content, moment, origin=origin, window=window, over=True)
            if self._over.is_set() and not self._stays:  # the window closed meanwhile
                autosave.forget_own()

        def work(taken: Future[files.Moment]) -> BaseException | None:
            try:
                moment = taken.result()
                if not self._over.is_set():
                    write(moment)
            except Exception as error:  # told once, in `told`, and tried again
                if not isinstance(error, OSError | TauscopeError):
                    log.exception("the autosave failed")
                return error
            return None

        def told(error: BaseException | None) -> None:
            self._busy = False
            spent = time.monotonic() - began
            self._timer.start(round(1000 * max(self.every, SHARE * spent)))
            if error is None:
                self._last, self._told = now, False
            elif not self._told:
                self._told = True
                cause = f"{why(error)[0]} ({path.parent})." if isinstance(error, OSError) else str(error)
                lab.notify("warning", f"The run cannot be saved by itself: {cause}", key=KEY)
            lab.background.run(allocator.give_back)  # the copy of the run, and what else was let go

        taken = lab.simulation.loop.call(files.Moment.of)
        lab.background.run(lambda: work(taken), told)

    def commit(self, seconds: float) -> None:
        """Write the present moment now, and wait; it is offered at the next start, though all ends well.

        Parameters
        ----------
        seconds : float
            Longest wait; the state before stays where it takes longer.
        """
        lab, content = self.lab, self.lab.document.content
        if lab.frame is None or content.engine not in lab.simulation.loop.world.engines:
            return
        self._stays_until = time.monotonic() + STAYS_SECONDS
        origin, window = part_of(lab, Trace).origin, part_of(lab, Sessions).window_state()
        path, taken = autosave.own_path(), lab.simulation.loop.call(files.Moment.of)

        def write() -> None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                files.save(path, content, taken.result(), origin=origin, window=window, over=True)
            except Exception:  # nobody is there any more to be told
                log.exception("the run was not saved at logout")

        writer = threading.Thread(target=write, name="logout", daemon=True)
        writer.start()
        writer.join(seconds)

    # -- recovery

    def offer(self) -> None:
        """Offer the newest state of a program that ended without closing."""
        lab = self.lab

        def look() -> autosave.Lost | None:
            autosave.sweep()
            return autosave.claim()

        lab.background.run(look, self._offer)

    def _offer(self, lost: autosave.Lost | None) -> None:
        if lost is None:
            return
        more = f" {lost.others} more will be offered next time." if lost.others else ""
        self.lab.notify(
            "warning",
            f"The program ended without closing. Its run as it was {format_duration(lost.age)} ago "
            f"was saved.{more}",
            actions=[("Recover", lambda: self.recover(lost.path)), ("Discard", lambda: discard(lost.path))],
            key=KEY,
        )

    def recover(self, path: Path) -> None:
        """Open a state; its file stays as it is, under another name."""
        if path.exists():
            part_of(self.lab, Sessions).open(autosave.keep(path), True, "the recovered run")

    def open_dialog(self) -> None:
        """Ask for a state that was recovered before."""
        lab = self.lab
        ask_file(
            lab.window,
            "Open a recovered state",
            str(autosave.folder()),
            KINDS,
            lambda path: part_of(lab, Sessions).open(path, True, "the recovered run"),
        )

    def close(self) -> None:
        """Nothing is lost: the window closes in order."""
        self._over.set()
        self._timer.stop()
        self._started.stop()
        autosave.end_start()
        if not self._stays:
            autosave.forget_own()


def discard(path: Path) -> None:
    """Remove a state that nobody wants."""
    with suppress(OSError):  # it is offered once more then
        path.unlink()
