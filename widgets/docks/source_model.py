"""Sources as a list with a heading for each world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from tauscope.widgets.controls.numbers import format_value
from tauscope.widgets.state import PATTERN_NAMES, SourceMark

Index = QModelIndex | QPersistentModelIndex
MARK_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True)
class WorldHeading:
    """Heading of a world's sources."""

    world: str
    count: int
    title: str = "Sources"

    def text(self) -> str:
        """As shown."""
        return f"World {self.world}" if self.world else self.title


Row = WorldHeading | SourceMark


def grouped(sources: tuple[SourceMark, ...], title: str = "Sources") -> list[Row]:
    """Headings and sources, worlds in order of their first source; ``title`` heads those without a world."""
    worlds: dict[str, list[SourceMark]] = {}
    for mark in sources:
        worlds.setdefault(mark.world, []).append(mark)
    rows: list[Row] = []
    for world, marks in worlds.items():
        rows += [WorldHeading(world, len(marks), title), *marks]
    return rows


def shown_name(mark: SourceMark) -> str:
    """Name of a source, or what it is called until it has one."""
    return mark.name or f"{mark.kind.capitalize()} {mark.id}"


class SourceModel(QAbstractListModel):
    """Rows of the list.

    Signals
    -------
    renamed(id, name)
        The user typed another name.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None, title: str = "Sources") -> None:
        super().__init__(parent)
        self._title = title
        self._rows: list[Row] = []

    def set_sources(self, sources: tuple[SourceMark, ...]) -> bool:
        """Show sources; True if rows were laid anew, False if only their contents changed."""
        rows = grouped(sources, self._title)
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            for number, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
                if old != new:
                    self._rows[number] = new
                    self.dataChanged.emit(self.index(number), self.index(number))
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def row(self, index: Index) -> Row:
        """Heading or source of an index."""
        return self._rows[index.row()]

    def index_of(self, source: str) -> QModelIndex:
        """Index of a source by id; an invalid one if it is not there."""
        for number, row in enumerate(self._rows):
            if isinstance(row, SourceMark) and row.id == source:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        """Headings and sources."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tooltip, what screen readers say, and the row itself."""
        row = self._rows[index.row()]
        if role == MARK_ROLE:
            return row
        if isinstance(row, WorldHeading):
            return row.text() if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_name(row)
        if role == Qt.ItemDataRole.EditRole:
            return row.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            if row.kind in PATTERN_NAMES:
                return (
                    f"{shown_name(row)} ({PATTERN_NAMES[row.kind]})\nstarts at x {row.x:.6g}, y {row.y:.6g}"
                )
            unit = "bits/update" if row.style.unit == "bit" else row.style.unit
            strength = format_value(row.strength, unit)
            return f"{shown_name(row)} ({row.kind})\nx {row.x:.6g}, y {row.y:.6g}, strength {strength}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Pass a typed name on; the list changes when the document does."""
        row = self._rows[index.row()]
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not isinstance(row, SourceMark) or name in ("", row.name):
            return False
        self.renamed.emit(row.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings can't be chosen."""
        if not index.isValid() or isinstance(self._rows[index.row()], WorldHeading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


def _key(row: Row) -> tuple[str, str]:
    return ("world", row.world) if isinstance(row, WorldHeading) else ("source", row.id)
