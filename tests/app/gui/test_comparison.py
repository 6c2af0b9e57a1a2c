"""Two runs side by side in the window: copies, changed runs, kept runs; maps linked and numbers right."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tauscope.app import headless, presets
from tauscope.app.heat_figures import write_views
from tauscope.app.lab import Lab
from tauscope.app.labs import COMPARISON
from tauscope.app.parts.comparison import NOTHING_SHARED, RunComparison
from tauscope.app.parts.sessions import part_of
from tauscope.app.recording.reader import RecordingFile
from tauscope.widgets.plots.heat_types import Heat
from tests.support.gui import LEFT, PLAIN, paused, screen_of, wait_for


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a recording, its copy, and one of another capacity and seed."""
    folder = tmp_path_factory.mktemp("recordings")
    preset = presets.load("two_bodies").with_values({"nx": 48, "ny": 32, "sources": []})
    source = {"kind": "point", "x": 20, "y": 12, "strength": 0.02}
    preset = preset.with_values({"sources": [source]})
    for name, capacity, seed in (("a", 1.0, 1), ("b", 2.0, 2)):
        plan = headless.Plan(
            preset.with_values({"capacity": capacity}),
            ticks=40,
            seed=seed,
            every=10,
            record=folder / f"{name}.h5",
        )
        headless.run(plan)
    shutil.copy(folder / "a.h5", folder / "copy.h5")
    return folder


def named(part: RunComparison, side: int, text: str) -> bool:
    """Whether the name of a side holds a text."""
    return text in part.names[side]


def take(qapp: QApplication, part: RunComparison, first: Path, second: Path) -> None:
    """Open two recordings and wait for all that follows."""
    for side, path in enumerate((first, second)):
        part.open(side, str(path))
        wait_for(qapp, partial(named, part, side, path.name), "it is opened")
    wait_for(qapp, lambda: part.found is not None and part.shown is not None, "they are compared")


def copies_differ_by_exactly_zero(qapp: QApplication, part: RunComparison, folder: Path) -> None:
    take(qapp, part, folder / "a.h5", folder / "copy.h5")
    panel, shown = part.panel, part.shown
    assert "differ by exactly zero" in panel.said.text() and "differ by exactly zero" in panel.summary.text()
    assert "identical bit by bit" in panel.summary.text()
    assert shown is not None and isinstance(shown.difference, Heat) and isinstance(shown.first, Heat)
    assert not shown.difference.values.any() and shown.first.values.std() > 0


def what_was_changed_is_said(qapp: QApplication, part: RunComparison, folder: Path) -> None:
    take(qapp, part, folder / "a.h5", folder / "b.h5")
    panel, shown = part.panel, part.shown
    table = panel.tables["parameters"].table
    assert table is not None
    assert {row[0] for row in table.rows} == {"gravity.config.capacity", "gravity.seed"}
    assert shown is not None and isinstance(shown.difference, Heat)
    name, numbers = panel.field.value, {}
    with RecordingFile(folder / "a.h5") as a, RecordingFile(folder / "b.h5") as b:
        for index in (-1, 1):
            numbers[index] = b.frame(name, index).astype(float) - a.frame(name, index).astype(float)
        ticks = a.ticks.tolist()
    assert np.array_equal(shown.difference.values, numbers[-1]), "the last tick first"
    assert shown.deviation.largest == np.abs(numbers[-1]).max() > 0
    assert isinstance(shown.first, Heat) and isinstance(shown.second, Heat)
    assert shown.first.ends == shown.second.ends and shown.difference.ends[0] == -shown.difference.ends[1]
    panel.slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.slider, Qt.Key.Key_Home)
    QTest.keyClick(panel.slider, Qt.Key.Key_Right)
    wait_for(qapp, lambda: panel.tick.text() == f"tick {ticks[1]:,}", "another tick of both")
    assert part.shown is not None and isinstance(part.shown.difference, Heat)
    assert np.array_equal(part.shown.difference.values, numbers[1])


def statistics_are_copied_and_saved(qapp: QApplication, lab: Lab, part: RunComparison) -> None:
    part.panel.copy_requested.emit()
    text = qapp.clipboard().text()
    assert "gravity.config.capacity" in text and "A: a.h5" in text
    for asked in (part.panel.table_requested, part.panel.json_requested):
        asked.emit()
        dialog = next(one for one in lab.window.findChildren(QFileDialog) if one.isVisible())
        dialog.reject()
    names = [action.text() for action in part.panel._export_menu().actions() if action.isEnabled()]
    assert {"Save figure…", "Save statistics as CSV…", "Save all as JSON…", "Copy statistics"} <= set(names)


