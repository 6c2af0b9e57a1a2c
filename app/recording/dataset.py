"""A recording as an xarray dataset, read a part at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

from tauscope.app.recording import clock
from tauscope.app.recording.reader import RecordingFile


class _FieldArray(BackendArray):  # type: ignore[misc, no-untyped-call, unused-ignore]
    """Field of a recording as xarray reads it, a part at a time."""

    def __init__(self, path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._path, self._name = path, name
        self.shape, self.dtype = shape, dtype

    def __getitem__(self, key: Any) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._get)

    def _get(self, key: Any) -> Any:
        frames, rest = key[0], tuple(key[1:])
        with RecordingFile(self._path) as file:
            if isinstance(frames, int | np.integer):
                return file.frame(self._name, int(frames))[rest]
            parts = [file.frame(self._name, item)[rest] for item in range(self.shape[0])[frames]]
        return np.stack(parts) if parts else np.empty((0, *self.shape[1:]), self.dtype)[(slice(None), *rest)]


def open_dataset(path: Path | str) -> xarray.Dataset:
    """Recording as an xarray dataset: fields over (t, y, x), series over t, nothing read before it is used.

    Parameters
    ----------
    path : Path or str
        A closed recording.

    Returns
    -------
    xarray.Dataset
        Coordinates ``t`` (simulated time, or sweeps where there is none), ``tick``, and the axes in cells;
        configuration, seed and versions as JSON in the attributes.

    Raises
    ------
    BadInput
        As for `RecordingFile`.

    Examples
    --------
    >>> import tauscope.app.recording as recording  # doctest: +SKIP
    >>> recording.open("run.h5")["f"].isel(t=-1).plot()  # doctest: +SKIP
    """
    with RecordingFile(path) as file:
        variables: dict[str, Any] = {}
        for name, spec in file.fields.items():
            lazy = _FieldArray(file.path, name, (file.frames, *file.shape(name)), np.dtype(spec.dtype))
            attributes = {"units": spec.unit, "long_name": spec.label}
            variables[name] = xarray.Variable(
                ("t", *spec.dims), indexing.LazilyIndexedArray(lazy), attributes
            )
        for name, values in file.scalars.items():
            variables[name if name not in variables else f"{name}_scalar"] = ("t", values)
        variables["dropped"] = ("t", file.dropped)
        axes = {dim: file.axis(dim) for s in file.fields.values() for dim in s.dims}
        attributes = {
            "config_json": json.dumps(file.config),
            "environment_json": json.dumps(file.environment),
        }
        times = ("t", file.clock, {"units": "1", "long_name": clock.title(file.config)})
        coordinates = {"t": times, "tick": ("t", file.ticks), **axes}
        title = file.title
    return xarray.Dataset(variables, coordinates, {"title": title, "path": str(file.path), **attributes})
