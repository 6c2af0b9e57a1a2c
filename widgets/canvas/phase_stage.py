"""Stage of phase circles: surface and scene as of every stage, with a camera that fits circles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.camera import MIN_SHARE, Camera
from tauscope.widgets.canvas.phase_circles import Box, Circles
from tauscope.widgets.canvas.phase_paint import paint_shot, shot_of
from tauscope.widgets.canvas.phase_scene import PhaseScene
from tauscope.widgets.canvas.phase_surface import GlPhase, PaintedPhase
from tauscope.widgets.canvas.raster import paint_plates, paint_shapes
from tauscope.widgets.canvas.stage import Stage


class PhaseStage(Stage):
    """A canvas of phase circles; parameters as those of `Stage`."""

    def __init__(self, resolve: Callable[[], None], budget: RedrawBudget | None, parent: QWidget) -> None:
        self.phases = PhaseScene()
        self.taken: Callable[[float, float], Sequence[Box]] = lambda _width, _height: ()
        """Rectangles that plates take of a canvas of a size."""
        self._fit_key: object = None
        self._fit = Camera()
        super().__init__(resolve, budget, parent, self.phases)

    def _new_surface(self) -> GlPhase | PaintedPhase:
        kind = PaintedPhase if self.reason else GlPhase
        surface = kind(self.phases, self._prepare, self)
        surface.fresh.connect(self.changed)
        return surface

    def set_circles(self, circles: Circles | None) -> None:
        """Show other clusters, fitted into the view."""
        self.phases.set_circles(circles)
        self.fit()

    def _whole(self, width: float, height: float) -> Camera:
        circles = self.phases.circles
        if circles is None:
            return Camera(0, 0, 1, width, height)
        taken = tuple(self.taken(width, height))
        if (key := (self.phases.circles_serial, width, height, taken)) != self._fit_key:
            self._fit_key, self._fit = key, circles.fit(width, height, taken)
        return self._fit

    @property
    def camera(self) -> Camera:
        """Camera for the present size of the canvas."""
        width, height = float(self._surface.width()), float(self._surface.height())
        camera = self.scene.camera
        if self._fitted:
            camera = self._whole(width, height)
        elif (camera.width, camera.height) != (width, height):
            camera = self._resized(camera, width, height)
        if camera != self.scene.camera:
            self.scene.camera = camera
        return self.scene.camera

    def zoom(self, factor: float, px: float, py: float) -> None:
        """Zoom about a pixel; all circles are the way back."""
        camera = self.camera
        smallest = self._whole(camera.width, camera.height).scale * MIN_SHARE
        self.set_camera(camera.zoomed(factor, px, py, smallest))

    def painted(self, width: int, height: int, ratio: float) -> QImage:
        """Picture painted anew for ``width`` by ``height`` logical pixels, without a window or OpenGL."""
        return self.painter(width, height, ratio)()

    def painter(self, width: int, height: int, ratio: float) -> Callable[[], QImage]:
        """What paints the picture as it is now, on any thread; see `painted`."""
        scene, old, shown = self.phases, self.scene.camera, self.phases.shown
        share = min(width / max(old.width, 1), height / max(old.height, 1))
        try:
            moved = Camera(old.cx, old.cy, old.scale * share, width, height)
            scene.camera = self._whole(width, height) if self._fitted else moved
            scene.shown = None  # the newest frame is painted
            self._resolve()
            shot, background = shot_of(scene, ratio), scene.background
            shapes, plates = [*scene.shapes], [*scene.names, *scene.plates]
        finally:
            scene.camera, scene.shown = old, shown

        def paint() -> QImage:
            image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
            image.fill(Qt.GlobalColor.black)
            painter = QPainter(image)
            if shot is not None:
                painter.drawImage(0, 0, paint_shot(shot))
            else:
                painter.fillRect(image.rect(), QColor(background))
            painter.scale(ratio, ratio)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            paint_shapes(painter, shapes)
            paint_plates(painter, plates)
            painter.end()
            return image

        return paint
