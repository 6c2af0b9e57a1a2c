"""Conformance: what every registered engine must do before anyone may rely on it."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app import checkpoint
from tauscope.engine import registry
from tauscope.engine.base import Array, Command, Engine, FrameRequest, Reduction, hash_state
from tauscope.engine.config import Leaf, leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.events import Event
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.past import Past
from tauscope.engine.world import World
from tests.conformance.cases import CASES, FIRST, RULES, Case, run_script

REDUCTIONS: tuple[Reduction, ...] = ("none", "min", "max", "mean", "sum", "rms")

TABLES = ("patterns",)
"""Fields whose rows come and go."""

each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_first = pytest.mark.parametrize("case", FIRST, ids=str)
each_leaf = pytest.mark.parametrize(
    ("case", "leaf"),
    [pytest.param(c, leaf, id=f"{c}-{leaf.path}") for c in RULES for leaf in leaves(c.config_type)],
)


def digest(engine: Engine) -> dict[str, str]:
    return hash_state(engine.state())


# -- time ---------------------------------------------------------------------------------------------------


@each_case
@pytest.mark.parametrize(
    "chunks", [[1] * 60, [7, 0, 53], [13, 13, 13, 13, 8], [59, 1]], ids=["ones", "7", "13", "59"]
)
def test_chunks_do_not_matter(case: Case, chunks: list[int]) -> None:
    whole, parts = case.make(), case.make()
    whole.advance(60)
    for chunk in chunks:
        parts.advance(chunk)
    assert digest(parts) == digest(whole)
    assert (parts.tick, parts.time) == (whole.tick, whole.time)
    assert whole.tick == 60


@each_first
@pytest.mark.parametrize("ticks", [-1, 1.5, True, "3"])
def test_ticks_must_be_whole_and_forward(case: Case, ticks: Any) -> None:
    engine = case.make()
    before = digest(engine)
    with pytest.raises(BadInput) as caught:
        engine.advance(ticks)
    assert caught.value.key == "ticks"
    assert digest(engine) == before


# -- checkpoints --------------------------------------------------------------------------------------------


@each_case
def test_a_checkpoint_goes_on_bit_for_bit(case: Case) -> None:
    engine = case.make()
    engine.advance(17)
    kept = engine.state()
    then = hash_state(kept)
    engine.advance(23)
    end = digest(engine)
    assert hash_state(kept) == then, "advancing changed a checkpoint that had been handed out"
    engine.restore(kept)
    assert digest(engine) == then
    engine.advance(23)
    assert digest(engine) == end
    fresh = case.make(seed=99)
    fresh.restore(kept)
    fresh.advance(23)
    assert fresh.fields().keys() == engine.fields().keys()
    for name, array in engine.fields().items():
        np.testing.assert_array_equal(fresh.field(name), array)


@each_case
def test_a_checkpoint_survives_a_file(case: Case, tmp_path: Path) -> None:
    world = case.world()
    run_script(world, case, 33)
    path = tmp_path / "state.npz"
    checkpoint.save(path, checkpoint.of(world))
    again = checkpoint.load(path).world()
    assert digest(again.engine(case.engine)) == digest(world.engine(case.engine))
    again.advance(20)
    world.advance(20)
    assert digest(again.engine(case.engine)) == digest(world.engine(case.engine))


@each_first
def test_a_checkpoint_that_does_not_fit_is_refused_whole(case: Case) -> None:
    engine = case.make()
    engine.advance(5)
    before, good = digest(engine), case.make().state()
    for name, value in good.items():
        wrong: list[dict[str, Any]] = [{k: v for k, v in good.items() if k != name}]
        if isinstance(value, np.ndarray):
            wrong += [{**good, name: value[:-1]}, {**good, name: value.astype(np.complex64)}]
        for state in wrong:
            with pytest.raises(BadInput):
                engine.restore(state)
            assert digest(engine) == before, name


@each_case
def test_any_tick_of_the_past_comes_back_bit_for_bit(case: Case) -> None:
    world, past = case.world(), Past()
    past.begin(world)
    past.keep(world)
    run_script(world, case, 40)
    past.keep(world)
    end = digest(world.engine(case.engine))
    for tick in (21, 40, 5, 21, 0, 40):
        past.go(world, tick)
        there = case.world()
        for event in past.commands():
            if event.macro_tick <= tick:
                there.advance(event.macro_tick - there.macro_tick)
                there.apply(event.command)
        there.advance(tick - there.macro_tick)
        assert digest(world.engine(case.engine)) == digest(there.engine(case.engine))
        assert world.macro_tick == tick
    assert digest(world.engine(case.engine)) == end


# -- events -------------------------------------------------------------------------------------------------


@each_case
def test_the_event_log_replays_to_the_same_state(case: Case) -> None:
    world = case.world()
    run_script(world, case, 50)
    lines = [event.to_json() for event in world.events.since(0)]
    assert len(lines) == len(case.script)
    again = case.world()
    for line in lines:
        event = Event.from_json(line)
        again.advance(event.macro_tick - again.macro_tick)
        assert again.engine(case.engine).tick == event.engine_tick
        assert again.apply(event.command).result == event.result
    again.advance(50 - again.macro_tick)
    assert digest(again.engine(case.engine)) == digest(world.engine(case.engine))
    assert again.engine(case.engine).config == world.engine(case.engine).config


@each_case
def test_the_script_matters(case: Case) -> None:
    if not case.script:
        pytest.skip("an engine without a script of its own")
    edited, untouched = case.world(), case.world()
    run_script(edited, case, 50)
    untouched.advance(50)
    assert digest(edited.engine(case.engine)) != digest(untouched.engine(case.engine))


@each_first
def test_an_unknown_command_names_the_nearest(case: Case) -> None:
    engine = case.make()
    for name in engine.commands():
        with pytest.raises(BadInput) as caught:
            engine.command(f"{name}x")
        assert caught.value.nearest in engine.commands()


# -- fields and scalars -------------------------------------------------------------------------------------


@each_case
def test_a_scalar_read_alone_equals_the_one_read_with_all_others(case: Case) -> None:
    """At every stage of a run, bit for bit; reading feeds nothing back."""
    world = case.world()
    for tick in (0, 1, 33, 61):
        if tick == 33:
            run_script(world, case, tick)
        else:
            world.advance(tick - world.macro_tick)
        engine = world.engine(case.engine)
        kept, together = digest(engine), engine.scalars()
        assert set(together) <= set(engine.scalar_specs())
        for name in engine.scalar_specs():
            alone = np.float64(engine.scalar(name))
            assert alone.tobytes() == np.float64(together.get(name, math.nan)).tobytes(), name
        some = list(together)[::-2]
        few = engine.scalars_of(some)
        assert list(few) == some
        assert all(np.float64(few[name]).tobytes() == np.float64(together[name]).tobytes() for name in some)
        assert digest(engine) == kept


@each_first
def test_an_unknown_scalar_names_the_nearest(case: Case) -> None:
    engine = case.make()
    for name in engine.scalar_specs():
        with pytest.raises(BadInput) as caught:
            engine.scalars_of((f"{name}x",))
        assert caught.value.nearest in engine.scalar_specs()
    assert engine.scalars_of(()) == {}


def selections(array: Array) -> list[tuple[Any, ...]]:
    if not array.size:
        return [()]
    middle = tuple(n // 2 for n in array.shape)
    spans = tuple((1, n - 1, 2) for n in array.shape)
    first = (middle[0], *(None for _ in array.shape[1:]))
    return [(), spans, first, (*(None for _ in array.shape[:-1]), (None, None, -1))]


@each_case
def test_slices_and_reductions_equal_numpy(case: Case) -> None:
    world = case.world()
    world.advance(25)
    for name in world.specs(case.engine):
        whole = world.field(case.engine, name)
        for selection in selections(whole):
            index = tuple(s if isinstance(s, int) else slice(*(s or (None,))) for s in selection)
            part = np.array(whole[index] if index else whole, order="C")
            for reduction in REDUCTIONS if part.size else ("none",):
                request = FrameRequest(name, case.engine, selection, reduction)
                seen = world.frame([request]).arrays[request]
                if reduction == "none":
                    np.testing.assert_array_equal(seen, part)
                elif reduction == "rms":
                    assert seen == np.sqrt(np.mean(np.abs(part).astype(np.float64) ** 2))
                else:
                    assert seen == getattr(part, reduction)()
                assert not seen.flags.writeable


@each_case
def test_fields_are_what_their_specs_say_and_copies(case: Case) -> None:
    engine = case.make()
    engine.advance(10)
    before = digest(engine)
    specs = engine.field_specs()
    assert set(engine.fields()) == set(specs)
    for name, spec in specs.items():
        array = engine.field(name)
        assert array.dtype == np.dtype(spec.dtype), name
        assert array.ndim == len(spec.dims), name
        assert array.flags.writeable, name
        array[...] = 0
    assert digest(engine) == before
    with pytest.raises(BadInput):
        engine.field("nothing")


@each_case
def test_scalars_are_what_their_specs_say(case: Case) -> None:
    engine = case.make()
    for _ in range(2):
        scalars = engine.scalars()
        assert set(scalars) == set(engine.scalar_specs())
        assert all(type(value) is float for value in scalars.values())
        engine.advance(10)


@each_first
def test_everything_has_a_name_and_a_unit(case: Case) -> None:
    world = case.world()
    for spec in world.specs(case.engine).values():
        assert all((spec.name, spec.label, spec.title, spec.unit, spec.dims)), spec
    for scalar in world.engine(case.engine).scalar_specs().values():
        assert all((scalar.name, scalar.label, scalar.unit)), scalar
    for leaf in leaves(type(world.engine(case.engine).config)):
        assert leaf.label, leaf.path
        assert leaf.unit, leaf.path
        if leaf.type_name in ("float", "int") and leaf.hero:
            assert None not in (leaf.soft_low, leaf.soft_high), leaf.path
    assert registry.entry(case.engine).title
    assert (registry.engine_type(case.engine).__doc__ or "").strip()
    assert world.engine(case.engine).name == case.engine


# -- recordings ---------------------------------------------------------------------------------------------


@each_case
def test_a_recording_replays_bit_for_bit(case: Case, tmp_path: Path) -> None:
    from tauscope.app.recording import Recorder, RecordingFile

    world = case.world()
    path = tmp_path / "run.h5"
    recorder = Recorder(path, every=10)
    recorder.start(world)
    seen: dict[int, dict[str, Array]] = {}
    for tick in range(1, 51):
        for at, name, args in case.script:
            if at == tick - 1 and "{1}" not in args.values():
                world.apply(Command(case.engine, name, args))
        world.advance(1)
        if recorder.next_due(tick - 1) == tick:
            recorder.sample(world)
            seen[tick] = world.engine(case.engine).fields()
    recorder.close()
    with RecordingFile(path) as file:
        for index, tick in enumerate(file.ticks):
            for name in file.fields:
                if int(tick) in seen and name in seen[int(tick)]:
                    found, wanted = file.frame(name, index), seen[int(tick)][name]
                    if name in TABLES:  # their recorded shape has free rows for what may come
                        assert np.isnan(found[len(wanted) :]).all()
                        found = found[: len(wanted)]
                    np.testing.assert_array_equal(found, wanted)
        assert {10, 20, 30, 40, 50} <= {int(tick) for tick in file.ticks}


@each_first
def test_a_recording_is_verified_in_another_process(case: Case, tmp_path: Path) -> None:
    from tauscope.app.recording import Recorder, replay

    world = case.world()
    path = tmp_path / "run.h5"
    recorder = Recorder(path, every=5)
    recorder.start(world)
    for tick in range(1, 41):
        world.advance(1)
        if recorder.next_due(tick - 1) == tick:
            recorder.sample(world)
        if tick == 12:
            for _at, name, args in case.script[:2]:
                world.apply(Command(case.engine, name, args))
    recorder.close()
    assert replay(path, verify=True).passed


# -- trouble ------------------------------------------------------------------------------------------------


def float_arrays(engine: Engine) -> list[str]:
    return [
        name
        for name, value in engine.state().items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ]


def poison(engine: Engine, name: str, value: float) -> None:
    """Put a value into the middle of one array of the state; raises BadInput where the engine refuses."""
    state = engine.state()
    array = state[name].copy()
    array[tuple(n // 2 for n in array.shape)] = value
    state[name] = array
    engine.restore(state)


def break_one(engine: Engine) -> str:
    """Put a NaN, or a number far below zero, into the first array where a limit notices it; its name."""
    kept = engine.state()
    arrays = [name for name, value in kept.items() if isinstance(value, np.ndarray)]
    floats = float_arrays(engine)
    tries = [(name, math.nan) for name in floats] + [(name, -(2**30)) for name in arrays]
    for name, value in tries:
        try:
            poison(engine, name, value)
        except BadInput:
            continue
        broken = engine.state()
        with np.errstate(all="ignore"):
            engine.advance(5)
        found = engine.check()
        engine.restore(broken if found else kept)
        if found:
            return name
    return ""


@each_case
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_or_found(case: Case, value: float) -> None:
    for name in float_arrays(case.make()):
        engine = case.make()
        engine.advance(10)
        try:
            poison(engine, name, value)
        except BadInput:
            continue
        found = engine.check()
        if found is None:
            with np.errstate(all="ignore"):
                engine.advance(1)
            found = engine.check()
        assert found is not None, f"{value} in {name} was overlooked"
        assert found.engine == case.engine
        spec = engine.field_specs().get(found.field)
        assert len(found.cell) in (0, 2 if spec is None else len(spec.dims))
        for word in (found.field, "tick ", "time ", "the limit is"):
            assert word in found.sentence()


@each_case
def test_a_blow_up_pauses_the_loop_and_going_back_is_finite(case: Case) -> None:
    loop = Loop(case.world(), Mailbox())
    loop.step(20)
    while loop.world.macro_tick < 20:
        loop.turn()
    engine = loop.world.engine(case.engine)
    kept = loop._good
    if case.heals:
        assert not break_one(engine)
        return
    assert break_one(engine), "no array of this engine can be broken, so nothing was tested"
    loop._last_good = 0.0
    loop.play()
    with np.errstate(all="ignore"):
        loop.turn()
        loop.turn()
    assert loop.blow_up is not None
    assert not loop.running
    assert loop._good is kept, "a checkpoint was taken of a broken state"
    back = loop.go_back()
    loop.turn()
    back.result(0)
    assert engine.check() is None
    assert all(np.isfinite(a).all() for a in engine.fields().values() if a.dtype.kind == "f")
    loop.step(10)
    until = loop.world.macro_tick + 10
    while loop.world.macro_tick < until and loop.blow_up is None:
        loop.turn()
    assert loop.blow_up is None


@each_first
def test_a_limit_in_time_step_pauses_within_k_steps(case: Case) -> None:
    if case.engine != "toy":
        pytest.skip("this engine has no time step that could break a limit")
    world = World.single("toy", {"D": 0.5, "dt": 0.3}, seed=1)
    loop = Loop(world, Mailbox(), budget=1e-9)
    loop.play()
    for _ in range(10):
        loop.turn()
    here = world.macro_tick
    loop.submit(Command("toy", "set", {"path": "dt", "value": 3 * 0.5}))
    loop.turn()
    assert loop.blow_up is not None
    assert loop.blow_up.tick - here <= 1
    assert loop.blow_up.remedy_set == ("dt", 0.4)


# -- refusals -----------------------------------------------------------------------------------------------


def put(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Plain configuration with one entry more, by dotted path."""
    head, _, rest = path.partition(".")
    inner = config.get(head, {})
    part = {"kind": inner} if isinstance(inner, str) else inner
    return {**config, head: put(part, rest, value) if rest else value}


