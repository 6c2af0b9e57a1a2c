"""One field at one moment as HDF5: an openPMD 1.1 file of a single iteration, which plotting tools read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import checks, layout
from tauscope.app.recording.views import mesh_attributes
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput

TEXT = "tauscope_json"
"""Dataset that holds the metadata as one JSON string."""


def one_iteration(array: Array, spec: FieldSpec, described: Mapping[str, Any]) -> bytes:
    """Bytes of an HDF5 file with the field as the only mesh of the only iteration.

    Parameters
    ----------
    array : array of shape [ny, nx]
        The field.
    spec : FieldSpec
        What it is.
    described : mapping
        Metadata, with ``tick`` and ``time``; kept whole as JSON.
    """
    stream = io.BytesIO()
    tick, time = int(described["tick"]), float(described["time"])
    with h5py.File(stream, "w", libver=layout.LIBVER) as file:
        layout.write_attributes(file, _root(str(described.get("title") or spec.title)))
        iteration = file.create_group(f"data/{tick}")
        now = time if np.isfinite(time) else float(tick)
        numbers = {"time": np.float64(now), "dt": np.float64(1.0), "timeUnitSI": np.float64(1.0)}
        layout.write_attributes(iteration, numbers)
        mesh = iteration.create_dataset(
            f"meshes/{layout.record_name(spec.name)}",
            data=np.asarray(array),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
        )
        layout.write_attributes(
            mesh, mesh_attributes(spec.dims, f"{spec.title}, unit {spec.unit}, lattice units")
        )
        layout.write_json(file, TEXT, dict(described))
    return stream.getvalue()


def read_iteration(path: Path) -> tuple[Array, dict[str, Any]]:
    """Field and metadata of such a file, with the checks that recordings get.

    Raises
    ------
    BadInput
        Missing, or no such file.
    """
    checks.check_is_hdf5(path)
    with h5py.File(path, "r") as file:
        described = checks.text_json(path, file, TEXT)
        if not isinstance(described, dict) or not {"tick", "field"} <= set(described):
            raise BadInput(f"“{path.name}” describes no snapshot.", key="path", value=str(path))
        name = f"data/{int(described['tick'])}/meshes/{layout.record_name(str(described['field']))}"
        return checks.dataset(path, file, name, "biufc")[()], described


def _root(title: str) -> dict[str, Any]:
    return {
        "openPMD": "1.1.0",
        "openPMDextension": np.uint32(0),
        "basePath": "/data/%T/",
        "meshesPath": "meshes/",
        "iterationEncoding": "groupBased",
        "iterationFormat": "/data/%T/",
        "software": "Tauscope",
        "softwareVersion": metadata.version("tauscope"),
        "author": "unknown",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S +0000"),
        "title": title,
    }
