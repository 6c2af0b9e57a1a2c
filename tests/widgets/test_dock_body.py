"""What a dock holds: a panel has the height of its dock, and scrolls sideways where that is too narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.widgets.dock_body import DockBody, body_of
from tauscope.widgets.texts import Label


class Tall(QWidget):
    """Something that would like much height and can do with little."""

    def sizeHint(self) -> QSize:
        return QSize(260, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 40)


def test_a_panel_with_wrapped_texts_keeps_its_foot_in_a_low_dock(shown, qtbot):
    panel, foot = QWidget(), Label("the foot")
    column = QVBoxLayout(panel)
    column.addWidget(Label("words that are wrapped " * 4, wrap=True))
    column.addWidget(Tall(), 1)
    column.addWidget(foot)
    body = body_of(panel)
    assert isinstance(body, DockBody)
    shown(body, 320, 200)
    assert panel.height() == body.viewport().height()
    assert foot.mapTo(body, foot.rect().bottomLeft()).y() <= body.height()
    body.resize(320, 500)
    assert panel.height() == body.viewport().height()
    body.resize(230, 300)
    qtbot.waitUntil(lambda: body.horizontalScrollBar().isVisible())
    assert panel.width() > body.viewport().width() and body.horizontalScrollBar().maximum() > 0
    assert panel.height() == body.viewport().height()


def test_a_panel_that_comes_to_need_more_has_it(shown, qtbot):
    panel, wide = QWidget(), Tall()
    column = QVBoxLayout(panel)
    column.addWidget(wide)
    body = body_of(panel)
    shown(body, 320, 200)
    wide.setMinimumSize(500, 60)
    qtbot.waitUntil(lambda: panel.width() >= 500)
