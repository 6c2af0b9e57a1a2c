"""Dock of the emitters: buttons, list, and inspector of the selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tauscope.engine.config import Leaf
from tauscope.widgets.buttons import Button, CheckBox
from tauscope.widgets.labs.ufie.emitters_inspector import EmitterInspector
from tauscope.widgets.labs.ufie.emitters_list import EmitterList
from tauscope.widgets.labs.ufie.emitters_state import EmitterMark
from tauscope.widgets.texts import Caption, set_role

MARGIN = 8
EMPTY = "No emitters. Add one, or take the document's golden array e1 to e9."
HINT = "Select an emitter to see its numbers. M mutes, S plays it alone."


class EmittersPanel(QWidget):
    """The emitters of the wave.

    Parameters
    ----------
    leaves : mapping of str to Leaf
        What is known of an emitter's entries, by name.

    Signals
    -------
    selection_changed(names)
        The user selected other emitters.
    edited(changes, phase)
        New values of the selected emitters, by name and entry; phases as `tauscope.widgets.state.Phase`.
    renamed(name, new)
        Another name was typed.
    muted(names, muted)
        Emitters shall die down, or sound.
    solo_requested(), add_requested(), golden_requested(), paint_requested()
        Buttons.
    delete_requested(), duplicate_requested(), copy_requested(), paste_requested()
        For the selection.
    """

    selection_changed = Signal(object)
    edited = Signal(object, str)
    renamed = Signal(str, str)
    muted = Signal(object, bool)
    solo_requested = Signal()
    add_requested = Signal()
    golden_requested = Signal()
    paint_requested = Signal()
    delete_requested = Signal()
    duplicate_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self, leaves: Mapping[str, Leaf], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[EmitterMark, ...] = ()
        self._selection: frozenset[str] = frozenset()
        self.add = Button("Add", "plus", "Add an emitter in the middle of the slice")
        self.golden = Button("Golden", "", "Put the golden array e1 to e9 in place of all emitters")
        self.paint = Button("", "brush", "Paint resonance r and state s on the slices", "ghost")
        self.duplicate = Button("", "duplicate", "Duplicate the selected emitters (Ctrl+D)", "ghost")
        self.delete = Button("", "delete", "Delete the selected emitters (Del)", "ghost")
        self.all = CheckBox("All")
        self.all.setToolTip("Mute every emitter, or let all of them sound")
        self.solo = Button("Solo", "", "Let the selected emitters sound alone (S)", "ghost")
        self.list = EmitterList()
        self.inspector = EmitterInspector(leaves)
        self.empty = Caption(EMPTY, wrap=True)
        self.hint = Caption(HINT, wrap=True)
        self.power = Caption("", wrap=True)
        self.locked = Caption(wrap=True)
        self.line = QFrame()
        set_role(self.line, "separator")
        self._lay_out()
        self._connect()
        self._arrange()

    # -- shown

    @property
    def marks(self) -> tuple[EmitterMark, ...]:
        """Emitters that are shown."""
        return self._marks

    @property
    def selection(self) -> frozenset[str]:
        """Names of the selected emitters."""
        return self._selection

    def set_marks(self, marks: tuple[EmitterMark, ...]) -> None:
        """Show the document's emitters; emits nothing."""
        self._marks = marks
        self.list.set_marks(marks)
        self._arrange()

    def set_selection(self, names: frozenset[str]) -> None:
        """Show which emitters are selected; emits nothing."""
        self._selection = names
        self.list.set_selection(names)
        self._arrange()

    def set_shape(self, shape: Sequence[int]) -> None:
        """Sites along the nine axes."""
        self.inspector.set_shape(shape)

    def set_power(self, text: str) -> None:
        """Say what the emitters put into the field now; "" says nothing."""
        if self.power.text() != text:
            self.power.setText(text)
            self.power.setVisible(bool(text))

    def set_error(self, names: frozenset[str], key: str, message: str) -> bool:
        """Say at an entry of the selected emitters what was wrong with it; False where it is not shown."""
        shown = bool(names) and names <= self._selection
        return shown and self.inspector.set_error(key, message)

    def set_locked(self, why: str) -> None:
        """Say why nothing can be edited here, and allow nothing; "" allows it again."""
        self.locked.setText(why)
        self.locked.setVisible(bool(why))
        self.body.setEnabled(not why)

    def sizeHint(self) -> QSize:
        """Left column of the window."""
        return QSize(232, 560)

    def minimumSizeHint(self) -> QSize:
        """Narrow; the rest scrolls."""
        return QSize(204, 160)

    # -- built

    def _lay_out(self) -> None:
        buttons = _row((self.add, self.golden), (self.paint,))
        sounds = _row((self.all, self.solo), (self.duplicate, self.delete))
        sounds.setContentsMargins(8, 0, 0, 0)  # in line with the boxes of the list
        self.body = QWidget()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(6)
        column.addLayout(buttons)
        column.addLayout(sounds)
        for part in (self.empty, self.list, self.power, self.line, self.hint, self.inspector):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.body)
        self.scroller = scroll
        self.locked.setContentsMargins(MARGIN, 8, MARGIN, 4)
        set_role(self.locked, "warning")
        self.locked.hide()
        self.power.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.locked)
        outer.addWidget(scroll)

    def _connect(self) -> None:
        chosen = self.list
        self.add.clicked.connect(self.add_requested)
        self.golden.clicked.connect(self.golden_requested)
        self.paint.clicked.connect(self.paint_requested)
        self.solo.clicked.connect(self.solo_requested)
        self.all.clicked.connect(self._mute_all)
        self.duplicate.clicked.connect(self.duplicate_requested)
        self.delete.clicked.connect(self.delete_requested)
        chosen.selection_changed.connect(self._selected)
        chosen.muted.connect(self.muted)
        chosen.solo_requested.connect(self.solo_requested)
        chosen.delete_requested.connect(self.delete_requested)
        chosen.duplicate_requested.connect(self.duplicate_requested)
        chosen.copy_requested.connect(self.copy_requested)
        chosen.paste_requested.connect(self.paste_requested)
        chosen.inspect_requested.connect(self._inspect)
        self.inspector.edited.connect(self._edited)
        self.inspector.renamed.connect(self._renamed)

    def _selected(self, names: frozenset[str]) -> None:
        self._selection = names
        self._arrange()
        self.selection_changed.emit(names)

    def _edited(self, changes: dict[str, Any], phase: str) -> None:
        self.edited.emit({name: dict(changes) for name in self._selection}, phase)

    def _renamed(self, new: str) -> None:
        if len(self._selection) == 1:
            self.renamed.emit(next(iter(self._selection)), new)

    def _mute_all(self) -> None:
        """Mute all, where all sound; let all of them sound otherwise."""
        names = frozenset(mark.name for mark in self._marks)
        if names:
            self.muted.emit(names, all(mark.on for mark in self._marks))
        self._arrange()

    def _inspect(self) -> None:
        """Give the keyboard to the first entry of the inspector."""
        if self.inspector.isVisible():
            self.inspector.rows["frequency"].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self) -> None:
        chosen = tuple(mark for mark in self._marks if mark.name in self._selection)
        some = bool(self._marks)
        self.empty.setVisible(not some)
        self.list.setVisible(some)
        self.line.setVisible(some)
        self.hint.setVisible(some and not chosen)
        self.inspector.setVisible(bool(chosen))
        self.inspector.set_marks(chosen)
        for button in (self.duplicate, self.delete, self.solo):
            button.setEnabled(bool(chosen))
        self.all.setEnabled(some)
        sounding = [mark.on for mark in self._marks]
        state = Qt.CheckState.Checked if all(sounding) else Qt.CheckState.PartiallyChecked
        self.all.setCheckState(state if any(sounding) else Qt.CheckState.Unchecked)


def _row(left: Sequence[QWidget], right: Sequence[QWidget]) -> QHBoxLayout:
    """Buttons at both ends of a row."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for button in left:
        row.addWidget(button)
    row.addStretch(1)
    for button in right:
        row.addWidget(button)
    return row
