"""Monitors: values, curves, choice of what is shown, steadiness, warm start, cost of a sample."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from tauscope.engine.base import ScalarSpec
from tauscope.widgets import theme
from tauscope.widgets.docks.monitors import MonitorsPanel
from tauscope.widgets.docks.steadiness import NEARLY, STEADY, color_at, sentence

SPECS = {
    "f_min": ScalarSpec("f_min", "min f(x)", "1", "Smallest update fraction."),
    "q": ScalarSpec("q", "Q realized", "bit/tick"),
    "e": ScalarSpec("e", "total traffic", "bit"),
}


@pytest.fixture
def panel(shown):
    panel = MonitorsPanel()
    panel.set_scalars(SPECS)
    return shown(panel, 240, 400)


def feed(panel, ticks, efolds=None):
    for tick in ticks:
        panel.append(tick, {"f_min": 1.0 - tick / 1000.0, "q": 0.25, "e": float("nan")}, efolds)


def test_values_stand_beside_their_labels_with_unit(panel, qtbot):
    feed(panel, range(0, 500, 10))
    qtbot.waitUntil(lambda: panel.rows["f_min"].value.text() == "0.5100")
    assert panel.rows["q"].value.text().endswith("bit/tick")
    assert panel.rows["e"].value.text() == "–"
    assert "Smallest update fraction." in panel.rows["f_min"].value.toolTip()
    assert panel.span.text() == "to tick 490"


def test_the_curve_is_drawn_in_its_colour(panel, qtbot):
    feed(panel, range(0, 500, 10))
    panel.refresh()
    row = panel.rows["f_min"]
    qtbot.wait(50)
    image = row.curve.grab().toImage()
    wanted = QColor(theme.current().accent)
    found = [
        x
        for x in range(image.width())
        if any(
            abs(image.pixelColor(x, y).red() - wanted.red())
            + abs(image.pixelColor(x, y).blue() - wanted.blue())
            < 60
            for y in range(image.height())
        )
    ]
    assert len(found) > 0.8 * image.width()


def test_hovering_one_curve_reads_all_of_them_at_that_tick(panel, qtbot):
    feed(panel, range(0, 1000, 10))
    panel.refresh()
    curve = panel.rows["q"].curve
    qtbot.mouseMove(curve, QPoint(1, 10))
    qtbot.mouseMove(curve, QPoint(0, 12))
    qtbot.waitUntil(lambda: panel.span.text() == "at tick 0")
    assert panel.rows["f_min"].value.text() == "1.000"
    curve.hovered.emit(None)
    assert panel.span.text() == "to tick 990"


def test_a_step_back_shortens_the_curve(panel):
    feed(panel, range(0, 1000, 10))
    feed(panel, [300])
    ticks, _values = panel.history.curve("f_min")
    assert ticks[-1] == 300
    assert len(ticks) == 31


def test_the_menu_chooses_what_is_shown(panel, qtbot):
    feed(panel, [0, 10])
    told: list[object] = []
    panel.shown_changed.connect(told.append)
    qtbot.mouseClick(panel.choose, Qt.MouseButton.LeftButton)
    menu = panel.choose.open_menu()
    menu.actions()[1].trigger()
    menu.close()
    assert told == [("f_min", "e")]
    assert not panel.rows["q"].isVisible()
    assert panel.rows["e"].isVisible()


def test_new_scalars_keep_the_choice_of_the_old(panel):
    panel.set_shown(["q"])
    panel.set_scalars({**SPECS, "new": ScalarSpec("new", "new one")})
    assert panel.shown == ("q",)
    assert set(panel.rows) == {"f_min", "q", "e", "new"}


def test_steadiness_text_and_colour_follow_the_efolds(panel, qtbot):
    assert panel.steadiness.text.text() == "steadiness unknown"
    feed(panel, [0, 10], efolds=0.4)
    qtbot.waitUntil(lambda: panel.steadiness.text.text() == "not yet steady: 0.4 e-folds")
    feed(panel, [20], efolds=4.1)
    qtbot.waitUntil(lambda: panel.steadiness.text.text() == "nearly steady: 4.1 e-folds (2 % left)")
    feed(panel, [30], efolds=6.96)
    qtbot.waitUntil(lambda: panel.steadiness.text.text() == "nearly steady: 6.9 e-folds (0.09 % left)")
    feed(panel, [40], efolds=7.0)
    qtbot.waitUntil(lambda: panel.steadiness.text.text() == "steady: 7.0 e-folds")
    between = color_at(NEARLY).name()
    assert color_at(NEARLY - 0.01).name() == theme.current().warning
    assert color_at(STEADY - 0.01).name() == between
    assert between not in (theme.current().warning, theme.current().good)
    assert color_at(STEADY).name() == theme.current().good


def test_steady_is_the_length_of_a_warm_up():
    """What is left of a change after so many e-folds, as the engine's scalar says."""
    assert sentence(NEARLY) == "nearly steady: 3.0 e-folds (5 % left)"
    assert sentence(NEARLY - 0.01) == "not yet steady: 2.9 e-folds"
    assert sentence(STEADY) == "steady: 7.0 e-folds"
    assert sentence(1e4) == "steady: more than 99 e-folds"


def test_the_bar_fills_with_the_efolds(panel, qtbot):
    def filled(efolds):
        panel.steadiness.set_efolds(efolds)
        qtbot.wait(20)
        image = panel.steadiness.bar.grab().toImage()
        middle = image.height() // 2
        line = QColor(theme.current().line)
        return sum(image.pixelColor(x, middle) != line for x in range(image.width())) / image.width()

    assert filled(0.7) == pytest.approx(0.1, abs=0.06)
    assert filled(7.0) > 0.97


