"""Handbook: a window of pages with links between them; it stays open beside the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from tauscope.widgets.buttons import Button

INDEX = "index"


class Handbook(QDialog):
    """Pages of the handbook; does not block the window.

    Parameters
    ----------
    read : callable
        ``read(name)`` gives the Markdown of a page, and raises KeyError where there is none.
    """

    def __init__(self, read: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Handbook")
        self.setObjectName("handbook")
        self._read = read
        self._past: list[str] = []
        self.page = ""
        self.contents = Button("Contents", "presets", "All pages", "ghost")
        self.contents.clicked.connect(lambda: self.show_page(INDEX))
        self.back = Button("Back", "chevron-left", "The page before", "ghost")
        self.back.clicked.connect(self.go_back)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setAccessibleName("Page of the handbook")
        self.text.document().setDocumentMargin(12)
        self.text.anchorClicked.connect(self._follow)
        head = QHBoxLayout()
        head.setSpacing(6)
        for button in (self.back, self.contents):
            head.addWidget(button)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.text, 1)

    def sizeHint(self) -> QSize:
        """Room for a line of about eighty letters."""
        return QSize(620, 520)

    def show_page(self, name: str) -> None:
        """Show a page, and its window if that is closed."""
        if self.page and self.page != name:
            self._past.append(self.page)
        self._set(name)
        self.show()
        self.raise_()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> None:
        """Show the page before."""
        if self._past:
            self._set(self._past.pop())

    def _set(self, name: str) -> None:
        self.page = name
        self.text.setMarkdown(self._read(name))
        self.back.setEnabled(bool(self._past))

    def _follow(self, link: QUrl) -> None:
        name = link.fileName().removesuffix(".md")
        try:
            self._read(name)
        except KeyError:  # a page outside the handbook
            return
        self.show_page(name)
