"""List of the sources: colour, name and strength, grouped by world, several at a time."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.docks.source_model import MARK_ROLE, Index, Row, SourceModel, WorldHeading, shown_name
from tauscope.widgets.icons import icon
from tauscope.widgets.state import PATTERN_CAPTIONS, PATTERN_NAMES, SourceMark

ROW, HEADING, GAP = 28, 24, 4
_LEAST_ROWS = 2
_EDITING = QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class SourceDelegate(QStyledItemDelegate):
    """Paints a source as a raised plate, outlined in the accent when selected."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Height of a row."""
        heading = isinstance(index.data(MARK_ROLE), WorldHeading)
        return QSize(80, HEADING if heading else ROW + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Heading or source."""
        row: Row = index.data(MARK_ROLE)
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, WorldHeading):
            self._paint_heading(painter, rect, row)
        else:
            self._paint_source(painter, rect, row, option.state)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Line for the name."""
        line = QLineEdit(parent)
        line.setMaxLength(80)
        row = index.data(MARK_ROLE)
        if isinstance(row, SourceMark):
            line.setPlaceholderText(shown_name(row))
            line.setAccessibleName(f"Name of {shown_name(row)}")
        return line

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the whole plate, so that a long name can be seen."""
        rect = option.rect
        editor.setGeometry(rect.adjusted(0, 0, 0, -GAP))

    def _paint_heading(self, painter: QPainter, rect: QRect, row: WorldHeading) -> None:
        colors = theme.current()
        painter.setFont(theme.text_font(theme.SMALL_SIZE, semibold=True))
        painter.setPen(QColor(colors.muted))
        text = painter.fontMetrics().elidedText(row.text(), Qt.TextElideMode.ElideRight, rect.width() - 28)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(theme.number_font(theme.SMALL_SIZE))
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, str(row.count))

    def _paint_source(
        self, painter: QPainter, rect: QRect, mark: SourceMark, state: QStyle.StateFlag
    ) -> None:
        colors = theme.current()
        plate = QRectF(rect.adjusted(0, 0, 0, -GAP)).adjusted(0.75, 0.75, -0.75, -0.75)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(QColor(colors.hover if over else colors.raised))
        painter.setPen(QPen(QColor(colors.accent), 1.5) if chosen else QPen(Qt.PenStyle.NoPen))
        painter.drawRoundedRect(plate, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus and not chosen:
            painter.setPen(QPen(QColor(colors.muted), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(plate, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mark.color))
        painter.drawRoundedRect(QRectF(plate.left() + 9, plate.center().y() - 4.5, 9, 9), 2.5, 2.5)
        self._paint_texts(painter, plate, mark)

    def _paint_texts(self, painter: QPainter, plate: QRectF, mark: SourceMark) -> None:
        colors = theme.current()
        number = format_value(mark.strength)
        if len(number) > 8:
            number = format_value(mark.strength, digits=3)
        if mark.kind in PATTERN_NAMES:
            number = PATTERN_CAPTIONS[mark.kind].lower()
        font = theme.number_font(theme.SMALL_SIZE)
        width = QFontMetrics(font).horizontalAdvance(number) + 1
        right = QRectF(plate.right() - 8 - width, plate.top(), width, plate.height())
        painter.setFont(font)
        painter.setPen(QColor(colors.muted))
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        left = plate.left() + 26
        box = QRectF(left, plate.top(), right.left() - 6 - left, plate.height())
        painter.setFont(theme.text_font())
        painter.setPen(QColor(colors.text))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(shown_name(mark), Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


class SourceList(QListView):
    """The list.

    Signals
    -------
    selection_changed(ids)
        The user selected other sources; a frozenset of ids.
    renamed(id, name)
        The user typed another name.
    delete_requested(), duplicate_requested(), copy_requested(), paste_requested()
        Keys and context menu.
    """

    selection_changed = Signal(object)
    renamed = Signal(str, str)
    delete_requested = Signal()
    duplicate_requested = Signal()
    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self, parent: QWidget | None = None, title: str = "Sources") -> None:
        super().__init__(parent)
        self._model = SourceModel(self, title)
        self._quiet = False
        self._reading = False
        self._selection: frozenset[str] = frozenset()
        self.setModel(self._model)
        self.setItemDelegate(SourceDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(_EDITING)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._model.renamed.connect(self.renamed)
        self.selectionModel().selectionChanged.connect(self._selected)

    def set_sources(self, sources: tuple[SourceMark, ...]) -> None:
        """Show sources; emits nothing and keeps the selection and the place."""
        self._quiet = True
        place = self.verticalScrollBar().value()
        if self._model.set_sources(sources):
            self._select(self._selection)
            self.verticalScrollBar().setValue(place)
            self.updateGeometry()
        self._quiet = False

    def set_selection(self, ids: frozenset[str]) -> None:
        """Select sources by id; emits nothing."""
        if ids == self._selection and ids == self.selected():
            return
        self._quiet = True
        self._selection = ids
        self._select(ids)
        self._quiet = False

    def selected(self) -> frozenset[str]:
        """Ids of the selected sources."""
        rows = [self._model.row(index) for index in self.selectionModel().selectedIndexes()]
        return frozenset(row.id for row in rows if isinstance(row, SourceMark))

    def set_read_only(self, reading: bool) -> None:
        """Let rows be selected and nothing else, or be edited again."""
        self._reading = reading
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.NoEditTriggers if reading else _EDITING)

    def rename(self, source: str) -> None:
        """Open the line for a source's name."""
        index = self._model.index_of(source)
        if index.isValid():
            self.setCurrentIndex(index)
            self._rename_current()

    def content_height(self) -> int:
        """Height of all rows."""
        rows = [self._model.row(self._model.index(number)) for number in range(len(self))]
        headings = sum(isinstance(row, WorldHeading) for row in rows)
        return headings * HEADING + (len(self) - headings) * (ROW + GAP)

    def __len__(self) -> int:
        return self._model.rowCount()

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(160, self.content_height())

    def minimumSizeHint(self) -> QSize:
        """A heading and a few rows."""
        return QSize(80, min(self.content_height(), HEADING + _LEAST_ROWS * (ROW + GAP)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the sources; arrows and selection are Qt's; Space is the window's."""
        key = event.key()
        if self._reading and key in _MOVING:
            super().keyPressEvent(event)
        elif self._reading:
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste_requested.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit()
        elif key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.duplicate_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._rename_current()
        elif key == Qt.Key.Key_Space and not event.modifiers():
            event.ignore()
        elif event.text().isprintable() and event.text() and not event.modifiers():
            # Qt would search by typing; these keys belong to the window.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def make_menu(self) -> QMenu:
        """Context menu for the selection."""
        menu = QMenu(self)
        chosen = self.selected()
        entries = (
            ("Rename", "", "F2", self._rename_current, len(chosen) == 1),
            ("Duplicate", "duplicate", "Ctrl+D", self.duplicate_requested.emit, bool(chosen)),
            ("Copy", "copy", "Ctrl+C", self.copy_requested.emit, bool(chosen)),
            ("Paste", "paste", "Ctrl+V", self.paste_requested.emit, True),
            ("Delete", "delete", "Del", self.delete_requested.emit, bool(chosen)),
        )
        for text, picture, keys, call, enabled in entries:
            # The keys are shown, not bound: the list or the window answers them.
            action = menu.addAction(f"{text}\t{keys}", call)
            action.setEnabled(enabled)
            if picture:
                action.setIcon(icon(picture, size=16))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu."""
        if self._reading:
            return
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _rename_current(self) -> None:
        index = self.currentIndex()
        # The Enter that ends editing arrives here as well.
        busy = self.state() == QAbstractItemView.State.EditingState
        if not busy and index.isValid() and self._model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def _select(self, ids: frozenset[str]) -> None:
        model = self.selectionModel()
        wanted = QItemSelection()
        first = QModelIndex()
        for number in range(len(self)):
            index = self._model.index(number)
            row = self._model.row(index)
            if isinstance(row, SourceMark) and row.id in ids:
                wanted.select(index, index)
                first = first if first.isValid() else index
        model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if first.isValid() and self.currentIndex() not in wanted.indexes():
            model.setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def _selected(self) -> None:
        ids = self.selected()
        if not self._quiet and ids != self._selection:
            self._selection = ids
            self.selection_changed.emit(ids)
