"""Behaviour 3: the window closes cleanly at any moment, and every file opens."""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import session
from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile
from tauscope.app.recording.layout import FINISHED
from tauscope.app.settings import Settings
from tauscope.app.sweep_file import load
from tests.app.gui.conftest import end, open_lab
from tests.conftest import ROOT
from tests.support import leaks
from tests.support.gui import wait_for

ACTIVITIES = (
    "run",
    "record",
    "drag",
    "term",
    "int",
    "load",
    "analysis",
    "verify",
    "popups",
    "sweep",
    "scrub",
)
QUICK = ("record", "drag", "load", "term", "verify")
"""Each takes some seconds, most of them for a new process to start."""
CLOSES_WITHIN = 3.0


TROUBLE = ("QThread", "Traceback", "already deleted", "Fatal", "Exception ignored")
WANDERINGS = 10
SEED = "TAUSCOPE_WANDER_SEED"
"""First seed of the random sessions; another than 1 tries others."""


def run_and_close(
    folder: Path, *arguments: str, within: float | None = CLOSES_WITHIN, **variables: str
) -> None:
    """Run a module that drives the program until it has closed, and look at how it ended.

    ``within`` is None in quick tests, which run beside other work. It is of a machine with a core to spare:
    where more wants to run than there are cores, everything takes so many times longer.
    """
    environment = {
        **os.environ,
        "TAUSCOPE_SETTINGS": str(folder / "settings.json"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
        "PYTHONFAULTHANDLER": "1",
        # What was freed is overwritten, so that using it afterwards is a crash and not luck.
        "MALLOC_PERTURB_": "165",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True, text=True, timeout=300, env=environment, cwd=ROOT, check=False,
    )  # fmt: skip
    ended = time.time()
    words = f"{' '.join(arguments)} {variables}:\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, words
    assert not any(trouble in done.stderr for trouble in TROUBLE), words
    asked = [float(line.split()[-1]) for line in done.stdout.splitlines() if line.startswith("asked at")]
    assert asked, words
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    print(f"{arguments[1]}: closed in {ended - asked[-1]:.2f} s, at a load of {busy:.1f} for each core")
    assert within is None or ended - asked[-1] < within * busy, words


def close_once(folder: Path, what: str, delay_ms: int, within: float | None = CLOSES_WITHIN) -> None:
    recording = folder / f"{what}-{delay_ms}.h5"
    run_and_close(folder, "tests.support.closing", what, str(delay_ms), str(recording), within=within)
    if recording.exists() and what == "sweep":
        assert load(recording).status == "paused"
    elif recording.exists():
        file = RecordingFile(recording)
        assert file.frames >= 0
        file.close()


@pytest.mark.parametrize(
    "what", [what if what in QUICK else pytest.param(what, marks=pytest.mark.slow) for what in ACTIVITIES]
)
def test_the_window_closes_while_it_works(tmp_path: Path, what: str) -> None:
    close_once(tmp_path, what, {"run": 0, "record": 900}.get(what, 250), within=None)


def test_a_logout_keeps_the_run_and_closes_the_recording(tmp_path: Path) -> None:
    close_once(tmp_path, "logout", 900, within=None)
    with RecordingFile(tmp_path / "logout-900.h5") as file:
        assert file.frames > 0 and file.state in FINISHED
        recorded = int(file.ticks[-1])
    (kept,) = (tmp_path / "autosave").iterdir()
    assert kept.name.startswith("run-"), "it is offered at the next start"
    assert 0 < session.load(kept).tick <= recorded + 10


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_a_hundred_closes_at_random_moments(tmp_path: Path, batch: int) -> None:
    """In batches of ten, each shorter than the fault handler's patience."""
    rng = random.Random(batch)
    for index in range(10):
        close_once(tmp_path, ACTIVITIES[(10 * batch + index) % len(ACTIVITIES)], rng.randrange(0, 1500))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(WANDERINGS))
def test_a_long_random_session_closes(tmp_path: Path, number: int) -> None:
    """Half a minute of anything, in either theme and with either way of painting, ended in any way."""
    seed = int(os.environ.get(SEED, "1")) + number
    rng = random.Random(f"session {seed}")
    settings = {"theme": rng.choice(("dark", "light")), "recording_folder": str(tmp_path / "recordings")}
    (tmp_path / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    seconds, raster = rng.uniform(10, 40), rng.choice("01")
    print(f"seed {seed}: {seconds:.0f} s, {settings['theme']}, TAUSCOPE_RASTER={raster}")
    run_and_close(
        tmp_path,
        "tests.support.wandering",
        str(seed),
        f"{seconds:.1f}",
        str(tmp_path),
        TAUSCOPE_RASTER=raster,
    )


def test_a_closed_lab_can_be_collected(qapp: QApplication, tmp_path: Path, monkeypatch: Any) -> None:
    """What held it would hold its window: 15 MB, and each collection would walk it again."""
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    lab = open_lab(qapp, Settings(), "two_bodies", (1280, 800))
    held = weakref.ref(lab)
    end(qapp, [lab])
    del lab

    def collected() -> bool:
        leaks.let_qt_delete()
        gc.collect()
        return held() is None

    # A worker that reads a file at the end holds it until it has read.
    wait_for(qapp, collected, "the lab is collected")


def test_a_fault_while_closing_leaves_no_window_open(
    make_lab: Callable[..., Lab],
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lab = make_lab()

    def broken() -> tuple[str, str]:
        raise RuntimeError("no layout today")

    monkeypatch.setattr(lab.window, "save_layout", broken)
    lab.window.close()
    assert not lab.window.isVisible()
    wait_for(qapp, lambda: lab.ended, "its threads end")
    assert "no layout today" in caplog.text
