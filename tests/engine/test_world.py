"""The world keeps exact tick ratios, logs what was applied, and hands out private frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.base import Command, Engine, FrameRequest, Limits, hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World

pytestmark = pytest.mark.usefixtures("toy")


def make(**config: object) -> World:
    return World.single("toy", config, seed=3)


def pair() -> World:
    def couple(engines: Mapping[str, Engine]) -> None:
        engines["fast"].set("D", 0.1 + 0.1 * engines["slow"].scalars()["mean"])

    engines = {key: registry.create("toy", {}, seed=seed) for key, seed in (("slow", 1), ("fast", 2))}
    return World(engines, ratios={"fast": 3}, couplings=[couple])


def hashes(world: World) -> dict[str, dict[str, str]]:
    return {key: hash_state(engine.state()) for key, engine in world.engines.items()}


def test_engines_keep_their_exact_ratio() -> None:
    world = pair()
    world.advance(7)
    assert (world.macro_tick, world.engine("slow").tick, world.engine("fast").tick) == (7, 7, 21)


@pytest.mark.parametrize("chunks", [[10], [1] * 10, [3, 0, 7], [9, 1]])
def test_coupled_engines_do_not_depend_on_chunks(chunks: list[int]) -> None:
    world, reference = pair(), pair()
    reference.advance(10)
    for chunk in chunks:
        world.advance(chunk)
    assert hashes(world) == hashes(reference)


@pytest.mark.parametrize("ratio", [0, -1])
def test_a_ratio_below_one_is_refused(ratio: int) -> None:
    with pytest.raises(BadInput, match="tick ratio"):
        World({"a": registry.create("toy", {})}, ratios={"a": ratio})


def test_commands_are_logged_with_their_ticks() -> None:
    world = make()
    world.advance(5)
    event = world.apply(Command("toy", "add_spot", {"x": 3, "y": 4}))
    world.apply(Command("toy", "set", {"path": "D", "value": 0.25}))
    assert (event.macro_tick, event.engine_tick, event.seq, event.result) == (5, 5, 0, "spot1")
    assert [e.command.name for e in world.events.since(0)] == ["add_spot", "set"]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (Command("toy", "set", {"path": "D", "value": -1.0}), "D"),
        (Command("toy", "set", {"path": "nx", "value": 8}), "nx"),
        (Command("toy", "add_spot", {"x": 99, "y": 0}), "x"),
        (Command("toy", "ad_spot", {"x": 1, "y": 0}), "command"),
        (Command("gravity", "set", {"path": "D", "value": 1.0}), "engine"),
    ],
)
def test_a_refused_command_changes_and_logs_nothing(command: Command, key: str) -> None:
    world = make()
    before = hashes(world)
    with pytest.raises(BadInput) as caught:
        world.apply(command)
    assert caught.value.key == key
    assert hashes(world) == before
    assert len(world.events) == 0


def test_restore_goes_back_bit_for_bit_and_starts_a_generation() -> None:
    world = make()
    world.advance(4)
    kept, then = world.state(), hashes(world)
    world.apply(Command("toy", "set", {"path": "D", "value": 0.1}))
    world.advance(6)
    generation = world.generation
    world.restore(kept)
    assert hashes(world) == then
    assert (world.macro_tick, world.generation) == (4, generation + 1)


def test_a_checkpoint_of_other_engines_is_refused() -> None:
    world, other = make(), pair()
    with pytest.raises(BadInput, match="slow, fast, but toy is running"):
        world.restore(other.state())


def test_a_frame_holds_what_was_asked_for_and_nothing_else() -> None:
    world = make(nx=10, ny=8)
    whole = FrameRequest("u", "toy")
    row = FrameRequest("u", "toy", (3, (2, 9, 2)))
    mean = FrameRequest("u", "toy", (), "mean")
    slope = FrameRequest("slope", "toy")
    frame = world.frame([whole, row, mean, slope, whole], rate=5.0, running=True)
    u = world.field("toy", "u")
    assert set(frame.arrays) == {whole, row, mean, slope}
    np.testing.assert_array_equal(frame.arrays[whole], u)
    np.testing.assert_array_equal(frame.arrays[row], u[3, 2:9:2])
    assert frame.arrays[mean] == u.mean()
    np.testing.assert_array_equal(frame.arrays[slope], np.roll(u, -1, 1) - u)
    assert set(frame.limits) == {whole, slope}
    assert (frame.ticks["toy"], frame.rate, frame.running) == (0, 5.0, True)


def test_frames_are_immutable_and_stay_as_they_were() -> None:
    world = make()
    request = FrameRequest("u", "toy")
    frame = world.frame([request])
    before = frame.arrays[request].copy()
    world.advance(10)
    np.testing.assert_array_equal(frame.arrays[request], before)
    with pytest.raises(ValueError, match="read-only"):
        frame.arrays[request][0, 0] = 1.0
    with pytest.raises(TypeError):
        frame.arrays[request] = before  # type: ignore[index]


def test_unknown_fields_name_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        make().field("toy", "slpe")
    assert caught.value.nearest == "slope"


def test_limits_are_exact_and_say_when_a_value_is_not_finite() -> None:
    array = np.arange(1000, dtype=np.float32).reshape(20, 50)
    assert Limits.of(array) == Limits(0.0, 999.0, 10.0, 989.0, finite=True)
    array[3, 3] = np.nan
    limits = Limits.of(array)
    assert not limits.finite
    assert (limits.low, limits.high) == (0.0, 999.0)


def test_check_finds_the_engine_that_broke() -> None:
    world = pair()
    assert world.check() is None
    world.engine("fast").set("dt", 10.0)
    found = world.check()
    assert found is not None
    assert found.engine == "toy"
