"""The r(K) sweep against theory, its hysteresis, its errors, refusals and cancel."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.kuramoto.analysis import sweep
from tauscope.engine.kuramoto.analysis.expectation import expectation_of
from tauscope.engine.kuramoto.analysis.sweep import OrderCurves, OrderSweep
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.setup import Setup
from tauscope.engine.world import World
from tests.engine.kuramoto.analysis.context import Context

SINGLE: dict[str, Any] = {
    "geometry": "single",
    "oscillators_per_cluster": 4000,
    "frequencies": {"kind": "lorentzian", "scale": 0.5, "center": 0.0},
    "dt": 0.1,
}


def swept(config: dict[str, Any], **options: Any) -> OrderCurves:
    return OrderCurves.of(OrderSweep().run(Context(options={"config": config, **options})))


def test_lorentzian_transition_without_hysteresis(tolerances: dict[str, Any]) -> None:
    found = swept(SINGLE, low=0.4, high=2.4, points=5, settle=20.0, measure=15.0, seeds=2)
    assert found.critical == pytest.approx(1.0)
    assert found.theory_name == "Ott–Antonsen"
    assert np.allclose(found.up.K, np.linspace(0.4, 2.4, 5))
    allowed = tolerances["kuramoto"]["ott_antonsen"]["sqrt_n"] / math.sqrt(4000)
    theory = np.interp(found.up.K, found.theory_K, found.theory_R)
    for branch in (found.up, found.down):
        ordered = branch.K > 1.2
        assert branch.R[ordered] == pytest.approx(theory[ordered], abs=allowed)
        assert np.all(branch.R[branch.K < 0.8] < allowed)
        assert np.all((branch.error > 0) & (branch.error < 0.02))
    assert "no hysteresis" in found.summary


def test_uniform_frequencies_show_hysteresis_with_inertia_of_the_start() -> None:
    """The jump of uniform frequencies: what lies between the ways is seen and named when K moves fast."""
    config = {**SINGLE, "frequencies": {"kind": "uniform", "scale": 1.0, "center": 0.0}}
    found = swept(config, low=1.0, high=1.6, points=4, settle=3.0, measure=3.0, seeds=2)
    assert found.critical == pytest.approx(4 / math.pi)
    gap = found.down.R - found.up.R
    assert gap.max() > 0.2
    assert "hysteresis at this speed" in found.summary
    assert "slow relaxation" in found.summary


def test_seeds_differ_and_the_error_knows() -> None:
    config = {
        **SINGLE,
        "oscillators_per_cluster": 60,
        "frequencies": {"kind": "lorentzian", "scale": 0.5, "center": 0.0, "sampling": "sampled"},
    }
    one = swept(config, low=1.5, high=1.6, points=2, settle=5.0, measure=10.0, seeds=1)
    many = swept(config, low=1.5, high=1.6, points=2, settle=5.0, measure=10.0, seeds=6)
    assert many.up.error[0] > 0.01, "the frequencies of each seed are its own"
    assert abs(one.up.R[0] - many.up.R[0]) < 0.5


def test_the_same_seed_gives_the_same_curves() -> None:
    options = {"low": 1.0, "high": 2.0, "points": 2, "settle": 2.0, "measure": 3.0, "seeds": 1}
    first, again = swept(SINGLE, **options), swept(SINGLE, **options)
    assert np.array_equal(first.up.R, again.up.R)


def test_cancel_and_progress() -> None:
    context = Context(
        options={"config": SINGLE, "points": 3, "settle": 5.0, "measure": 5.0}, cancel_after=0.3
    )
    with pytest.raises(Cancelled):
        OrderSweep().run(context)
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] < 0.5


@pytest.mark.parametrize(
    "options",
    [
        {"low": 2.0, "high": 1.0},
        {"low": -1.0},
        {"points": 1},
        {"measure": 0.1},
        {"seeds": 0},
        {"settle": -1.0},
        {"config": {"geometry": "singel"}},
    ],
)
def test_refusals(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        OrderSweep().run(Context(options={"config": SINGLE, **options}))


def test_which_configurations_have_a_theory() -> None:
    def expected(**more: Any) -> Any:
        return expectation_of(KuramotoConfig.load({**SINGLE, **more}))

    ring = expected(geometry={"kind": "ring", "clusters": 6}, permeability=0.5, oscillators_per_cluster=50)
    assert ring.factor == pytest.approx(1.5), "rows of B add up to 1"
    assert ring.critical == pytest.approx(1 / 1.5)
    gauss = expected(frequencies={"kind": "gaussian", "scale": 0.3}, noise=0.1)
    assert gauss.name == "Sakaguchi–Kuramoto"
    assert gauss.curve([0.1, 3.0])[0] == 0.0
    for more in (
        {"geometry": "circle6_center", "oscillators_per_cluster": 50},
        {"drive": "periodic"},
        {"phase_lag": 1.6},
        {"detuning": [0.2], "geometry": "single"},
        {"layers": 2},
        {"frequencies": {"kind": "values", "values": [0.1]}},
        {"clock_places": [[3.0, 4.0]]},
    ):
        assert expected(**more) is None, more


def test_clusters_in_step_follow_the_theory() -> None:
    """Six equal clusters of a ring: the symmetric state has the order of one population at K (1 + pi)."""
    config = {
        **SINGLE,
        "geometry": {"kind": "ring", "clusters": 6},
        "oscillators_per_cluster": 700,
        "permeability": 1.0,
        "start": {"kind": "coherent", "spread": 0.3},
    }
    found = swept(config, low=0.9, high=1.2, points=2, settle=30.0, measure=10.0, seeds=1)
    theory = np.interp(found.up.K, found.theory_K, found.theory_R)
    assert np.abs(found.up.R - theory).max() < 4 / math.sqrt(700)


def test_the_whole_set_up_runs() -> None:
    """Without the lattice all clocks would tick alike, and R would be 1 where the run beats."""
    setup = presets.load("redshifted_clocks").with_values({"oscillators_per_cluster": 5}).setup()
    options = {"low": 0.05, "high": 0.1, "points": 2, "settle": 10.0, "measure": 2.0, "seeds": 1}
    context = Context(options={"setup": setup.dump(), **options})
    found = OrderCurves.of(OrderSweep().run(context))
    assert not len(found.theory_K) and math.isnan(found.critical)
    assert found.caveats == (
        "Gravity ran along, anew with each seed; the first settling time must do for that as well.",
    )
    world = World.of(setup, 1)
    world.engine("kuramoto").set("K", 0.05)
    world.advance(200)
    series = []
    for _ in range(10):
        world.advance(4)
        series.append(world.engine("kuramoto").scalar("R_total"))
    assert found.up.R[0] == np.mean(series) < 0.95
    fractions = [fraction for fraction, _ in context.reports]
    assert len(fractions) > 900, "a cancel waits for one tick of the lattice"


def test_ticks_of_the_engine_in_a_macro_tick_count() -> None:
    member = Setup.of("kuramoto", {**SINGLE, "oscillators_per_cluster": 50}).engines["kuramoto"]
    options = {"low": 1.0, "high": 2.0, "points": 2, "settle": 2.0, "measure": 3.0, "seeds": 1}
    # Samples are further apart in a set-up of two ticks, but K rises and falls at the same times.
    setup = Setup({"kuramoto": replace(member, ticks=2)})
    seen: list[float] = []

    class Watched(World):
        def advance(self, macro_ticks: int) -> None:
            super().advance(macro_ticks)
            seen.append(self.engine("kuramoto").time)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "World", Watched)
        OrderSweep().run(Context(options={"setup": setup.dump(), **options}))
    assert seen[-1] == pytest.approx(4 * (2.0 + 3.0))


def test_a_set_up_without_phase_oscillators_is_refused() -> None:
    setup = Setup.of("gravity", {"nx": 16, "ny": 16})
    with pytest.raises(BadInput, match="kuramoto"):
        OrderSweep().run(Context(options={"setup": setup.dump()}))


def test_noise_is_said_to_lower_the_order_by_what_it_does(
    tolerances: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D h / 2 of 5 % at D = 1 and h = 0.1: the curve lies that much below theory, and so it is told."""
    monkeypatch.setattr(sweep, "THEORY_POINTS", 2)  # each takes 30 ms
    noisy = {"frequencies": "identical", "noise": 1.0, "oscillators_per_cluster": 5000}
    config = {**SINGLE, **noisy, "start": {"kind": "coherent", "spread": 0.3}}
    found = swept(config, low=4.0, high=5.0, points=2, settle=4.0, measure=8.0, seeds=1)
    assert found.caveats == (
        "Noise acts at the end of a step, so R is read low by D h / 2, 5 % of it; theory has no step.",
    )
    theory = np.interp(found.up.K, found.theory_K, found.theory_R)
    allowed = tolerances["kuramoto"]["ott_antonsen"]["sqrt_n"] / math.sqrt(5000) / 4
    for branch in (found.up, found.down):
        assert pytest.approx(theory * (1 - 0.05), abs=allowed) == branch.R
    assert swept(SINGLE, low=1.0, high=2.0, points=2, settle=0.0, measure=1.0, seeds=1).caveats == ()
