"""What this installation is: versions, machine, devices, folders, and how exactly a run can be repeated."""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from tauscope.app import presets, scram_log, settings
from tauscope.app.recording.environment import processor
from tauscope.engine import registry
from tauscope.gpu import cuda

PACKAGES = (
    "tauscope",
    "numpy",
    "numba",
    "llvmlite",
    "scipy",
    "pyamg",
    "h5py",
    "isal",
    "pillow",
    "xarray",
    "pydantic",
    "PySide6-Essentials",
    "vispy",
    "PyOpenGL",
    "pyqtgraph",
    "superqt",
    "matplotlib",
)

CLASSES = {
    "A": "bit for bit anywhere",
    "B": "bit for bit with the same versions and the same kind of processor",
    "C": "statistically",
}


def collect() -> dict[str, Any]:
    """All of it as plain JSON data; a part that cannot be found out says why."""
    return {
        "versions": versions(),
        "machine": machine(),
        "graphics": graphics(),
        "engines": engines(),
        "paths": paths(),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that results depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    if importlib.util.find_spec("h5py") is not None:
        import h5py

        found["HDF5"] = str(h5py.version.hdf5_version)
    return found


def machine() -> dict[str, Any]:
    """Processor, memory, system and numba's threads."""
    import numba
    import psutil

    return {
        "system": platform.platform(),
        "processor": processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "numba_threads": int(numba.get_num_threads()),
        "cuda": _cuda(),
    }


def graphics() -> dict[str, str]:
    """Display and graphics driver as seen without opening a window."""
    if sys.platform.startswith("linux"):
        display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or ""
    else:
        display = "native"
    qt = os.environ.get("QT_QPA_PLATFORM", "")
    return {
        "display": display or "none: “tauscope” alone would run without a window",
        "qt_platform": qt or "chosen by Qt",
        "opengl": _opengl() if display else "not asked without a display",
    }


def engines() -> dict[str, Any]:
    """Engines with devices and reproducibility."""
    found: dict[str, Any] = {}
    for name, entry in registry.entries().items():
        try:
            kind = registry.engine_type(name).reproducibility
        except (ImportError, AttributeError) as error:
            found[name] = {"title": entry.title, "error": str(error)}
            continue
        found[name] = {
            "title": entry.title,
            "devices": list(entry.devices),
            **({"not_usable": unusable} if (unusable := _unusable(entry.devices)) else {}),
            "reproducibility": kind,
            "repeats": CLASSES[kind],
        }
    return found


def for_people(found: dict[str, Any]) -> dict[str, Any]:
    """What `collect` found, with each device that cannot be used followed by the reason."""
    shown = {}
    for name, engine in found["engines"].items():
        why = engine.get("not_usable", {})
        kept = {key: value for key, value in engine.items() if key != "not_usable"}
        if "devices" in kept:
            kept["devices"] = [
                f"{device} (not usable: {why[device]})" if device in why else device
                for device in kept["devices"]
            ]
        shown[name] = kept
    return {**found, "engines": shown}


def paths() -> dict[str, str]:
    """Folders in use."""
    return {
        "program": str(presets.__file__).removesuffix("presets.py"),
        "own presets": str(presets.own_folder()),
        "settings": str(settings.settings_path()),
        "logs": str(scram_log.log_path().parent),
        "kernel cache": os.environ.get("NUMBA_CACHE_DIR", "beside the program's files"),
    }


def _unusable(devices: Iterable[str]) -> dict[str, str]:
    """Why devices cannot be used here, by name; CUDA's first sentence, as “cuda” below tells the rest."""
    reason = cuda.missing() if "cuda" in devices else ""
    return {"cuda": reason.split(". ")[0].rstrip(".")} if reason else {}


def _cuda() -> str:
    if importlib.util.find_spec("cupy") is None:
        return "CuPy is not installed"
    try:
        import cupy
    except Exception as error:  # noqa: BLE001 - whatever a broken driver raises, the rest is still told
        return f"CuPy cannot be loaded: {error}"
    try:
        count = int(cupy.cuda.runtime.getDeviceCount())
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"none: {error}"
    return f"{count} device{'s' if count != 1 else ''}"


def _opengl() -> str:
    """Renderer of a context made off screen, in a process of its own: without a display Qt aborts."""
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "tauscope.app.gl_probe"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"not known: {error}"
    answer = asked.stdout.strip().splitlines()
    return answer[-1] if asked.returncode == 0 and answer else "none: Qt could not make an OpenGL context"
