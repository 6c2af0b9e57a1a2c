"""The two surfaces of phase circles: drawn by the graphics card, and painted by the processor in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.gl import GlooTarget
from tauscope.widgets.canvas.gl_surface import Drawing, GlSurface
from tauscope.widgets.canvas.phase_circles import Circles, Seen
from tauscope.widgets.canvas.phase_density import bars_of
from tauscope.widgets.canvas.phase_paint import Shot, paint_shot, shot_of
from tauscope.widgets.canvas.phase_scene import PhaseScene
from tauscope.widgets.canvas.phase_worker import Newest
from tauscope.widgets.canvas.raster import RasterSurface, paint_plates, paint_shapes
from tauscope.widgets.canvas.scene import Scene
from tauscope.widgets.canvas.shapes import rgba

if TYPE_CHECKING:
    from tauscope.widgets.canvas import handles, phase_handles

CARD_POINTS = 2_000_000
"""More oscillators in view are drawn as a density by the graphics card."""
AT_ONCE = 3000
"""Oscillators, clusters and links that together are painted at once; more take a thread."""
QUICK_SECONDS = 0.004
"""And what took longer the last time does, too."""


class GlPhase(GlSurface):
    """Phase circles drawn by the graphics card; parameters as those of `GlSurface`."""

    fresh = Signal()
    """A newer density was counted and wants to be drawn."""

    def __init__(self, scene: PhaseScene, prepare: Callable[[], None], parent: QWidget) -> None:
        super().__init__(scene, prepare, parent)
        self.worker = Newest(self)
        self.worker.done.connect(self._counted)
        self._counts: Counts | None = None

    def _new_drawing(self) -> Drawing:
        return PhaseDrawing(self)

    @property
    def counts(self) -> Counts | None:
        """Newest density that was counted."""
        return self._counts

    def count(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Count the density of a frame, beside the GUI thread."""
        theta = scene.theta
        if theta is None:
            return
        index, bins, frequency, limits = seen.index, seen.bins, scene.frequency, scene.limits
        key = (scene.frame_serial, seen.index, bins)

        def work() -> Counts:
            return key, bars_of(circles, index, bins, theta, frequency, limits)

        self.worker.ask(work)

    def _counted(self, counts: object) -> None:
        self._counts = cast("Counts", counts)
        self.fresh.emit()

    def release(self) -> None:
        """Forget the graphics card's objects; the surface draws no more."""
        self.worker.stop()
        super().release()


Counts = tuple[tuple[int, npt.NDArray[np.int64], int], npt.NDArray[np.uint8]]
"""Serial of the frame, clusters and bins of a density, and its bars."""


