"""One handle per visual: the field's image, the line shapes, the plates. They hide gloo.

Each has ``set_…`` methods that only queue what changed, ``draw``, and ``remove``.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt
from vispy import gloo

from tauscope.widgets.canvas import colormaps, shaders, shapes
from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.plates import Plate, pixels_of, render
from tauscope.widgets.canvas.scene import NAN_COLOR, SMOOTH_BELOW

_QUAD = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)

_SHAPE_RECORD = np.dtype(
    [("a_position", np.float32, 2)] + [(name, np.float32, 4) for name in ("a_shape", "a_style", "a_color")]
)
_LINE_RECORD = np.dtype([("a_ends", np.float32, 4), ("a_corner", np.float32, 2)])
_LINE_CORNERS = np.array([[0, -1], [1, -1], [1, 1], [0, -1], [1, 1], [0, 1]], np.float32)
_PLATE_RECORD = np.dtype([("a_position", np.float32, 2), ("a_uv", np.float32, 2)])
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 0], [1, 1], [0, 1]], np.float32)


class Uniforms:
    """Uniforms of a program; setting one to the value it has costs nothing."""

    def __init__(self, program: gloo.Program) -> None:
        self._program = program
        self._known: dict[str, object] = {}

    def __setitem__(self, name: str, value: float | tuple[float, ...]) -> None:
        if self._known.get(name) != value:
            self._known[name] = value
            self._program[name] = value


class Triangles:
    """Vertex buffer of a program that grows by doubling; what is left over are triangles without area.

    gloo fixes the number of vertices when a buffer is bound, so a buffer keeps its length until it is full.
    """

    def __init__(self, program: gloo.Program) -> None:
        self._program = program
        self._buffer: gloo.VertexBuffer | None = None
        self._room = 0

    def set_data(self, records: npt.NDArray[np.void]) -> None:
        """Take structured records, one a vertex."""
        if len(records) > self._room:
            self._room = max(96, 2 * len(records))
            if self._buffer is not None:
                self._buffer.delete()
            self._buffer = gloo.VertexBuffer(_padded(records, self._room))
            self._program.bind(self._buffer)
        elif self._buffer is not None:
            self._buffer.set_data(_padded(records, self._room))

    def remove(self) -> None:
        """Free the buffer."""
        if self._buffer is not None:
            self._buffer.delete()
        self._buffer = None


def _padded(records: npt.NDArray[np.void], room: int) -> npt.NDArray[np.void]:
    whole = np.zeros(room, records.dtype)
    whole[: len(records)] = records
    return whole


class ImageHandle:
    """The field as an image: one float32 texture, coloured in the shader.

    New data, limits and cameras change one texture or a few uniforms; nothing is made anew per frame.
    """

    fragment = shaders.IMAGE_FRAGMENT
    texture = ("r32f", "red")

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.IMAGE_VERTEX, self.fragment)
        self._program["a_corner"] = gloo.VertexBuffer(_QUAD)
        self._uniforms = Uniforms(self._program)
        self._uniforms["u_nan"] = shapes.rgba(NAN_COLOR)[:3]
        self._field: gloo.Texture2D | None = None
        self._table: gloo.Texture2D | None = None
        self._cmap = ""
        self._shape = (0, 0)
        self._cells = False

    def set_data(self, data: npt.NDArray[np.float32]) -> None:
        """Show a field of shape (ny, nx); a reference is kept until the next draw."""
        if self._field is None:
            inner, outer = self.texture
            self._field = gloo.Texture2D(
                data, internalformat=inner, format=outer, interpolation="linear", wrapping="clamp_to_edge"
            )
            self._program["u_field"] = self._field
        else:
            self._field.set_data(data)
        if data.shape != self._shape:
            self._shape = (data.shape[0], data.shape[1])
            self._uniforms["u_shape"] = (float(data.shape[1]), float(data.shape[0]))

    def set_part(self, data: npt.NDArray[np.float32], row: int, column: int) -> None:
        """Show other values in a rectangle of the field that begins at a row and a column."""
        if self._field is not None:
            self._field.set_data(np.ascontiguousarray(data), offset=(row, column))

    def set_clims(self, low: float, high: float) -> None:
        """Values at the ends of the colour map, on the scale in use."""
        self._uniforms["u_clims"] = (low, 1.0 / (high - low) if high > low else 0.0)

    def set_scale(self, linear_within: float) -> None:
        """Threshold of the symlog scale, on which the limits are given; 0 for the linear scale."""
        self._uniforms["u_thresh"] = linear_within

    def set_cmap(self, name: str) -> None:
        """Colour map by `cmap`'s name."""
        if name == self._cmap:
            return
        self._cmap = name
        colors = colormaps.table(name)[np.newaxis]
        if self._table is None:
            self._table = gloo.Texture2D(colors, interpolation="linear", wrapping="clamp_to_edge")
            self._program["u_table"] = self._table
        else:
            self._table.set_data(colors)

    def set_camera(self, camera: Camera) -> None:
        """Where the lattice lies on the canvas."""
        ny, nx = self._shape
        sx, sy = 2 * camera.scale / camera.width, 2 * camera.scale / camera.height
        self._uniforms["u_origin"] = ((-0.5 - camera.cx) * sx, (-0.5 - camera.cy) * sy)
        self._uniforms["u_extent"] = (nx * sx, ny * sy)
        cells = camera.scale > SMOOTH_BELOW
        self._uniforms["u_cells"] = 1.0 if cells else 0.0
        if self._field is not None and cells != self._cells:
            # The shader sees to the look; but a neighbour that is no number must have no share in a cell.
            self._field.interpolation = "nearest" if cells else "linear"
            self._cells = cells

    def draw(self) -> None:
        """Queue the drawing."""
        if self._field is not None:
            self._program.draw("triangle_strip")

    def remove(self) -> None:
        """Free what the graphics card holds."""
        for thing in (self._field, self._table, self._program):
            if thing is not None:
                thing.delete()
        self._field = self._table = None


