"""The acceptance tests of the design's charge-and-gauge page, "gauge: compact U(1), settled"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine.gauge import reference
from tauscope.engine.gauge.analysis import correlators, exact
from tauscope.engine.gauge.analysis.template import fit_coulomb
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.statistics import agree, block_means, jackknife
from tests.engine.gauge.runs import make, series


def seen(engine: GaugeEngine, sweeps: int) -> tuple[float, float, float]:
    """Mean plaquette of further sweeps, its error and autocorrelation time."""
    engine.advance(sweeps)
    found = engine.scalars()
    return found["plaquette_mean"], found["plaquette_error"], found["tau_int"]


def polyakov(engine: GaugeEngine) -> Any:
    state = engine.state()
    return correlators.polyakov_correlator(state["ur"], state["ui"])


def wilson(engine: GaugeEngine) -> Any:
    state = engine.state()
    return correlators.wilson_loops(state["ur"], state["ui"], 3, 3)


@pytest.fixture
def limits(tolerances: Any) -> dict[str, float]:
    return dict(tolerances["gauge"]["acceptance"])


TORI = [
    ((4, 4), 4.0, "heatbath", 20_000),
    ((4, 4), 1.0, "metropolis", 20_000),
    ((8, 8), 2.0, "heatbath", 10_000),
    ((8, 4), 0.5, "heatbath", 20_000),
    ((16, 16), 1.0, "metropolis", 8000),
    ((16, 16), 3.0, "heatbath", 8000),
    ((32, 32), 2.0, "heatbath", 2000),
]


@pytest.mark.parametrize(("shape", "beta", "algorithm", "sweeps"), TORI, ids=str)
def test_plaquettes_of_two_dimensions_equal_the_sum(
    shape: Any, beta: float, algorithm: str, sweeps: int, limits: Any
) -> None:
    mean, error, tau = seen(make(shape, beta, algorithm=algorithm), sweeps)
    assert abs(mean - exact.plaquette_2d(beta, math.prod(shape))) <= limits["pulls"] * error
    assert error < 0.003, "so large an error tests nothing"
    assert 0.5 <= tau < 10.0


def test_the_volume_is_felt(limits: Any) -> None:
    """On 4 × 4 at beta = 4 the mean differs from that of the plane by 0.007: many errors."""
    mean, error, _ = seen(make((4, 4), 4.0), 20_000)
    assert abs(mean - exact.plaquette_2d(4.0, 10**6)) > 2.0 * limits["pulls"] * error


def test_wilson_loops_of_two_dimensions_equal_the_sum(limits: Any) -> None:
    found = jackknife(block_means(series(make((16, 16), 2.0), 2000, 2, wilson)))
    for r in (1, 2, 3):
        for t in (1, 2, 3):
            wanted = exact.wilson_2d(2.0, 256, r * t)
            assert abs(found.value[r - 1, t - 1] - wanted) <= limits["pulls"] * found.error[r - 1, t - 1]
    assert found.error.max() < 0.002


def test_potential_of_two_dimensions_is_the_exact_line(limits: Any) -> None:
    """4 × 16 at beta = 2; separations that noise hides are named, not clipped."""
    found = correlators.potential_of_polyakov(block_means(series(make((4, 16), 2.0), 8000, 2, polyakov)), 4)
    wanted = [-math.log(exact.polyakov_2d(2.0, (4, 16), int(R))) / 4 for R in found.R]
    assert (np.abs(found.V - wanted) <= limits["pulls"] * found.error).all()
    assert len(found.R) >= 2
    assert found.error[0] < 0.005
    assert found.dropped == tuple(range(len(found.R) + 1, 9))


def test_three_dimensions_at_strong_coupling(limits: Any) -> None:
    mean, error, _ = seen(make((12, 12, 12), 0.5), 1000)
    assert abs(mean - exact.strong_coupling_3d(0.5)) <= limits["series_pulls"] * error
    assert error < 5e-4


@pytest.mark.slow
def test_three_dimensions_at_weak_coupling(limits: Any) -> None:
    """Cold start at beta = 10 against the self-consistent Gaussian theory, within 3e-5."""
    mean, error, _ = seen(make((12, 12, 12), 10.0, start="cold"), 12_000)
    assert error < 1e-5
    assert abs(mean - exact.weak_coupling(10.0, 3)) <= limits["weak"]


@pytest.mark.slow
def test_figures_of_three_dimensions(limits: Any) -> None:
    """The design's own runs: .47475(30) at beta = 1, .80584(20) at 2, .88091(7) at 3."""
    for beta, value, theirs in ((1.0, 0.47475, 3e-4), (2.0, 0.80584, 2e-4), (3.0, 0.88091, 7e-5)):
        mean, error, _ = seen(make((12, 12, 12), beta, thermalise=300), 3000)
        assert agree(mean, error, value, theirs, limits["pulls"]), beta


