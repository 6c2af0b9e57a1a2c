"""Driving a window: letting it live, waiting, and real mouse and key events."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.widgets.field_view import FieldView

PATIENCE = 90.0
TURNS_A_SECOND = 100
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


def pump(app: QApplication, seconds: float) -> None:
    """Let the window live for so long, and on a busy machine for as many turns as that usually is."""
    end, turns = time.monotonic() + seconds, round(TURNS_A_SECOND * seconds)
    while time.monotonic() < end or turns > 0:
        turns -= 1
        app.processEvents()
        time.sleep(0.002)


def wait_for(app: QApplication, condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Let the window live until something holds; fails by name where it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain: {what}"
        app.processEvents()
        time.sleep(0.002)


def point_of(view: FieldView, x: float, y: float) -> QPoint:
    """Pixel of a lattice position on the view's native canvas."""
    px, py = view.world_to_pixel(x, y)
    return QPoint(round(px), round(py))


def drag(
    app: QApplication, widget: QWidget, start: QPoint, end: QPoint, steps: int = 12, release: bool = True
) -> None:
    """Press, move in steps and release with the left button."""
    QTest.mouseMove(widget, start)
    QTest.mousePress(widget, LEFT, PLAIN, start)
    for step in range(1, steps + 1):
        QTest.mouseMove(widget, start + (end - start) * step / steps)
        pump(app, 0.008)
    if release:
        QTest.mouseRelease(widget, LEFT, PLAIN, end)


def screen_of(widget: QWidget) -> npt.NDArray[np.uint8]:
    """What the X server shows of a widget, as an array [row, column, rgb]; GL included."""
    screen = QGuiApplication.primaryScreen()
    corner = widget.mapToGlobal(QPoint(0, 0))
    pixmap = screen.grabWindow(0, corner.x(), corner.y(), widget.width(), widget.height())
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def distinct_colours(picture: npt.NDArray[np.uint8]) -> int:
    """Number of different colours in a picture."""
    return len(np.unique(picture.reshape(-1, 3), axis=0))
