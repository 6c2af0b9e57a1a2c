"""Charges: the dock with palette, list and inspector; canvases edit them as they edit sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tauscope.app import placed
from tauscope.app.document import Content
from tauscope.app.editing import marks_of
from tauscope.app.parts.part import Dock, Part
from tauscope.widgets.labs.charge.charges import ChargesPanel

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

ENGINE = "charge"
LOCKED = "Charges of the recording that is shown"


class Charges(Part):
    """Shows the charges of the document in their dock, and hands edits on.

    Parameters
    ----------
    lab : Lab
        Whose document is edited.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.panel = ChargesPanel()

    def docks(self) -> Sequence[Dock]:
        """The charges."""
        return (Dock("charges", "Charges", self.panel, "presets", engines=(ENGINE,)),)

    def connect(self) -> None:  # type: ignore[override]
        """Listen to the dock, and to what is selected on the canvases."""
        panel, editing = self.panel, self.lab.editing
        panel.selection_changed.connect(self.lab.document.select)
        panel.source_edited.connect(editing.edit_source)
        panel.add_requested.connect(editing.add_source)
        panel.delete_requested.connect(editing.delete)
        panel.duplicate_requested.connect(editing.duplicate)
        panel.copy_requested.connect(editing.copy)
        panel.paste_requested.connect(editing.paste)
        panel.value_changed.connect(self._set_new_value)
        self.lab.document.selected.connect(panel.set_selection)

    def set_up_shown(self, content: Content) -> None:
        """Show the charges of the document, or of a recording."""
        lattice = content.lattice.config
        self.panel.set_limits(*(placed.sides(lattice) or (1, 1)))
        self.panel.set_sources(marks_of(content, placed.CHARGES))

    def edits_locked(self, locked: bool) -> None:
        """Nothing is edited while a recording is shown."""
        self.panel.set_locked(LOCKED if locked else "")

    def _set_new_value(self, value: float) -> None:
        self.lab.editing.new_charge = value
