"""Panels of the Kuramoto lab: what they show agrees with the arrays they were given."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.widgets import theme
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.labs.kuramoto.links import Links, LinksPanel, Pair
from tauscope.widgets.labs.kuramoto.matrix import POSITIVE, Matrix
from tauscope.widgets.labs.kuramoto.pooled import BINS, Pooled, PooledPanel, bar_heights
from tauscope.widgets.labs.kuramoto.scatter import MOST, Scattered, ScatterPanel, cluster_colors
from tauscope.widgets.labs.kuramoto.traces import TracesPanel
from tests.support.canvas import Heard, as_array

T = np.linspace(0.0, 50.0, 101)


def test_pooled_phases_keep_their_number_and_their_order_parameter():
    theta = np.random.default_rng(1).vonmises(0.5, 2.0, 5000)
    pooled = Pooled.of(theta)
    assert pooled.density.sum() / BINS == pytest.approx(1.0)
    assert pooled.z == pytest.approx(np.exp(1j * theta).mean())
    assert pooled.debiased == pytest.approx((5000 * abs(pooled.z) ** 2 - 1) / 4999)
    edges = Pooled.of(np.array([-math.pi + 1e-9, math.pi, 0.0, 0.0]))
    assert edges.density[0] == BINS / 2 and edges.density[BINS // 2] == BINS / 2


def test_bars_are_true_to_area():
    height = bar_heights(np.array([0.0, 1.0, 2.0]))
    area = height + height**2 / 2
    assert height[1] == pytest.approx(0.125)
    assert area[2] == pytest.approx(2 * area[1]) and area[0] == 0
    assert bar_heights(np.array([200.0, 1.0])).max() == pytest.approx(0.45)


def test_the_arrow_ends_at_the_order_parameter_and_the_bars_stand_at_their_angle(shown, qapp):
    panel = shown(PooledPanel(), 300, 320)
    assert panel.hint.isVisible()
    panel.set_data(Pooled.of(np.full(400, math.pi / 2)), "t 3")
    qapp.processEvents()
    circle = panel.circle
    tip, centre = circle.tip(), QPoint(circle.width() // 2, circle.height() // 2)
    assert tip.x() == pytest.approx(centre.x(), abs=1) and tip.y() == pytest.approx(
        centre.y() - circle.radius, abs=1
    )
    assert panel.value.text() == "R 1.000"
    picture = as_array(circle.grab().toImage()).astype(int)
    above = picture[int(centre.y() - 1.3 * circle.radius), centre.x() - 4 : centre.x() + 5]
    below = picture[int(centre.y() + 1.3 * circle.radius), centre.x() - 4 : centre.x() + 5]
    assert np.ptp(above, axis=1).max() > 40, "a coloured bar on top"
    assert np.ptp(below, axis=1).max() < 20, "and none below"


def test_traces_draw_what_is_chosen_with_their_bounds(shown):
    panel = shown(TracesPanel(), 460, 420)
    assert panel.chart.hint.isVisible()
    values = {"R_total": T / 50, "drift": np.exp(-T), "ready": np.zeros_like(T), "unknown": T}
    panel.set_bounds({"ready": [(0.72, "decides at 0.72")]})
    panel.set_data(T, values, "t / time")
    keys = [curve.key for pane in panel.chart.panes for curve in pane.curves]
    assert keys == ["R_total", "drift", "ready:decides at 0.72", "ready"]
    assert "decides" not in panel.chart.value_text() and "R total" in panel.chart.value_text()
    changed = Heard(panel.view_changed)
    panel.toggle("drift", False)
    panel.set_data(T, values, "t / time")
    assert changed.calls and "drift" not in [p.label.split(" ")[0] for p in panel.chart.panes]


def test_the_scatter_thins_evenly_and_says_so(shown):
    many = 3 * MOST
    offsets = np.array([0, MOST, many])
    data = Scattered.of(np.arange(many, dtype=float), np.ones(many), offsets)
    assert data.stride == 3 and len(data.x) == MOST and np.all(np.diff(data.x) == 3)
    assert np.count_nonzero(data.cluster == 0) == pytest.approx(MOST / 3, abs=1)
    panel = shown(ScatterPanel(), 380, 300)
    panel.set_data(data)
    assert "one in 3 of 120,000" in panel.note.text()


def test_chosen_clusters_stand_out_of_the_scatter(shown, qapp):
    offsets = np.array([0, 10, 30, 40])
    omega, speed = np.arange(40.0), np.arange(40.0) * 2
    data = Scattered.of(omega, speed, offsets, [1])
    assert data.cluster[-20:].tolist() == [1] * 20, "they are drawn last, in front"
    assert sorted(data.x) == omega.tolist(), "and all others as well"
    assert data.mean == pytest.approx(speed.mean()) and data.chosen_mean == pytest.approx(speed[10:30].mean())
    panel = shown(ScatterPanel(), 380, 300)
    for name in ("light", "dark"):
        theme.apply(qapp, theme.by_name(name))
        panel.set_data(data)
        inks = panel.plane.plot.cloud._inks
        assert len(set(inks[:20].tolist())) == 1 and len(set(inks[20:].tolist())) == 1
        ground, ink = theme.current().panel, "#" + format(int(inks[0]) & 0xFFFFFF, "06x")
        own = "#" + format(int(inks[-1]) & 0xFFFFFF, "06x")
        assert 1.3 < theme.contrast(ink, ground) < theme.contrast(own, ground), "seen, but less"
    assert panel.note.text().startswith("chosen 20, mean 39")
    panel.set_data(Scattered.of(omega, speed, offsets))
    assert len(set(panel.plane.plot.cloud._inks.tolist())) == 3 and "chosen" not in panel.note.text()
    assert len(np.unique(cluster_colors(np.arange(8)), axis=0)) == 8


def test_cells_of_a_matrix_have_the_colours_of_their_values(shown, qapp):
    values = np.array([[1.0, 0.2, np.nan], [0.2, 0.9, 0.5], [np.nan, 0.5, 0.0]])
    matrix = shown(Matrix("m"), 300, 240)
    matrix.set_data(values, ["a", "b", "c"], 0.0, 1.0)
    qapp.processEvents()
    picture = as_array(matrix.grab().toImage())
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 2), (2, 2)):
        place = matrix.centre_of(row, column)
        wanted = colormaps.table(POSITIVE)[round(values[row, column] * 255)][:3]
        np.testing.assert_allclose(picture[place.y(), place.x()], wanted, atol=2)
        assert matrix.cell_at(place) == (row, column)
    assert "no value" in matrix.text_of(0, 2)


def test_a_cell_is_chosen_by_mouse_and_by_keys(shown, qapp):
    matrix = shown(Matrix("m"), 300, 240)
    matrix.set_data(np.eye(4), list("abcd"), 0.0, 1.0)
    qapp.processEvents()
    heard = Heard(matrix.chosen)
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.centre_of(1, 3))
    matrix.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(matrix, key)
    assert heard.calls == [(1, 3), (1, 2), (2, 2), (2, 3), (2, 3)]
    matrix.set_data(np.eye(2), list("ab"), 0.0, 1.0)
    assert matrix.cell is None, "the chosen cell is gone with its clusters"


def test_links_show_window_independent_samples_and_bias(shown):
    panel = shown(LinksPanel(), 340, 400)
    assert panel.hint.isVisible() and not panel.matrix.isVisible()
    panel.set_data(Links(np.eye(3), 256, 31.0, "51.2 time", "Unrelated phases give about 0.16"), list("abc"))
    assert "256 samples" in panel.note.text() and "31" in panel.note.text()
    assert "0.16" in panel.bias.text() and panel.pair_hint.isVisible()
    heard, window = Heard(panel.pair_chosen), Heard(panel.window_chosen)
    QTest.mouseClick(panel.matrix, Qt.MouseButton.LeftButton, pos=panel.matrix.centre_of(0, 2))
    assert heard.calls == [(0, 2)] and not panel.pair_hint.isVisible()
    panel.set_pair(Pair((("PLV", 0.5, "", "floor 0.16"), ("MI", 0.25, "nat", "16 × 16 bins"))), "a – c")
    assert panel.pair_title.text() == "a – c"
    panel.set_data(None, ())
    assert not panel.pair_title.isVisible() and panel.hint.isVisible()
    panel.window_box.set_value(64)
    assert window.last == (64,)
