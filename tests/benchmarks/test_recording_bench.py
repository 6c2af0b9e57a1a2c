"""Recording: milliseconds and megabytes a second of a frame, beside a copy of it; prints, gates nothing.

The writer is measured with flushes every quarter of a second and fdatasync, as it runs. Frames are those of a
smooth field with noise in the last bits, which compress about as those of a running lattice do.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app.recording import Recorder, views
from tauscope.app.recording.deflate import compressor, deflated
from tauscope.app.recording.plan import FieldPlan, FrameItem, Plan
from tauscope.app.recording.writer import RecordingWriter
from tauscope.engine.base import FieldSpec
from tests import toy_engine

pytestmark = pytest.mark.benchmark

SECONDS = 2.0
FLUSH_SECONDS = 0.25


def frame(side: int, number: int) -> np.ndarray[Any, Any]:
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    noise = np.random.Generator(np.random.PCG64(number)).random((side, side), dtype=np.float32)
    return np.asarray(1 - 0.5 * np.exp(-20 * ((x - 0.4) ** 2 + (y - 0.5) ** 2)) + 1e-3 * noise, np.float32)


def seconds_of(function: Any, turns: int = 20) -> float:
    best = []
    for _ in range(turns):
        started = time.perf_counter()
        function()
        best.append(time.perf_counter() - started)
    return float(np.median(best))


@pytest.mark.parametrize("side", [256, 512])
def test_writer(tmp_path: Path, side: int) -> None:
    frames = [frame(side, number) for number in range(8)]
    field = FieldPlan("u", "toy", "u", "u", "1", ("y", "x"), (side, side), "float32")
    writer = RecordingWriter(tmp_path / "run.h5", Plan((field,), (), {}, {}, {}, "", {"toy": {"tick": 0}}))
    started = last = time.perf_counter()
    processor = time.process_time()
    count, flushes = 0, []
    while time.perf_counter() - started < SECONDS:
        writer.append_frame(FrameItem(count, 0.1 * count, 0, 0, (frames[count % 8],), ()))
        count += 1
        if time.perf_counter() - last > FLUSH_SECONDS:
            before = time.perf_counter()
            writer.flush()
            last = time.perf_counter()
            flushes.append(last - before)
    writer.flush()
    spent, busy = time.perf_counter() - started, time.process_time() - processor
    writer.close()
    started = time.perf_counter()
    views.finalise(tmp_path / "run.h5")
    closing = time.perf_counter() - started
    size = os.path.getsize(tmp_path / "run.h5")
    raw = count * frames[0].nbytes
    packing = seconds_of(lambda: deflated(frames[0]))
    print(
        f"\nrecording {side}² float32, {compressor()}: {1e3 * spent / count:.2f} ms/frame, "
        f"{raw / spent / 1e6:.0f} MB/s, {1e3 * busy / count:.2f} ms of one core/frame; "
        f"compression alone {1e3 * packing:.2f} ms, file {size / raw:.2f} of the raw size; "
        f"flush with fdatasync {1e3 * float(np.median(flushes)):.1f} ms, "
        f"closing {closing:.2f} s for {count} frames"
    )
    assert count > 10


@pytest.mark.parametrize("side", [256, 512])
def test_cost_to_the_simulation(tmp_path: Path, side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sample takes on the simulation thread, where the queue has room, beside a copy of the array."""
    from tauscope.engine.world import World

    toy_engine.install(tmp_path / "plugin", monkeypatch)
    world = World.single("toy", {"nx": side, "ny": side, "dtype": "float32"})
    spec: FieldSpec = world.specs("toy")["u"]
    recorder = Recorder(tmp_path / "run.h5", (spec.name,), reserve_bytes=0, hash_every=10_000)
    recorder.start(world)
    samples = []
    for _ in range(100):
        world.advance(1)
        time.sleep(0.005)
        before = time.perf_counter()
        recorder.sample(world)
        samples.append(time.perf_counter() - before)
    assert recorder.close().dropped == 0
    source = world.field("toy", "u")
    copy = seconds_of(lambda: source.copy(), 50)
    scalars = seconds_of(lambda: world.engines["toy"].scalars(), 50)
    print(
        f"\nsample {side}² float32: median {1e3 * float(np.median(samples)):.3f} ms, "
        f"99th percentile {1e3 * float(np.percentile(samples, 99)):.3f} ms "
        f"(a copy {1e3 * copy:.3f} ms, the toy's scalars {1e3 * scalars:.3f} ms)"
    )