def at(config: dict[str, Any], path: str) -> Any:
    """Entry of a plain configuration by dotted path."""
    for part in path.split("."):
        config = config[part]
    return config


@each_leaf
def test_a_misspelt_key_names_the_nearest(case: Case, leaf: Leaf) -> None:
    with pytest.raises(BadInput) as caught:
        case.config_type.load(put(case.config, f"{leaf.path}q", 1))
    assert caught.value.key == f"{leaf.path}q"
    assert caught.value.nearest == leaf.path.rpartition(".")[2]
    with pytest.raises(BadInput) as caught:
        case.make().set(f"{leaf.path}q", 1)
    assert caught.value.nearest == leaf.path.rpartition(".")[2]


@each_leaf
def test_a_value_out_of_range_is_refused_with_the_range(case: Case, leaf: Leaf) -> None:
    wrong: list[Any] = ["no such thing", [1, 2]]
    if leaf.type_name in ("float", "int"):
        wrong += [math.nan, math.inf]
        wrong += [leaf.low - 1.0] if leaf.low is not None else []
        wrong += [2.0 * leaf.high + 1.0] if leaf.high is not None else []
    engine = case.make()
    before, config = digest(engine), engine.config
    for value in wrong:
        if leaf.type_name == "str" and isinstance(value, str):
            continue
        with pytest.raises(BadInput) as caught:
            case.config_type.load(put(case.config, leaf.path, value))
        # A list in place of the capacity is a map of it, and refused as an array.
        assert caught.value.key in (leaf.path, "array" if leaf.path == "capacity" else leaf.path)
        if leaf.low is not None or leaf.choices:
            assert caught.value.allowed, value
        with pytest.raises(BadInput):
            engine.set(leaf.path, value)
    assert digest(engine) == before
    assert engine.config == config


