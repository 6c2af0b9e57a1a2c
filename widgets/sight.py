"""Whether a widget can be seen."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def in_sight(widget: QWidget) -> bool:
    """Whether any of a widget can be seen; what stands behind another tab is visible to Qt, but outside."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
