"""Worker processes end soon after the program that started them was killed, whatever they do then."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from tauscope.app.orphan import GONE, end_with_parent
from tests.app.conftest import ROOT, Place

PATIENCE = 60.0
POOL = """
import sys, time
from tauscope.app.atomx_mapper import mapper
from tests.app.test_orphan import busy
if __name__ == "__main__":
    with mapper(2) as mapped:
        list(mapped(busy, [1.0] * 64))
"""


def busy(_value: float) -> int:
    """Work that takes no notice of anything, for minutes."""
    return sum(i % 7 for i in range(10**10))


def workers_at_work(process: subprocess.Popen[str], count: int) -> list[psutil.Process]:
    """Children that have been computing for a while, once there are so many."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        found = psutil.Process(process.pid).children()
        at_work = [one for one in found if "spawn_main" in " ".join(one.cmdline())]
        if len(at_work) == count and all(one.cpu_times().user > 2.0 for one in at_work):
            return at_work
        time.sleep(0.05)
    raise AssertionError("no worker has begun")


def killed(process: subprocess.Popen[str], workers: list[psutil.Process]) -> list[psutil.Process]:
    """Workers that are left some time after the program was killed."""
    process.kill()
    process.communicate(timeout=PATIENCE)
    _gone, left = psutil.wait_procs(workers, timeout=PATIENCE / 2)
    for one in left:
        one.kill()
    return left


def test_workers_of_a_sweep_end_in_the_middle_of_a_run(place: Place):
    """A run of hours, which reads no pipe."""
    words = ("--vary", "D=0.1:0.5:4", "--ticks", "2000000000", "--workers", "2", "--out", "a.h5")
    process = place.start("sweep", "heat", *words)
    assert killed(process, workers_at_work(process, 2)) == []


def test_workers_of_a_direct_scan_end_in_the_middle_of_a_voxel(place: Place):
    script = place.folder / "scan.py"
    script.write_text(POOL, encoding="utf-8")
    environment = {**place.environment, "PYTHONPATH": f"{place.environment['PYTHONPATH']}:{ROOT}"}
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert killed(process, workers_at_work(process, 2)) == []


def test_nothing_is_watched_without_a_parent():
    end_with_parent()
    assert GONE == 1
