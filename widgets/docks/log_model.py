"""Log lines as a tree model: bounded, with the lines of the details folded under each entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QIcon

from tauscope.widgets import theme
from tauscope.widgets.icons import icon

Index = QModelIndex | QPersistentModelIndex
LEVELS = ("debug", "event", "trace", "info", "warning", "error")
"""Levels from the least to the most urgent."""
CAPACITY = 10_000
DROPPED_AT_ONCE = 250
"""Oldest entries that make room together, so that a full log is not re-indexed at every line."""
TIME, TEXT = 0, 1
_ENTRY = 0
LEVEL_ROLE = Qt.ItemDataRole.UserRole
ICONS = {
    "debug": "more",
    "event": "point",
    "trace": "chevron-right",
    "info": "info",
    "warning": "warning",
    "error": "error",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: time of day, level, text, and the lines of its details."""

    stamp: str
    level: str
    text: str
    details: tuple[str, ...] = ()

    def plain(self) -> str:
        """Whole entry as text, details indented."""
        return "\n".join(
            [f"{self.stamp}  {self.level:<7}  {self.text}", *(f"    {line}" for line in self.details)]
        )


class LogModel(QAbstractItemModel):
    """At most `CAPACITY` entries; the oldest go first.

    An index holds its parent's serial number plus one as internal id, 0 for entries, so ids stay right
    when older entries go.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._first = 0

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, row: int) -> Entry:
        """Entry of a top-level row."""
        return self._entries[row]

    def append(self, entry: Entry) -> None:
        """Add an entry, and drop the oldest where the log is full."""
        if len(self._entries) >= CAPACITY:
            self.beginRemoveRows(QModelIndex(), 0, DROPPED_AT_ONCE - 1)
            del self._entries[:DROPPED_AT_ONCE]
            self._first += DROPPED_AT_ONCE
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), len(self._entries), len(self._entries))
        self._entries.append(entry)
        self.endInsertRows()

    def clear(self) -> None:
        """Forget every entry."""
        self.beginResetModel()
        self._first += len(self._entries)
        self._entries = []
        self.endResetModel()

    # -- QAbstractItemModel

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Index of an entry, or of a line of details."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if parent.isValid():
            return self.createIndex(row, column, self._first + parent.row() + 1)
        return self.createIndex(row, column, _ENTRY)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Entry of a line of details."""
        serial = index.internalId() if index.isValid() else _ENTRY
        return self.createIndex(serial - 1 - self._first, 0, _ENTRY) if serial else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Entries, or lines of details."""
        if not parent.isValid():
            return len(self._entries)
        if parent.internalId() != _ENTRY or parent.column() != 0:
            return 0
        return len(self._entries[parent.row()].details)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Time and text."""
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, icon, colour, tooltip."""
        if not index.isValid():
            return None
        serial = index.internalId()
        if serial:
            line = self._entries[serial - 1 - self._first].details[index.row()]
            if role == Qt.ItemDataRole.ForegroundRole:
                return QColor(theme.current().muted)
            return line if index.column() == TEXT and role == Qt.ItemDataRole.DisplayRole else None
        entry = self._entries[index.row()]
        if role == LEVEL_ROLE:
            return entry.level
        return self._time(entry, role) if index.column() == TIME else self._text(entry, role)

    @staticmethod
    def _time(entry: Entry, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.stamp
        return QColor(theme.current().muted) if role == Qt.ItemDataRole.ForegroundRole else None

    @staticmethod
    def _text(entry: Entry, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.DecorationRole:
            return _picture(entry.level, level_color(entry.level))
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{entry.stamp}, {entry.level}: {entry.text}"
        if role == Qt.ItemDataRole.ForegroundRole and entry.level in ("debug", "event", "trace"):
            return QColor(theme.current().muted)
        return None


class LogFilter(QSortFilterProxyModel):
    """Lets entries through by least level and by words; details follow their entry."""

    def __init__(self, source: LogModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = source
        self._least = 0
        self._only = ""
        self._words: list[str] = []
        self.setSourceModel(source)

    def set_least(self, level: str) -> None:
        """Least level that is shown."""
        self.beginFilterChange()
        self._least, self._only = LEVELS.index(level), ""
        self.endFilterChange()

    def set_only(self, level: str) -> None:
        """Show one level and no other."""
        self.beginFilterChange()
        self._least, self._only = LEVELS.index(level), level
        self.endFilterChange()

    def set_words(self, text: str) -> None:
        """Words that an entry must hold, all of them, in any case."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Whether an entry is shown."""
        if source_parent.isValid():
            return True
        entry = self._log.entry(source_row)
        if LEVELS.index(entry.level) < self._least or (self._only and entry.level != self._only):
            return False
        text = f"{entry.text} {' '.join(entry.details)}".casefold() if self._words else ""
        return all(word in text for word in self._words)

    def plain(self, rows: list[int] | None = None) -> str:
        """Shown entries as text; only ``rows`` where given."""
        chosen = range(self.rowCount()) if rows is None else sorted(rows)
        return "\n".join(
            self._log.entry(self.mapToSource(self.index(row, 0)).row()).plain() for row in chosen
        )


@lru_cache(maxsize=32)
def _picture(level: str, color: str) -> QIcon:
    return icon(ICONS[level], color, 16)


def level_color(level: str) -> str:
    """Colour of a level in the present theme."""
    colors = theme.current()
    return {"error": colors.trouble, "warning": colors.warning, "info": colors.accent}.get(
        level, colors.muted
    )
