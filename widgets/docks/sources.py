"""Sources: palette, list by world, inspector of the selection."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tauscope.widgets.docks.source_inspector import SourceInspector
from tauscope.widgets.docks.source_list import SourceList
from tauscope.widgets.docks.source_tiles import SourcePalette, TilePalette
from tauscope.widgets.state import SourceMark
from tauscope.widgets.texts import Caption, set_role

MARGIN = 8


class SourcesPanel(QWidget):
    """Palette, list and inspector of the sources.

    Signals
    -------
    selection_changed(ids)
        The user selected other sources; a frozenset of ids.
    source_edited(id, changes, phase)
        New absolute values of one source; phases as in `tauscope.widgets.state.Phase`.
    add_requested(kind)
        Put a source at the lattice's centre.
    image_requested(), paint_requested()
        Choose a file for an image; begin to paint.
    delete_requested(), duplicate_requested(), copy_requested(), paste_requested()
        For the selection.
    """

    selection_changed = Signal(object)
    source_edited = Signal(str, object, str)
    add_requested = Signal(str)
    image_requested = Signal()
    paint_requested = Signal()
    delete_requested = Signal()
    duplicate_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: tuple[SourceMark, ...] = ()
        self._selection: frozenset[str] = frozenset()
        self.palette_row, self.list, self.inspector = self._make_parts()
        self.empty = Caption(self.empty_text, wrap=True)
        self.hint = Caption(self.hint_text, wrap=True)
        self.line = QFrame()
        set_role(self.line, "separator")
        self._lay_out()
        self._connect()
        self._arrange()

    empty_text = "Drag a shape or drop a picture onto the lattice."
    hint_text = "Select a source to see its numbers."

    def _make_parts(self) -> tuple[TilePalette, SourceList, SourceInspector]:
        """Make palette, list and inspector."""
        palette = SourcePalette()
        palette.image_requested.connect(self.image_requested)
        palette.paint_requested.connect(self.paint_requested)
        return palette, SourceList(), SourceInspector()

    @property
    def sources(self) -> tuple[SourceMark, ...]:
        """Sources that are shown."""
        return self._sources

    def set_sources(self, sources: tuple[SourceMark, ...]) -> None:
        """Show the document's sources; emits nothing."""
        self._sources = sources
        self.list.set_sources(sources)
        self._arrange()

    def set_selection(self, ids: frozenset[str]) -> None:
        """Show which sources are selected; emits nothing."""
        self._selection = ids
        self.list.set_selection(ids)
        self._arrange()

    def set_limits(self, nx: int, ny: int) -> None:
        """Size of the lattice in cells."""
        self.inspector.set_limits(nx, ny)

    def set_measured(self, measured: Mapping[str, float]) -> None:
        """Bits each source really emits per tick, by id."""
        self.inspector.set_measured(measured)

    def selection(self) -> frozenset[str]:
        """Ids of the selected sources."""
        return self._selection

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete works wherever the focus is in the panel."""
        if event.key() == Qt.Key.Key_Delete and self._selection:
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)

    def set_locked(self, why: str) -> None:
        """Say why nothing can be edited here, and allow nothing; "" allows it again."""
        self.locked.setText(why)
        self.locked.setVisible(bool(why))
        self.body.setEnabled(not why)
        self.palette_row.set_refusal(why)

    def sizeHint(self) -> QSize:
        """Left column of the window."""
        return QSize(184, 480)

    def minimumSizeHint(self) -> QSize:
        """Narrow; the rest scrolls."""
        return QSize(172, 160)

    def _lay_out(self) -> None:
        body = self.body = QWidget()
        column = self.column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 8, MARGIN, MARGIN)
        column.setSpacing(8)
        for part in (self.palette_row, self.empty, self.list, self.line, self.hint, self.inspector):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.locked = Caption(wrap=True)
        self.locked.setContentsMargins(MARGIN, 8, MARGIN, 4)
        set_role(self.locked, "warning")
        self.locked.hide()
        outer.addWidget(self.locked)
        outer.addWidget(scroll)
        self.scroller = scroll

    def _connect(self) -> None:
        self.palette_row.add_requested.connect(self.add_requested)
        self.list.selection_changed.connect(self._selected)
        self.list.renamed.connect(self._renamed)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.duplicate_requested.connect(self.duplicate_requested)
        self.list.copy_requested.connect(self.copy_requested)
        self.list.paste_requested.connect(self.paste_requested)
        self.inspector.edited.connect(self.source_edited)
        self.inspector.delete_requested.connect(self.delete_requested)
        self.inspector.duplicate_requested.connect(self.duplicate_requested)

    def _renamed(self, source: str, name: str) -> None:
        self.source_edited.emit(source, {"name": name}, "commit")

    def _selected(self, ids: frozenset[str]) -> None:
        self._selection = ids
        self._arrange()
        self.selection_changed.emit(ids)

    def _arrange(self) -> None:
        chosen = tuple(mark for mark in self._sources if mark.id in self._selection)
        self.empty.setVisible(not self._sources)
        self.list.setVisible(bool(self._sources))
        self.line.setVisible(bool(self._sources))
        self.hint.setVisible(bool(self._sources) and not chosen)
        self.inspector.setVisible(bool(chosen))
        self.inspector.set_marks(chosen)
