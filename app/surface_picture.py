"""Picture of a surface with title, parameters and time, and the field beside it, as snapshots have them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tauscope.app.compose import DOTS, THEMES, moment_text, parameter_lines
from tauscope.app.openpmd import one_iteration
from tauscope.app.outputs import check_output
from tauscope.app.snapshot import ENDINGS, KEY, MAX_TEXT, describe, npz_bytes, publish
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import unknown_name

Pixels = npt.NDArray[np.uint8]
"""Painted surface [row, column, red green blue], rows from the top."""
WIDTH, HEIGHT = 800, 540
"""Size of the painted surface, in pixels at the single resolution."""
_LEFT, _HEAD = 0.3, 0.75
"""Inches to the left of the surface, and above it for title and moment."""


def save_surface(
    path: Path | str,
    paint: Callable[[int, int, float], Pixels],
    array: Array,
    spec: FieldSpec,
    moment: Mapping[str, Any],
    *,
    theme: Literal["dark", "light"] = "dark",
    scale: int = 2,
    ending: str = ".npz",
) -> tuple[Path, Path]:
    """Save a painted view (a surface, phase circles) as PNG and its field beside it; metadata inside both.

    Parameters
    ----------
    path : Path or str
        Picture; the data file has the same stem.
    paint : callable
        Paints the view: (width, height, pixels a unit) to its pixels.
    array : array
        The field, [ny, nx] or [oscillator].
    spec : FieldSpec
        What it is.
    moment : mapping
        ``engine``, ``config``, ``seed``, ``tick``, ``time`` and ``title``.
    theme : {"dark", "light"}
        Ground and text colours.
    scale : int
        1 to 4; multiplies the resolution.
    ending : {".npz", ".h5"}
        Format of the data.

    Returns
    -------
    tuple of Path
        Picture and data file.

    Raises
    ------
    BadInput
        A file exists, the folder is missing or read-only, or the ending is unknown.
    """
    picture = Path(path).absolute()
    if ending not in ENDINGS:
        raise unknown_name("data format", ending, ENDINGS, key="ending")
    data = picture.with_suffix(ending)
    check_output(picture, "path", (".png",))
    check_output(data, "path")
    described = describe(spec, **moment)
    text = json.dumps(described)
    publish(
        {
            picture: _png(paint, spec, described, f"in {data.name}", theme, scale),
            data: npz_bytes(array, spec, text) if ending == ".npz" else one_iteration(array, spec, described),
        }
    )
    return picture, data


def painted_png(
    paint: Callable[[int, int, float], Pixels],
    spec: FieldSpec,
    moment: Mapping[str, Any],
    *,
    theme: Literal["dark", "light"] = "dark",
    scale: int = 2,
) -> bytes:
    """Picture of a painted view alone, as PNG with its metadata inside; see `save_surface`."""
    return _png(paint, spec, describe(spec, **moment), "left out", theme, scale)


def _png(
    paint: Callable[[int, int, float], Pixels],
    spec: FieldSpec,
    described: Mapping[str, Any],
    large: str,
    theme: str,
    scale: int,
) -> bytes:
    """PNG with its metadata; a configuration too large for a PNG is replaced by a word there."""
    text = json.dumps(described)
    inside = text if len(text) <= MAX_TEXT else json.dumps({**described, "config": large})
    figure = painted_figure(paint(WIDTH, HEIGHT, scale), spec, described, theme)
    figure.set_dpi(DOTS * scale)
    canvas: Any = FigureCanvasAgg(figure)
    stream = io.BytesIO()
    canvas.print_png(stream, metadata={"Title": str(described["title"]), KEY: inside})
    return stream.getvalue()


def painted_figure(pixels: Pixels, spec: FieldSpec, described: Mapping[str, Any], theme: str) -> Figure:
    """Figure of a painted view: its pixels with title, moment and parameters."""
    ground, text, muted = THEMES[theme]
    words = parameter_lines(described["config"], described["engine"])
    footer = 0.2 + 0.16 * len(words)
    wide, high = WIDTH / DOTS, HEIGHT / DOTS
    total = (wide + 2 * _LEFT, high + _HEAD + footer)
    figure = Figure(figsize=total, dpi=DOTS, facecolor=ground)
    axes = figure.add_axes((_LEFT / total[0], footer / total[1], wide / total[0], high / total[1]))
    axes.imshow(pixels, interpolation="antialiased", aspect="auto")
    axes.set_axis_off()
    place: dict[str, Any] = {"x": _LEFT / total[0]}
    heading = described["title"] or spec.title
    figure.text(y=1 - 0.28 / total[1], s=heading, color=text, fontsize=13, va="center", **place)
    when = moment_text(spec, described["tick"], described["time"], described["seed"])
    figure.text(y=1 - 0.54 / total[1], s=when, color=muted, fontsize=9, va="center", **place)
    lines = "\n".join(words)
    figure.text(y=0.1 / total[1], s=lines, color=muted, fontsize=7.5, va="bottom", linespacing=1.3, **place)
    return figure
