"""Sweeps: what a run costs beside its work, and one worker against two; prints, gates nothing."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.app.sweep import sweep
from tauscope.app.sweep_file import SweepData, new
from tauscope.app.sweep_local import LocalPool
from tauscope.app.sweep_task import Result, Task
from tauscope.engine.sweep_plan import Plan, parse_axis

pytestmark = pytest.mark.benchmark

OVERHEAD_SECONDS = 0.05
"""What the design allows beside the work of a run, after warm-up."""


def done(path: Path, preset: str, workers: int, points: int, ticks: int) -> tuple[SweepData, list[float]]:
    """A sweep, and the moments at which its results came."""
    loaded = presets.load(preset)
    task = Task(loaded.dump(), settle=ticks)
    axis = "K=0.5:3.0" if loaded.engine == "kuramoto" else "survival=0.99:1.0"
    data = new(preset, task, Plan("grid", (parse_axis(f"{axis}:{points}"),)))
    moments: list[float] = []

    def note(_result: Result, _done: int) -> None:
        moments.append(time.perf_counter())

    sweep(path, data, LocalPool(workers), on_result=note)
    return data, moments


@pytest.mark.parametrize("preset", ["lorentzian_transition", "single_mass"])
def test_overhead_of_a_run(tmp_path: Path, preset: str) -> None:
    data, moments = done(tmp_path / "a.h5", preset, workers=1, points=24, ticks=40)
    work = np.array([one.seconds - one.overhead for one in data.results.values()])[4:]
    whole = np.diff(moments)[3:]
    beside = float(np.median(whole - work))
    print(
        f"\n{preset}: {1000 * np.median(work):.1f} ms of work a run, {1000 * beside:.1f} ms beside it "
        f"(allowed {1000 * OVERHEAD_SECONDS:.0f} ms)"
    )


def test_one_worker_against_two(tmp_path: Path) -> None:
    rates = {}
    for workers in (1, 2):
        _data, moments = done(
            tmp_path / f"{workers}.h5", "lorentzian_transition", workers, points=24, ticks=400
        )
        warm = moments[4:]
        rates[workers] = (len(warm) - 1) / (warm[-1] - warm[0])
    print(
        f"\n1 worker {rates[1]:.2f} runs/s, 2 workers {rates[2]:.2f} runs/s: {rates[2] / rates[1]:.2f} times"
    )
