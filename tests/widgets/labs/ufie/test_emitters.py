"""Dock of the emitters by itself: what it shows, and what it emits for mouse and keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tauscope.engine.config import leaves
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.widgets.labs.ufie.emitters import EmittersPanel
from tauscope.widgets.labs.ufie.emitters_list import box_of, figures
from tauscope.widgets.labs.ufie.emitters_state import EmitterMark

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
PLACE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 4.5, 0.0)


def mark(name: str, **entries: object) -> EmitterMark:
    known = {"frequency": 20.0, "detune": 0.0, "amplitude": 1000.0, "sigma": 1.5, "on": True, **entries}
    return EmitterMark(name, 20.0, 20.0, 0.4, 23.0, PLACE, known)


@pytest.fixture
def panel(qtbot):
    found = EmittersPanel({leaf.path: leaf for leaf in leaves(EmitterConfig)})
    qtbot.addWidget(found)
    found.resize(210, 640)
    found.set_shape((3, 1, 1, 1, 1, 1, 12, 10, 3))
    found.set_marks((mark("a"), mark("b", on=False), mark("e3", frequency=None)))
    found.show()
    qtbot.waitExposed(found)
    return found


def test_figures_have_units() -> None:
    assert figures(mark("a")).replace("\N{NARROW NO-BREAK SPACE}", "") == "A 1,000/s² · σ 1.5 · θ 0.40 rad"
    assert figures(mark("a", amplitude=25000.0)).startswith("A 25 k/s²")


def test_a_row_selects_and_its_box_mutes(panel, qtbot) -> None:
    chosen: list[frozenset[str]] = []
    muted: list[Any] = []
    panel.selection_changed.connect(chosen.append)
    panel.muted.connect(lambda names, off: muted.append((names, off)))
    row = panel.list.visualRect(panel.list.rows.index(1))
    QTest.mouseClick(panel.list.viewport(), LEFT, PLAIN, box_of(row).center())
    assert muted == [({"b"}, False)]
    assert not chosen
    QTest.mouseClick(panel.list.viewport(), LEFT, PLAIN, row.center())
    assert chosen == [{"b"}]
    assert panel.inspector.isVisible()
    assert panel.inspector.name.text() == "b"


def test_the_box_of_all_mutes_where_all_sound(panel) -> None:
    muted: list[Any] = []
    panel.muted.connect(lambda names, off: muted.append((names, off)))
    assert panel.all.checkState() == Qt.CheckState.PartiallyChecked
    panel.all.click()
    panel.set_marks((mark("a"), mark("b")))
    assert panel.all.checkState() == Qt.CheckState.Checked
    panel.all.click()
    assert muted == [({"a", "b", "e3"}, False), ({"a", "b"}, True)]


def test_a_selection_of_several_shares_what_is_alike(panel) -> None:
    told = []
    panel.edited.connect(lambda changes, phase: told.append((changes, phase)))
    panel.set_selection(frozenset({"a", "e3"}))
    rows = panel.inspector.rows
    assert rows["frequency"].editor.edit.placeholderText() == "different"
    assert rows["sigma"].editor.value == 1.5
    assert not panel.inspector.name.isEnabled()
    QTest.keyClick(rows["sigma"].track, Qt.Key.Key_Right)
    assert told[0][0].keys() == {"a", "e3"}
    assert told[0][1] == "press"
    rows["sigma"].track.stepping.finish()
    assert told[-1][1] == "release"


def test_detuning_is_shown_in_percent_and_hertz_and_told_as_a_share(panel, qtbot) -> None:
    told = []
    panel.edited.connect(lambda changes, phase: told.append((changes, phase)))
    detuned = EmitterMark("a", 21.4, 20.0, 0.4, 23.0, PLACE, {**mark("a").entries, "detune": 0.07})
    panel.set_marks((detuned,))
    panel.set_selection(frozenset({"a"}))
    row = panel.inspector.rows["detune"]
    assert row.editor.value == pytest.approx(7.0)
    assert row.track.scale.low == -50.0
    assert row.track.scale.high == 50.0
    assert panel.inspector.detuned.text().startswith("+1.4 Hz: sounds at 21.4")
    panel.activateWindow()
    row.editor.edit.setFocus()
    qtbot.waitUntil(row.editor.edit.hasFocus)
    row.editor.edit.selectAll()
    QTest.keyClicks(row.editor.edit, "-12.5")
    QTest.keyClick(row.editor.edit, Qt.Key.Key_Return)
    assert row.error() == ""
    assert told == [({"a": {"detune": -0.125}}, "commit")]


def test_a_uniform_emitter_has_no_place(panel) -> None:
    panel.set_marks((EmitterMark("u", 0.0, 0.0, 0.0, 0.0, (), {"profile": "uniform"}),))
    panel.set_selection(frozenset({"u"}))
    assert not panel.inspector.places["x"].isVisible()
    assert "uniform" in figures(panel.marks[0])


def test_without_emitters_it_says_what_to_do(panel) -> None:
    panel.set_marks(())
    assert panel.empty.isVisible()
    assert not panel.list.isVisible()
    assert not panel.delete.isEnabled()


def test_nothing_is_cut_in_the_narrow_column(panel) -> None:
    panel.set_selection(frozenset({"a"}))
    panel.resize(205, 640)
    QTest.qWait(0)
    assert panel.body.minimumSizeHint().width() <= panel.scroller.viewport().width()