def camera_and_cursor_are_one(qapp: QApplication, part: RunComparison) -> None:
    tiles = part.panel.tiles
    first = tiles[0].map.plot
    middle = QPointF(first.viewport().rect().center())
    turn = QWheelEvent(middle, first.viewport().mapToGlobal(middle), QPoint(0, 0), QPoint(0, 360),
                       Qt.MouseButton.NoButton, PLAIN, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    before = first.getPlotItem().getViewBox().viewRange()
    qapp.sendEvent(first.viewport(), turn)
    after = first.getPlotItem().getViewBox().viewRange()
    assert after[0][1] - after[0][0] < before[0][1] - before[0][0]
    for tile in tiles[1:]:
        assert np.allclose(tile.map.plot.getPlotItem().getViewBox().viewRange(), after)
    QTest.mouseMove(tiles[1].map.plot.viewport(), tiles[1].map.pixel_of(14, 22).toPoint())
    wait_for(qapp, lambda: "B − A" in part.panel.readout.text(), "the numbers at the cursor")
    assert part.panel.readout.text().startswith("x = 22, y = 14  ·")
    assert all(tile.map.plot._mark.isVisible() for tile in tiles), "marked in all three"
    assert len(np.unique(screen_of(tiles[2].map.plot).reshape(-1, 3), axis=0)) > 20


def the_run_shown_is_kept_and_compared(qapp: QApplication, lab: Lab, part: RunComparison) -> None:
    tick = paused(qapp, lab)
    for side, chooser in enumerate(part.panel.choosers):
        QTest.mouseClick(chooser.keep, LEFT)
        wait_for(qapp, partial(named, part, side, f"{tick:,}"), "it is kept")
    wait_for(qapp, lambda: part.found is not None, "both are compared")
    assert part.found is not None and part.found.identical and not part.found.parameters
    lab.step(5)
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick == tick + 5, "five ticks")
    QTest.mouseClick(part.panel.choosers[1].keep, LEFT)
    wait_for(qapp, lambda: part.panel.hint.text() == NOTHING_SHARED, "other ticks are not compared")
    wait_for(qapp, lambda: part.found is not None, "all else is")
    found, panel = part.found, part.panel
    assert found.ends.ticks == (tick, tick + 5) and not found.ticks
    assert panel.maps.isHidden() and panel.slider.isHidden() and panel.body.isVisible()
    assert panel.below.value == "statistics", "nothing of the set-ups differs"
    table = panel.tables["statistics"].table
    assert table is not None and table.heads[1:3] == (f"A at tick {tick:,}", f"B at tick {tick + 5:,}")
    means = {row[0]: row[1:] for row in table.rows}
    a, b = part.sides
    assert a is not None and b is not None
    assert means["f_mean"] == (a.scalars["f_mean"][0], b.scalars["f_mean"][0], means["f_mean"][2])
    assert means["f_mean"][0] != means["f_mean"][1]
    panel.show_below("scalar")
    assert [series.x.tolist() for series in panel.plane.series] == [[tick], [tick + 5]]
    menu = panel._export_menu().actions()
    assert not menu[0].isEnabled() and panel.export.isEnabled(), "no figure, but the rest is saved"


def cells_are_square(qapp: QApplication, part: RunComparison) -> None:
    for size in ((1500, 700), (700, 900)):
        part.panel.resize(*size)
        qapp.processEvents()
        for tile in part.panel.tiles:
            here = tile.map.pixel_of(10, 20)
            across, up = tile.map.pixel_of(10, 30) - here, tile.map.pixel_of(20, 20) - here
            assert abs(across.x()) == pytest.approx(abs(up.y()), rel=0.02), "round things are round"
            assert "·" in tile.caption.text() or tile is part.panel.tiles[2]


def test_two_runs_side_by_side(qapp: QApplication, lab: Lab, recordings: Path, tmp_path: Path) -> None:
    part = part_of(lab, RunComparison)
    lab.actions["compare_runs"].trigger()
    assert lab.window.lab is COMPARISON and part.panel.hint.isVisible()
    copies_differ_by_exactly_zero(qapp, part, recordings)
    what_was_changed_is_said(qapp, part, recordings)
    statistics_are_copied_and_saved(qapp, lab, part)
    camera_and_cursor_are_one(qapp, part)
    cells_are_square(qapp, part)
    assert part.shown is not None
    views = [("A", part.shown.first), ("B", part.shown.second), ("B − A", part.shown.difference)]
    assert write_views(tmp_path / "ab.png", views, "Two runs", "from a test").stat().st_size > 10_000
    part.panel.below.set_value("scalar")
    part.panel._arrange()
    assert part.panel.plane.isVisible() and len(part.panel.plane.series) == 2
    (tmp_path / "x.h5").write_text("nothing")
    part.open(0, str(tmp_path / "x.h5"))
    wait_for(qapp, lambda: bool(part.panel.complaint.text()), "what is no recording is refused")
    the_run_shown_is_kept_and_compared(qapp, lab, part)
