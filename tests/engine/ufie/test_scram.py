"""What the oracle sees, and what SCRAM does about it: in simulated time, and the same in any replay."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

from tauscope.engine.base import Command, hash_state
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.registry import create
from tauscope.engine.ufie.config_parts import ScramConfig
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.engine.ufie.scram import QUARTER_PERIOD, Scram
from tauscope.engine.world import World

LINE: dict[str, Any] = {
    "shape": [1, 1, 1, 1, 1, 1, 8, 1, 1],
    "precision": "precise",
    "c0": 300.0,
    "beta": 1.0,
    "emitters": [{"name": "push", "frequency": 3.254, "amplitude": 3e4, "profile": "uniform", "ramp": 0.0}],
}
NOISE: dict[str, Any] = {**LINE, "emitters": [], "start": {"kind": "random", "amplitude": 0.2}}


def make(entries: dict[str, Any], **more: Any) -> UfieEngine:
    return cast(UfieEngine, create("ufie", {**entries, **more}, seed=2))


def levels(engine: UfieEngine) -> list[str]:
    return [event.level for event in engine.events()]


def poison(engine: UfieEngine, part: str, value: float, place: int) -> None:
    """Put a value into the arrays of the kernels themselves, as a fault would."""
    state = {name: array.copy() for name, array in engine._body.wave.state().items()}
    state[part].ravel()[place] = value
    engine._body.wave.restore(state)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("part", ["psi", "u"])
@pytest.mark.parametrize("place", [0, 7, 8, 15])
@pytest.mark.parametrize("beta", [0.0, 1.0])
def test_a_number_that_is_none_trips_wherever_it_is(part: str, value: float, place: int, beta: float) -> None:
    engine = make(NOISE, beta=beta)
    engine.advance(45)
    poison(engine, part, value, place)
    engine.advance(15)
    assert levels(engine) == ["hard"]
    event = engine.events()[0]
    assert "not a number" in event.reason
    assert "site (x " in event.reason
    assert event.tick == 60
    assert np.isfinite(engine.field("psi")).all()
    assert np.isfinite(list(engine.scalars_of(["H", "residual", "W_in"]).values())).all()
    engine.advance(200)
    assert levels(engine) == ["hard"]
    assert engine.scalar("residual") < 1e-6


def test_the_first_roll_back_returns_to_the_newest_checkpoint() -> None:
    engine, clean = (make(NOISE, scram={"checkpoint_every": 0.01}) for _ in range(2))
    engine.advance(110)
    clean.advance(80)
    poison(engine, "psi", math.nan, 3)
    engine.advance(10)
    np.testing.assert_allclose(engine.field("psi"), clean.field("psi"), rtol=0, atol=1e-13)
    np.testing.assert_allclose(engine.field("velocity"), clean.field("velocity"), atol=1e-9)
    assert engine.scalar("drive_gain") == 0.5
    assert engine.time == pytest.approx(120 * 2.5e-4), "time goes on"


def test_three_attempts_then_a_stop_with_the_last_good_state() -> None:
    engine = make(LINE)
    gains = []
    for _ in range(200):
        before = len(engine.events())
        engine.advance(20)
        if len(engine.events()) > before:
            gains.append((engine.scalar("drive_gain"), engine.scalar("step_size")))
    assert levels(engine) == ["hard", "hard", "hard", "stop"]
    assert gains == [(0.5, 2.5e-4), (0.25, 1.25e-4), (0.25, 1.25e-4), (0.25, 1.25e-4)]
    assert [event.attempt for event in engine.events()] == [1, 2, 3, 4]
    found = engine.check()
    assert found is not None
    assert "three attempts within 60 s" in found.sentence()
    assert np.isfinite(engine.field("psi")).all()
    stood, psi = engine.time, engine.field("psi")
    engine.advance(100)
    assert engine.time == stood
    assert engine.tick == 4100
    np.testing.assert_array_equal(engine.field("psi"), psi)
    assert engine.scalar("scram_level") == 3.0
    engine.set("emitters.push.amplitude", 10.0)
    engine.command("acknowledge")
    assert engine.check() is None
    engine.advance(100)
    assert engine.time == pytest.approx(stood + 100 * 1.25e-4)
    assert levels(engine)[-1] == "note"


def test_the_third_attempt_clears_field_phases_and_metric() -> None:
    engine = make(LINE, metric={"kind": "diagonal"})
    while len(engine.events()) < 3:
        engine.advance(20)
    assert np.abs(engine.field("psi")).max() == 0.0
    assert np.abs(engine.field("velocity")).max() < 1e-12
    assert engine.state()["phases"].tolist() == [0]
    assert engine._body.flat
    engine.command("acknowledge")
    assert not engine._body.flat


def test_the_drive_is_held_and_comes_back() -> None:
    scram = {"hold": 0.1, "recovery_every": 0.02, "recovery": 0.125}
    engine = make(NOISE, scram=scram)
    engine.advance(40)
    poison(engine, "psi", math.nan, 0)
    engine.advance(20)
    tripped = engine.time
    seen: dict[float, float] = {}
    for _ in range(60):
        seen.setdefault(engine.scalar("drive_gain"), engine.time - tripped)
        engine.advance(20)
    assert list(seen) == [0.5, 0.625, 0.75, 0.875, 1.0]
    np.testing.assert_allclose(list(seen.values()), [0.0, 0.1, 0.12, 0.14, 0.16], atol=0.005)
    assert levels(engine) == ["hard", "recovered"]
    assert engine.scalar("scram_level") == 0.0


def test_attempts_are_counted_within_the_window_that_the_first_opens() -> None:
    config = ScramConfig(window=60.0)
    scram = Scram()
    assert scram.trip(config, 1, 10.0, "a") == "newest"
    assert scram.trip(config, 2, 69.0, "b") == "oldest"
    assert scram.trip(config, 3, 71.0, "c") == "newest"
    assert scram.attempts == 1
    assert [event.attempt for event in scram.events] == [1, 2, 1]
    for time in (72.0, 73.0, 74.0):
        scram.trip(config, 4, time, "d")
    assert scram.stopped


def test_events_are_bounded_and_have_a_line_for_the_log() -> None:
    scram = Scram()
    for number in range(100):
        scram.note(number, 0.0, "note", "Something.", "Nothing.")
    assert len(scram.events) == 64
    assert scram.events[-1].number == 99
    assert scram.events[-1].line == "Attempt 0 | Something. Nothing."


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_a_run_through_all_attempts_is_the_same_in_any_chunks_and_from_any_state(chunk: int) -> None:
    whole, parts = make(LINE), make(LINE)
    whole.advance(2600)
    kept = None
    while parts.tick < 2600:
        parts.advance(min(chunk, 2600 - parts.tick))
        if kept is None and len(parts.events()) == 2:
            kept = parts.state()
    assert levels(whole)[:3] == ["hard", "hard", "hard"]
    assert hash_state(parts.state()) == hash_state(whole.state())
    assert kept is not None
    again = make(LINE)
    again.restore(kept)
    again.advance(2600 - again.tick)
    assert hash_state(again.state()) == hash_state(whole.state())


def test_the_residual_warns_softly_and_trips_hard() -> None:
    """The account is falsified: energy appears that nobody gave."""
    for share, expected in ((3e-4, ["soft"]), (0.1, ["soft", "hard"][1:])):
        engine = make(NOISE)
        engine.advance(40)
        engine._body.oracle.base += share * engine.scalar("H")
        engine.advance(20)
        assert levels(engine) == expected
        assert "residual" in engine.events()[0].reason
    engine.advance(60)
    assert engine.scalar("residual") < 1e-6


def test_a_warning_is_given_once() -> None:
    engine = make(NOISE)
    engine.advance(40)
    engine._body.oracle.base += 3e-4 * engine.scalar("H")
    engine.advance(100)
    assert levels(engine) == ["soft"]
    assert engine.scalar("scram_level") == 1.0


def test_without_mass_the_time_to_blow_up_trips() -> None:
    """A uniform field at rest is infinite at 1.854 / (A sqrt(beta)); it is caught 50 steps before at most."""
    start = {"kind": "uniform", "amplitude": 5.0}
    engine = make({**NOISE, "start": start}, mass=0.0, alpha=0.0, c0=0.0)
    end = QUARTER_PERIOD / 5.0
    engine.advance(int(end / 2.5e-4) - 52)
    assert not engine.events()
    engine.advance(52)
    assert levels(engine) == ["hard"]
    assert "before it would be infinite" in engine.events()[0].reason
    assert engine.events()[0].time == pytest.approx(end, abs=60 * 2.5e-4)


def test_a_saturable_cubic_has_no_limit_of_amplitude() -> None:
    engine = make(LINE, saturation=5.0, alpha=5.0)
    assert math.isnan(engine.scalar("amplitude_limit"))
    engine.advance(2000)
    assert engine.scalar("max_amplitude") > 10.3
    assert not engine.events()
    assert engine.scalar("residual") < 1e-3


def test_without_scram_the_run_is_checked_like_any_other() -> None:
    engine = make(LINE, scram={"on": False})
    engine.advance(2000)
    found = engine.check()
    assert found is not None
    assert found.field == "psi"
    assert len(found.cell) == 9


def test_the_loop_lives_on_and_goes_on_after_an_acknowledgement() -> None:
    world = World.single("ufie", LINE, seed=2)
    loop = Loop(world, Mailbox())
    loop.play()
    for _ in range(200):
        loop.turn()
        if loop.blow_up:
            break
    assert loop.blow_up is not None
    assert not loop.running
    assert np.isfinite(world.engine("ufie").field("psi")).all()
    loop.submit(Command("ufie", "set", {"path": "emitters.push.amplitude", "value": 1.0}))
    loop.submit(Command("ufie", "acknowledge"))
    loop.turn()
    assert loop.blow_up is None
    before = world.macro_tick
    loop.step(10)
    for _ in range(20):
        loop.turn()
    assert world.macro_tick == before + 10


@pytest.mark.parametrize(("seconds", "stopped"), [(0.3, False), (6.0, True)])
def test_an_overdrive_of_three_hundred_is_survived_or_stopped(seconds: float, stopped: bool) -> None:
    """Source: ufie.md, section G: of a short one the state is kept, a lasting one ends in a stop."""
    engine = make(LINE, beta=0.01)
    engine.set("emitters.push.amplitude", 100.0)
    engine.advance(2400)
    before = engine.scalar("max_amplitude")
    assert 0.5 < before < 20.0
    engine.set("emitters.push.amplitude", 3e4)
    engine.advance(round(seconds / 2.5e-4))
    engine.set("emitters.push.amplitude", 100.0)
    engine.advance(4000)
    assert bool(engine.check()) is stopped
    assert ("stop" in levels(engine)) is stopped
    assert levels(engine)[0] == "hard"
    assert np.isfinite(engine.field("psi")).all()
    assert engine.scalar("max_amplitude") < engine.scalar("amplitude_limit")
    if not stopped:
        assert engine.scalar("max_amplitude") > 0.1 * before, "the state was kept"
        assert engine.scalar("residual") < 1e-6
