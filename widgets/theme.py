"""Light and dark: one palette each, as a Qt palette, a style sheet and pyqtgraph's colours."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, fields
from string import Template

import pyqtgraph
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from tauscope.engine.errors import unknown_name
from tauscope.resources import mark_file
from tauscope.widgets.style_sheet import STYLE_SHEET

GRID = 8
"""Spacing of everything, in device-independent pixels."""

TEXT_SIZE, SMALL_SIZE, VALUE_SIZE = 12, 11, 16


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one appearance, each ``#rrggbb``.

    Parameters
    ----------
    name : str
        ``dark`` or ``light``.
    ground, panel, raised, line : str
        Window, docks, buttons and fields, separators.
    text, muted, accent : str
        Text, secondary text, and what is live or selected.
    good, warning, trouble : str
        State colours.
    canvas : str
        Background of the field views.
    """

    name: str
    ground: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    good: str
    warning: str
    trouble: str
    canvas: str

    @property
    def dark(self) -> bool:
        """Whether text is lighter than its background."""
        return luminance(self.text) > luminance(self.panel)

    @property
    def on_accent(self) -> str:
        """Colour of text on the accent: white or near black, whichever reads better."""
        return max(("#ffffff", "#0b1016"), key=lambda color: contrast(color, self.accent))

    @property
    def hover(self) -> str:
        """A raised surface under the pointer."""
        return mix(self.raised, self.text, 0.08)

    @property
    def pressed(self) -> str:
        """A raised surface held down."""
        return mix(self.raised, self.text, 0.16)

    def ink(self, color: str) -> str:
        """Return a state colour, shifted towards the text as far as small type on any surface needs."""
        for step in range(11):
            tried = mix(color, self.text, step / 10)
            if min(contrast(tried, surface) for surface in (self.ground, self.panel, self.raised)) >= 4.5:
                return tried
        return self.text

    @property
    def edge(self) -> str:
        """Outline of menus and of fields under the pointer, stronger than a separator."""
        return mix(self.line, self.muted, 0.45)


DARK = Theme(
    "dark", "#15181c", "#1c2026", "#232830", "#2e343d", "#e6e9ee", "#98a2b0",
    "#4fb3ff", "#58c98b", "#f2b84b", "#ff6b6b", "#0d0f12",
)  # fmt: skip
LIGHT = Theme(
    "light", "#eef0f3", "#ffffff", "#f4f6f8", "#d9dee5", "#1b2026", "#5d6875",
    "#0b74d1", "#1c8f56", "#a86a00", "#c8322f", "#0d0f12",
)  # fmt: skip
_NAMES = tuple(entry.name for entry in fields(Theme))
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

_current = DARK
_told: weakref.WeakKeyDictionary[QWidget, Theme] = weakref.WeakKeyDictionary()
"""Theme that widgets were told of last."""


def current() -> Theme:
    """Return the theme in force; widgets that paint themselves ask for it in every paint event."""
    return _current


def by_name(name: str) -> Theme:
    """Return a theme by name.

    Raises
    ------
    BadInput
        Unknown name, with the nearest right one.
    """
    if name not in THEMES:
        raise unknown_name("theme", name, THEMES, key="theme")
    return THEMES[name]


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour ``share`` of the way from one to the other."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def palette(theme: Theme) -> QPalette:
    """Qt palette of a theme, disabled colours included."""
    result = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.panel, role.Base: theme.raised, role.AlternateBase: theme.panel,
        role.Button: theme.raised, role.ToolTipBase: theme.raised, role.ToolTipText: theme.text,
        role.WindowText: theme.text, role.Text: theme.text, role.ButtonText: theme.text,
        role.BrightText: theme.trouble, role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent, role.HighlightedText: theme.on_accent, role.Accent: theme.accent,
        role.Link: theme.accent, role.LinkVisited: theme.accent,
        role.Light: theme.raised, role.Midlight: theme.raised, role.Mid: theme.line,
        role.Dark: theme.line, role.Shadow: theme.ground,
    }  # fmt: skip
    for key, color in colors.items():
        result.setColor(key, QColor(color))
    faint = QColor(mix(theme.muted, theme.panel, 0.4))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, faint)
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return result


