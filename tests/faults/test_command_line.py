"""F5 and F6 at the command line: what a recording that loses its disk or folder says, and its exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tauscope.app.recording import RecordingFile, layout
from tests.app.conftest import Place, place
from tests.support.disks import remount, small_disk
from tests.support.saved import wait_for_frames

__all__ = ["place"]

PATIENCE = 120.0
ROOMY = "700m"
"""Of a disk on which a recording begins: it leaves half a gigabyte free."""


@pytest.fixture
def started(place: Place) -> Iterator[list[subprocess.Popen[str]]]:
    """Commands that are ended after the test, whatever it found."""
    made: list[subprocess.Popen[str]] = []
    yield made
    for process in made:
        if process.poll() is None:
            process.kill()
        process.communicate()


def recording(place: Place, started: list[subprocess.Popen[str]], path: Path) -> subprocess.Popen[str]:
    """Start a run without an end that records, with some frames on the disk."""
    words = ("run", "heat", "--ticks", "100000000", "--every", "500", "--record", str(path), "--json")
    process = place.start(*words)
    started.append(process)
    wait_for_frames(path, 3, lambda: process.poll() is None)
    return process


def test_a_removed_folder_ends_the_run_with_1_and_says_where_the_frames_are(
    place: Place, started: list[subprocess.Popen[str]]
) -> None:
    folder = place.folder / "out"
    folder.mkdir()
    process = recording(place, started, folder / "a.h5")
    shutil.rmtree(folder)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "The recording ended early" in err and "a.h5” was removed or replaced" in err
    assert "Traceback" not in err
    told = json.loads(out)["error"]
    assert told["exit"] == 1 and told["message"] in err
    assert not folder.exists(), "it is not made again"
    if Path("/proc/self/fd").is_dir():
        (rescued,) = place.folder.glob("a.rescued.*.h5")
        assert str(rescued) in told["message"] + told["remedy"]
        with RecordingFile(rescued) as file:
            assert file.frames >= 3


@pytest.mark.slow
def test_a_disk_that_fills_up_ends_the_run_with_1_and_keeps_its_frames(
    place: Place, started: list[subprocess.Popen[str]]
) -> None:
    disk = place.folder / "disk"
    disk.mkdir()
    with small_disk(disk, ROOMY):
        process = recording(place, started, disk / "a.h5")
        remount(disk, "size=40m")
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1, err
        assert "The recording ended early" in err and "Free some space" in err
        assert "Traceback" not in err and json.loads(out)["error"]["exit"] == 1
        assert {one.name for one in disk.iterdir()} == {"a.h5", "a.vtkhdf"}
        with RecordingFile(disk / "a.h5") as file:
            assert file.frames >= 3 and file.state == layout.CLOSED
        again = place.command("run", "heat", "--ticks", "10", "--record", str(disk / "b.h5"))
        assert again.returncode == 2 and "are free on the disk of" in again.stderr
        assert "choose another folder" in again.stderr.lower()
        assert not (disk / "b.h5").exists()
