"""Help: the page of the handbook that belongs to what has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from tauscope.resources import help_pages, help_text
from tauscope.widgets.field_view import FieldView
from tauscope.widgets.handbook import INDEX, Handbook

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

FIELD = "field"
LABS = {
    "kuramoto": "circles attractors engines laws links pooled scatter suggestions sweep traces",
    "wave": "benches bricks dials emitters oracle slice slice2 spectrum",
    "charge": "charges growth potential",
    "gauge": "correlators mean",
}
"""Docks that share a page."""
SHARED = {dock: page for page, docks in LABS.items() for dock in docks.split()}


class Help:
    """Opens the handbook.

    Parameters
    ----------
    lab : Lab
        Whose window has the focus.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.handbook: Handbook | None = None

    def show(self) -> None:
        """Open the page of what has the focus."""
        self.show_page(self.page_of(QApplication.focusWidget()))

    def show_contents(self) -> None:
        """Open the list of all pages."""
        self.show_page(INDEX)

    def show_page(self, name: str) -> None:
        """Open a page."""
        if self.handbook is None:
            self.handbook = Handbook(help_text, self._lab.window)
        self.handbook.show_page(name)

    def page_of(self, widget: QWidget | None) -> str:
        """Page of a widget: that of its dock, of a field, of what has the centre, else the list of all.

        A tool has the whole window: its page is also that of what belongs to none.
        """
        window = self._lab.window
        docks = {dock: key for key, dock in window.docks.items()}
        centres = {view: key for key, view in window.centres.items()}
        while widget is not None:
            if isinstance(widget, QDockWidget) and widget in docks:
                return self.page_of_dock(docks[widget])
            if isinstance(widget, FieldView):
                return FIELD
            if widget in centres:
                return self.page_of_dock(centres[widget])
            widget = widget.parentWidget()
        return INDEX if window.lab.engines else self._of_the_lab()

    def page_of_dock(self, key: str) -> str:
        """Page of a dock or of a view in the centre; what its part says of it goes first."""
        if key in self._lab.window.views:
            return FIELD
        own = next((found for part in self._lab.parts if (found := part.help_page(key))), "")
        name = own or SHARED.get(key, key)
        return name if name in help_pages() else self._of_the_lab()

    def _of_the_lab(self) -> str:
        name = self._lab.window.lab.key
        return name if name in help_pages() else INDEX
