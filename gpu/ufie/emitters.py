"""Where emitters act, as entries of bricks: E is the sum of D_who factor table[row], and a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie.layout import Integers, Layout
from tauscope.gpu.ufie.protocol import Array, Reals, Separable, Support


class Entries(NamedTuple):
    """Entries in the order of slots."""

    pointer: Integers
    """First entry of each slot and the end, shape (slots + 1,)."""
    who: npt.NDArray[np.int32]
    """Emitter of each entry."""
    row: npt.NDArray[np.int32]
    """Row of the table."""
    factor: Array
    """Factor of the row, real."""


class Drive:
    """Emitters of a wave, whatever bricks are there.

    Parameters
    ----------
    layout : Layout
        Of the sites.
    supports : sequence of Support or Separable
        The emitters.
    real : dtype
        Number type of the field.
    before : Drive, optional
        Emitters until now, of the same layout: a list whose read-only array of sites is the same object is
        not placed anew.

    Raises
    ------
    ValueError
        For sites that are none, weights of another length, or profiles of another size.
    """

    def __init__(
        self,
        layout: Layout,
        supports: Sequence[Support | Separable],
        real: np.dtype,
        before: Drive | None = None,
    ) -> None:
        self.count = len(supports)
        self.offsets = np.zeros(self.count)
        self._real = real
        known = {} if before is None else before._placed
        self._placed: dict[int, _Placed] = {}
        """Places of lists, by the identity of their array of sites, which they keep alive."""
        brick, who, row, factor, rows = [], [], [], [], [np.zeros((1, layout.sites))]
        used = 1
        for k, support in enumerate(supports):
            if isinstance(support, Separable):
                numbers, lines, table, shares = _separable(layout, support)
                self.offsets[k] = support.offset
            else:
                placed = _placed(layout, support, known.get(id(support.sites)))
                self._placed[id(support.sites)] = placed
                numbers, lines, table, shares = _listed(layout, support, placed)
            brick.append(numbers)
            who.append(np.full(numbers.size, k, np.int32))
            row.append((lines + used).astype(np.int32))
            factor.append(shares)
            rows.append(table)
            used += len(table)
        self.table = np.concatenate(rows).astype(real)
        """Rows of weights in a brick, real (rows, B)."""
        none = np.empty(0, np.int64)
        self._brick = np.concatenate([none, *brick])
        self._who = np.concatenate([none, *who]).astype(np.int32)
        self._row = np.concatenate([none, *row]).astype(np.int32)
        self._factor = np.concatenate([none, *factor]).astype(real)

    def lies_as(self, other: Drive) -> bool:
        """Whether `entries` are those of another, so that the tables alone differ."""
        names = ("_brick", "_who", "_row", "_factor")
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)

    def entries(self, slots: npt.NDArray[np.int32], count: int) -> Entries:
        """Entries of the bricks that are there, given the slot of each brick (-1 without)."""
        at = slots[self._brick]
        order = np.argsort(at, kind="stable")
        order = order[np.searchsorted(at[order], 0) :]
        pointer = np.searchsorted(at[order], np.arange(count + 1)).astype(np.int64)
        return Entries(pointer, self._who[order], self._row[order], self._factor[order])

    def values(self, drives: npt.ArrayLike | None, steps: int) -> Array:
        """Drives (steps, emitters) as real (steps, 2, emitters + 1), the last column the same at every site.

        Raises
        ------
        ValueError
            For drives of another shape.
        """
        given = np.zeros((steps, self.count)) if drives is None else np.asarray(drives, np.complex128)
        if given.size == 0 and steps == 1:
            given = np.zeros((1, self.count))
        if given.shape != (steps, self.count):
            raise ValueError(f"Drives have the shape {given.shape} where {(steps, self.count)} is needed.")
        values = np.empty((steps, 2, self.count + 1))
        values[:, 0, :-1], values[:, 1, :-1] = given.real, given.imag
        values[:, :, -1] = -(values[:, :, :-1] * self.offsets).sum(axis=2)
        return values.astype(self._real)


def _separable(layout: Layout, support: Separable) -> tuple[Integers, Integers, Reals, Reals]:
    """Bricks, their rows, the rows and the factors of a product of profiles."""
    profiles = [np.asarray(profile, np.float64) for profile in support.profiles]
    if tuple(profile.size for profile in profiles) != layout.shape:
        raise ValueError("An emitter needs nine profiles, each of its axis' size.")
    a, b = layout.axes
    pattern = np.multiply.outer(profiles[a], profiles[b]).reshape(1, -1)
    at = layout.coordinates(np.arange(layout.bricks))
    shares = np.ones(layout.bricks)
    for d in layout.slow:
        shares = shares * profiles[d][at[d]]
    numbers = np.flatnonzero(shares)
    return numbers, np.zeros(numbers.size, np.int64), pattern, shares[numbers]


class _Placed(NamedTuple):
    """Where the sites of a list lie."""

    sites: Integers
    numbers: Integers
    """Bricks that have one."""
    which: Integers
    """Place of each site's brick in ``numbers``."""
    place: Integers
    """Place of each site in its brick."""


def _placed(layout: Layout, support: Support, known: _Placed | None) -> _Placed:
    """Where the sites of a list lie; what is known of the same array stands if nobody could write to it."""
    if known is not None and known.sites is support.sites and not support.sites.flags.writeable:
        return known
    number, place = layout.split(support.sites)
    numbers, which = np.unique(number, return_inverse=True)
    return _Placed(support.sites, numbers, which, place)


def _listed(layout: Layout, support: Support, placed: _Placed) -> tuple[Integers, Integers, Reals, Reals]:
    """The same of a list of sites: a row for each brick that has one."""
    weights = np.asarray(support.weights, np.float64)
    if np.ndim(support.sites) != 1 or np.shape(support.sites) != weights.shape:
        raise ValueError("An emitter needs as many weights as sites.")
    numbers = placed.numbers
    table = np.zeros((numbers.size, layout.sites))
    table[placed.which, placed.place] = weights
    return numbers, np.arange(numbers.size), table, np.ones(numbers.size)
