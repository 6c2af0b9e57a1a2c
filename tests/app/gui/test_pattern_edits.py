"""Patterns in the window: dropped, thrown, moved and deleted by mouse and keys, and drawn as they run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.patterns import Patterns
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.worlds import Worlds
from tauscope.app.pattern_outlines import outlines
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.world import World
from tauscope.widgets.canvas.marks import AIM_FROM, AIM_LENGTH, AIM_REACH
from tauscope.widgets.state import DIRECTED
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


def known(lab: Lab) -> dict[str, PatternConfig]:
    """Patterns that the document has."""
    config: Any = lab.document.content.config
    return {one.id: one for one in config.patterns}


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


def test_keys_move_copy_and_delete_waves_rays_and_agents(
    gravity: Callable[..., Lab], qapp: QApplication
) -> None:
    """Arrows, several selected at once, Delete and undo, for each kind that a tile makes."""
    lab = gravity(running=False)
    canvas, panel = lab.window.views["hero"].canvas_native, part_of(lab, Patterns).panel
    called = {
        "packet": "Packet 1",
        "light": "Light 1",
        "geodesic": "Particle 1",
        "ray": "Ray 1",
        "agent": "Agent 1",
    }
    for number, kind in enumerate(called):
        lab.editing.drop_source(kind, 20 + 5 * number, 30)
        chosen = lab.document.selection
        made = next(one for one in known(lab).values() if one.kind == kind)
        assert made.name == called[kind]
        assert lab.history.stack.undoText() == f"Add {called[kind][:-2].lower()}"
        assert panel.inspector.fields["activity"].unit == "bits/update"
        if kind != "agent":
            assert panel.inspector.fields["vx"].unit == ("" if kind in ("light", "ray") else "c")
        canvas.setFocus()
        QTest.keyClick(canvas, Qt.Key.Key_Up)
        QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        moved = known(lab)[made.id]
        assert (moved.x, moved.y) == (made.x + 10, made.y + 1)
        assert lab.document.selection == chosen
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
        assert made.id not in known(lab)
        lab.undo()
        assert known(lab)[made.id] == moved
        lab.document.select(chosen)
    before = known(lab)
    lab.document.select(frozenset(f"patterns:{one}" for one in before))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(canvas, key)
    after = known(lab)
    assert {
        key: (one.x - after[key].x, one.y - after[key].y) for key, one in before.items()
    } == dict.fromkeys(before, (1.0, 2.0))
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert known(lab) == {}
    lab.undo()
    lab.undo()
    assert known(lab) == before  # keys that repeat are one step
    assert patterns(qapp, lab) == before


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


@pytest.mark.parametrize("kind", ["packet", "light", "geodesic", "ray"])
def test_what_moves_is_dropped_and_thrown_by_mouse(
    gravity: Callable[..., Lab], qapp: QApplication, kind: str
) -> None:
    lab = gravity(running=False)
    view = lab.window.views["hero"]
    PaletteDrag(view, kind).drop(point_of(view, 20, 30))
    dropped = patterns(qapp, lab)["p1"]
    assert dropped.kind == kind
    assert (dropped.x, dropped.y) == pytest.approx((20, 30), abs=0.2), "to a pixel"
    steps = lab.history.stack.index()
    x, y = view.world_to_pixel(dropped.x, dropped.y)
    long = AIM_LENGTH if kind in DIRECTED else AIM_REACH * math.hypot(*dropped.velocity)
    grip = QPoint(round(x + AIM_FROM + long), round(y))
    drag(qapp, view.canvas_native, grip, QPoint(round(x), round(y - AIM_FROM - 0.6 * AIM_REACH)))
    thrown = patterns(qapp, lab)["p1"].velocity
    assert lab.history.stack.index() == steps + 1
    # Of light the velocity is a direction alone.
    assert math.atan2(thrown[1], thrown[0]) == pytest.approx(math.pi / 2, abs=0.06)
    if kind in ("packet", "geodesic"):
        assert math.hypot(*thrown) == pytest.approx(0.6, abs=0.03)
    lab.undo()
    assert patterns(qapp, lab)["p1"] == dropped
    lab.undo()
    assert patterns(qapp, lab) == {}


def test_a_wave_is_outlined_where_half_of_its_amplitude_is() -> None:
    packet = {"kind": "packet", "x": 120, "y": 40, "extent": 12.0, "mass": 0.8, "velocity": (0.0, 0.3)}
    light = {"kind": "light", "x": 30, "y": 90, "extent": 10.0, "velocity": (1.0, 0.0)}
    plain = {"nx": 128, "ny": 128, "boundary": "periodic", "survival": 0.999, "patterns": [packet, light]}
    engine: Any = World.single("gravity", plain, seed=1).engine("gravity")

    def radii() -> dict[str, Any]:
        present = engine.patterns()
        found = outlines(engine, present, {one: engine.trail(one) for one in present})
        assert set(found) == {"p1", "p2"}
        middles = {name: (lines[:, :2] + lines[:, 2:]) / 2 for name, lines in found.items()}
        return {name: np.hypot(*(middles[name] - (now["x"], now["y"])).T) for name, now in present.items()}

    # Of a Gaussian envelope half is at sqrt(2 ln 2) of its width; round the edge of the lattice as well. A
    # tenth, as a wave of that width is no single wave number.
    for name, width in (("p1", 12.0), ("p2", 10.0)):
        assert radii()[name] == pytest.approx(np.full_like(radii()[name], 1.177 * width), rel=0.08)
    engine.advance(40)
    for name, width in (("p1", 12.0), ("p2", 10.0)):
        later = radii()[name]
        assert len(later) > 20
        assert 0.8 * 1.177 * width < np.median(later) < 1.6 * 1.177 * width


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