class PhaseDrawing:
    """Handles of one context, and what of the scene they show already."""

    def __init__(self, surface: GlPhase) -> None:
        self.target = GlooTarget()
        self._surface = surface
        self._visuals: _Visuals | None = None
        self._asked: object = None
        self._index: object = None
        self._bars: object = None
        self._shapes_serial = -1

    def draw(self, scene: Scene, framebuffer: int, ratio: float) -> None:
        """Draw a scene into the current context."""
        assert isinstance(scene, PhaseScene)
        self.target.activate(framebuffer)
        if self._visuals is None:
            self._visuals = _Visuals()
        context, camera, visuals = self.target.context, scene.camera, self._visuals
        context.set_viewport(0, 0, round(camera.width * ratio), round(camera.height * ratio))
        context.set_state(depth_test=False, cull_face=False, blend=True,
                          blend_func=("one", "one_minus_src_alpha"))  # fmt: skip
        context.set_clear_color(rgba(scene.background))
        context.clear(color=True, depth=False)
        seen = scene.seen(CARD_POINTS)
        if scene.circles is not None and seen is not None:
            self._draw_circles(scene, scene.circles, seen, ratio)
        if scene.shapes_serial != self._shapes_serial:
            visuals.shapes.set_data(scene.shapes)
            self._shapes_serial = scene.shapes_serial
        visuals.shapes.set_canvas(camera.width, camera.height, ratio)
        visuals.shapes.draw()
        for handle, plates in ((visuals.names, scene.names), (visuals.plates, scene.plates)):
            handle.set_data(plates, ratio)
            handle.set_canvas(camera.width, camera.height)
            handle.draw()
        context.set_state(blend=False)
        self.target.flush()

    def _draw_circles(self, scene: PhaseScene, circles: Circles, seen: Seen, ratio: float) -> None:
        visuals = self._visuals
        assert visuals is not None
        drawn: list[phase_handles.Visual] = []
        if scene.links:
            visuals.links.follow(scene, circles)
            drawn.append(visuals.links)
        if seen.mode == "discs":
            visuals.discs.follow(scene, circles, seen)
            drawn.append(visuals.discs)
        else:
            visuals.rings.follow(scene, circles, seen)
            self._follow_bars(scene, circles, seen)
            drawn.append(visuals.rings)
            if scene.order is not None:
                visuals.arrows.follow(scene, circles, seen)
                drawn.append(visuals.arrows)
            if seen.mode == "points":
                visuals.points.follow(scene, circles, seen)
                drawn.append(visuals.points)
        for visual in drawn:
            visual.set_camera(scene.camera, ratio)
            visual.draw()

    def _follow_bars(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Show the newest density of the clusters in view, and have a newer one counted."""
        visuals, key = self._visuals, (scene.frame_serial, seen.bins, scene.limits)
        assert visuals is not None
        if seen.mode != "density":
            if self._bars is not None:
                visuals.rings.set_bars(None)
                self._bars = None
            return
        if key != self._asked or seen.index is not self._index:
            self._asked, self._index = key, seen.index
            self._surface.count(scene, circles, seen)
        counts = self._surface.counts
        if counts is None or counts[0][1] is not seen.index:
            visuals.rings.set_bars(None)
            self._bars = None
        elif counts is not self._bars:
            visuals.rings.set_bars(counts[1])
            self._bars = counts

    def remove(self) -> None:
        """Queue the end of every handle; the graphics card frees them with the context."""
        if self._visuals is not None:
            self._visuals.remove()
        self.target.forget()


class _Visuals:
    """All handles, made when a context is current: gloo loads the OpenGL library."""

    def __init__(self) -> None:
        from tauscope.widgets.canvas import handles, phase_handles

        self.links = phase_handles.LinksVisual()
        self.rings = phase_handles.RingsVisual()
        self.discs = phase_handles.DiscsVisual()
        self.points = phase_handles.PointsVisual()
        self.arrows = phase_handles.ArrowsVisual()
        self.shapes = handles.ShapesHandle()
        self.names: handles.PlatesHandle = handles.PlatesHandle()
        self.plates = handles.PlatesHandle()

    def remove(self) -> None:
        """Free what the graphics card holds."""
        for handle in vars(self).values():
            handle.remove()


class PaintedPhase(RasterSurface):
    """Phase circles painted by the processor; parameters as those of `GlSurface`.

    Much is painted in a thread. Until its picture is there the last one is shown, moved and scaled as the
    camera was meanwhile.
    """

    fresh = Signal()
    """A newer picture was painted and wants to be shown."""

    def __init__(self, scene: PhaseScene, prepare: Callable[[], None], parent: QWidget) -> None:
        super().__init__(scene, prepare, parent)
        self._phases = scene
        self.worker = Newest(self)
        self.worker.done.connect(self._painted)
        self._image: QImage | None = None
        self._shown: Camera | None = None
        self._asked: object = None
        self._cost = 0.0
        self._released = False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the newest picture, and shapes and plates over it."""
        start = time.perf_counter()
        self._prepare()
        scene = self._phases
        self._ask()
        painter = QPainter(self)
        camera = scene.camera
        self._paint_image(painter, camera)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_shapes(painter, scene.shapes)
        paint_plates(painter, scene.names)
        paint_plates(painter, scene.plates)
        painter.end()
        self.frames += 1
        self.draw_seconds = time.perf_counter() - start

    def _paint_image(self, painter: QPainter, camera: Camera) -> None:
        if self._image is None or self._shown is None or self._phases.circles is None:
            painter.fillRect(self.rect(), QColor(self._phases.background))
        elif self._shown == camera:
            painter.drawImage(QRectF(0, 0, camera.width, camera.height), self._image)
        else:
            painter.fillRect(self.rect(), QColor(self._phases.background))
            left, top = camera.to_pixel(*self._shown.to_world(0, 0))
            right, bottom = camera.to_pixel(*self._shown.to_world(self._shown.width, self._shown.height))
            painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)

    def _ask(self) -> None:
        """Have the scene painted if it differs from what was asked for last."""
        scene, ratio = self._phases, self.devicePixelRatioF()
        key = (
            scene.circles_serial, scene.frame_serial, scene.marks_serial, scene.camera, scene.detail,
            scene.links, scene.limits, scene.accent, scene.background, ratio,
        )  # fmt: skip
        if key == self._asked or self._released:
            return
        self._asked = key
        shot = shot_of(scene, ratio)
        if shot is None:
            self._image = self._shown = None
            return
        size = shot.circles.oscillators + shot.circles.clusters + len(shot.circles.link)
        if size <= AT_ONCE and self._cost <= QUICK_SECONDS and not self.worker.busy:
            self._take(_timed(shot))
            self._prepare()  # numbers on plates are those of the picture
        else:
            self.worker.ask(lambda: _timed(shot))

    @property
    def settled(self) -> bool:
        """Whether the picture shown is the newest that was asked for."""
        return not self.worker.busy

    def _painted(self, result: object) -> None:
        painted = cast("tuple[Shot, QImage, float]", result)
        if painted[0].circles is self._phases.circles:
            self._take(painted)
            self.fresh.emit()

    def _take(self, painted: tuple[Shot, QImage, float]) -> None:
        shot, self._image, self._cost = painted
        self._shown, self._phases.shown = shot.camera, shot.order

    def release(self) -> None:
        """Paint no more."""
        self._released = True
        self.worker.stop()
        self._image = self._shown = None


def _timed(shot: Shot) -> tuple[Shot, QImage, float]:
    """Picture of a shot, and the seconds of processor time that it took."""
    start = time.thread_time()
    image = paint_shot(shot)
    return shot, image, time.thread_time() - start
