"""Readers of other projects, each made to read one field of a closed recording, and compared with ours."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app import recording
from tauscope.app.recording import RecordingFile, layout

REQUIRED = "TAUSCOPE_REQUIRE_READERS"
"""Set to 1, a reader that is not installed is a failure and no skip."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a reader must find.

    Parameters
    ----------
    name : str
        Of the field that the recording shows by itself, as its dataset is named.
    dims : tuple of str
        Names of its axes.
    values : numpy.ndarray
        Its frames, ``(frame, …)``.
    iteration : int
        Last iteration of the openPMD view.
    frame : numpy.ndarray
        The field there.
    """

    name: str
    dims: tuple[str, ...]
    values: Any
    iteration: int
    frame: Any

    @classmethod
    def of(cls, path: Path) -> Truth:
        """As our own reader finds it."""
        with h5py.File(path, "r") as plain:
            name = bytes(plain[layout.FIELDS].attrs["signal"]).decode()
            iteration = max(int(one) for one in plain[layout.VIEW])
        with RecordingFile(path) as file:
            values = np.stack([file.frame(name, index) for index in range(file.frames)])
            at = int(np.flatnonzero(file.ticks == iteration)[0])
            return cls(name, tuple(file.fields[name].dims), values, iteration, values[at])

    @property
    def record(self) -> str:
        """Name of the field in the openPMD view."""
        return layout.record_name(self.name)


def by_h5py(path: Path, truth: Truth) -> None:
    """Plain h5py, through the dataset and through the view."""
    with h5py.File(path, "r") as file:
        np.testing.assert_array_equal(file[f"fields/{truth.name}"][:], truth.values)
        view = file[f"data/{truth.iteration}/meshes/{truth.record}"]
        np.testing.assert_array_equal(view[:], truth.frame)
        axes = [bytes(name).decode() for name in file["fields"].attrs["axes"]]
        scales = [dim[0].name for dim in file[f"fields/{truth.name}"].dims]
        assert [f"/fields/{name}" for name in axes] == scales


def by_xarray(path: Path, truth: Truth) -> None:
    """`tauscope.open`, which hands out an xarray dataset."""
    found = recording.open(path)[truth.name]
    assert found.dims == ("t", *truth.dims)
    assert np.all(np.isfinite(found["t"].values)) and np.all(np.diff(found["t"].values) > 0)
    np.testing.assert_array_equal(found.values, truth.values)


def by_netcdf(path: Path, truth: Truth) -> None:
    """The netCDF4 library."""
    netcdf = importlib.import_module("netCDF4")
    with netcdf.Dataset(str(path), auto_complex=True) as file:
        variable = file.groups["fields"].variables[truth.name]
        assert variable.dimensions == ("t", *truth.dims)
        np.testing.assert_array_equal(np.asarray(variable[:]), truth.values)


def by_silx(path: Path, truth: Truth) -> None:
    """NXdata's default plot, as silx finds it."""
    nexus = importlib.import_module("silx.io.nxdata")
    with h5py.File(path, "r") as file:
        plot = nexus.get_default(file)
        assert plot is not None and plot.is_valid
        np.testing.assert_array_equal(plot.signal[()], truth.values)
        assert [len(axis) for axis in plot.axes] == list(truth.values.shape)


def by_validator(path: Path, _truth: Truth) -> None:
    """The openPMD validator says neither error nor warning."""
    importlib.import_module("openpmd_validator")
    code = "import sys; from openpmd_validator.check_h5 import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    done = subprocess.run(
        [sys.executable, "-c", code, "-i", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Result: 0 Errors and 0 Warnings." in done.stdout, done.stdout + done.stderr


def by_viewer(path: Path, truth: Truth) -> None:
    """openPMD-viewer, which takes folders."""
    viewer = importlib.import_module("openpmd_viewer")
    folder = path.with_name("alone")
    folder.mkdir()
    shutil.copy(path, folder)
    series = viewer.OpenPMDTimeSeries(str(folder), backend="h5py")
    found, _info = series.get_field(truth.record, iteration=truth.iteration)
    np.testing.assert_array_equal(found, truth.frame)


def by_api(path: Path, truth: Truth) -> None:
    """openpmd-api."""
    api = importlib.import_module("openpmd_api")
    series = api.Series(str(path), api.Access.read_only)
    mesh = series.iterations[truth.iteration].meshes[truth.record]
    chunk = mesh[api.Mesh_Record_Component.SCALAR].load_chunk()
    series.flush()
    np.testing.assert_array_equal(chunk, truth.frame)
    series.close()


def by_h5dump(path: Path, truth: Truth) -> None:
    """Debian's h5dump, with an HDF5 library of its own."""
    dump = shutil.which("h5dump")
    if dump is None:
        raise ModuleNotFoundError(name="h5dump (package hdf5-tools)")
    done = subprocess.run(
        [dump, "-d", f"/fields/{truth.name}", "-y", str(path)], capture_output=True, text=True, check=False
    )
    shape = ", ".join(str(size) for size in truth.values.shape)
    assert done.returncode == 0 and f"( {shape} )" in done.stdout, done.stderr


def by_vtk(path: Path, truth: Truth) -> None:
    """VTK's reader of HDF files, which ParaView uses, through the sidecar."""
    module = importlib.import_module("vtkmodules.vtkIOHDF")
    support = importlib.import_module("vtkmodules.util.numpy_support")
    reader = module.vtkHDFReader()
    reader.SetFileName(str(path.with_suffix(".vtkhdf")))
    reader.UpdateInformation()
    assert reader.GetNumberOfSteps() == len(truth.values)
    reader.SetStep(len(truth.values) - 1)
    reader.Update()
    points = support.vtk_to_numpy(reader.GetOutput().GetPointData().GetArray(truth.name))
    np.testing.assert_array_equal(points.reshape(truth.values[-1].shape), truth.values[-1])


Reader = Callable[[Path, Truth], None]
READERS: dict[str, Reader] = {
    "h5py": by_h5py,
    "xarray": by_xarray,
    "netcdf": by_netcdf,
    "silx": by_silx,
    "validator": by_validator,
    "viewer": by_viewer,
    "api": by_api,
    "h5dump": by_h5dump,
    "vtk": by_vtk,
}


def reads(name: str, path: Path, truth: Truth) -> str:
    """Let one reader read; names what it lacks where it is not installed, else empty."""
    try:
        with np.errstate(all="ignore"):
            READERS[name](path, truth)
    except ModuleNotFoundError as error:
        if os.environ.get(REQUIRED) == "1":
            raise
        return str(error.name)
    return ""
