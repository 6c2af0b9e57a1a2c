"""Integer relations of the emitters' frequencies: locked angles, torus filling, near returns, products.

The golden frequencies are exact whole numbers in a basis of four: with phi^n = F_n phi + F_(n-1) and
1/phi = phi - 1, every e_i is a whole combination of 1, phi, sqrt2 and sqrt2 phi (times pi/27), which are
independent over the rationals. So relations are counted in integers, and no rounding decides (ufie.md, E).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import unknown_name
from tauscope.engine.ufie import golden

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BOXES = 16
"""Boxes along each phase of the filling meter."""
DIALS = 6
"""Locked angles theta_j + theta_(j+1) - theta_(j+2) of the eight tones."""


def coordinates(name: str) -> tuple[int, int, int, int]:
    """Whole coordinates of a golden tone: its frequency in ``pi/27 (1, phi, sqrt2, sqrt2 phi)``, Hz.

    Raises
    ------
    BadInput
        For a name other than e1 to e9.
    """
    if name == golden.SYNCHRONISER:
        return 0, 0, -32, 32
    if name not in golden.RATIO_NAMES:
        raise unknown_name("tone", name, golden.NAMES, key="name")
    n = golden.RATIO_NAMES.index(name) + 1
    return 27 * fibonacci(n - 1), 27 * fibonacci(n), 0, 0


def fibonacci(n: int) -> int:
    """F_n with F_0 = 0, F_1 = 1."""
    before, found = 1, 0
    for _ in range(n):
        before, found = found, before + found
    return found


def golden_matrix(names: Sequence[str] = golden.RATIO_NAMES) -> Integers:
    """Coordinates of golden tones, int64 [n, 4]."""
    return np.array([coordinates(name) for name in names], np.int64)


def rank(names: Sequence[str]) -> int:
    """Number of independent frequencies among golden tones, by exact elimination."""
    rows = [[Fraction(int(value)) for value in row] for row in golden_matrix(names)]
    found = 0
    for column in range(4):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        found += 1
        for row in rows[found:]:
            share = row[column] / pivot[column]
            row[:] = [value - share * top for value, top in zip(row, pivot, strict=True)]
    return found


def relations(matrix: npt.ArrayLike) -> Integers:
    """All k in {-1, 0, 1}^n other than 0 with ``k . f = 0``, int64 [m, n]; both signs, exact.

    Parameters
    ----------
    matrix : int array [n, d]
        Whole coordinates of n frequencies.
    """
    given = np.asarray(matrix, np.int64)
    signs = np.array(list(product((-1, 0, 1), repeat=len(given))), np.int64)
    hits = signs[~(signs @ given).any(axis=1)]
    return hits[hits.any(axis=1)]


def orders(found: Integers) -> Mapping[int, int]:
    """Number of relations by order, the number of tones in each."""
    return dict(sorted(Counter(np.abs(found).sum(axis=1).tolist()).items()))


def relation_among(values: Sequence[float], largest: int = 8, tolerance: float = 1e-12) -> tuple[int, ...]:
    """Smallest whole relation ``k . values = 0`` found by search, its first entry positive; () if none.

    Parameters
    ----------
    values : sequence of float
        A few numbers; the search takes ``(2 largest + 1)^(n - 1)`` trials.
    largest : int
        Bound of the coefficients of all but the last value.
    tolerance : float
        Allowed ``|k . values|`` relative to ``sum |k values|``.
    """
    *first, last = values
    grids = np.meshgrid(*[np.arange(-largest, largest + 1)] * len(first), indexing="ij")
    trials = np.stack([grid.ravel() for grid in grids], axis=1)
    trials = trials[np.argsort(np.abs(trials).sum(axis=1), kind="stable")]
    part = trials @ np.array(first)
    closing = np.rint(-part / last)
    scale = np.abs(trials) @ np.abs(np.array(first)) + np.abs(closing * last)
    fits = (np.abs(part + closing * last) <= tolerance * scale) & (scale > 0)
    if not fits.any():
        return ()
    at = int(np.argmax(fits))
    k = (*trials[at].tolist(), int(closing[at]))
    sign = 1 if next(value for value in k if value) > 0 else -1
    return tuple(sign * value for value in k)


def dials(angles: Sequence[float]) -> Floats:
    """Locked angles theta_j + theta_(j+1) - theta_(j+2), rad, float64 [n - 2].

    For e1 to e8 they stand for ever, because f_j + f_(j+1) = f_(j+2); for other tones they turn.
    """
    theta = np.asarray(angles, np.float64)
    return np.asarray(theta[:-2] + theta[1:-1] - theta[2:])


def golden_dials(dphi: float) -> Floats:
    """Dials of the golden array: (25, 23, 19, 17, 13, 9) degrees times dphi, rad."""
    return dials([math.radians(prime) * dphi for prime in golden.PRIMES])


def box_fill(
    frequencies: Sequence[float],
    phases: Sequence[float] = (0.0, 0.0, 0.0),
    samples: int = 400_000,
    boxes: int = BOXES,
) -> float:
    """Share of the boxes of a torus of phases that the tones visit.

    Times are multiples of an interval incommensurate with the tones, so that many samples show the whole
    orbit. Golden e1, e2, e3 stay on a plane: it cuts 2 of 16 boxes in a row with phases 0, and 3 of 16 with
    others; independent tones fill all.

    Parameters
    ----------
    frequencies : sequence of float
        Hz.
    phases : sequence of float
        rad, one a tone.
    samples : int
        Instants.
    boxes : int
        Boxes along each phase.
    """
    times = math.sqrt(3.0) / 10.0 * np.arange(1, samples + 1)
    place = np.zeros(samples, np.int64)
    for frequency, phase in zip(frequencies, phases, strict=True):
        turns = np.mod(times * frequency + phase / (2 * math.pi), 1.0)
        place = boxes * place + np.minimum((turns * boxes).astype(np.int64), boxes - 1)
    return float(len(np.unique(place)) / boxes ** len(frequencies))


def phase_error(period: float, names: Sequence[str] = golden.RATIO_NAMES) -> float:
    """Largest distance of the tones' phases from whole turns after ``period`` seconds, rad in 0..pi."""
    turns = [math.remainder(golden.frequency(name) * period, 1.0) for name in names]
    return 2 * math.pi * max(abs(turn) for turn in turns)


