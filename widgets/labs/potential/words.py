"""Verdict of a bench in words: sentences wrapped, warnings below them, scrolled where they are long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from tauscope.widgets.texts import Label, set_role


class Words(QScrollArea):
    """Paragraphs, the verdict first and warnings after it, as wide as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Verdict in words")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self.labels: list[Label] = []
        self.setWidget(self._inside)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def minimumSizeHint(self) -> QSize:
        """Three lines."""
        return QSize(120, 3 * self.fontMetrics().height())

    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join(label.text() for label in self.labels if not label.isHidden())

    def set_words(self, verdict: Sequence[str], warnings: Sequence[str]) -> None:
        """Show these paragraphs."""
        told = [(text, "") for text in verdict] + [(text, "warning") for text in warnings]
        while len(self.labels) < len(told):
            label = Label(wrap=True)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
            policy.setHeightForWidth(True)
            label.setSizePolicy(policy)
            self.labels.append(label)
            self._column.insertWidget(len(self.labels) - 1, label)
        for number, label in enumerate(self.labels):
            text, role = told[number] if number < len(told) else ("", "")
            label.setText(text)
            set_role(label, role)
            label.setVisible(bool(text))
        self.verticalScrollBar().setValue(0)
