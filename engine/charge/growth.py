"""The growth-rate meter: how fast the motion of rho grows, and what linear theory says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.charge.config import ChargeConfig

Floats = npt.NDArray[np.float64]

EVERY = 10
"""Steps between two rows."""
ROWS = 8
"""Rows of which the measured rate is the slope."""
LEAST = 3
"""Rows without which there is no rate yet."""


class Meter:
    """Slope of ln |change of rho in a step, less its mean| against time, over the last rows.

    Where a mode grows as e^{st} so does what it changes in a step, whatever uniform or fixed charge lies
    beneath; the mean is taken off because friction drains a uniform background.
    """

    def __init__(self) -> None:
        self.rows: Floats = np.zeros((ROWS, 2))
        self.count = 0

    def note(self, time: float, change: Floats) -> None:
        """Keep a row; nothing of it feeds back."""
        size = float(np.sqrt(((change - change.mean()) ** 2).sum()))
        if size > 0.0 and math.isfinite(size):
            self.rows[self.count % ROWS] = time, math.log(size)
            self.count += 1

    def clear(self) -> None:
        """Begin anew, as after an edit."""
        self.rows[...] = 0.0
        self.count = 0

    @property
    def rate(self) -> float:
        """Growth rate in 1 / time; NaN before the third row."""
        rows = self.rows[: min(self.count, ROWS)]
        if len(rows) < LEAST:
            return math.nan
        time, size = (rows - rows.mean(axis=0)).T
        square = float(time @ time)
        return float(time @ size) / square if square > 0.0 else math.nan


def symbols(config: ChargeConfig) -> tuple[Floats, Floats]:
    """Squares of wave numbers along axes and diagonals: of the current, of Laplacians."""
    size, h = config.size, config.spacing
    angle = 2.0 * np.pi * np.arange(size // 2 + 1) / size
    laplacian = (2.0 - 2.0 * np.cos(angle)) / h**2
    current = laplacian if config.scheme in ("compact", "upwind") else np.sin(angle) ** 2 / h**2
    return np.concatenate([current, 2.0 * current]), np.concatenate([laplacian, 2.0 * laplacian])


def theory(config: ChargeConfig, rho: float) -> float:
    """Growth rate of the fastest mode on a uniform background, in 1 / time; 0 or less where none grows.

    The real root s of (s + λ + D k²)(s + ν k²)(s + γ) = g α γ ρ c k_j² k², c = dI_eq/dρ = 2 ρ, with k_j² of
    the current's scheme and k² of the Laplacian, over modes along axes and diagonals.

    Parameters
    ----------
    config : ChargeConfig
        Constants, lattice and scheme; of λ, D and ν those that its mode uses.
    rho : float
        Background; in a run of point charges the densest cell.
    """
    used = config.spec.used
    lam = config.lam if "lam" in used else 0.0
    D, nu = (config.D, config.nu) if "nu" in used else (0.0, 0.0)
    current, square = symbols(config)
    push = config.g * config.alpha * config.gamma * 2.0 * rho * rho * current * square
    a, b, c = lam + D * square, nu * square, config.gamma
    low, high = -np.minimum(np.minimum(a, b), c), np.cbrt(push) + 1e-12
    # Left of the largest of -a, -b, -c nothing grows; the cubic rises from there on.
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = (middle + a) * (middle + b) * (middle + c) > push
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return float(np.max(0.5 * (low + high)[1:]))


def stable(config: ChargeConfig, rho: float) -> bool:
    """Whether diffusion of both fields holds every mode down: g α |ρ c| < D ν."""
    return config.g * config.alpha * abs(2.0 * rho * rho) < config.D * config.nu


def state_of(meter: Meter) -> dict[str, Any]:
    """Rows of a meter for a checkpoint."""
    return {"growth_rows": meter.rows.copy(), "growth_count": meter.count}
