"""Form of every parameter of a configuration: searchable, grouped by when a change takes effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from tauscope.engine.config import EngineConfig, Leaf, leaves
from tauscope.engine.errors import unknown_name
from tauscope.widgets import theme
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


class Group(QWidget):
    """Heading with a badge, and the rows beneath it."""

    def __init__(self, title: str, icon_name: str, badge: str, tip: str, rows: list[ParameterRow]) -> None:
        super().__init__()
        self.rows = rows
        self.setObjectName(f"group:{badge}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        heading = Heading(title)
        heading.setFont(theme.text_font(theme.SMALL_SIZE, semibold=True))
        mark = QLabel(badge)
        set_role(mark, "badge")
        mark.setToolTip(tip)
        mark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(Glyph(icon_name, "accent" if badge == "live" else "muted"))
        line.addWidget(heading, 1)
        line.addWidget(mark)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(0)
        column.addLayout(line)
        column.addSpacing(4)
        for row in rows:
            column.addWidget(row)


class ParameterForm(QWidget):
    """Every parameter with its editor.

    Signals
    -------
    edited(path, value, phase, live)
        An intention; ``live`` False means that it restarts the run.
    reset_requested(path)
        Back to the default.
    """

    edited = Signal(str, object, str, bool)
    reset_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._rows: dict[str, ParameterRow] = {}
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
    def rows(self) -> Mapping[str, ParameterRow]:
        """Rows by path."""
        return self._rows

    def set_config_type(self, config_type: type[EngineConfig]) -> None:
        """Build the rows of a configuration."""
        for group in self._groups:
            self._column.removeWidget(group)
            group.hide()
            group.deleteLater()
        found = list(leaves(config_type))
        self._rows = {leaf.path: self._make_row(leaf) for leaf in found}
        self._groups = list(self._make_groups(found))
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

    def _make_row(self, leaf: Leaf) -> ParameterRow:
        row = ParameterRow(leaf)
        row.edited.connect(lambda value, phase: self.edited.emit(leaf.path, value, phase, leaf.live))
        row.reset_requested.connect(lambda: self.reset_requested.emit(leaf.path))
        return row

    def _make_groups(self, found: list[Leaf]) -> Iterable[Group]:
        live = [self._rows[leaf.path] for leaf in found if leaf.live]
        restart = [self._rows[leaf.path] for leaf in found if not leaf.live]
        if live:
            yield Group("While running", "live", "live", "Takes effect at the next tick", live)
        if restart:
            yield Group("At the start", "restart", "restart", "A change begins the run anew", restart)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in self._rows.values():
            row.setVisible(row.matches(words))
        for group in self._groups:
            group.setVisible(any(not row.isHidden() for row in group.rows))
        empty = bool(self._rows) and not self.shown()
        self.nothing.setText(f"No parameter has “{text.strip()}” in its name or meaning." if empty else "")
        self.nothing.setVisible(empty)
