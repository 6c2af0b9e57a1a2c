"""Worlds panel: names, colours and visibility of the worlds, and which one new sources join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tauscope.widgets import theme
from tauscope.widgets.amounts import plural
from tauscope.widgets.buttons import Button
from tauscope.widgets.texts import Caption, Elided, Label

SWATCH = 14
NAME = 48
"""Least width of a name, in pixels."""


@dataclass(frozen=True, slots=True)
class WorldRow:
    """A world as the panel shows it.

    Parameters
    ----------
    name, color : str
        Name, and ``#rrggbb``.
    visible : bool
        Whether what belongs to it is drawn.
    sources, patterns : int
        How many sources and patterns belong to it.
    """

    name: str
    color: str
    visible: bool
    sources: int
    patterns: int = 0

    @property
    def members(self) -> str:
        """What belongs to it, as in ``2 sources, 1 pattern``."""
        patterns = [plural(self.patterns, "pattern", "patterns")] if self.patterns else []
        sources = [plural(self.sources, "source", "sources")] if self.sources or not patterns else []
        return ", ".join((*sources, *patterns))


class Swatch(Button):
    """Button that shows a world's colour."""

    def __init__(self, color: str) -> None:
        super().__init__("", "", "Choose the colour", kind="ghost")
        self._color = color

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(28, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A plate in the colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.current().accent if self.hasFocus() else theme.current().line))
        painter.setBrush(QColor(self._color))
        left, top = (self.width() - SWATCH) / 2, (self.height() - SWATCH) / 2
        painter.drawRoundedRect(QRectF(left, top, SWATCH, SWATCH), 3, 3)


class _Row(QWidget):
    """One world: colour and name; below, number of sources, eye, cross."""

    def __init__(
        self, panel: WorldsPanel, world: WorldRow, chosen: bool, alone: bool, observed: bool
    ) -> None:
        super().__init__()
        self.world = world
        name = world.name
        self.swatch = Swatch(world.color)
        self.swatch.clicked.connect(lambda: panel.ask_color(name, world.color))
        self.name = QLineEdit(name)
        self.name.setMaxLength(40)
        self.name.setAccessibleName(f"Name of world {name}")
        self.name.setToolTip(f"{name}\nRename the world; what belongs to it follows")
        self.name.setMinimumWidth(NAME)
        self.name.setCursorPosition(0)  # else a long name shows its end
        self.name.editingFinished.connect(self._renamed)
        self._panel, self._known = panel, name
        self.count = Elided(world.members, ink="muted")  # shrinks, so that every button stays in reach
        self.active = Button("", "check" if chosen else "plus", "", kind="ghost")
        self.active.setToolTip(
            "New sources and patterns join this world"
            if chosen
            else "Let new sources and patterns, and the selected ones, join this world"
        )
        self.active.clicked.connect(lambda: panel.world_chosen.emit(name))
        self.eye = Button("", "eye" if world.visible else "eye-off", "", kind="ghost")
        self.eye.setToolTip(
            "Hide its sources and patterns; they emit all the same"
            if world.visible
            else "Show its sources and patterns"
        )
        self.eye.clicked.connect(lambda: panel.visibility_wished.emit(name, not world.visible))
        self.observe = Button("", "observer", "", kind="ghost")
        self.observe.setToolTip(
            f"You see as world {name}, and the others are dark. Press to see all of them"
            if observed
            else f"See as world {name}: the others are dark to it, and new sources join it"
        )
        self.observe.setAccessibleName(f"See as world {name}")
        self.observe.setCheckable(True)
        self.observe.setChecked(observed)
        self.observe.setEnabled(not alone)
        self.observe.clicked.connect(lambda: panel.observer_wished.emit(name))
        self.remove = Button(
            "", "delete", "Delete the world; what belongs to it joins the first other one", kind="ghost"
        )
        self.remove.setEnabled(not alone)
        self.remove.clicked.connect(lambda: panel.removal_wished.emit(name))
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            row.setSpacing(2)
        above.addWidget(self.swatch)
        above.addWidget(self.name, 1)
        below.addSpacing(4)
        below.addWidget(self.count, 1)
        for widget in (self.active, self.eye, self.observe, self.remove):
            below.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addLayout(above)
        column.addLayout(below)

    def _renamed(self) -> None:
        text = self.name.text().strip()
        if text and text != self._known:
            self._known = text
            self._panel.rename_wished.emit(self.name.accessibleName().removeprefix("Name of world "), text)
        elif not text:
            self.name.setText(self._known)


class WorldsPanel(QWidget):
    """What worlds there are; it emits wishes and shows what it is told.

    Signals
    -------
    add_wished()
        A new world.
    rename_wished, color_wished, visibility_wished, removal_wished (name, new value)
        Changes of one world.
    observer_wished(name)
        See as it does, or see all worlds where it is so already.
    world_chosen(name)
        New sources, and the selected ones, shall belong to it.
    """

    add_wished = Signal()
    rename_wished = Signal(str, str)
    color_wished = Signal(str, str)
    visibility_wished = Signal(str, bool)
    removal_wished = Signal(str)
    observer_wished = Signal(str)
    world_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, _Row] = {}
        self.add = Button("Add world", "plus", "Add a world with a colour of its own")
        self.add.clicked.connect(self.add_wished)
        self.hint = Caption(
            "The engine runs on the sum of all worlds. A hidden one is not drawn, but bends f all the same.",
            wrap=True,
        )
        self.locked = Label("", "warning", wrap=True)
        self.locked.hide()
        self._body = QWidget()
        self._list = QVBoxLayout(self._body)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.locked)
        column.addWidget(scroll, 1)
        column.addWidget(self.hint)
        column.addWidget(self.add)
        self._shown: tuple[tuple[WorldRow, ...], str] = ((), "")

    def set_worlds(self, worlds: Sequence[WorldRow], active: str) -> None:
        """Show these worlds; new sources join ``active``."""
        wanted = (tuple(worlds), active)
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                # Hidden by name: the layout shows what was added in a later turn, as a window where it has
                # no parent by then.
                widget.hide()
                widget.deleteLater()
        alone, seen = len(worlds) == 1, [world.name for world in worlds if world.visible]
        self.rows = {
            world.name: _Row(self, world, world.name == active, alone, not alone and seen == [world.name])
            for world in worlds
        }
        for row in self.rows.values():
            self._list.addWidget(row)
        self._list.addStretch(1)

    def set_locked(self, why: str) -> None:
        """Say why nothing can be edited here, and allow nothing; "" allows it again."""
        self.locked.setText(why)
        self.locked.setVisible(bool(why))
        self._body.setEnabled(not why)
        self.add.setEnabled(not why)

    def ask_color(self, name: str, color: str) -> None:
        """Ask for another colour of a world."""
        dialog = QColorDialog(QColor(color), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle(f"Colour of {name}")
        for button in dialog.findChildren(QPushButton):
            button.setIcon(QIcon())  # those of the style are of another family
        dialog.colorSelected.connect(lambda chosen: self.color_wished.emit(name, chosen.name()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
