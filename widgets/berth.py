"""Berth: where a view stands in a dock while the centre of the window shows something else."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget


class Berth(QWidget):
    """Holds one view; its header stands in the dock's title row meanwhile: one row instead of two.

    Attributes
    ----------
    row : QWidget
        What the dock's title row shows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.row = QWidget()
        beside = QHBoxLayout(self.row)
        column = QVBoxLayout(self)
        for layout in (beside, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self._column, self._beside = column, beside
        self._header: QWidget | None = None
        self._home: QBoxLayout | None = None
        self._at = 0

    @property
    def empty(self) -> bool:
        """Whether no view stands here."""
        return self._column.count() == 0

    def take(self, view: QWidget) -> None:
        """Let a view stand here, and its header in the row."""
        header = getattr(view, "header", None) or getattr(getattr(view, "canvas", None), "header", None)
        owner = header.parentWidget() if isinstance(header, QWidget) else None
        home = owner.layout() if owner is not None else None
        if isinstance(header, QWidget) and isinstance(home, QBoxLayout):
            self._header, self._home, self._at = header, home, home.indexOf(header)
            self._beside.addWidget(header)
        self._column.addWidget(view)
        view.show()

    def give(self, view: QWidget) -> None:
        """Let the view go, with its header back in its place."""
        if self._header is not None and self._home is not None:
            self._home.insertWidget(max(self._at, 0), self._header)
        self._header = self._home = None
        self._column.removeWidget(view)
