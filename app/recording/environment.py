"""What a run depends on outside its configuration: versions, processor, threads, the engine's source."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("tauscope", "numpy", "numba", "llvmlite", "scipy", "h5py", "isal")
CODE = ("tauscope.engine", "tauscope.gpu")


@functools.cache
def environment() -> Mapping[str, Any]:
    """Versions, commit, operating system, processor and thread counts, as JSON."""
    import h5py

    return {
        "versions": {**_versions(), "python": platform.python_version(), "hdf5": h5py.version.hdf5_version},
        "commit": _commit(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processor": processor(),
        "cpu_count": os.cpu_count(),
        **_threads(),
    }


def engine_source(modules: Iterable[str] = ()) -> dict[str, str]:
    """Text of every loaded module of the engine and kernel layers, and of further ``modules``, by name."""
    wanted = {name for name in sys.modules if name.startswith(tuple(f"{part}." for part in CODE))} | set(
        modules
    )
    found = {}
    for name in sorted(wanted):
        try:
            found[name] = inspect.getsource(sys.modules[name])
        except (OSError, TypeError, KeyError):
            found[name] = ""
    return found


def source_hash(source: Mapping[str, str]) -> str:
    """SHA-256 of source texts, as hex digits."""
    return hashlib.sha256(json.dumps(source, sort_keys=True).encode("utf-8")).hexdigest()


def changed_modules(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Names of modules that both know and whose text differs."""
    return sorted(name for name in old.keys() & new.keys() if old[name] != new[name])


@functools.cache
def processor() -> str:
    """Model name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _threads() -> dict[str, Any]:
    numba = sys.modules.get("numba")
    if numba is None:
        return {"threads": 1, "threading_layer": "", "cpu_name": ""}
    return {
        "threads": int(numba.get_num_threads()),
        "threading_layer": str(numba.config.THREADING_LAYER),
        "cpu_name": str(importlib.import_module("llvmlite.binding").get_host_cpu_name()),
    }


def _commit() -> str:
    """Commit of a working copy, with ``+`` when files differ from it; empty for an installed package."""
    folder = Path(__file__).resolve().parent
    if not any((parent / ".git").exists() for parent in folder.parents):
        return ""
    try:
        head = _git(folder, "rev-parse", "HEAD")
        return head + ("+" if _git(folder, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""  # installed without its repository


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
