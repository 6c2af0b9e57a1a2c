"""The attractor of Abrams' two populations: the steady or breathing chimera, without its transient.

Abrams, Mirollo, Strogatz and Wiley, Phys. Rev. Lett. 101, 084103 (2008). With one population in step the
Ott-Antonsen equations are two: the order and the phase of the other, seen from the first. What they settle
to is found as a fixed point, or by shooting from one maximum of the order to the next; an orbit near the
onset of breathing takes thousands of units of time to get there.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import integrate, optimize

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis.populations import Breathing, chimera_weights

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-11
"""Relative and absolute tolerance of the integration (DOP853)."""
LONGEST = 1000.0
"""Time after which an orbit that has not turned is taken as one that falls into step."""
STEP = 0.01
"""Step in order of the search for a maximum that the next one does not exceed."""
LEAST = 1e-3
"""Least height of a maximum above the fixed point from which a breath is told from rounding."""
IN_STEP = 1.0 - 1e-6
"""Order from which an orbit has fallen into step: there the turns of |z| are rounding."""


@dataclass(frozen=True, slots=True)
class Attractor:
    """Where a chimera settles.

    Parameters
    ----------
    order : Breathing
        Mean over one whole period of |Z_2|, and its extremes.
    period : float
        Of one breath, in time; 0 for a steady chimera.
    start : complex
        Z_2 at a maximum of its order, where Z_1 = 1.
    """

    order: Breathing
    period: float
    start: complex


@cache
def chimera_attractor(difference: float, beta: float) -> Attractor:
    """Attractor of the chimera at A = ``difference`` and ``beta = pi/2 - alpha``, for infinite populations.

    Parameters
    ----------
    difference, beta : float
        A, and beta in rad.

    Raises
    ------
    BadInput
        There is no stable chimera, or it breathes within `LEAST` of its onset or `STEP` of its end.
    """
    model = _Reduced(difference, beta)
    rest = model.rest()
    if model.stable(rest):
        order = abs(rest)
        return Attractor(Breathing(order, order, order), 0.0, rest)
    low, high = abs(rest) + LEAST, abs(rest) + STEP
    if model.returned(low) <= low:
        raise model.none()
    while model.returned(high) > high:
        low, high = high, high + STEP
    top = float(optimize.brentq(lambda r: model.returned(r) - r, low, high, xtol=1e-12))
    period, bottom, total = model.breath(top)
    return Attractor(Breathing(total / period, bottom, top), period, model.turning(top))


class _Reduced:
    """``z = Z_2 / Z_1`` with ``|Z_1| = 1``."""

    def __init__(self, difference: float, beta: float) -> None:
        self.within, self.between = map(float, chimera_weights(difference)[0])
        self.lag = math.pi / 2 - beta
        self.turn: complex = cmath.exp(-1j * self.lag)
        self.named = f"A = {difference:g} and β = {beta:g}"

    def slope(self, z: complex) -> complex:
        force = self.turn * (self.within * z + self.between)
        first = (self.turn * (self.within + self.between * z)).imag
        return (force - force.conjugate() * z * z) / 2.0 - 1j * first * z

    def turning(self, order: float) -> complex:
        """Where |z| is at a maximum or minimum of this size: ``Re(H_2 conj z) = 0``."""
        share = -self.within * order * math.cos(self.lag) / self.between
        if not abs(share) < 1:
            raise self.none()
        return cmath.rect(order, math.acos(share) - self.lag)

    def rest(self) -> complex:
        """Fixed point that is no saddle."""

        def spin(order: float) -> float:
            z = self.turning(order)
            return (self.slope(z) / z).imag

        orders = np.linspace(0.01, 0.999, 400).tolist()
        spins = [spin(order) for order in orders]
        for place in range(len(orders) - 1):
            if spins[place] * spins[place + 1] <= 0:
                z = self.turning(float(optimize.brentq(spin, orders[place], orders[place + 1], xtol=1e-15)))
                if np.linalg.det(self._jacobian(z)) > 0:
                    return z
        raise self.none()

    def stable(self, z: complex) -> bool:
        return bool(np.trace(self._jacobian(z)) < 0)

    def returned(self, top: float) -> float:
        """Next maximum of |z| after one of size ``top``."""
        down = self._leg(self.turning(top), 1.0)
        up = self._leg(complex(*down[1][:2]), -1.0)
        return abs(complex(*up[1][:2]))

    def breath(self, top: float) -> tuple[float, float, float]:
        """Period, least |z|, and integral of |z|, from a maximum to the next."""
        fall, low = self._leg(self.turning(top), 1.0)
        bottom = complex(*low[:2])
        rise, high = self._leg(bottom, -1.0)
        return fall + rise, abs(bottom), float(low[2] + high[2])

    def _leg(self, z: complex, direction: float) -> tuple[float, Floats]:
        """Time to the next turn of |z|, upward (1) or downward (-1), and (Re z, Im z, integral of |z|)."""

        def slope(_t: float, y: Floats) -> tuple[float, float, float]:
            here = complex(y[0], y[1])
            found = self.slope(here)
            return found.real, found.imag, abs(here)

        def turns(_t: float, y: Floats) -> float:
            here = complex(y[0], y[1])
            return (self.slope(here) * here.conjugate()).real

        turns.terminal, turns.direction = True, direction  # type: ignore[attr-defined]
        found = integrate.solve_ivp(
            slope,
            (0.0, LONGEST),
            (z.real, z.imag, 0.0),
            "DOP853",
            events=turns,
            rtol=TOLERANCE,
            atol=TOLERANCE,
        )
        assert found.t_events is not None and found.y_events is not None  # asked for by `events`
        if not len(found.t_events[0]):
            raise self.none()
        when, there = float(found.t_events[0][0]), np.asarray(found.y_events[0][0], np.float64)
        if abs(complex(*there[:2])) > IN_STEP:
            raise self.none()
        return when, there

    def _jacobian(self, z: complex) -> Floats:
        step = 1e-6
        along = (self.slope(z + step) - self.slope(z - step)) / (2 * step)
        across = (self.slope(z + 1j * step) - self.slope(z - 1j * step)) / (2 * step)
        return np.array([[along.real, across.real], [along.imag, across.imag]])

    def none(self) -> BadInput:
        return BadInput(
            f"Two populations at {self.named} have no stable chimera that could be found.",
            key="difference",
            remedy="With β = 0.1 there are some for A from 0.2 to 0.35.",
        )
