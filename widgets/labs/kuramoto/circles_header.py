"""Header of phase circles: title, a note, and the buttons for fit, snapshot and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from tauscope.widgets.field_header import HEIGHT, ICON_SIZE, MARGIN, SPACE, Colors, Note
from tauscope.widgets.icons import icon
from tauscope.widgets.labs.kuramoto.circles_options import CirclesOptions
from tauscope.widgets.raster_note import RasterNote
from tauscope.widgets.texts import Elided

HINT = (
    "Click selects a cluster, Ctrl adds, a drag on empty ground selects many, a double click its layer.\n"
    "Drag a selected circle round to kick it, with Shift up or down to detune it; Esc gives it up.\n"
    "Wheel zooms, right or middle drag moves the picture, F fits it.\n"
    "Keys: arrows select, K and Shift+K kick by π/6, Alt+Up and Alt+Down detune, Z freezes and frees."
)
_CHOICES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Colour by", "color_by", (("phase", "Phase θ"), ("frequency", "Frequency"))),
    ("Detail", "detail", (("auto", "As it suits"), ("points", "Points"), ("density", "Density"))),
)
_SWITCHES = (("links", "Links"), ("names", "Names"), ("legend", "Legend"))


class CirclesHeader(QWidget):
    """Title, note, and three buttons; every signal is a wish."""

    options_wished = Signal(object)
    fit_wished = Signal()
    snapshot_wished = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._options = CirclesOptions()
        self.title = Elided(ink="text")
        self.title.set_hint(HINT)
        self.note = Note()
        self.warning = RasterNote()
        self._fit = self._button("Fit all clusters into the view (F)", self.fit_wished.emit)
        self._snapshot = self._button("Save a picture of this view and its data", self.snapshot_wished.emit)
        self._more = self._button("Colours, detail and more", None)
        self.menu = QMenu(self._more)
        self.menu.setToolTipsVisible(True)
        self._fill()
        self._more.setMenu(self.menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * MARGIN, 0, MARGIN, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.title, 1)
        row.addWidget(self.warning)
        row.addWidget(self.note)
        for button in (self._fit, self._snapshot, self._more):
            row.addWidget(button)

    def _button(self, tip: str, slot: Callable[[], None] | None) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFixedSize(24, 24)
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if slot is not None:
            button.clicked.connect(lambda _checked=False: slot())
        return button

    def _fill(self) -> None:
        for title, name, values in _CHOICES:
            self.menu.addSection(title)
            group = QActionGroup(self.menu)
            for value, text in values:
                action = group.addAction(self._entry(text, name, value))
                action.setChecked(getattr(self._options, name) == value)
        self.menu.addSection("Show")
        for name, text in _SWITCHES:
            self._entry(text, name, None)

    def _entry(self, text: str, name: str, value: str | None) -> Any:
        """Menu entry that sets an option to a value, or turns it over where it has none."""
        action = self.menu.addAction(text)
        action.setCheckable(True)
        action.setData((name, value))

        def wish(checked: bool) -> None:
            new: Any = checked if value is None else value
            self.options_wished.emit(replace(self._options, **{name: new}))

        action.triggered.connect(wish)
        return action

    def set_options(self, options: CirclesOptions) -> None:
        """Options in force."""
        self._options = options
        for action in self.menu.actions():
            if action.isSeparator():
                continue
            name, value = action.data()
            now = getattr(options, name)
            action.setChecked(now if value is None else now == value)

    def set_title(self, text: str) -> None:
        """Name of what is shown."""
        self.title.set_text(text)

    def set_note(self, text: str) -> None:
        """Note at the right."""
        self.note.set_text(text)

    def set_raster(self, reason: str) -> None:
        """Warn that the view could not be drawn by OpenGL, and why; "" hides it."""
        self.warning.set_reason(reason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the warning where there is little room."""
        super().resizeEvent(event)
        self.warning.set_room(event.size().width())

    def set_colors(self, colors: Colors) -> None:
        """Take a theme's colours."""
        self.setStyleSheet(
            f"CirclesHeader {{ background: {colors.panel}; }}"
            f"CirclesHeader QToolButton {{ border: none; border-radius: 4px; padding: 2px 4px; "
            f"background: transparent; }}"
            "CirclesHeader QToolButton:hover, CirclesHeader QToolButton:focus "
            f"{{ background: {colors.raised}; }}"
            "CirclesHeader QToolButton::menu-indicator { image: none; width: 0; }"
            f"CirclesHeader QLabel {{ color: {colors.muted}; background: transparent; }}"
        )
        for button, name in ((self._fit, "fit"), (self._snapshot, "snapshot"), (self._more, "more")):
            button.setIcon(icon(name, colors.muted, ICON_SIZE))
