"""What is measured of the oscillators, in both metric sets.

Source: the design's kuramoto page, "Observables".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.kuramoto import laws
from tauscope.engine.kuramoto.geometry import Structure
from tauscope.gpu.kuramoto import rows

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

BAR_ROWS = 20
"""Rows over which order and cross synchronization are averaged for the readiness."""


def total_order(Z: Complexes, sizes: npt.NDArray[Any]) -> float:
    """R_total = |sum M_c Z_c| / N."""
    return float(rows.pooled(Z, sizes))


def debiased(R: float, count: int) -> float:
    """Estimate of R^2 without the floor 1/N of chance, (N R^2 - 1) / (N - 1); may be below 0."""
    return (count * R * R - 1.0) / (count - 1) if count > 1 else 1.0


def cross_sync(Z: Complexes, edges: npt.NDArray[np.int64]) -> float:
    """Sum over links of Re(Z_c conj Z_d) / sum of |Z_c| |Z_d|, from -1 to 1; NaN without links."""
    return float(rows.aligned(Z, edges)) if edges.size else math.nan


def classic_cross_sync(Z: Complexes) -> float:
    """Mean of cos(psi_c - psi_d) over all pairs of clusters; NaN with a single one."""
    count = Z.size
    if count < 2:
        return math.nan
    pooled = abs(np.exp(1j * np.angle(Z)).sum()) ** 2
    return float((pooled - count) / (count * (count - 1)))


def link_alignment(Z: Complexes, edges: npt.NDArray[np.int64]) -> Floats:
    """cos(psi_c - psi_d) on each link, shape (E,)."""
    psi = np.angle(Z)
    aligned: Floats = np.cos(psi[edges[:, 0]] - psi[edges[:, 1]])
    return aligned


def turned(now: Floats, before: Floats) -> Floats:
    """Wrapped change of phase, rad in [-pi, pi], shape (N,)."""
    found = np.empty(now.size)
    rows.turns(now, before, found)
    return found


def drift(turns: Floats) -> float:
    """Mean |wrap(d - arg <e^{i d}>)|, rad: turning within the frame that turns with all oscillators."""
    return float(rows.within_frame(turns))


@dataclass
class History:
    """Order and cross synchronization of the last rows, as a ring buffer.

    Parameters
    ----------
    rows : float64 array, shape (BAR_ROWS, 2)
        R_total and cross_sync (settled) of each row; row n stands at ``n % BAR_ROWS``.
    count : int
        Rows sampled since the last reset.
    """

    rows: Floats = field(default_factory=lambda: np.zeros((BAR_ROWS, 2)))
    count: int = 0

    def note(self, R: float, X: float) -> None:
        """Add a row; a cross synchronization without value is kept as 0, as it is read by no one."""
        self.rows[self.count % BAR_ROWS] = R, 0.0 if math.isnan(X) else X
        self.count += 1

    def bars(self) -> tuple[float, float]:
        """Mean R_total and cross_sync of the last rows; 0 and 0 before the first."""
        known = self.rows[: min(self.count, BAR_ROWS)]
        return (float(known[:, 0].mean()), float(known[:, 1].mean())) if known.size else (0.0, 0.0)

    def clear(self) -> None:
        """Forget all rows."""
        self.rows[:], self.count = 0.0, 0


@dataclass
class Present:
    """The oscillators at one tick; each quantity is worked out when it is first asked for.

    Parameters
    ----------
    structure : Structure
        Clusters and links.
    weights : array or sparse array, shape (C, C)
        Coupling W.
    Z : complex128 array, shape (C,)
        Order parameters.
    phases : callable
        Gives the wrapped change of phase of each oscillator in the last tick.
    step : float
        Time that the last tick took.
    phase_lag : float
        α.
    history : History
        Recent rows.
    classic : bool
        Whether the metric set is ``classic``.
    classic_drift : float
        Mean |wrapped change of phase| between the last two rows.
    choice : float
        Choice score of the settled set, NaN where none is known.
    classic_choice : float
        That of the classic set.
    """

    structure: Structure
    weights: Any
    Z: Complexes
    phases: Callable[[], Floats]
    step: float
    phase_lag: float
    history: History
    classic: bool
    classic_drift: float
    choice: float
    classic_choice: float

    @cached_property
    def turns(self) -> Floats:
        """Wrapped change of phase of each oscillator in the last tick."""
        return self.phases()

    @cached_property
    def R_total(self) -> float:
        """Pooled order."""
        return total_order(self.Z, self.structure.sizes)

    @cached_property
    def X(self) -> float:
        """Cross synchronization of the metric set."""
        return classic_cross_sync(self.Z) if self.classic else cross_sync(self.Z, self.structure.edges)

    def read(self, names: Collection[str]) -> dict[str, float]:
        """Scalars by name."""
        return {name: float(getattr(self, f"_{name}")()) for name in names}

    def _R_total(self) -> float:
        return self.R_total

    def _R_mean(self) -> float:
        return float(abs(self.Z).mean())

    def _R_total_debiased(self) -> float:
        return debiased(self.R_total, int(self.structure.sizes.sum()))

    def _cross_sync(self) -> float:
        return self.X

    def _drift(self) -> float:
        return self.classic_drift if self.classic else drift(self.turns)

    def _drift_mean(self) -> float:
        return float(self.turns.mean())

    def _ready(self) -> float:
        if self.classic:
            return laws.classic_ready(self.R_total, self.X, self.classic_drift)
        R, X = self.history.bars()
        return laws.readiness(R, X if self.structure.edges.size else math.nan)

    def _choice_score(self) -> float:
        return self.classic_choice if self.classic else self.choice

    def _mirror_residual(self) -> float:
        return laws.mirror_residual(self.weights, self.Z, self.phase_lag)

    def _frequency_mean(self) -> float:
        return float(self.turns.mean()) / self.step

    def _frequency_spread(self) -> float:
        return float(self.turns.std()) / self.step
