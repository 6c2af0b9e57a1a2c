"""Handle of a height map on the graphics card; it hides gloo as `handles` does for the flat views."""

from __future__ import annotations

from typing import Any

import numpy as np
from vispy import gloo

from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.handles import PlatesHandle, ShapesHandle, Uniforms
from tauscope.widgets.canvas.relief import Relief
from tauscope.widgets.canvas.shapes import Shape

_VERTEX = """
attribute vec2 a_place;
attribute float a_share;
attribute float a_shade;
attribute float a_valid;
uniform vec4 u_turn;
uniform vec2 u_size;
uniform float u_lift;
uniform float u_shift;
varying float v_share;
varying float v_shade;
varying float v_valid;
void main() {
    float across = a_place.x * u_turn.x - a_place.y * u_turn.y;
    float away = a_place.x * u_turn.y + a_place.y * u_turn.x;
    float z = (a_share - 0.5) * u_lift;
    v_share = a_share;
    v_shade = a_shade;
    v_valid = a_valid;
    vec2 at = vec2(across, away * u_turn.w + z * u_turn.z) * u_size;
    gl_Position = vec4(at.x + u_shift, at.y, (away * u_turn.z - z * u_turn.w) / 4.0, 1.0);
}
"""

_FRAGMENT = """
uniform sampler2D u_table;
varying float v_share;
varying float v_shade;
varying float v_valid;
void main() {
    if (v_valid < 0.999) discard;
    float share = clamp(v_share, 0.0, 1.0);
    vec3 color = texture2D(u_table, vec2((share * 255.0 + 0.5) / 256.0, 0.5)).rgb;
    gl_FragColor = vec4(color * v_shade, 1.0);
}
"""


class ReliefHandle:
    """Mesh, frame and labels of one height map.

    Turning and zooming change uniforms; new data change three buffers; only another size of the lattice
    makes buffers anew.
    """

    def __init__(self) -> None:
        self._program = gloo.Program(_VERTEX, _FRAGMENT)
        self._uniforms = Uniforms(self._program)
        self._frame = ShapesHandle()
        self._plates = PlatesHandle()
        self._table: gloo.Texture2D | None = None
        self._buffers: dict[str, gloo.VertexBuffer] = {}
        self._index: gloo.IndexBuffer | None = None
        self._grid: object = None
        self._shown: object = None
        self._cmap = ""
        self._shapes: tuple[Shape, ...] = ()

    def draw(self, context: Any, relief: Relief, most: int, size: tuple[float, float], ratio: float) -> None:
        """Queue the drawing on a canvas of a size in logical pixels."""
        width, height = size
        context.set_state(blend=True, blend_func=("one", "one_minus_src_alpha"))
        shapes = relief.frame(width, height)
        if shapes != self._shapes:
            self._frame.set_data(shapes)
            self._shapes = shapes
        self._frame.set_canvas(width, height, ratio)
        self._frame.draw()
        context.set_state(blend=False, depth_test=True)
        self._mesh(relief, most)
        if self._index is not None:
            orbit = relief.orbit
            pixels = 2 * orbit.pixels(width, height)
            self._uniforms["u_turn"] = orbit.angles
            self._uniforms["u_size"] = (pixels / width, pixels / height)
            self._uniforms["u_lift"] = orbit.lift
            self._uniforms["u_shift"] = 2 * orbit.middle(width) / width - 1
            self._program.draw("triangles", self._index)
        context.set_state(blend=True, depth_test=False)
        self._plates.set_data(relief.labels(width, height), ratio)
        self._plates.set_canvas(width, height)
        self._plates.draw()
        context.set_state(blend=False)

    def _mesh(self, relief: Relief, most: int) -> None:
        if relief.cmap != self._cmap:
            colors = colormaps.table(relief.cmap)[np.newaxis]
            if self._table is None:
                self._table = gloo.Texture2D(colors, interpolation="linear", wrapping="clamp_to_edge")
                self._program["u_table"] = self._table
            else:
                self._table.set_data(colors)
            self._cmap = relief.cmap
        key = (relief.serial, relief.limits, relief.thresh, relief.orbit.lift)
        if key == self._shown:
            return
        self._shown = key
        shares = relief.shares(most)
        if min(shares.shape) < 2:
            self._drop_mesh()
            return
        grid = (shares.shape, relief.array.shape if relief.array is not None else ())
        if grid != self._grid:
            self._drop_mesh()
            self._make_grid(relief, most)
            self._grid = grid
        finite = np.isfinite(shares)
        content = {
            "a_share": np.where(finite, shares, np.float32(0)),
            "a_shade": relief.shade(shares, most),
            "a_valid": finite.astype(np.float32),
        }
        for name, values in content.items():
            flat = np.ascontiguousarray(values, np.float32).reshape(-1)
            if name in self._buffers:
                self._buffers[name].set_data(flat)
            else:
                self._buffers[name] = self._program[name] = gloo.VertexBuffer(flat)

    def _make_grid(self, relief: Relief, most: int) -> None:
        x, y = relief.places(most)
        places = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2).astype(np.float32)
        self._buffers["a_place"] = self._program["a_place"] = gloo.VertexBuffer(places)
        first = (np.arange(len(y) - 1)[:, np.newaxis] * len(x) + np.arange(len(x) - 1)).reshape(-1)
        corners = np.array([0, 1, len(x) + 1, 0, len(x) + 1, len(x)])
        self._index = gloo.IndexBuffer((first[:, np.newaxis] + corners).reshape(-1).astype(np.uint32))

    def _drop_mesh(self) -> None:
        for buffer in self._buffers.values():
            buffer.delete()
        if self._index is not None:
            self._index.delete()
        self._buffers, self._index, self._grid = {}, None, None

    def remove(self) -> None:
        """Free what the graphics card holds."""
        self._drop_mesh()
        for handle in (self._frame, self._plates):
            handle.remove()
        if self._table is not None:
            self._table.delete()
        self._program.delete()
        self._table = None