@pytest.mark.parametrize("shape", [(6, 6, 6), (4, 4, 4, 4)], ids=str)
def test_heat_bath_and_metropolis_agree(shape: Any, limits: Any) -> None:
    """With and without overrelaxation, each with random numbers of its own."""
    kinds: list[dict[str, Any]] = [
        {"overrelaxation": 0},
        {"overrelaxation": 3},
        {"algorithm": "metropolis", "overrelaxation": 0, "delta": 0.7},
        {"algorithm": "metropolis", "overrelaxation": 2},
    ]
    found = [seen(make(shape, 0.8, seed=10 + n, **kind), 3000) for n, kind in enumerate(kinds)]
    for mean, error, _ in found[1:]:
        assert agree(mean, error, found[0][0], found[0][1], limits["pulls"])
        assert error < 2e-3


def test_overrelaxation_only_permutes_plaquettes_in_two_dimensions(limits: Any) -> None:
    """One reflection swaps two neighbours; a whole series of means is the same with and without."""
    engine = make((8, 8), 2.0, thermalise=20)
    U = engine.links()
    before = reference.plaquette(U, 0, 1)
    A = reference.staple(U, 0)[3, 4]
    U[0, 3, 4] = np.conj(A) ** 2 * np.conj(U[0, 3, 4]) / abs(A) ** 2
    after = reference.plaquette(U, 0, 1)
    assert after[3, 4] == pytest.approx(before[3, 3], abs=1e-14)
    assert after[3, 3] == pytest.approx(before[3, 4], abs=1e-14)
    plain, relaxed = make((4, 4), 4.0, thermalise=0), make((4, 4), 4.0, thermalise=0, overrelaxation=4)
    with_none, with_four = (series(run, 100, 1, lambda r: r.scalar("plaquette")) for run in (plain, relaxed))
    np.testing.assert_allclose(with_four, with_none, atol=limits["permuted"])
    three = make((4, 4, 4), 1.0, thermalise=0, overrelaxation=0), make((4, 4, 4), 1.0, thermalise=0)
    means = [series(run, 100, 1, lambda r: r.scalar("plaquette")) for run in three]
    assert np.abs(means[0] - means[1]).max() > 0.01


def test_a_reflection_by_the_engine_keeps_the_action(limits: Any) -> None:
    engine = make((4, 6, 4, 6), 1.0, thermalise=10)
    before, links = engine.scalar("action"), engine.links()
    engine.reflect(100)
    assert abs(engine.scalar("action") - before) / before <= limits["action"]
    assert np.abs(engine.links() - links).max() > 0.5


@pytest.mark.slow
def test_four_dimensions_jump_between_1_and_1015(limits: Any) -> None:
    """8^4 from both starts, each with random numbers of its own."""
    found = {}
    for beta in (1.0, 1.015):
        for seed, start in enumerate(("hot", "cold")):
            engine = make((8, 8, 8, 8), beta, seed=seed + 1, start=start, thermalise=400)
            found[beta, start] = seen(engine, 3000)
        hot, cold = found[beta, "hot"], found[beta, "cold"]
        assert agree(hot[0], hot[1], cold[0], cold[1], limits["pulls"])
    for start in ("hot", "cold"):
        assert found[1.0, start][0] == pytest.approx(0.584, abs=limits["jump"])
        assert found[1.015, start][0] == pytest.approx(0.661, abs=limits["jump"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_coulomb_phase_follows_the_lattice_template(seed: int, limits: Any) -> None:
    engine = make((4, 8, 8, 8), 1.2, seed=seed, start="cold", thermalise=300)
    found = correlators.potential_of_polyakov(block_means(series(engine, 3000, 2, polyakov)), 4)
    assert found.R.tolist() == [1, 2, 3, 4]
    fit = fit_coulomb(found, (8, 8, 8))
    assert (np.abs(fit.residuals) < limits["residual"]).all()
    assert agree(fit.coupling, fit.coupling_error, 1.184, 0.009, limits["pulls"])
    # A logarithm has no room: the same two numbers, the wrong shape.
    shape = np.stack([np.log(found.R), np.ones(4)], axis=1) / found.error[:, None]
    best = np.linalg.lstsq(shape, found.V / found.error, rcond=None)[0]
    assert np.abs(found.V / found.error - shape @ best).max() > limits["residual"]


def test_what_noise_hides_is_left_out_and_named() -> None:
    """A correlator below two errors has no logarithm; nor has what sticks out of the noise beyond it."""
    draw = np.random.default_rng(4)
    truth = np.exp(-1.0 * np.arange(7))
    blocks = truth + 0.06 * draw.normal(size=(20, 7))
    found = correlators.potential_of_polyakov(blocks, 1)
    assert 2 <= len(found.R) < 6
    assert found.dropped == tuple(range(len(found.R) + 1, 7))
    assert (np.abs(found.V - found.R) < 5.0 * found.error).all()
    assert not np.isclose(found.V, -math.log(1e-12)).any()
    lifted = blocks.copy()
    lifted[:, 6] += 1.0
    assert correlators.potential_of_polyakov(lifted, 1).R.tolist() == found.R.tolist()
    W = np.exp(-0.3 * np.outer(np.arange(1, 4), np.arange(1, 4))) + 1e-4 * draw.normal(size=(20, 3, 3))
    line = correlators.potential_of_wilson(W, 2)
    assert line.R.tolist() == [1, 2, 3]
    assert (np.abs(line.V - 0.3 * line.R) < 4.0 * line.error).all()