def test_warm_start_is_one_click_away(panel, qtbot):
    with qtbot.waitSignal(panel.warm_start_requested):
        qtbot.mouseClick(panel.steadiness.warm_start, Qt.MouseButton.LeftButton)
    assert "exact steady state" in panel.steadiness.warm_start.toolTip()


def test_clear_forgets(panel):
    feed(panel, [0, 10], efolds=2.0)
    panel.clear()
    assert panel.rows["f_min"].value.text() == "–"
    assert panel.hint.isVisible()
    assert panel.steadiness.text.text() == "steadiness unknown"


def test_a_sample_of_six_scalars_costs_less_than_300_microseconds(shown):
    panel = MonitorsPanel()
    panel.set_scalars({f"s{i}": ScalarSpec(f"s{i}", f"s {i}") for i in range(6)})
    shown(panel, 240, 500)
    samples = [{f"s{i}": tick * 0.1 + i for i in range(6)} for tick in range(2000)]
    costs = []
    for tick, sample in enumerate(samples):
        start = time.thread_time()  # on the processor, which others may hold meanwhile
        panel.append(tick, sample, 1.0)
        costs.append(time.thread_time() - start)
    costs.sort()
    assert costs[len(costs) // 2] < 3e-4
    panel.clear()


def test_a_recording_shows_its_own_series_and_the_run_comes_back(panel):
    feed(panel, [0, 10, 20], efolds=9.0)
    ticks = np.arange(0, 20000, 10)
    panel.show_recording(
        ticks, {"f_min": np.linspace(0.0, 1.0, 2000), "efolds": np.linspace(0.0, 8.0, 2000), "else": ticks}
    )
    panel.show_frame(1001)
    assert panel.rows["f_min"].value.text() == f"{1001 / 1999:.4f}", "exact, not the nearest that is drawn"
    assert panel.rows["q"].value.text() == "–", "it holds none"
    assert panel.span.text() == "recorded, tick 10,010"
    assert panel.steadiness.text.text() == "nearly steady: 4.0 e-folds (2 % left)"
    panel.show_run()
    assert panel.rows["f_min"].value.text() == "0.9800"
    assert panel.span.text() == "to tick 20"
    assert panel.steadiness.text.text() == "steady: 9.0 e-folds"


def test_a_recording_of_another_engine_brings_its_rows_and_the_run_s_come_back(panel):
    feed(panel, [0, 10, 20], efolds=9.0)
    before, shown_before, value = tuple(panel.rows), panel.shown, panel.rows["f_min"].value.text()
    specs = {"H": ScalarSpec("H", "H", "1/s²"), "residual": ScalarSpec("residual", "residual")}
    ticks = np.arange(0, 100, 10)
    panel.show_recording(ticks, {"H": np.full(10, 2.5), "residual": np.zeros(10)}, specs)
    assert tuple(panel.rows) == panel.shown == ("H", "residual")
    assert panel.rows["H"].value.text().startswith("2.5") and "1/s²" in panel.rows["H"].value.text()
    panel.append(30, {"f_min": 0.97}, 9.0)  # the run goes on behind it
    panel.show_run()
    assert (tuple(panel.rows), panel.shown) == (before, shown_before)
    assert panel.rows["f_min"].value.text() == "0.9700" != value


def test_warm_start_is_disabled_with_the_reason(panel):
    button = panel.steadiness.warm_start
    panel.set_locked("run.h5 is shown.")
    assert not button.isEnabled()
    assert "run.h5" in button.toolTip()
    panel.set_locked("")
    assert button.isEnabled()


def test_while_another_run_is_prepared_nothing_of_the_last_is_shown(panel, qtbot):
    feed(panel, range(0, 500, 10), efolds=3.0)
    panel.refresh()
    panel.await_run()
    assert not any(row.isVisible() for row in panel.rows.values())
    assert panel.hint.isVisible() and "prepared" in panel.hint.text()
    assert panel.span.text() == ""
    feed(panel, [500])  # the run goes on after all
    assert panel.rows["f_min"].isVisible()
    panel.await_run()
    panel.set_scalars(SPECS)
    assert panel.rows["f_min"].isVisible()
    assert panel.shown == tuple(SPECS), "what was chosen is kept"


def test_while_a_steady_state_is_worked_out_the_button_waits_and_says_so(panel):
    meter = panel.steadiness
    meter.set_efolds(1.0)
    meter.set_working("working out the steady state: 12 s")
    assert meter.text.text() == "working out the steady state: 12 s"
    assert not meter.warm_start.isEnabled()
    meter.set_efolds(2.0)
    assert meter.text.text() == "working out the steady state: 12 s"
    meter.set_working("")
    assert meter.warm_start.isEnabled()
    assert meter.text.text() == sentence(2.0)
    meter.set_locked("A recording is shown.")
    meter.set_working("")
    assert not meter.warm_start.isEnabled()


def test_rows_that_come_are_not_read_where_the_pointer_was_on_those_that_went(panel, qtbot):
    feed(panel, range(0, 500, 10))
    panel.refresh()
    curve = panel.rows["f_min"].curve
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(40, 10), curve.mapToGlobal(QPointF(40, 10)),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(curve, move)
    assert panel.span.text().startswith("at tick")
    panel.set_scalars({"x": ScalarSpec("x", "x", "1")})
    for tick in range(0, 500, 10):
        panel.append(tick, {"x": float(tick)}, None)
    panel.refresh()
    assert panel.span.text() == "to tick 490"
    assert panel.rows["x"].value.text() == "490.0"
