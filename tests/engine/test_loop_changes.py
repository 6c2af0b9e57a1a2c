"""A paced run takes at most one value of a slider at each tick, and the last one in the end."""

from __future__ import annotations

from tauscope.engine.base import Command
from tauscope.engine.loop import Loop
from tests.support.clock import Clock


def change(path: str, value: float) -> Command:
    return Command("toy", "set", {"path": path, "value": value}, coalesce=f"set:{path}")


def started(loop: Loop) -> None:
    loop.speed = 50.0
    loop.play()
    loop.turn()


def test_at_most_one_value_a_tick_and_none_left_over(loop: Loop, clock: Clock) -> None:
    """120 values a second beside 50 ticks a second."""
    started(loop)
    futures = []
    for index in range(240):
        clock.sleep(1.0 / 120.0)
        futures.append(loop.submit(change("D", 0.1 + 1e-3 * index)))
        futures.append(loop.submit(change("dt", 1e-3 + 1e-5 * index)))
        loop.turn()
    clock.sleep(0.05)
    loop.turn()
    loop.turn()
    events = loop.world.events.since(0)
    for path in ("D", "dt"):
        ticks = [event.macro_tick for event in events if event.command.args["path"] == path]
        assert 80 < len(ticks) == len(set(ticks))  # of about a hundred ticks
    assert all(future.done() for future in futures)
    config = loop.world.engine("toy").config.dump()
    assert (config["D"], config["dt"]) == (0.1 + 1e-3 * 239, 1e-3 + 1e-5 * 239)


def test_what_is_asked_after_a_change_finds_it_made(loop: Loop, clock: Clock) -> None:
    """A pause, a reading or a removal never overtakes a value that waits for its tick."""
    started(loop)
    first = loop.submit(change("D", 0.2))
    loop.turn()
    waiting = loop.submit(change("D", 0.3))
    loop.turn()
    assert first.done()
    assert not waiting.done()
    asked = loop.call(lambda world: world.engine("toy").config.dump()["D"])
    loop.turn()
    assert waiting.done()
    assert asked.result() == 0.3


def test_a_paused_run_takes_every_value_at_once(loop: Loop, clock: Clock) -> None:
    started(loop)
    loop.pause()
    loop.turn()
    for value in (0.2, 0.3):
        told = loop.submit(change("D", value))
        loop.turn()
        assert told.done()
