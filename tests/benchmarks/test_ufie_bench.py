"""Sites a second of the wave beside a copy and np.roll; prints ratios, gates nothing.

Traffic is counted as the design's performance page does: 40 bytes a site and step in single precision (psi
read 8, the next psi written 8 with its write-allocate 8, u read and written 16), 80 in double. The copy
``x = y`` moves 12 bytes an element, write-allocate included, over arrays that take as much memory as the wave
(psi twice and u), and over arrays beyond every cache. Times are CPU times of one thread, medians of rounds in
which the competitors take turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numba
import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.ufie.cpu import CpuWave
from tauscope.gpu.ufie.cuda import CudaWave
from tauscope.gpu.ufie.protocol import Separable
from tests.conftest import cuda_missing

pytestmark = pytest.mark.benchmark

ROUNDS = 21
DT, SPEED = 2.5e-4, 600.0**2
SHAPES = {
    "332k": (4, 4, 4, 3, 3, 3, 8, 8, 3),
    "1M": (4, 4, 4, 4, 4, 4, 8, 8, 4),
    "2M": (8, 4, 4, 4, 4, 4, 8, 8, 4),
}
BEYOND = 2**24
"""Numbers of an array that no cache holds."""


def interleaved(works: dict[str, tuple[Callable[[], Any], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Units of work a second of CPU time, medians of rounds in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work, _ in works.values():
        work()
    for _ in range(rounds):
        for name, (work, _) in works.items():
            started = time.thread_time()
            work()
            taken[name].append(time.thread_time() - started)
    return {name: units / max(median(taken[name]), 1e-9) for name, (_, units) in works.items()}


@numba.njit(nogil=True)
def copied(x: Any, y: Any) -> None:
    for i in range(x.size):
        x[i] = y[i]


def noise(shape: tuple[int, ...]) -> Any:
    draw = np.random.default_rng(1)
    return draw.normal(size=shape) + 1j * draw.normal(size=shape)


def wave(shape: tuple[int, ...], precision: str = "fast", made: Any = CpuWave, **options: Any) -> Any:
    """A wave of the default material with noise in it."""
    one = made(shape, precision=precision, **options)
    one.set_material(DT, 0.05, SPEED, 0.01, 418.0)
    one.set_psi(noise(shape))
    return one


class Rolled:
    """The step as one would write it with np.roll, in single precision."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.psi, self.u = noise(shape).astype(np.complex64), np.zeros(shape, np.complex64)
        self.axes = [d for d, size in enumerate(shape) if size > 1]

    def advance(self) -> None:
        psi, kept = self.psi, np.float32(np.exp(-0.05 * DT))
        lap = sum(np.roll(psi, 1, d) + np.roll(psi, -1, d) - 2 * psi for d in self.axes)
        pull = np.float32(0.01) * np.abs(psi) ** 2 - np.float32(418)
        self.u = kept * self.u + (1 + kept) * np.float32(DT / 2) * (np.float32(SPEED) * lap + pull * psi)
        self.psi = psi + np.float32(DT) * self.u


@pytest.mark.parametrize("size", SHAPES)
def test_flat(size: str) -> None:
    """One thread, both precisions, with and without the oracle; 75 % of a copy at 332k sites is asked for."""
    shape = SHAPES[size]
    sites = float(np.prod(shape))
    fast, precise, rolled = wave(shape), wave(shape, "precise"), Rolled(shape)
    near = [np.ones(int(3 * sites), np.float32) for _ in range(2)]
    far = [np.ones(BEYOND, np.float32) for _ in range(2)]
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "fast": (lambda: fast.advance(10), 10 * sites),
        "oracle": (lambda: fast.advance(10, oracle=True), 10 * sites),
        "precise": (lambda: precise.advance(10), 10 * sites),
        "roll": (rolled.advance, sites),
        "near": (lambda: copied(*near), 12.0 * near[0].size),
        "far": (lambda: copied(*far), 12.0 * far[0].size),
    }
    rates = interleaved(works, ROUNDS if size == "332k" else 7)
    assert min(rates.values()) > 0
    fast_bytes = 40 * rates["fast"]
    print(
        f"\nufie {size}: fast {rates['fast'] / 1e6:.0f} M sites/s, oracle {rates['oracle'] / 1e6:.0f},"
        f" precise {rates['precise'] / 1e6:.0f} | {rates['fast'] / rates['roll']:.0f} x np.roll | at 40 B"
        f" a site {fast_bytes / rates['far']:.2f} of a copy beyond caches ({rates['far'] / 1e9:.0f} GB/s),"
        f" {fast_bytes / rates['near']:.2f} of a copy as large as the wave ({rates['near'] / 1e9:.0f} GB/s)"
    )


