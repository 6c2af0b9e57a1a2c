"""Says when the disk of a recording runs full or its process dies; asks before frames are given up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tauscope.widgets.amounts import count, plural, size, time_left
from tauscope.widgets.dialogs import confirm
from tauscope.widgets.state import RecordingStatus

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

SOON = 120.0
"""Seconds until a disk is full from which it is told."""
SOON_KEY, FULL_KEY, RECORDING_KEY = "disk", "full", "recording"


class DiskWatch:
    """Watches the disk of the recording.

    Parameters
    ----------
    lab : Lab
        Whose window is told.
    stop : callable
        Stops the recording, whatever is given up.
    """

    def __init__(self, lab: Lab, stop: Callable[[], object]) -> None:
        self._lab, self._stop = lab, stop
        self._warned = ""
        self._waits = False
        self._died = ""

    def look(self, status: RecordingStatus) -> None:
        """Say once a recording that its disk will be full soon or is, or that its process died."""
        notes = self._lab.window.notifications
        if status.trouble and status.active and status.path != self._died:
            self._died = status.path
            self._lab.notify("error", status.trouble, key=RECORDING_KEY)
        if status.waits_for_room and not self._waits:
            stop = ("Stop recording", self.stop)
            self._lab.notify("error", full(status), actions=[stop], key=FULL_KEY)
        elif status.waits_for_room:
            notes.reword(FULL_KEY, full(status))
        elif self._waits and status.active and not status.ending:
            name = Path(status.path).name
            self._lab.notify("info", f"There is room again, and {name} goes on.", key=FULL_KEY)
        elif self._waits:
            notes.withdraw(FULL_KEY)  # how it ended is told by itself
        self._waits = status.waits_for_room
        tight = status.active and status.rate > 0 and status.disk_left < SOON * status.rate
        if self._warned and (status.waits_for_room or not status.active):
            notes.withdraw(SOON_KEY)
        if not tight or status.waits_for_room or status.path == self._warned:
            return
        self._warned = status.path
        self._lab.notify(
            "warning",
            f"The disk of {Path(status.path).name} will be full in "
            f"{time_left(status.disk_left / status.rate)}. "
            "Stop the recording, or record fewer frames or fields.",
            actions=[("Stop recording", self.stop)],
            key=SOON_KEY,
        )

    def stop(self) -> None:
        """Stop the recording; asks first where frames that wait would find no room."""
        self.ask("Stop", self._stop)

    def ask(self, verb: str, done: Callable[[], object]) -> None:
        """Do what ends the recording; asks first where frames that wait would find no room.

        Parameters
        ----------
        verb : str
            What it is called: ``Stop``, ``Close``.
        done : callable
            Does it.
        """
        status = self._lab.record.status()
        if not (status.waits_for_room and status.at_risk) or status.ending:
            done()
            return
        frames = plural(status.at_risk, "frame", "frames")
        text = (
            f"The disk of {Path(status.path).name} is full. Up to {frames} that wait would find no room "
            f"there and be lost. Free {size(status.missing)} on it, and the recording goes on with all."
        )
        accept = f"{verb} and give up {count(status.at_risk)} frames" if status.at_risk > 1 else verb
        window, refuse = self._lab.window, "Keep waiting"
        asked = confirm(window, "The disk is full", text, accept, done, danger=True, refuse=refuse)
        asked.rejected.connect(self._say_again)

    def _say_again(self) -> None:
        """Let the note that was answered by keeping on come back."""
        self._waits = False


def full(status: RecordingStatus) -> str:
    """Sentence about a recording that waits for room on its disk."""
    text = (
        f"The disk of {Path(status.path).name} is full. The recording waits, and goes on by itself when "
        f"{size(status.missing)} more are free there."
    )
    if status.at_risk:
        frames = plural(status.at_risk, "frame", "frames")
        return f"{text} If it is stopped before, up to {frames} that wait are lost."
    return f"{text} It can be stopped without loss: there is room for what waits."
