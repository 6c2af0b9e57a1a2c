"""Handles of phase circles on the graphics card: links, rings, discs, points, arrows. They hide gloo.

What stands still (places, corners) is uploaded when clusters or camera bring others into view; a frame
streams one phase an oscillator, one order parameter a cluster and one alignment a link.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from vispy import gloo

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas import phase_shaders as shaders
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.handles import Uniforms
from tauscope.widgets.canvas.phase_circles import Circles, Seen
from tauscope.widgets.canvas.phase_colors import FREQUENCY_MAP, ring_table
from tauscope.widgets.canvas.phase_scene import PhaseScene

Floats = npt.NDArray[np.float32]

_ALONG = np.array([[0, -1], [1, -1], [1, 1], [0, -1], [1, 1], [0, 1]], np.float32)
_AROUND = np.array([[-1, -1], [1, -1], [1, 1], [-1, -1], [1, 1], [-1, 1]], np.float32)
_TEXTURE_SIDE = 2048


class Visual:
    """A program with vertex buffers that all have one length, and the camera's uniforms."""

    mode = "triangles"

    def __init__(self, vertex: str, fragment: str) -> None:
        self.program = gloo.Program(vertex, fragment)
        self.uniforms = Uniforms(self.program)
        self._buffers: dict[str, gloo.VertexBuffer] = {}
        self.count = 0

    def fill(self, count: int, **content: Floats) -> None:
        """Take vertices; when there are more or fewer than before, every attribute must be given."""
        if count != self.count:
            self.empty()
            self.count = count
        for name, values in content.items():
            if name in self._buffers:
                self._buffers[name].set_data(values)
            elif count:
                self._buffers[name] = self.program[name] = gloo.VertexBuffer(values)

    def set_camera(self, camera: Camera, ratio: float) -> None:
        """Where the circles lie on the canvas, and device pixels per logical pixel."""
        self.uniforms["u_center"] = (camera.cx, camera.cy)
        self.uniforms["u_scale"] = camera.scale
        self.uniforms["u_size"] = (camera.width, camera.height)
        self.uniforms["u_ratio"] = ratio

    def draw(self) -> None:
        """Queue the drawing."""
        if self.count:
            self.program.draw(self.mode)

    def empty(self) -> None:
        """Free the buffers."""
        for buffer in self._buffers.values():
            buffer.delete()
        self._buffers, self.count = {}, 0

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self.empty()
        self.program.delete()


class LinksVisual(Visual):
    """Links between circles, coloured by their alignment."""

    def __init__(self) -> None:
        super().__init__(shaders.LINK_VERTEX, shaders.LINK_FRAGMENT)
        self._circles = -1
        self._frame = -1

    def follow(self, scene: PhaseScene, circles: Circles) -> None:
        """Show the links of a scene."""
        count = 6 * len(circles.link)
        if scene.circles_serial != self._circles:
            ends = np.repeat(circles.ends, 6, axis=0)
            corners = np.tile(_ALONG, (len(circles.link), 1))
            self.fill(count, a_ends=ends, a_corner=corners, a_value=np.zeros(count, np.float32))
            self._circles, self._frame = scene.circles_serial, -1
        if scene.frame_serial != self._frame and count and scene.alignment is not None:
            self.fill(count, a_value=np.repeat(scene.alignment[circles.link].astype(np.float32), 6))
            self._frame = scene.frame_serial


