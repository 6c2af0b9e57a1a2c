"""What is drawn over the frames of a recorded lattice: sources and outlines of waves as they were live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tauscope.app.document import plain
from tauscope.app.pattern_history import PatternHistory
from tauscope.app.pattern_looks import looked
from tauscope.app.recording import Recorder, RecordingFile
from tauscope.app.source_history import SourceHistory
from tauscope.app.source_marks import marks_of_config
from tauscope.engine.base import Command
from tauscope.engine.world import World
from tests.recording.running import drive

CONFIG: dict[str, Any] = {
    "nx": 64,
    "ny": 48,
    "boundary": "absorbing",
    "worlds": [{"name": "A", "color": "#4fb3ff"}, {"name": "B", "color": "#f2b84b", "visible": False}],
    "sources": [
        {"id": "s1", "kind": "gaussian", "x": 32, "y": 24, "strength": 0.02, "width": 3.0},
        {"id": "s2", "kind": "brush", "x": 5, "y": 5, "strength": 1.0, "array": np.eye(4)},
    ],
    "patterns": [{"kind": "packet", "x": 20, "y": 20, "extent": 4.0, "velocity": (0.4, 0.0)}],
}
RING = {"kind": "ring", "x": 40, "y": 20, "strength": 0.01, "width": 2.0, "radius": 6.0, "world": "B"}
EVENTS = (
    (25, "add_source", RING),
    (45, "move_source", {"id": "s1", "x": 12.5, "y": 30.25}),
    (65, "update_source", {"id": "s1", "strength": 0.03}),
    (85, "paint_source", {"id": "s2", "x": 0, "y": 0, "patch": np.zeros((2, 4)).tolist()}),
    (105, "remove_source", {"id": "s1"}),
    (125, "set_worlds", {
        "worlds": [{"name": "A", "color": "#4fb3ff"}],
        "sources": [{"id": "s3", "kind": "point", "x": 3, "y": 4, "strength": 0.01, "world": "A"}],
        "patterns": [{**CONFIG["patterns"][0], "id": "p1", "world": "A"}],
    }),
    (145, "set", {"path": "sources", "value": []}),
)  # fmt: skip


def test_sources_and_waves_of_each_frame_are_those_of_the_run(tmp_path: Path) -> None:
    world = World.single("gravity", CONFIG, seed=2)
    recorder = Recorder(tmp_path / "run.h5", ("f_live", "psi", "pi"), every=20, reserve_bytes=0)
    recorder.start(world)
    engine: Any = world.engine("gravity")
    marks, lines = [], []

    def seen() -> None:
        marks.append(marks_of_config({**plain(engine.config), "patterns": []}))
        found = looked(world)
        assert found is not None
        lines.append(found.outlines)

    seen()
    for tick, name, args in EVENTS:
        drive(world, recorder, tick + 15, {tick: Command("gravity", name, args)})
        seen()
    recorder.close()

    with RecordingFile(tmp_path / "run.h5") as file:
        sources, patterns = SourceHistory.of(file), PatternHistory.of(file)
        assert sources is not None and patterns is not None
        for index, tick in enumerate(file.ticks):
            assert tick == 20 * index
            if index == 0 or tick >= 40:
                at = 0 if index == 0 else index - 1
                assert sources.marks(file, index) == marks[at], f"tick {tick}"
                found = patterns.look(file, index).outlines
                assert found.keys() == lines[at].keys() == {"p1"}
                assert len(found["p1"]) > 8
                assert np.allclose(found["p1"], lines[at]["p1"], atol=1e-3)
        assert len({tuple(mark.id for mark in one) for one in marks}) >= 4  # the run did differ
