"""Radial profiles and fits recover what was put in, and choose the right law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import k0

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import horizon_radius
from tauscope.engine.gravity.analysis.poisson import solve_poisson
from tauscope.engine.gravity.analysis.radial import (
    compare_fits,
    fit_inverse,
    fit_kappa,
    fit_log,
    fit_screened,
    laplace_coupling,
    radial_nodes,
    radial_profile,
)

RADII = np.linspace(3.0, 60.0, 80)
LAWS = {
    "log": 0.4 + 0.07 * np.log(RADII),
    "screened": 0.9 * k0(0.2 * RADII),
    "inverse": 0.4 - 1.3 / RADII,
}


@pytest.mark.parametrize("name", LAWS)
def test_the_law_that_made_the_data_wins_by_aic(name: str) -> None:
    noise = 1e-4 * np.random.default_rng(1).standard_normal(RADII.size)
    best, second, _ = compare_fits(RADII, LAWS[name] + noise)
    assert best.name == name
    assert second.aic > best.aic + 10


def test_fits_recover_their_parameters() -> None:
    log, inverse = fit_log(RADII, LAWS["log"]), fit_inverse(RADII, LAWS["inverse"])
    screened = fit_screened(RADII, LAWS["screened"])
    assert (log.amplitude, log.offset) == pytest.approx((0.07, 0.4), rel=1e-10)
    assert (screened.amplitude, screened.mass) == pytest.approx((0.9, 0.2), rel=1e-6)
    assert (inverse.amplitude, inverse.offset) == pytest.approx((-1.3, 0.4), rel=1e-10)
    for fit in (log, screened, inverse):
        np.testing.assert_allclose(fit(RADII), LAWS[fit.name], atol=1e-7)
        assert fit.r_squared > 0.999999


def test_r_squared_is_that_of_the_definition() -> None:
    values = LAWS["inverse"]
    fit = fit_log(RADII, values)
    expected = 1 - ((values - fit(RADII)) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    assert fit.r_squared == pytest.approx(expected, rel=1e-12)
    assert fit.r_squared < 0.99


def test_profile_of_a_radial_field_is_that_field() -> None:
    y, x = np.indices((41, 51))
    r = np.hypot(x - 30.0, y - 17.0)
    profile = radial_profile(r**2, (30.0, 17.0), 2.0, 12.0)
    assert profile.count.sum() == ((r >= 2) & (r < 12)).sum()
    # The mean of r^2 over a ring of width 1 is above the square of its mean by 1 / 12: 1.7 % at r = 2.
    np.testing.assert_allclose(profile.mean, profile.r**2, rtol=2e-2)
    assert profile.r.min() >= 2.0
    assert profile.r.max() < 12.0
    assert radial_profile(np.ones((9, 9)), (4.0, 4.0)).spread.max() == 0.0
    noise = np.random.default_rng(2).normal(size=r.shape)
    third = radial_profile(noise, (30.0, 17.0), 2.0, 12.0)
    chosen = noise[(r >= 4.0) & (r < 5.0)]
    assert (third.count[2], third.spread[2]) == pytest.approx((chosen.size, chosen.std()), rel=1e-12)


def test_nodes_keep_the_anisotropy_that_rings_average_out() -> None:
    y, x = np.indices((61, 61))
    r, angle = np.hypot(x - 30.0, y - 30.0), np.arctan2(y - 30.0, x - 30.0)
    field = np.log(np.maximum(r, 1.0)) * (1 + 0.05 * np.cos(4 * angle))
    profile = radial_profile(field, (30.0, 30.0), 5.0, 25.0)
    radii, values = radial_nodes(field, (30.0, 30.0), 5.0, 25.0)
    assert radii.size == profile.count.sum()
    np.testing.assert_allclose(np.sort(values), np.sort(field[(r >= 5) & (r < 25)]))
    assert fit_log(radii, values).r_squared < 0.98
    assert fit_log(profile.r, profile.mean).r_squared > 0.999


def test_horizon_radius_is_where_f_rises_through_the_threshold() -> None:
    y, x = np.indices((101, 101))
    r = np.hypot(x - 50.0, y - 50.0)
    f = np.clip(0.45 * np.log(np.maximum(r, 1e-3) / 7.6), 0.0, 1.0)
    # Between rings of one cell f is taken as straight: 0.013 cells off.
    assert horizon_radius(f, (50.0, 50.0), 0.2) == pytest.approx(7.6 * np.exp(0.2 / 0.45), abs=0.05)
    assert horizon_radius(np.ones((21, 21)), (10.0, 10.0)) == 0.0


@pytest.mark.parametrize(
    ("boundary", "m2"), [("absorbing", 0.0), ("disc", 0.0), ("periodic", 0.04), ("reflective", 0.04)]
)
def test_kappa_is_recovered_by_both_methods(boundary: str, m2: float) -> None:
    rho = np.zeros((41, 43))
    rho[18:22, 19:25] = 0.01
    phi = solve_poisson(rho, 3.7, boundary, m2)
    assert fit_kappa(phi, rho, boundary, m2) == pytest.approx(3.7, rel=1e-12)
    assert laplace_coupling(phi, rho, boundary, m2) == pytest.approx(3.7, rel=1e-10)


def test_refusals_are_sentences() -> None:
    with pytest.raises(BadInput, match="at least 4"):
        fit_log([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(BadInput, match="above zero"):
        fit_log([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0])
    with pytest.raises(BadInput, match="No node"):
        radial_profile(np.ones((5, 5)), (2.0, 2.0), 50.0)
