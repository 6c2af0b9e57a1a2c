"""The physics oracle: energy that is gained must be work that was done, exact to the sub-step.

H_hat of the leapfrog changes only by the work of the drive and the loss to friction, which the kernels sum
for both halves of a step, and by edits, which are booked. What is left over is the residual. Source:
ufie.md, sections A and C; it replaces section 4.5.2 of the document, whose test a NaN passes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie.protocol import SUMS

Floats = npt.NDArray[np.float64]

BOOKS = ("work", "loss", "geometry", "injected", "gross")
"""Work of the drive, loss to friction (negative), energy given by edits of medium, metric, topology or drive,
energy given by edits of the field, and the sum of the moduli of all."""

_AT = {name: number for number, name in enumerate(SUMS)}


def energy(row: Floats) -> float:
    """H of a row of sums."""
    kinetic, gradient, mass, cubic = (
        float(row[_AT[name]]) for name in ("kinetic", "gradient", "mass", "cubic")
    )
    return kinetic + gradient + mass - cubic


def conserved(row: Floats, dt: float) -> float:
    """H_hat of a row of sums, what undriven, undamped steps keep."""
    return energy(row) - 0.125 * dt * dt * float(row[_AT["force"]])


def size(row: Floats) -> float:
    """T + G + |N| of a row, the scale of a residual."""
    kinetic, gradient, mass, cubic = (
        float(row[_AT[name]]) for name in ("kinetic", "gradient", "mass", "cubic")
    )
    return kinetic + gradient + mass + abs(cubic)


def powers(row: Floats) -> tuple[float, float]:
    """P_in and P_diss of a row."""
    return float(row[_AT["power_in"]]), float(row[_AT["power_loss"]])


@dataclass
class Oracle:
    """Energy account of a run.

    Parameters
    ----------
    base : float
        H_hat when the account was opened, less what had been booked.
    is_open : bool
        Whether there is a base.
    books : array (5,)
        Sums by `BOOKS` since the statistics were reset.
    mark_imbalance, mark_gross : float
        Imbalance and gross sum at the last checkpoint: what came since is what trips.
    last : array (11,) or None
        Sums at the start of the last step, whose work is not yet complete.
    """

    base: float = 0.0
    is_open: bool = False
    books: Floats | None = None
    mark_imbalance: float = 0.0
    mark_gross: float = 0.0
    last: Floats | None = None

    def __post_init__(self) -> None:
        if self.books is None:
            self.books = np.zeros(len(BOOKS))

    def book(self, name: str) -> float:
        """One of `BOOKS`."""
        return float(self._books[BOOKS.index(name)])

    @property
    def _books(self) -> Floats:
        assert self.books is not None
        return self.books

    def take(self, rows: Floats, dt: float) -> None:
        """Account for steps, given the sums at the start of each; the same for any partition into calls."""
        if not len(rows):
            return
        self._open(rows[0], dt)
        joined = rows if self.last is None else np.concatenate([self.last[None, :], rows])
        self._add(joined)
        self.last = rows[-1].copy()

    def edit(self, before: Floats, after: Floats, dt: float, dt_after: float, book: str) -> None:
        """Book what an edit between two steps gave, from the sums just before and just after it."""
        self._open(before, dt)
        if self.last is not None:
            self._add(np.stack([self.last, before]))
        gain = conserved(after, dt_after) - conserved(before, dt)
        self._books[BOOKS.index(book)] += gain
        self._books[-1] += abs(gain)
        self.last = None

    def imbalance(self, row: Floats, dt: float) -> float:
        """Energy that nobody accounts for at a row that follows the last step."""
        trial = Oracle(self.base, self.is_open, self._books.copy(), last=self.last)
        trial._open(row, dt)
        if trial.last is not None:
            trial._add(np.stack([trial.last, row]))
        return conserved(row, dt) - trial.base - float(trial._books[:-1].sum())

    def residual(self, row: Floats, dt: float) -> float:
        """|imbalance| since the statistics were reset, relative to T + G + |N| + sum |W|; 0 at rest."""
        return _relative(self.imbalance(row, dt), size(row) + self.book("gross"))

    def recent(self, dt: float) -> float:
        """As `residual`, of what came since the last checkpoint, at the start of the last step."""
        if self.last is None:
            return 0.0
        gone = conserved(self.last, dt) - self.base - float(self._books[:-1].sum()) - self.mark_imbalance
        return _relative(gone, size(self.last) + self.book("gross") - self.mark_gross)

    def mark(self, dt: float) -> None:
        """Begin to count anew what is recent."""
        self.mark_gross = self.book("gross")
        if self.last is not None:
            self.mark_imbalance = conserved(self.last, dt) - self.base - float(self._books[:-1].sum())

    def reset(self) -> None:
        """Open a new account with the next sums."""
        self.base, self.is_open, self.books, self.last = 0.0, False, np.zeros(len(BOOKS)), None
        self.mark_imbalance = self.mark_gross = 0.0

    def reopen(self, books: Floats) -> None:
        """Go on with books of an earlier moment, with a base of the field as it is at the next sums."""
        self.reset()
        self.books = books.copy()
        self.mark_gross = self.book("gross")

    def _open(self, row: Floats, dt: float) -> None:
        if not self.is_open:
            self.base = conserved(row, dt) - float(self._books[:-1].sum())
            self.is_open = True

    def _add(self, rows: Floats) -> None:
        """Book the work of the steps between rows, one after another, so that chunks give the same bits."""
        first, then = rows[:-1], rows[1:]
        work = first[:, _AT["work_after"]] + then[:, _AT["work_before"]]
        loss = first[:, _AT["loss_after"]] + then[:, _AT["loss_before"]]
        for place, parts in ((0, work), (1, loss), (len(BOOKS) - 1, np.abs(work) + np.abs(loss))):
            joined = np.concatenate([self._books[place : place + 1], parts])
            self._books[place] = np.add.accumulate(joined)[-1]

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays and numbers."""
        return {
            "books": self._books.copy(),
            "balance": np.array([self.base, self.mark_imbalance, self.mark_gross]),
            "balance_open": self.is_open,
            "last_sums": np.zeros(len(SUMS)) if self.last is None else self.last.copy(),
            "last_known": self.last is not None,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take what `state` gave; shapes were checked."""
        self.books = np.array(state["books"], np.float64)
        self.base, self.mark_imbalance, self.mark_gross = (float(value) for value in state["balance"])
        self.is_open = bool(state["balance_open"])
        self.last = np.array(state["last_sums"], np.float64) if state["last_known"] else None


def _relative(value: float, scale: float) -> float:
    """|value| / scale, 0 at rest; what is not finite stays so, and fails every comparison."""
    if value == 0.0 and scale == 0.0:
        return 0.0
    return abs(value) / scale if scale else math.inf
