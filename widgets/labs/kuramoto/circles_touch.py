"""Touched circles: a canvas of clusters with camera and pointer, and which of them are selected or frozen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from tauscope.widgets.canvas.budget import RedrawBudget
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.phase_circles import Circles
from tauscope.widgets.canvas.phase_scene import FROZEN, HOVERED, SELECTED
from tauscope.widgets.canvas.phase_stage import PhaseStage
from tauscope.widgets.canvas.source_view import DarkColors
from tauscope.widgets.field_header import Colors
from tauscope.widgets.labs.kuramoto.circles_input import CirclesInput
from tauscope.widgets.labs.kuramoto.circles_options import Gesture

_NEAR_PIXELS = 4.0


class TouchedCircles(QWidget):
    """Canvas of clusters that can be selected and touched; what it shows of a run is a subclass's.

    Parameters
    ----------
    parent, budget
        As those of `CirclesView`.
    """

    selection_changed = Signal(object)
    kicked = Signal(object, float)
    detuned = Signal(object, float, str)
    freeze_wished = Signal(object, bool)
    context_requested = Signal(QPoint, int)
    camera_changed = Signal(object)

    def __init__(self, parent: QWidget | None, budget: RedrawBudget | None) -> None:
        super().__init__(parent)
        self._colors: Colors = DarkColors()
        self._selection: frozenset[int] = frozenset()
        self._frozen: frozenset[int] = frozenset()
        self._hovered = -1
        self._pointer: tuple[float, float] | None = None
        self._rubber: tuple[float, float, float, float] | None = None
        self._editable = True
        self.input = CirclesInput(self)
        self.stage = PhaseStage(self.resolve, budget, self)

    def resolve(self) -> None:
        """Bring the scene up to date; called before every draw."""

    @property
    def circles(self) -> Circles | None:
        """Clusters shown, or None."""
        return self.stage.phases.circles

    def set_interactive(self, interactive: bool) -> None:
        """Allow or forbid kicks, detuning and freezing; camera, selection and readout stay."""
        if not interactive:
            self.input.cancel()
        self._editable = interactive

    # ----- selection

    def selection(self) -> frozenset[int]:
        """Selected clusters."""
        return self._selection

    def set_selection(self, selection: frozenset[int]) -> None:
        """Select clusters; emits nothing."""
        self._selection = selection & self.everything
        self._mark()

    def choose(self, selection: frozenset[int]) -> None:
        """Select on behalf of the user."""
        if selection != self._selection:
            self.set_selection(selection)
            self.selection_changed.emit(self._selection)

    @property
    def everything(self) -> frozenset[int]:
        """All clusters."""
        circles = self.circles
        return frozenset() if circles is None else frozenset(range(circles.clusters))

    @property
    def frozen(self) -> frozenset[int]:
        """Clusters marked as frozen."""
        return self._frozen

    def set_frozen(self, frozen: frozenset[int]) -> None:
        """Mark clusters as frozen."""
        self._frozen = frozenset(frozen) & self.everything
        self._mark()

    def layer_of(self, cluster: int) -> frozenset[int]:
        """Clusters in the layer of one."""
        circles = self.circles
        if circles is None:
            return frozenset()
        return frozenset(np.flatnonzero(circles.layer == circles.layer[cluster]).tolist())

    def clusters_within(self, box: tuple[float, float, float, float]) -> frozenset[int]:
        """Clusters whose centres lie in a box of pixels (left, top, right, bottom)."""
        circles = self.circles
        if circles is None:
            return frozenset()
        (x0, y1), (x1, y0) = self.camera.to_world(*box[:2]), self.camera.to_world(*box[2:])
        x, y = circles.centers.T
        return frozenset(np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)).tolist())

    def step_selection(self, dx: float, dy: float, adding: bool) -> None:
        """Select the neighbour in a direction of what is selected, or the middle one of those in view."""
        circles = self.circles
        if circles is None:
            return
        if not self._selection:
            camera = self.camera
            away = np.abs(circles.centers - (camera.cx, camera.cy)) * camera.scale
            inside = (away <= (camera.width / 2, camera.height / 2)).all(axis=1)
            middle = circles.centers[inside].mean(axis=0) if inside.any() else circles.extent[:2]
            apart = np.hypot(*(circles.centers - middle).T)
            self.choose(frozenset({int(apart.argmin())}))
            return
        chosen = np.array(sorted(self._selection))
        ahead = circles.centers[chosen] @ (dx, dy)
        way = circles.centers - circles.centers[chosen[int(ahead.argmax())]]
        along, across = way @ (dx, dy), np.abs(way @ (-dy, dx))
        cost = np.where(along > 0.1, along + 2 * across, np.inf)
        nearest = int(cost.argmin())
        if np.isfinite(cost[nearest]):
            self.choose(self._selection | {nearest} if adding else frozenset({nearest}))
            self._bring_into_view(*circles.centers[nearest].tolist())

    def _bring_into_view(self, x: float, y: float) -> None:
        camera = self.camera
        px, py = camera.to_pixel(x, y)
        if not (0 <= px <= camera.width and 0 <= py <= camera.height):
            self.stage.set_camera(replace(camera, cx=x, cy=y))

    def _mark(self) -> None:
        """Hand the scene what clusters are marked as."""
        circles = self.circles
        if circles is None:
            return
        marks = np.zeros(circles.clusters, np.uint8)
        for clusters, bit in ((self._selection, SELECTED), (self._frozen, FROZEN)):
            marks[list(clusters)] |= bit
        if self._hovered >= 0:
            marks[self._hovered] |= HOVERED
        self.stage.phases.set_marks(marks)
        self.stage.refresh()

    # ----- pointer, camera and gestures

    @property
    def canvas_native(self) -> QWidget:
        """Widget that shows the picture and gets mouse and keys."""
        return self.stage.native

    @property
    def camera(self) -> Camera:
        """Camera in force; the unit of length is the radius of a circle."""
        return self.stage.camera

    @property
    def colors(self) -> Colors:
        """Theme's colours in force."""
        return self._colors

    @property
    def editable(self) -> bool:
        """Whether clusters may be kicked, detuned and frozen."""
        return self._editable

    @property
    def gesture(self) -> Gesture | None:
        """Kick or detuning under way, or None."""
        return self.input.gesture

    @property
    def pointer(self) -> tuple[float, float] | None:
        """Pixel under the pointer, or None while it is elsewhere."""
        return self._pointer

    @property
    def hovered(self) -> int:
        """Cluster under the pointer, or -1."""
        return self._hovered

    @property
    def rubber(self) -> tuple[float, float, float, float] | None:
        """Selection rectangle in pixels, or None."""
        return self._rubber

    def set_rubber(self, box: tuple[float, float, float, float] | None) -> None:
        """Show the selection rectangle."""
        if box != self._rubber:
            self._rubber = box
            self.stage.refresh()

    def center_of(self, cluster: int) -> tuple[float, float]:
        """Pixel at the centre of a cluster's circle."""
        circles = self.circles
        return (0.0, 0.0) if circles is None else self.camera.to_pixel(*circles.centers[cluster].tolist())

    def cluster_at(self, px: float, py: float) -> int:
        """Cluster whose circle, or the ring about it, lies under a pixel; -1 for none."""
        circles, camera = self.stage.phases.circles, self.camera
        if circles is None:
            return -1
        return circles.at(*camera.to_world(px, py), max(0.25, _NEAR_PIXELS / camera.scale))

    def point_at(self, px: float, py: float) -> None:
        """Follow the pointer."""
        self._pointer = (px, py)
        self._hover(self.cluster_at(px, py))

    def point_away(self) -> None:
        """Forget the pointer."""
        self._pointer = None
        self._hover(-1)

    def _hover(self, cluster: int) -> None:
        if cluster != self._hovered:
            self._hovered = cluster
            self._mark()
        self.stage.refresh()

    def fit(self) -> None:
        """Show all clusters."""
        self.stage.fit()
        self.camera_changed.emit(self.camera)

    def set_camera(self, camera: Camera) -> None:
        """Show a part of the plane."""
        self.stage.set_camera(camera)

    def zoom(self, factor: float, px: float, py: float) -> None:
        """Zoom about a pixel."""
        self.stage.zoom(factor, px, py)
        self.camera_changed.emit(self.camera)

    def pan(self, dx: float, dy: float) -> None:
        """Drag the picture by pixels."""
        self.stage.pan(dx, dy)
        self.camera_changed.emit(self.camera)
