"""Whether a widget can be seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

_CHILDREN = Qt.FindChildOption.FindDirectChildrenOnly


def in_sight(widget: QWidget) -> bool:
    """Whether any of a widget can be seen; what stands behind another tab is visible to Qt, but outside.

    To Qt a widget that its own opaque children cover has nothing visible: then one of these is looked for.
    """
    if not widget.isVisible():
        return False
    if not widget.visibleRegion().isEmpty():
        return True
    if not _inside(widget):
        return False
    return any(in_sight(child) for child in widget.findChildren(QWidget, options=_CHILDREN))


def _inside(widget: QWidget) -> bool:
    """Whether a part of a widget lies inside all that hold it."""
    rect, holder = widget.rect(), widget.parentWidget()
    while holder is not None and not widget.isWindow() and not rect.isEmpty():
        rect = rect.translated(widget.pos()) & holder.rect()
        widget, holder = holder, holder.parentWidget()
    return not rect.isEmpty()
