"""Patterns in the window: dropped, thrown, moved and deleted by mouse and keys, and drawn as they run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.patterns import Patterns
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.worlds import Worlds
from tauscope.app.pattern_looks import thinned
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.widgets.canvas.marks import AIM_FROM, AIM_REACH
from tests.support.canvas import PaletteDrag
from tests.support.gui import drag, paused, point_of, pump, screen_of, served, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
WELL = {"id": "s1", "kind": "gaussian", "x": 32, "y": 32, "strength": 0.02, "width": 3.0}


@pytest.fixture
def gravity(make_lab: Callable[..., Lab], tmp_path: Path) -> Callable[..., Lab]:
    """Open a lab with a configuration of the lattice."""

    def opened(running: bool = True, **config: Any) -> Lab:
        path = tmp_path / "gravity.json"
        full = {"nx": 64, "ny": 64, "boundary": "absorbing", "sources": [WELL], **config}
        preset = {"engine": "gravity", "title": "Patterns", "summary": "A well", "config": full}
        path.write_text(json.dumps(preset), encoding="utf-8")
        return make_lab(str(path), running=running)

    return opened


def patterns(app: QApplication, lab: Lab) -> dict[str, PatternConfig]:
    """Patterns that the engine has, once it has done what was asked."""
    served(app, lab)
    found: Any = lab.simulation.loop.world.engine("gravity").config
    return {one.id: one for one in found.patterns}


def test_patterns_are_dropped_thrown_moved_copied_and_deleted(
    gravity: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = gravity()
    view = lab.window.views["hero"]
    canvas = view.canvas_native
    assert "patterns" in lab.window.offered()
    carried = PaletteDrag(view, "clock")
    assert carried.over(point_of(view, 40, 32), enter=True)
    assert view.ghost is not None and (view.ghost.x, view.ghost.y) == (40.0, 32.0)
    assert carried.drop(point_of(view, 40.3, 31.8))
    PaletteDrag(view, "geodesic").drop(point_of(view, 20, 44))
    found = patterns(qapp, lab)
    assert list(found) == ["p1", "p2"]
    assert (found["p1"].kind, found["p1"].x, found["p1"].y) == ("clock", 40.0, 32.0)
    assert found["p2"].velocity == (0.0, 0.0)
    assert lab.document.selection == {"patterns:p2"}

    # Throw it by the handle of its arrow: half the speed of light, upwards.
    x, y = view.world_to_pixel(found["p2"].x, found["p2"].y)
    steps, rest = lab.history.stack.index(), point_of(view, found["p2"].x, found["p2"].y)
    grip = rest + type(rest)(round(AIM_FROM), 0)
    throw = type(rest)(round(x), round(y - AIM_FROM - 0.5 * AIM_REACH))
    drag(qapp, canvas, grip, throw, release=False)
    assert view.preview_text.startswith("v 0.5") and view.preview_text.endswith("90°")
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, throw)
    thrown = patterns(qapp, lab)["p2"]
    assert thrown.velocity == pytest.approx((0.0, 0.5), abs=0.02)
    assert lab.history.stack.index() == steps + 1
    assert lab.history.stack.undoText() == "Aim pattern"
    lab.undo()
    assert patterns(qapp, lab)["p2"].velocity == (0.0, 0.0)
    lab.redo()
    assert patterns(qapp, lab)["p2"] == thrown

    # The source below is not touched by what is done to patterns, and is selected like them.
    drag(qapp, canvas, point_of(view, 40, 32), point_of(view, 44, 20))
    clock = patterns(qapp, lab)["p1"]
    assert (clock.x, clock.y) == (44.0, 20.0)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert patterns(qapp, lab)["p1"].x == 43.0
    QTest.keyClick(canvas, Qt.Key.Key_C, CONTROL)
    QTest.keyClick(canvas, Qt.Key.Key_V, CONTROL)
    QTest.keyClick(canvas, Qt.Key.Key_D, CONTROL)
    assert list(patterns(qapp, lab)) == ["p1", "p2", "p3", "p4"]
    QTest.keyClick(canvas, Qt.Key.Key_A, CONTROL)
    assert len(lab.document.selection) == 5 and "s1" in lab.document.selection
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert patterns(qapp, lab) == {}
    lab.undo()
    assert list(patterns(qapp, lab)) == ["p1", "p2", "p3", "p4"]
    config: Any = lab.simulation.loop.world.engine("gravity").config
    assert [one.id for one in config.sources] == ["s1"]

    panel = part_of(lab, Patterns).panel
    lab.document.select(frozenset({"patterns:p1"}))
    panel.inspector.fields["period"].edited.emit(25.0, "commit")
    assert patterns(qapp, lab)["p1"].period == 25
    worlds = part_of(lab, Worlds)
    worlds.rename("A", "Home")
    assert {one.world for one in patterns(qapp, lab).values()} == {"Home"}


def test_what_patterns_do_is_drawn_and_kept(gravity: Callable[..., Lab], qapp: QApplication) -> None:
    alive = [
        {"kind": "clock", "x": 33, "y": 32, "period": 8},
        {"kind": "geodesic", "x": 10, "y": 44, "velocity": [0.6, 0.0]},
        {"kind": "agent", "x": 56, "y": 12, "policy": "descend", "period": 5},
    ]
    lab = gravity(patterns=alive)
    part, view = part_of(lab, Patterns), lab.window.views["hero"]
    wait_for(qapp, lambda: part.look is not None and part.look.tick > 400, "the patterns have lived")
    tick = paused(qapp, lab)
    wait_for(
        qapp, lambda: part.look is not None and part.look.tick == tick, "the last look is that of the pause"
    )
    assert part.look is not None
    engine: Any = lab.simulation.loop.world.engine("gravity")
    assert part.look.present == engine.patterns()
    clock = engine.patterns()["p1"]
    pump(qapp, 0.1)
    face = f"{int(clock['count'])} · {int(clock['phase'])}/8"
    assert face in [plate.text.replace(",", "").replace("\u202f", "") for plate in view.labels]
    sheet = part.sheet()
    assert sheet is not None
    own = [k for k, name in enumerate(sheet.columns["pattern"]) if name == "p2"]
    trail = engine.trail("p2")
    assert [sheet.columns["x"][k] for k in own] == list(trail[:, 1])
    assert trail[-1, 1] != trail[0, 1]

    # Its trajectory stands on the screen, in its world's colour, half way between start and present.
    config: Any = lab.document.content.config
    want = np.array([int(config.worlds[0].color[k : k + 2], 16) for k in (1, 3, 5)])
    at = view.world_to_pixel(*trail[len(trail) // 2, 1:])
    picture = screen_of(view.canvas_native).astype(int)
    patch = picture[round(at[1]) - 2 : round(at[1]) + 3, round(at[0]) - 2 : round(at[0]) + 3]
    assert np.abs(patch - want).sum(axis=2).min() < 90

    part_of(lab, Worlds).show_world("A", False)
    wait_for(
        qapp, lambda: not any("/8" in plate.text for plate in view.labels), "what is hidden is not drawn"
    )


def test_the_first_wave_brings_its_fields(gravity: Callable[..., Lab], qapp: QApplication) -> None:
    lab = gravity()
    assert "psi" not in lab.live.specs
    PaletteDrag(lab.window.views["hero"], "light").drop(point_of(lab.window.views["hero"], 16, 32))
    wait_for(qapp, lambda: "psi" in lab.live.specs, "psi is on offer")
    view = lab.window.views["f"]
    view.field_chosen.emit("psi")
    lab.window.docks["f"].raise_()
    wait_for(qapp, lambda: view.array is not None and np.ptp(view.array) > 0.1, "the wave is shown")


def test_a_trail_is_thinned_between_its_ends() -> None:
    trail = np.arange(2000.0).reshape(-1, 2)
    few = thinned(trail, 50)
    assert len(few) == 50
    assert (few[0] == trail[0]).all() and (few[-1] == trail[-1]).all()
    assert thinned(few, 50) is few


def test_an_observer_of_one_world_compares_visible_total_and_dark(
    gravity: Callable[..., Lab], qapp: QApplication
) -> None:
    hidden = {"id": "s2", "kind": "gaussian", "x": 46, "y": 20, "strength": 0.05, "width": 3.0, "world": "B"}
    both = [{"name": "A"}, {"name": "B", "color": "#f2b84b"}]
    clock = {"kind": "clock", "x": 20, "y": 20, "world": "B"}
    lab = gravity(worlds=both, sources=[{**WELL, "world": "A"}, hidden], patterns=[clock])
    part, view = part_of(lab, Worlds), lab.window.views["hero"]
    lab.warm_start()
    lab.actions["compare_worlds"].trigger()
    shown = {key: lab.window.views[key].options.field for key in ("f", "tau", "phi")}
    assert shown == {"f": "phi_visible", "tau": "phi", "phi": "phi_dark"}
    lab.window.docks["worlds"].show()
    lab.window.docks["worlds"].raise_()
    pump(qapp, 0.1)
    steps = lab.history.stack.index()
    QTest.mouseClick(part.panel.rows["A"].observe, Qt.MouseButton.LeftButton)
    assert lab.history.stack.index() == steps + 1
    assert list(view.marks) == ["s1"]
    served(qapp, lab)
    dark = lab.window.views["phi"]

    def deep() -> bool:
        return dark.array is not None and float(dark.array[20, 46]) < -0.1

    wait_for(qapp, deep, "the hidden mass is dark")
    assert dark.array is not None
    assert abs(float(dark.array[32, 32])) < 0.7 * abs(float(dark.array[20, 46]))
    QTest.mouseClick(part.panel.rows["A"].observe, Qt.MouseButton.LeftButton)
    assert set(view.marks) == {"s1", "s2", "patterns:p1"}
    lab.undo()
    assert list(view.marks) == ["s1"]
