"""The oracle's plots and the banner of SCRAM: what they are told is what they show, in both themes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from tauscope.engine.base import ScalarSpec
from tauscope.widgets import theme
from tauscope.widgets.labs.ufie.oracle import GROUPS, NAMES, OraclePanel
from tauscope.widgets.labs.ufie.scram_banner import TINT, Alarm, ScramBanner
from tauscope.widgets.plots.chart import Mark
from tests.support.canvas import Heard, as_array

LEFT = Qt.MouseButton.LeftButton
T = np.linspace(0.0, 2.0, 101)
VALUES = {name: np.full_like(T, 1.0 + place) for place, name in enumerate(NAMES)}
VALUES["residual"] = -1e-6 * np.ones_like(T)
VALUES["drive_gain"] = np.where(T < 1.0, 1.0, 0.5)
MARKS = (Mark(0.5, "warning", "A warning."), Mark(1.0, "trouble", "A roll-back."))
STOP = Alarm("error", "SCRAM has stopped the run", "At step 3: |Ψ| is 5.", "The run has stopped.", True)
HARD = Alarm("warning", "SCRAM: attempt 1 of 3", "At step 3: |Ψ| is 5.", "Back to the newest checkpoint.")


def test_four_panes_share_the_time_and_show_limits_and_marks(shown):
    panel = shown(OraclePanel(), 420, 330)
    assert panel.chart.hint.isVisible()
    panel.set_definitions({"P_in": ScalarSpec("P_in", "P in", "1/s", "Power of the emitters.")})
    panel.set_limits(1e-4, 1e-2)
    panel.set_data(T, VALUES, MARKS, "a sample every 20 steps")
    panes = panel.chart.panes
    assert [pane.label for pane in panes] == [group.label for group in GROUPS]
    curves = {curve.key: curve for pane in panes for curve in pane.curves}
    assert {*NAMES, "soft limit", "hard limit"} == curves.keys()
    np.testing.assert_array_equal(curves["residual"].y, 1e-6)
    assert curves["hard limit"].y.tolist() == [1e-2, 1e-2]
    assert curves["P_in"].unit == "1/s"
    ranges = [plot.getPlotItem().getViewBox().viewRange()[0] for plot in panel.chart.plots]
    assert all(found == ranges[0] for found in ranges), "one axis of time"
    for plot in panel.chart.plots:
        assert [line.value() for line in plot.marks] == [0.5, 1.0]
    assert "P in [1/s]: Power of the emitters." in panel.chart.plots[1].toolTip()
    panel.set_data(T, VALUES, MARKS[:1])
    assert [line.value() for line in panel.chart.plots[3].marks] == [0.5]


def test_the_drive_is_drawn_in_steps(shown):
    panel = shown(OraclePanel(), 420, 330)
    panel.set_data(np.array([0.0, 1.0, 2.0]), {"drive_gain": np.array([1.0, 0.5, 0.75])})
    curve = panel.chart.panes[0].curves[0]
    assert curve.x.tolist() == [0.0, 1.0, 1.0, 2.0, 2.0]
    assert curve.y.tolist() == [1.0, 1.0, 0.5, 0.5, 0.75]


def test_the_sentence_of_a_mark_is_said_under_the_pointer(shown):
    panel = shown(OraclePanel(), 420, 330)
    panel.set_data(T, VALUES, MARKS)
    pixel = panel.chart.plots[0].getPlotItem().getViewBox().viewPixelSize()[0]
    panel.chart.hovered.emit(1.0 + 4 * pixel)
    assert panel.said == "A roll-back."
    panel.chart.hovered.emit(1.0 + 12 * pixel)
    assert panel.said == ""


def test_its_buttons_emit_what_they_say(shown):
    panel = shown(OraclePanel(), 420, 330)
    held, reset = Heard(panel.pause_toggled), Heard(panel.reset_requested)
    QTest.mouseClick(panel.hold, LEFT)
    assert panel.held
    QTest.mouseClick(panel.hold, LEFT)
    QTest.mouseClick(panel.reset, LEFT)
    assert held.calls == [(True,), (False,)]
    assert len(reset.calls) == 1


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("alarm", "level"), [(HARD, "warning"), (STOP, "trouble")])
def test_the_banner_has_the_colour_of_its_level_and_red_is_for_a_stop(shown, qapp, name, alarm, level):
    theme.apply(qapp, theme.THEMES[name])
    banner = shown(ScramBanner(), 560, 90)
    banner.set_alarm(alarm)
    banner.set_live("drive 50 %")
    qapp.processEvents()
    colors = theme.current()
    wanted = QColor(theme.mix(colors.panel, getattr(colors, level), TINT))
    picture = as_array(banner.grab().toImage())
    assert picture[3, 300, :3].tolist() == [wanted.red(), wanted.green(), wanted.blue()]
    assert banner.go_back.isVisible() == (alarm is STOP)
    assert theme.contrast(colors.text, wanted.name()) >= 4.5


def test_the_banner_hides_without_an_alarm_and_its_buttons_speak(shown):
    banner = shown(ScramBanner(), 560, 90)
    banner.set_alarm(None)
    banner.set_alarm(STOP)
    assert banner.isVisible()
    seen, back = Heard(banner.acknowledged), Heard(banner.go_back_requested)
    QTest.mouseClick(banner.acknowledge, LEFT)
    QTest.mouseClick(banner.go_back, LEFT)
    assert (len(seen.calls), len(back.calls)) == (1, 1)
    banner.set_alarm(None)
    assert not banner.isVisible()


def test_a_long_sentence_is_wrapped_and_whole_in_a_narrow_window(shown, qapp):
    banner = shown(ScramBanner(), 420, 90)
    long = "At step 1,234,567: |Ψ| is 3.556 at site (r 1, s 2, t 3, u 4, v 5, w 6, x 7, y 8, z 9), " * 2
    banner.set_alarm(Alarm("warning", "SCRAM: attempt 1 of 3", long, "Back to the newest checkpoint."))
    banner.resize(420, banner.heightForWidth(420))
    qapp.processEvents()
    label = banner.happened
    assert label.height() >= label.heightForWidth(label.width())
    for button in (banner.acknowledge,):
        assert banner.rect().contains(button.geometry())
