"""The gravity lattice recorded and replayed: every field, own and derived, after every kind of change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app.recording import Recorder, RecordingFile, replay, rerun
from tauscope.engine.base import Command
from tauscope.engine.world import World
from tests.recording.running import drive, edit_event

CONFIG: dict[str, Any] = {
    "nx": 40,
    "ny": 32,
    "sources": [{"kind": "gaussian", "x": 20, "y": 16, "strength": 4e-3, "width": 3}],
}
STEADY = np.random.default_rng(6).uniform(0, 0.4, (32, 40))
"""Traffic as a warm start would give it: the live f follows, and the replay must know."""
EVENTS = {
    60: Command(
        "gravity", "add_source", {"kind": "ring", "x": 12, "y": 10, "strength": 1e-3, "radius": 5, "width": 2}
    ),
    105: Command("gravity", "set", {"path": "background", "value": 1e-4}),
    150: Command("gravity", "move_source", {"id": "s1", "x": 25.5, "y": 14.25}),
    205: Command("gravity", "reset_statistics", {}),
    230: Command("gravity", "remove_source", {"id": "s2"}),
    245: Command("gravity", "set_field", {"name": "traffic", "value": STEADY, "steady": True}),
}


@pytest.mark.parametrize(
    ("boundary", "dtype", "options"),
    [
        ("absorbing", "float32", {"survival": 1.0}),
        ("periodic", "float64", {"survival": 0.999}),
        ("disc", "float64", {"survival": 1.0, "disc_radius": 14.0}),
    ],
)
def test_every_field_replays_bit_for_bit(
    tmp_path: Path, boundary: str, dtype: str, options: dict[str, Any]
) -> None:
    world = World.single("gravity", {**CONFIG, "boundary": boundary, "dtype": dtype, **options}, seed=2)
    fields = tuple(world.specs("gravity"))
    recorder = Recorder(tmp_path / "run.h5", fields, every=25, hash_every=50, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 300, EVENTS)
    assert recorder.close().error == ""
    with RecordingFile(recorder.path) as file:
        assert set(file.fields) == set(fields)
        assert len(file.event_lines()) == len(EVENTS)
        for name in fields:
            assert np.isfinite(file.frame(name, -1)).all(), name
    report = replay(recorder.path, verify=True)
    assert report.passed, report.sentence
    assert report.frames == 13
    edit_event(recorder.path, 2, lambda event: event["args"].update(x=25.0))
    again = rerun.rerun(recorder.path, True, lambda _fraction, _text: None)
    assert again.mismatch is not None
    assert again.mismatch.tick in (150, 175)
    assert again.mismatch.array in {*fields, *world.engines["gravity"].state(), "event 2 (move_source)"}
