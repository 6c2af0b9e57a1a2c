"""Snapshots: a picture with colour bar, title, parameters and metadata inside, and its data beside it.

The picture is composed by Matplotlib's Agg renderer, the same with and without a window.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np

from tauscope.app.compose import Composer
from tauscope.app.openpmd import one_iteration, read_iteration
from tauscope.app.outputs import check_output
from tauscope.app.storage import trouble
from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.engine.errors import BadInput, unknown_name

KEY = "tauscope"
"""Name of the PNG text entry, and of the entry of the data file, that holds the metadata as JSON."""

ENDINGS = (".npz", ".h5")
MAX_TEXT = 1 << 18


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
    thresh: float = 0.0,
    levels: Sequence[float] = (),
    level_labels: bool = False,
    title: str = "",
    theme: Literal["dark", "light"] = "dark",
    scale: int = 2,
    ending: str = ".npz",
) -> tuple[Path, Path]:
    """Save a picture of a field and the field itself.

    Parameters
    ----------
    path : Path or str
        Picture to write, ``.png``; the data goes to the same name with ``.npz`` or ``.h5``.
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
    thresh : float
        Threshold of the symlog colour scale, 0 for the linear one.
    levels : sequence of float
        Values at which contours are drawn.
    level_labels : bool
        Whether contours carry their values.
    title : str
        Above the picture.
    theme : {"dark", "light"}
        Ground and text colours.
    scale : int
        1 to 4; multiplies the resolution.
    ending : {".npz", ".h5"}
        Format of the data: NumPy, or HDF5 with one openPMD iteration.

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
    if ending not in ENDINGS:
        raise unknown_name("data format", ending, ENDINGS, key="ending")
    data = picture.with_suffix(ending)
    check_output(picture, "path", (".png",))
    check_output(data, "path")
    described = describe(spec, engine, config, seed, tick, time, title)
    text = json.dumps(described)
    drawn = Composer(
        array, spec, described, cmap=cmap, limits=limits, thresh=thresh, levels=levels,
        level_labels=level_labels, theme=theme, scale=scale,
    )  # fmt: skip
    inside = text if len(text) <= MAX_TEXT else json.dumps({**described, "config": f"in {data.name}"})
    _publish(
        {
            picture: drawn.png({"Title": title, KEY: inside}),
            data: _npz(array, spec, text) if ending == ".npz" else one_iteration(array, spec, described),
        }
    )
    return picture, data


def snapshot_png(
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
    thresh: float = 0.0,
    levels: Sequence[float] = (),
    level_labels: bool = False,
    title: str = "",
    theme: Literal["dark", "light"] = "dark",
    scale: int = 2,
) -> bytes:
    """Picture of a snapshot alone, as PNG with its metadata inside; arguments as those of `save_snapshot`.

    Raises
    ------
    BadInput
        As `save_snapshot`, but for files.
    """
    described = describe(spec, engine, config, seed, tick, time, title)
    text = json.dumps(described)
    drawn = Composer(
        array, spec, described, cmap=cmap, limits=limits, thresh=thresh, levels=levels,
        level_labels=level_labels, theme=theme, scale=scale,
    )  # fmt: skip
    inside = text if len(text) <= MAX_TEXT else json.dumps({**described, "config": "left out"})
    return drawn.png({"Title": title, KEY: inside})


def describe(
    spec: FieldSpec,
    engine: str,
    config: Mapping[str, Any] | None,
    seed: int,
    tick: int,
    time: float,
    title: str,
) -> dict[str, Any]:
    """Metadata of a picture, which a snapshot keeps as JSON in both files."""
    return {
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


def read_snapshot(path: Path | str) -> tuple[Array, dict[str, Any]]:
    """Array and metadata of a snapshot's data file; nothing in it is executed.

    Raises
    ------
    BadInput
        If the file is missing or no snapshot.
    """
    source = Path(path)
    try:
        if source.suffix in (".h5", ".hdf5"):
            return read_iteration(source)
        with source.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            described = json.loads(data[KEY].tobytes())
            return data[described["field"]], described
    except FileNotFoundError:
        raise BadInput(f"There is no file “{source}”.", key="path", value=str(source)) from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise BadInput(f"“{source.name}” is no snapshot ({error}).", key="path", value=str(source)) from None


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
        raise trouble(error, first, "snapshot") from None
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
