"""The charge engine: what its modes do with charges, fields, and a step that runs away."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import Engine, hash_state
from tauscope.engine.charge import growth, placing
from tauscope.engine.charge.config import ChargeConfig
from tauscope.engine.charge.modes import MODES
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World


def make(mode: str = "D", **config: Any) -> Engine:
    return create("charge", {"mode": mode, **config}, seed=3)


def pair(separation: int) -> list[dict[str, Any]]:
    return [
        {"id": "plus", "x": 16 - separation // 2, "y": 16, "value": 1.0},
        {"id": "minus", "x": 16 - separation // 2 + separation, "y": 16, "value": -1.0},
    ]


# -- configuration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_its_constants_and_a_pair_of_charges(mode: str) -> None:
    config = ChargeConfig.load({"mode": mode})
    for name, value in MODES[mode].defaults.items():  # type: ignore[index]
        assert getattr(config, name) == value
    assert [charge.value for charge in config.charges] == [1.0, -1.0]
    assert config.charges[1].x - config.charges[0].x == 8
    assert ChargeConfig.load(config.dump()) == config
    for name in MODES[mode].used - {"gamma"}:  # type: ignore[index]
        assert name not in config.unused()


def test_another_mode_takes_its_own_constants_where_they_were_untouched() -> None:
    found = ChargeConfig.load({"mode": "rho2"}).with_value("mode", "published_v1")
    assert (found.alpha, found.gamma) == (0.1, 0.5)
    kept = ChargeConfig.load({"mode": "rho2", "alpha": 0.7}).with_value("mode", "published_v1")
    assert (kept.alpha, kept.gamma) == (0.7, 0.5)
    assert ChargeConfig.load({"mode": "C"}).dt == 0.001
    back = ChargeConfig.load({"mode": "C", "scheme": "backward_euler"}).with_value("mode", "B")
    assert (back.scheme, back.dt) == ("central", 0.01)


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"charges": [{"x": 40, "y": 3}]}, "charges.q1.x"),
        ({"charges": [{"x": 4, "y": 3, "width": 0.1}]}, "charges.q1.width"),
        ({"charges": [{"id": "a", "x": 4, "y": 3}, {"id": "a", "x": 5, "y": 3}]}, "charges.a.id"),
        ({"mode": "rho2", "scheme": "backward_euler"}, "scheme"),
        ({"mode": "C", "scheme": "backward_euler", "size": 256}, "size"),
        ({"mode": "regularised", "D": 3.0, "spacing": 0.25}, "dt"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(config: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        ChargeConfig.load(config)
    assert caught.value.key == key
    assert caught.value.allowed or "Two charges" in str(caught.value)


# -- charges ------------------------------------------------------------------------------------------------


def test_maps_of_charges_add_up_to_their_values_wherever_they_lie() -> None:
    for x, y, width in ((0.0, 0.0, 0.0), (31.4, -0.4, 0.0), (0.2, 31.3, 0.5), (15.7, 8.2, 6.0)):
        charges = [{"x": x, "y": y, "value": -2.5, "width": width}]
        found = placing.charge_map(ChargeConfig.load({"charges": charges}).charges, 32)
        assert found.sum() == pytest.approx(-2.5, rel=1e-13)
    centre = [{"x": 10.25, "y": 20.75, "value": 1.0, "width": 1.5}]
    cloud = placing.charge_map(ChargeConfig.load({"charges": centre}).charges, 32)
    at = np.arange(32)
    assert (cloud.sum(axis=0) * at).sum() == pytest.approx(10.25, abs=1e-9)
    assert (cloud.sum(axis=1) * at).sum() == pytest.approx(20.75, abs=1e-9)


@pytest.mark.parametrize("mode", ["B", "published_v2", "D"])
def test_fixed_charges_move_at_once(mode: str) -> None:
    engine = make(mode, size=32)
    name = "q_fix" if mode == "D" else "rho"
    engine.advance(5)
    made = engine.command("add_charge", x=3, y=4, value=2.0)
    assert made == "q1"
    assert engine.field(name)[4, 3] == 2.0
    engine.command("move_charge", id=made, x=6, y=7)
    assert engine.field(name)[4, 3] == 0.0
    assert engine.field(name)[7, 6] == 2.0
    engine.command("update_charge", id=made, value=-1.0, name="sink")
    assert engine.field(name)[7, 6] == -1.0
    engine.command("remove_charge", id=made)
    assert np.abs(engine.field(name)).sum() == 2.0
    engine.command("set_charges", charges=[{"x": 1, "y": 1, "value": 0.5}])
    assert engine.field(name).sum() == engine.field(name)[1, 1] == 0.5


def test_a_free_charge_takes_its_own_charge_along() -> None:
    """What has flowed out of its cell stays; what was there at the start goes."""
    engine = make("regularised", charges=[{"id": "a", "x": 5, "y": 5, "value": 1.0, "width": 1.0}])
    engine.advance(30)
    before = engine.field("rho")
    engine.command("move_charge", id="a", x=20, y=11)
    shift = placing.charge_map(engine.config.charges, 32) - placing.charge_map(  # type: ignore[attr-defined]
        ChargeConfig.load({"charges": [{"x": 5, "y": 5, "width": 1.0}]}).charges, 32
    )
    assert np.array_equal(engine.field("rho"), before + shift)
    assert engine.scalar("charge_total") == pytest.approx(1.0, rel=1e-12)


def test_a_mass_moves_with_its_charge_in_the_published_experiment() -> None:
    engine = make("published_v1")
    assert engine.field("intent")[16, 12] == 1836.0
    engine.command("move_charge", id="plus", x=10, y=3)
    intent = engine.field("intent")
    assert intent[3, 10] == 1836.0
    assert intent.sum() == 32 * 32 + 1835
    with pytest.raises(BadInput):
        engine.command("set_field", name="intent", value=1.0)


def test_moved_charges_leave_the_carriers_and_their_sums_alone() -> None:
    """Around a charge that was moved F falls again, from wherever the move put it."""
    engine = make(density=0.05)
    engine.advance(300)
    p, n = engine.field("p"), engine.field("n")
    engine.command("move_charge", id="plus", x=20, y=24)
    assert np.array_equal(engine.field("p"), p)
    assert np.array_equal(engine.field("n"), n)
    energies = [engine.scalar("free_energy")]
    for _ in range(200):
        engine.advance(1)
        energies.append(engine.scalar("free_energy"))
    assert np.diff(energies).max() <= 0.0
    for name, before in (("p", p), ("n", n)):
        assert abs(engine.field(name).sum() / before.sum() - 1.0) <= 1e-13
    assert engine.field("n")[24, 20] > 1.5 * n[24, 20], "carriers gather around the charge's new place"


def test_a_refused_edit_changes_nothing() -> None:
    engine = make("rho2")
    before = engine.state()
    for name, args in (
        ("add_charge", {"x": 99, "y": 3, "value": 1.0}),
        ("add_charge", {"x": 9, "y": 3, "value": float("nan")}),
        ("move_charge", {"id": "none", "x": 1, "y": 1}),
        ("update_charge", {"id": "plus", "colour": "red"}),
        ("remove_charge", {"id": "plu"}),
        ("set_field", {"name": "rho", "value": np.full((32, 32), 1e7)}),
        ("set_field", {"name": "rho", "value": np.zeros((3, 3))}),
        ("set_field", {"name": "p", "value": 1.0}),
    ):
        with pytest.raises(BadInput):
            engine.command(name, **args)
    after = engine.state()
    assert all(np.array_equal(after[key], value) for key, value in before.items())


# -- blow-up ------------------------------------------------------------------------------------------------


def test_a_run_stops_at_its_last_good_state_and_says_why() -> None:
    engine = make("rho2", charges=pair(2))
    engine.advance(400)
    assert engine.check() is None
    engine.advance(100)
    found = engine.check()
    assert found is not None
    assert found.kept
    assert found.time == engine.time == pytest.approx(4.12)
    for part in ("time 4.12", "1e+06", "ill-posed", "A smaller step does not help", "e^1.2 "):
        assert part in found.sentence()
    assert all(np.isfinite(field).all() for field in engine.fields().values())
    kept = engine.state()
    engine.advance(10)
    assert engine.tick == found.tick == 412, "however many steps were asked for at once"
    assert engine.time == found.time
    assert np.array_equal(engine.state()["rho"], kept["rho"])
    engine.command("acknowledge")
    assert engine.check() is None
    engine.advance(1)
    assert engine.check() is not None, "nothing has changed, so the same step runs away again"
    engine.command("set_field", name="rho", value=0.0)
    engine.command("acknowledge")
    engine.advance(20)
    assert engine.check() is None
    assert engine.time == pytest.approx(found.time + 20 * 0.01)


@pytest.mark.parametrize("chunk", [1, 59, 411])
def test_a_stopped_run_is_the_same_however_it_is_cut(chunk: int) -> None:
    whole, parts = (make("rho2", charges=pair(2)) for _ in range(2))
    whole.advance(600)
    for _ in range(-(-600 // chunk)):
        parts.advance(chunk)
    assert hash_state(parts.state()) == hash_state(whole.state())
    assert (parts.tick, parts.time, parts.check()) == (whole.tick, whole.time, whole.check())


def test_the_tick_of_a_stopped_world_is_that_of_its_state() -> None:
    """For the loop as well, whose trackers look only now and then, and for the way back to the stop."""
    world = World.single("charge", {"mode": "rho2", "charges": pair(2)})

    class Light:
        light = True
        seen: ClassVar[list[int]] = []

        def next_due(self, macro_tick: int) -> int:
            return (macro_tick // 10 + 1) * 10

        def sample(self, world: World) -> None:
            self.seen.append(world.macro_tick)

    loop = Loop(world, Mailbox())
    loop.trackers.append(Light())
    loop.run_to(600)
    for _ in range(2000):
        loop.turn()
        if loop.blow_up is not None:
            break
    assert loop.blow_up is not None and loop.blow_up.tick == world.macro_tick == 412
    assert not world.torn
    assert Light.seen == list(range(10, 420, 10))
    rho = world.field("charge", "rho")
    for tick in (200, 412):
        future = loop.travel(tick)
        loop.turn()
        assert future.result(0).tick == tick
    assert np.array_equal(world.field("charge", "rho"), rho)


def test_upwind_currents_make_numbers_without_meaning() -> None:
    """No step runs away, the sum stays, and V is that of fixed charges: they are trapped where they are."""
    moving, held = make("rho2", scheme="upwind", charges=pair(2)), make("B", charges=pair(2))
    for engine in (moving, held):
        engine.advance(700)
    assert moving.check() is None
    assert abs(moving.scalar("charge_total")) <= 1e-12
    assert moving.field("rho")[16, 15] == pytest.approx(1.0, abs=1e-12)


# -- the meter ----------------------------------------------------------------------------------------------


def test_the_meter_reads_the_rate_of_an_exponential() -> None:
    meter = growth.Meter()
    shape = np.random.default_rng(1).normal(size=(8, 8))
    for k in range(12):
        meter.note(0.1 * k, 5.0 + shape * np.exp(2.5 * 0.1 * k))
        if k == 1:
            assert np.isnan(meter.rate)
    assert meter.rate == pytest.approx(2.5, rel=1e-10)


def test_theory_is_the_root_of_the_page() -> None:
    """σ²(σ + γ) = g α γ ρ₀ c₁ k⁴ on the mode that grows fastest, (8/h²)² of two compact Laplacians."""
    config = ChargeConfig.load(
        {"mode": "rho2", "scheme": "compact", "gamma": 1.0, "size": 16, "spacing": 0.5}
    )
    for rho, sigma in ((np.sqrt(0.5), 9.757), (-np.sqrt(0.5), 9.757)):
        assert growth.theory(config, rho) == pytest.approx(sigma, abs=1e-3)
    damped = ChargeConfig.load({**config.dump(), "mode": "regularised", "D": 0.5, "nu": 0.5})
    sigma = growth.theory(damped, np.sqrt(0.5))
    assert sigma == pytest.approx(2.119, abs=1e-3)
    assert growth.stable(ChargeConfig.load({**damped.dump(), "D": 1.5, "nu": 1.5}), np.sqrt(0.5))
    assert not growth.stable(damped, np.sqrt(0.5))


def test_a_growing_mode_is_measured_at_the_rate_of_theory(tolerances: Any) -> None:
    """One mode alone, so that no slower ones are mixed in: the root of its own k, on 16 cells."""
    engine = make("rho2", size=16, scheme="compact", gamma=1.0, dt=0.001, background=np.sqrt(0.5), charges=[])
    wave = np.cos(2 * np.pi * 5 * np.arange(16) / 16)
    engine.command("set_field", name="rho", value=np.sqrt(0.5) + 1e-7 * np.tile(wave, (16, 1)))
    engine.advance(5000)
    k2 = 2 - 2 * np.cos(2 * np.pi * 5 / 16)
    sigma = np.roots([1.0, 1.0, 0.0, -(k2**2)]).real.max()
    limit = tolerances["charge"]["meter"]["mode"]
    assert engine.scalar("growth_rate") == pytest.approx(sigma, rel=limit)
