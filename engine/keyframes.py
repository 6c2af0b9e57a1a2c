"""Keyframes: whole states of a world that share what did not change between them, counted in bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tauscope.engine.base import Array

SAMPLES = 64
"""Entries that are compared before a whole array is: most arrays that changed differ in one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """State of a world between two ticks.

    Parameters
    ----------
    tick : int
        Macro tick.
    events : int
        Commands of the event log that were applied by then.
    state : mapping
        As `World.state` gives it; nobody may write into its arrays.
    """

    tick: int
    events: int
    state: Mapping[str, Any]

    @property
    def place(self) -> tuple[int, int]:
        """Tick and number of events, by which keyframes are ordered."""
        return self.tick, self.events


def shared(state: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The same state, made of the arrays and texts of another one wherever they are equal bit for bit."""
    made: dict[str, Any] = {}
    for name, value in state.items():
        old = before.get(name)
        if isinstance(value, Mapping):
            made[name] = shared(value, old) if isinstance(old, Mapping) else value
        elif isinstance(value, np.ndarray):
            made[name] = old if isinstance(old, np.ndarray) and same_bits(value, old) else value
        else:
            made[name] = old if isinstance(value, str) and value == old else value
    return made


def same_bits(first: Array, second: Array) -> bool:
    """Whether two arrays are of one kind and equal bit for bit; zeros of either sign are not the same."""
    if first is second:
        return True
    if first.shape != second.shape or first.dtype != second.dtype or first.dtype.hasobject:
        return False
    if not (first.flags.c_contiguous and second.flags.c_contiguous):
        return False
    a, b = first.reshape(-1).view(np.uint8), second.reshape(-1).view(np.uint8)
    stride = max(1, a.size // SAMPLES)
    return bool(np.array_equal(a[::stride], b[::stride]) and np.array_equal(a, b))


class Holdings:
    """Counts the bytes of what keyframes hold; what several of them share counts once."""

    def __init__(self) -> None:
        self.bytes = 0
        self._users: dict[int, int] = {}

    def add(self, frame: Keyframe) -> None:
        """A keyframe is kept."""
        for part, size in _parts(frame.state):
            users = self._users.get(id(part), 0)
            self._users[id(part)] = users + 1
            if not users:
                self.bytes += size

    def remove(self, frame: Keyframe) -> None:
        """A keyframe that was added is let go."""
        for part, size in _parts(frame.state):
            users = self._users[id(part)] - 1
            if users:
                self._users[id(part)] = users
            else:
                del self._users[id(part)]
                self.bytes -= size


def _parts(state: Mapping[str, Any]) -> Iterator[tuple[object, int]]:
    """Arrays and texts of a state, with their bytes."""
    for value in state.values():
        if isinstance(value, Mapping):
            yield from _parts(value)
        elif isinstance(value, np.ndarray):
            yield value, value.nbytes
        elif isinstance(value, str):
            yield value, len(value)
