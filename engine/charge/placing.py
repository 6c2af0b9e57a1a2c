"""Where charges lie: maps of charge on the torus, and the intent that a run starts with."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from tauscope.engine.charge.config import ChargeConfig, ChargeItem

Floats = npt.NDArray[np.float64]

_REACH = 12.0
"""Standard deviations beyond which a Gaussian (5e-32 of its peak) counts as zero."""


def cell(charge: ChargeItem, size: int) -> tuple[int, int]:
    """Row and column of the cell nearest to a charge."""
    return math.floor(charge.y + 0.5) % size, math.floor(charge.x + 0.5) % size


def charge_map(charges: Iterable[ChargeItem], size: int) -> Floats:
    """Sum of charges, [size, size] in e a cell."""
    found = np.zeros((size, size))
    for charge in charges:
        if charge.width == 0.0:
            found[cell(charge, size)] += charge.value
        else:
            found += charge.value * _normed(bell(charge, charge.width, size))
    return found


def bell(charge: ChargeItem, width: float, size: int) -> Floats:
    """Gaussian of height 1 around a charge on the torus, [size, size]."""
    return np.outer(_wrapped(charge.y, width, size), _wrapped(charge.x, width, size))


def masses(config: ChargeConfig) -> Floats:
    """Intent of the published experiment, [size, size]: the mass ratio at positive charges, else 1."""
    found = np.ones((config.size, config.size))
    for charge in config.charges:
        if charge.value > 0:
            found[cell(charge, config.size)] = config.mass_ratio
    return found


def start_intent(config: ChargeConfig, rho: Floats) -> Floats:
    """Intent at the start, [size, size]: the masses, ρ², or Gaussians of height 1 around the charges."""
    if config.spec.published:
        return masses(config)
    if config.intent_width == 0.0:
        return rho * rho
    found = np.zeros_like(rho)
    for charge in config.charges:
        found += bell(charge, config.intent_width, config.size)
    return found


def _normed(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum())


def _wrapped(at: float, width: float, size: int) -> Floats:
    """Sum of a Gaussian and its images along one axis."""
    images = math.ceil(_REACH * width / size)
    found = np.zeros(size)
    for image in range(-images, images + 1):
        scaled = (np.arange(size) - at + image * size) / width
        found += np.where(np.abs(scaled) < _REACH, np.exp(-0.5 * scaled * scaled), 0.0)
    return found
