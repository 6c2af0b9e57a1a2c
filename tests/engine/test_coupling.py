"""Clocks on a lattice: f is their rate, two regimes about the exact critical coupling, and no bit is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tauscope.engine.base import Command, FrameRequest
from tauscope.engine.coupling import ClockRate, ClockRateConfig, nodes_of
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.world import World
from tests.engine.redshift import LATTICE, PLACES, coupling, critical, hashes, setup, steady

SCRIPT = {
    7: Command("kuramoto", "set", {"path": "K", "value": 0.4}),
    12: Command("gravity", "update_source", {"id": "m", "strength": 0.02}),
    21: Command("kuramoto", "kick", {"clusters": [1], "amount": 1.0, "spread": 0.1}),
}


def made(ticks: int = 3, **changes: Any) -> World:
    return World.of(setup(ticks={"gravity": ticks}, **changes), seed=3)


def run(world: World, chunks: list[int]) -> World:
    """Advance by chunks, with the commands of `SCRIPT` at their macro ticks."""
    for chunk in chunks:
        end = world.macro_tick + chunk
        for tick in sorted(t for t in SCRIPT if world.macro_tick <= t < end):
            world.advance(tick - world.macro_tick)
            world.apply(SCRIPT[tick])
        world.advance(end - world.macro_tick)
    return world


def turned(world: World, ticks: int) -> npt.NDArray[np.float64]:
    """Mean frequency of each cluster over some ticks, rad a unit of time, shape [C]."""
    engine = world.engine("kuramoto")
    began, before = engine.time, np.angle(engine.field("Z"))
    total = np.zeros(before.size)
    for _ in range(ticks):
        world.advance(1)
        now = np.angle(engine.field("Z"))
        total += np.angle(np.exp(1j * (now - before)))
        before = now
    return total / (engine.time - began)


# -- what is exchanged


def test_a_place_between_nodes_takes_their_weighted_mean() -> None:
    plane = np.fromfunction(lambda y, x: 2.0 * x - 3.0 * y + 0.5 * x * y, (9, 7))
    places = [(0, 0), (6, 8), (2.25, 3.5), (6, 4.75), (5.5, 8)]
    (rows, columns), weights = nodes_of(places, 7, 9, "bilinear")
    x, y = np.array(places, np.float64).T
    assert (weights * plane[rows, columns]).sum(axis=0) == pytest.approx(2 * x - 3 * y + 0.5 * x * y)
    (rows, columns), weights = nodes_of(places, 7, 9, "nearest")
    assert (weights[0] == 1).all()
    assert list(zip(columns[0], rows[0], strict=True)) == [(0, 0), (6, 8), (2, 4), (6, 5), (6, 8)]


@pytest.mark.parametrize("field", ["f_traffic", "f_live"])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_rates_are_those_of_the_lattice_at_the_last_boundary(field: str, interpolation: str) -> None:
    world = made(couplings=[coupling(field=field, interpolation=interpolation)])
    for _ in range(5):
        world.advance(40)
        index, weights = nodes_of(PLACES, 64, 64, interpolation)
        found = (weights * np.asarray(world.engine("gravity").field(field)[index], np.float64)).sum(axis=0)
        assert np.array_equal(world.engine("kuramoto").field("clock_rate"), found)
    assert found.max() < 1.0


def test_a_first_exchange_precedes_the_first_tick() -> None:
    assert np.array_equal(made().engine("kuramoto").field("clock_rate"), np.ones(3))
    world = made()
    steady(world)
    couple = world.couplings[0]
    assert isinstance(couple, ClockRate)
    before = world.engine("kuramoto").field("clock_rate")
    world.advance(1)
    assert not np.array_equal(world.engine("kuramoto").field("clock_rate"), before)


def test_without_the_coupling_clocks_run_on() -> None:
    world = made(couplings=[])
    world.advance(50)
    assert np.array_equal(world.engine("kuramoto").field("clock_rate"), np.ones(3))


# -- physics


@pytest.mark.parametrize("rule", ["fluid", "airtime"])
def test_measured_clock_rates_equal_f_at_their_nodes(rule: str, tolerances: dict[str, Any]) -> None:
    """Free clusters turn at omega f(x), with f of the exact steady state, an independent solve."""
    lattice = {**LATTICE, "rule": rule}
    world = made(1, lattice=lattice, K=0.0, start={"kind": "coherent", "spread": 0.0})
    steady(world)
    world.advance(1)
    index, weights = nodes_of(PLACES, 64, 64, "bilinear")
    config = world.engine("gravity").config.dump()
    exact = (weights * exact_steady_state(config).f[index]).sum(axis=0)
    assert exact.max() - exact.min() > 0.2
    assert turned(world, 400) == pytest.approx(exact, rel=tolerances["coupling"][f"clock_rate_{rule}"])


@pytest.mark.slow
def test_they_lock_above_the_exact_critical_coupling_and_not_below(tolerances: dict[str, Any]) -> None:
    """Pairs are joined by K pi / 2; the threshold is that of three oscillators (`redshift.critical`)."""
    world = made(1, start={"kind": "coherent", "spread": 0.0})
    steady(world)
    world.advance(1)
    exact = 2 * critical(world.engine("kuramoto").field("clock_rate"))
    share = tolerances["coupling"]["critical_coupling"]
    for K, locked in ((exact * (1 - share), False), (exact * (1 + share), True)):
        world.engine("kuramoto").set("K", K)
        world.advance(6000)  # past the last slow passage: it takes 2 pi / sqrt(share) times the beat
        found = turned(world, 6000)
        assert bool(np.ptp(found) < 1e-6) == locked, f"at K = {K:.4f} they turn at {found}"


def test_far_below_they_turn_apart_and_far_above_as_one() -> None:
    world = made(1, K=0.02, start={"kind": "coherent", "spread": 0.0})
    steady(world)
    world.advance(1)
    rates = world.engine("kuramoto").field("clock_rate")
    apart = turned(world, 3000)
    assert apart == pytest.approx(rates, abs=0.01)
    world.apply(Command("kuramoto", "set", {"path": "K", "value": 1.5}))
    world.advance(1000)
    together = turned(world, 500)
    assert np.ptp(together) < 1e-8
    assert together[0] == pytest.approx(rates.mean(), rel=1e-6)  # reciprocal coupling keeps the mean


# -- every bit


@pytest.mark.parametrize("chunks", [[30], [1] * 30, [5, 0, 11, 14], [29, 1]])
def test_coupled_engines_do_not_depend_on_chunks(chunks: list[int]) -> None:
    assert hashes(run(made(), chunks)) == hashes(run(made(), [30]))


def test_a_run_goes_on_from_a_state_in_its_middle() -> None:
    whole = run(made(), [30])
    first = run(made(), [15])
    kept = first.state()
    first.advance(40)
    other = World.of(first.setup, seed=3)
    for world in (first, other):
        world.restore(kept)
        assert hashes(run(world, [15])) == hashes(whole)


def test_two_couplings_would_not_share_what_they_look_up() -> None:
    one, two = (World.of(setup(clock_places=[[x, 32], [40, 40], [50, 50]]), seed=1) for x in (26, 28))
    for world in (one, two):
        steady(world)
        world.advance(1)
    rates = [world.engine("kuramoto").field("clock_rate") for world in (one, two)]
    assert rates[0][0] < rates[1][0]


def test_a_frame_holds_fields_of_both_and_leaves_out_what_does_not_run() -> None:
    world = run(made(), [10])
    wanted = [
        FrameRequest("f_live", "gravity"),
        FrameRequest("theta", "kuramoto"),
        FrameRequest("E", "ufie"),
        FrameRequest("no_such_field", "gravity"),
    ]
    frame = world.frame(wanted)
    assert set(frame.arrays) == set(wanted[:2])
    assert set(frame.scalars) == {"kuramoto", "gravity"}
    assert frame.ticks == {"kuramoto": 10, "gravity": 30}


def test_the_time_of_each_engine_is_measured() -> None:
    world = run(made(), [10])
    assert set(world.spent) == {"kuramoto", "gravity"}
    assert all(seconds > 0 for seconds in world.spent.values())


def test_an_engine_without_clocks_is_refused_when_it_is_coupled() -> None:
    world = made(couplings=[])
    couple = ClockRate(ClockRateConfig(source="kuramoto", target="gravity"))
    with pytest.raises(BadInput, match="no clocks"):
        couple(world.engines)