class RingsVisual(Visual):
    """Outlines of circles, with the bars of their density."""

    def __init__(self) -> None:
        super().__init__(shaders.RING_VERTEX, shaders.RING_FRAGMENT)
        self._bars: gloo.Texture2D | None = None
        self._shape: tuple[int, ...] = ()
        self._index: object = None
        self._marks = -1
        self.set_bars(None)

    def follow(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Show the circles in view."""
        count, other = 6 * len(seen.index), seen.index is not self._index
        if other:
            places = circles.centers[seen.index].astype(np.float32)
            rows = np.arange(len(seen.index), dtype=np.float32)
            self.fill(
                count, a_place=np.repeat(places, 6, axis=0), a_corner=np.tile(_AROUND, (len(rows), 1)),
                a_row=np.repeat(rows, 6), a_marks=np.zeros(count, np.float32),
            )  # fmt: skip
            self._index = seen.index
        if count and scene.marks is not None and (other or scene.marks_serial != self._marks):
            self.fill(count, a_marks=np.repeat(scene.marks[seen.index].astype(np.float32), 6))
            self._marks = scene.marks_serial
        self.uniforms["u_radius"] = seen.radius
        self.uniforms["u_accent"] = scene.accent

    def set_bars(self, bars: npt.NDArray[np.uint8] | None) -> None:
        """Take bars of the circles in view, uint8 [V, bins, 4], or None for outlines alone."""
        if bars is None or not len(bars):
            self.uniforms["u_layout"] = (0.0, 1.0, 1.0)
            bars = np.zeros((1, 1, 4), np.uint8) if self._bars is None else None
        else:
            count, bins = bars.shape[:2]
            columns = max(1, min(_TEXTURE_SIDE // bins, count))
            rows = -(-count // columns)
            whole = np.zeros((rows * columns, bins, 4), np.uint8)
            whole[:count] = bars
            bars = whole.reshape(rows, columns * bins, 4)
            self.uniforms["u_layout"] = (float(bins), float(columns), float(rows))
        if bars is None:
            return
        if self._bars is None or bars.shape != self._shape:
            if self._bars is not None:
                self._bars.delete()
            self._bars = gloo.Texture2D(bars, interpolation="nearest", wrapping="clamp_to_edge")
            self.program["u_bars"] = self._bars
            self._shape = bars.shape
        else:
            self._bars.set_data(bars)

    def remove(self) -> None:
        """Free what the graphics card holds."""
        if self._bars is not None:
            self._bars.delete()
        super().remove()


class DiscsVisual(Visual):
    """Filled discs of clusters too small for points, coloured by their mean phase."""

    mode = "points"

    def __init__(self) -> None:
        super().__init__(shaders.DISC_VERTEX, shaders.DISC_FRAGMENT)
        self._table = _table(ring_table())
        self.program["u_table"] = self._table
        self._key: object = None
        self._frame = -1
        self._marks = -1

    def follow(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Show the clusters in view."""
        count, other = len(seen.index), seen.index is not self._key
        if other:
            places = circles.centers[seen.index].astype(np.float32)
            order, marks = np.zeros((count, 2), np.float32), np.zeros(count, np.float32)
            self.fill(count, a_place=places, a_order=order, a_marks=marks)
            self._key = seen.index
        if count and scene.marks is not None and (other or scene.marks_serial != self._marks):
            self.fill(count, a_marks=scene.marks[seen.index].astype(np.float32))
            self._marks = scene.marks_serial
        if count and scene.order is not None and (other or scene.frame_serial != self._frame):
            self.fill(count, a_order=_pairs(scene.order[seen.index]))
            self._frame = scene.frame_serial
        self.uniforms["u_radius"] = seen.radius
        self.uniforms["u_accent"] = scene.accent

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self._table.delete()
        super().remove()


class PointsVisual(Visual):
    """A point an oscillator; a frame streams one number each."""

    mode = "points"

    def __init__(self) -> None:
        super().__init__(shaders.POINT_VERTEX, shaders.POINT_FRAGMENT)
        self._tables = {False: _table(ring_table()), True: _table(colormaps.table(FREQUENCY_MAP))}
        self._by_frequency: bool | None = None
        self._index: object = None
        self._frame = -1
        self._theta = np.zeros(0, np.float32)

    def follow(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Show the oscillators of the circles in view."""
        if scene.theta is None:
            self.count = 0
            return
        count = len(scene.theta) if seen.points is None else len(seen.points)
        by_frequency = scene.frequency is not None
        if seen.index is not self._index or count != self.count:
            centers = circles.centers[seen.index].astype(np.float32)
            self._theta = np.zeros(count, np.float32)
            self.fill(
                count, a_place=np.repeat(centers, circles.sizes[seen.index], axis=0), a_theta=self._theta,
                a_value=np.zeros(count, np.float32),
            )  # fmt: skip
            self._index, self._frame = seen.index, -1
        if by_frequency is not self._by_frequency:
            self.program["u_table"] = self._tables[by_frequency]
            self.uniforms["u_by"] = float(by_frequency)
            self._by_frequency, self._frame = by_frequency, -1
        if count and scene.frame_serial != self._frame:
            taken = scene.theta if seen.points is None else scene.theta.take(seen.points)
            np.copyto(self._theta, taken, casting="same_kind")
            self.fill(count, a_theta=self._theta)
            shares = scene.shares(seen.points)
            if shares is not None:
                self.fill(count, a_value=shares)
            self._frame = scene.frame_serial
        self.uniforms["u_dot"] = seen.dot

    def remove(self) -> None:
        """Free what the graphics card holds."""
        for table in self._tables.values():
            table.delete()
        super().remove()


class ArrowsVisual(Visual):
    """Order parameters as arrows from the centres."""

    def __init__(self) -> None:
        super().__init__(shaders.ARROW_VERTEX, shaders.ARROW_FRAGMENT)
        self.uniforms["u_ink"] = (1.0, 1.0, 1.0)
        self._index: object = None
        self._frame = -1

    def follow(self, scene: PhaseScene, circles: Circles, seen: Seen) -> None:
        """Show the arrows of the circles in view."""
        count, other = 6 * len(seen.index), seen.index is not self._index
        if other:
            places = np.repeat(circles.centers[seen.index].astype(np.float32), 6, axis=0)
            corners = np.tile(_ALONG, (len(seen.index), 1))
            self.fill(count, a_place=places, a_corner=corners, a_order=np.zeros((count, 2), np.float32))
            self._index, self._frame = seen.index, -1
        if count and scene.order is not None and scene.frame_serial != self._frame:
            self.fill(count, a_order=np.repeat(_pairs(scene.order[seen.index]), 6, axis=0))
            self._frame = scene.frame_serial
        self.uniforms["u_arrow"] = shaders.arrow_of(seen.radius)


def _pairs(order: npt.NDArray[np.complex128]) -> Floats:
    """Real and imaginary parts as float32 [n, 2]."""
    return order.astype(np.complex64).view(np.float32).reshape(-1, 2)


def _table(colors: npt.NDArray[np.uint8]) -> gloo.Texture2D:
    return gloo.Texture2D(colors[np.newaxis], interpolation="linear", wrapping="repeat")