def near_return(n: int) -> tuple[float, float]:
    """Time F_n/pi in s after which e1 to e8 nearly return, and their phase error in rad, exactly.

    ``phi^i F_n = F_(n+i) - (-1/phi)^n F_i``, so the error is ``2 pi F_8 / phi^n``, while below half a turn.
    """
    return fibonacci(n) / math.pi, 2 * math.pi * fibonacci(8) / golden.RATIO**n


def claimed_period(dphi: float = 1.0) -> float:
    """Period that the document claims, ``lcm(primes) 2 pi / dphi``, s (section 4.3); nothing returns then."""
    return math.lcm(*(int(prime) for prime in golden.PRIMES)) * 2 * math.pi / dphi


def third_order_products(matrix: npt.ArrayLike) -> tuple[int, int, int]:
    """Third-order combinations of tones: (all with sign, distinct frequencies, exactly 0 among all).

    A frequency and its negative are one; a constant part counts as one.

    Parameters
    ----------
    matrix : int array [n, d]
        Whole coordinates; independent tones have the unit matrix.
    """
    given = [tuple(row) for row in np.asarray(matrix, np.int64).tolist()]
    signed = [*given, *(tuple(-value for value in row) for row in given)]
    sums = [tuple(map(sum, zip(*three, strict=True))) for three in combinations_with_replacement(signed, 3)]
    zero = (0,) * len(given[0])
    distinct = {max(row, tuple(-value for value in row)) for row in sums}
    return len(sums), len(distinct), sum(row == zero for row in sums)
