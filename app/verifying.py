"""Verification of the shown recording: one replay at a time, in a process of its own, that can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tauscope.app.recording import replay
from tauscope.app.recording.replay import ReplayReport
from tauscope.engine.errors import Cancelled, TauscopeError

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


class Verifying(QObject):
    """Runs a replay and tells the player how far it is.

    Parameters
    ----------
    lab : Lab
        Session whose player is meant.
    """

    _advanced = Signal(object, float, str)

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._stop: threading.Event | None = None
        self._advanced.connect(self._show)

    @property
    def active(self) -> bool:
        """Whether a replay runs that was not stopped."""
        return self._stop is not None

    def start(self, path: Path) -> None:
        """Run a recording again in a new process and compare every bit; nothing while one runs."""
        if self._stop is not None:
            return
        stop = self._stop = threading.Event()
        self._lab.window.player.set_verifying(0.0)

        def work() -> ReplayReport | Exception:
            try:
                return replay(path, verify=True, progress=self._teller(stop), stop=stop)
            except Exception as error:  # noqa: BLE001 - told where the replay ends, on the GUI thread
                return error

        self._lab.background.run(work, lambda found: self._ended(stop, found))

    def stop(self, say: bool = False) -> None:
        """End the replay, if one runs."""
        stop, self._stop = self._stop, None
        if stop is None:
            return
        stop.set()
        self._lab.window.player.set_verifying(None)
        if say:
            self._lab.notify(
                "info", "The replay was stopped; nothing is said of the recording.", key="verify"
            )

    def _teller(self, stop: threading.Event) -> Callable[[float, str], None]:
        last = 0.0

        def tell(fraction: float, text: str) -> None:
            nonlocal last
            if time.monotonic() - last > 0.1 and not stop.is_set():
                last = time.monotonic()
                self._advanced.emit(stop, fraction, text)

        return tell

    def _show(self, stop: threading.Event, fraction: float, text: str) -> None:
        if stop is self._stop:
            self._lab.window.player.set_verifying(fraction, text)

    def _ended(self, stop: threading.Event, found: ReplayReport | Exception) -> None:
        if stop is not self._stop:
            return
        self._stop = None
        lab = self._lab
        lab.window.player.set_verifying(None)
        if isinstance(found, ReplayReport):
            lab.notify("info" if found.passed else "error", found.sentence, key="verify")
        elif isinstance(found, TauscopeError):
            if not isinstance(found, Cancelled):
                lab.notify("error", str(found), key="verify")
        else:
            lab.show_error(found)
