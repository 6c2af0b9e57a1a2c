"""Programs of the graphics card for phase circles: links, rings with bars, discs, points, arrows.

Lengths in the plane are radii of a circle, sizes on the canvas logical pixels. All colours are premultiplied.
"""

from tauscope.widgets.canvas.phase_circles import BAR
from tauscope.widgets.canvas.phase_colors import ALIGNED, OPPOSED

RING_INK = (0.36, 0.40, 0.46)
HOVER_INK = (0.66, 0.71, 0.78)
FROZEN_INK = (0.66, 0.84, 0.96)
DASHES = 12
"""Dashes of a frozen circle's outline."""
FADE = 0.12
"""Brightness of a disc whose cluster has no order at all."""

_PLACE = """
uniform vec2 u_center;
uniform float u_scale;
uniform vec2 u_size;
vec2 pixel(vec2 place) { return (place - u_center) * u_scale; }
vec4 placed(vec2 at) { return vec4(2.0 * at / u_size, 0.0, 1.0); }
"""

# A quad about each link; its colour and width tell the alignment.
LINK_VERTEX = f"""
attribute vec4 a_ends;
attribute vec2 a_corner;
attribute float a_value;
varying float v_across;
varying float v_half;
varying vec4 v_color;
{_PLACE}
void main() {{
    vec2 start = pixel(a_ends.xy);
    vec2 end = pixel(a_ends.zw);
    vec2 along = end - start;
    float size = length(along);
    along = size > 1e-6 ? along / size : vec2(1.0, 0.0);
    float strength = min(abs(a_value), 1.0);
    v_half = 0.5 + 0.6 * strength;
    v_color = vec4(a_value >= 0.0 ? vec3{ALIGNED} : vec3{OPPOSED}, 0.10 + 0.62 * strength);
    v_across = a_corner.y * (v_half + 1.0);
    vec2 at = a_corner.x < 0.5 ? start : end;
    gl_Position = placed(at + vec2(-along.y, along.x) * v_across);
}}
"""

LINK_FRAGMENT = """
uniform float u_ratio;
varying float v_across;
varying float v_half;
varying vec4 v_color;
void main() {
    float cover = clamp(0.5 - (abs(v_across) - v_half) * u_ratio, 0.0, 1.0) * v_color.a;
    gl_FragColor = vec4(v_color.rgb * cover, cover);
}
"""

# A quad about each circle: its outline, and outside of that the bars of the density.
RING_VERTEX = f"""
attribute vec2 a_place;
attribute vec2 a_corner;
attribute float a_marks;
attribute float a_row;
varying vec2 v_from;
varying float v_marks;
varying float v_row;
{_PLACE}
void main() {{
    v_from = a_corner * (u_scale * (1.0 + {BAR}) + 4.0);
    v_marks = a_marks;
    v_row = a_row;
    gl_Position = placed(pixel(a_place) + v_from);
}}
"""

RING_FRAGMENT = f"""
uniform sampler2D u_bars;
uniform vec3 u_layout;
uniform float u_radius;
uniform float u_ratio;
uniform vec3 u_accent;
varying vec2 v_from;
varying float v_marks;
varying float v_row;
void main() {{
    float distance = length(v_from);
    float turn = atan(v_from.y, v_from.x) / 6.283185307179586 + 0.5;
    float marks = floor(v_marks + 0.5);
    float hovered = step(3.5, marks);
    float frozen = step(1.5, marks - 4.0 * hovered);
    float selected = marks - 4.0 * hovered - 2.0 * frozen;
    vec3 ink = mix(vec3{RING_INK}, vec3{HOVER_INK}, hovered);
    ink = mix(ink, vec3{FROZEN_INK}, frozen);
    ink = mix(ink, u_accent, selected);
    float half_width = 0.5 + 0.2 * frozen + 0.5 * selected;
    float line = clamp(0.5 - (abs(distance - u_radius) - half_width) * u_ratio, 0.0, 1.0);
    if (frozen > 0.5 && fract(turn * {DASHES:.1f}) > 0.5) line = 0.0;
    vec4 color = vec4(ink * line, line);
    if (u_layout.x > 0.0) {{
        float bin = min(floor(turn * u_layout.x), u_layout.x - 1.0);
        float row = floor((v_row + 0.5) / u_layout.y);
        float column = (v_row - row * u_layout.y) * u_layout.x + bin;
        vec2 uv = (vec2(column, row) + 0.5) / vec2(u_layout.x * u_layout.y, u_layout.z);
        vec4 bar = texture2D(u_bars, uv);
        float base = u_radius + 1.0;
        float top = base + bar.a * u_radius * {BAR};
        float cover = clamp(0.5 + (distance - base) * u_ratio, 0.0, 1.0)
                    * clamp(0.5 + (top - distance) * u_ratio, 0.0, 1.0) * step(0.002, bar.a);
        color = vec4(bar.rgb * cover, cover) + color * (1.0 - cover);
    }}
    gl_FragColor = color;
}}
"""

