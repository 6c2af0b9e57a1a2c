"""Plane: curves, error bars, clouds where they belong, points that can be picked by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.widgets import theme
from tauscope.widgets.plots.plane import Mark, Plane, Series
from tests.support.canvas import Heard, as_array

K = np.linspace(0.0, 3.0, 7)
R = np.array([0.05, 0.04, 0.06, 0.5, 0.7, 0.8, 0.9])
UP = Series("up", "K rising", "accent", K, R, "both", np.full(7, 0.05))
THEORY = Series("theory", "theory", "muted", K, R, "line")
GREEN = np.array([[0, 200, 80]], np.uint8)


def make(shown) -> Plane:
    plane: Plane = shown(Plane("Order", "Run something."), 480, 340)
    plane.set_axes("K / rad/time", "R")
    plane.pickable = True
    return plane


def test_an_empty_plane_says_what_to_do_and_a_full_one_does_not(shown):
    plane = make(shown)
    plane.set_content([])
    assert plane.hint.isVisible() and not plane.plot.isVisible()
    plane.set_content([Series("a", "A", "accent", K, np.full(7, np.nan))])
    assert plane.hint.isVisible()
    plane.set_content([UP])
    assert not plane.hint.isVisible() and plane.plot.isVisible() and plane.legend.isVisible()


def test_a_click_on_a_point_picks_it_and_one_beside_does_not(shown, qapp):
    plane = make(shown)
    plane.set_content([THEORY, UP])
    plane.fit()
    for _ in range(5):
        qapp.processEvents()
    heard = Heard(plane.picked)
    where = plane.plot.to_pixel(K[3], R[3]).toPoint()
    QTest.mouseClick(plane.plot.viewport(), Qt.MouseButton.LeftButton, pos=where + QPoint(2, -3))
    assert heard.calls == [("up", 3)]
    QTest.mouseClick(plane.plot.viewport(), Qt.MouseButton.LeftButton, pos=where + QPoint(0, 40))
    assert len(heard.calls) == 1
    plane.pickable = False
    QTest.mouseClick(plane.plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert len(heard.calls) == 1


def test_a_drag_pans_and_picks_nothing(shown, qapp):
    plane = make(shown)
    plane.set_content([UP])
    plane.fit()
    qapp.processEvents()
    heard = Heard(plane.picked)
    where = plane.plot.to_pixel(K[3], R[3]).toPoint()
    before = plane.plot.getPlotItem().getViewBox().viewRange()[0]
    view = plane.plot.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=where)
    for step in range(1, 9):
        QTest.mouseMove(view, where + QPoint(10 * step, 0))
        QTest.qWait(5)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=where + QPoint(80, 0))
    assert heard.calls == []
    assert plane.plot.getPlotItem().getViewBox().viewRange()[0] != before


def test_arrow_keys_go_from_point_to_point_and_enter_picks(shown):
    plane = make(shown)
    plane.set_content([THEORY, UP, Series("down", "K falling", "warning", K[::-1], R[::-1], "dots")])
    heard = Heard(plane.picked)
    plane.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(plane, key)
    assert heard.last == ("up", 1)
    assert "K rising" in plane.value_text() and "0.5" in plane.value_text()
    QTest.keyClick(plane, Qt.Key.Key_Down)
    QTest.keyClick(plane, Qt.Key.Key_Return)
    assert heard.last == ("down", 1)


def test_error_bars_are_as_long_as_the_errors(shown):
    plane = make(shown)
    plane.set_content([UP])
    bars = plane.plot.items_of["up"][1]
    np.testing.assert_allclose(bars.opts["height"], 0.1)
    np.testing.assert_allclose(bars.opts["y"], R)


@pytest.mark.parametrize("many", [200, 60_000])
def test_points_of_a_cloud_stand_where_the_axes_say(shown, qapp: QApplication, many):
    plane = make(shown)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1, many), rng.uniform(0, 1, many)
    kept = (x < 0.45) | (x > 0.55)
    x, y = np.append(x[kept], [0.5]), np.append(y[kept], [0.25])
    plane.set_cloud(x, y, GREEN)
    plane.set_content(())
    plane.fit()
    for _ in range(5):
        qapp.processEvents()
    picture = as_array(plane.plot.viewport().grab().toImage()).astype(int)
    green = (picture[:, :, 1] > picture[:, :, 0] + 40) & (picture[:, :, 1] > picture[:, :, 2] + 20)
    spot = plane.plot.to_pixel(0.5, 0.25).toPoint()
    assert green[spot.y() - 2 : spot.y() + 3, spot.x() - 2 : spot.x() + 3].any()
    left, right = (round(plane.plot.to_pixel(at, 0).x()) for at in (0.46, 0.54))
    alone = green[:, left:right].copy()
    alone[spot.y() - 2 : spot.y() + 3] = False
    assert not alone.any(), "nothing is drawn where no point is"
    assert green.sum() > 150


def test_marks_and_curves_come_and_go(shown, qapp):
    plane = make(shown)
    plane.set_content([UP, THEORY], [Mark("c", 1.0, "K_c"), Mark("now", 1.01, "now")])
    for _ in range(5):
        qapp.processEvents()
    words = [one.label for one in plane.plot.getPlotItem().items if type(one).__name__ == "InfiniteLine"]
    one, other = (word.mapRectToScene(word.boundingRect()) for word in words)
    assert not one.intersects(other), "a word lies on another"
    plane.set_content([UP], [Mark("now", 2.5, "now")])
    assert list(plane.plot.items_of) == ["up"]
    item = plane.plot.getPlotItem()
    lines = [one for one in item.items if type(one).__name__ == "InfiniteLine"]
    assert [line.value() for line in lines] == [2.5]


def test_a_switch_of_theme_redraws_in_colours_that_read(shown, qapp):
    plane = make(shown)
    plane.set_content([UP], [Mark("c", 1.0, "K_c")])
    grounds = []
    for one in (theme.LIGHT, theme.DARK):
        theme.apply(qapp, one)
        for _ in range(5):
            qapp.processEvents()
        grounds.append(plane.plot.backgroundBrush().color().name())
        pen = plane.plot.items_of["up"][0].opts["pen"]
        assert theme.contrast(pen.color().name(), one.panel) >= 3.0
    assert grounds == [theme.LIGHT.panel, theme.DARK.panel]
