"""Run as a process: the whole program, started, looked at, and ended in the way that is asked for."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.closing import run_driven

if TYPE_CHECKING:
    from tauscope.app.lab import Lab
    from tauscope.engine.world import World


def say(**words: object) -> None:
    """Tell the test, one JSON object a line."""
    print("said", json.dumps(words), flush=True)


def main(what: str, every: float, preset: str | None) -> None:
    """Start; ``what`` says how it goes on, ``every`` how often the autosave writes, s.

    ``killed`` edits, waits for a state of the autosave and dies at once. ``recovered`` clicks Recover, waits
    for the run, tells of it and closes. ``closed`` and ``safe`` tell what it was started with and close.
    """
    from PySide6.QtCore import QTimer

    from tauscope.app import autosave
    from tauscope.app.parts.recovery import Recovery
    from tauscope.app.parts.sessions import part_of
    from tauscope.engine.base import hash_state

    def wait(lab: Lab, condition: Callable[[], bool], then: Callable[[], None]) -> None:
        if condition():
            then()
        else:
            QTimer.singleShot(20, lab, lambda: wait(lab, condition, then))

    def end(lab: Lab) -> None:
        say(
            notes=lab.window.notifications.texts(),
            layout=lab.settings.layout,
            preset=lab.settings.preset,
            files=sorted(path.name for path in autosave.folder().glob("*")),
        )
        lab.window.close()

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def tell(lab: Lab, told: Callable[[], None]) -> None:
        def look(world: World) -> tuple[int, dict[str, str]]:
            return world.macro_tick, hash_state(world.engine("gravity").state())

        def show(found: tuple[int, dict[str, str]]) -> None:
            say(tick=found[0], state=found[1], digest=lab.document.content.digest())
            told()

        lab.background.watch(lab.simulation.loop.call(look), show)

    def drive(lab: Lab) -> None:
        part = part_of(lab, Recovery)
        part.every = every
        if what == "killed":
            part._started.setInterval(3_600_000)  # it dies while it starts, also on a busy machine

            def edit() -> None:
                lab.editing.set_parameter("capacity", 1.25)
                lab.set_playing(False)
                wait(lab, saved, lambda: tell(lab, die))

            def saved() -> bool:
                last, frame = part._last, lab.frame
                if last is None or frame is None or frame.running or lab.simulation.loop.running:
                    return False  # a state from before the pause would run on when it comes back
                return last[:3] == (frame.generation, frame.macro_tick, lab.document.content)

            wait(lab, lambda: lab.frame is not None and lab.frame.macro_tick > 100, edit)
        elif what == "recovered":

            def offered() -> bool:
                return any("ended without closing" in text for text in lab.window.notifications.texts())

            def click() -> None:
                buttons = [b for banner in lab.window.notifications.visible() for b in banner.buttons]
                next(button for button in buttons if button.text() == "Recover").click()

            def back() -> bool:
                return any("of the recovered run" in text for text in lab.window.notifications.texts())

            def answer() -> None:
                click()
                wait(lab, back, lambda: tell(lab, lambda: end(lab)))

            wait(lab, lambda: lab.frame is not None and offered(), answer)
        else:
            wait(lab, lambda: lab.frame is not None, lambda: end(lab))

    run_driven(drive, preset, safe=what == "safe")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
