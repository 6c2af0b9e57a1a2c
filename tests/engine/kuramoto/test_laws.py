"""The laws against their definitions and bounds, and the Return Spiral against running oscillators."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.kuramoto import laws


def test_readiness_is_0_at_either_lower_bound_and_1_above_both() -> None:
    assert laws.readiness(0.4, 1.0) == 0.0
    assert laws.readiness(1.0, 0.3) == 0.0
    assert laws.readiness(0.1, -1.0) == 0.0
    assert laws.readiness(0.8, 0.8) == 1.0
    assert laws.readiness(1.0, 1.0) == 1.0
    assert laws.readiness(0.6, 0.8) == pytest.approx(0.5)
    assert laws.readiness(0.8, 0.55) == pytest.approx(0.5)
    assert laws.readiness(1.0, math.nan) == 0.0


@pytest.mark.parametrize(
    ("a", "b", "sigma", "expected"),
    [
        (1.0, 1.0, 0.02, 1.0),
        (0.0, 0.0, 0.02, 1.0),
        (1.5, 1.0, 0.02, 1 / math.sqrt(6)),
        (2.02, 1.0, 0.05, 0.70),
        ((1 + 5**0.5) / 2, 1.0, 0.05, 0.25),
        ((1 + 5**0.5) / 2, 1.0, 0.02, 0.02),
        (1.0, -1.0, 0.02, 0.0),
    ],
)
def test_the_gate_opens_at_simple_ratios(a: float, b: float, sigma: float, expected: float) -> None:
    found = laws.gate_matrix([a, b], sigma)
    assert found[0, 1] == pytest.approx(expected, abs=0.006)
    assert found[0, 1] == found[1, 0]
    assert found[0, 0] == found[1, 1] == 1.0


def test_the_gate_knows_ratios_not_units() -> None:
    frequencies = np.array([0.3, 0.45, 0.61, 1.2])
    np.testing.assert_allclose(
        laws.gate_matrix(frequencies, 0.05), laws.gate_matrix(7.0 * frequencies, 0.05), rtol=1e-12
    )


def test_classic_formulas() -> None:
    assert laws.classic_ready(0.8, 0.5, 0.0) == pytest.approx(0.7)
    assert laws.classic_ready(1.0, 1.0, 0.0) == 1.0
    assert laws.classic_ready(0.0, -1.0, 1.0) == 0.0
    assert laws.classic_choice_score(False, 5) == 0.0
    assert laws.classic_choice_score(True, 2) == 0.25
    assert laws.classic_choice_score(True, 9, 0) == 1.0
    assert laws.classic_choice_score(True, 3, 2) == pytest.approx(0.3)
    assert laws.classic_mirror([0.0], [3 * math.pi / 2])[0] == pytest.approx(-0.01 * math.pi)
    assert laws.classic_return(1.0, 2.0) == pytest.approx(1.02)
    assert laws.classic_gate(1.0, 1.0, 0.5, 0.5) == pytest.approx(0.35)
    assert laws.classic_gate(9.0, 1.0, 1.0) == 1.5


def test_the_spiral_says_what_the_page_says() -> None:
    locked = laws.return_spiral(0.95, 0.97, 0.001, 0.9, 0.96)
    assert (locked.dK, locked.dpi) == (-0.05, -0.05)
    looser = laws.return_spiral(0.95, 0.9, 0.001, 0.9, 0.96)
    assert (looser.dK, looser.dpi) == (-0.05, 0.0)
    assert laws.return_spiral(0.3, 0.2, 0.03, 0.0, 0.4).dK == 0.05
    apart = laws.return_spiral(0.3, 0.2, 0.03, 0.0, 0.9)
    assert (apart.dK, apart.dpi) == (0.0, 0.05)
    assert laws.return_spiral(0.8, 0.5, 0.01, 0.5, 0.9).dpi == 0.05
    quiet = laws.return_spiral(0.85, 0.9, 0.01, 0.9, 0.9)
    assert (quiet.dK, quiet.dpi) == (0.0, 0.0)
    assert all(s.reason.endswith(".") for s in (locked, looser, apart, quiet))


def test_the_spiral_takes_smaller_steps_after_each_turn() -> None:
    up = laws.return_spiral(0.3, 0.9, 0.03, 0.0, 0.4)
    down = laws.return_spiral(0.95, 0.9, 0.001, 0.9, 0.96, up)
    again = laws.return_spiral(0.3, 0.9, 0.03, 0.0, 0.4, down)
    assert [s.dK for s in (up, down, again)] == pytest.approx([0.05, -0.03, 0.018])
    still = laws.return_spiral(0.85, 0.9, 0.01, 0.9, 0.9, down)
    assert laws.return_spiral(0.3, 0.9, 0.03, 0.0, 0.4, still).dK == pytest.approx(0.018)


def means(K: float, permeability: float, ticks: int = 1000) -> dict[str, float]:
    """Means of the last rows of a run of six clusters around one, after it has settled."""
    config = {
        "K": K,
        "permeability": permeability,
        "oscillators_per_cluster": 60,
        "frequencies": {"kind": "gaussian", "scale": 0.5},
    }
    engine = create("kuramoto", config, seed=3)
    engine.advance(ticks)
    names = ("R_total", "cross_sync", "drift", "ready", "R_mean")
    rows = []
    for _ in range(20):
        engine.advance(4)
        rows.append([engine.scalars()[name] for name in names])
    return dict(zip(names, np.mean(rows, axis=0), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("start", [(0.3, 0.3), (0.5, 0.05), (2.0, 1.0), (1.0, 0.2), (1.2, 0.7)])
def test_the_spiral_reaches_its_band_from_the_five_starts(start: tuple[float, float]) -> None:
    K, permeability = start
    last = None
    for _ in range(40):
        seen = means(K, permeability)
        last = laws.return_spiral(
            seen["R_total"], seen["cross_sync"], seen["drift"], seen["ready"], seen["R_mean"], last
        )
        if last.dK == last.dpi == 0.0:
            break
        K, permeability = max(K + last.dK, 0.0), max(permeability + last.dpi, 0.0)
    assert last is not None and last.dK == last.dpi == 0.0, (
        f"still moving at K = {K}, permeability = {permeability}"
    )
    assert seen["R_total"] >= 0.75
    assert seen["cross_sync"] >= 0.7
