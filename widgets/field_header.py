"""Header of a field view: what is shown, a note on it, and the buttons for fit, snapshot and options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPixmap, QTransform
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from tauscope.engine.base import FieldSpec
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.plates import bar_image
from tauscope.widgets.icons import icon
from tauscope.widgets.state import Autoscale, ViewOptions
from tauscope.widgets.texts import Elided

HEIGHT = 28
ICON_SIZE = 18
HINT = (
    "Wheel zooms, right or middle drag moves the picture, double click fits it.\n"
    "Drag a source to move it; hold Alt or Shift to keep it on whole cells."
)
MODES: dict[Autoscale, tuple[str, str]] = {
    "continuous": ("Follow", "Smallest to largest value, smoothed in time."),
    "robust": ("Robust", "From the 1st to the 99th percentile, so that a few extreme cells do not matter."),
    "symmetric": ("Symmetric", "The same reach below and above the centre."),
    "frozen": ("Frozen", "The limits stay as they are."),
}


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

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._specs: Mapping[str, FieldSpec] = {}
        self._options: ViewOptions | None = None
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
        self.title.setText(title_of(spec) if spec else "No field")
        note = spec.note if spec else ""
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
        self._menu.clear()
        options = self._options
        if options is not None:
            self._list_maps(options)
            self._list_modes(options)
        self._add("Set limits…", self.limits_wished.emit)
        self._add("Autoscale once\tA", self.autoscale_wished.emit)
        self._menu.addSeparator()
        self._add("Fit\tF", self.fit_wished.emit)
        self._add("Save a picture…", self.snapshot_wished.emit)

    def _list_maps(self, options: ViewOptions) -> None:
        spec = self._specs.get(options.field)
        menu = self._menu.addMenu("Colour map")
        for name in colormaps.CHOICES[spec.palette if spec else "sequential"]:
            action = QAction(_swatch(name), colormaps.short_name(name), menu)
            action.setCheckable(True)
            action.setChecked(colormaps.short_name(name) == colormaps.short_name(options.cmap))
            wish = replace(options, cmap=name)
            action.triggered.connect(lambda _checked=False, wish=wish: self.options_wished.emit(wish))
            menu.addAction(action)

    def _list_modes(self, options: ViewOptions) -> None:
        menu = self._menu.addMenu("Colour limits")
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for mode, (text, tip) in MODES.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setToolTip(tip)
            action.setChecked(mode == options.autoscale)
            group.addAction(action)
            wish = replace(options, autoscale=mode)
            action.triggered.connect(lambda _checked=False, wish=wish: self.options_wished.emit(wish))

    def _add(self, text: str, slot: Callable[[], None]) -> None:
        action = self._menu.addAction(text)
        action.triggered.connect(lambda _checked=False: slot())


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


def _swatch(name: str) -> QIcon:
    wide = bar_image(name).transformed(QTransform().rotate(90))
    return QIcon(QPixmap.fromImage(wide.scaled(48, 12, Qt.AspectRatioMode.IgnoreAspectRatio)))
