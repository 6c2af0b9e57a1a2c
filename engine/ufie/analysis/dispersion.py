"""How waves run on the lattice: dispersion, the limit on the step, wavelengths of tones, blow-up times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

BLOW_UP = float(special.ellipk(0.5))
"""1.854...: time to infinity of y'' = y^3 from rest at 1, the complete elliptic integral K(m = 1/2)."""


def axis_eigenvalue(size: int, wave: int) -> float:
    """``4 sin^2(pi k/N)`` of k periods along an axis of N sites."""
    return 4.0 * math.sin(math.pi * wave / size) ** 2


def eigenvalue(shape: Sequence[int], waves: Sequence[int]) -> float:
    """Eigenvalue of minus the flat Laplacian for a plane wave of whole periods along each axis."""
    return sum(axis_eigenvalue(size, wave) for size, wave in zip(shape, waves, strict=True))


def step_limit(lam: float, c0: float, mass: float = 0.0) -> float:
    """Longest stable step ``2/sqrt(c0^2 lam + m^2)``, s; infinite where nothing moves."""
    rate = math.sqrt(c0**2 * lam + mass**2)
    return 2.0 / rate if rate > 0 else math.inf


def speed_limit(lam: float, dt: float, mass: float = 0.0) -> float:
    """Largest stable c0 for a step, sites/s."""
    room = (2.0 / dt) ** 2 - mass**2
    return math.sqrt(max(room, 0.0) / lam) if lam > 0 else math.inf


def leapfrog_frequency(
    lam: float, c0: float, dt: float, mass: float = 0.0, beta: float = 0.0, amplitude: float = 0.0
) -> float:
    """Frequency at which the leapfrog turns a plane wave of one amplitude, rad/s.

    ``sin^2(w dt/2) = (dt/2)^2 (c0^2 lam + m^2 - beta A^2)`` exactly (ufie.md, C); NaN where the wave grows.
    """
    square = 0.25 * dt**2 * (c0**2 * lam + mass**2 - beta * amplitude**2)
    return 2.0 / dt * math.asin(math.sqrt(square)) if 0.0 <= square <= 1.0 else math.nan


@dataclass(frozen=True)
class AxisTone:
    """How a tone runs along one axis.

    Parameters
    ----------
    wavelength : float
        Sites; NaN where the tone does not run: below the mass, or above the band.
    phase_error : float
        Relative error of the phase speed against the continuum's.
    """

    wavelength: float
    phase_error: float


def along_axis(frequency: float, c0: float, mass: float = 0.0) -> AxisTone:
    """Wave of ``frequency`` (Hz) along one axis: ``w^2 = m^2 + 4 c0^2 sin^2(k/2)``; mass in rad/s."""
    square = (2 * math.pi * frequency) ** 2 - mass**2
    if square <= 0 or c0 <= 0 or square > 4 * c0**2:
        return AxisTone(math.nan, math.nan)
    k = 2 * math.asin(math.sqrt(square) / (2 * c0))
    return AxisTone(2 * math.pi / k, math.sqrt(square) / (c0 * k) - 1.0)


def band_top(lam: float, c0: float, mass: float = 0.0) -> float:
    """Highest frequency of the lattice, Hz; with lam = 4 that along one axis, c0/pi without mass."""
    return math.sqrt(c0**2 * lam + mass**2) / (2 * math.pi)


def first_mode(size: int, c0: float, mass: float = 0.0) -> float:
    """Frequency of one period along an axis, Hz."""
    return band_top(axis_eigenvalue(size, 1), c0, mass)


def blow_up_time(amplitude: float, beta: float, mass: float = 0.0) -> float:
    """Time until a uniform field at rest runs to infinity, s; infinite where it never does.

    Without mass ``1.854/(A sqrt(beta))`` at every amplitude; with it only above ``m/sqrt(beta)``, by the
    integral of ``dA/sqrt(2 (V(A0) - V(A)))`` in closed form (friction delays it).
    """
    if amplitude <= 0 or beta <= 0:
        return math.inf
    # y'' = beta y^3 - m^2 y from A: y'^2 = (y^2 - A^2)(beta (y^2 + A^2)/2 - m^2); with y = A/cos(p)
    # the time is int dp / sqrt(P - Q sin^2 p), P = beta A^2 - m^2, Q = beta A^2/2 - m^2.
    above = beta * amplitude**2 - mass**2
    if above <= 0:
        return math.inf
    parameter = (0.5 * beta * amplitude**2 - mass**2) / above
    return float(special.ellipk(parameter)) / math.sqrt(above)


def blow_up_amplitude(beta: float, mass: float) -> float:
    """Amplitude ``m/sqrt(beta)`` beyond which a uniform field at rest runs away; 0 without mass."""
    return mass / math.sqrt(beta) if beta > 0 else math.inf
