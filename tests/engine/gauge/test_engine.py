"""The gauge engine as its users see it: configuration, live changes, fields, loops, means, checkpoints."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.autocorrelation import mean_of
from tauscope.engine.base import hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge import reference
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.gauge.running import LEAST, ROOM, Running
from tests.engine.gauge.runs import make

SHAPES = [(4, 6), (4, 2, 6), (2, 4, 6, 4)]


@pytest.mark.parametrize(
    "shape", [[5, 4], [4, 7], [4, 4, 3], [0, 4], [4], [2] * 5, [8192, 4], [256, 256, 256]]
)
def test_a_lattice_without_a_checkerboard_or_too_large_is_refused(shape: list[int]) -> None:
    with pytest.raises(BadInput) as caught:
        GaugeConfig.load({"shape": shape})
    assert caught.value.key == "shape"
    assert caught.value.allowed


def test_an_odd_extent_is_refused_with_its_reason() -> None:
    with pytest.raises(BadInput, match="every extent must be even"):
        create("gauge", {"shape": [8, 9]})


def test_overrelaxation_follows_the_number_of_axes() -> None:
    assert GaugeConfig.load({}).overrelaxation == 0
    assert GaugeConfig.load({"shape": [4, 4, 4]}).overrelaxation == 3
    assert GaugeConfig.load({"shape": [4, 4, 4], "overrelaxation": 1}).overrelaxation == 1
    two = GaugeConfig.load({})
    assert two.with_value("shape", [8, 8]).overrelaxation == 0
    assert two.with_value("shape", [4, 4, 4, 4]).overrelaxation == 3
    assert GaugeConfig.load(two.dump()) == two
    assert "permutes" in " ".join(two.with_value("overrelaxation", 2).warnings())
    assert "trapped flux" in " ".join(GaugeConfig.load({"beta": 5.0}).warnings())


def test_starts_are_hot_and_cold() -> None:
    hot, cold = (create("gauge", {"shape": [16, 16], "start": start}) for start in ("hot", "cold"))
    assert abs(hot.scalar("plaquette")) < 5.0 / 16.0
    assert cold.scalar("plaquette") == 1.0
    assert cold.scalar("action") == 0.0
    assert math.isnan(cold.scalar("acceptance"))
    cold.advance(3)
    before = cold.field("angle")
    cold.command("start_again", start="hot")
    assert np.abs(cold.field("angle") - before).max() > 1.0
    other = cold.field("angle")
    cold.advance(1)
    cold.command("start_again", start="hot")
    assert np.abs(cold.field("angle") - other).max() > 1.0, "the same links as at the start before"
    cold.command("start_again", start="cold")
    assert cold.scalar("plaquette") == 1.0
    with pytest.raises(BadInput) as caught:
        cold.command("start_again", start="hott")
    assert caught.value.nearest == "hot"


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_fields_and_loops_equal_the_reference(shape: tuple[int, ...], tolerances: Any) -> None:
    engine = make(shape, 0.7, thermalise=3)
    U, limit = engine.links(), tolerances["gauge"]["kernels"]["links"]
    found = {pair: reference.plaquette(U, *pair).real for pair in reference.planes(len(shape))}
    axes = engine.config.axes
    np.testing.assert_allclose(engine.field("plaquette"), sum(found.values()) / len(found), atol=limit)
    if len(shape) > 2:
        for (a, b), wanted in found.items():
            np.testing.assert_allclose(engine.field(f"plaquette_{axes[a]}{axes[b]}"), wanted, atol=limit)
    else:
        np.testing.assert_allclose(engine.field("flux"), np.angle(reference.plaquette(U, 0, 1)), atol=limit)
    np.testing.assert_allclose(np.exp(1j * engine.field("angle")), U, atol=limit)
    np.testing.assert_allclose(engine.polyakov(), reference.polyakov_loop(U), atol=limit)
    assert engine.polyakov().shape == shape[1:]
    assert engine.scalar("polyakov") == pytest.approx(abs(reference.polyakov_loop(U).mean()), abs=limit)
    assert engine.scalar("plaquette") == pytest.approx(reference.mean_plaquette(U), abs=limit)
    assert engine.scalar("action") == pytest.approx(reference.action(U, 0.7), rel=limit)
    spatial = range(1, len(shape))
    wanted = np.mean([reference.wilson_loop(U, axis, 0, 2, 1).real.mean() for axis in spatial])
    assert engine.wilson(2, 1) == pytest.approx(wanted, abs=limit)
    for sides in ((0, 1), (1, 100), (1.5, 1), (True, 1)):
        with pytest.raises(BadInput):
            engine.wilson(*sides)


def test_links_are_set_by_their_angles() -> None:
    engine = make((4, 4), 1.0)
    angles = np.linspace(-3.0, 3.0, 32).reshape(2, 4, 4)
    engine.command("set_field", name="angle", value=angles)
    np.testing.assert_allclose(engine.field("angle"), angles, atol=1e-14)
    assert engine.scalar("sweeps_since_change") == 0.0
    engine.command("set_field", name="angle", value=0.5)
    np.testing.assert_allclose(engine.field("angle"), 0.5, atol=1e-14)
    before = hash_state(engine.state())
    for bad in (np.zeros((4, 4)), np.full((2, 4, 4), np.nan), "angles", 1e9):
        with pytest.raises(BadInput):
            engine.command("set_field", name="angle", value=bad)
    with pytest.raises(BadInput) as caught:
        engine.command("set_field", name="angel", value=0.0)
    assert caught.value.nearest == "angle"
    assert hash_state(engine.state()) == before


@pytest.mark.parametrize(
    ("path", "value"),
    [("beta", 2.0), ("algorithm", "metropolis"), ("overrelaxation", 2), ("thermalisation", 3)],
)
def test_what_acts_on_the_chain_begins_running_means_anew(path: str, value: Any) -> None:
    engine = make((6, 6), 1.0, thermalise=0)
    engine.advance(100)
    assert engine.scalar("sweeps_since_change") == 100.0
    engine.set(path, value)
    assert engine.scalar("sweeps_since_change") == 0.0
    assert math.isnan(engine.scalar("plaquette_mean"))
    engine.advance(10)
    assert engine.scalar("sweeps_since_change") == 10.0
    kept = engine.scalar("plaquette_mean")
    engine.set(path, value)
    assert engine.scalar("plaquette_mean") == kept, "nothing has changed"


def test_a_mean_leaves_out_the_thermalisation() -> None:
    engine = create("gauge", {"shape": [6, 6], "beta": 4.0, "thermalisation": 30})
    engine.advance(30)
    assert math.isnan(engine.scalar("plaquette_mean"))
    engine.advance(1)
    assert engine.scalar("plaquette_mean") == pytest.approx(engine.scalar("plaquette"), abs=1e-14)
    assert math.isnan(engine.scalar("plaquette_error"))


def test_bins_join_and_keep_mean_error_and_time() -> None:
    """As many samples as fill the bins three times over: tau stays in sweeps."""
    draw = np.random.default_rng(7)
    x = np.empty(3 * ROOM)
    x[0] = 0.0
    for n in range(1, x.size):
        x[n] = 0.8 * x[n - 1] + 0.6 * draw.normal()
    x = 0.5 + 1e-4 * x
    running, whole = Running(0), mean_of(x)
    running.note(x[: LEAST - 1])
    assert running.statistics() is None
    running.note(x[LEAST - 1 :])
    assert running.width == 4
    assert running.count * running.width == x.size
    found = running.statistics()
    assert found is not None
    assert found.value == pytest.approx(whole.value, abs=1e-12)
    assert found.error == pytest.approx(whole.error, rel=0.05)
    assert found.tau == pytest.approx(whole.tau, rel=0.1)
    assert found.tau == pytest.approx(0.5 * 1.8 / 0.2, rel=0.15)
    assert found.samples == x.size
    flat = Running(0)
    flat.note(np.full(100, 0.25))
    still = flat.statistics()
    assert still is not None
    assert (still.value, still.error, still.tau) == (0.25, 0.0, 0.5)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("ur", lambda a: 1.001 * a),
        ("ui", lambda a: 0.0 * a),
        ("bins", lambda a: a + 2.0),
        ("bin_count", lambda _: ROOM),
        ("bin_width", lambda _: 0),
        ("waiting", lambda _: 5),
        ("tick", lambda _: -1),
    ],
)
def test_a_checkpoint_of_what_cannot_be_is_refused(name: str, change: Any) -> None:
    engine = make((4, 4), 1.0, thermalise=5)
    state = engine.state()
    before = hash_state(state)
    with pytest.raises(BadInput):
        engine.restore({**state, name: change(state[name])})
    assert hash_state(engine.state()) == before
    with pytest.raises(BadInput, match="the engine needs"):
        make((4, 6), 1.0).restore(state)


def test_there_is_no_time() -> None:
    engine = make((4, 4), 1.0)
    assert math.isnan(engine.time)
    assert engine.tick == 200
    assert engine.tick_unit == "sweep"
    assert engine.check() is None
