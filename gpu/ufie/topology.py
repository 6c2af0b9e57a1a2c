"""Which bricks are there, in which slots of memory, and which slots lie beside one another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie.layout import Integers, Layout

Table = npt.NDArray[np.int32]

TWIN = np.arange(14) ^ 1
"""The column in which a neighbour has this brick, by the column in which this brick has it."""


class Change(NamedTuple):
    """What a change of the bricks means for arrays that have a row a slot."""

    rows: Integers
    """Rows of the table of neighbours that changed."""
    source: Integers
    """Slots whose content moves."""
    target: Integers
    """Where it moves to."""


class Topology:
    """Bricks in slots 0 to ``count - 1``; a missing neighbour is the brick itself, which reflects.

    Parameters
    ----------
    layout : Layout
        Of the sites.
    present : int array, optional
        Numbers of the bricks that are there, all unless given; they lie in the order given.

    Raises
    ------
    ValueError
        If a number is none of a brick, or given twice.
    """

    def __init__(self, layout: Layout, present: npt.ArrayLike | None = None) -> None:
        self.layout = layout
        numbers = self.checked(np.arange(layout.bricks) if present is None else present)
        if np.unique(numbers).size != numbers.size:
            raise ValueError("A brick is given twice.")
        self.count = 0
        self.slots = np.full(layout.bricks, -1, np.int32)
        """Slot of each brick; -1 where it is missing."""
        room = max(1, numbers.size)
        self._numbers = np.empty(room, np.int64)
        self._beside = np.zeros((room, 14), np.int32)
        self._append(numbers)

    @property
    def numbers(self) -> Integers:
        """Brick of each slot, shape (count,)."""
        return self._numbers[: self.count]

    @property
    def beside(self) -> Table:
        """Slots beside each slot, shape (capacity, 14), in the order of `Layout.beside`."""
        return self._beside

    @property
    def capacity(self) -> int:
        """Slots that there is memory for."""
        return self._numbers.size

    @property
    def ordered(self) -> bool:
        """Whether all bricks are there and slots are brick numbers."""
        numbers = self.numbers
        return self.count == self.layout.bricks and bool((numbers == np.arange(numbers.size)).all())

    def checked(self, bricks: npt.ArrayLike) -> Integers:
        """Brick numbers as int64 (n,).

        Raises
        ------
        ValueError
            If one is none of this torus.
        """
        numbers = np.asarray(bricks, np.int64).ravel()
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < self.layout.bricks):
            raise ValueError(f"Bricks have numbers from 0 to {self.layout.bricks - 1}.")
        return numbers

    def grow(self, bricks: npt.ArrayLike) -> Change:
        """Add bricks behind the others, in ascending order; those that are there stay."""
        wanted = np.unique(self.checked(bricks))
        return self._append(wanted[self.slots[wanted] < 0])

    def prune(self, bricks: npt.ArrayLike) -> Change:
        """Take bricks away; the last ones move into the gaps."""
        slots = self.slots[np.unique(self.checked(bricks))]
        gone = np.sort(slots[slots >= 0]).astype(np.int64)
        left = self.count - gone.size
        target = gone[gone < left]
        stays = np.ones(self.count - left, np.bool_)
        stays[gone[gone >= left] - left] = False
        source = left + np.flatnonzero(stays)
        beside = self._beside
        changed: list[npt.NDArray[Any]] = [target]
        lost = beside[gone]
        for column, twin in enumerate(TWIN):  # the neighbours of what goes lose an edge
            others = lost[:, column]
            beside[others, twin] = others
            changed.append(others)
        moved = np.arange(self.count, dtype=np.int32)
        moved[source] = target
        beside[target] = moved[beside[source]]
        for column, twin in enumerate(TWIN):  # those of what moves learn where it is
            others = beside[target, column]
            linked = others != target
            beside[others[linked], twin] = target[linked]
            changed.append(others)
        self.slots[self._numbers[gone]] = -1
        self._numbers[target] = self._numbers[source]
        self.slots[self._numbers[target]] = target
        self.count = left
        rows = np.unique(np.concatenate(changed))
        return Change(rows[rows < left].astype(np.int64), source, target)

    def _append(self, numbers: Integers) -> Change:
        first, self.count = self.count, self.count + numbers.size
        if self.count > self.capacity:
            room = min(max(self.count, 2 * self.capacity), self.layout.bricks)
            self._numbers = np.resize(self._numbers, room)
            self._beside = np.resize(self._beside, (room, 14))
        slots = np.arange(first, self.count, dtype=np.int32)
        self._numbers[first : self.count] = numbers
        self.slots[numbers] = slots
        changed: list[npt.NDArray[Any]] = [slots]
        others = self.slots[self.layout.beside(numbers)]
        self._beside[first : self.count] = np.where(others < 0, slots[:, None], others)
        for column, twin in enumerate(TWIN):
            there = others[:, column] >= 0
            self._beside[others[there, column], twin] = slots[there]
            changed.append(others[there, column])
        none = np.empty(0, np.int64)
        return Change(np.unique(np.concatenate(changed)).astype(np.int64), none, none)
