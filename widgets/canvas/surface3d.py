"""The two surfaces that show a height map: by the graphics card through gloo, and by QPainter."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.gl import GlooTarget
from tauscope.widgets.canvas.raster import paint_plates, paint_shapes
from tauscope.widgets.canvas.relief import Relief
from tauscope.widgets.canvas.shapes import rgba

if TYPE_CHECKING:
    from tauscope.widgets.canvas.relief_handle import ReliefHandle

CARD_POINTS = 256
PAINTED_POINTS = 96
HASTY_POINTS = 32
"""Points a side of the mesh: of the graphics card's, of the painted one at rest, and in motion."""


class GlRelief(QOpenGLWidget):
    """Height map drawn by the graphics card.

    Parameters
    ----------
    relief : Relief
        What to show; read at every draw.
    parent : QWidget
        Owner.
    """

    def __init__(self, relief: Relief, parent: QWidget) -> None:
        super().__init__(parent)
        self._relief = relief
        self._target: GlooTarget | None = None
        self._handle: ReliefHandle | None = None
        self.fine = True
        self.frames = 0
        self.draw_seconds = 0.0

    def refine(self) -> None:
        """The mesh is always as fine as it gets."""

    def initializeGL(self) -> None:
        """Start with empty hands, for the first context and for each that replaces it."""
        if self._target is not None:
            self._target.forget()
        self._target = self._handle = None

    def paintGL(self) -> None:
        """Draw the height map."""
        start = time.perf_counter()
        if self._target is None:
            self._target = GlooTarget()
        self._target.activate(self.defaultFramebufferObject())
        if self._handle is None:
            # Here and not above: gloo loads the OpenGL library, which a painted view must do without.
            from tauscope.widgets.canvas.relief_handle import ReliefHandle

            self._handle = ReliefHandle()
        ratio, width, height = self.devicePixelRatioF(), float(self.width()), float(self.height())
        context = self._target.context
        context.set_viewport(0, 0, round(width * ratio), round(height * ratio))
        context.set_clear_color(rgba(self._relief.background))
        context.set_state(depth_test=False, cull_face=False, blend=False)
        context.clear(color=True, depth=True)
        self._handle.draw(context, self._relief, CARD_POINTS, (width, height), ratio)
        self._target.flush()
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def picture(self) -> QImage:
        """Pixels as drawn."""
        return self.grabFramebuffer()

    def release(self) -> None:
        """Forget the graphics card's objects; the surface draws no more."""
        if self._handle is not None:
            self._handle.remove()
        if self._target is not None:
            self._target.forget()
        self._target = self._handle = None


class PaintedRelief(QWidget):
    """Height map painted by the processor, back to front; parameters as those of `GlRelief`.

    In motion a coarse mesh is painted; `refine` paints the fine one, in a thread of its own, because that
    takes longer than a drawing may take.
    """

    _painted = Signal(object, object)

    def __init__(self, relief: Relief, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, True)
        self._relief = relief
        self._image: QImage | None = None
        self._image_key: object = None
        self._thread: threading.Thread | None = None
        self._released = False
        self._painted.connect(self._take)
        self.frames = 0
        self.draw_seconds = 0.0

    def _key(self) -> tuple[object, ...]:
        one = self._relief
        return one.serial, one.orbit, one.limits, one.thresh, one.cmap, one.background, self.size()

    @property
    def fine(self) -> bool:
        """Whether the fine mesh is shown."""
        return self._image is not None and self._image_key == self._key()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the height map."""
        start = time.perf_counter()
        painter = QPainter(self)
        if self._image is not None and self.fine:
            painter.drawImage(0, 0, self._image)
        else:
            paint_mesh(painter, self._relief, self.width(), self.height(), HASTY_POINTS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_plates(painter, self._relief.labels(self.width(), self.height()))
        painter.end()
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def refine(self) -> None:
        """Paint the fine mesh and show it if nothing has changed meanwhile."""
        if self._released or self.fine or (self._thread is not None and self._thread.is_alive()):
            return
        key, relief, size, ratio = self._key(), replace(self._relief), self.size(), self.devicePixelRatioF()
        image = QImage(size * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)

        def work() -> None:
            painter = QPainter(image)
            paint_mesh(painter, relief, size.width(), size.height(), PAINTED_POINTS)
            painter.end()
            self._painted.emit(key, image)

        self._thread = threading.Thread(target=work, name="relief")
        self._thread.start()

    @Slot(object, object)
    def _take(self, key: object, image: QImage) -> None:
        self._join()
        if key == self._key():
            self._image, self._image_key = image, key
            self.update()

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def picture(self) -> QImage:
        """Pixels as drawn."""
        return self.grab().toImage()

    def release(self) -> None:
        """Wait for the thread, if it paints, and start no other: it would speak to a widget that is gone."""
        self._released = True
        self._join()


def paint_relief(painter: QPainter, relief: Relief, width: float, height: float, most: int) -> None:
    """Paint a height map and its labels."""
    paint_mesh(painter, relief, width, height, most)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    paint_plates(painter, relief.labels(width, height))


def paint_mesh(painter: QPainter, relief: Relief, width: float, height: float, most: int) -> None:
    """Paint the frame, then faces from the farthest to the nearest; on any thread."""
    painter.fillRect(QRectF(0, 0, width, height), QColor(relief.background))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    paint_shapes(painter, relief.frame(width, height))
    corners, colors = faces(relief, width, height, most)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    last = -1
    for face, color in zip(corners.tolist(), colors.tolist(), strict=True):
        if color != last:
            painter.setBrush(QColor.fromRgb(color))
            last = color
        painter.drawConvexPolygon([QPointF(x, y) for x, y in face])


def faces(
    relief: Relief, width: float, height: float, most: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint32]]:
    """Faces of the mesh in the order in which they are painted.

    Returns
    -------
    array of float64 [n, 4, 2]
        Corners in logical pixels.
    array of uint32 [n]
        Colours, as ``0xrrggbb``.
    """
    shares = relief.shares(most)
    if min(shares.shape) < 2:
        return np.zeros((0, 4, 2)), np.zeros(0, np.uint32)
    x, y = relief.places(most)
    rows, columns = shares.shape
    points = np.empty((rows, columns, 3))
    points[..., 0], points[..., 1], points[..., 2] = x, y[:, np.newaxis], shares
    px, py, _ = relief.orbit.project(points.reshape(-1, 3), width, height)
    pixels = np.stack([px, py], axis=1).reshape(rows, columns, 2)
    around = (np.s_[:-1, :-1], np.s_[:-1, 1:], np.s_[1:, 1:], np.s_[1:, :-1])
    corners = np.stack([pixels[part] for part in around], axis=2).reshape(-1, 4, 2)
    middle = np.mean([shares[part] for part in around], axis=0).reshape(-1)
    shade = np.mean([relief.shade(shares, most)[part] for part in around], axis=0).reshape(-1)
    # Seen from above, what lies farther away on the floor is never in front.
    cos, sin, _, _ = relief.orbit.angles
    away = ((points[:-1, :-1] + points[1:, 1:]) * (sin, cos, 0.0)).sum(axis=2).reshape(-1)
    order = np.argsort(-away, kind="stable")
    order = order[np.isfinite(middle[order])]
    index = (np.clip(middle[order], 0, 1) * (colormaps.SIZE - 1) + 0.5).astype(np.uint8)
    rgb = (colormaps.table(relief.cmap)[index, :3] * shade[order, np.newaxis] + 0.5).astype(np.uint32)
    colors = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    return corners[order], colors.astype(np.uint32)
