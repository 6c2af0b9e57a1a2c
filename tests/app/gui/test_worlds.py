"""Worlds: named, coloured, hidden; every change one undoable step that restarts nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.document import plain
from tauscope.app.lab import Lab
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.worlds import Worlds
from tauscope.widgets.docks.worlds import _Row as WorldRowWidget
from tests.app.gui.test_painting import stroke
from tests.app.gui.test_recording import record
from tests.support.gui import in_front, pump, wait_for

LEFT = Qt.MouseButton.LeftButton


def part(lab: Lab) -> Worlds:
    return next(one for one in lab.parts if isinstance(one, Worlds))


def names(lab: Lab) -> list[str]:
    return [world["name"] for world in plain(lab.document.content.config)["worlds"]]


def worlds_of(lab: Lab) -> list[str]:
    """World of each source."""
    return [source["world"] for source in plain(lab.document.content.config)["sources"]]


def engine_worlds(lab: Lab) -> list[str]:
    engine = lab.simulation.loop.world.engine("gravity")
    return [world["name"] for world in plain(engine.config)["worlds"]]


def test_a_world_is_added_renamed_hidden_and_deleted(lab: Lab, qapp: QApplication) -> None:
    worlds, history = part(lab), lab.history.stack
    generation = lab.simulation.loop.world.generation
    emission = lab.simulation.loop.world.engine("gravity").field("emission")
    lab.window.docks["worlds"].raise_()
    QTest.mouseClick(worlds.panel.add, LEFT)
    assert names(lab) == ["A", "B"]
    lab.document.select(frozenset({"light"}))
    QTest.mouseClick(worlds.panel.rows["B"].active, LEFT)
    assert worlds_of(lab) == ["A", "B"]
    line = worlds.panel.rows["B"].name
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "Halo")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert names(lab) == ["A", "Halo"]
    QTest.mouseClick(worlds.panel.rows["Halo"].eye, LEFT)
    assert list(lab.window.views["hero"].marks) == ["heavy"]
    wait_for(qapp, lambda: engine_worlds(lab) == ["A", "Halo"], "the engine knows the worlds")
    after = lab.simulation.loop.world.engine("gravity").field("emission")
    assert np.array_equal(emission, after)
    QTest.mouseClick(worlds.panel.rows["Halo"].remove, LEFT)
    assert names(lab) == ["A"]
    assert worlds_of(lab) == ["A", "A"]
    steps = history.index()
    for _ in range(steps):
        lab.undo()
    assert names(lab) == ["A"]
    assert lab.simulation.loop.world.generation == generation
    for _ in range(steps):
        lab.redo()
    wait_for(qapp, lambda: engine_worlds(lab) == ["A"], "the engine followed")


def test_new_sources_join_the_chosen_world(lab: Lab, qapp: QApplication) -> None:
    worlds = part(lab)
    worlds.add()
    lab.editing.drop_source("point", 20, 20)
    assert worlds_of(lab)[-1] == "B"
    worlds.rename("B", "A")
    assert names(lab) == ["A", "B"]  # refused: the name is taken
    wait_for(qapp, lambda: engine_worlds(lab) == ["A", "B"], "the engine knows both")


def test_the_steadiness_survives_a_rename(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab("two_bodies")
    engine = lab.simulation.loop.world.engine("gravity")
    wait_for(qapp, lambda: engine.tick > 2000, "some ticks")
    before = engine.scalars()["efolds"]
    part(lab).rename("A", "Visible")
    wait_for(qapp, lambda: engine_worlds(lab) == ["Visible"], "renamed")
    assert engine.scalars()["efolds"] >= before > 0


def test_while_a_recording_is_shown_the_panel_shows_its_worlds_locked(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    path, worlds = tmp_path / "run.h5", part(lab)
    record(lab, qapp, path)
    recorded = names(lab)
    worlds.add()
    worlds.rename(recorded[0], "Renamed")
    lab.playback.open(str(path))
    wait_for(qapp, lambda: lab.window.player.isVisible(), "the player appears")
    assert list(worlds.panel.rows) == recorded
    assert worlds.panel.locked.text()
    assert not worlds.panel.add.isEnabled()
    assert not worlds.panel.rows[recorded[0]].name.isEnabled()
    lab.playback.close()
    assert list(worlds.panel.rows) == names(lab)
    assert not worlds.panel.locked.text()
    assert worlds.panel.rows["Renamed"].name.isEnabled()


def test_the_name_of_a_world_has_room(lab: Lab, qapp: QApplication) -> None:
    lab.window.docks["worlds"].raise_()
    row = part(lab).panel.rows[names(lab)[0]]
    wait_for(qapp, lambda: row.name.isVisible() and row.name.width() > 0, "the panel is in front")
    assert row.name.width() >= 120


def test_there_is_one_active_world_for_new_sources_and_for_strokes(lab: Lab, qapp: QApplication) -> None:
    worlds, paint = part(lab), part_of(lab, Painting)
    QTest.mouseClick(worlds.panel.add, LEFT)
    assert (worlds.active, paint.world, paint.panel.world.value) == ("B", "B", "B")
    paint.panel.world_chosen.emit("A")
    assert worlds.panel.rows["A"].active.toolTip() == "New sources and patterns join this world"
    lab.document.select(frozenset({"light"}))
    paint.panel.world_chosen.emit("B")
    assert worlds_of(lab) == ["A", "A"]  # the box of Paint moves no source
    lab.editing.drop_source("point", 20, 20)
    assert worlds_of(lab)[-1] == "B"
    worlds.remove("B")
    assert (worlds.active, paint.world, paint.panel.world.value) == ("A", "A", "A")


def test_the_chosen_world_stays_chosen_when_renamed_and_hidden_and_a_stroke_is_refused(
    lab: Lab, qapp: QApplication
) -> None:
    worlds, paint, view = part(lab), part_of(lab, Painting), lab.window.views["hero"]
    worlds.add()
    paint.set_world("B")
    worlds.rename("B", "Halo")
    assert (worlds.active, paint.world, paint.panel.world.value) == ("Halo", "Halo", "Halo")
    worlds.show_world("Halo", False)
    assert paint.panel.world.value == "Halo"
    content = lab.document.content
    paint.set_tool("brush")
    stroke(qapp, view, [(30.0, 30.0), (40.0, 33.0)])
    assert lab.document.content == content
    assert "World Halo is hidden" in " ".join(lab.window.notifications.texts())
    lab.undo()
    lab.undo()
    assert (names(lab), paint.world, paint.panel.world.value) == (["A", "B"], "B", "B")
    lab.redo()
    assert (worlds.active, paint.panel.world.value) == ("Halo", "Halo")
    stroke(qapp, view, [(30.0, 30.0), (40.0, 33.0)])
    assert worlds_of(lab) == ["A", "A", "Halo"]


def test_deleting_a_world_says_where_its_sources_went(lab: Lab) -> None:
    worlds = part(lab)
    worlds.add()
    worlds.remove("B")
    assert not any("was deleted" in text for text in lab.window.notifications.texts())
    assert lab.history.stack.undoText() == "Delete world B"
    lab.undo()
    worlds.remove("A")
    told = " ".join(lab.window.notifications.texts())
    assert "World A was deleted; its 2 sources joined B" in told
    assert lab.history.stack.undoText() == "Delete world A, its sources join B"
    assert worlds_of(lab) == ["B", "B"]


def test_rows_and_messages_name_sources_and_patterns(lab: Lab) -> None:
    worlds = part(lab)
    lab.editing.drop_source("clock", 20, 20)
    assert worlds.panel.rows["A"].world.members == "2 sources, 1 pattern"
    worlds.add()
    worlds.remove("A")
    told = " ".join(lab.window.notifications.texts())
    assert "its 2 sources and 1 pattern joined B" in told
    assert lab.history.stack.undoText() == "Delete world A, its sources and patterns join B"
    assert worlds.panel.rows["B"].world.members == "2 sources, 1 pattern"
    worlds.add()
    lab.editing.drop_source("clock", 30, 20)
    added = worlds.active
    assert worlds.panel.rows[added].world.members == "1 pattern"


def test_rows_that_are_exchanged_at_once_never_become_windows(lab: Lab, qapp: QApplication) -> None:
    worlds = part(lab)
    lab.window.docks["worlds"].raise_()
    in_front(qapp, worlds.panel)
    worlds.add()
    worlds.rename("B", "Halo")

    def shown() -> list[str]:
        rows = [w for w in worlds.panel.findChildren(WorldRowWidget) if w.isVisible()]
        return sorted(row.name.text() for row in rows)

    wait_for(qapp, lambda: shown() == ["A", "Halo"], "the rows")
    pump(qapp, 0.2)
    assert [w for w in qapp.topLevelWidgets() if w.isVisible() and isinstance(w, WorldRowWidget)] == []
    assert shown() == ["A", "Halo"]


def test_one_sees_as_a_world_and_what_is_dropped_joins_it(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("hidden_halo")
    worlds, view = part(lab), lab.window.views["hero"]
    assert worlds.active == "Visible"
    assert view.header.observer.text() == "as Visible"  # the preset hides the other one
    lab.window.docks["worlds"].raise_()
    in_front(qapp, worlds.panel)
    QTest.mouseClick(worlds.panel.rows["Hidden"].observe, LEFT)
    assert (worlds.panel.rows["Hidden"].observe.isChecked(), worlds.active) == (True, "Hidden")
    assert not worlds.panel.rows["Visible"].observe.isChecked()
    assert view.header.observer.isVisible()
    assert view.header.observer.text() == "as Hidden"
    for kind in ("packet", "light", "point"):
        before = set(view.marks)
        lab.editing.drop_source(kind, 40, 40)
        assert len(set(view.marks) - before) == 1, f"a {kind} vanished as it was dropped"
    assert not any("which is not drawn" in text for text in lab.window.notifications.texts())
    QTest.mouseClick(worlds.panel.rows["Hidden"].observe, LEFT)
    assert not worlds.panel.rows["Hidden"].observe.isChecked()
    assert not view.header.observer.isVisible()
    lab.undo()
    assert view.header.observer.isVisible()


def test_what_joins_a_world_that_is_not_drawn_is_told_with_a_way_to_see_it(lab: Lab) -> None:
    worlds, view = part(lab), lab.window.views["hero"]
    worlds.add()
    worlds.show_world("B", False)
    before = set(view.marks)
    lab.editing.drop_source("packet", 40, 40)
    banner = lab.window.notifications.visible()[0]
    assert "What was added belongs to world B, which is not drawn: it bends f" in banner.note.text
    assert set(view.marks) == before
    dict(banner.note.actions)["Show B"]()
    assert len(view.marks) == len(before) + 1
    lab.undo()
    dict(banner.note.actions)["Show all worlds"]()
    assert len(view.marks) == len(before) + 1