def test_metrics_and_drive() -> None:
    """Every kind of metric, a painted medium and eight emitters, at 332k sites."""
    shape = SHAPES["332k"]
    sites = float(np.prod(shape))
    draw = np.random.default_rng(2)
    runs = {kind: wave(shape) for kind in ("diagonal", "rank1", "full", "painted", "driven")}
    runs["diagonal"].set_metric("diagonal", draw.uniform(0.8, 1.2, 9))
    runs["rank1"].set_metric("rank1", 0.1 * draw.normal(size=(*shape, 9)))
    slant = 0.1 * draw.normal(size=(9, 9))
    runs["full"].set_metric("full", np.eye(9) + slant @ slant.T)
    runs["painted"].set_material(DT, 0.1 * draw.random(shape), SPEED, 0.01, 418.0)
    profiles = tuple(draw.random(size) for size in shape)
    runs["driven"].set_emitters([Separable(profiles, 0.1)] * 8)
    drives = np.ones((1, 8))
    works: dict[str, tuple[Callable[[], Any], float]] = {
        kind: (lambda run=run, kind=kind: run.advance(1, drives if kind == "driven" else None), sites)  # type: ignore[misc]
        for kind, run in runs.items()
    }
    rates = interleaved(works, 7)
    assert min(rates.values()) > 0
    print("\nufie 332k, M sites/s: " + ", ".join(f"{kind} {rate / 1e6:.0f}" for kind, rate in rates.items()))


def test_looking() -> None:
    """Slices and projections at a million sites: a slider that moves is allowed 33 ms."""
    one = wave(SHAPES["1M"])
    works: dict[str, tuple[Callable[[], Any], float]] = {
        f"{mode} of {axes}": (lambda axes=axes, mode=mode: one.slice(axes, (1,) * 9, mode), 1.0)
        for axes in ((6, 7), (0, 3))
        for mode in ("index", "max", "sum", "rms")
    } | {"maximum": (one.maximum, 1.0), "psi": (one.psi, 1.0)}
    rates = interleaved(works, 5)
    print("\nufie 1M, ms: " + ", ".join(f"{name} {1e3 / rate:.2f}" for name, rate in rates.items()))
    assert all(rate > 0 for rate in rates.values())


@pytest.mark.parametrize("threads", [1, 2])
def test_threads(threads: int) -> None:
    """Steps a second of wall time, calls of twenty steps."""
    one = wave(SHAPES["1M"], threads=threads)
    one.advance(2)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        one.advance(20)
        taken.append(time.perf_counter() - started)
    print(f"\nufie 1M on {threads} threads: {20 / median(taken):.0f} steps/s")
    assert min(taken) > 0


@pytest.mark.cuda
@pytest.mark.parametrize("precision", ["fast", "precise"])
@pytest.mark.parametrize("size", ["332k", "1M", "10M"])
def test_cuda(size: str, precision: str) -> None:
    """Steps on a device beside a copy on it; 70 % of its bandwidth at 10 M sites is asked for."""
    if reason := cuda_missing():
        pytest.skip(reason)
    device = CudaDevice()
    shape = {**SHAPES, "10M": (8, 8, 8, 4, 4, 4, 8, 8, 5)}[size]
    sites = float(np.prod(shape))
    one = wave(shape, precision, CudaWave, device=device)
    one.advance(128)
    started = time.perf_counter()
    one.advance(1280)
    rate = 1280 * sites / (time.perf_counter() - started)
    xp = device.xp
    source, target = xp.zeros(2**26, np.float32), xp.zeros(2**26, np.float32)
    xp.copyto(target, source)
    device.wait()
    started = time.perf_counter()
    for _ in range(20):
        xp.copyto(target, source)
    device.wait()
    bandwidth = 40 * source.nbytes / (time.perf_counter() - started)
    # psi and u read and written, material of a brick; a device allocates no line on a write.
    size_bytes = (32 if precision == "fast" else 64) + 1
    print(
        f"\nufie cuda {size} {precision}: {rate / 1e9:.1f} G sites/s, {rate / sites:.0f} steps/s,"
        f" {rate * size_bytes / bandwidth:.2f} of the copy at {bandwidth / 1e9:.0f} GB/s"
    )
