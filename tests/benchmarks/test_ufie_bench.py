"""Sites a second of the wave beside a copy, a triad and np.roll; prints ratios, gates nothing.

Traffic is counted as the design's performance page does: 40 bytes a site and step in single precision (psi
read 8, the next psi written 8 with its write-allocate 8, u read and written 16), 80 in double. The copy
``x = y`` moves 12 bytes an element and the triad ``x = y + a z`` 16, write-allocate included, over arrays as
large as those of the wave (near), and over arrays beyond every cache (far), which is what the design's copy
and triad are. Times are CPU times of one thread in pieces of some ten milliseconds in which all competitors
take turns; a rate is that of the lower quartile of the pieces, which other work disturbs least, and the
spread is that of the upper quartile over it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.jit import kernel
from tauscope.gpu.ufie.cpu import CpuWave
from tauscope.gpu.ufie.cuda import CudaWave
from tauscope.gpu.ufie.protocol import Separable
from tests.conftest import cuda_missing

pytestmark = pytest.mark.benchmark

ROUNDS = 12
DT, SPEED = 2.5e-4, 600.0**2
SHAPES = {
    "10k": (1, 1, 3, 3, 3, 2, 8, 8, 3),
    "104k": (3, 3, 3, 3, 1, 5, 8, 8, 4),
    "332k": (4, 4, 4, 3, 3, 3, 8, 8, 3),
    "1M": (4, 4, 4, 4, 4, 4, 8, 8, 4),
}
TEN_MILLION = (8, 8, 8, 4, 4, 4, 8, 8, 5)
BEYOND = 2**24
"""Numbers of an array that no cache holds."""

PIECE = 0.012
"""Seconds that a piece of work should take."""


class Rate(NamedTuple):
    """Units of work a second of CPU time."""

    best: float
    """In the lower quartile of the pieces."""
    spread: float
    """Time of the upper quartile over that of the lower."""


def interleaved(
    works: dict[str, tuple[Callable[[], Any], float]], rounds: int = ROUNDS, piece: float = PIECE
) -> dict[str, Rate]:
    """Rates of works that take turns, each repeated until a piece of time is filled."""
    times: dict[str, int] = {}
    for name, (work, _) in works.items():
        work()
        started = time.thread_time()
        work()
        times[name] = max(1, round(piece / max(time.thread_time() - started, 1e-6)))
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, _) in works.items():
            started = time.thread_time()
            for _ in range(times[name]):
                work()
            taken[name].append((time.thread_time() - started) / times[name])
    found = {}
    for name, (_, units) in works.items():
        low, high = np.quantile(taken[name], (0.25, 0.75))
        found[name] = Rate(units / max(float(low), 1e-9), float(high / max(low, 1e-9)))
    return found


@kernel
def copied(x: Any, y: Any) -> None:
    for i in range(x.size):
        x[i] = y[i]


@kernel
def triad(x: Any, y: Any, z: Any, a: Any) -> None:
    for i in range(x.size):
        x[i] = y[i] + a * z[i]


def noise(shape: tuple[int, ...]) -> Any:
    draw = np.random.default_rng(1)
    found = np.empty(shape, np.complex64)
    found.real, found.imag = draw.normal(size=shape), draw.normal(size=shape)
    return found


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


def floor(sites: float) -> dict[str, tuple[Callable[[], Any], float]]:
    """Copies and triads as large as the wave, and beyond caches, in bytes."""
    found: dict[str, tuple[Callable[[], Any], float]] = {}
    a = np.float32(0.5)
    for name, size in (("near", int(2 * sites)), ("far", BEYOND)):
        x, y, z = (np.ones(size, np.float32) for _ in range(3))
        found[f"copy {name}"] = (lambda x=x, y=y: copied(x, y), 12.0 * size)  # type: ignore[misc]
        found[f"triad {name}"] = (lambda x=x, y=y, z=z: triad(x, y, z, a), 16.0 * size)  # type: ignore[misc]
    return found


def report(size: str, sites: float, rates: dict[str, Rate]) -> str:
    """A line of rates, the bytes that they move, and what that is of a copy."""
    fast = rates["fast"]
    lines = [f"ufie {size} ({sites:,.0f} sites), M sites/s (spread), steps/s:"]
    lines += [
        f"  {name}: {rate.best / 1e6:.0f} ({rate.spread:.2f}), {rate.best / sites:,.0f}"
        for name, rate in rates.items()
        if not name.startswith(("copy", "triad"))
    ]
    lines.append(
        f"  at 40 B a site {40e-9 * fast.best:.1f} GB/s: "
        + ", ".join(
            f"{40 * fast.best / rate.best:.2f} of the {name}, {rate.best / 1e9:.1f} GB/s ({rate.spread:.2f})"
            for name, rate in rates.items()
            if name.startswith(("copy", "triad"))
        )
    )
    shares = [
        f"books {fast.best / rates['books'].best - 1:.0%}",
        f"all {fast.best / rates['all'].best - 1:.0%}",
    ]
    lines.append(f"  the oracle takes longer by: {', '.join(shares)}")
    if "np.roll" in rates:
        lines.append(f"  {fast.best / rates['np.roll'].best:.1f} times np.roll")
    return "\n".join(lines)


@pytest.mark.parametrize("size", SHAPES)
def test_flat(size: str) -> None:
    """One thread, both precisions, with and without the oracle; 75 % of a copy is asked for at 332k sites."""
    shape = SHAPES[size]
    sites = float(np.prod(shape))
    fast, precise, rolled = wave(shape), wave(shape, "precise"), Rolled(shape)
    steps = 5
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "fast": (lambda: fast.advance(steps), steps * sites),
        "books": (lambda: fast.advance(20, oracle=True, books=True), 20 * sites),
        "all": (lambda: fast.advance(steps, oracle=True), steps * sites),
        "precise": (lambda: precise.advance(steps), steps * sites),
        "np.roll": (rolled.advance, sites),
    }
    rates = interleaved(works | floor(sites), ROUNDS if sites < 5e5 else 6)
    print("\n" + report(size, sites, rates))
    assert all(rate.best > 0 for rate in rates.values())


@pytest.mark.slow
def test_ten_million() -> None:
    """Beyond every cache."""
    sites = float(np.prod(TEN_MILLION))
    fast = wave(TEN_MILLION)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "fast": (lambda: fast.advance(1), sites),
        "books": (lambda: fast.advance(20, oracle=True, books=True), 20 * sites),
        "all": (lambda: fast.advance(1, oracle=True), sites),
    }
    rates = interleaved(works | floor(sites), 3)
    print("\n" + report("10M", sites, rates))
    assert all(rate.best > 0 for rate in rates.values())


def test_metrics_and_drive() -> None:
    """Every kind of metric, a painted medium and eight emitters, at 332k sites, with the oracle's books."""
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
    drives = np.ones((5, 8))
    works: dict[str, tuple[Callable[[], Any], float]] = {}
    for kind, run in runs.items():
        given = drives if kind == "driven" else None
        for name, options in ((kind, {}), (f"{kind} with books", {"oracle": True, "books": True})):
            works[name] = (
                lambda run=run, given=given, options=options: run.advance(5, given, **options),  # type: ignore[misc]
                5 * sites,
            )
    rates = interleaved(works, 5)
    print(
        "\nufie 332k, M sites/s: "
        + ", ".join(f"{kind} {rate.best / 1e6:.0f}" for kind, rate in rates.items())
    )
    assert all(rate.best > 0 for rate in rates.values())


