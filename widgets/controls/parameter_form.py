"""Form of every parameter of a configuration: searchable, grouped by when a change takes effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.config import EngineConfig, Leaf, ListLeaf, all_leaves
from tauscope.engine.errors import unknown_name
from tauscope.widgets import theme
from tauscope.widgets.controls.file_row import FileRow
from tauscope.widgets.controls.list_row import ListRow
from tauscope.widgets.controls.parameter_row import ParameterRow
from tauscope.widgets.icons import renderer
from tauscope.widgets.texts import Caption, Heading, set_role

_ICON = 14


class SearchField(QLineEdit):
    """Line with a magnifying glass; Esc empties it."""

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(False)
        self.setTextMargins(20, 0, 0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty on Esc."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text, and the glass before it."""
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRectF(7, (self.height() - _ICON) / 2, _ICON, _ICON)
        renderer("search", theme.current().muted).render(painter, box)


class Glyph(QWidget):
    """Small icon in a theme colour.

    Parameters
    ----------
    name : str
        Icon.
    ink : str
        Name of a theme colour.
    """

    def __init__(self, name: str, ink: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._ink = name, ink
        self.setFixedSize(QSize(_ICON, _ICON))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon."""
        renderer(self._name, getattr(theme.current(), self._ink)).render(QPainter(self), QRectF(self.rect()))


Row = ParameterRow | ListRow | FileRow
LIVE, RESTART = "Takes effect at the next tick", "A change begins the run anew"


class Group(QWidget):
    """Heading with badges, and the rows beneath it.

    Parameters
    ----------
    title : str
        Heading.
    key : str
        Name in code.
    rows : list of ParameterRow, ListRow or FileRow
        Rows; where some of them are live and some are not, each of the latter has a mark of its own.
    tip : str
        What they are about.
    """

    def __init__(self, title: str, key: str, rows: list[Row], tip: str = "") -> None:
        super().__init__()
        self.rows = rows
        self.setObjectName(f"group:{key}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        heading = Heading(title)
        heading.setFont(theme.text_font(theme.SMALL_SIZE, semibold=True))
        heading.setToolTip(tip)
        kinds = {row.leaf.live for row in rows}
        line = QHBoxLayout()
        line.setSpacing(6)
        icon_name = "live" if kinds == {True} else "restart" if kinds == {False} else "parameters"
        line.addWidget(Glyph(icon_name, "accent" if True in kinds else "muted"))
        line.addWidget(heading, 1)
        if len(kinds) == 1:
            line.addWidget(_badge(True in kinds))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(0)
        column.addLayout(line)
        column.addSpacing(4)
        for row in rows:
            column.addWidget(row)
            if len(kinds) > 1 and not row.leaf.live:
                glyph = Glyph("restart")
                glyph.setToolTip(RESTART)
                row.names.insertWidget(1, glyph)


def _badge(live: bool) -> QLabel:
    mark = QLabel("live" if live else "restart")
    set_role(mark, "badge")
    mark.setToolTip(LIVE if live else RESTART)
    mark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return mark


class ParameterForm(QWidget):
    """Every parameter with its editor.

    Signals
    -------
    edited(path, value, phase, live)
        An intention; ``live`` False means that it restarts the run.
    reset_requested(path)
        Back to the default.
    file_wished(path, file)
        A file is to be read for a parameter; "" asks which.
    """

    edited = Signal(str, object, str, bool)
    reset_requested = Signal(str)
    file_wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._rows: dict[str, Row] = {}
        self._groups: list[Group] = []
        self.search = SearchField("Search parameters")
        self.search.textChanged.connect(self._filter)
        self.nothing = Caption("", wrap=True)
        self.nothing.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.search)
        self._column.addWidget(self.nothing)

    @property
    def rows(self) -> Mapping[str, Row]:
        """Rows by path."""
        return self._rows

    def set_config_type(self, config_type: type[EngineConfig]) -> None:
        """Build the rows of a configuration."""
        for group in self._groups:
            self._column.removeWidget(group)
            group.hide()
            group.deleteLater()
        self._rows = {leaf.path: self._make_row(leaf) for leaf in all_leaves(config_type)}
        self._groups = list(self._make_groups(config_type))
        for group in self._groups:
            self._column.addWidget(group)
        self._filter(self.search.text())

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values of the model by path; emits nothing."""
        for path, value in values.items():
            if path in self._rows:
                self._rows[path].set_value(value)

    def set_error(self, path: str, message: str) -> None:
        """Say what was wrong with a parameter; an empty path takes every such message back.

        Raises
        ------
        BadInput
            Unknown path, with the nearest right one.
        """
        if not path:
            for row in self._rows.values():
                row.set_error("")
            return
        if path not in self._rows:
            raise unknown_name("parameter", path, self._rows, key="path")
        self._rows[path].set_error(message)

    def shown(self) -> list[str]:
        """Paths that the search has left."""
        return [path for path, row in self._rows.items() if not row.isHidden()]

    def _make_row(self, leaf: Leaf | ListLeaf) -> Row:
        if isinstance(leaf, Leaf) and leaf.file:
            file_row = FileRow(leaf)
            file_row.file_wished.connect(lambda file: self.file_wished.emit(leaf.path, file))
            file_row.reset_requested.connect(lambda: self.reset_requested.emit(leaf.path))
            return file_row
        row: ParameterRow | ListRow = ListRow(leaf) if isinstance(leaf, ListLeaf) else ParameterRow(leaf)
        row.edited.connect(lambda value, phase: self.edited.emit(leaf.path, value, phase, leaf.live))
        row.reset_requested.connect(lambda: self.reset_requested.emit(leaf.path))
        return row

    def _make_groups(self, config_type: type[EngineConfig]) -> Iterable[Group]:
        """What is live and what is not, then each part of the configuration by itself."""
        own = [row for path, row in self._rows.items() if "." not in path]
        live, restart = ([row for row in own if row.leaf.live is wanted] for wanted in (True, False))
        if live:
            yield Group("While running", "live", live, LIVE)
        if restart:
            yield Group("At the start", "restart", restart, RESTART)
        for name, info in config_type.model_fields.items():
            rows = [row for path, row in self._rows.items() if path.startswith(f"{name}.")]
            if rows:
                words = name.replace("_", " ")
                title = info.title or f"{words[:1].upper()}{words[1:]}"
                for row in rows:
                    row.add_words(f"{title} {info.description or ''}")
                yield Group(title, name, rows, info.description or "")

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in self._rows.values():
            row.setVisible(row.matches(words))
        for group in self._groups:
            group.setVisible(any(not row.isHidden() for row in group.rows))
        empty = bool(self._rows) and not self.shown()
        self.nothing.setText(f"No parameter has “{text.strip()}” in its name or meaning." if empty else "")
        self.nothing.setVisible(empty)
