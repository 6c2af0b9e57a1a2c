"""Text that can be selected: what is copied has no break that only the narrow column asked for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tauscope.widgets.texts import Copied

TEXT = "It was closed.\nThe file is /a/very/long/path/with/many/parts/recording-20260101.h5"


def test_what_is_copied_is_the_text(shown):
    label = shown(Copied(), 160, 200)
    label.set_text(TEXT)
    label.setSelection(0, len(label.text()))
    label.copy()
    assert QGuiApplication.clipboard().text() == TEXT


def test_what_the_mouse_selects_is_inserted_elsewhere_as_it_is(shown):
    label = shown(Copied(), 160, 200)
    label.set_text(TEXT)
    clipboard = QGuiApplication.clipboard()
    QTest.mousePress(label, Qt.MouseButton.LeftButton, pos=QPoint(1, 92))
    QTest.mouseMove(label, QPoint(158, 198))
    label.setSelection(0, len(label.text()))
    QTest.mouseRelease(label, Qt.MouseButton.LeftButton, pos=QPoint(158, 198))
    if clipboard.supportsSelection():
        assert "\u200b" not in clipboard.text(clipboard.Mode.Selection)
        assert "/path/with/many/" in clipboard.text(clipboard.Mode.Selection)
