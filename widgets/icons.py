"""The icon family: line-drawn SVG, tinted by the theme, sharp at any pixel ratio."""

from __future__ import annotations

import weakref
from functools import lru_cache
from typing import Literal

import shiboken6
from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from tauscope.engine.errors import unknown_name
from tauscope.resources import icon_names, icon_text
from tauscope.widgets import theme as themes

Role = Literal["text", "muted", "accent", "on_accent", "good", "warning", "trouble"]
Target = QAction | QAbstractButton

SIZE = 20
_RATIOS = (1.0, 1.5, 2.0, 3.0)
_tinted: weakref.WeakKeyDictionary[Target, tuple[str, Role, int]] = weakref.WeakKeyDictionary()


def icon(name: str, color: str = "", size: int = SIZE) -> QIcon:
    """Return an icon in one colour, with a fainter picture for the disabled state.

    Parameters
    ----------
    name : str
        One of `tauscope.resources.icon_names`.
    color : str
        ``#rrggbb``; the text colour of the theme in force by default.
    size : int
        Edge in device-independent pixels.

    Raises
    ------
    BadInput
        Unknown name, with the nearest right one.
    """
    return _icon(name, color or themes.current().text, size)


@lru_cache(maxsize=512)
def _icon(name: str, color: str, size: int) -> QIcon:
    """Icon in one colour; there are a hundred in the window and most of them twice."""
    result = QIcon()
    for ratio in _RATIOS:
        result.addPixmap(pixmap(name, color, size, ratio))
        result.addPixmap(pixmap(name, color, size, ratio, 0.4), QIcon.Mode.Disabled)
    return result


def forget() -> None:
    """Let go of every drawing that is kept, before the application goes: pixmaps must not outlive it."""
    _icon.cache_clear()
    renderer.cache_clear()


def pixmap(name: str, color: str, size: int = SIZE, ratio: float = 1.0, opacity: float = 1.0) -> QPixmap:
    """Return one picture of an icon, ``size`` device-independent pixels wide."""
    drawing = renderer(name, color)  # before the painter: an error must not end the pixmap under it
    edge = round(size * ratio)
    result = QPixmap(QSize(edge, edge))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(opacity)
    drawing.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


@lru_cache(maxsize=512)
def renderer(name: str, color: str) -> QSvgRenderer:
    """Return the drawing of an icon in one colour, for widgets that paint themselves."""
    if name not in icon_names():
        raise unknown_name("icon", name, icon_names(), key="icon")
    return QSvgRenderer(QByteArray(icon_text(name).replace("currentColor", QColor(color).name()).encode()))


def set_icon(target: Target, name: str, role: Role = "text", size: int = SIZE) -> None:
    """Give an action or a button an icon that follows the theme from now on."""
    _tinted[target] = (name, role, size)
    _tint(target, name, role, size)


def retint() -> None:
    """Draw every icon given by `set_icon` again, in the colours of the theme in force."""
    for target, (name, role, size) in list(_tinted.items()):
        if shiboken6.isValid(target):
            _tint(target, name, role, size)


def _tint(target: Target, name: str, role: Role, size: int) -> None:
    target.setIcon(icon(name, str(getattr(themes.current(), role)), size))
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(size, size))
