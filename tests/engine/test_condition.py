"""Pause on condition: the exact tick, whatever the chunks; what is a condition, and what is not."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tauscope.app.headless import drive
from tauscope.engine.base import BlowUp, Command, Engine, hash_state
from tauscope.engine.condition import Condition, Held, ProbeReader, condition_of
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.probes import Probe
from tauscope.engine.world import World

CONFIG = {
    "nx": 24,
    "ny": 24,
    "sources": [{"kind": "gaussian", "x": 12, "y": 12, "strength": 0.01, "width": 2}],
}
TEXT = "f_traffic_min < 0.93"


def world() -> World:
    return World.single("gravity", CONFIG, seed=1)


def names() -> tuple[str, ...]:
    return tuple(world().engine("gravity").scalar_specs())


def first_tick() -> int:
    """By hand: the first tick at which it holds."""
    made = world()
    while not made.engine("gravity").scalars()["f_traffic_min"] < 0.93:
        made.advance(1)
        assert made.macro_tick < 1000
    return made.macro_tick


def run(budget: float, every: int, text: str = TEXT, turns: int = 3000) -> tuple[Loop, list[Held]]:
    loop = Loop(world(), Mailbox(), budget)
    found: list[Held] = []
    loop.on_held = found.append
    loop.trackers.append(Condition(text, names(), every, loop.hold))
    loop.play()
    for _ in range(turns):
        loop.turn()
        if found:
            break
    return loop, found


@pytest.mark.parametrize("budget", [1e-4, 0.008, 0.2])
def test_the_run_stands_at_the_first_tick_whatever_the_chunks(budget: float) -> None:
    expected = first_tick()
    assert expected > 3
    loop, found = run(budget, 1)
    assert (found[0].tick, loop.world.macro_tick, loop.running) == (expected, expected, False)
    straight = world()
    straight.advance(expected)
    assert hash_state(loop.world.engine("gravity").state()) == hash_state(straight.engine("gravity").state())
    assert f"tick {expected}" in found[0].sentence() and "f_traffic_min = 0.92" in found[0].sentence()


def test_between_two_looks_nothing_is_seen() -> None:
    expected = first_tick()
    loop, _found = run(0.02, 16)
    assert loop.world.macro_tick == -(-expected // 16) * 16


def test_play_goes_on_past_a_condition_that_stays_true_and_a_new_rise_pauses_again() -> None:
    loop, found = run(0.001, 1, "(tick % 50 >= 40) & (tick > 0)")
    assert found[0].tick == 40
    loop.play()
    for _ in range(3000):
        loop.turn()
        if len(found) > 1:
            break
    assert [held.tick for held in found] == [40, 90]


def test_a_condition_without_scalars_does_not_ask_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> dict[str, float]:
        raise AssertionError("scalars were asked for")

    made = world()
    monkeypatch.setattr(type(made.engine("gravity")), "scalars", refuse)
    monkeypatch.setattr(type(made.engine("gravity")), "scalars_of", refuse)
    found: list[Held] = []
    drive(made, 20, [Condition("time >= 12", (), 1, found.append)])
    assert found[0].tick == 12


def test_probes_are_called_by_id_and_by_name() -> None:
    probes = (Probe("p1", "point", "f_traffic", 12, 12, name="centre"), Probe("p2", "point", "tau", 3, 3))
    reader = ProbeReader(probes)
    assert set(reader.names) == {"p1", "p2", "centre"}
    found: list[Held] = []
    made = world()
    condition = Condition("(centre < 0.93) & (p2 > 2)", reader.names, 1, found.append, reader)
    drive(made, first_tick() + 50, [condition])
    assert found[0].tick == first_tick()
    assert found[0].values["centre"] == pytest.approx(float(at(first_tick())), rel=1e-12)


def at(tick: int) -> float:
    made = world()
    made.advance(tick)
    return float(made.field("gravity", "f_traffic")[12, 12])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f_traffic_mim < 1", "f_traffic_min"),
        ("f_mean", "is a number"),
        ("f_mean <", "no formula"),
        ("", "empty"),
        ("f_mean < 1 and tick > 3", "no formula"),
        ("__import__('os').system('x') == 0", "no name|no formula"),
    ],
)
def test_what_is_no_condition_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        condition_of(text, names())


def test_going_back_forgets_the_events_that_lie_ahead() -> None:
    loop = Loop(world(), Mailbox())
    loop.submit(Command("gravity", "set", {"path": "survival", "value": 0.99}))
    loop.step(20)
    for _ in range(200):
        loop.turn()
    loop._keep_good()
    loop.submit(Command("gravity", "set", {"path": "survival", "value": 0.5}))
    future = loop.go_back()
    loop.turn()
    assert future.result() == 20
    assert [event.command.args["value"] for event in loop.world.events.since(0)] == [0.99]


def test_only_the_scalars_of_the_formula_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world()
    asked: list[tuple[str, ...]] = []
    kind = type(made.engine("gravity"))
    real = kind.scalars_of

    def spy(self: Engine, wanted: Collection[str]) -> dict[str, float]:
        asked.append(tuple(wanted))
        return real(self, wanted)

    monkeypatch.setattr(kind, "scalars_of", spy)
    found: list[Held] = []
    drive(made, 5, [Condition("(f_mean < 2) & (tick > 2)", names(), 1, found.append)])
    assert found[0].tick == 3
    assert set(asked) == {("f_mean",)}


def test_a_condition_does_not_act_on_a_state_that_broke_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at states that were not checked yet; of a broken one the run itself tells."""
    made, found = world(), list[Held]()
    broken = BlowUp("gravity", "traffic", (1, 2), 3, 3.0, 9.0, "1")
    monkeypatch.setattr(made, "check", lambda: broken if made.macro_tick < 8 else None)
    condition = Condition("tick >= 3", (), 1, found.append)
    for _ in range(10):
        made.advance(1)
        condition.sample(made)
    assert [held.tick for held in found] == [8]
