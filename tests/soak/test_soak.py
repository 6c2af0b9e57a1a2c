"""Behaviour of the program over minutes: nothing crashes, hangs or grows. `make test-slow` runs it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import linregress

from tauscope.app.recording import RecordingFile
from tests.conftest import ROOT
from tests.support.readers import READERS, Truth, reads

SECONDS = float(os.environ.get("TAUSCOPE_SOAK_SECONDS", "600"))
ACTIONS = int(os.environ.get("TAUSCOPE_SOAK_ACTIONS", "5000"))
TROUBLE = ("QThread", "Traceback", "already deleted", "Fatal", "Exception ignored", "GL error", "GL_INVALID")
BLOCK = 8
"""Rounds: twice from one recording to the next."""
FLAT = ("fds", "threads", "objects", "timers", "tops")

pytestmark = [pytest.mark.soak, pytest.mark.slow]


def driven(folder: Path, *arguments: str, timeout: float) -> str:
    """What a module that drives the program said; it must have ended in order and without trouble."""
    environment = {
        **os.environ,
        "TAUSCOPE_SETTINGS": str(folder / "settings.json"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
        "PYTHONFAULTHANDLER": "1",
    }
    for name in ("TAUSCOPE_RASTER", "TAUSCOPE_WRITER"):  # painted and written as the program chooses
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True, text=True, timeout=timeout, env=environment, cwd=ROOT, check=False,
    )  # fmt: skip
    words = f"{' '.join(arguments)}:\n{done.stdout[-4000:]}\n{done.stderr[-8000:]}"
    assert done.returncode == 0, words
    assert not any(trouble in done.stderr for trouble in TROUBLE), words
    return done.stdout


def slope(samples: list[dict[str, Any]], name: str) -> tuple[float, float]:
    """Slope of a straight line through samples and its standard error, a minute."""
    found = linregress([one["at"] / 60.0 for one in samples], [one[name] for one in samples])
    return float(found.slope), float(found.stderr)


def floors(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The least resident memory of each eight rounds, at their middle: what is held, less what passes."""
    parts = [samples[first : first + BLOCK] for first in range(0, len(samples) - BLOCK + 1, BLOCK)]
    return [
        {"at": float(np.mean([s["at"] for s in part])), "rss": min(s["rss"] for s in part)} for part in parts
    ]


@pytest.mark.parametrize("preset", ["everything"])
@pytest.mark.filterwarnings("ignore")  # of the readers
def test_nothing_grows(tmp_path: Path, preset: str, tolerances: dict[str, Any]) -> None:
    """Ten minutes of editing, scrubbing, docking and recording, in rounds that end as they began.

    The ring of keyframes, the stack of undo and the log are small and full before anything counts, so that
    they are no growth.
    """
    limits = tolerances["soak"]
    out = driven(
        tmp_path, "tests.support.soaking", str(SECONDS), str(tmp_path), preset, timeout=SECONDS + 300
    )
    (tmp_path / "samples.txt").write_text(out, encoding="utf-8")
    samples = [json.loads(line.split(" ", 1)[1]) for line in out.splitlines() if line.startswith("measured")]
    late = [sample for sample in samples if sample["at"] > limits["warm_up"] * SECONDS]
    assert len(late) > 5
    grown, error = (part / 2**20 for part in slope(floors(late), "rss"))
    resident = late[-1]["rss"] / 2**20
    print(
        f"{len(samples)} rounds; resident memory {resident:.0f} MiB, {grown:+.2f} ± {error:.2f} MiB a minute"
    )
    for name in FLAT:
        half = len(late) // 2
        first, second = [s[name] for s in late[:half]], [s[name] for s in late[half:]]
        print(f"{name}: {np.median(first):g} then {np.median(second):g}")
    halves = np.array_split([sample["rate_of_processor"] for sample in late], 2)
    paces = [float(np.median(half)) for half in halves]
    print(
        f"ticks a second {np.median([sample['rate'] for sample in late]):.0f}; a second of the simulation's "
        f"processor time {paces[0]:.0f} then {paces[1]:.0f}"
    )
    print(f"longest time without an answer: {max(sample['gap'] for sample in late):.2f} s")
    assert grown < limits["megabytes_a_minute"]
    assert abs(paces[1] / paces[0] - 1.0) < limits["rate"]
    for name in FLAT:
        half = len(late) // 2
        first, second = [s[name] for s in late[:half]], [s[name] for s in late[half:]]
        assert np.median(second) <= np.median(first) + limits[name], name
    assert min(sample["rate"] for sample in late) > 0.0
    recordings = sorted(tmp_path.glob("*.h5"))
    assert recordings
    for path in recordings:
        with RecordingFile(path) as file:
            assert file.frames > 0
    last = recordings[-1]
    missing = {name: reads(name, last, Truth.of(last)) for name in READERS}
    print(f"{last.name} read by " + ", ".join(name for name, lacks in missing.items() if not lacks))
    verified = driven(tmp_path, "tauscope.app", "replay", "--verify", str(last), timeout=300)
    print(verified.strip())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_thousand_random_actions(tmp_path: Path, seed: int) -> None:
    """Mouse, keys, docks, menus, dialogs, presets, recordings; the seed does it again.

    How long the window was without an answer is printed only: another theme takes seconds on a busy machine.
    """
    settings = {"theme": random.Random(seed).choice(("dark", "light")), "recording_folder": str(tmp_path)}
    (tmp_path / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    out = driven(
        tmp_path, "tests.support.wandering", str(seed), "3000", str(tmp_path), str(ACTIONS), timeout=3300
    )
    told = dict(line.split()[:2] for line in out.splitlines() if line.startswith(("walked ", "longest ")))
    print(f"seed {seed}: {told['walked']} steps, longest time without an answer {told['longest']} s")
    assert int(told["walked"]) >= ACTIONS
