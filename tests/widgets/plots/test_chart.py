"""Chart: axes, panes, cursor and its values; nothing of pyqtgraph is left behind."""

from __future__ import annotations

import numpy as np
from pyqtgraph import GraphicsView
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tauscope.widgets import theme
from tauscope.widgets.plots.bare import line_color
from tauscope.widgets.plots.chart import Chart, Curve, Pane

X = np.arange(100.0)
SINE = Curve("a", "Core", "#f2b84b", X, np.sin(X / 9), unit="bits")
DECAY = Curve("b", "Rim", "accent", X, np.exp(-X / 20))


def make_chart(qtbot) -> Chart:
    chart = Chart("Nothing yet.")
    qtbot.addWidget(chart)
    chart.resize(420, 320)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def test_an_empty_chart_says_what_to_do(qtbot):
    chart = make_chart(qtbot)
    chart.set_panes([Pane("f", (Curve("a", "A", "accent", X, np.full(100, np.nan)),))], "tick")
    assert chart.hint.isVisible() and not chart.readout.isVisible() and chart.panes == ()


def test_the_cursor_reads_every_curve_at_the_pointer(qtbot):
    chart = make_chart(qtbot)
    chart.set_panes([Pane("f(x) / bits", (SINE,)), Pane("g", (DECAY,))], "tick", "tick")
    QApplication.processEvents()
    assert "Core" in chart.value_text() and "Rim" in chart.value_text()
    plot = chart.plots[0]
    where = plot.to_pixel(40.0, 0.0)
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, QPointF(plot.viewport().mapToGlobal(where.toPoint())),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(plot.viewport(), event)
    assert f"Core {np.sin(40 / 9):.3f}"[:9] in chart.value_text().replace("−", "-")
    assert all(plot.cursor_line.isVisible() for plot in chart.plots)


def test_logarithmic_axes_leave_out_what_has_no_logarithm(qtbot):
    chart = make_chart(qtbot)
    chart.set_panes([Pane("power", (SINE,), log=True)], "frequency", "f", log_x=True)
    drawn = chart.plots[0].curves["a"].getData()
    kept = (X > 0) & (np.sin(X / 9) > 0)
    np.testing.assert_allclose(drawn[0], np.log10(X[kept]))
    np.testing.assert_allclose(drawn[1], np.log10(np.sin(X / 9)[kept]))


def test_panes_come_and_go_without_leaving_curves(qtbot):
    chart = make_chart(qtbot)
    chart.set_panes([Pane("f", (SINE, DECAY)), Pane("g", (DECAY,))], "tick")
    chart.set_panes([Pane("f", (DECAY,))], "tick")
    assert list(chart.plots[0].curves) == ["b"] and chart.plots[1].curves == {}
    assert chart.plots[0].isVisible() and not chart.plots[1].isVisible()


def test_lines_stand_out_from_the_ground_in_both_themes(qapp):
    for one in (theme.LIGHT, theme.DARK):
        theme.apply(qapp, one)
        for color in ("#f2b84b", "#4fb3ff", "#c8d64f", "#202020"):
            assert theme.contrast(line_color(color), one.panel) >= 3.0
    theme.apply(qapp, theme.DARK)


def test_numbers_of_a_low_pane_do_not_overprint_and_the_lowest_keeps_room_for_its_curve(qtbot):
    chart = make_chart(qtbot)
    chart.resize(420, chart.minimumSizeHint().height())
    for low, high in ((2400.0, 3600.0), (0.0, 1.0), (13_500.0, 19_400.0), (-3e-4, 7e-4)):
        ramp = Curve("a", "A", "accent", X, np.linspace(low, high, 100))
        chart.set_panes([Pane("τ", (ramp,), share=3), Pane("residual", (ramp,))], "tick")
        chart.resize(420, chart.minimumSizeHint().height())
        QApplication.processEvents()
        for plot in chart.plots:
            box = plot.getPlotItem().getViewBox()
            assert box.height() >= 40
            bottom, top = box.viewRange()[1]
            axis = plot.getPlotItem().getAxis("left")
            step = axis.tickSpacing(bottom, top, box.height())[0][0]
            assert step * box.height() / (top - bottom) >= 14
            assert axis.tickValues(bottom, top, box.height())[0][1]


def test_a_readout_that_stands_apart_takes_no_height_of_the_panes(qtbot):
    chart = make_chart(qtbot)
    chart.set_panes([Pane("f", (SINE,))], "tick", "tick")
    before = chart.minimumSizeHint().height()
    readout = chart.take_readout()
    qtbot.addWidget(readout)
    assert chart.minimumSizeHint().height() < before
    chart.set_cursor(9.0)
    assert "tick 9" in readout.text()


def test_new_values_are_painted_once(qtbot, monkeypatch):
    """Ranges that are found while a pane paints would have it painted twice; its axes take milliseconds."""
    chart, painted = make_chart(qtbot), []
    below = GraphicsView.paintEvent
    monkeypatch.setattr(
        GraphicsView, "paintEvent", lambda self, event: (painted.append(self), below(self, event))
    )
    for reach in (80, 90, 100):
        curves = [Curve("a", "A", "accent", X[:reach], np.exp(-X[:reach] / reach))]
        chart.set_panes([Pane("f", tuple(curves)), Pane("g", tuple(curves))], "t", "t")
        qtbot.waitUntil(lambda: len(painted) >= 2)
        qtbot.wait(150)
        wanted = painted[:]
        painted.clear()
    assert len(wanted) == 2, "once for each pane"


def test_values_that_one_line_has_no_room_for_stand_in_a_second(qtbot):
    chart = make_chart(qtbot)
    curves = tuple(Curve(f"c{n}", f"a quantity {n}", "accent", X, X + n, unit="e/cell") for n in range(4))
    chart.set_panes([Pane("f", curves)], "tick", "tick")
    readout = chart.readout
    qtbot.waitUntil(lambda: readout.height() >= 2 * readout.fontMetrics().height())
    rows = readout.rows(readout.width())
    assert len(rows) == 2 and "a quantity 3" in rows[1]
    assert all(readout.fontMetrics().horizontalAdvance(row) <= readout.width() for row in rows)
    chart.resize(1200, 320)
    qtbot.waitUntil(lambda: readout.lines == 1)
    assert readout.height() < 2 * readout.fontMetrics().height()


def test_a_value_that_is_not_there_is_a_dash(qtbot):
    chart = make_chart(qtbot)
    gone = Curve("g", "Gone", "accent", X, np.where(X < 50, X, np.nan))
    chart.set_panes([Pane("f", (gone,))], "tick", "tick")
    chart.set_cursor(60.0)
    assert chart.value_text().endswith("Gone –")
