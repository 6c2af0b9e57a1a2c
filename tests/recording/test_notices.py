"""What engines see and do by themselves: kept in the recording through a kill, and the same in a replay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import Recorder, RecordingFile, layout, recover
from tauscope.app.recording.replay import ReplayReport
from tauscope.app.recording.rerun import rerun
from tauscope.engine.base import Command
from tauscope.engine.world import World
from tests.recording.running import drive

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
LINE: dict[str, Any] = {
    "shape": [1, 1, 1, 1, 1, 1, 8, 1, 1],
    "precision": "precise",
    "c0": 300.0,
    "beta": 1.0,
    "emitters": [{"name": "push", "frequency": 3.254, "amplitude": 3e4, "profile": "uniform", "ramp": 0.0}],
}
VICTIM = """
import json, sys, time
from pathlib import Path
from tauscope.app.recording import Recorder
from tauscope.engine.world import World

world = World.single("ufie", json.loads(sys.argv[2]), seed=2)
recorder = Recorder(Path(sys.argv[1]), every=100, reserve_bytes=0)
recorder.start(world)
while world.check() is None:
    world.advance(20)
    if world.macro_tick % 100 == 0:
        recorder.sample(world)
    recorder.look(world)
time.sleep(600)
"""


def replay(path: Path, verify: bool = False) -> ReplayReport:
    """Replay in this process; a new one takes seconds."""
    return rerun(path, verify, lambda _done, _text: None)


def recorded(path: Path, ticks: int, events: dict[int, Command] | None = None) -> World:
    """Record the wave that runs away, from one tick to another; the world as it stood at the end."""
    world = World.single("ufie", LINE, seed=2)
    recorder = Recorder(path, every=50, hash_every=200, reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, ticks, events)
    assert recorder.close().error == ""
    return world


def test_every_event_of_scram_is_in_the_recording_and_comes_again(tmp_path: Path) -> None:
    commands = {3900: Command("ufie", "acknowledge")}
    world = recorded(tmp_path / "run.h5", 4000, commands)
    with RecordingFile(tmp_path / "run.h5") as file:
        found = file.notices()
        assert [item.notice for item in found] == list(world.engine("ufie").events())
    assert [item.notice.level for item in found][:5] == ["hard", "hard", "hard", "stop", "note"]
    report = replay(tmp_path / "run.h5", verify=True)
    assert report.passed, report.sentence


def test_what_was_seen_before_the_recording_is_not_in_it(tmp_path: Path) -> None:
    world = World.single("ufie", LINE, seed=2)
    while len(world.engine("ufie").events()) < 2:
        world.advance(20)
    recorder = Recorder(tmp_path / "run.h5", every=50, reserve_bytes=0)
    recorder.start(world)
    while world.check() is None:
        world.advance(20)
    recorder.stop(world)
    recorder.close()
    with RecordingFile(tmp_path / "run.h5") as file:
        assert [item.notice.number for item in file.notices()] == [2, 3]
    assert replay(tmp_path / "run.h5").passed


def test_a_changed_notice_is_found_by_a_replay(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    recorded(path, 2600)
    with h5py.File(path, "r+") as file:
        log = file[layout.NOTICE_LOG]
        text = log[:].tobytes().replace(b'"attempt": 1', b'"attempt": 7', 1)
        log[:] = np.frombuffer(text, np.uint8)
    report = replay(path)
    assert not report.passed
    assert report.mismatch is not None
    assert "notice 0 of ufie" in report.mismatch.array


def test_a_recording_of_before_has_no_notices_and_is_read_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    recorded(path, 100)
    with h5py.File(path, "r+") as file:
        del file[f"{layout.REPLAY}/notices"]
    with RecordingFile(path) as file:
        assert file.notices() == []
    assert replay(path).passed


def saved_notices(path: Path) -> int:
    """Notices that a reader beside the writer finds on the disk."""
    try:
        with h5py.File(path, "r", swmr=True) as file:
            return int(file[layout.NOTICE_END].shape[0])
    except (OSError, KeyError):
        return 0


def test_the_stop_survives_a_kill_though_no_frame_follows_it(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", VICTIM, str(path), json.dumps(LINE)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as victim:
        end = time.monotonic() + PATIENCE
        while saved_notices(path) < 4 and victim.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        victim.send_signal(signal.SIGKILL)
    assert recover(path) == path
    with RecordingFile(path) as file:
        assert [item.notice.level for item in file.notices()] == ["hard", "hard", "hard", "stop"]
        # Of frames those are there that were flushed before the kill, none where it came within a second.
        assert all(tick < file.notices()[-1].notice.tick for tick in file.ticks)
    assert replay(path).passed
