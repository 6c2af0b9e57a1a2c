"""Engines panel: numbers of each engine, the focus, and couplings in words."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from tauscope.widgets.docks.engines import CouplingRow, EngineRow, EnginesPanel, FocusSwitch

LEFT = Qt.MouseButton.LeftButton
ROWS = [
    EngineRow("kuramoto", "Phase oscillators", "CPU", 12340, 617.0, 1, 0.38),
    EngineRow("gravity", "Message-passing lattice", "CPU", 246800, 246800.0, 20, 0.62),
]
CLOCKS = CouplingRow("Gravity → Kuramoto", "Clusters tick at the rate f(x).")


@pytest.fixture
def panel(shown):
    panel = EnginesPanel()
    panel.set_engines(ROWS, "kuramoto")
    panel.set_couplings([CLOCKS])
    panel.asked = []
    panel.focus_wished.connect(panel.asked.append)
    return shown(panel, 280, 320)


def test_numbers_of_each_engine_are_shown(panel):
    assert panel.rows["gravity"].numbers.text() == (
        "tick 246,800 · t = 246,800 · 20 ticks a macro tick · 62 % of the computing"
    )
    assert panel.rows["kuramoto"].numbers.text().endswith("1 tick a macro tick · 38 % of the computing")
    assert panel.rows["kuramoto"].device.text() == "CPU"
    assert panel.couplings == (CLOCKS,)
    assert not panel.alone.isVisible()
    assert not panel.hint.isVisible()


def test_what_is_not_known_is_left_out():
    assert EngineRow("a", "A", tick=3).sentence() == "tick 3 · 1 tick a macro tick"
    assert math.isnan(EngineRow("a", "A").share)


def test_a_click_or_enter_wishes_the_focus(panel, qtbot):
    qtbot.mouseClick(panel.rows["gravity"].button, LEFT)
    panel.rows["kuramoto"].button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.rows["kuramoto"].button, Qt.Key.Key_Return)
    assert panel.asked == ["gravity", "kuramoto"]


def test_the_focus_is_lit_and_said(panel):
    kept = dict(panel.rows)
    assert (panel.rows["kuramoto"].button.kind, panel.rows["gravity"].button.kind) == ("primary", "plain")
    panel.set_engines(ROWS, "gravity")
    assert panel.rows == kept, "rows of the same engines stay"
    assert panel.rows["gravity"].button.kind == "primary"
    assert panel.rows["gravity"].button.accessibleName() == "Message-passing lattice, in focus"
    assert panel.rows["kuramoto"].button.accessibleName() == "Phase oscillators"


def test_other_engines_have_other_rows(panel):
    panel.set_engines(ROWS[:1], "kuramoto")
    panel.set_couplings(())
    assert list(panel.rows) == ["kuramoto"]
    assert not panel.heading.isVisible()
    panel.set_engines((), "")
    assert panel.hint.isVisible()


def test_engines_side_by_side_are_said_to_be_uncoupled(panel):
    panel.set_couplings(())
    assert panel.heading.isVisible()
    assert panel.alone.text() == "None: the engines run side by side." and panel.alone.isVisible()
    assert panel.switches == []


def test_a_coupling_is_switched_by_wish_only(panel, qtbot):
    wished = []
    panel.coupling_wished.connect(lambda number, on: wished.append((number, on)))
    panel.switches[0].click()
    assert wished == [(0, False)]
    panel.refuse_coupling()
    assert panel.switches[0].isChecked() and wished == [(0, False)], "no wish of its own"
    panel.set_couplings([CouplingRow(CLOCKS.title, CLOCKS.sentence, on=False)])
    assert not panel.switches[0].isChecked()


def test_the_switch_is_there_for_several_engines_only(shown, qtbot):
    switch = FocusSwitch()
    asked = []
    switch.focus_wished.connect(asked.append)
    switch.set_engines([("kuramoto", "Phase oscillators"), ("gravity", "Lattice")], "kuramoto")
    shown(switch, 280, 40)
    assert switch.isVisible()
    qtbot.mouseClick(switch.buttons["gravity"], LEFT)
    assert asked == ["gravity"]
    assert switch.buttons["kuramoto"].kind == "primary"
    switch.set_engines([("kuramoto", "Phase oscillators")], "kuramoto")
    assert not switch.isVisible()
