"""Attractors of Abrams' chimeras against an integration of their own, in the published variables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis.chimeras import chimera_attractor
from tauscope.engine.kuramoto.analysis.populations import Breathing, breathing

BETA = 0.1


def late(difference: float, start: complex) -> Breathing:
    """R_2 over t = 3000 to 6000, by the equations of Abrams et al. (2008) for r and psi = phi_1 - phi_2."""
    mu, nu, alpha = (1 + difference) / 2, (1 - difference) / 2, math.pi / 2 - BETA

    def slope(_t: float, y: np.ndarray) -> tuple[float, float]:
        r, psi = y
        pull = mu * r * math.cos(alpha) + nu * math.cos(psi - alpha)
        turn = mu * r * math.sin(alpha) - nu * math.sin(psi - alpha)
        return (
            (1 - r * r) / 2 * pull,
            (1 + r * r) / (2 * r) * turn - mu * math.sin(alpha) - nu * r * math.sin(psi + alpha),
        )

    found = integrate.solve_ivp(
        slope,
        (0, 6000),
        (abs(start), -float(np.angle(start))),
        "LSODA",
        t_eval=np.arange(3000, 6000, 0.05),
        rtol=1e-11,
        atol=1e-12,
    )
    return breathing(found.y[0])


def test_figures_of_the_design_page(tolerances: dict[str, Any]) -> None:
    """Those that belong to no window: the order at A = .2, and the extremes at .35."""
    allowed = tolerances["kuramoto"]["chimera"]
    steady, wide = chimera_attractor(0.2, BETA), chimera_attractor(0.35, BETA).order
    assert steady.order.mean == pytest.approx(0.72915, abs=allowed["design_mean"]) and steady.period == 0
    assert abs(steady.start) == pytest.approx(steady.order.mean)
    assert (wide.low, wide.high) == pytest.approx((0.1077, 0.9345), abs=allowed["design_extremes"])


def test_a_mean_is_one_of_whole_breaths_whatever_the_samples() -> None:
    t = np.arange(0, 10, 0.03)
    found = breathing(0.5 + 0.2 * np.sin(2 * np.pi * t / 3.7 + 1) + 0.1 * np.cos(4 * np.pi * t / 3.7))
    assert found.mean == pytest.approx(0.5, abs=2e-5)
    assert breathing([0.3, 0.4, 0.8]).mean == pytest.approx(0.5), "no whole breath: the mean of all"


def test_breathing_begins_between_a_quarter_and_28_hundredths() -> None:
    """The cycle grows from nothing, as its period tells: near the onset that of the fixed point."""
    steady, young, wide = (chimera_attractor(A, BETA) for A in (0.27, 0.28, 0.35))
    assert steady.period == 0 < young.period < wide.period
    assert young.order.high - young.order.low < 0.2 < wide.order.high - wide.order.low


@pytest.mark.parametrize("difference", [0.05, 0.4])
def test_where_all_fall_into_step_there_is_none(difference: float) -> None:
    with pytest.raises(BadInput, match="no stable chimera"):
        chimera_attractor(difference, BETA)


@pytest.mark.slow
@pytest.mark.parametrize("difference", [0.2, 0.28, 0.35])
def test_an_orbit_from_the_attractor_stays_on_it(difference: float, tolerances: dict[str, Any]) -> None:
    allowed = tolerances["kuramoto"]["chimera"]
    exact = chimera_attractor(difference, BETA)
    found = late(difference, exact.start)
    assert found.mean == pytest.approx(exact.order.mean, abs=allowed["attractor_mean"])
    bounds = (exact.order.low, exact.order.high)
    assert (found.low, found.high) == pytest.approx(bounds, abs=allowed["attractor_extremes"])


@pytest.mark.slow
def test_other_starts_end_there() -> None:
    """At A = .28 orbits from inside and outside are still under way at t = 3000, and enclose the cycle."""
    exact = chimera_attractor(0.28, BETA).order
    inside, outside = late(0.28, 0.6 * np.exp(0.25j)), late(0.28, 0.5 * np.exp(0.2j))
    assert outside.low < exact.low < inside.low and inside.high < exact.high < outside.high
    assert inside.mean < exact.mean < outside.mean and outside.mean - inside.mean < 0.01
    wide, own = late(0.35, 0.7 * np.exp(0.3j)), chimera_attractor(0.35, BETA).order
    assert (wide.mean, wide.low, wide.high) == pytest.approx((own.mean, own.low, own.high), abs=1e-4)
