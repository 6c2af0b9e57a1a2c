"""Phase circles on screen, real mouse and key events to their canvas, and their pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas.phase_surface import PaintedPhase
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView
from tests.support.canvas import as_array

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def ring_of_six() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Places and links of a hub (cluster 0) with a ring of six about it."""
    turn = np.arange(6) * np.pi / 3
    places = np.vstack([[0, 0], np.stack([np.cos(turn), np.sin(turn)], axis=1)])
    links = [(0, k) for k in range(1, 7)] + [(k, k % 6 + 1) for k in range(1, 7)]
    return places, np.array(links)


def grid(side: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Places and links of a square of side^2 clusters, the first at the top left."""
    row, column = np.divmod(np.arange(side * side), side)
    index = np.arange(side * side).reshape(side, side)
    across = np.stack([index[:, :-1].ravel(), index[:, 1:].ravel()], axis=1)
    down = np.stack([index[:-1].ravel(), index[1:].ravel()], axis=1)
    return np.stack([column, -row], axis=1).astype(float), np.concatenate([across, down])


def phases(clusters: int, size: int, seed: int = 3) -> npt.NDArray[np.float64]:
    """Phases about a mean that turns from cluster to cluster, more or less together."""
    draw = np.random.default_rng(seed)
    mean = np.linspace(-2.5, 2.5, clusters)
    return draw.vonmises(np.repeat(mean, size), np.repeat(np.linspace(0.2, 4, clusters), size))


def order_of(theta: npt.NDArray[np.float64], clusters: int) -> npt.NDArray[np.complex128]:
    """Order parameters of clusters of one size."""
    return np.asarray(np.exp(1j * theta).reshape(clusters, -1).mean(axis=1))


def fill(view: CirclesView, places: Any, links: Any, size: int, **keys: Any) -> npt.NDArray[np.float64]:
    """Show clusters of a size with phases, and return these."""
    view.set_structure(places, np.arange(len(places) + 1) * size, links, **keys)
    theta = phases(len(places), size)
    assert view.set_frame(theta, order_of(theta, len(places)), None, 0.5 + 0.1 * np.cos(theta))
    return theta


def settle(view: CirclesView) -> None:
    """Let a picture be drawn that is newer than everything done so far."""
    surface: Any = view.stage.surface
    for _ in range(3):  # a density, or a picture painted in a thread, is asked for by the first drawing
        before = surface.frames
        view.stage.refresh()
        for _ in range(800):
            QApplication.processEvents()
            if surface.frames > before and not surface.worker.busy:
                break
            QTest.qWait(5)
        else:
            raise AssertionError("the view was not drawn within four seconds")


def pixels(view: CirclesView) -> npt.NDArray[np.uint8]:
    """Rendered canvas, shape (height, width, 3)."""
    settle(view)
    return as_array(view.picture())


def is_painted(view: CirclesView) -> bool:
    """Whether the processor paints the view."""
    return isinstance(view.stage.surface, PaintedPhase)


def on_circle(view: CirclesView, cluster: int, angle: float, radii: float = 1.0) -> tuple[float, float]:
    """Pixel at an angle on a cluster's circle, or so many radii from its centre."""
    px, py = view.center_of(cluster)
    reach = radii * view.camera.scale
    return px + reach * np.cos(angle), py - reach * np.sin(angle)


def at(view: CirclesView, cluster: int, angle: float = 0.0, radii: float = 0.0) -> QPoint:
    """Same as `on_circle`, as whole pixels for mouse events."""
    px, py = on_circle(view, cluster, angle, radii)
    return QPoint(round(px), round(py))


def move(view: CirclesView, where: QPoint, modifiers: Any = NONE, button: Any = None) -> None:
    """Move the mouse with a button held."""
    native = view.canvas_native
    held = Qt.MouseButton.NoButton if button is None else button
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), QPointF(native.mapToGlobal(where)), Qt.MouseButton.NoButton,
        held, modifiers,
    )  # fmt: skip
    QApplication.sendEvent(native, event)


def drag(view: CirclesView, way: list[QPoint], modifiers: Any = NONE, button: Any = LEFT) -> None:
    """Press at the first point, move over the others, release at the last."""
    begin_drag(view, way, modifiers, button)
    QTest.mouseRelease(view.canvas_native, button, modifiers, way[-1])


def begin_drag(view: CirclesView, way: list[QPoint], modifiers: Any = NONE, button: Any = LEFT) -> None:
    """Press at the first point and move over the others."""
    QTest.mousePress(view.canvas_native, button, modifiers, way[0])
    for where in way[1:]:
        move(view, where, modifiers, button)


def wheel(view: CirclesView, where: QPoint, steps: int) -> None:
    """Turn the wheel over a pixel."""
    native = view.canvas_native
    event = QWheelEvent(
        QPointF(where), QPointF(native.mapToGlobal(where)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(native, event)
