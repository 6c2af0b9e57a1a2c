"""Pictures of a field with colour bar, title, parameters and time, composed without a window.

Matplotlib's Agg renderer draws them, so that a picture is the same with and without a display, in a snapshot
and in a film.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import numpy.typing as npt
from cmap import Colormap
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap, Normalize, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import SymmetricalLogLocator

from tauscope.app import placed
from tauscope.app.domain_picture import domain_rgb, draw_legend, is_domain
from tauscope.app.source_marks import marks_of_config
from tauscope.engine import registry
from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.canvas.marks import frame, outline
from tauscope.widgets.canvas.ring import RING

MAPS = {"sequential": "bids:magma", "diverging": "colorbrewer:RdBu_r", "cyclic": "cmocean:phase"}
THEMES = {"dark": ("#14171c", "#e8eaed", "#9aa3ad"), "light": ("#ffffff", "#1a1d21", "#5b6570")}
PICTURE_INCHES = 6.0
DOTS = 110
LINE_CHARS = 88
LEAST_INCHES = 0.6
"""Least side of the picture of a plane: one of an axis of few sites is stretched."""

Domain = tuple[str, tuple[float, float], float]
"""Cyclic map, moduli shown black and bright, and threshold of the scale of a picture in domain colours."""


class Look(TypedDict, total=False):
    """How a picture looks; what is left out has the value named here.

    Parameters
    ----------
    cmap : str
        Name of a colour map in `cmap`'s catalogue; empty, as it is by itself, for the family's first.
    limits : (low, high) or Limits, optional
        Values at the ends of the colour bar; those of the array if None.
    thresh : float
        Threshold of the symlog colour scale, 0 for the linear one, which it is by itself.
    levels : sequence of float
        Values at which contours are drawn; none by itself.
    level_labels : bool
        Whether contours carry their values; False by itself.
    theme : {"dark", "light"}
        Ground and text colours; dark by itself.
    scale : int
        1 to 4; multiplies the resolution; 2 by itself.
    """

    cmap: str
    limits: tuple[float, float] | Limits | None
    thresh: float
    levels: Sequence[float]
    level_labels: bool
    theme: Literal["dark", "light"]
    scale: int


class Composer:
    """Composes pictures of one field; the frame around it is laid out once.

    Parameters
    ----------
    array : array of shape [ny, nx]
        The first picture's field; complex numbers are shown by their magnitude, on a cyclic map in domain
        colours.
    spec : FieldSpec
        What it is.
    described : mapping
        ``title``, ``config`` (whose sources are drawn), ``seed``, ``tick`` and ``time``; of a plane of many
        axes also ``plane`` (``axes`` across and up, and its ``sentence``).
    **look : Look
        How it looks.

    Raises
    ------
    BadInput
        The field is not two-dimensional, or colour map, theme or scale is unknown.
    """

    def __init__(
        self,
        array: Array,
        spec: FieldSpec,
        described: Mapping[str, Any],
        **look: Unpack[Look],
    ) -> None:
        theme, scale, thresh = look.get("theme", "dark"), look.get("scale", 2), look.get("thresh", 0.0)
        _check(array, spec, theme, scale)
        ends, colours = colour_range(array, look.get("limits")), _colours(look.get("cmap", ""), spec)
        self._spec, self._seed = spec, described["seed"]
        self._shape = array.shape
        self._domain = (look.get("cmap", ""), ends, thresh) if is_domain(array, spec) else None
        self._figure, self._image, self._when = _compose(
            np.asarray(array), spec, described, colours, ends, theme, self._domain
        )
        if thresh > 0 and self._domain is None:
            # Natural logarithm with one unit of length from 0 to the threshold: the scale of the views.
            low, high = ends
            self._image.set_norm(SymLogNorm(thresh, linscale=1 - 1 / np.e, vmin=low, vmax=high, base=np.e))
            self._image.colorbar.ax.yaxis.set_major_locator(SymmetricalLogLocator(base=10, linthresh=thresh))
        self._levels = tuple(sorted(set(look.get("levels", ()))))
        self._level_labels = look.get("level_labels", False)
        self._contours: Any = None
        self._draw_contours(np.asarray(array))
        self._figure.set_dpi(DOTS * scale)
        self._canvas: Any = FigureCanvasAgg(self._figure)
        self._ground: Any = None

    def update(self, array: Array, tick: int, time: float) -> None:
        """Show another moment of the same field.

        Raises
        ------
        BadInput
            An array of another shape.
        """
        if array.shape != self._shape:
            raise BadInput(
                f"A frame has the shape {array.shape}, the first one {self._shape}.",
                key="field",
                value=array.shape,
            )
        self._image.set_data(shown(array) if self._domain is None else domain_rgb(array, *self._domain))
        self._draw_contours(array)
        self._when.set_text(moment_text(self._spec, tick, time, self._seed))

    def _draw_contours(self, array: Array) -> None:
        if self._contours is not None:
            self._contours.remove()
            self._contours = None
        values = shown(array)
        inside = [level for level in self._levels if values.min() < level < values.max()]
        if not inside or min(array.shape) < 2:
            return
        halo = [Stroke(linewidth=1.8, foreground="#00000066"), Normal()]
        self._contours = self._image.axes.contour(values, inside, colors="#f7fafc", linewidths=0.7)
        self._contours.set_path_effects(halo)
        if self._level_labels:
            texts = self._image.axes.clabel(self._contours, fontsize=6, colors="#f7fafc")
            for text in texts:
                text.set_path_effects([Stroke(linewidth=1.8, foreground="#000000aa"), Normal()])

    def png(self, entries: Mapping[str, str]) -> bytes:
        """PNG with text entries."""
        stream = io.BytesIO()
        software = f"Tauscope {metadata.version('tauscope')}"
        self._canvas.print_png(stream, metadata={**entries, "Software": software})
        return stream.getvalue()

    def rgb(self) -> npt.NDArray[np.uint8]:
        """Picture as an array [row, column, rgb], first row on top."""
        axes = self._image.axes
        over = [*axes.collections, *axes.lines, *axes.patches, *axes.spines.values()]
        if self._ground is None:
            for artist in (self._image, self._when):
                artist.set_visible(False)
            self._canvas.draw()
            self._ground = self._canvas.copy_from_bbox(self._figure.bbox)
            for artist in (self._image, self._when):
                artist.set_visible(True)
        self._canvas.restore_region(self._ground)
        for artist in (self._image, *over):  # labels and colour bar stand already: they take nine tenths
            axes.draw_artist(artist)
        self._figure.draw_artist(self._when)
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])


def shown(array: Array) -> Any:
    """Numbers that are shown: magnitudes of complex ones, without what is not finite."""
    return np.ma.masked_invalid(np.abs(array) if np.iscomplexobj(array) else array.astype(np.float64))


def _check(array: Array, spec: FieldSpec, theme: str, scale: int) -> None:
    if array.ndim != 2 or not array.size or array.dtype.kind not in "biufc":
        raise BadInput(
            f"“{spec.label}” has the shape {array.shape}; a picture needs two axes.",
            key="field",
            value=spec.name,
            remedy="Choose a two-dimensional field or a slice.",
        )
    if theme not in THEMES:
        raise unknown_name("theme", theme, THEMES, key="theme")
    if scale not in (1, 2, 3, 4):
        raise BadInput(f"scale is {scale}.", key="scale", value=scale, allowed="1, 2, 3, 4")


def _colours(name: str, spec: FieldSpec) -> Any:
    try:
        if name == RING:
            return ListedColormap(colormaps.table(name) / 255.0)
        return Colormap(name or MAPS[spec.palette]).to_mpl()
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            f"There is no colour map named “{name}”.",
            key="cmap",
            value=name,
            allowed="names of the cmap catalogue",
        ) from None


def colour_range(array: Array, limits: tuple[float, float] | Limits | None) -> tuple[float, float]:
    """Ends of the colour bar: those that are given, or those of the array, never the same."""
    if isinstance(limits, Limits):
        low, high = limits.low, limits.high
    elif limits is not None:
        low, high = float(limits[0]), float(limits[1])
    else:
        found = Limits.of(np.abs(array) if np.iscomplexobj(array) else array)
        low, high = found.low, found.high
    if high > low:
        return low, high
    room = max(abs(low), 1.0) * 0.01
    return low - room, high + room


def _compose(
    array: Array,
    spec: FieldSpec,
    described: Mapping[str, Any],
    colours: Any,
    limits: tuple[float, float],
    theme: str,
    domain: Domain | None,
) -> tuple[Figure, Any, Any]:
    """Figure of the field with everything around it, and the parts of it that change with time."""
    ground, text, muted = THEMES[theme]
    rows, columns = array.shape
    width = PICTURE_INCHES * min(columns / rows, 1.0)
    height = PICTURE_INCHES * min(rows / columns, 1.0)
    words, plane = parameter_lines(described["config"], described["engine"]), described.get("plane")
    if plane is not None:
        width, height = max(width, LEAST_INCHES), max(height, LEAST_INCHES)
        words = [plane["sentence"], *words]
    footer = 0.12 + 0.16 * len(words)
    total = (max(width, 3.0) + (1.9 if domain is None else 2.3), max(height, 1.0) + 0.95 + footer)
    figure = Figure(figsize=total, dpi=DOTS, facecolor=ground)
    axes = figure.add_axes((0.65 / total[0], (footer + 0.35) / total[1], width / total[0], height / total[1]))
    image = axes.imshow(
        shown(array) if domain is None else domain_rgb(array, *domain),
        origin="lower",
        cmap=colours,
        norm=Normalize(*limits),
        interpolation="nearest",
        aspect="equal" if plane is None else "auto",
    )
    bar_left = (0.65 + width + 0.15) / total[0]
    thick = 0.18 if domain is None else 0.5
    bar = figure.add_axes((bar_left, (footer + 0.35) / total[1], thick / total[0], height / total[1]))
    _draw_bar(bar, image, spec, domain, text)
    for part in (axes, bar):
        part.tick_params(colors=muted, labelsize=8)
        for spine in part.spines.values():
            spine.set_color(muted)
    _draw_sources(axes, described["config"], text, (rows, columns))
    if plane is not None:
        axes.set_xlabel(f"{plane['axes'][0]}, sites", fontsize=8, color=text)
        axes.set_ylabel(f"{plane['axes'][1]}, sites", fontsize=8, color=text)
    heading = described["title"] or spec.title
    figure.text(0.65 / total[0], 1 - 0.28 / total[1], heading, color=text, fontsize=13, va="center")
    words_now = moment_text(spec, described["tick"], described["time"], described["seed"])
    when = figure.text(0.65 / total[0], 1 - 0.5 / total[1], words_now, color=muted, fontsize=9, va="center")
    place: dict[str, Any] = {"color": muted, "fontsize": 7.5, "va": "bottom", "linespacing": 1.3}
    figure.text(0.65 / total[0], 0.1 / total[1], "\n".join(words), **place)
    return figure, image, when


def _draw_bar(axes: Any, image: Any, spec: FieldSpec, domain: Domain | None, ink: str) -> None:
    """Colour bar of a field, or the legend of domain colours."""
    unit = "" if spec.unit == "1" else f" ({spec.unit})"
    if domain is None:
        axes.figure.colorbar(image, cax=axes).set_label(f"{spec.label}{unit}", color=ink, fontsize=10)
        return
    draw_legend(axes, domain[0], domain[1])
    axes.set_ylabel(f"arg {spec.label} (rad)", color=ink, fontsize=10)
    axes.set_xlabel(f"|{spec.label}|{unit}", color=ink, fontsize=8)


def moment_text(spec: FieldSpec, tick: int, time: float, seed: int) -> str:
    """Line with field, tick, time and seed; an engine without a time, whose time is NaN, has none here."""
    if math.isnan(time):
        return f"{spec.label}   tick {tick:,}   seed {seed}"
    when = f"{time:,.0f}" if math.isfinite(time) and time == int(time) else f"{time:g}"
    return f"{spec.label}   tick {tick:,}   time {when}   seed {seed}"


def parameter_lines(config: Mapping[str, Any], engine: str = "") -> list[str]:
    """Lines of ``key = value`` for every number, choice and switch of a configuration and its parts.

    Parameters
    ----------
    config : mapping
        Configuration as JSON.
    engine : str
        Engine whose configuration it is; parameters that do nothing beside the others are left out then.
    """
    unused: Collection[str] = ()
    if engine in registry.names():
        with suppress(BadInput):  # a snapshot of another version
            unused = registry.config_type(engine).load(config).unused()
    entries = [
        f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}"
        for key, value in _entries(config)
        if key not in unused
    ]
    counts = ((kind, len(config.get(kind.key) or ())) for kind in placed.placings(config))
    entries += [kind.count(number) for kind, number in counts if number]
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + len(entry) + 3 <= LINE_CHARS:
            lines[-1] += f"   {entry}"
        else:
            lines.append(entry)
    return lines


def _entries(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, Mapping) and not any(name.startswith("__") for name in value):  # no packed map
            yield from _entries(value, f"{prefix}{key}.")
        elif isinstance(value, int | float | str) and value != "":
            yield f"{prefix}{key}", value
        elif key == "shape" and isinstance(value, list | tuple):
            yield f"{prefix}{key}", " × ".join(str(extent) for extent in value)


def _draw_sources(axes: Any, config: Mapping[str, Any], colour: str, shape: tuple[int, int]) -> None:
    """Outline of every visible source over the picture, as the canvas has it."""
    halo = [Stroke(linewidth=2.4, foreground="#00000090"), Normal()]
    for mark in marks_of_config(config):
        if not mark.shown:
            continue
        style = mark.color if mark.world else colour
        if mark.kind == "line":
            ends = [mark.x, mark.x2], [mark.y, mark.y2]
            axes.plot(*ends, color=style, linewidth=1.2, path_effects=halo)
            continue
        line: dict[str, Any] = {"fill": False, "color": style, "linewidth": 1.0, "path_effects": halo}
        if (edges := frame(mark)) is not None:
            left, bottom, right, top = edges
            dashes = (0, (4, 4)) if mark.kind == "brush" else "-"
            corner = (left, bottom)
            axes.add_patch(Rectangle(corner, right - left, top - bottom, linestyle=dashes, **line))
            continue
        if mark.kind in ("gaussian", "ring", "disc", "packet", "light"):
            axes.add_patch(Circle((mark.x, mark.y), outline(mark), **line))
        axes.plot(
            [mark.x], [mark.y], marker="+", color=style, markersize=6, markeredgewidth=1.0, path_effects=halo
        )
    if config.get("boundary") == "disc":
        _draw_sink(axes, config, shape, colour)
    axes.set_xlabel("x, cells", fontsize=8, color=colour)
    axes.set_ylabel("y, cells", fontsize=8, color=colour)
    axes.set_xlim(-0.5, shape[1] - 0.5)
    axes.set_ylim(-0.5, shape[0] - 0.5)


def _draw_sink(axes: Any, config: Mapping[str, Any], shape: tuple[int, int], colour: str) -> None:
    """Edge of the disc, beyond which every node is a sink."""
    given = config.get("disc_radius")
    radius = float(given) if given is not None else (min(shape) - 1) / 2 - 2.0  # as the engine's default
    centre = ((shape[1] - 1) / 2, (shape[0] - 1) / 2)
    axes.add_patch(Circle(centre, radius, fill=False, color=colour, linewidth=0.9, linestyle=(0, (5, 4))))
