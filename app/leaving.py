"""Logout: the desktop asks for what is unsaved, and ends the program a moment later."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QSessionManager

from tauscope.app.parts.recovery import STAYS_SECONDS, Recovery
from tauscope.app.parts.sessions import part_of

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

COMMIT_SECONDS = 3.0
"""How long a logout waits for the run to be written; the state before stays where that takes longer."""


class Leaving(QObject):
    """Keeps the run when the desktop's session ends, and lets the window close without a question.

    The run is offered at the next start, as after a crash. What is being recorded ends in order when the
    window closes, which the desktop asks for after this; a logout that is called off changes nothing.

    Parameters
    ----------
    lab : Lab
        Session whose run is kept.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self._lab = lab
        self._until = 0.0
        lab.app.commitDataRequest.connect(self.commit, Qt.ConnectionType.DirectConnection)

    @property
    def wanted(self) -> bool:
        """Whether the desktop's session is ending."""
        return time.monotonic() < self._until

    @Slot(QSessionManager)
    def commit(self, manager: QSessionManager) -> None:
        """Write the run now: the manager waits for this to return, and may ask nobody anything."""
        # It would be started again with words that the command line does not know.
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self._until = time.monotonic() + STAYS_SECONDS
        part_of(self._lab, Recovery).commit(COMMIT_SECONDS)
        self._lab.save_settings()

    def close(self) -> None:
        """Listen no more."""
        self._lab.app.commitDataRequest.disconnect(self.commit)
