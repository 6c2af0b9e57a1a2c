"""Exact results of two dimensions against sums done otherwise, and the series of three."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import special

from tauscope.engine.gauge.analysis import exact


@pytest.mark.parametrize(("beta", "sites"), [(0.7, 4), (2.0, 4), (4.0, 16)])
def test_plaquette_equals_the_derivative_of_the_partition_function(beta: float, sites: int) -> None:
    def log_z(b: float) -> float:
        n = np.arange(-60, 61)
        return float(np.log((special.iv(n, b) ** sites).sum()))

    h = 1e-4
    slope = (log_z(beta + h) - log_z(beta - h)) / (2 * h * sites)
    assert exact.plaquette_2d(beta, sites) == pytest.approx(slope, abs=1e-8)
    assert exact.wilson_2d(beta, sites, 1) == pytest.approx(slope, abs=1e-8)


def test_wilson_loop_equals_an_integral_over_four_plaquettes() -> None:
    """Angles of three plaquettes of a torus of four are free; the fourth undoes them."""
    beta, angles = 1.2, np.arange(24) * 2 * np.pi / 24
    weight = total = 0.0
    for a, b in itertools.product(angles, repeat=2):
        factor = np.exp(beta * (np.cos(a) + np.cos(b) + np.cos(angles) + np.cos(a + b + angles)))
        weight += float(factor.sum()) * float(np.cos(a + b))
        total += float(factor.sum())
    assert exact.wilson_2d(beta, 4, 2) == pytest.approx(weight / total, abs=1e-10)


def test_figures_of_the_design() -> None:
    assert exact.plaquette_2d(4.0, 16) == pytest.approx(0.870698, abs=5e-7)
    assert exact.plaquette_2d(4.0, 10**6) == pytest.approx(0.863523, abs=5e-7)
    assert exact.string_tension_2d(2.0) == pytest.approx(0.35986, abs=1e-5)
    V = [-np.log(exact.polyakov_2d(2.0, (4, 16), R)) / 4 for R in (1, 2, 3, 4)]
    assert pytest.approx([0.3599, 0.7197, 1.0796, 1.4394], abs=1e-4) == V
    assert exact.strong_coupling_3d(0.5) == pytest.approx(0.24403, abs=1e-5)
    assert exact.strong_coupling_3d(1.0) == pytest.approx(0.4715, abs=1e-4)
    assert exact.weak_coupling(10.0, 3) == pytest.approx(0.966085, abs=1e-3)
    assert exact.weak_coupling(3.0, 3) == pytest.approx(0.8815, abs=5e-4)


def test_the_gaussian_theory_says_where_it_is_silent() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        exact.weak_coupling(0.5, 4)
