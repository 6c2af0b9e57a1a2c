"""What can be seen, to Qt and to the eye."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QWidget

from tauscope.widgets.sight import in_sight


def test_a_widget_that_an_opaque_child_covers_is_seen_unless_a_tab_hides_it(
    shown: Callable[[QWidget, int, int], QWidget],
) -> None:
    tabs, holder, child = QTabWidget(), QWidget(), QWidget()
    child.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(child)
    tabs.addTab(holder, "one")
    tabs.addTab(QWidget(), "two")
    shown(tabs, 300, 200)
    assert holder.visibleRegion().isEmpty(), "as Qt has it"
    assert in_sight(holder) and in_sight(child)
    tabs.setCurrentIndex(1)
    assert not in_sight(holder) and not in_sight(child)


def test_what_lies_outside_of_its_holder_is_not_seen(
    shown: Callable[[QWidget, int, int], QWidget],
) -> None:
    holder = QWidget()
    outside = QWidget(holder)
    inside = QWidget(outside)
    inside.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
    for widget in (outside, inside):
        widget.resize(50, 50)
    outside.move(0, 400)
    shown(holder, 300, 200)
    assert outside.isVisible() and not in_sight(outside) and not in_sight(inside)
    outside.move(0, 0)
    assert in_sight(outside) and outside.visibleRegion().isEmpty()
