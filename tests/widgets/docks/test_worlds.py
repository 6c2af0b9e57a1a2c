"""Worlds panel in a narrow dock: whatever the names and numbers are, every button stays in reach."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tauscope.widgets.docks.worlds import WorldRow, WorldsPanel

LEFT = Qt.MouseButton.LeftButton
LONG = "A world with a name of forty letters here"[:40]
ROWS = (
    WorldRow("A", "#4fb3ff", True, 2),
    WorldRow(LONG, "#f2b84b", True, 1234, 56),
    WorldRow("Hidden", "#58c98b", False, 0, 3),
)


def place(widget: QWidget, inside: QWidget) -> QRect:
    return QRect(widget.mapTo(inside, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", [(210, 420), (210, 180), (200, 300)])  # with and without a scroll bar
def test_every_button_of_a_narrow_panel_is_in_reach(
    qapp: QApplication, qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel = WorldsPanel()
    qtbot.addWidget(panel)
    asked: list[tuple[str, str]] = []
    panel.observer_wished.connect(lambda name: asked.append(("see", name)))
    panel.removal_wished.connect(lambda name: asked.append(("delete", name)))
    panel.set_worlds(ROWS, "A")
    panel.resize(*size)
    panel.show()
    assert QTest.qWaitForWindowExposed(panel)
    qapp.processEvents()
    assert (panel.width(), panel.height()) == size
    scroll = panel.findChild(QScrollArea)
    assert scroll is not None
    body = scroll.widget()
    assert body is not None and body.width() == scroll.viewport().width()
    assert panel.add.geometry().right() < panel.width()
    for name, row in panel.rows.items():
        scroll.ensureWidgetVisible(row)
        qapp.processEvents()
        parts = (row.swatch, row.name, row.count, row.active, row.eye, row.observe, row.remove)
        places = [place(part, scroll.viewport()) for part in parts]
        for at in places:
            assert (
                scroll.viewport().rect().left() <= at.left() < at.right() <= scroll.viewport().rect().right()
            )
        assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[i + 1 :])
        assert row.name.width() >= 100, "the name can be read"
        asked.clear()
        QTest.mouseClick(row.observe, LEFT)
        QTest.mouseClick(row.remove, LEFT)
        assert asked == [("see", name), ("delete", name)]
    assert panel.rows[LONG].name.cursorPosition() == 0, "a long name shows how it begins"
    assert LONG in panel.rows[LONG].name.toolTip()
    assert "1,234 sources, 56 patterns" in panel.rows[LONG].count.toolTip()
