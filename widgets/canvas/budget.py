"""Redraw budget: of the canvases that changed, draws as many per tick as a share of the time allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

SLOT_SECONDS = 0.007
SLOT_STRETCH = 1.3
LONGEST_SLOT = 0.012
"""However long composing takes: a slot in which the user waits for more than 16 ms is noticed."""
INTERVAL_SECONDS = 1 / 60
_MEMORY = 0.2


class Redrawable(Protocol):
    """What the budget draws."""

    @property
    def canvas_native(self) -> QWidget:
        """Widget whose ``update`` redraws it."""
        ...

    @property
    def draw_seconds(self) -> float:
        """What its last drawing took, without the composition of the window."""
        ...


class RedrawBudget:
    """Draws changed canvases in turn and never takes more than its share of the GUI thread.

    The application owns one and calls `tick` from its display timer. Under software OpenGL one canvas can
    cost tens of milliseconds; then a few are drawn per tick and the next have to wait until the time spent
    is back under the share. Composing the window costs the same for one canvas as for three, so a slot may
    be a little longer than that. What the user does on a canvas is drawn at once and never waits here.

    Parameters
    ----------
    share : float
        Largest part of wall-clock time spent on drawing, 0 to 1.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(self, share: float = 0.5, clock: Callable[[], float] = time.perf_counter) -> None:
        self._share = min(max(share, 0.05), 1.0)
        self._clock = clock
        self._waiting: list[Redrawable] = []
        self._composing = 0.0
        self._not_before = 0.0
        self._spent = 0.0
        self._since = clock()
        self.draws = 0

    @property
    def waiting(self) -> int:
        """Canvases that changed and are not drawn yet."""
        return len(self._waiting)

    @property
    def ready(self) -> bool:
        """Whether the time spent on drawing is back under its share.

        Every repaint of a window with canvases composes all of it, so whatever changes from frame to frame
        is best changed just before `tick` draws.
        """
        return self._clock() >= self._not_before

    def changed(self, canvas: Redrawable) -> None:
        """Put a canvas at the end of the queue, once."""
        if not any(one is canvas for one in self._waiting):
            self._waiting.append(canvas)

    def forget(self, canvas: Redrawable) -> None:
        """Take a canvas out of the queue for good."""
        self._waiting = [one for one in self._waiting if one is not canvas]

    def tick(self, spent: float = 0.0) -> int:
        """Draw what the budget allows now; returns how many canvases.

        Parameters
        ----------
        spent : float
            Seconds that the same slot has taken before.
        """
        now = self._clock()
        if not self._waiting or now < self._not_before:
            return 0
        chosen = self._choose(spent)
        if not chosen:
            return 0
        for canvas in chosen:
            canvas.canvas_native.update()
        for window in {canvas.canvas_native.window() for canvas in chosen}:
            # Carried out here and now, so that the cost of composing the window is seen as well.
            QCoreApplication.sendPostedEvents(window, QEvent.Type.UpdateRequest.value)
        self._account(chosen, now, self._clock() - now)
        return len(chosen)

    def take_share(self) -> float:
        """Share of wall-clock time spent drawing since the last call, 0 to 1."""
        now = self._clock()
        elapsed, spent = now - self._since, self._spent
        self._since, self._spent = now, 0.0
        return min(spent / elapsed, 1.0) if elapsed > 0 else 0.0

    def _choose(self, spent: float) -> list[Redrawable]:
        chosen: list[Redrawable] = []
        left: list[Redrawable] = []
        slot = min(max(SLOT_SECONDS, SLOT_STRETCH * self._composing), LONGEST_SLOT - spent)
        planned = self._composing
        for canvas in self._waiting:
            handle: QWindow | None = canvas.canvas_native.window().windowHandle()
            if not canvas.canvas_native.isVisible() or handle is None or not handle.isExposed():
                continue  # Qt draws it when it is shown
            planned += canvas.draw_seconds
            (left if chosen and planned > slot else chosen).append(canvas)
        self._waiting = left
        return chosen

    def _account(self, chosen: list[Redrawable], start: float, cost: float) -> None:
        self.draws += len(chosen)
        self._spent += cost
        rest = max(cost - sum(canvas.draw_seconds for canvas in chosen), 0.0)
        self._composing += _MEMORY * (rest - self._composing)
        # A little early is on time: a timer of 16 ms must not miss every other slot.
        self._not_before = start + max(cost / self._share, 0.8 * INTERVAL_SECONDS)
