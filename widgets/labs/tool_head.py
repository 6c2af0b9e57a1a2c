"""Head of a tool that has the whole window: its name, what it is for, and the way back to the run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tauscope.widgets.buttons import Button
from tauscope.widgets.texts import Elided, Heading


class ToolHead(QWidget):
    """One row above a tool; `row` takes its own buttons.

    Signals
    -------
    left : ()
        The run is to be shown again.

    Parameters
    ----------
    title, summary : str
        Name, and a sentence about it.
    """

    left = Signal()

    def __init__(self, title: str, summary: str) -> None:
        super().__init__()
        self.title = Heading(title, role="title")
        self.summary = Elided(summary, ink="muted")
        self.back = Button("Back to the run", "chevron-left", "Show the run again; it goes on behind this")
        self.back.clicked.connect(self.left)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)
        self.row.addWidget(self.back)
        self.row.addWidget(self.title)
        self.row.addWidget(self.summary, 1)
