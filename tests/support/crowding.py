"""How busy the machine is, for tests that hold the program to a time."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

WORK = 0.1
"""Seconds of processor time that a look takes."""


def crowding() -> float:
    """How many times longer everything takes now than on a machine with a core to spare; at least 1."""
    cores = os.cpu_count() or 1
    began, used = time.perf_counter(), time.thread_time()
    while time.thread_time() - used < WORK:
        sum(range(1000))
    now = (time.perf_counter() - began) / WORK
    return max(1.0, now, os.getloadavg()[0] / cores if hasattr(os, "getloadavg") else 1.0)


class Queueing:
    """Seconds that the thread which makes this waited for a core, by the system's count; 0 without one."""

    def __init__(self) -> None:
        self._path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")

    def seconds(self) -> float:
        """So far."""
        try:
            return int(self._path.read_text(encoding="ascii").split()[1]) / 1e9
        except OSError:
            return 0.0  # a system that does not count it
