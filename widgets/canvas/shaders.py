"""Programs of the graphics card: the field's image, line shapes, contours and plates."""

IMAGE_VERTEX = """
attribute vec2 a_corner;
uniform vec2 u_origin;
uniform vec2 u_extent;
varying vec2 v_uv;
void main() {
    v_uv = a_corner;
    gl_Position = vec4(u_origin + a_corner * u_extent, 0.0, 1.0);
}
"""

IMAGE_FRAGMENT = """
uniform sampler2D u_field;
uniform sampler2D u_table;
uniform vec2 u_clims;
uniform float u_thresh;
uniform vec2 u_shape;
uniform float u_cells;
uniform vec3 u_nan;
varying vec2 v_uv;
float scaled(float value) {
    if (u_thresh <= 0.0) return value;
    float size = abs(value) / u_thresh;
    size = size <= 1.0 ? size : 1.0 + log(size);
    return value < 0.0 ? -size : size;
}
void main() {
    vec2 uv = v_uv;
    if (u_cells > 0.5) uv = (floor(uv * u_shape) + 0.5) / u_shape;
    float value = texture2D(u_field, uv).r;
    if (!(value <= 0.0 || 0.0 <= value)) {
        gl_FragColor = vec4(u_nan, 1.0);
        return;
    }
    float share = clamp((scaled(value) - u_clims.x) * u_clims.y, 0.0, 1.0);
    gl_FragColor = vec4(texture2D(u_table, vec2((share * 255.0 + 0.5) / 256.0, 0.5)).rgb, 1.0);
}
"""

# Complex numbers: two channels hold real and imaginary part, so that between cells the number is
# interpolated and not its phase, which jumps.
DOMAIN_FRAGMENT = """
uniform sampler2D u_field;
uniform sampler2D u_table;
uniform vec2 u_clims;
uniform float u_thresh;
uniform vec2 u_shape;
uniform float u_cells;
uniform vec3 u_nan;
varying vec2 v_uv;
float scaled(float size) {
    if (u_thresh <= 0.0) return size;
    float share = size / u_thresh;
    return share <= 1.0 ? share : 1.0 + log(share);
}
void main() {
    vec2 uv = v_uv;
    if (u_cells > 0.5) uv = (floor(uv * u_shape) + 0.5) / u_shape;
    vec2 value = texture2D(u_field, uv).rg;
    float size = length(value);
    if (!(size >= 0.0)) {
        gl_FragColor = vec4(u_nan, 1.0);
        return;
    }
    float share = clamp((scaled(size) - u_clims.x) * u_clims.y, 0.0, 1.0);
    float turn = size > 0.0 ? atan(value.y, value.x) * 0.15915494309 + 0.5 : 0.5;
    vec3 color = texture2D(u_table, vec2((turn * 255.0 + 0.5) / 256.0, 0.5)).rgb;
    gl_FragColor = vec4(color * share, 1.0);
}
"""

SHAPE_VERTEX = """
attribute vec2 a_position;
attribute vec4 a_shape;
attribute vec4 a_style;
attribute vec4 a_color;
uniform vec2 u_size;
varying vec2 v_position;
varying vec4 v_shape;
varying vec4 v_style;
varying vec4 v_color;
void main() {
    v_position = a_position;
    v_shape = a_shape;
    v_style = a_style;
    v_color = a_color;
    vec2 ndc = 2.0 * a_position / u_size - 1.0;
    gl_Position = vec4(ndc.x, -ndc.y, 0.0, 1.0);
}
"""

# Signed distances in logical pixels; premultiplied colours with a dark fringe around the line.
SHAPE_FRAGMENT = """
uniform float u_ratio;
varying vec2 v_position;
varying vec4 v_shape;
varying vec4 v_style;
varying vec4 v_color;
void main() {
    vec2 from = v_position - v_shape.xy;
    float along = 0.0;
    float d;
    if (v_style.x < 0.5) {
        float radius = length(from);
        d = abs(radius - v_shape.z) - 0.5 * v_style.y;
        along = atan(from.y, from.x) * v_shape.z;
    } else if (v_style.x < 1.5) {
        d = length(from) - v_shape.z;
    } else if (v_style.x < 2.5) {
        vec2 axis = v_shape.zw - v_shape.xy;
        float share = clamp(dot(from, axis) / max(dot(axis, axis), 1e-9), 0.0, 1.0);
        along = share * length(axis);
        d = length(from - axis * share) - 0.5 * v_style.y;
    } else {
        d = -1.0;
    }
    float cover = clamp(0.5 - d * u_ratio, 0.0, 1.0);
    if (v_style.w > 0.0 && fract(along / (2.0 * v_style.w)) > 0.5) cover = 0.0;
    float line = cover * v_color.a;
    float fringe = v_style.z * v_color.a * (1.0 - smoothstep(0.0, 3.0, d));
    gl_FragColor = vec4(v_color.rgb * line, line + fringe * (1.0 - line));
}
"""

# A line of constant width in pixels about every segment, whose ends are given in cells.
LINE_VERTEX = """
attribute vec4 a_ends;
attribute vec2 a_corner;
uniform vec2 u_center;
uniform float u_scale;
uniform vec2 u_size;
uniform float u_reach;
varying float v_across;
void main() {
    vec2 start = (a_ends.xy - u_center) * u_scale;
    vec2 end = (a_ends.zw - u_center) * u_scale;
    vec2 along = end - start;
    float size = length(along);
    along = size > 1e-6 ? along / size : vec2(1.0, 0.0);
    vec2 at = a_corner.x < 0.5 ? start - along * 0.5 : end + along * 0.5;
    v_across = a_corner.y * u_reach;
    at += vec2(-along.y, along.x) * v_across;
    gl_Position = vec4(2.0 * at / u_size, 0.0, 1.0);
}
"""

LINE_FRAGMENT = """
uniform vec4 u_color;
uniform float u_half;
uniform float u_ratio;
varying float v_across;
void main() {
    float cover = clamp(0.5 - (abs(v_across) - u_half) * u_ratio, 0.0, 1.0) * u_color.a;
    gl_FragColor = vec4(u_color.rgb * cover, cover);
}
"""

PLATE_VERTEX = """
attribute vec2 a_position;
attribute vec2 a_uv;
uniform vec2 u_size;
varying vec2 v_uv;
void main() {
    v_uv = a_uv;
    vec2 ndc = 2.0 * a_position / u_size - 1.0;
    gl_Position = vec4(ndc.x, -ndc.y, 0.0, 1.0);
}
"""

PLATE_FRAGMENT = """
uniform sampler2D u_picture;
varying vec2 v_uv;
void main() { gl_FragColor = texture2D(u_picture, v_uv); }
"""
