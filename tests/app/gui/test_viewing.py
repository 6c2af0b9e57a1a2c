"""Viewing in the whole window: Poisson's comparison, linked views, and the surface of a field."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar

from tauscope.app.parts.viewing import SURFACE, Viewing
from tauscope.app.snapshot import read_snapshot
from tauscope.engine.base import FrameRequest
from tauscope.widgets.save_dialogs import SnapshotDialog
from tests.support.canvas import as_array, wheel
from tests.support.gui import LEFT, PLAIN, distinct_colours, in_front, paused, pump, still, wait_for

pytestmark = pytest.mark.opengl


def viewing(lab):
    return next(part for part in lab.parts if isinstance(part, Viewing))


def test_comparing_with_poisson_is_one_step_and_the_difference_is_numpys(lab, qapp):
    views, before = lab.window.views, lab.document.content
    lab.actions["compare_poisson"].trigger()
    assert lab.history.stack.undoText() == "Compare ϕ with Poisson"
    paused(qapp, lab)
    phi, poisson = (FrameRequest(name) for name in ("phi", "phi_poisson"))

    def agree() -> bool:
        a, b, c = (views[key].array for key in ("f", "tau", "phi"))
        arrays = lab.live.frame.arrays
        if a is None or b is None or c is None or not {phi, poisson} <= arrays.keys():
            return False
        return np.array_equal(a, arrays[phi]) and np.array_equal(b, arrays[poisson]) and (c == a - b).all()

    wait_for(qapp, agree, "both fields and their difference")
    assert np.abs(views["phi"].array).max() > 0
    assert views["f"].colour_limits == views["tau"].colour_limits
    low, high = views["phi"].colour_limits
    assert low == -high
    docks = [lab.window.docks[key] for key in ("f", "tau", "phi")]
    for dock in docks:
        in_front(qapp, dock)
    assert docks[2].windowTitle() == views["phi"].spec.label
    lab.undo()
    assert lab.document.content == before
    assert views["phi"].options == before.views["phi"]
    lab.redo()
    assert views["phi"].options.minus == "phi_poisson"


def test_a_comparison_in_a_window_made_smaller_leaves_the_right_column_its_room(lab, qapp):
    """The row that ran below the right column pressed its panels into one another at 960 by 600."""
    window = lab.window
    window.resize(1280, 900)
    wait_for(qapp, lambda: window.height() == 900, "the window is high")
    lab.actions["compare_worlds"].trigger()
    corner = Qt.Corner.BottomRightCorner
    wait_for(qapp, lambda: window.corner(corner) == Qt.DockWidgetArea.BottomDockWidgetArea, "a row below")
    window.resize(960, 600)
    wait_for(qapp, lambda: window.height() == 600, "the window is low")
    panels = [window.docks[key] for key in ("parameters", "monitors")]

    def held() -> bool:
        return all(one.height() >= one.minimumSizeHint().height() for one in panels)

    wait_for(qapp, held, "each panel of the right column has its least height")
    upper, lower = (one.geometry() for one in panels)
    assert upper.bottom() < lower.top()
    assert not any(window.docks[key].geometry().intersects(lower) for key in ("f", "tau", "phi"))


def shape(lab):
    docks = lab.window.docks
    seen = [key for key, dock in docks.items() if not dock.visibleRegion().isEmpty()]
    return {key: docks[key].size().toTuple() for key in seen}


@pytest.mark.parametrize(("width", "height", "least"), [(960, 600, 220), (1280, 800, 400), (1440, 900, 450)])
def test_a_comparison_is_wide_and_its_undo_puts_the_docks_back(lab, qapp, width, height, least):
    window = lab.window
    window.resize(width, height)
    wait_for(qapp, lambda: (window.width(), window.height()) == (width, height), "the size")
    lab.shell.reset_layout()
    before, sizes = still(qapp, lambda: (window.arrangement(), shape(lab)), "the layout")
    lab.actions["compare_poisson"].trigger()
    docks = [window.docks[key] for key in ("f", "tau", "phi")]
    for dock in docks:
        in_front(qapp, dock)
    wait_for(qapp, lambda: min(dock.width() for dock in docks) >= least, "wide docks")
    lab.undo()
    wait_for(qapp, lambda: window.arrangement() == before and shape(lab) == sizes, "the docks are back")
    lab.redo()
    for dock in docks:
        in_front(qapp, dock)
    docks[0].setFloating(True)
    moved = window.arrangement()
    lab.undo()
    assert window.arrangement() == moved


def test_linked_views_move_together_and_say_so(lab, qapp):
    hero, phi = lab.window.views["hero"], lab.window.views["phi"]
    hero.link_requested.emit(True)
    assert lab.actions["link_views"].isChecked()
    wheel(hero, QPoint(hero.canvas_native.width() // 3, hero.canvas_native.height() // 3), 5)
    assert (phi.camera.cx, phi.camera.cy) == (hero.camera.cx, hero.camera.cy)
    assert not phi.stage.is_fitted
    lab.actions["link_views"].trigger()
    hero.fit()
    assert not phi.stage.is_fitted


def test_a_field_is_shown_as_a_surface_that_turns_and_lives(lab, qapp):
    part = viewing(lab)
    assert not part.surface.isVisible()
    lab.window.views["phi"].surface_requested.emit()
    wait_for(qapp, part.surface.isVisible, "the dock opens")
    assert not lab.window.docks[SURFACE].visibleRegion().isEmpty()
    wait_for(qapp, lambda: part.surface.surface.frames > 0, "the surface is drawn")
    assert part.surface.relief.label == lab.window.views["phi"].spec.label
    shown = part.surface.relief.array
    wait_for(qapp, lambda: part.surface.relief.array is not shown, "the surface follows the run")
    paused(qapp, lab)
    first = still(qapp, lambda: as_array(part.surface.picture()), "the surface of the paused run")
    assert distinct_colours(first) >= 50
    native = part.surface.canvas_native
    QTest.mousePress(native, LEFT, PLAIN, QPoint(80, 80))
    QTest.mouseMove(native, QPoint(160, 90))
    QTest.mouseRelease(native, LEFT, PLAIN, QPoint(160, 90))
    wait_for(
        qapp,
        lambda: (as_array(part.surface.picture()) != first).any(axis=2).mean() > 0.02,
        "the surface has turned",
    )
    lab.window.docks[SURFACE].close()
    wait_for(qapp, lambda: lab.live.needed == frozenset(), "nothing is asked for it")


def test_a_snapshot_of_the_surface_is_a_picture_with_its_field_beside_it(lab, qapp, tmp_path):
    part = viewing(lab)
    lab.window.views["phi"].surface_requested.emit()
    wait_for(qapp, lambda: part.surface.relief.array is not None, "the surface has data")
    paused(qapp, lab)
    phi = lab.window.views["phi"]
    wait_for(
        qapp, lambda: np.array_equal(part.surface.relief.array, phi.array), "the surface of the paused run"
    )
    part.surface.snapshot_button.click()
    dialog = next(child for child in lab.window.findChildren(SnapshotDialog) if child.isVisible())
    assert dialog.view.currentData() == SURFACE
    path = tmp_path / "surface.png"
    dialog.place.edit.setText(str(path))
    shown = phi.array.copy()
    dialog.accept_button.click()
    wait_for(qapp, path.exists, "the picture is there")
    wait_for(qapp, lambda: any("surface.png" in t for t in lab.window.notifications.texts()), "the end")
    array, described = read_snapshot(path.with_suffix(".npz"))
    np.testing.assert_array_equal(array, shown)
    assert described["field"] == "phi"
    assert described["config"] == lab.document.content.config.dump()
    picture = as_array(QImage(str(path)))
    assert picture.shape[1] > 1600
    assert distinct_colours(picture[300:1000, 200:1500]) >= 50


def rows_of_tabs(lab):
    bars = lab.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    seen = [
        bar for bar in bars if not bar.visibleRegion().isEmpty() and bar.count()
    ]  # Qt parks others outside
    return sorted(tuple(map(bar.tabText, range(bar.count()))) for bar in seen)


def test_a_layout_that_comes_back_leaves_no_tabs_of_the_one_before(lab, qapp):
    def rows():
        return rows_of_tabs(lab)

    before = still(qapp, rows, "the tabs")
    lab.actions["compare_poisson"].trigger()
    wait_for(qapp, lambda: rows() != before, "other tabs")
    still(qapp, rows, "the tabs of the comparison")
    lab.undo()
    wait_for(qapp, lambda: rows() == before, "the tabs are back")
    still(qapp, rows, "the tabs that are back")
    layout = lab.window.save_layout()[1]
    lab.actions["compare_poisson"].trigger()
    still(qapp, rows, "the tabs of the comparison")
    assert lab.window.restore_layout("", layout)
    wait_for(qapp, lambda: len(rows()) == len(before), "as many tabs as before")
    shown = still(qapp, rows, "the restored tabs")
    assert len(shown) == len(before)
    for hidden in (True, False):
        lab.actions["hide_panels"].setChecked(hidden)
        pump(qapp, 0.3)
    wait_for(qapp, lambda: rows() == shown, "the tabs are shown again")


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_goes_round_through_what_is_in_sight(lab, qapp, key):
    window, met = lab.window, []
    docks = {*window.docks.values()}
    window.transport.play.setFocus()
    wait_for(qapp, window.transport.play.hasFocus, "the window has the keys")
    for _ in range(150):
        QTest.keyClick(qapp.focusWidget(), key)
        found = qapp.focusWidget()
        if found in met:
            break
        met.append(found)
    assert len(met) > 30
    assert not any(window.docks["recording"].isAncestorOf(one) for one in met)
    assert any(window.docks["monitors"].isAncestorOf(one) for one in met)
    assert window.views["hero"].canvas_native in met
    for one in met:
        outer = next((dock for dock in docks if dock.isAncestorOf(one)), one)
        assert not outer.visibleRegion().isEmpty(), one
