"""Comparison of two runs: which entries of their configurations differ, and how far arrays lie apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Array = npt.NDArray[Any]

ABSENT = "(absent)"
"""Stands for an entry that only the other one has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of two configurations that differs: dotted path, and both values."""

    path: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far two arrays of one shape lie apart.

    Parameters
    ----------
    largest : float
        Largest ``|b - a|``, over places where both are numbers; 0 for two copies, exactly.
    at : tuple of int
        Where, the first of equals; empty where no place has two numbers.
    rms, mean : float
        Root of the mean square of ``b - a``, and its mean (that of the moduli, of complex arrays).
    relative : float
        ``|b - a| / |a|`` in the Euclidean norm; 0 where both vanish.
    odd : int
        Places at which only one is a number, or infinities differ.
    """

    largest: float
    at: tuple[int, ...]
    rms: float
    mean: float
    relative: float
    odd: int

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return self.largest == 0.0 and self.odd == 0

    def place(self, dims: Sequence[str]) -> str:
        """Where, by the names of the axes, the last of them first: ``x = 87, y = 69``; "" for nowhere."""
        if len(dims) != len(self.at):
            return ", ".join(map(str, self.at))
        named = list(zip(dims, self.at, strict=True))
        return ", ".join(f"{dim} = {index}" for dim, index in reversed(named))


def deviation(first: npt.ArrayLike, second: npt.ArrayLike) -> Deviation:
    """How far ``second`` lies from ``first``.

    Parameters
    ----------
    first, second : array_like
        Real, complex or whole numbers of one shape; compared in double precision.

    Raises
    ------
    BadInput
        Two shapes.
    """
    a, b = _double(first), _double(second)
    if a.shape != b.shape:
        raise BadInput(f"The shapes {a.shape} and {b.shape} differ.", key="shape", value=str(b.shape))
    whole = np.isfinite(a) & np.isfinite(b)
    same = whole | (a == b) | (np.isnan(a) & np.isnan(b))
    odd = int(a.size - same.sum())
    if not whole.any():
        return Deviation(0.0, (), 0.0, 0.0, 0.0, odd)
    difference = np.where(whole, b, 0) - np.where(whole, a, 0)
    size = np.abs(difference)
    place = tuple(int(i) for i in np.unravel_index(int(np.argmax(size)), size.shape))
    count = int(whole.sum())
    signed = size if np.iscomplexobj(difference) else difference
    norm = float(np.sqrt((np.abs(np.where(whole, a, 0)) ** 2).sum()))
    length = float(np.sqrt((size**2).sum()))
    relative = length / norm if norm > 0 else (0.0 if length == 0 else math.inf)
    return Deviation(
        float(size.max()), place, length / math.sqrt(count), float(signed.sum()) / count, relative, odd
    )


def _double(values: npt.ArrayLike) -> Array:
    array = np.asarray(values)
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def entries(first: Any, second: Any, path: str = "") -> list[Entry]:
    """Entries of two configurations, as plain data, that differ, in the order of the first.

    Entries of lists are matched by ``id`` where they have one, else by ``name``, else by place.
    """
    return list(_entries(first, second, path))


def _entries(first: Any, second: Any, path: str) -> Iterator[Entry]:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in dict.fromkeys((*first, *second)):
            inner = f"{path}.{key}" if path else str(key)
            yield from _entries(first.get(key, ABSENT), second.get(key, ABSENT), inner)
    elif _is_list(first) and _is_list(second):
        yield from _entries(_named(first), _named(second), path)
    elif not _equal(first, second):
        yield Entry(path, first, second)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _named(values: Sequence[Any]) -> dict[str, Any]:
    names = [
        str(value.get("id") or value.get("name") or place) if isinstance(value, Mapping) else str(place)
        for place, value in enumerate(values)
    ]
    if len(set(names)) < len(names):
        names = [str(place) for place in range(len(values))]
    return dict(zip(names, values, strict=True))


def _equal(first: Any, second: Any) -> bool:
    if isinstance(first, float) and isinstance(second, float) and math.isnan(first):
        return math.isnan(second)
    # True == 1 in Python, and yet they are different entries.
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)
