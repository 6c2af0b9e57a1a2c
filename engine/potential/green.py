"""Green functions of lattices: the field of one unit charge, on tori and on the infinite square lattice.

The operator is minus the lattice Laplacian of nearest neighbours plus ``m2``, with unit spacing:
``K(k) = sum_axis 2 (1 - cos k_axis)`` and ``G(x) = 1/V sum_k exp(i k x) / (K(k) + m2)``. Without mass the
mode ``k = 0`` is left out: a torus holds no net charge, and only differences of G mean anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import fft

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

NODES = 400
"""Points of the Gauss-Legendre rule over momenta; the integrands are smooth on 0 to pi."""


def spectrum(shape: Sequence[int]) -> Floats:
    """Eigenvalues K(k) of minus the lattice Laplacian, float64 of this shape, in the order of an FFT.

    Raises
    ------
    BadInput
        No axis, or one of fewer than two sites.
    """
    if not shape or min(shape) < 2:
        raise BadInput(
            f"A torus of shape {tuple(shape)}.", key="shape", value=list(shape), allowed="axes of 2 or more"
        )
    found = np.zeros(tuple(shape))
    for axis, size in enumerate(shape):
        k = np.arange(size)
        values = 4.0 * np.sin(np.pi * k / size) ** 2
        found += values.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return found


def green(shape: Sequence[int], m2: float = 0.0) -> Floats:
    """Field of a unit charge at the origin of a torus, float64 of this shape, by FFT.

    Parameters
    ----------
    shape : sequence of int
        Sites along each axis.
    m2 : float
        Square of the mass, in units of the inverse spacing, 0 or more.

    Raises
    ------
    BadInput
        As in `spectrum`, or a negative ``m2``.
    """
    _check_mass(m2)
    inverse = _inverse(spectrum(shape) + m2, m2)
    return np.asarray(fft.ifftn(inverse).real, np.float64)


def direct_sum(shape: Sequence[int], at: Sequence[int], m2: float = 0.0) -> float:
    """The same at one site, by the sum over all momenta as it is written.

    Raises
    ------
    BadInput
        As in `green`.
    """
    _check_mass(m2)
    inverse = _inverse(spectrum(shape) + m2, m2)
    phase = np.zeros(tuple(shape))
    for axis, (size, place) in enumerate(zip(shape, at, strict=True)):
        # Whole turns are taken off in whole numbers, where nothing is lost.
        turns = (np.arange(size) * place % size) / size
        phase += (2 * np.pi * turns).reshape([-1 if other == axis else 1 for other in range(len(shape))])
    return math.fsum((np.cos(phase) * inverse).ravel().tolist()) / math.prod(shape)


def along(shape: Sequence[int], separations: npt.ArrayLike, m2: float = 0.0) -> Floats:
    """The same along the first axis, float64 [n], with the sum over its momenta in closed form.

    Parameters
    ----------
    shape : sequence of int
        Sites along each axis.
    separations : array_like of int [n]
        Sites from the charge.
    m2 : float
        Square of the mass.

    Raises
    ------
    BadInput
        As in `green`, or a separation that is no whole number of sites.
    """
    _check_mass(m2)
    steps = np.asarray(separations, np.float64).ravel()
    if not np.all(np.isfinite(steps)) or np.any(steps != np.round(steps)):
        raise BadInput(
            "A lattice field is known at whole separations only.",
            key="separations",
            allowed="whole numbers of sites",
        )
    size = shape[0]
    spectrum((size,))
    steps = np.mod(steps, size)
    across = spectrum(shape[1:]).ravel() if len(shape) > 1 else np.zeros(1)
    weights = across + m2
    found = np.zeros(len(steps))
    massive = weights > 0
    # 2 cosh(mu) = 2 + c, which is 2 sinh(mu / 2) = sqrt(c): exact where c is small.
    mu = 2.0 * np.arcsinh(np.sqrt(weights[massive]) / 2.0)[:, None]
    with np.errstate(under="ignore"):
        waves = np.exp(-mu * steps) + np.exp(-mu * (size - steps))
        lines = waves / (2.0 * np.sinh(mu) * -np.expm1(-mu * size))
    found += lines.sum(axis=0)
    if not np.all(massive):
        found += (size * size - 1) / (12.0 * size) - steps * (size - steps) / (2.0 * size)
    return np.asarray(found / len(weights), np.float64)


def potential(shape: Sequence[int], separations: npt.ArrayLike, m2: float = 0.0) -> Floats:
    """``G(0) - G(R)`` along the first axis, float64 [n]: the energy of a pair +1, -1 without its parts."""
    steps = np.asarray(separations, np.float64).ravel()
    values = along(shape, np.concatenate((np.zeros(1), steps)), m2)
    return np.asarray(values[0] - values[1:], np.float64)


def infinite(separations: npt.ArrayLike, m2: float = 0.0) -> Floats:
    """``G(0) - G(R)`` along an axis of the infinite square lattice, float64 [n].

    Without mass this is the potential kernel: a(1) = 1/4, a(2) = 1 - 2/pi (Spitzer, Principles of Random
    Walk, section 15, with his normalisation divided by four); far out ``(ln R + gamma + ln(8)/2) / 2 pi``.

    Raises
    ------
    BadInput
        A negative ``m2``.
    """
    _check_mass(m2)
    steps = np.abs(np.asarray(separations, np.float64).ravel())
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    k = np.pi * (nodes + 1.0) / 2.0
    mu = 2.0 * np.arcsinh(np.sqrt(4.0 * np.sin(k / 2.0) ** 2 + m2) / 2.0)
    with np.errstate(under="ignore"):
        values = -np.expm1(-np.outer(steps, mu)) / (2.0 * np.sinh(mu))
    return np.asarray(values @ weights / 2.0, np.float64)


def finite_size(sizes: Sequence[int], separations: npt.ArrayLike) -> Floats:
    """Largest ``|V_L - V_infinite|`` over the separations, for each side L of a square torus, float64 [n]."""
    exact = infinite(separations)
    return np.array([np.abs(potential((size, size), separations) - exact).max() for size in sizes])


def _inverse(values: Floats, m2: float) -> Floats:
    if m2 == 0.0:
        values = values.copy()
        values.flat[0] = np.inf
    return np.asarray(1.0 / values, np.float64)


def _check_mass(m2: float) -> None:
    if not (math.isfinite(m2) and m2 >= 0):
        raise BadInput(f"A squared mass of {m2:g}.", key="m2", value=m2, allowed="0 or more")