def text_font(size: int = TEXT_SIZE, *, semibold: bool = False) -> QFont:
    """The system's sans face at a pixel size."""
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    return font


def number_font(size: int = TEXT_SIZE, *, semibold: bool = False) -> QFont:
    """Face for numbers: the system's sans with figures of one width, so that digits never dance."""
    font = text_font(size, semibold=semibold)
    if hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
        return font
    font.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", "monospace"])
    return font


def stylesheet(theme: Theme) -> str:
    """Style sheet of a theme: flat, thin separators, 6 px corners, a focus ring in the accent.

    Widgets choose a part by the dynamic property ``role``: buttons ``primary``, ``quiet``, ``danger``,
    ``record``; labels ``muted``, ``small``, ``heading``, ``title``, ``trouble``, ``warning``, ``good``,
    ``badge``; frames ``separator``, ``card``, ``panel``.
    """
    colors = {name: str(getattr(theme, name)) for name in _NAMES}
    derived = {
        "on_accent": theme.on_accent,
        "hover": theme.hover,
        "pressed": theme.pressed,
        "edge": theme.edge,
        "faint": mix(theme.muted, theme.panel, 0.4),
        "accent_hover": mix(theme.accent, theme.text, 0.12),
        "accent_wash": mix(theme.panel, theme.accent, 0.18),
        "trouble_wash": mix(theme.panel, theme.trouble, 0.12),
        "thumb": mix(theme.line, theme.muted, 0.35),
    }
    inks = {f"{name}_ink": theme.ink(colors[name]) for name in ("accent", "good", "warning", "trouble")}
    pictures = {name: mark_file(name, theme.name) for name in ("chevron", "up", "left", "right", "check")}
    sizes = {"small": f"{SMALL_SIZE}px"}
    return Template(STYLE_SHEET).substitute({**colors, **derived, **inks, **pictures, **sizes})


def is_new(widget: QWidget, event: QEvent) -> bool:
    """Whether an event tells a widget of a theme that it was not told of yet; Qt sends several for each.

    Parameters
    ----------
    widget : QWidget
        Receiver, which dressed itself when it was made.
    event : QEvent
        As given to ``changeEvent``.
    """
    if event.type() not in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
        return False
    known = _told.get(widget)
    _told[widget] = _current
    return known is not _current


class _Deaf(QObject):
    """Keeps from a window that its style changes."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Swallow that event."""
        return event.type() == QEvent.Type.StyleChange


def _undress(app: QApplication) -> None:
    """Take the style sheet off, before another is put on.

    A sheet in place of another is applied to every widget once for each of its ancestors, which takes four
    times as long. Main windows need not know: they would take over the plain style's separators, and keep the
    handles of every arrangement of docks (see `tauscope.app.main_window`).
    """
    deaf = _Deaf()
    windows = [window for window in app.topLevelWidgets() if isinstance(window, QMainWindow)]
    for window in windows:
        window.installEventFilter(deaf)
    try:
        app.setStyleSheet("")
    finally:
        for window in windows:
            window.removeEventFilter(deaf)


def apply(app: QApplication, theme: Theme) -> None:
    """Dress the whole application: palette, style sheet, font, pyqtgraph's defaults, icons."""
    global _current
    from tauscope.widgets import icons

    _current = theme
    dress = stylesheet(theme)
    worn = app.styleSheet()
    if worn != dress:
        if worn:
            _undress(app)
        else:
            app.setStyle("Fusion")
            app.setFont(text_font())
        app.setPalette(palette(theme))
        app.setStyleSheet(dress)
    pyqtgraph.setConfigOptions(background=theme.panel, foreground=theme.muted, antialias=True)
    icons.retint()
