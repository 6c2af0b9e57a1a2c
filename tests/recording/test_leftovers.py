"""A kill before the first frame: what it leaves is named plainly, and goes at the next use of the folder."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tauscope.app.owned import GRACE
from tauscope.app.recording import Recorder, leftovers, memory, recover
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.recording.running import drive

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, sys
from tauscope.app.recording import Recorder, sinks
from tauscope.engine.world import World
sinks.ProcessSink.begin = lambda self: os.kill(os.getpid(), 9)
Recorder(sys.argv[1], ("u",), reserve_bytes=0).start(World.single("toy", {"nx": 8, "ny": 8}))
"""
LEFT = ["run.h5", "run.h5.lock", "run.h5.reserve"]


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Path]:
    """Empty recording of a process that was killed before it wrote anything."""
    path = tmp_path / "run.h5"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TAUSCOPE_WRITER": "process"}
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(path)], cwd=ROOT, env=environment) as killed:
        assert killed.wait() == -9
    assert names(tmp_path) == LEFT
    assert not path.stat().st_size
    yield path
    for place in memory.folders():  # whoever begins to record after two minutes would do it
        for one in Path(place).glob(f"{memory.PREFIX}{killed.pid}-*{memory.SUFFIX}"):
            one.unlink()


def names(folder: Path) -> list[str]:
    """Names of the files of a folder."""
    return sorted(one.name for one in folder.iterdir())


def age(folder: Path) -> None:
    """Let all files of a folder be old."""
    for one in folder.iterdir():
        os.utime(one, (time.time() - 2 * GRACE,) * 2)


def test_an_empty_recording_says_that_nothing_was_saved(left: Path) -> None:
    with pytest.raises(BadInput, match="ended before anything was saved") as caught:
        recover(left)
    assert caught.value.remedy == "There is nothing to recover, and it can be deleted."
    assert names(left.parent) == ["run.h5"]


def test_an_empty_file_of_a_living_process_is_being_recorded(left: Path) -> None:
    beside = left.with_name("run.h5.lock")
    beside.write_text(json.dumps({"pid": os.getpid(), "started": _start(), "host": platform.node()}))
    age(left.parent)
    with pytest.raises(BadInput, match=f"is being recorded by process {os.getpid()}"):
        recover(left)
    leftovers.remove(left.parent)
    assert names(left.parent) == LEFT


def test_it_goes_when_the_next_recording_begins(left: Path, world: World) -> None:
    leftovers.remove(left.parent)
    assert names(left.parent) == LEFT, "its writing process may be about to start"
    age(left.parent)
    recorder = Recorder(left.with_name("next.h5"), ("u",), reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 5)
    recorder.close()
    assert names(left.parent) == ["next.h5", "next.vtkhdf"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.h5", b"something"),
        ("run.h5.journal", b"something"),
        ("run.h5.lock", b'{"pid": 1, "started": 1.0, "host": "another-computer"}'),
        ("run.h5.lock", b"torn"),
    ],
)
def test_whatever_holds_something_or_is_not_ours_stays(left: Path, name: str, content: bytes) -> None:
    left.with_name(name).write_bytes(content)
    age(left.parent)
    before = names(left.parent)
    leftovers.remove(left.parent)
    assert names(left.parent) == before


def test_a_file_named_like_a_ballast_that_holds_something_stays(left: Path) -> None:
    left.with_name("run.h5.reserve").write_text("of somebody else")
    age(left.parent)
    leftovers.remove(left.parent)
    assert names(left.parent) == ["run.h5.reserve"]


def _start() -> float:
    import psutil

    return float(psutil.Process().create_time())
