"""Weighted fits of the candidates and their ranking by the corrected Akaike criterion.

Burnham and Anderson, Model Selection and Multimodel Inference (2002), sections 2.4 and 2.2 for known and
unknown variance. Amplitudes are solved for exactly; the one other parameter is searched on a grid and then
refined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from tauscope.engine.errors import BadInput
from tauscope.engine.potential.candidates import Candidate, offered
from tauscope.engine.potential.data import LEAST, PotentialData

Floats = npt.NDArray[np.float64]

GRID = 40
"""Values of a free parameter at which a fit begins."""
ROUNDING = 1e-13
"""Share of the largest value below which a deterministic residual is rounding."""
PARSIMONY = 4.0
"""AICc by which a law with more parameters must lead to be preferred."""
STEP = 1e-4
"""Step of the logarithm of a free parameter for its derivative."""


@dataclass(frozen=True)
class Fit:
    """A candidate beside the data.

    Parameters
    ----------
    candidate : Candidate
        The law.
    parameters, errors : mapping of str to float
        Fitted values, ``c`` the constant, and their standard errors; NaN where they are not known.
    curve, residual : float64 array [n]
        The law at the separations, and data minus law.
    chi2 : float
        Sum of squares of residual over error; for deterministic data the sum of squares itself.
    freedom : int
        Values less parameters.
    aicc : float
        Corrected Akaike criterion; only differences mean anything.
    delta, weight : float
        AICc above the best, and Akaike weight.
    """

    candidate: Candidate
    parameters: Mapping[str, float]
    errors: Mapping[str, float]
    curve: Floats
    residual: Floats
    chi2: float
    freedom: int
    aicc: float
    delta: float = 0.0
    weight: float = math.nan
    free: float = math.nan

    def at(self, R: npt.ArrayLike) -> Floats:
        """The law at other separations; a contact form is its constant there."""
        places = np.asarray(R, np.float64)
        names = ("c", *self.candidate.names)
        amplitudes = np.array([self.parameters[name] for name in names])
        return np.asarray(self.candidate.design(places, self.free) @ amplitudes, np.float64)


@dataclass(frozen=True)
class Ranking:
    """Fits in the order of their AICc, and their data; none where there are fewer than four values."""

    data: PotentialData
    fits: tuple[Fit, ...]
    skipped: tuple[str, ...] = field(default=())

    @property
    def best(self) -> Fit:
        """The first."""
        return self.fits[0]

    @property
    def chosen(self) -> Fit:
        """The simplest of those within `PARSIMONY` of the first; of equally simple ones the best.

        A law that holds another as a limit follows its noise too: with one parameter more it comes out ahead
        of a true simple law once in some tens of times, by little.
        """
        near = [fit for fit in self.fits if fit.delta <= PARSIMONY]
        return min(near, key=lambda fit: (fit.candidate.count, fit.delta))

    def of(self, key: str) -> Fit | None:
        """Fit of a candidate by its key."""
        return next((fit for fit in self.fits if fit.candidate.key == key), None)


def rank(
    data: PotentialData, wanted: Sequence[str] = (), progress: Callable[[float], None] | None = None
) -> Ranking:
    """Fit every candidate that the data can decide on, and rank them.

    Parameters
    ----------
    data : PotentialData
        Values; those that are not finite are left out with a warning.
    wanted : sequence of str
        Keys of candidates, () for all.
    progress : callable, optional
        Told the share that is done.

    Raises
    ------
    BadInput
        No finite value, or no candidate left.
    """
    good = data.finite
    if not len(good.R):
        raise BadInput(
            "The potential has no finite value.",
            key="separations",
            allowed="a finite value at one separation or more",
            remedy="Measure longer, or ask for nearer separations.",
        )
    if len(good.R) < LEAST:
        return Ranking(good, ())
    found: list[Fit] = []
    skipped: list[str] = []
    candidates = offered(good.R, good.shape, wanted)
    for number, candidate in enumerate(candidates):
        if len(good.R) - candidate.count - good.deterministic < 2:
            skipped.append(candidate.title)
        else:
            found.append(fitted(good, candidate))
        if progress is not None:
            progress((number + 1) / len(candidates))
    if not found:
        raise BadInput("No candidate is left to be fitted.", key="candidates", value=list(wanted))
    found.sort(key=lambda fit: (fit.aicc, fit.candidate.count))
    lowest = found[0].aicc
    shares = np.exp(-0.5 * np.minimum([fit.aicc - lowest for fit in found], 1400.0))
    fits = tuple(
        replace(fit, delta=fit.aicc - lowest, weight=float(share / shares.sum()))
        for fit, share in zip(found, shares, strict=True)
    )
    return Ranking(good, fits, tuple(skipped))


def fitted(data: PotentialData, candidate: Candidate) -> Fit:
    """Weighted least squares of one candidate."""
    weights = np.ones(len(data.R)) if data.deterministic else 1.0 / data.error

    def solved(free: float) -> tuple[float, Floats]:
        design = candidate.design(data.R, free)
        found = np.linalg.lstsq(design * weights[:, None], data.V * weights, rcond=None)[0]
        amplitudes = np.asarray(found, np.float64)
        return float((((data.V - design @ amplitudes) * weights) ** 2).sum()), amplitudes

    free = _searched(lambda at: solved(at)[0], candidate.bounds) if candidate.free else math.nan
    chi2, amplitudes = solved(free)
    names = ("c", *candidate.names)
    parameters = dict(zip(names, amplitudes.tolist(), strict=True))
    count = candidate.count
    freedom = len(data.R) - count
    jacobian = candidate.design(data.R, free)
    curve = np.asarray(jacobian @ amplitudes, np.float64)
    if candidate.free:
        parameters[candidate.free] = free
        up, down = (candidate.design(data.R, free * math.exp(step)) @ amplitudes for step in (STEP, -STEP))
        jacobian = np.concatenate((jacobian, ((up - down) / (2 * STEP * free))[:, None]), axis=1)
    # What a law leaves of values without statistical error is no noise, and no error of its parameters.
    sizes = np.full(count, np.nan) if data.deterministic else _errors(jacobian * weights[:, None])
    errors = dict(zip(parameters, sizes.tolist(), strict=True))
    aicc = _criterion(data, chi2, count)
    return Fit(candidate, parameters, errors, curve, data.V - curve, chi2, freedom, aicc, free=free)


def _searched(cost: Callable[[float], float], bounds: tuple[float, float]) -> float:
    """Value of least cost between two positive bounds."""
    grid = np.linspace(math.log(bounds[0]), math.log(bounds[1]), GRID)
    with np.errstate(under="ignore"):
        costs = [cost(math.exp(at)) for at in grid]
        place = int(np.argmin(costs))
        low, high = grid[max(place - 1, 0)], grid[min(place + 1, GRID - 1)]
        found = optimize.minimize_scalar(
            lambda at: cost(math.exp(at)), bounds=(low, high), method="bounded", options={"xatol": 1e-9}
        )
    return math.exp(float(found.x) if found.fun <= costs[place] else float(grid[place]))


def _errors(jacobian: Floats) -> Floats:
    """Standard errors for unit weights, NaN where the data do not fix a parameter."""
    scale = np.sqrt((jacobian**2).sum(axis=0))
    if not np.all(scale > 0) or not np.all(np.isfinite(scale)):
        return np.full(jacobian.shape[1], np.nan)
    # Columns of one length: parameters of very different size are no near-singularity.
    values, vectors = np.linalg.eigh((jacobian / scale).T @ (jacobian / scale))
    if values[0] <= 1e-13 * values[-1]:
        return np.full(jacobian.shape[1], np.nan)
    return np.asarray(np.sqrt(((vectors**2) / values).sum(axis=1)) / scale, np.float64)


def _criterion(data: PotentialData, chi2: float, count: int) -> float:
    n = len(data.R)
    k = count
    if data.deterministic:
        k += 1  # the size of the residual is fitted too
        floor = n * (ROUNDING * max(float(np.abs(data.V).max()), 1e-100)) ** 2
        fit = n * math.log(max(chi2, floor) / n)
    else:
        fit = chi2
    return fit + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1)