class DomainHandle(ImageHandle):
    """A complex field, float32 [ny, nx, 2], coloured by phase and modulus."""

    fragment = shaders.DOMAIN_FRAGMENT
    texture = ("rg32f", "rg")


class ShapesHandle:
    """All circles, dots, segments and boxes of a canvas in one draw call, smoothed by their distance."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.SHAPE_VERTEX, shaders.SHAPE_FRAGMENT)
        self._uniforms = Uniforms(self._program)
        self._triangles = Triangles(self._program)
        self._count = 0

    def set_data(self, content: tuple[shapes.Shape, ...]) -> None:
        """Show these shapes."""
        rows = shapes.vertices(content)
        self._count = len(rows)
        if self._count:
            self._triangles.set_data(rows.view(_SHAPE_RECORD).reshape(-1))

    def set_canvas(self, width: float, height: float, ratio: float) -> None:
        """Size of the canvas in logical pixels, and device pixels per logical pixel."""
        self._uniforms["u_size"] = (width, height)
        self._uniforms["u_ratio"] = ratio

    def draw(self) -> None:
        """Queue the drawing."""
        if self._count:
            self._program.draw("triangles")

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self._triangles.remove()
        self._program.delete()
        self._count = 0


class LinesHandle:
    """Contours: all segments in one buffer in cells, so that a moving camera costs a few uniforms."""

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.LINE_VERTEX, shaders.LINE_FRAGMENT)
        self._uniforms = Uniforms(self._program)
        self._triangles = Triangles(self._program)
        self._count = 0

    def set_data(self, segments: npt.NDArray[np.float32]) -> None:
        """Show segments, float32 [n, 4]: x, y of one end and of the other."""
        self._count = len(segments)
        if self._count:
            records = np.empty((len(segments), 6), _LINE_RECORD)
            records["a_ends"] = segments[:, np.newaxis]
            records["a_corner"] = _LINE_CORNERS
            self._triangles.set_data(records.reshape(-1))

    def set_camera(self, camera: Camera, ratio: float) -> None:
        """Where the lattice lies on the canvas, and device pixels per logical pixel."""
        self._uniforms["u_center"] = (camera.cx, camera.cy)
        self._uniforms["u_scale"] = camera.scale
        self._uniforms["u_size"] = (camera.width, camera.height)
        self._uniforms["u_ratio"] = ratio

    def draw(self, color: tuple[float, float, float, float], width: float) -> None:
        """Queue the drawing of all lines in a colour and a width in logical pixels."""
        if self._count:
            self._uniforms["u_color"] = color
            self._uniforms["u_half"] = width / 2
            self._uniforms["u_reach"] = width / 2 + 1
            self._program.draw("triangles")

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self._triangles.remove()
        self._program.delete()
        self._count = 0


class PlatesHandle:
    """All plates of a canvas (colour bar, labels, readout) in one draw call, stacked in one texture.

    A plate is painted anew only when its key changes; moving one changes its corners only.
    """

    def __init__(self) -> None:
        self._program = gloo.Program(shaders.PLATE_VERTEX, shaders.PLATE_FRAGMENT)
        self._uniforms = Uniforms(self._program)
        self._pictures: dict[Hashable, npt.NDArray[np.uint8]] = {}
        self._keys: tuple[Hashable, ...] = ()
        self._places: tuple[tuple[float, float], ...] = ()
        self._texture: gloo.Texture2D | None = None
        self._triangles = Triangles(self._program)

    def set_data(self, content: tuple[Plate, ...], ratio: float) -> None:
        """Show these plates at ``ratio`` device pixels per logical pixel."""
        keys = tuple((plate.key(), ratio) for plate in content)
        places = tuple((round(plate.x * ratio), round(plate.y * ratio)) for plate in content)
        if keys == self._keys and places == self._places:
            return
        if keys != self._keys:
            old = self._pictures
            self._pictures = {
                key: old[key] if key in old else pixels_of(render(plate, ratio))
                for key, plate in zip(keys, content, strict=True)
            }
            self._stack(keys)
        self._keys, self._places = keys, places
        if keys:
            self._place(ratio)

    def _stack(self, keys: tuple[Hashable, ...]) -> None:
        pictures = [self._pictures[key] for key in keys]
        if not pictures:
            return
        stack = np.zeros((sum(p.shape[0] for p in pictures), max(p.shape[1] for p in pictures), 4), np.uint8)
        row = 0
        for picture in pictures:
            stack[row : row + picture.shape[0], : picture.shape[1]] = picture
            row += picture.shape[0]
        if self._texture is None:
            self._texture = gloo.Texture2D(stack, interpolation="nearest", wrapping="clamp_to_edge")
            self._program["u_picture"] = self._texture
        else:
            self._texture.set_data(stack)

    def _place(self, ratio: float) -> None:
        pictures = [self._pictures[key] for key in self._keys]
        sizes = np.array([(p.shape[1], p.shape[0]) for p in pictures], np.float32)
        tops = np.concatenate([[0], np.cumsum(sizes[:, 1])[:-1]]).astype(np.float32)
        whole = np.array([sizes[:, 0].max(), sizes[:, 1].sum()], np.float32)
        corners = _CORNERS[np.newaxis] * sizes[:, np.newaxis]
        records = np.zeros((len(pictures), 6), _PLATE_RECORD)
        records["a_position"] = (corners + np.array(self._places, np.float32)[:, np.newaxis]) / ratio
        corners[:, :, 1] += tops[:, np.newaxis]
        records["a_uv"] = corners / whole
        self._triangles.set_data(records.reshape(-1))

    def set_canvas(self, width: float, height: float) -> None:
        """Size of the canvas in logical pixels."""
        self._uniforms["u_size"] = (width, height)

    def draw(self) -> None:
        """Queue the drawing."""
        if self._keys:
            self._program.draw("triangles")

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self._triangles.remove()
        if self._texture is not None:
            self._texture.delete()
        self._program.delete()
        self._texture = None
        self._keys = ()
