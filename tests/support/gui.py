"""Driving a window: letting it live, waiting, and real mouse and key events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.widgets.field_view import FieldView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

Seen = TypeVar("Seen")
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


def in_place(app: QApplication, lab: Lab) -> None:
    """Wait until the run that was asked for last is in place and its frames are shown."""

    def answered() -> bool:
        return lab.background.idle and not lab.simulation.preparing

    wait_for(app, answered, "what was asked for is made")
    served(app, lab)
    wait_for(
        app,
        lambda: lab.frame is not None and lab.frame.generation == lab.simulation.loop.world.generation,
        "its first frame is shown",
    )


def still(app: QApplication, look: Callable[[], Seen], what: str, seconds: float = 0.2) -> Seen:
    """Wait until something has stayed as it is for a while, and return it: a layout, a picture."""
    seen: Any = look()
    end, since, turns = time.monotonic() + PATIENCE, time.monotonic(), 0
    while time.monotonic() - since < seconds or turns < TURNS_A_SECOND * seconds:
        assert time.monotonic() < end, f"waited {PATIENCE:g} s in vain: {what} comes to rest"
        turns += 1
        app.processEvents()
        time.sleep(0.002)
        now: Any = look()
        same = np.array_equal(now, seen) if isinstance(now, np.ndarray) else now == seen
        if not same:
            seen, since, turns = now, time.monotonic(), 0
    found: Seen = seen
    return found


def in_front(app: QApplication, widget: QWidget) -> None:
    """Wait until something of a widget is to be seen, where the mouse can reach it."""
    wait_for(app, lambda: not widget.visibleRegion().isEmpty(), f"{widget.objectName() or widget} is seen")


def served(app: QApplication, lab: Lab) -> int:
    """Wait until the simulation has done all that was asked of it and the window knows; returns its tick."""
    asked = lab.simulation.loop.call(lambda world: world.macro_tick)
    wait_for(app, asked.done, "the simulation has done what was asked")
    app.processEvents()  # what it told on the way
    return asked.result()


def paused(app: QApplication, lab: Lab) -> int:
    """Pause the run and wait until its last frame is shown; returns its tick, which stays."""
    lab.set_playing(False)
    tick, loop = served(app, lab), lab.simulation.loop
    wait_for(app, lambda: not loop.running and not loop.will_run, "the run pauses")
    wait_for(
        app,
        lambda: (
            lab.frame is not None
            and (lab.frame.generation, lab.frame.macro_tick, lab.frame.running)
            == (loop.world.generation, tick, False)
        ),
        "the frame of the paused run",
    )
    return tick


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
