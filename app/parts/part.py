"""What a part of the lab is told, and what it adds; every method does nothing until a part says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tauscope.app.actions.spec import ActionSpec
from tauscope.app.document import Content
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Frame
from tauscope.engine.events import Event
from tauscope.widgets.field_view import FieldView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


@dataclass(frozen=True, slots=True)
class Dock:
    """A dock that a part adds.

    Parameters
    ----------
    key : str
        Name in code and in saved layouts.
    title : str
        Shown title.
    body : QWidget
        What it holds.
    beside : str
        Key of the dock whose tab group it joins in the built-in layout.
    shown : bool
        Whether it is open in the built-in layout.
    engines : tuple of str
        Engines beside which it is offered, ``()`` for all of them.
    """

    key: str
    title: str
    body: QWidget
    beside: str
    shown: bool = True
    engines: tuple[str, ...] = ()


class Part(QObject):
    """One tool of the lab, on the GUI thread.

    Parameters
    ----------
    lab : Lab
        Whose document, editing, simulation, window, background and messages it uses.
    """

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab)
        self.lab = lab

    def docks(self) -> Sequence[Dock]:
        """Docks it adds; asked once, before the window is shown."""
        return ()

    def actions(self) -> Sequence[ActionSpec]:
        """Actions it adds to menus and shortcuts; asked once, after `docks`."""
        return ()

    def help_page(self, dock: str) -> str:
        """Page of the handbook for one of its docks, "" where that has the dock's name."""
        return ""

    def connect(self) -> None:  # type: ignore[override]
        """Connect its own signals; called once, when all parts, docks and actions exist."""

    def connect_view(self, key: str, view: FieldView) -> None:
        """Connect a field view; called once for each."""

    def content_changed(self, before: Content, after: Content) -> None:
        """The document changed; the engine was told already."""

    def set_up_shown(self, content: Content) -> None:
        """Panels shall show this set-up: the document's, or that of a recording that is shown."""

    def prepared(self, content: Content) -> None:
        """A new run stands at tick 0."""

    def frame_shown(self, frame: Frame) -> None:
        """A frame was taken; called in the turn that draws."""

    def event_applied(self, event: Event) -> None:
        """A command was applied by the simulation."""

    def read_frame(self, file: RecordingFile, index: int) -> Any:
        """Read what it shows of a recording's frame; called off the GUI thread, and may change nothing."""

    def frame_read(self, found: Any) -> None:
        """Show what it read of a recording's frame."""

    def edits_locked(self, locked: bool) -> None:
        """A recording is shown and the document may not be edited, or that has ended."""

    def results(self) -> dict[str, Any]:
        """What it worked out and shows beside the run, as JSON, for a session to keep."""
        return {}

    def bring_results(self, kept: Mapping[str, Any], content: Content) -> None:
        """Show what a session keeps of `results`, once the run of its document is in place."""

    def close(self) -> None:
        """The window closes; the simulation has ended."""
