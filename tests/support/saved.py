"""What a reader finds on the disk beside the process that records."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import h5py

from tauscope.app.recording import layout

PATIENCE = 180.0
"""Seconds: a new process first imports and compiles."""


def saved_frames(path: Path) -> int:
    """Frames that survive the death of their writer; 0 before there are any."""
    try:
        with h5py.File(path, "r", swmr=True) as file:
            return int(file[layout.TIME].shape[0])
    except (OSError, KeyError, RuntimeError):
        return 0


def wait_for_frames(path: Path, count: int, lives: Callable[[], bool]) -> None:
    """Wait until so many frames are on the disk, while their writer lives."""
    end = time.monotonic() + PATIENCE
    while saved_frames(path) < count:
        assert lives(), "the writer died"
        assert time.monotonic() < end, f"{count} frames did not reach the disk in {PATIENCE:g} s"
        time.sleep(0.05)
