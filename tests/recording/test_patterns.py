"""Patterns in a recording: where each was at every frame, while they come, move, change and go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app.pattern_history import PatternHistory
from tauscope.app.recording import Recorder, RecordingFile, replay
from tauscope.engine.base import Command
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.world import World
from tests.recording.running import drive

CONFIG: dict[str, Any] = {
    "nx": 48,
    "ny": 40,
    "sources": [{"kind": "gaussian", "x": 20, "y": 16, "strength": 4e-3, "width": 3}],
    "patterns": [
        {"kind": "clock", "x": 22, "y": 16, "period": 7},
        {"kind": "geodesic", "x": 30, "y": 20, "velocity": (0.0, 0.4)},
    ],
}
EVENTS = {
    45: Command("gravity", "add_pattern", {"kind": "ray", "x": 2, "y": 30, "velocity": (1.0, 0.0)}),
    90: Command("gravity", "move_pattern", {"id": "p1", "x": 8, "y": 9}),
    105: Command("gravity", "update_pattern", {"id": "p2", "velocity": (0.5, 0.0)}),
    130: Command("gravity", "remove_pattern", {"id": "p1"}),
    150: Command("gravity", "add_pattern", {"kind": "packet", "x": 24, "y": 24, "extent": 4.0}),
    160: Command("gravity", "set_worlds", {"worlds": [{"name": "A", "visible": False}], "sources": []}),
}


def seen(world: World) -> dict[str, dict[str, float]]:
    engine = world.engine("gravity")
    assert isinstance(engine, GravityEngine)
    return engine.patterns()


def test_places_of_patterns_that_come_and_go_are_those_of_the_run(tmp_path: Path) -> None:
    world = World.single("gravity", CONFIG, seed=2)
    recorder = Recorder(tmp_path / "run.h5", ("f_live",), every=20, hash_every=50, reserve_bytes=0)
    recorder.start(world)
    expected = {0: seen(world)}
    for tick in range(20, 201, 20):
        drive(world, recorder, tick, {at: one for at, one in EVENTS.items() if tick - 20 <= at < tick})
        expected[tick] = seen(world)
    assert recorder.close().error == ""
    with RecordingFile(recorder.path) as file:
        assert set(file.fields) == {"f_live", "patterns"}
        history = PatternHistory.of(file)
        assert history is not None
        for index, tick in enumerate(file.ticks):
            look = history.look(file, index)
            assert look.tick == tick
            assert look.present == expected[int(tick)], f"at tick {tick}"
        last = history.look(file, file.frames - 1)
        assert [one.id for one in last.config.patterns] == ["p2", "p3", "p1"]
        assert not last.config.worlds[0].visible
        # A trail begins where the pattern stands now was put: its start, then each frame since then.
        assert last.trails["p2"][0].tolist() == [105.0, 30.0, 20.0]
        assert last.trails["p2"][1:, 0].tolist() == [120.0, 140.0, 160.0, 180.0, 200.0]
        assert last.trails["p3"][1:, 1] == pytest.approx([expected[t]["p3"]["x"] for t in range(60, 201, 20)])
        assert last.trails["p1"][0].tolist() == [150.0, 24.0, 24.0], "the packet has the freed id"
        clock = history.look(file, 6).trails["p1"]
        assert clock[-1].tolist() == [120.0, expected[120]["p1"]["count"], expected[120]["p1"]["phase"]]
        assert clock[0, 0] == 0.0, "a clock that is carried elsewhere counts on"
    report = replay(recorder.path, verify=True)
    assert report.passed, report.sentence


def test_first_patterns_of_a_run_begin_the_next_part(tmp_path: Path) -> None:
    world = World.single("gravity", {**CONFIG, "patterns": []}, seed=2)
    recorder = Recorder(tmp_path / "run.h5", ("f_live",), every=20, hash_every=50, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 100, {30: Command("gravity", "add_pattern", CONFIG["patterns"][1])})
    assert recorder.close().error == ""
    with RecordingFile(tmp_path / "run.h5") as first:
        assert PatternHistory.of(first) is None
        assert first.ticks.tolist() == [0, 20]
        assert len(first.event_lines()) == 1
    with RecordingFile(tmp_path / "run_002.h5") as second:
        assert second.ticks.tolist() == [40, 60, 80, 100]
        history = PatternHistory.of(second)
        assert history is not None
        assert history.look(second, 3).present == seen(world)
    for path in (tmp_path / "run.h5", tmp_path / "run_002.h5"):
        assert replay(path, verify=True).passed


def test_what_left_the_lattice_is_known_by_its_place(tmp_path: Path) -> None:
    fast = {"kind": "ray", "x": 40, "y": 30, "velocity": (1.0, 0.0)}
    world = World.single("gravity", {**CONFIG, "boundary": "absorbing", "patterns": [fast]}, seed=2)
    recorder = Recorder(tmp_path / "run.h5", ("f_live",), every=10, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 60)
    recorder.close()
    with RecordingFile(recorder.path) as file:
        history = PatternHistory.of(file)
        assert history is not None
        alive = [history.look(file, index).present["p1"]["alive"] for index in range(file.frames)]
    assert alive[0] == 1.0
    assert alive[-1] == 0.0 == seen(world)["p1"]["alive"]
    assert np.all(np.diff(alive) <= 0)
