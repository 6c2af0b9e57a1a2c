"""Behaviour 3: the window closes cleanly at any moment, and every file opens."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tauscope.app.recording import RecordingFile
from tests.conftest import ROOT

ACTIVITIES = ("run", "record", "drag", "term", "int", "load", "analysis", "verify")
CLOSES_WITHIN = 3.0


def close_once(folder: Path, what: str, delay_ms: int) -> None:
    recording = folder / f"{what}-{delay_ms}.h5"
    environment = {**os.environ, "TAUSCOPE_SETTINGS": str(folder / "settings.json"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.closing", what, str(delay_ms), str(recording)],
        capture_output=True, text=True, timeout=120, env=environment, cwd=ROOT, check=False,
    )  # fmt: skip
    words = f"{what} closed after {delay_ms} ms:\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, words
    assert "QThread" not in done.stderr and "Traceback" not in done.stderr, words
    assert float(done.stdout.split()[-1]) < CLOSES_WITHIN, words
    if recording.exists():
        file = RecordingFile(recording)
        assert file.frames >= 0
        file.close()


@pytest.mark.parametrize("what", ACTIVITIES)
def test_the_window_closes_while_it_works(tmp_path: Path, what: str) -> None:
    close_once(tmp_path, what, {"run": 0, "record": 900}.get(what, 250))


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_a_hundred_closes_at_random_moments(tmp_path: Path, batch: int) -> None:
    """In batches of ten, each shorter than the fault handler's patience."""
    rng = random.Random(batch)
    for index in range(10):
        close_once(tmp_path, ACTIVITIES[(10 * batch + index) % len(ACTIVITIES)], rng.randrange(0, 1500))
