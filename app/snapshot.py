"""Snapshots: a picture with colour bar, title, parameters and metadata inside, and its data beside it.

The picture is composed by Matplotlib's Agg renderer, the same with and without a window.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
from cmap import Colormap
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import Normal, Stroke

from tauscope.app.outputs import check_output
from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.engine.errors import BadInput, unknown_name

KEY = "tauscope"
"""Name of the PNG text entry, and of the entry of the data file, that holds the metadata as JSON."""

MAPS = {"sequential": "bids:magma", "diverging": "colorbrewer:RdBu_r", "cyclic": "cmocean:phase"}
THEMES = {"dark": ("#14171c", "#e8eaed", "#9aa3ad"), "light": ("#ffffff", "#1a1d21", "#5b6570")}
PICTURE_INCHES = 6.0
DOTS = 110
MAX_TEXT = 1 << 18
LINE_CHARS = 88


def save_snapshot(
    path: Path | str,
    array: Array,
    spec: FieldSpec,
    *,
    engine: str = "",
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
    tick: int = 0,
    time: float = 0.0,
    cmap: str = "",
    limits: tuple[float, float] | Limits | None = None,
    title: str = "",
    theme: Literal["dark", "light"] = "dark",
    scale: int = 2,
) -> tuple[Path, Path]:
    """Save a picture of a field and the field itself.

    Parameters
    ----------
    path : Path or str
        Picture to write, ``.png``; the data goes to the same name with ``.npz``.
    array : array of shape [ny, nx]
        The field; complex numbers are shown by their magnitude.
    spec : FieldSpec
        What it is.
    engine, config, seed, tick, time
        Where it comes from; kept as JSON in both files, and sources of ``config`` are drawn.
    cmap : str
        Name of a colour map in `cmap`'s catalogue; empty for the family's first.
    limits : (low, high) or Limits, optional
        Values at the ends of the colour bar; those of the array if None.
    title : str
        Above the picture.
    theme : {"dark", "light"}
        Ground and text colours.
    scale : int
        1 to 4; multiplies the resolution.

    Returns
    -------
    tuple of Path
        Picture and data file.

    Raises
    ------
    BadInput
        If a file exists, the folder is missing or read-only, the field is not two-dimensional, or the
        colour map or the theme is unknown.
    """
    picture = Path(path).absolute()
    data = picture.with_suffix(".npz")
    check_output(picture, "path", (".png",))
    check_output(data, "path")
    _check(array, spec, theme, scale)
    described = {
        "field": spec.name,
        "label": spec.label,
        "unit": spec.unit,
        "engine": engine,
        "config": dict(config or {}),
        "seed": seed,
        "tick": tick,
        "time": time,
        "title": title,
        "version": metadata.version("tauscope"),
    }
    image = _compose(np.asarray(array), spec, described, _colours(cmap, spec), _range(array, limits), theme)
    text = json.dumps(described)
    inside = text if len(text) <= MAX_TEXT else json.dumps({**described, "config": f"in {data.name}"})
    _publish({picture: _png(image, scale, title, inside), data: _npz(array, spec, text)})
    return picture, data


def read_snapshot(path: Path | str) -> tuple[Array, dict[str, Any]]:
    """Array and metadata of a snapshot's data file; nothing in it is executed.

    Raises
    ------
    BadInput
        If the file is missing or no snapshot.
    """
    source = Path(path)
    try:
        with source.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            described = json.loads(data[KEY].tobytes())
            return data[described["field"]], described
    except FileNotFoundError:
        raise BadInput(f"There is no file “{source}”.", key="path", value=str(source)) from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise BadInput(f"“{source.name}” is no snapshot ({error}).", key="path", value=str(source)) from None


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
        return Colormap(name or MAPS[spec.palette]).to_mpl()
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            f"There is no colour map named “{name}”.",
            key="cmap",
            value=name,
            allowed="names of the cmap catalogue",
        ) from None


def _range(array: Array, limits: tuple[float, float] | Limits | None) -> tuple[float, float]:
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
) -> Figure:
    """Figure of the field with everything around it, at 110 dots an inch."""
    ground, text, muted = THEMES[theme]
    shown = np.abs(array) if np.iscomplexobj(array) else array.astype(np.float64)
    rows, columns = shown.shape
    width = PICTURE_INCHES * min(columns / rows, 1.0)
    height = PICTURE_INCHES * min(rows / columns, 1.0)
    words = _parameters(described["config"])
    footer = 0.12 + 0.16 * len(words)
    total = (max(width, 3.0) + 1.9, max(height, 1.0) + 0.95 + footer)
    figure = Figure(figsize=total, dpi=DOTS, facecolor=ground)
    axes = figure.add_axes((0.65 / total[0], (footer + 0.35) / total[1], width / total[0], height / total[1]))
    image = axes.imshow(
        np.ma.masked_invalid(shown),
        origin="lower",
        cmap=colours,
        norm=Normalize(*limits),
        interpolation="nearest",
    )
    bar_left = (0.65 + width + 0.15) / total[0]
    bar = figure.add_axes((bar_left, (footer + 0.35) / total[1], 0.18 / total[0], height / total[1]))
    unit = "" if spec.unit == "1" else f" ({spec.unit})"
    figure.colorbar(image, cax=bar).set_label(f"{spec.label}{unit}", color=text, fontsize=10)
    for part in (axes, bar):
        part.tick_params(colors=muted, labelsize=8)
        for spine in part.spines.values():
            spine.set_color(muted)
    _draw_sources(axes, described["config"], text, (rows, columns))
    heading = described["title"] or spec.title
    figure.text(0.65 / total[0], 1 - 0.28 / total[1], heading, color=text, fontsize=13, va="center")
    when = f"{spec.label}   tick {described['tick']}   time {described['time']:g}   seed {described['seed']}"
    figure.text(0.65 / total[0], 1 - 0.5 / total[1], when, color=muted, fontsize=9, va="center")
    place: dict[str, Any] = {"color": muted, "fontsize": 7.5, "va": "bottom", "linespacing": 1.3}
    figure.text(0.65 / total[0], 0.1 / total[1], "\n".join(words), **place)
    return figure


def _parameters(config: Mapping[str, Any]) -> list[str]:
    """Lines of ``key = value`` for every number, choice and switch at the top of a configuration."""
    plain = (int, float, str, bool)
    entries = [f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}"
               for key, value in config.items() if isinstance(value, plain) and value != ""]  # fmt: skip
    if count := len(config.get("sources") or ()):
        entries.append(f"{count} source{'s' if count > 1 else ''}")
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + len(entry) + 3 <= LINE_CHARS:
            lines[-1] += f"   {entry}"
        else:
            lines.append(entry)
    return lines


def _draw_sources(axes: Any, config: Mapping[str, Any], colour: str, shape: tuple[int, int]) -> None:
    """Outline of every visible source over the picture."""
    halo = [Stroke(linewidth=2.4, foreground="#00000090"), Normal()]
    worlds = {world.get("name"): world for world in config.get("worlds") or ()}
    for source in config.get("sources") or ():
        world = worlds.get(source.get("world"), {})
        if not world.get("visible", True):
            continue
        style = world.get("color", colour)
        x, y = float(source["x"]), float(source["y"])
        if source.get("kind") == "line" and source.get("x2") is not None and source.get("y2") is not None:
            axes.plot(
                [x, float(source["x2"])],
                [y, float(source["y2"])],
                color=style,
                linewidth=1.2,
                path_effects=halo,
            )
            continue
        reach = {"gaussian": "width", "ring": "radius", "disc": "radius"}.get(str(source.get("kind")))
        if reach is not None and source.get(reach):
            axes.add_patch(
                Circle(
                    (x, y), float(source[reach]), fill=False, color=style, linewidth=1.0, path_effects=halo
                )
            )
        axes.plot([x], [y], marker="+", color=style, markersize=6, markeredgewidth=1.0, path_effects=halo)
    axes.set_xlim(-0.5, shape[1] - 0.5)
    axes.set_ylim(-0.5, shape[0] - 0.5)


def _png(figure: Figure, scale: int, title: str, inside: str) -> bytes:
    figure.set_dpi(DOTS * scale)
    stream = io.BytesIO()
    entries = {"Title": title, KEY: inside, "Software": f"Tauscope {metadata.version('tauscope')}"}
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(stream, metadata=entries)
    return stream.getvalue()


def _npz(array: Array, spec: FieldSpec, text: str) -> bytes:
    stream = io.BytesIO()
    entries: dict[str, Any] = {
        spec.name: np.asarray(array),
        KEY: np.frombuffer(text.encode("utf-8"), np.uint8),
    }
    np.savez_compressed(stream, **entries)
    return stream.getvalue()


def _publish(files: Mapping[Path, bytes]) -> None:
    """Write all files under temporary names, then give them their own; none is left half written."""
    temporary: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, content in files.items():
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
            temporary[path] = Path(name)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(name, 0o644)
        for path, part in temporary.items():
            _name(part, path)
            done.append(path)
    except OSError as error:
        for path in done:
            path.unlink(missing_ok=True)
        first = next(iter(files))
        reason = f"The snapshot {first} cannot be written ({error.strerror or error})."
        raise BadInput(reason, key="path", value=str(first), remedy="Choose another folder.") from None
    finally:
        for part in temporary.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    """Give a finished file its name, unless somebody took that name meanwhile."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise
        os.replace(part, path)
