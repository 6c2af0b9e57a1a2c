"""Log: order, filters, folded details, bound, following, clipboard."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from tauscope.engine.errors import BadInput
from tauscope.widgets.dock_body import NARROWEST, body_of
from tauscope.widgets.docks.log import LogPanel
from tauscope.widgets.docks.log_model import CAPACITY, TEXT, TIME, Entry, LogFilter, LogModel

NOON = time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1))


@pytest.fixture
def panel(shown):
    return shown(LogPanel(), 520, 220)


def texts(panel):
    return [panel.shown.index(row, TEXT).data() for row in range(panel.shown.rowCount())]


def some(panel):
    panel.append("event", "tick 5: set(path='capacity')", stamp=NOON)
    panel.append("debug", "kernel compiled", stamp=NOON)
    panel.append("info", "Saved", stamp=NOON)
    panel.append("warning", "Source outside", stamp=NOON)
    panel.append("error", "It broke", "Traceback\n  line 3\nZeroDivisionError", stamp=NOON)


def test_entries_stand_in_order_with_time(panel):
    some(panel)
    assert texts(panel) == ["tick 5: set(path='capacity')", "Saved", "Source outside", "It broke"]
    assert panel.shown.index(0, TIME).data() == "12:00:00"


@pytest.mark.parametrize(
    ("choice", "count"), [("All", 4), ("All and debug", 5), ("Messages", 3), ("Warnings", 2), ("Errors", 1)]
)
def test_levels(panel, choice, count):
    some(panel)
    panel.level.setCurrentText(choice)
    assert panel.shown.rowCount() == count


def test_words_are_found_in_text_and_details(panel, qtbot):
    some(panel)
    qtbot.keyClicks(panel.search, "zerodiv")
    assert texts(panel) == ["It broke"]
    panel.search.setText("nothing like it")
    assert panel.empty.isVisible()
    assert "filter" in panel.empty.text()


def test_details_are_folded_and_enter_unfolds_them(panel, qtbot):
    some(panel)
    index = panel.shown.index(3, 0)
    assert panel.shown.rowCount(index) == 3
    assert not panel.view.isExpanded(index)
    panel.view.setFocus()
    panel.view.setCurrentIndex(panel.shown.index(3, TEXT))
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert panel.view.isExpanded(index)
    assert panel.shown.index(1, TEXT, index).data() == "  line 3"


def test_the_log_is_bounded_and_keeps_the_newest():
    model = LogModel()
    for number in range(CAPACITY + 600):
        model.append(Entry("", "info", str(number), ("detail",)))
    assert len(model) <= CAPACITY
    assert model.entry(len(model) - 1).text == str(CAPACITY + 599)
    assert int(model.entry(0).text) == CAPACITY + 600 - len(model)
    assert model.index(0, TEXT, model.index(7, 0)).parent().row() == 7


def test_the_model_keeps_qt_s_rules_while_it_grows_and_drops():
    model = LogModel()
    shown = LogFilter(model)
    shown.set_least("info")
    shown.set_words("1")
    tester = QAbstractItemModelTester(shown, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number in range(40):
        model.append(Entry("", "error" if number % 3 else "event", str(number), ("a", "b")))
    shown.set_words("")
    model.clear()
    assert shown.rowCount() == 0
    assert tester.model() is shown


def test_a_child_of_a_dropped_entry_is_forgotten_and_others_keep_theirs():
    model = LogModel()
    for number in range(CAPACITY):
        model.append(Entry("", "info", str(number), (f"detail {number}",)))
    parent = model.index(CAPACITY - 1, 0)
    child = model.index(0, TEXT, parent)
    model.append(Entry("", "info", "one more"))
    moved = model.index(len(model) - 2, 0)
    assert model.index(0, TEXT, moved).data() == f"detail {CAPACITY - 1}"
    assert child.internalId() == model.index(0, TEXT, moved).internalId()
    assert model.parent(QModelIndex()) == QModelIndex()


def test_it_follows_the_newest_until_scrolled_up(panel, qtbot):
    for number in range(100):
        panel.append("info", f"line {number}")
    bar = panel.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(3)
    assert not panel.following
    panel.append("info", "not followed")
    qtbot.wait(80)
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    panel.append("info", "followed")
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    assert panel.following


def test_copy_takes_the_selected_or_all(panel, qtbot):
    some(panel)
    qtbot.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines()[0] == "12:00:00  event    tick 5: set(path='capacity')"
    assert copied.splitlines()[-1] == "    ZeroDivisionError"
    panel.view.setCurrentIndex(panel.shown.index(1, TEXT))
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "12:00:00  info     Saved"


def test_clear_forgets(panel, qtbot):
    some(panel)
    qtbot.mouseClick(panel.wipe, Qt.MouseButton.LeftButton)
    assert texts(panel) == []
    assert panel.empty.isVisible()
    assert not panel.copy.isEnabled()


def test_unknown_levels_are_refused(panel):
    with pytest.raises(BadInput, match=r"warning"):
        panel.append("warnings", "x")


def test_time_gives_way_in_a_narrow_dock(panel, qtbot):
    some(panel)
    assert not panel.view.isColumnHidden(TIME)
    panel.resize(230, 300)
    assert panel.view.isColumnHidden(TIME)
    assert "12:00:00" in panel.shown.index(0, TEXT).data(Qt.ItemDataRole.ToolTipRole)


def test_ten_thousand_lines_stay_quick(panel):
    start = time.thread_time()  # on the processor, which others may hold meanwhile
    for number in range(3000):
        panel.append("event", f"line {number}")
    assert (time.thread_time() - start) / 3000 < 1e-3


@pytest.mark.parametrize("width", [NARROWEST, 280, 520])
def test_every_button_of_the_log_is_in_sight(shown, width):
    panel = shown(LogPanel(), width, 200)
    row = [one.geometry() for one in (panel.search, panel.level, panel.save, panel.copy, panel.wipe)]
    assert row[0].right() < row[1].left() or row[0].bottom() < row[1].top()
    assert all(a.right() < b.left() for a, b in pairwise(row[1:]))
    assert max(one.right() for one in row) < width
    assert row[0].width() > 100, "the filter can be read"


def test_the_log_fits_the_narrowest_dock_without_scrolling():
    panel = LogPanel()
    assert body_of(panel) is panel
