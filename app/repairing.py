"""Recordings that a killed program left open: offered for repair, repaired in the background, and opened."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tauscope.app.owned import remove_orphans
from tauscope.app.recording import leftovers, recover
from tauscope.app.recording.recover import REBUILT, interrupted
from tauscope.app.sweep_wish import unfinished
from tauscope.engine.errors import Cancelled

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

BUTTON = "Repair and open"
_BETWEEN = 0.25
"""Seconds between two words about how far it is."""


def to_repair(folder: Path) -> list[Path]:
    """Interrupted recordings of a folder, newest first; sweeps are gone on with where they are made.

    Raises
    ------
    OSError
        If the folder cannot be read.
    """
    sweeps = unfinished(folder)
    return [path for path in interrupted(folder) if path not in sweeps]


class Repairing(QObject):
    """Offers to repair recordings, and does so.

    Parameters
    ----------
    lab : Lab
        Session whose notifications offer it.
    """

    _advanced = Signal(str, float, str)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._running: dict[str, threading.Event] = {}
        self._advanced.connect(self._show)

    def offer(self, path: Path, text: str = "") -> None:
        """Say that a recording was not closed, with a button that repairs and opens it."""
        self._lab.notify(
            "warning",
            text
            or f"“{path.name}” was not closed: its program was killed or still runs elsewhere. "
            "What was saved can be made readable.",
            actions=[(BUTTON, lambda: self.repair(path))],
            key=_key(path),
        )

    def look(self) -> None:
        """Offer the newest interrupted recording of the folder in use; called once, at the start."""
        folder = self._lab.files.folder

        def find() -> list[Path]:
            remove_orphans(folder)
            leftovers.remove(folder)
            with suppress(OSError):  # a folder that is gone has nothing to offer
                return to_repair(folder)
            return []

        self._lab.background.run(find, self._found)

    def _found(self, paths: list[Path]) -> None:
        if not paths:
            return
        newest, others = paths[0], len(paths) - 1
        text = (
            f"The recording “{newest.name}” in {newest.parent} was interrupted. "
            "What was saved can be made readable."
        )
        if others:
            text += f" So can {others} older one{'s' if others > 1 else ''} there, once you open them."
        self.offer(newest, text)

    def repair(self, path: Path) -> None:
        """Recover a recording off the GUI thread and open what can be read; nothing while that runs."""
        key, lab = _key(path), self._lab
        if key in self._running:
            return
        stop = self._running[key] = threading.Event()
        self._show(str(path), 0.0, "Looking at the file")

        def work() -> Path | Exception:
            try:
                return recover(path, self._teller(path, stop))
            except Exception as error:  # noqa: BLE001 - told where the repair ends, on the GUI thread
                return error

        lab.background.run(work, lambda found: self._ended(path, found), keep=True)

    def close(self) -> None:
        """Stop what runs; closing waits for it."""
        for stop in self._running.values():
            stop.set()

    def _teller(self, path: Path, stop: threading.Event) -> Callable[[float, str], None]:
        last = time.monotonic()

        def tell(fraction: float, text: str) -> None:
            nonlocal last
            if stop.is_set():
                raise Cancelled("The repair")
            if time.monotonic() - last > _BETWEEN:
                last = time.monotonic()
                self._advanced.emit(str(path), fraction, text)

        return tell

    def _show(self, name: str, fraction: float, text: str) -> None:
        path = Path(name)
        stop = self._running.get(_key(path))
        if stop is None or stop.is_set():
            return
        # Not by way of the log, which would hold every step.
        self._lab.window.notifications.show_message(
            "info",
            f"Repairing “{path.name}”: {fraction:.0%}. {text}…",
            actions=(("Cancel", stop.set),),
            key=_key(path),
        )

    def _ended(self, path: Path, found: Path | Exception) -> None:
        lab = self._lab
        self._running.pop(_key(path), None)
        if isinstance(found, Path):
            text = f"“{path.name}” was repaired; its header as it was lies beside it."
            if found != path and found.stem.endswith(REBUILT):
                text = f"What can be read of “{path.name}” is in “{found.name}”; the damaged file stays."
            lab.notify("info", text, key=_key(path))
            lab.playback.open(str(found))
        elif isinstance(found, Cancelled):
            self.offer(path, f"The repair of “{path.name}” was cancelled; the file is as it was.")
        else:
            lab.window.notifications.show_message("info", f"“{path.name}” was not repaired.", key=_key(path))
            lab.show_error(found)


def _key(path: Path) -> str:
    return f"repair:{path}"
