"""A recording whose process is killed: recovered, complete to the last second, replayed bit for bit."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from tauscope.app.recording import RecordingFile, layout, recover, replay
from tauscope.engine.errors import BadInput
from tauscope.engine.registry import engine_type
from tests.recording import crash_states
from tests.recording.victim import COUPLED

ROOT = Path(__file__).resolve().parents[2]
LOST_SECONDS = 1.0

Reports = list[list[float]]


def kill_while_recording(
    path: Path, engine: str, seconds: float, close_after: float = 1e9
) -> tuple[float, Reports]:
    """Run the victim and kill it; returns the moment of the kill and reports of (clock, handed, saved)."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.recording.victim", str(path), engine, str(close_after)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        first = victim.stdout.readline()
        assert first, "the victim died before it recorded"
        time.sleep(seconds)
        moment = time.monotonic()
        victim.send_signal(signal.SIGKILL)
        rest = victim.stdout.read()
    reports = [json.loads(line) for line in (first + rest).splitlines() if line.endswith("]")]
    return moment, reports


def check_recovered(path: Path, engine: str, moment: float, reports: Reports) -> None:
    """Recover a killed recording and check the promises about it."""
    assert recover(path) == path
    with h5py.File(path, "r") as file:
        frames = file["fields/t"].shape[0]
        for name, field in file["fields"].items():
            assert field.maxshape[0] is not None or field.shape[0] == frames, name
    acknowledged = max(int(saved) for _, _, saved in reports)
    assert frames >= acknowledged, "a frame counted as saved is missing"
    # A process that did not get the processor for a while could not write either.
    clocks = [clock for clock, _, _ in reports] + [moment]
    stalled = max(after - before for before, after in itertools.pairwise(clocks))
    earlier = [int(handed) for clock, handed, _ in reports if clock <= moment - LOST_SECONDS - stalled]
    assert frames >= max(earlier, default=0), "more than the last second is missing"
    with RecordingFile(path) as recording:
        assert recording.state in ("recovered", "closed")
        assert list(np.diff(recording.ticks)) == [3] * (frames - 1)
    report = replay(path, verify=True)
    assert report.passed, report.sentence
    assert report.verified
    assert report.frames == frames
    names = ("kuramoto", "gravity") if engine == COUPLED else (engine,)
    assert report.classes == {name: engine_type(name).reproducibility for name in names}


def kill_repeatedly(folder: Path, engine: str, times: int, seed: int) -> None:
    moments = random.Random(seed)
    for number in range(times):
        path = folder / f"run{number}.h5"
        moment, reports = kill_while_recording(path, engine, moments.uniform(0.3, 2.0))
        with pytest.raises(BadInput, match=r"was not closed.*tauscope recover"):
            RecordingFile(path)
        check_recovered(path, engine, moment, reports)


@pytest.mark.parametrize("engine", ["toy", "gravity"])
def test_killed_recordings_recover_and_replay(tmp_path: Path, engine: str) -> None:
    kill_repeatedly(tmp_path, engine, 2 if engine == "toy" else 1, seed=11)


@pytest.mark.slow
def test_killed_recordings_of_two_coupled_engines_recover_and_replay(tmp_path: Path) -> None:
    kill_repeatedly(tmp_path, COUPLED, 2, seed=17)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(4))
@pytest.mark.parametrize("engine", ["toy", "gravity"])
def test_twenty_kills(tmp_path: Path, engine: str, batch: int) -> None:
    kill_repeatedly(tmp_path, engine, 5, seed=12 + batch)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(4))
def test_twenty_kills_while_the_file_is_being_closed(tmp_path: Path, batch: int) -> None:
    moments = random.Random(130 + batch)
    for number in range(5):
        path = tmp_path / f"run{number}.h5"
        moment, reports = kill_while_recording(path, "toy", 0.5 + moments.uniform(-0.1, 0.8), close_after=0.5)
        check_recovered(path, "toy", moment, reports)


def test_every_state_a_death_can_leave_is_whole(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.recording.crash_states", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the reader died ({done.returncode}): {done.stderr[-2000:]}"
    found = json.loads(done.stdout)
    assert found["states"] > 100
    assert found["frames"] == crash_states.FRAMES
    assert found["lost"] == 0
    assert found["wrong"] == 0


def test_a_commit_that_comes_before_its_frames_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above sees a writer whose commit count runs ahead of the data."""
    steps = crash_states.logged_run()
    late = [step for step in steps if not isinstance(step, int)]
    early: list[tuple[int, bytes] | int] = [0, crash_states.FRAMES, *late]
    found = crash_states.read_states(early[: len(early) // 2], tmp_path)
    assert found["lost"] > 0


def test_the_lock_of_a_living_process_is_respected(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.recording.victim", str(path), "toy", "1e9"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        victim.stdout.readline()
        try:
            with pytest.raises(BadInput, match=f"is being recorded by process {victim.pid}"):
                recover(path)
            with pytest.raises(BadInput, match=f"is being recorded by process {victim.pid}"):
                RecordingFile(path)
            with h5py.File(path, "r", swmr=True) as file:
                assert file[layout.TIME].shape[0] >= 0
        finally:
            victim.kill()
            victim.stdout.read()
    assert recover(path) == path
    assert not path.with_name("run.h5.lock").exists()