# A point sprite a cluster: its colour is the mean phase, its brightness the order.
DISC_VERTEX = f"""
attribute vec2 a_place;
attribute vec2 a_order;
attribute float a_marks;
uniform float u_radius;
uniform float u_ratio;
varying vec2 v_order;
varying float v_marks;
varying float v_pixels;
{_PLACE}
void main() {{
    v_order = a_order;
    v_marks = a_marks;
    v_pixels = ceil(2.0 * (u_radius + 2.0) * u_ratio);
    gl_PointSize = v_pixels;
    gl_Position = placed(pixel(a_place));
}}
"""

DISC_FRAGMENT = f"""
uniform sampler2D u_table;
uniform float u_radius;
uniform float u_ratio;
uniform vec3 u_accent;
varying vec2 v_order;
varying float v_marks;
varying float v_pixels;
void main() {{
    float distance = length(gl_PointCoord - 0.5) * v_pixels / u_ratio;
    float share = atan(v_order.y, v_order.x) / 6.283185307179586 + 0.5;
    vec3 color = texture2D(u_table, vec2(share + 0.5 / 256.0, 0.5)).rgb;
    color *= {FADE} + (1.0 - {FADE}) * min(length(v_order), 1.0);
    float cover = clamp(0.5 - (distance - u_radius) * u_ratio, 0.0, 1.0);
    float marks = floor(v_marks + 0.5);
    float hovered = step(3.5, marks);
    float frozen = step(1.5, marks - 4.0 * hovered);
    float selected = marks - 4.0 * hovered - 2.0 * frozen;
    vec3 ink = mix(mix(vec3{HOVER_INK}, vec3{FROZEN_INK}, frozen), u_accent, selected);
    float line = marks < 0.5 ? 0.0 : clamp(0.5 - (abs(distance - u_radius - 0.5) - 0.75) * u_ratio, 0.0, 1.0);
    gl_FragColor = vec4(ink * line, line) + vec4(color * cover, cover) * (1.0 - line);
}}
"""

# A point an oscillator.
POINT_VERTEX = f"""
attribute vec2 a_place;
attribute float a_theta;
attribute float a_value;
uniform float u_dot;
uniform float u_ratio;
uniform float u_by;
varying float v_share;
varying float v_pixels;
{_PLACE}
void main() {{
    v_share = u_by > 0.5 ? (clamp(a_value, 0.0, 1.0) * 255.0 + 0.5) / 256.0
                         : a_theta / 6.283185307179586 + 0.5 + 0.5 / 256.0;
    v_pixels = ceil((u_dot + 1.0) * u_ratio);
    gl_PointSize = v_pixels;
    gl_Position = placed(pixel(a_place + vec2(cos(a_theta), sin(a_theta))));
}}
"""

POINT_FRAGMENT = """
uniform sampler2D u_table;
uniform float u_dot;
uniform float u_ratio;
varying float v_share;
varying float v_pixels;
void main() {
    float distance = length(gl_PointCoord - 0.5) * v_pixels - 0.5 * u_dot * u_ratio;
    float cover = clamp(0.5 - distance, 0.0, 1.0);
    gl_FragColor = vec4(texture2D(u_table, vec2(v_share, 0.5)).rgb * cover, cover);
}
"""

# A quad about each arrow: a shaft of even width and a head, which shrinks with a short arrow.
ARROW_VERTEX = f"""
attribute vec2 a_place;
attribute vec2 a_corner;
attribute vec2 a_order;
uniform vec2 u_arrow;
varying vec2 v_at;
varying float v_long;
{_PLACE}
void main() {{
    vec2 along = a_order * u_scale;
    v_long = length(along);
    along = v_long > 1e-6 ? along / v_long : vec2(1.0, 0.0);
    float reach = u_arrow.y * 0.5 + 2.0;
    v_at = vec2(a_corner.x < 0.5 ? -reach : v_long + 2.0, a_corner.y * reach);
    gl_Position = placed(pixel(a_place) + along * v_at.x + vec2(-along.y, along.x) * v_at.y);
}}
"""

ARROW_FRAGMENT = """
uniform vec2 u_arrow;
uniform float u_ratio;
uniform vec3 u_ink;
varying vec2 v_at;
varying float v_long;
void main() {
    float head = min(u_arrow.y, v_long);
    float neck = v_long - head;
    float shaft = length(vec2(max(max(-v_at.x, v_at.x - neck), 0.0), v_at.y)) - 0.5 * u_arrow.x;
    float flank = (abs(v_at.y) - 0.45 * (v_long - v_at.x)) * 0.912;
    float point = max(flank, neck - v_at.x);
    float cover = clamp(0.5 - min(shaft, point) * u_ratio, 0.0, 1.0);
    gl_FragColor = vec4(u_ink * cover, cover);
}
"""


def arrow_of(radius: float) -> tuple[float, float]:
    """Width of the shaft and length of the head of the arrows in circles of a radius in logical pixels."""
    width = min(max(0.045 * radius, 1.2), 2.6)
    return width, 4.5 * width
