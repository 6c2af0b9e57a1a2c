"""The loop lives on when an engine or a tracker fails or a limit breaks; readers on many threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest

from tauscope.engine.base import BlowUp, Command, FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.world import World
from tests.support.looping import Every, Running, digest


def test_an_exception_of_an_engine_is_reported_and_the_loop_lives(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    engine = running.loop.world.engine("toy")

    def fail(_ticks: int) -> None:
        raise RuntimeError("a kernel broke")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "advance", fail)
        running.loop.step(5)
        assert running.wait() == 0
        running.wait_until(lambda: bool(running.errors))
    assert [str(error) for error in running.errors] == ["a kernel broke"]
    assert not running.loop.running
    running.loop.step(5)
    assert running.wait() == 5
    assert len(running.errors) == 1


def test_an_exception_of_a_tracker_is_reported_and_the_loop_lives(start: Callable[..., Running]) -> None:
    class Broken(Every):
        def sample(self, world: World) -> None:
            raise OSError("the disk is full")

    running = start()
    broken = Broken(4)
    running.loop.trackers.append(broken)
    running.loop.step(10)
    running.wait_until(lambda: bool(running.errors))
    assert not running.loop.running
    running.loop.trackers.remove(broken)
    running.loop.run_to(20)
    running.wait_until(lambda: running.loop.world.macro_tick == 20)


@pytest.mark.parametrize(("budget", "times"), [(1e-9, 3.0), (0.008, 3.0), (0.008, 100.0)])
def test_dt_beyond_the_limit_pauses_within_one_chunk(toy: str, budget: float, times: float) -> None:
    """The limit of explicit diffusion is dt · D = 1/4; with a budget of nothing a chunk is one step."""
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5), Mailbox(), budget=budget)
    found: list[BlowUp] = []
    loop.on_blow_up = found.append
    loop.play()
    chunks, here = [], 0
    for _ in range(30):
        loop.turn()
        chunks.append(loop.world.macro_tick - here)
        here = loop.world.macro_tick
    event = loop.submit(Command(toy, "set", {"path": "dt", "value": times * 0.5}))
    for _ in range(3):
        loop.turn()
    assert found == [loop.blow_up]
    assert not loop.running
    applied = event.result(0)
    assert applied is not None
    k = 1 if budget < 1e-6 else 4 * max(chunks)
    assert 1 <= found[0].tick - applied.engine_tick <= k
    sentence = found[0].sentence()
    for word in ("u is", "cell (", f"tick {found[0].tick}", "time ", "dt · D ≤ 0.25"):
        assert word in sentence


def test_go_back_returns_to_a_finite_state_and_runs_on(toy: str) -> None:
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5), Mailbox())
    loop.play()
    for _ in range(5):
        loop.turn()
    loop._last_good = 0.0  # the next turn keeps a checkpoint
    loop.turn()
    kept = loop.world.macro_tick
    loop.world.apply(Command(toy, "add_spot", {"x": 1, "y": 1}))  # what comes after the checkpoint is undone
    engine = loop.world.engine(toy)
    broken = engine.field("u")
    broken[2, 3] = np.nan
    engine._u = broken  # type: ignore[attr-defined]
    loop._last_good = 0.0  # a checkpoint is due, but not of this
    loop.turn()
    assert loop.blow_up is not None
    assert loop.blow_up.field == "u"
    assert not np.isfinite(engine.field("u")).all()
    frames = loop.mailbox.take()
    assert frames is None or frames.macro_tick <= kept
    back = loop.go_back()
    loop.turn()
    assert back.result(0) == kept
    assert len(loop.world.events) == 0
    assert np.isfinite(engine.field("u")).all()
    assert loop.blow_up is None
    reference = World.single(toy, {"D": 0.5, "dt": 0.4}, seed=5)
    reference.advance(kept)
    assert digest(reference) == digest(loop.world)
    loop.submit(Command(toy, "set", {"path": "dt", "value": 0.2}))
    loop.step(50)
    for _ in range(60):
        loop.turn()
    assert loop.world.macro_tick == kept + 50
    assert loop.blow_up is None


def test_a_start_that_is_already_broken_is_never_kept_as_good(toy: str) -> None:
    loop = Loop(World.single(toy, {}, seed=5), Mailbox())
    engine = loop.world.engine(toy)
    engine._u = np.full_like(engine.field("u"), np.inf)  # type: ignore[attr-defined]
    loop.play()
    loop.turn()
    assert loop.blow_up is not None
    back = loop.go_back()
    loop.turn()
    with pytest.raises(BadInput, match="no good state"):
        back.result(0)


def test_a_run_that_broke_does_not_go_on(toy: str) -> None:
    loop = Loop(World.single(toy, {"D": 0.5, "dt": 1.5}, seed=5), Mailbox())
    loop.play()
    loop.turn()
    assert loop.blow_up is not None
    stopped_at = loop.world.macro_tick
    refusals = [loop.play(), loop.step(3), loop.run_to(stopped_at + 3)]
    for _ in range(3):
        loop.turn()
    assert loop.world.macro_tick == stopped_at
    assert not loop.running
    for refusal in refusals:
        with pytest.raises(BadInput, match="Go back to the last good state"):
            refusal.result(0)


def test_subscribers_on_many_threads_do_not_lose_one_another(loop: Loop) -> None:
    """Each keeps what it asked for last, however the threads take turns."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def subscribe(key: str) -> None:
        for count in range(300):
            loop.subscribe(key, [FrameRequest("u", "toy")] * (count % 3 + 1))

    threads = [threading.Thread(target=subscribe, args=(f"view {k}",)) for k in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert {key: len(wanted) for key, wanted in loop._requests.items()} == {f"view {k}": 3 for k in range(4)}


def test_a_look_is_served_before_commands_and_makes_no_frame() -> None:
    loop = Loop(World({}), Mailbox())
    order: list[str] = []
    first = loop.call(lambda _world: order.append("call"))
    second = loop.look(lambda world: (order.append("look"), world))  # type: ignore[func-returns-value]
    loop.turn()
    assert order == ["look", "call"]
    assert second.result()[1] is loop.world
    assert first.done()
    assert loop.mailbox.take() is not None
    nothing: list[int] = []
    failed = loop.look(lambda _world: nothing.pop())
    loop.subscribe("quiet", [], now=False)
    loop.display_interval = 0.0  # else the next frame would have to wait anyway
    loop.turn()
    assert isinstance(failed.exception(), IndexError)
    assert loop.mailbox.take() is None, "nothing was changed"
    loop.call(lambda _world: None)
    loop.turn()
    assert loop.mailbox.take() is not None
