"""Stage: the widget that holds one surface and its scene, keeps the camera, and falls back to raster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QShowEvent, QWindow
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tauscope.widgets.canvas import gl
from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.camera import MIN_SHARE, Camera
from tauscope.widgets.canvas.gl_surface import GlSurface
from tauscope.widgets.canvas.lattice import Lattice
from tauscope.widgets.canvas.raster import RasterSurface, colored, paint_scene, window_of
from tauscope.widgets.canvas.scene import Scene

LEAST_SIZE = 96


class Stage(QWidget):
    """A canvas: scene, surface, camera.

    Parameters
    ----------
    resolve : callable
        Brings the scene up to date; called before every draw.
    budget : RedrawBudget or None
        Decides when changed data are drawn; without one they are drawn at once.
    parent : QWidget
        Owner.
    scene : Scene or None
        What the surface shows, where a subclass shows more than a field.
    """

    surface_changed = Signal(str)
    """A new surface is in place; the text says why it is a raster one, or is ""."""
    aimed = Signal()
    """The camera was moved, or told to show everything."""

    def __init__(
        self,
        resolve: Callable[[], None],
        budget: RedrawBudget | None,
        parent: QWidget,
        scene: Scene | None = None,
    ) -> None:
        super().__init__(parent)
        self.scene = Scene() if scene is None else scene
        self.setMinimumSize(LEAST_SIZE, LEAST_SIZE)
        self._resolve = resolve
        self._budget = budget
        self._lattice: Lattice | None = None
        self._fitted = True
        self._cells: float | None = None
        """Cells from side to side, whatever the size of the canvas; None where the size of a cell stays."""
        self._proved = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.reason = gl.problem()
        self._surface = self._make_surface()

    def _make_surface(self) -> GlSurface | RasterSurface:
        surface = self._new_surface()
        surface.setMinimumSize(1, 1)
        self._layout.addWidget(surface)
        return surface

    def _new_surface(self) -> GlSurface | RasterSurface:
        kind = RasterSurface if self.reason else GlSurface
        return kind(self.scene, self._prepare, self)

    @property
    def native(self) -> QWidget:
        """Widget that shows the picture and gets mouse and keys."""
        return self._surface

    @property
    def canvas_native(self) -> QWidget:
        """Same as ``native``, for the redraw budget."""
        return self._surface

    @property
    def draw_seconds(self) -> float:
        """What the last drawing took."""
        return self._surface.draw_seconds

    @property
    def surface(self) -> GlSurface | RasterSurface:
        """Surface in use."""
        return self._surface

    def fall_back(self, reason: str) -> None:
        """Replace the surface by a raster one; everything shown is kept."""
        old = self._surface
        self.reason = reason
        old.release()
        self._layout.removeWidget(old)
        self._surface = self._make_surface()
        old.hide()
        old.deleteLater()
        self._surface.show()
        self.surface_changed.emit(reason)

    def showEvent(self, event: QShowEvent) -> None:
        """See, once the window is on screen, whether OpenGL really draws."""
        super().showEvent(event)
        if not self._proved:
            QTimer.singleShot(0, self, self._prove)

    def _prove(self) -> None:
        surface = self._surface
        if self._proved or not isinstance(surface, GlSurface):
            return
        window: QWindow | None = surface.window().windowHandle()
        if surface.frames:
            self._proved = True
        elif surface.isVisible() and window is not None and window.isExposed() and not surface.isValid():
            self.fall_back("OpenGL refused to draw in this window.")

    # ----- drawing

    def _prepare(self) -> None:
        self.scene.camera = self.camera
        self._resolve()

    def refresh(self) -> None:
        """Draw soon, whatever the budget says: the user is waiting."""
        self._surface.update()

    def changed(self) -> None:
        """Draw new data when the budget allows it."""
        if not self._proved:
            self._prove()
        if self._budget is None:
            self._surface.update()
        else:
            self._budget.changed(self)

    def set_budget(self, budget: RedrawBudget | None) -> None:
        """Hand redraws of new data to a budget, or draw them at once with None."""
        if self._budget is not None and self._budget is not budget:
            self._budget.forget(self)
        self._budget = budget

    def release(self) -> None:
        """Draw no more."""
        self.set_budget(None)
        self._surface.release()

    def picture(self) -> QImage:
        """Pixels as shown on screen."""
        return self._surface.picture()

    def painted(self, width: int, height: int, ratio: float) -> QImage:
        """Picture painted anew for ``width`` by ``height`` logical pixels, without a window or OpenGL."""
        image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.black)
        old, fitted = self.scene.camera, self._fitted
        try:
            share = min(width / max(old.width, 1), height / max(old.height, 1))
            whole = self._lattice is not None and fitted
            self.scene.camera = (
                Camera.fit(self._lattice.nx, self._lattice.ny, width, height)
                if whole and self._lattice is not None
                else Camera(old.cx, old.cy, old.scale * share, width, height)
            )
            self._resolve()
            painter = QPainter(image)
            painter.scale(ratio, ratio)
            paint_scene(painter, self.scene, colored(self.scene, window_of(self.scene, ratio)))
            painter.end()
        finally:
            self.scene.camera = old
        return image

    # ----- camera

    @property
    def lattice(self) -> Lattice | None:
        """Lattice shown, or None."""
        return self._lattice

    def set_lattice(self, lattice: Lattice) -> None:
        """Show a lattice; another size is fitted into the view."""
        old, self._lattice = self._lattice, lattice
        if old is None or (old.nx, old.ny) != (lattice.nx, lattice.ny):
            self._fitted = True
        self.refresh()

    @property
    def camera(self) -> Camera:
        """Camera for the present size of the canvas."""
        width, height = float(self._surface.width()), float(self._surface.height())
        camera = self.scene.camera
        if self._fitted and self._lattice is not None:
            if (camera.width, camera.height) != (width, height) or not self._is_fit(camera):
                camera = Camera.fit(self._lattice.nx, self._lattice.ny, width, height)
        elif (camera.width, camera.height) != (width, height):
            camera = self._resized(camera, width, height)
        self.scene.camera = camera
        return camera

    def _resized(self, camera: Camera, width: float, height: float) -> Camera:
        """Camera for another size of the canvas."""
        camera = camera.resized(width, height)
        return camera if self._cells is None else replace(camera, scale=camera.width / self._cells)

    def _is_fit(self, camera: Camera) -> bool:
        return self._lattice is not None and (camera.cx, camera.cy) == self._lattice.center

    @property
    def is_fitted(self) -> bool:
        """Whether the whole lattice is shown whatever the size of the canvas."""
        return self._fitted

    def fit(self) -> None:
        """Show the whole lattice, now and after every change of size."""
        self._fitted, self._cells = True, None
        self.scene.camera = Camera()
        self.refresh()
        self.aimed.emit()

    def set_camera(self, camera: Camera) -> None:
        """Show a part of the lattice."""
        width, height = float(self._surface.width()), float(self._surface.height())
        self._fitted, self._cells = False, None
        self.scene.camera = camera.resized(width, height)
        self.refresh()
        self.aimed.emit()

    def look(self, cx: float, cy: float, cells: float) -> None:
        """Show so many cells from side to side about a centre, at any size of the canvas, until the next aim.

        A layout that was restored gives the canvas its size some events later, a tab when it is raised.
        """
        camera = self.camera
        self.set_camera(replace(camera, cx=cx, cy=cy, scale=camera.width / cells))
        self._cells = cells

    def zoom(self, factor: float, px: float, py: float) -> None:
        """Zoom about a pixel; the whole lattice is the way back."""
        camera, smallest = self.camera, 0.01
        if self._lattice is not None:
            whole = Camera.fit(self._lattice.nx, self._lattice.ny, camera.width, camera.height)
            smallest = whole.scale * MIN_SHARE
        self.set_camera(camera.zoomed(factor, px, py, smallest))

    def pan(self, dx: float, dy: float) -> None:
        """Drag the picture by pixels."""
        self.set_camera(self.camera.panned(dx, dy))
