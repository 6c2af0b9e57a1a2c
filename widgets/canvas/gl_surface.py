"""OpenGL surface: draws a scene through the handles, and builds them anew when a context was lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QImage
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.contours import CONTOUR_COLOR, CONTOUR_FRINGE, CONTOUR_WIDTH
from tauscope.widgets.canvas.gl import GlooTarget
from tauscope.widgets.canvas.scene import Scene
from tauscope.widgets.canvas.shapes import rgba


class GlSurface(QOpenGLWidget):
    """Canvas drawn by the graphics card.

    Parameters
    ----------
    scene : Scene
        What to show; read at every draw.
    prepare : callable
        Called before each draw, to bring the scene up to date.
    parent : QWidget
        Owner.
    """

    def __init__(self, scene: Scene, prepare: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._scene = scene
        self._prepare = prepare
        self._drawing: Drawing | None = None
        self.contexts = 0
        self.frames = 0
        self.draw_seconds = 0.0

    def initializeGL(self) -> None:
        """Start with empty hands: Qt calls this for the first context and for each that replaces it."""
        if self._drawing is not None:
            self._drawing.target.forget()
        self._drawing = None
        self.contexts += 1

    def paintGL(self) -> None:
        """Apply what changed and draw."""
        start = time.perf_counter()
        self._prepare()
        if self._drawing is None:
            self._drawing = self._new_drawing()
        self._drawing.draw(self._scene, self.defaultFramebufferObject(), self.devicePixelRatioF())
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def _new_drawing(self) -> Drawing:
        return _FieldDrawing()

    def picture(self) -> QImage:
        """Pixels as drawn."""
        return self.grabFramebuffer()

    def release(self) -> None:
        """Forget the graphics card's objects; the surface draws no more."""
        if self._drawing is not None:
            self._drawing.remove()
            self._drawing = None


class Drawing(Protocol):
    """Handles of one context, and what of the scene they show already."""

    target: GlooTarget

    def draw(self, scene: Scene, framebuffer: int, ratio: float) -> None:
        """Draw a scene into the current context."""
        ...

    def remove(self) -> None:
        """Queue the end of every handle."""
        ...


class _FieldDrawing:
    """Drawing of a field with its contours, shapes and plates."""

    def __init__(self) -> None:
        self.target = GlooTarget()
        self._ready = False
        self._field_serial = -1
        self._patches = 0
        self._shapes_serial = -1
        self._contours_serial = -1

    def _start(self) -> None:
        # Here and not above: gloo loads the OpenGL library, which a raster view must do without.
        from tauscope.widgets.canvas.handles import (
            DomainHandle,
            ImageHandle,
            LinesHandle,
            PlatesHandle,
            ShapesHandle,
        )

        self._real, self._domain = ImageHandle(), DomainHandle()
        self._lines = LinesHandle()
        self._shapes = ShapesHandle()
        self._plates = PlatesHandle()
        self._ready = True

    def draw(self, scene: Scene, framebuffer: int, ratio: float) -> None:
        """Draw a scene into the current context."""
        self.target.activate(framebuffer)
        if not self._ready:
            self._start()
        context, camera = self.target.context, scene.camera
        context.set_viewport(0, 0, round(camera.width * ratio), round(camera.height * ratio))
        context.set_state(depth_test=False, cull_face=False, blend=False)
        context.set_clear_color(rgba(scene.background))
        context.clear(color=True, depth=False)
        self._draw_field(scene)
        context.set_state(blend=True, blend_func=("one", "one_minus_src_alpha"))
        self._draw_contours(scene, ratio)
        if scene.shapes_serial != self._shapes_serial:
            self._shapes.set_data(scene.shapes)
            self._shapes_serial = scene.shapes_serial
        self._shapes.set_canvas(camera.width, camera.height, ratio)
        self._shapes.draw()
        self._plates.set_data(scene.plates, ratio)
        self._plates.set_canvas(camera.width, camera.height)
        self._plates.draw()
        context.set_state(blend=False)
        self.target.flush()

    def _draw_field(self, scene: Scene) -> None:
        if scene.field is None:
            return
        image = self._domain if scene.is_complex else self._real
        if scene.field_serial != self._field_serial:
            image.set_data(scene.field)
            self._field_serial, self._patches = scene.field_serial, len(scene.patches)
        for box in scene.patches[self._patches :]:
            image.set_part(scene.field[box], box[0].start, box[1].start)
        self._patches = len(scene.patches)
        image.set_clims(*scene.scaled_clims)
        image.set_scale(scene.linear_within)
        image.set_cmap(scene.cmap)
        image.set_camera(scene.camera)
        image.draw()

    def _draw_contours(self, scene: Scene, ratio: float) -> None:
        if scene.contours is None:
            return
        if scene.contours_serial != self._contours_serial:
            self._lines.set_data(scene.contours.segments)
            self._contours_serial = scene.contours_serial
        self._lines.set_camera(scene.camera, ratio)
        self._lines.draw(CONTOUR_FRINGE, CONTOUR_WIDTH + 1.6)
        self._lines.draw(CONTOUR_COLOR, CONTOUR_WIDTH)

    def remove(self) -> None:
        """Queue the end of every handle; the graphics card frees them with the context."""
        if self._ready:
            for handle in (self._real, self._domain, self._lines, self._shapes, self._plates):
                handle.remove()
        self.target.forget()
