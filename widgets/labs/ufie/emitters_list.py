"""List of the emitters: whether each sounds, its name, tone, amplitude, width and phase now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.icons import renderer
from tauscope.widgets.labs.ufie.emitters_state import EmitterMark

Index = QModelIndex | QPersistentModelIndex
MARK = int(Qt.ItemDataRole.UserRole) + 1
ROW, GAP, BOX, PAD = 42, 3, 15, 8
_ROWS = 9
"""Rows that the list shows without scrolling, if there is room."""


def figures(mark: EmitterMark) -> str:
    """Amplitude, width and phase now, with units."""
    width = f"σ {mark.sigma:.3g}" if mark.place else "uniform"
    thousands = mark.amplitude >= 1e4
    size = f"{mark.amplitude / 1e3:.4g} k" if thousands else format_value(mark.amplitude, digits=4)
    return f"A {size}/s² · {width} · θ {mark.theta:.2f} rad"


class EmitterModel(QAbstractListModel):
    """Rows of the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.marks: tuple[EmitterMark, ...] = ()

    def set_marks(self, marks: tuple[EmitterMark, ...]) -> bool:
        """Show emitters; True if rows were laid anew, False if only their contents changed."""
        old, names = self.marks, [mark.name for mark in marks]
        if names == [mark.name for mark in old]:
            self.marks = marks
            for row, (before, after) in enumerate(zip(old, marks, strict=True)):
                if before != after:
                    self.dataChanged.emit(self.index(row), self.index(row))
            return False
        self.beginResetModel()
        self.marks = marks
        self.endResetModel()
        return True

    def rowCount(self, parent: Index | None = None) -> int:
        """Emitters."""
        return 0 if parent is not None and parent.isValid() else len(self.marks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tooltip, what screen readers say, and the emitter itself."""
        mark = self.marks[index.row()]
        if role == MARK:
            return mark
        if role == Qt.ItemDataRole.DisplayRole:
            return mark.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if mark.on else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            state = "sounds" if mark.on else "is muted"
            return f"{mark.name} {state} at {mark.tone:.6g} Hz\n{figures(mark)}"
        return None


class EmitterDelegate(QStyledItemDelegate):
    """Paints an emitter as a raised plate: a box, its name and tone, and its figures below.

    Signals
    -------
    toggled(name)
        The box was clicked.
    """

    toggled = Signal(str)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Height of a row."""
        return QSize(80, ROW + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One emitter."""
        mark: EmitterMark = index.data(MARK)
        colors, state = theme.current(), option.state
        plate = QRectF(option.rect.adjusted(0, 0, 0, -GAP)).adjusted(0.75, 0.75, -0.75, -0.75)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(colors.hover if over else colors.raised))
        painter.setPen(QPen(QColor(colors.accent), 1.5) if chosen else QPen(Qt.PenStyle.NoPen))
        painter.drawRoundedRect(plate, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and not chosen:
            painter.setPen(QPen(QColor(colors.muted), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(plate, 6, 6)
        self._paint_box(painter, QRectF(box_of(option.rect)), mark.on)
        self._paint_texts(painter, plate, mark)
        painter.restore()

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """A click on the box mutes, and selects nothing."""
        pressed = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if not (pressed and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton):
            return False
        hit = box_of(option.rect).adjusted(-4, -4, 4, 4).contains(event.position().toPoint())
        if hit:
            self.toggled.emit(index.data(MARK).name)
        return hit

    def _paint_box(self, painter: QPainter, box: QRectF, on: bool) -> None:
        colors = theme.current()
        painter.setPen(QPen(QColor(colors.accent if on else colors.muted), 1.2))
        painter.setBrush(QColor(colors.accent) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if on:
            renderer("check", colors.on_accent).render(painter, box.adjusted(1, 1, -1, -1))

    def _paint_texts(self, painter: QPainter, plate: QRectF, mark: EmitterMark) -> None:
        colors = theme.current()
        left = plate.left() + PAD + BOX + PAD
        wide, half = plate.right() - PAD - left, plate.height() / 2
        top = QRectF(left, plate.top() + 3, wide, half - 2)
        below = QRectF(left, plate.top() + half, wide + PAD - 3, half - 4)
        painter.setFont(theme.number_font(theme.SMALL_SIZE))
        painter.setPen(QColor(colors.text if mark.on else colors.muted))
        tone = format_value(mark.tone, "Hz", 5)
        room = painter.fontMetrics().horizontalAdvance(tone)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, tone)
        painter.setFont(theme.text_font(semibold=True))
        name = painter.fontMetrics().elidedText(
            mark.name, Qt.TextElideMode.ElideRight, max(int(wide - room - 6), 8)
        )
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(theme.number_font(theme.SMALL_SIZE - 1))
        painter.setPen(QColor(colors.muted))
        text = painter.fontMetrics().elidedText(
            figures(mark), Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def box_of(row: QRect) -> QRect:
    """Where the box of a row lies."""
    return QRect(row.left() + PAD, row.top() + (ROW - BOX) // 2, BOX, BOX)


class EmitterList(QListView):
    """The list.

    Signals
    -------
    selection_changed(names)
        The user selected other emitters; a frozenset of names.
    muted(names, muted)
        A box was clicked, or M was pressed.
    delete_requested(), duplicate_requested(), copy_requested(), paste_requested(), solo_requested()
        Keys.
    inspect_requested()
        Enter: the keyboard goes to the inspector.
    """

    selection_changed = Signal(object)
    muted = Signal(object, bool)
    delete_requested = Signal()
    duplicate_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()
    solo_requested = Signal()
    inspect_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = EmitterModel(self)
        self._quiet = False
        self._selection: frozenset[str] = frozenset()
        delegate = EmitterDelegate(self)
        delegate.toggled.connect(self._toggle)
        self.setModel(self.rows)
        self.setItemDelegate(delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Emitters")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.selectionModel().selectionChanged.connect(self._selected)

    def set_marks(self, marks: tuple[EmitterMark, ...]) -> None:
        """Show emitters; emits nothing and keeps the selection and the place."""
        self._quiet = True
        place = self.verticalScrollBar().value()
        if self.rows.set_marks(marks):
            self._select(self._selection)
            self.verticalScrollBar().setValue(place)
            self.updateGeometry()
        self._quiet = False

    def set_selection(self, names: frozenset[str]) -> None:
        """Select emitters by name; emits nothing."""
        if names == self._selection and names == self.selected():
            return
        self._quiet = True
        self._selection = names
        self._select(names)
        self._quiet = False

    def selected(self) -> frozenset[str]:
        """Names of the selected emitters."""
        return frozenset(self.rows.marks[at.row()].name for at in self.selectionModel().selectedIndexes())

    def sizeHint(self) -> QSize:
        """All rows, up to those of the document's array."""
        return QSize(160, min(len(self.rows.marks), _ROWS) * (ROW + GAP))

    def minimumSizeHint(self) -> QSize:
        """A few rows."""
        return QSize(80, min(len(self.rows.marks), 3) * (ROW + GAP))

    def event(self, event: QEvent) -> bool:
        """Keys that the window knows under another meaning are the list's while it has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _own(event):
            event.accept()
            return True
        return super().event(event)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paint the rows that changed; Qt would lay all of them out anew, at every event of a drag."""
        del roles
        for row in range(first.row(), last.row() + 1):
            self.update(self.rows.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the emitters; arrows and selection are Qt's; Space is the window's."""
        key, control = event.key(), event.modifiers() == Qt.KeyboardModifier.ControlModifier
        names = self.selected()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_requested.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit()
        elif key == Qt.Key.Key_D and control:
            self.duplicate_requested.emit()
        elif key == Qt.Key.Key_M and not event.modifiers() and names:
            self._mute(names)
        elif key == Qt.Key.Key_S and not event.modifiers() and names:
            self.solo_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.inspect_requested.emit()
        elif key == Qt.Key.Key_Space or (event.text().isprintable() and event.text() and not control):
            event.ignore()  # Qt would search by typing; these keys belong to the window
        else:
            super().keyPressEvent(event)

    def _toggle(self, name: str) -> None:
        """Mute one, and with it all that are selected if it is one of them."""
        chosen = self.selected()
        names = chosen if name in chosen else frozenset({name})
        on = next(mark.on for mark in self.rows.marks if mark.name == name)
        self.muted.emit(names, on)

    def _mute(self, names: frozenset[str]) -> None:
        self.muted.emit(names, any(mark.on for mark in self.rows.marks if mark.name in names))

    def _select(self, names: frozenset[str]) -> None:
        model, wanted, first = self.selectionModel(), QItemSelection(), QModelIndex()
        for row, mark in enumerate(self.rows.marks):
            if mark.name in names:
                index = self.rows.index(row)
                wanted.select(index, index)
                first = first if first.isValid() else index
        model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if first.isValid() and self.currentIndex() not in wanted.indexes():
            model.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def _selected(self) -> None:
        names = self.selected()
        if not self._quiet and names != self._selection:
            self._selection = names
            self.selection_changed.emit(names)


def _own(event: QKeyEvent) -> bool:
    """Whether a key is the list's although the window has a shortcut of it."""
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    key = event.key()
    return (plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_M, Qt.Key.Key_S)) or (
        control and key in (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_D, Qt.Key.Key_A)
    )
