"""Patterns of a recording in the window: at each frame where they were then, with their ways and clocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tauscope.app.lab import Lab
from tauscope.app.parts.patterns import Patterns
from tauscope.app.parts.sessions import part_of
from tauscope.app.recording import Recorder
from tauscope.engine.base import Command
from tauscope.engine.world import World
from tauscope.widgets.field_view import FieldView
from tests.recording.running import drive
from tests.support.gui import pump, screen_of, wait_for

LEFT = Qt.MouseButton.LeftButton
CONFIG: dict[str, Any] = {
    "nx": 64,
    "ny": 64,
    "boundary": "absorbing",
    "sources": [{"id": "s1", "kind": "gaussian", "x": 32, "y": 32, "strength": 0.02, "width": 3.0}],
    "patterns": [
        {"kind": "clock", "x": 30, "y": 30, "period": 7},
        {"kind": "geodesic", "x": 44, "y": 20, "velocity": (0.0, 0.4)},
    ],
}


def rows(part: Patterns) -> int:
    """Patterns in the list, below the heading of their world."""
    return len(part.panel.list) - 1


def blue_at(view: FieldView, x: float, y: float, *_more: float) -> bool:
    """Whether the colour of the first world is on the screen about a place of the lattice."""
    column, row = (round(at) for at in view.world_to_pixel(x, y))
    picture = screen_of(view.canvas_native).astype(int)
    patch = picture[row - 3 : row + 4, column - 3 : column + 4]
    return bool(np.abs(patch - (0x4F, 0xB3, 0xFF)).sum(axis=2).min() < 90)


def test_scrubbing_shows_patterns_where_they_were(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    world = World.single("gravity", CONFIG, seed=2)
    recorder = Recorder(tmp_path / "run.h5", ("f_live",), every=20, reserve_bytes=0)
    recorder.start(world)
    ray = {"kind": "ray", "x": 2, "y": 50, "velocity": (1.0, 0.0)}
    moved = Command("gravity", "move_source", {"id": "s1", "x": 20, "y": 40})
    drive(world, recorder, 80, {50: Command("gravity", "add_pattern", ray), 70: moved})
    engine: Any = world.engine("gravity")
    then = engine.patterns()
    drive(world, recorder, 160, {130: Command("gravity", "remove_pattern", {"id": "p2"})})
    recorder.close()

    path = tmp_path / "gravity.json"
    live = {**CONFIG, "patterns": [{"kind": "clock", "x": 10, "y": 10}]}
    path.write_text(json.dumps({"engine": "gravity", "title": "One", "summary": "Live", "config": live}))
    lab = make_lab(str(path))
    lab.window.docks["patterns"].raise_()
    part, player = part_of(lab, Patterns), lab.window.player
    lab.playback.open(str(tmp_path / "run.h5"))
    wait_for(qapp, player.isVisible, "the recording is open")
    wait_for(qapp, lambda: part.look is not None and len(part.look.present) == 2, "the first frame")
    view = lab.window.views["hero"]
    assert view.options.field == "f_live", "the table of patterns is no picture"
    assert rows(part) == 2

    def shown(tick: int) -> Any:
        player.frame_requested.emit(tick // 20)
        wait_for(qapp, lambda: part.look is not None and part.look.tick == tick, f"tick {tick}")
        return part.look

    assert "Closed line: where a wave has half of its largest amplitude" in view.header.title.toolTip()
    menu = view.header._menu
    menu.aboutToShow.emit()
    marks = next(one for one in menu.actions() if one.text() == "What the marks mean").menu()
    assert isinstance(marks, QMenu) and len(marks.actions()) == 4
    look = shown(80)
    assert look.present == then
    assert {key: (one.x, one.y) for key, one in view.marks.items()} == {"s1": (20.0, 40.0)}
    assert rows(part) == 3
    pump(qapp, 0.1)
    face = f"{int(then['p1']['count'])} · {int(then['p1']['phase'])}/7"
    assert face in [plate.text for plate in view.labels]
    assert blue_at(view, *look.trails["p2"][2, 1:]), "its trajectory is drawn"
    items = part.panel.list
    before = part.panel.reading.text()
    QTest.mouseClick(items.viewport(), LEFT, pos=items.visualRect(items.model().index(1, 0)).center())
    text = part.panel.reading.text()
    assert before == "" and text.startswith(f"{int(then['p1']['count']):,} updates of 80"), "a click reads it"
    assert part.panel.inspector.isVisible() and not part.panel.inspector.isEnabled()
    QTest.keyClick(items, Qt.Key.Key_Delete)
    assert rows(part) == 3 and not lab.document.selection
    look = shown(160)
    assert look.trails["p3"][0].tolist() == [50.0, 2.0, 50.0]
    assert rows(part) == 2
    pump(qapp, 0.1)
    assert not blue_at(view, *then["p2"].values()), "what was removed is not drawn"
    assert len(shown(40).trails["p2"]) == 3
    assert (view.marks["s1"].x, view.marks["s1"].y) == (32.0, 32.0), "the source stands where it stood then"

    player.close_recording()
    wait_for(qapp, lambda: rows(part) == 1, "the live run returns")
    wait_for(qapp, lambda: part.look is not None and len(part.look.present) == 1, "with its own clock")
