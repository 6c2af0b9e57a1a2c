"""Poisson solves at 512 x 512 float64 beside the transforms they are made of; ratios, no gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import fft

from tauscope.engine.gravity.analysis import solve_poisson

pytestmark = pytest.mark.benchmark

SIDE = 512
TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "periodic": lambda rho: fft.irfft2(fft.rfft2(rho), s=rho.shape),
    "reflective": lambda rho: fft.idctn(fft.dctn(rho, type=2), type=2),
    "absorbing": lambda rho: fft.idstn(fft.dstn(rho, type=1), type=1),
}


def gaussian(side: int) -> np.ndarray:
    y, x = np.indices((side, side))
    return np.asarray(np.exp(-((x - 0.4 * side) ** 2 + (y - 0.5 * side) ** 2) / 18.0))


@pytest.mark.parametrize("side", [SIDE, SIDE - 1])
@pytest.mark.parametrize("boundary", [*TRANSFORMS, "disc"])
def test_solve(benchmark: Any, boundary: str, side: int) -> None:
    """One solve; the disc's factorisation is reused, as in a view that refreshes."""
    rho = gaussian(side)
    solve_poisson(rho, 4.0, boundary)
    benchmark.group = f"poisson {side}^2"
    benchmark(solve_poisson, rho, 4.0, boundary)


@pytest.mark.parametrize("boundary", TRANSFORMS)
def test_transform_pair(benchmark: Any, boundary: str) -> None:
    """The floor in the same run: one forward and one backward transform."""
    rho = gaussian(SIDE)
    benchmark.group = f"poisson {SIDE}^2"
    benchmark(TRANSFORMS[boundary], rho)
