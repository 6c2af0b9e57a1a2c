"""Enter answers a small dialog from any of its fields."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.buttons import Button
from tauscope.widgets.save_dialogs import SnapshotChoice, SnapshotDialog
from tests.support.gui import wait_for


def dialog(chosen: list[SnapshotChoice]) -> SnapshotDialog:
    made = SnapshotDialog("/tmp/a.png", [("hero", "Main view")], "hero", "dark", chosen.append)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    return made


def test_enter_in_the_file_field_saves(qapp: QApplication) -> None:
    chosen: list[SnapshotChoice] = []
    one = dialog(chosen)
    one.place.edit.setText("/proc/x/y.png")
    QTest.keyClick(one.place.edit, Qt.Key.Key_Return)
    assert [choice.path for choice in chosen] == ["/proc/x/y.png"]
    assert not one.isVisible()
    one.deleteLater()


def test_enter_presses_the_button_with_the_focus_and_nothing_that_is_off(qapp: QApplication) -> None:
    chosen: list[SnapshotChoice] = []
    one = dialog(chosen)
    one.place.edit.setText("")
    QTest.keyClick(one.place.edit, Qt.Key.Key_Enter)
    assert one.isVisible() and not chosen
    one.place.edit.setText("/tmp/b.png")
    cancel = next(button for button in one.findChildren(Button) if button.text() == "Cancel")
    one.activateWindow()
    cancel.setFocus()
    wait_for(qapp, cancel.hasFocus, "the window is active")  # which the X server says when it comes to it
    QTest.keyClick(cancel, Qt.Key.Key_Return)
    assert not one.isVisible() and not chosen
    one.deleteLater()