# -- live parameters ----------------------------------------------------------------------------------------


def another(leaf: Leaf, present: Any) -> Any:
    """A value that differs from the present one and is allowed."""
    if leaf.choices:
        return next((choice for choice in leaf.choices if choice != present), None)
    if leaf.type_name == "bool":
        return not present
    if leaf.type_name == "str":
        return f"{present}another"
    low = leaf.soft_low if leaf.soft_low is not None else leaf.low if leaf.low is not None else 0.0
    high = leaf.soft_high if leaf.soft_high is not None else leaf.high if leaf.high is not None else 1.0
    share = 0.3 if present is None or abs(present - (low + 0.3 * (high - low))) > 1e-9 else 0.6
    value = low + share * (high - low)
    return int(value) if leaf.type_name == "int" else value


def seen(engine: Engine) -> dict[str, bytes]:
    """Bytes of all fields and scalars, so that a missing value equals a missing value."""
    scalars = {name: np.float64(value).tobytes() for name, value in engine.scalars().items()}
    return {**{name: array.tobytes() for name, array in engine.fields().items()}, **scalars}


@each_leaf
def test_a_live_parameter_acts_and_any_other_says_restart(case: Case, leaf: Leaf) -> None:
    changed, untouched = case.make(), case.make()
    for engine in (changed, untouched):
        engine.advance(20)
    value = another(leaf, at(changed.config.dump(), leaf.path))
    if value is None:
        pytest.skip(f"{leaf.path} has one value only, and each other is refused")
    if not leaf.live:
        before = digest(changed)
        with pytest.raises(BadInput, match=r"(?i)restart"):
            changed.set(leaf.path, value)
        assert digest(changed) == before
        return
    if reason := changed.config.unused().get(leaf.path):
        before = digest(changed)
        with pytest.raises(BadInput, match=re.escape(reason)):
            changed.set(leaf.path, value)
        assert digest(changed) == before
        return
    changed.set(leaf.path, value)
    assert at(changed.config.dump(), leaf.path) == pytest.approx(value)
    for engine in (changed, untouched):
        engine.advance(60)
    assert seen(changed) != seen(untouched), f"{leaf.path} is labelled live and does nothing"


# -- studies ------------------------------------------------------------------------------------------------


@each_first
def test_studies_are_cancelled_promptly(case: Case) -> None:
    from tauscope.app.studies import StudyRunner, StudyTask
    from tauscope.engine.errors import Cancelled

    names = list(registry.entry(case.engine).studies or {})
    if not names:
        pytest.skip("an engine without studies")
    with StudyRunner() as runner:
        for name in names:
            run = runner.start(StudyTask(case.engine, name))
            run.cancel()
            with pytest.raises(Cancelled):
                run.result(60.0)
