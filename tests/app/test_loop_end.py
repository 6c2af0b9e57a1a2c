"""What is asked of a loop that has ended is refused, and nobody waits for it for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tauscope.app.record_control import RecordControl
from tauscope.app.simulation import Simulation
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import LoopEnded, Mailbox
from tauscope.engine.setup import Setup
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingChoice


def test_a_loop_that_has_ended_refuses() -> None:
    loop, stop = Loop(World({}), Mailbox()), threading.Event()
    thread = threading.Thread(target=loop.run, args=(stop,))
    thread.start()
    assert loop.call(lambda _world: 3).result(60) == 3
    stop.set()
    loop.call(lambda _world: None)
    thread.join(60)
    with pytest.raises(LoopEnded, match="has ended"):
        loop.call(lambda _world: 3).result(60)
    with pytest.raises(LoopEnded):
        loop.play().result(60)


def test_a_run_is_being_prepared_until_the_last_of_several_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "of", lambda *_what: World({}))
    simulation, setup = Simulation(), Setup({})
    seen: list[bool] = []
    for _number in range(2):
        simulation.load(setup, 0).add_done_callback(lambda _done: seen.append(simulation.preparing))
    assert simulation.preparing
    simulation.start()
    simulation.loop.call(lambda _world: None).result(60)
    assert seen == [True, False] and not simulation.preparing
    assert simulation.shutdown(60)


def test_a_recording_is_closed_though_the_simulation_ends_as_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation = Simulation()
    simulation.loop.world = World.single("gravity", {"nx": 16, "ny": 16})
    simulation.start()
    control = RecordControl(simulation, lambda _error: None)
    control.start(RecordingChoice(str(tmp_path / "run.h5"), ("f_live",), 1)).result(60)
    assert simulation.shutdown(10)
    monkeypatch.setattr(Simulation, "alive", True)  # as seen just before the end
    closed: list[Path | None] = []
    thread = threading.Thread(target=lambda: closed.append(control.stop()()), daemon=True)
    thread.start()
    thread.join(20)
    assert closed == [tmp_path / "run.h5"]
