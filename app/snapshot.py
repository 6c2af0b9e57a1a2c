"""Snapshots: a picture with colour bar, title, parameters and metadata inside, and its data beside it.

The picture is composed by Matplotlib's Agg renderer, the same with and without a window.
"""

from __future__ import annotations

import contextlib
import io
import json
import zlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Unpack, cast
from zipfile import BadZipFile

import numpy as np

from tauscope.app.compose import Composer, Look
from tauscope.app.openpmd import one_iteration, read_iteration
from tauscope.app.outputs import check_output
from tauscope.app.owned import name_beside
from tauscope.app.regular import regular
from tauscope.app.storage import take_name, trouble
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput, unknown_name

KEY = "tauscope"
"""Name of the PNG text entry, and of the entry of the data file, that holds the metadata as JSON."""

ENDINGS = (".npz", ".h5")
MAX_TEXT = 1 << 18


class Picture(Look, total=False):
    """How a picture looks, and where its field comes from, which is kept as JSON inside.

    Parameters
    ----------
    engine, config, seed, tick, time
        Run and moment; sources of ``config`` are drawn.
    title : str
        Above the picture.
    plane : mapping
        Of a plane of many axes: ``axes``, ``index``, ``mode``, ``part`` and a ``sentence``.
    """

    engine: str
    config: Mapping[str, Any] | None
    seed: int
    tick: int
    time: float
    title: str
    plane: Mapping[str, Any]


def save_snapshot(
    path: Path | str, array: Array, spec: FieldSpec, *, ending: str = ".npz", **picture: Unpack[Picture]
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
    ending : {".npz", ".h5"}
        Format of the data: NumPy, or HDF5 with one openPMD iteration.
    **picture : Picture
        How it looks and where it comes from.

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
    to = Path(path).absolute()
    if ending not in ENDINGS:
        raise unknown_name("data format", ending, ENDINGS, key="ending")
    data = to.with_suffix(ending)
    check_output(to, "path", (".png",))
    check_output(data, "path")
    png, described = _drawn(array, spec, f"in {data.name}", picture)
    kept = (
        npz_bytes(array, spec, json.dumps(described))
        if ending == ".npz"
        else one_iteration(array, spec, described)
    )
    publish({to: png, data: kept})
    return to, data


def snapshot_png(array: Array, spec: FieldSpec, **picture: Unpack[Picture]) -> bytes:
    """Picture of a snapshot alone, as PNG with its metadata inside; arguments as those of `save_snapshot`.

    Raises
    ------
    BadInput
        As `save_snapshot`, but for files.
    """
    return _drawn(array, spec, "left out", picture)[0]


def _drawn(array: Array, spec: FieldSpec, large: str, picture: Picture) -> tuple[bytes, dict[str, Any]]:
    """PNG and its metadata; a configuration too large for a PNG is replaced by a word there."""
    look = cast("Look", {key: value for key, value in picture.items() if key in Look.__annotations__})
    title = picture.get("title", "")
    described = describe(
        spec,
        picture.get("engine", ""),
        picture.get("config"),
        picture.get("seed", 0),
        picture.get("tick", 0),
        picture.get("time", 0.0),
        title,
    )
    if "plane" in picture:
        described["plane"] = dict(picture["plane"])
    text = json.dumps(described)
    inside = text if len(text) <= MAX_TEXT else json.dumps({**described, "config": large})
    return Composer(array, spec, described, **look).png({"Title": title, KEY: inside}), described


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
        with regular(source).open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            described = json.loads(data[KEY].tobytes())
            return data[described["field"]], described
    except FileNotFoundError:
        raise BadInput(f"There is no file “{source}”.", key="path", value=str(source)) from None
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        RuntimeError,
        BadZipFile,
        zlib.error,
    ) as error:
        raise BadInput(f"“{source.name}” is no snapshot ({error}).", key="path", value=str(source)) from None


def npz_bytes(array: Array, spec: FieldSpec, text: str) -> bytes:
    """Bytes of a data file: the field under its own name, and its metadata as JSON."""
    stream = io.BytesIO()
    entries: dict[str, Any] = {
        spec.name: np.asarray(array),
        KEY: np.frombuffer(text.encode("utf-8"), np.uint8),
    }
    np.savez_compressed(stream, **entries)
    return stream.getvalue()


def publish(files: Mapping[Path, bytes]) -> None:
    """Write all files under temporary names, then give them their own; none is left half written."""
    temporary: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for path, content in files.items():
            temporary[path] = name_beside(path)
            temporary[path].write_bytes(content)
        for path, part in temporary.items():
            take_name(part, path)
            done.append(path)
    except OSError as error:
        for path in done:
            path.unlink(missing_ok=True)
        first = next(iter(files))
        raise trouble(error, first, "snapshot") from None
    finally:
        for part in temporary.values():
            with contextlib.suppress(OSError):  # what went wrong is raised already
                part.unlink(missing_ok=True)
