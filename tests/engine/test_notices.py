"""Notices of engines: each is found once, whatever is restored or replaced meanwhile."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, cast

import pytest

from tauscope.engine.base import BlowUp, Command
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.notices import Notice, Noticed, Watch
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.engine.world import World

LINE: dict[str, Any] = {
    "shape": [1, 1, 1, 1, 1, 1, 8, 1, 1],
    "precision": "precise",
    "c0": 300.0,
    "beta": 1.0,
    "emitters": [{"name": "push", "frequency": 3.254, "amplitude": 3e4, "profile": "uniform", "ramp": 0.0}],
}


class Told:
    """Stands in for a world with one engine that saw certain things."""

    def __init__(self, *numbers: int, mark: str = "a") -> None:
        self.see(*numbers, mark=mark)
        self.engines = {"one": self}

    def see(self, *numbers: int, mark: str = "a") -> None:
        self.seen = tuple(Notice(n, 10 * n, float(n), "note", 0, mark) for n in numbers)

    def events(self) -> tuple[Notice, ...]:
        return self.seen


def look(watch: Watch, world: Told) -> tuple[list[int], int, bool]:
    news = watch.look(cast(Any, world))
    return [item.notice.number for item in news.new], news.missed, news.rewound


def test_each_notice_is_found_once() -> None:
    watch, world = Watch(), Told()
    assert look(watch, world) == ([], 0, False)
    world.see(0, 1)
    assert look(watch, world) == ([0, 1], 0, False)
    assert look(watch, world) == ([], 0, False)
    world.see(0, 1, 2)
    assert look(watch, world) == ([2], 0, False)


def test_what_another_world_saw_before_is_no_news() -> None:
    watch, world = Watch(), Told()
    look(watch, world)
    other = Told(0, 1, 2)
    assert look(watch, other) == ([], 0, False)
    other.see(0, 1, 2, 3)
    assert look(watch, other) == ([3], 0, False)


def test_notices_that_fell_out_are_counted() -> None:
    watch, world = Watch(), Told(0, 1)
    look(watch, world)
    world.see(*range(5, 9))
    assert look(watch, world) == ([5, 6, 7, 8], 3, False)
    world.see(*range(9, 12))
    assert look(watch, world) == ([9, 10, 11], 0, False)


def test_a_restore_takes_notices_back_and_others_of_the_same_numbers_are_new() -> None:
    watch, world = Watch(), Told(0, 1, 2)
    look(watch, world)
    world.see(0)
    assert look(watch, world) == ([], 0, True)
    world.see(0, 1)
    assert look(watch, world) == ([1], 0, False)
    world.see(0, 1, 2, mark="b")  # another branch, restored and gone on within one look
    assert look(watch, world) == ([0, 1, 2], 0, True)
    world.see()
    assert look(watch, world) == ([], 0, True)


def test_older_notices_that_a_restore_brings_back_are_not_told_again() -> None:
    watch, world = Watch(), Told(*range(5, 9))
    look(watch, world)
    world.see(*range(7))
    assert look(watch, world) == ([], 0, True)


def test_a_notice_comes_back_from_its_line() -> None:
    noticed = Noticed("ufie", Notice(3, 40, 0.01, "hard", 1, "|Ψ| is 5.", "Back."))
    assert Noticed.from_json(noticed.to_json()) == noticed
    assert noticed.notice.sentence == "|Ψ| is 5. Back."
    for line in ("", "[]", "{}", '{"engine": "ufie", "number": "x"}'):
        with pytest.raises(BadInput, match="cannot be read"):
            Noticed.from_json(line)


def test_the_loop_lets_watchers_look_after_commands_and_after_steps() -> None:
    world = World.single("ufie", LINE, seed=2)
    loop, watch = Loop(world, Mailbox()), Watch()
    found: list[Noticed] = []
    loop.watchers.append(lambda now: found.extend(watch.look(now).new))
    loop.turn()
    loop.play()
    while loop.blow_up is None:
        loop.turn()
    assert [item.notice.level for item in found] == ["hard", "hard", "hard", "stop"]
    assert [item.notice for item in found] == list(world.engine("ufie").events())
    loop.submit(Command("ufie", "acknowledge"))
    loop.turn()
    assert found[-1].notice.level == "note", "though no step was done"


def test_a_kept_stop_is_shown_and_refuses_to_play_until_acknowledged() -> None:
    world = World.single("ufie", LINE, seed=2)
    loop = Loop(world, Mailbox())
    loop.play()
    loop.display_interval = 0.0
    shown = []
    while loop.blow_up is None:
        loop.turn()
        shown.append(loop.mailbox.take())
    assert loop.blow_up.kept
    loop.turn()
    frames = [frame.macro_tick for frame in [*shown, loop.mailbox.take()] if frame is not None]
    assert frames[-1] == world.macro_tick, "the state of the stop is shown"
    future = loop.play()
    loop.turn()
    with pytest.raises(BadInput, match=r"three attempts within 60 s.*Acknowledge"):
        future.result()
    again = World.single("ufie", LINE, seed=2)
    again.restore(world.state())
    loop.swap(again)
    future = loop.play()
    loop.turn()
    with pytest.raises(BadInput, match="Acknowledge"):
        future.result()
    loop.submit(Command("ufie", "acknowledge"))
    loop.turn()
    loop.play()
    loop.turn()
    assert loop.running


def test_where_the_policy_stands_is_read_from_the_engine() -> None:
    engine = cast(UfieEngine, World.single("ufie", LINE, seed=2).engine("ufie"))
    assert (engine.scram.level, engine.scram.gain) == (0, 1.0)
    assert math.isnan(engine.scram.back_at)
    while not engine.events():
        engine.advance(20)
    status = engine.scram
    assert (status.level, status.attempts, status.gain, status.step) == (2, 1, 0.5, 2.5e-4)
    # Five seconds of hold, then ten shares of 5 %, of which the first comes at its end.
    assert status.back_at == pytest.approx(engine.time + 5.0 + 9 * 0.5)


def test_the_whole_drive_is_back_when_it_is_said_to_be() -> None:
    scram = {"hold": 0.1, "recovery_every": 0.02, "recovery": 0.125}
    engine = cast(UfieEngine, World.single("ufie", {**LINE, "scram": scram}, seed=2).engine("ufie"))
    while not engine.events():
        engine.advance(20)
    said = engine.scram.back_at
    engine.set("emitters.push.amplitude", 1.0)
    while engine.scram.gain < 1.0:
        engine.advance(20)
    assert engine.time == pytest.approx(said, abs=5 * 20 * 2.5e-4), "looked at every 20 steps"


def test_without_scram_half_the_step_is_offered_where_it_is_one() -> None:
    for dt, offered in ((2.5e-4, ("dt", 1.25e-4)), (1.5e-5, None)):
        engine = World.single("ufie", {**LINE, "dt": dt, "scram": {"on": False}}).engine("ufie")
        engine.set("emitters.push.amplitude", 1e5)
        engine.set("beta", 1000.0)
        found: BlowUp | None = None
        while found is None and engine.tick < 40000:
            engine.advance(1000)
            found = engine.check()
        assert found is not None
        assert found.remedy_set == offered
        assert not found.kept
        assert "broke a limit" in found.sentence()
        assert "has stopped" in dataclasses.replace(found, kept=True).sentence()
