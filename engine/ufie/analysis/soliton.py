"""Bright solitons of the massive wave in one dimension: profile, boost, charge, centroid, stability."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Array = npt.NDArray[Any]

STABLE_ABOVE = 1.0 / math.sqrt(2.0)
"""w/m above which it is stable, in one dimension; in two or more none is (Vakhitov and Kolokolov)."""


@dataclass(frozen=True)
class Soliton:
    """``A sech(kappa x) exp(-i w t)`` with ``A = sqrt(2 (m^2 - w^2)/beta)``, ``kappa = sqrt(m^2 - w^2)/c``.

    Without mass none exists: the field would have to fall off as exp(-kappa x) with kappa imaginary.

    Parameters
    ----------
    c : float
        Wave speed, sites/s.
    mass : float
        m, rad/s.
    beta : float
        Coefficient of the cubic, 1/s^2.
    ratio : float
        w/m in its rest frame, between 0 and 1.
    speed : float
        V, sites/s; ``|V| < c``.

    Raises
    ------
    BadInput
        No mass, no cubic, or values out of range.
    """

    c: float
    mass: float
    beta: float
    ratio: float
    speed: float = 0.0

    def __post_init__(self) -> None:
        rules = (
            ("mass", self.mass, self.mass > 0, "above 0: without mass there is no bright soliton"),
            ("beta", self.beta, self.beta > 0, "above 0"),
            ("ratio", self.ratio, 0 < self.ratio < 1, "between 0 and 1"),
            ("speed", self.speed, abs(self.speed) < self.c, "slower than waves"),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"No soliton has {key} = {value:g}.", key=key, value=value, allowed=allowed)

    @property
    def frequency(self) -> float:
        """Frequency w in its rest frame, rad/s."""
        return self.ratio * self.mass

    @property
    def amplitude(self) -> float:
        """Peak A."""
        return math.sqrt(2 * (self.mass**2 - self.frequency**2) / self.beta)

    @property
    def steepness(self) -> float:
        """Inverse width kappa in its rest frame, 1/site."""
        return math.sqrt(self.mass**2 - self.frequency**2) / self.c

    @property
    def is_stable(self) -> bool:
        """Whether it is stable in one dimension: ``w > m/sqrt(2)``."""
        return self.ratio > STABLE_ABOVE

    def at(self, size: int, centre: float, time: float = 0.0) -> tuple[Complexes, Complexes]:
        """Psi and dPsi/dt on a ring, complex128 [size] each: the boosted wave around its centre.

        ``Psi = A sech(kappa G (x - V t)) exp(-i w G (t - V x/c^2))`` with ``G = 1/sqrt(1 - V^2/c^2)``; x
        runs from -size/2 to size/2 about the centre, beyond which only the tail's rounding is lost.
        """
        place = np.arange(size, dtype=np.float64) - centre - self.speed * time
        x = np.mod(place + size / 2, size) - size / 2
        boost = 1.0 / math.sqrt(1.0 - (self.speed / self.c) ** 2)
        inner = self.steepness * boost * x
        envelope = self.amplitude / np.cosh(np.minimum(np.abs(inner), 700.0))
        turn = self.frequency * boost
        # t - V x'/c^2 with x' = x + V t, the place on the line
        phase = -turn * (time - self.speed * (x + self.speed * time) / self.c**2)
        psi = envelope * np.exp(1j * phase)
        slope = self.steepness * boost * self.speed * np.tanh(inner) - 1j * turn
        return psi, psi * slope


def charge(psi: npt.ArrayLike, velocity: npt.ArrayLike, weight: npt.ArrayLike = 1.0) -> float:
    """``Q = sum mu Im(Psi* dPsi/dt)``: conserved for every phase-invariant force, without drive or friction.

    The leapfrog keeps it to rounding.
    """
    product = np.conj(np.asarray(psi, np.complex128)) * np.asarray(velocity, np.complex128)
    return float((np.asarray(weight) * product.imag).sum())


def centroid(psi: npt.ArrayLike) -> float:
    """Centre of ``|Psi|^2`` on a ring, sites in [0, size), from its first Fourier component."""
    density = np.abs(np.asarray(psi).ravel()) ** 2
    size = len(density)
    first = complex((density * np.exp(2j * np.pi * np.arange(size) / size)).sum())
    return float(np.mod(np.angle(first) * size / (2 * np.pi), size))


def travelled(places: npt.ArrayLike, size: int) -> float:
    """Way along a ring from a series of centroids no more than half the ring apart, sites."""
    turns = np.unwrap(2 * np.pi * np.asarray(places, np.float64) / size)
    return float((turns[-1] - turns[0]) * size / (2 * np.pi))
