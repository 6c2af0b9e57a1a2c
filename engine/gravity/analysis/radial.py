"""Radial profiles of a lattice field, fits to them (log r, screened K0, 1/r), horizon radius, kappa."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import k0

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.lattice import Floats, Mask, boundary_and_mask, distance, laplacian
from tauscope.engine.gravity.analysis.poisson import solve_poisson

FitName = Literal["log", "screened", "inverse"]


@dataclass(frozen=True)
class RadialProfile:
    """Means of a field over rings around a centre.

    Parameters
    ----------
    r : array [n]
        Mean distance of each ring's nodes, in cells.
    mean : array [n]
        Mean of the field, in its unit.
    spread : array [n]
        Standard deviation over the ring: the anisotropy and the noise.
    count : array [n] of int
        Nodes in each ring.
    """

    r: Floats
    mean: Floats
    spread: Floats
    count: npt.NDArray[np.int64]


@dataclass(frozen=True)
class RadialFit:
    """Least-squares fit of a profile.

    Parameters
    ----------
    name : str
        ``log``: offset + amplitude ln r; ``screened``: amplitude K0(mass r); ``inverse``: offset +
        amplitude / r.
    amplitude, offset : float
        In the field's unit.
    mass : float
        Inverse screening length per cell; 0 for the other two.
    r_squared : float
        Coefficient of determination.
    aic : float
        Akaike's criterion ``n ln(RSS / n) + 2 k``; the smallest of several fits wins.
    """

    name: FitName
    amplitude: float
    offset: float
    mass: float
    r_squared: float
    aic: float

    def __call__(self, r: npt.ArrayLike) -> Floats:
        """Fitted field at distances ``r`` in cells."""
        radii = np.asarray(r, dtype=np.float64)
        if self.name == "log":
            return np.asarray(self.offset + self.amplitude * np.log(radii))
        if self.name == "inverse":
            return np.asarray(self.offset + self.amplitude / radii)
        return np.asarray(self.amplitude * k0(self.mass * radii))


def radial_profile(
    field: npt.ArrayLike,
    centre: tuple[float, float],
    r_min: float = 0.0,
    r_max: float | None = None,
    width: float = 1.0,
) -> RadialProfile:
    """Means of a field [ny, nx] over rings around ``centre = (x, y)``, for ``r_min <= r < r_max``.

    Rings are ``width`` cells wide.

    Raises
    ------
    BadInput
        If no node lies in the range.
    """
    values = np.asarray(field, dtype=np.float64)
    away = distance((values.shape[0], values.shape[1]), centre)
    reach = float(away.max()) if r_max is None else r_max
    chosen = (away >= r_min) & (away < reach)
    if not chosen.any():
        raise BadInput(f"No node lies between r = {r_min} and r = {reach}.", key="r_min", value=r_min)
    ring = ((away[chosen] - r_min) / width).astype(np.int64)
    count = np.bincount(ring)
    filled = count > 0
    total = np.where(filled, count, 1)
    mean = np.bincount(ring, values[chosen]) / total
    deviation = (values[chosen] - mean[ring]) ** 2
    spread = np.sqrt(np.bincount(ring, deviation) / total)
    radius = np.bincount(ring, away[chosen]) / total
    return RadialProfile(radius[filled], mean[filled], spread[filled], count[filled].astype(np.int64))


def radial_nodes(
    field: npt.ArrayLike, centre: tuple[float, float], r_min: float, r_max: float
) -> tuple[Floats, Floats]:
    """Distances and values of a field [ny, nx] at every node with ``r_min <= r < r_max``, unordered.

    A fit to single nodes sees the anisotropy that ring means average out.
    """
    values = np.asarray(field, dtype=np.float64)
    away = distance((values.shape[0], values.shape[1]), centre)
    chosen = (away >= r_min) & (away < r_max)
    return away[chosen], values[chosen]


def fit_log(r: npt.ArrayLike, y: npt.ArrayLike) -> RadialFit:
    """Fit ``y = offset + amplitude ln r``: the field of a mass in two dimensions without screening."""
    radii, values = _pair(r, y)
    return _linear("log", np.log(radii), values)


def fit_inverse(r: npt.ArrayLike, y: npt.ArrayLike) -> RadialFit:
    """Fit ``y = offset + amplitude / r``: the field of a mass in three dimensions."""
    radii, values = _pair(r, y)
    return _linear("inverse", 1.0 / radii, values)


def fit_screened(r: npt.ArrayLike, y: npt.ArrayLike) -> RadialFit:
    """Fit ``y = amplitude K0(mass r)``: the field of a mass in two dimensions with relay losses.

    The mass is sought between 1e-4 and 3 per cell; the amplitude follows from it linearly.
    """
    radii, values = _pair(r, y)

    def rest(log_mass: float) -> float:
        shape = k0(np.exp(log_mass) * radii)
        return _squares(values - shape * _ratio(shape, values))

    bounds = (np.log(1e-4), np.log(3.0))
    found = minimize_scalar(rest, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    mass = float(np.exp(found.x))
    shape = k0(mass * radii)
    amplitude = _ratio(shape, values)
    return _scored("screened", amplitude, 0.0, mass, values, amplitude * shape)


FITS: dict[FitName, Callable[[npt.ArrayLike, npt.ArrayLike], RadialFit]] = {
    "log": fit_log,
    "screened": fit_screened,
    "inverse": fit_inverse,
}


def compare_fits(r: npt.ArrayLike, y: npt.ArrayLike) -> list[RadialFit]:
    """All three fits of a profile, best (smallest AIC) first."""
    return sorted((fit(r, y) for fit in FITS.values()), key=lambda found: found.aic)


def horizon_radius(f: npt.ArrayLike, centre: tuple[float, float], threshold: float = 0.01) -> float:
    """Distance in cells at which the ring mean of ``f`` [ny, nx] last rises through ``threshold``.

    Zero if it is nowhere below; linear interpolation between rings.
    """
    profile = radial_profile(f, centre)
    below = np.flatnonzero(profile.mean < threshold)
    if below.size == 0:
        return 0.0
    last = int(below[-1])
    if last + 1 >= profile.r.size:
        return float(profile.r[last])
    low, high = profile.mean[last], profile.mean[last + 1]
    share = (threshold - low) / (high - low)
    return float(profile.r[last] + share * (profile.r[last + 1] - profile.r[last]))


def fit_kappa(
    phi: npt.ArrayLike,
    realized: npt.ArrayLike,
    boundary: str | Mask = "absorbing",
    m2: float = 0.0,
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> float:
    """Coupling ``kappa = <phi, u> / <u, u>`` with ``lap u - m2 u = f a``: calibration on one run.

    Parameters
    ----------
    phi : array [ny, nx]
        Measured ``f - 1``.
    realized : array [ny, nx]
        Realized emission ``f a`` in bits per tick.
    boundary, m2, disc_radius, neighbourhood
        As in `solve_poisson`.
    """
    unit = solve_poisson(realized, 1.0, boundary, m2, disc_radius=disc_radius, neighbourhood=neighbourhood)
    return float(np.vdot(np.asarray(phi, dtype=np.float64), unit) / np.vdot(unit, unit))


def laplace_coupling(
    phi: npt.ArrayLike,
    realized: npt.ArrayLike,
    boundary: str | Mask = "absorbing",
    m2: float = 0.0,
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> float:
    """Coupling by differentiation, ``<lap phi - m2 phi, f a> / <f a, f a>``; only for smooth fields.

    Differentiating a counted f amplifies its noise; take f_traffic, or the fluid rule. Parameters as in
    `fit_kappa`.
    """
    smooth = np.asarray(phi, dtype=np.float64)
    edges, mask = boundary_and_mask(boundary, (smooth.shape[0], smooth.shape[1]), disc_radius)
    source = np.where(mask, 0.0, np.asarray(realized, dtype=np.float64))
    left = laplacian(smooth, edges, neighbourhood) - m2 * smooth
    return float(np.vdot(left, source) / np.vdot(source, source))


def fit_coefficients(
    phi: npt.ArrayLike,
    realized: npt.ArrayLike,
    boundary: str | Mask = "absorbing",
    *,
    disc_radius: float | None = None,
    neighbourhood: str = "von_neumann",
) -> tuple[float, float]:
    """Coupling kappa and screening mass m2 of ``lap phi = kappa f a + m2 phi``, both by least squares.

    As it differentiates it is only for smooth fields, see `laplace_coupling`; sinks do not count. The source
    must not be proportional to phi, as that of a flat background is. Parameters as in `fit_kappa`.
    """
    smooth = np.asarray(phi, dtype=np.float64)
    edges, mask = boundary_and_mask(boundary, (smooth.shape[0], smooth.shape[1]), disc_radius)
    inside = np.where(mask, 0.0, smooth)
    columns = np.stack([np.asarray(realized, dtype=np.float64)[~mask], inside[~mask]], axis=1)
    found, *_ = np.linalg.lstsq(columns, laplacian(inside, edges, neighbourhood)[~mask])
    return float(found[0]), float(found[1])


def _pair(r: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    radii, values = np.asarray(r, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if radii.shape != values.shape or radii.ndim != 1 or radii.size < 4:
        raise BadInput(
            f"A fit needs two lists of the same length, at least 4, not {radii.shape} and {values.shape}."
        )
    if not (radii > 0.0).all():
        raise BadInput("A radial fit needs distances above zero.", key="r", allowed="more than 0")
    return radii, values


def _linear(name: FitName, shape: Floats, values: Floats) -> RadialFit:
    centred = shape - shape.mean()
    amplitude = float(np.vdot(centred, values) / np.vdot(centred, centred))
    offset = float(values.mean() - amplitude * shape.mean())
    return _scored(name, amplitude, offset, 0.0, values, offset + amplitude * shape)


def _scored(
    name: FitName, amplitude: float, offset: float, mass: float, values: Floats, fitted: Floats
) -> RadialFit:
    # A perfect fit would have AIC minus infinity: the sum of squares is floored at rounding.
    floor = values.size * (np.finfo(np.float64).eps * max(float(np.abs(values).max()), 1e-300)) ** 2
    squares = max(_squares(values - fitted), floor, float(np.finfo(np.float64).tiny))
    spread = max(_squares(values - values.mean()), squares)
    aic = values.size * float(np.log(squares / values.size)) + 2 * (2 + 1)
    return RadialFit(name, amplitude, offset, mass, 1.0 - squares / spread, aic)


def _squares(rest: Floats) -> float:
    return float(np.vdot(rest, rest))


def _ratio(shape: Floats, values: Floats) -> float:
    norm = float(np.vdot(shape, shape))
    return float(np.vdot(shape, values)) / norm if norm > 0.0 else 0.0
