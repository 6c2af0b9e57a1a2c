"""Acceptance tests 6, 8 and 18 of the gravity page: log r, superposition, horizon, on every boundary."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tauscope.engine.gravity.analysis import (
    compare_fits,
    coupling,
    exact_steady_state,
    fit_log,
    fit_screened,
    radial_nodes,
    radial_profile,
    screening,
    solve_poisson,
)
from tests.engine.gravity.physics import (
    BOUNDARIES,
    DTYPES,
    SURVIVAL,
    counted,
    exact_pair,
    gaussian,
    lattice,
    relative,
    strength_for,
    warmed,
)

Tolerances = dict[str, Any]
everywhere = pytest.mark.parametrize("boundary", BOUNDARIES)
both_dtypes = pytest.mark.parametrize("dtype", DTYPES)
open_boundaries = pytest.mark.parametrize("boundary", ["absorbing", "disc"])
closed_boundaries = pytest.mark.parametrize("boundary", ["periodic", "reflective"])

SIDE = 129
MIDDLE = (64.0, 64.0)
REACH = {"absorbing": 45.0, "disc": 58.0}


@open_boundaries
@both_dtypes
@pytest.mark.parametrize("strength", [4e-3, pytest.param(4e-4, marks=pytest.mark.slow)])
def test_6_well_of_a_mass_is_logarithmic(
    strength: float, dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 6 at 129^2, T = 4e4 from the exact traffic: R^2 and slope of 1 - f against ln r at single nodes.

    Design: disc R^2 1.000000, square 0.99976; slope / (-2 Q / (pi C)) 0.9998.
    """
    allowed = tolerances["gravity"]["log_profile"]
    config = lattice(SIDE, boundary, [gaussian(SIDE, strength)], dtype=dtype)
    f = counted(warmed(config), 40_000)
    radii, values = radial_nodes(1 - f, MIDDLE, 10.0, REACH[boundary])
    fit = fit_log(radii, values)
    realized = float((f * exact_steady_state(config).emission).sum())
    assert fit.r_squared >= allowed["disc_r_squared" if boundary == "disc" else "square_r_squared"]
    assert fit.amplitude == pytest.approx(-2 * realized / np.pi, rel=allowed["slope"])
    assert compare_fits(radii, values)[0].name == "log"


@closed_boundaries
@both_dtypes
def test_6_well_on_a_closed_lattice_is_screened(dtype: str, boundary: str, tolerances: Tolerances) -> None:
    """Test 6 where p < 1: K0(m r) wins over log r and 1 / r, with m^2 = 4 (1 - p) / p."""
    survival = 0.98
    config = lattice(97, boundary, [gaussian(97, 4e-3, 2.0)], dtype=dtype, survival=survival)
    f = counted(warmed(config), 40_000)
    profile = radial_profile(1 - f, (48.0, 48.0), 8.0, 20.0)
    assert compare_fits(profile.r, profile.mean)[0].name == "screened"
    fit = fit_screened(profile.r, profile.mean)
    exact = exact_steady_state(config)
    expected = fit_screened(profile.r, radial_profile(1 - exact.f, (48.0, 48.0), 8.0, 20.0).mean).mass
    allowed = tolerances["gravity"]["screened_profile"]
    assert fit.mass == pytest.approx(np.sqrt(screening(survival)), rel=allowed["mass"])
    assert fit.mass == pytest.approx(expected, rel=allowed["mass_against_exact"])


def well(
    side: int, boundary: str, dtype: str, offsets: tuple[float, ...], strength: float, window: int
) -> np.ndarray:
    sources = [gaussian(side, strength, dx=dx) for dx in offsets]
    return 1 - counted(warmed(lattice(side, boundary, sources, dtype=dtype)), window)


@cache
def strength_of_pair(wanted: float, side: int, boundary: str) -> float:
    return strength_for(wanted, side, boundary, (-12.0, 12.0))


def deviations(boundary: str, dtype: str, wanted: float, side: int, window: int) -> tuple[float, float]:
    """Deviation of two wells, separation 24, from the sum of single ones: counted, and exact."""
    strength = strength_of_pair(wanted, side, boundary)
    both = well(side, boundary, dtype, (-12.0, 12.0), strength, window)
    single = [well(side, boundary, dtype, (dx,), strength, window) for dx in (-12.0, 12.0)]
    exact_both, *exact_single = exact_pair(side, boundary, strength, 12.0)
    exact = relative(1 - exact_both.f, 2 - exact_single[0].f - exact_single[1].f)
    return relative(both, single[0] + single[1]), exact


@everywhere
@both_dtypes
def test_8_weak_wells_add(dtype: str, boundary: str, tolerances: Tolerances) -> None:
    """Test 8 at max(1 - f) = 0.025: deviation from the sum below 1e-2 (design 5.95e-3)."""
    measured, _ = deviations(boundary, dtype, 0.025, 65, 40_000)
    assert measured < tolerances["gravity"]["superposition"]["weak"]


