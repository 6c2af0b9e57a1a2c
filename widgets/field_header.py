"""Header of a field view: what is shown, a note on it, and the buttons for fit, snapshot and options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from tauscope.engine.base import FieldSpec
from tauscope.widgets.icons import icon
from tauscope.widgets.state import ViewOptions
from tauscope.widgets.texts import Elided
from tauscope.widgets.view_menu import fill_menu

HEIGHT = 28
ICON_SIZE = 18
HINT = (
    "Wheel zooms, right or middle drag moves the picture, double click fits it.\n"
    "Drag a source to move it; hold Alt or Shift to keep it on whole cells."
)


class Colors(Protocol):
    """The colours of a theme that a field view uses, as ``"#rrggbb"``; `widgets.theme.Theme` has them."""

    @property
    def panel(self) -> str: ...
    @property
    def raised(self) -> str: ...
    @property
    def line(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def muted(self) -> str: ...
    @property
    def accent(self) -> str: ...
    @property
    def canvas(self) -> str: ...


class FieldHeader(QWidget):
    """Title that opens the list of fields, a note, and three buttons.

    Every signal is a wish; the view and the application decide.
    """

    field_chosen = Signal(str)
    options_wished = Signal(object)
    limits_wished = Signal()
    autoscale_wished = Signal()
    fit_wished = Signal()
    snapshot_wished = Signal()
    threshold_wished = Signal()
    levels_wished = Signal()
    surface_wished = Signal()
    link_wished = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._specs: Mapping[str, FieldSpec] = {}
        self._options: ViewOptions | None = None
        self._linked = False
        self.title = QToolButton(self)
        self.title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.title.setAutoRaise(True)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.note = Elided(ink="muted")
        self.warning = QLabel("Without OpenGL")
        self.warning.hide()
        self._fit = self._button("Fit the lattice into the view (F)", self.fit_wished.emit)
        self._snapshot = self._button("Save a picture of this view and its data", self.snapshot_wished.emit)
        self._more = self._button("Colour map, limits and more", None)
        self._fields = QMenu(self.title)
        self._fields.aboutToShow.connect(self._list_fields)
        self.title.setMenu(self._fields)
        self._menu = QMenu(self._more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._list_options)
        self._more.setMenu(self._menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._arrange()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(2)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.warning)
        row.addWidget(self.note)
        row.addSpacing(4)
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

    def set_specs(self, specs: Mapping[str, FieldSpec]) -> None:
        """Fields on offer."""
        self._specs = dict(specs)
        self._name()

    def set_options(self, options: ViewOptions) -> None:
        """Options in force."""
        self._options = options
        self._name()

    def set_linked(self, linked: bool) -> None:
        """Whether cameras and cursors of the views are linked."""
        self._linked = linked

    def set_raster(self, reason: str) -> None:
        """Warn that the view could not be drawn by OpenGL, and why; "" hides it."""
        self.warning.setVisible(bool(reason))
        self.warning.setToolTip(f"{reason} The processor draws this view, more slowly." if reason else "")

    def set_colors(self, colors: Colors) -> None:
        """Take a theme's colours."""
        self.setStyleSheet(_style(colors))
        for button, name in ((self._fit, "fit"), (self._snapshot, "snapshot"), (self._more, "more")):
            button.setIcon(icon(name, colors.muted, ICON_SIZE))

    def _name(self) -> None:
        spec = self._specs.get(self._options.field) if self._options else None
        minus = self._specs.get(self._options.minus) if self._options else None
        text, note = (title_of(spec), spec.note) if spec else ("No field", "")
        if spec and minus:
            text = f"{spec.label} − {minus.label}"
            note = f"{title_of(spec)}, minus {title_of(minus)}, of the same tick."
        self.title.setText(text)
        self.title.setToolTip(f"{note}\nClick to choose another field.\n{HINT}".strip())

    def _list_fields(self) -> None:
        self._fields.clear()
        chosen = self._options.field if self._options else ""
        for name, spec in self._specs.items():
            action = self._fields.addAction(title_of(spec))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _checked=False, field=name: self.field_chosen.emit(field))

    def _list_options(self) -> None:
        fill_menu(self._menu, self, self._specs, self._options, self._linked)


def title_of(spec: FieldSpec) -> str:
    """Title of a field, as in ``f(x) — update fraction``."""
    title = spec.title
    if title[:1].isupper() and not title[1:2].isupper():
        title = title[:1].lower() + title[1:]
    return f"{spec.label} — {title}" if title else spec.label


def _style(colors: Colors) -> str:
    return (
        f"FieldHeader {{ background: {colors.panel}; }}"
        f"FieldHeader QToolButton {{ border: none; border-radius: 4px; padding: 2px 4px; "
        f"color: {colors.text}; background: transparent; font-weight: 600; }}"
        f"FieldHeader QToolButton:hover, FieldHeader QToolButton:focus {{ background: {colors.raised}; }}"
        "FieldHeader QToolButton::menu-indicator { image: none; width: 0; }"
        f"FieldHeader QLabel {{ color: {colors.muted}; background: transparent; }}"
    )