def test_looking() -> None:
    """Slices and projections at a million sites: a slider that moves is allowed 33 ms."""
    one = wave(SHAPES["1M"])
    works: dict[str, tuple[Callable[[], Any], float]] = {
        f"{mode} of {name} on {axes}": (
            lambda axes=axes, mode=mode, name=name: one.slice(axes, (1,) * 9, mode, name),
            1.0,
        )
        for name in ("psi", "velocity")
        for axes in ((6, 7), (0, 3))
        for mode in ("index", "max", "sum", "rms")
    } | {"maximum": (one.maximum, 1.0), "psi": (one.psi, 1.0)}
    rates = interleaved(works, 4)
    print("\nufie 1M, ms: " + ", ".join(f"{name} {1e3 / rate.best:.2f}" for name, rate in rates.items()))
    assert all(rate.best > 0 for rate in rates.values())


@pytest.mark.parametrize("threads", [1, 2])
def test_threads(threads: int) -> None:
    """Steps a second of wall time, calls of twenty steps with the oracle's books."""
    one = wave(SHAPES["1M"], threads=threads)
    one.advance(2)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        one.advance(20, oracle=True, books=True)
        taken.append(time.perf_counter() - started)
    spread = max(taken) / min(taken)
    print(f"\nufie 1M on {threads} threads: {20 / min(taken):.0f} steps/s (spread {spread:.2f})")
    assert min(taken) > 0


@pytest.mark.cuda
@pytest.mark.parametrize("precision", ["fast", "precise"])
@pytest.mark.parametrize("size", ["332k", "1M", "10M"])
def test_cuda(size: str, precision: str) -> None:
    """Steps on a device beside a copy on it; 70 % of its bandwidth at 10 M sites is asked for."""
    if reason := cuda_missing():
        pytest.skip(reason)
    device = CudaDevice()
    shape = {**SHAPES, "10M": TEN_MILLION}[size]
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
