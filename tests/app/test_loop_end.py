"""What is asked of a loop that has ended is refused, and nobody waits for it for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tauscope.app.record_control import RecordControl
from tauscope.app.simulation import Simulation
from tauscope.engine.loop import Loop, LoopEnded, Mailbox
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
        loop.call(lambda _world: 3).result(1)
    with pytest.raises(LoopEnded):
        loop.play().result(1)


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
