"""Table of the levels over the screening mu, for scans: one curve holds every medium."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.interpolate import CubicSpline

from tauscope.engine.atomx import radial
from tauscope.engine.atomx.levels import Floats

NODES = 80
"""Even nodes from hydrogen, mu = 0, to `radial.SHALLOW`; mu_c is one more."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Levels at some values of mu, each float64 of mu's shape, and the gates of the worse one.

    Parameters
    ----------
    e1, e2 : float64 array
        Energies without dimensions.
    compat, R2 : float64 array
        As in `radial.State`.
    """

    e1: Floats
    e2: Floats
    compat: Floats
    R2: Floats


class LevelTable:
    """Cubic splines over every screening that binds two levels, from 0 to mu_c.

    The second level goes as its decay constant k = sqrt(-2 e), which is almost straight where the level is
    lost, so that the table is right to the threshold.

    Parameters
    ----------
    mu : float64 array [n]
        Screenings, rising.
    curves : Curves
        Values there.
    """

    def __init__(self, mu: Floats, curves: Curves) -> None:
        self.mu = mu
        self._e1 = CubicSpline(mu, curves.e1)
        self._k2 = CubicSpline(mu, np.sqrt(-2.0 * curves.e2))
        self._compat = CubicSpline(mu, curves.compat)
        self._R2 = CubicSpline(mu, curves.R2)

    @classmethod
    def build(cls, progress: Callable[[float], None] | None = None) -> Self:
        """Solve at every node; under a second of one core.

        Parameters
        ----------
        progress : callable, optional
            ``progress(fraction)``, at every node; may raise `Cancelled`.
        """
        mu = np.append(np.linspace(0.0, radial.SHALLOW, NODES), radial.critical(2))
        rows = np.empty((mu.size, 4))
        for i, one in enumerate(mu):
            rows[i] = row(float(one))
            if progress is not None:
                progress((i + 1) / mu.size)
        return cls(mu, Curves(*rows.T))

    def at(self, mu: Floats) -> Curves:
        """Levels and gates, NaN where the second level is lost."""
        inside = mu < radial.critical(2)
        x = np.where(inside, mu, 0.0)

        def read(spline: CubicSpline) -> Floats:
            return np.where(inside, spline(x), np.nan)

        return Curves(read(self._e1), -0.5 * read(self._k2) ** 2, np.abs(read(self._compat)), read(self._R2))


def row(mu: float) -> tuple[float, float, float, float]:
    """e1, e2, and the worse compat and R2 of both levels, solved directly."""
    found = radial.state(mu)
    return float(found.e[0]), float(found.e[1]), float(found.compat.max()), float(found.R2.min())