@everywhere
@both_dtypes
def test_8_strong_wells_limit_one_another_as_the_equation_says(
    dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 8 at max(1 - f) = 0.35: deviation (design 0.083) equals that of the exact equation within 1e-3."""
    measured, exact = deviations(boundary, dtype, 0.35, 65, 20_000)
    assert abs(measured - exact) < tolerances["gravity"]["superposition"]["strong_against_exact"]
    assert exact > 0.03


@pytest.mark.slow
@both_dtypes
@pytest.mark.parametrize(("wanted", "design"), [(0.025, 5.95e-3), (0.353, 8.28e-2), (0.972, 0.249)])
def test_8_at_the_designs_size(wanted: float, design: float, dtype: str, tolerances: Tolerances) -> None:
    """Test 8 at 97^2 absorbing, T = 1e5, against the design's own figures."""
    measured, exact = deviations("absorbing", dtype, wanted, 97, 100_000)
    assert measured == pytest.approx(design, rel=tolerances["gravity"]["superposition"]["design_figures"])
    assert abs(measured - exact) < tolerances["gravity"]["superposition"]["strong_against_exact"]


def effective_radius(boundary: str, side: int) -> float:
    """Where the potential of a point mass vanishes: R in ``phi = -(kappa Q / 2 pi) ln(R / r)``.

    For the square it is its conformal radius, 1.0787 times half its side.
    """
    rho = np.zeros((side, side))
    rho[side // 2, side // 2] = 1.0
    profile = radial_profile(solve_poisson(rho, 1.0, boundary), MIDDLE, 10.0, 30.0)
    fit = fit_log(profile.r, profile.mean)
    return float(np.exp(-fit.offset / fit.amplitude))


def horizon_fit(boundary: str, dtype: str, window: int) -> tuple[float, float, float]:
    """Slope of f against ln r outside a solid horizon, its theory, and the largest f deep inside."""
    source = {"kind": "disc", "x": 64, "y": 64, "strength": 50.0, "radius": 8.0}
    config = lattice(SIDE, boundary, [source], dtype=dtype)
    f = counted(warmed(config), window)
    profile = radial_profile(f, MIDDLE, 12.0, 40.0)
    fit = fit_log(profile.r, profile.mean)
    horizon = float(np.exp(-fit.offset / fit.amplitude))
    inside = f[60:69, 60:69]
    assert fit.r_squared >= 0.999
    return fit.amplitude, 1 / np.log(effective_radius(boundary, SIDE) / horizon), float(inside.max())


@open_boundaries
@both_dtypes
def test_18_outside_a_horizon_f_rises_as_the_logarithm(
    dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 18: slope of f against ln r is 1 / ln(R / r_h) within 0.2 % (design: 0.4500, within 1 %)."""
    slope, theory, inside = horizon_fit(boundary, dtype, 40_000)
    assert slope == pytest.approx(theory, rel=tolerances["gravity"]["horizon"]["slope"])
    assert inside <= 2 / 40_000
    if boundary == "absorbing":
        assert slope == pytest.approx(0.45, rel=tolerances["gravity"]["horizon"]["slope"])


@closed_boundaries
@both_dtypes
def test_18_horizon_on_a_closed_lattice_is_screened(
    dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 18 where p < 1: outside, 1 - f falls as K0(m r) from nearly 1 at the horizon."""
    survival = 0.98
    source = {"kind": "disc", "x": 48, "y": 48, "strength": 50.0, "radius": 8.0}
    config = lattice(97, boundary, [source], dtype=dtype, survival=survival)
    f = counted(warmed(config), 20_000)
    profile = radial_profile(1 - f, (48.0, 48.0), 12.0, 30.0)
    fit = fit_screened(profile.r, profile.mean)
    assert fit.mass == pytest.approx(
        np.sqrt(screening(survival)), rel=tolerances["gravity"]["screened_profile"]["mass"]
    )
    # Deep inside it is the flat background's 1 / (1 + a / (C (1 - p))): losses let a trickle of updates by.
    assert np.abs(f[46:51, 46:51] - 1 / (1 + 50.0 / (1 - survival))).max() <= 2 / 20_000
    assert float(fit(7.6)[()]) == pytest.approx(1.0, abs=0.05)


def test_effective_radius_of_the_square_is_its_conformal_radius() -> None:
    """Independent of the engine: 1.0787 x 65 for the 129-square whose sinks lie one cell beyond the edge."""
    assert effective_radius("absorbing", SIDE) == pytest.approx(1.0787 * 65, rel=5e-3)
    assert coupling(1.0, SURVIVAL["absorbing"]) == 4.0
