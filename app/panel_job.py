"""Work for a panel that is asked for often: begun at intervals, done elsewhere, shown as the window draws."""

from __future__ import annotations

import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from tauscope.widgets.sight import in_sight

REFRESH_SECONDS = 0.1
LAST_MS = 130
"""After so long a result is shown although no frame comes, as when the run is paused."""


class PanelJob:
    """Work that is begun at most every so often, and only while its panel can be seen.

    Parameters
    ----------
    owner : QObject
        Object of the GUI thread with which the job ends.
    panel : QWidget
        Only while it is visible anything is done.
    work : callable
        ``work(done)``: begins the work; ``done(result)`` ends it on the GUI thread, and ``done(None)`` from
        any thread where there is nothing new.
    show : callable
        Shows a result.
    every : float
        Least time between two beginnings in seconds.
    """

    def __init__(
        self,
        owner: QObject,
        panel: QWidget,
        work: Callable[[Callable[[object], None]], None],
        show: Callable[[object], None],
        every: float = REFRESH_SECONDS,
    ) -> None:
        self._owner, self._panel, self._work, self._show = owner, panel, work, show
        self._every = every
        self._began = 0.0
        self._busy = False
        self._wanted = False
        self._late = False
        self._result: object = None

    def turn(self) -> None:
        """Show what is done; begin anew where the last is old enough, else as soon as it is."""
        self._take()
        early = self._every - (time.monotonic() - self._began)
        if not self._busy and early <= 0:
            self._begin()
        elif not self._late:  # the last frame before a pause is shown as well
            self._late = True
            QTimer.singleShot(max(1, round(1000 * early)), self._owner, self._catch_up)

    def _catch_up(self) -> None:
        self._late = False
        self.again()

    def again(self) -> None:
        """Begin at once, or as soon as the present work is done: the user is waiting."""
        self._wanted = True
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        if not shiboken6.isValid(self._panel) or not in_sight(self._panel):
            return
        self._wanted = False
        self._busy, self._began = True, time.monotonic()
        self._work(self._done)

    def _done(self, result: object) -> None:
        self._busy = False
        if result is not None:
            self._result = result
            QTimer.singleShot(LAST_MS, self._owner, self._take)

    def _take(self) -> None:
        result, self._result = self._result, None
        if result is not None and shiboken6.isValid(self._panel):  # a timer may outlive the window
            self._show(result)
        if self._wanted and not self._busy:
            self._begin()
