"""The gravity tick of every rule beside a triad and an np.roll version; prints ratios, gates nothing.

Memory traffic is counted as the design's performance page does, with write-allocate, and for each rule by the
arrays that it really moves (`site_bytes`). For s-byte numbers a site and tick of the airtime rule moves
8 s + 8 bytes (E read, and written with its write-allocate, 3 s; q and d read and written, 4 s; a, s; the
int32 count, 8), which is 40 in float32, and 2 s more for the moving average behind f_live. The triad
``x = y + 3 z`` moves 16 bytes a float32 element, over arrays that take as much memory as the lattice.

Times are CPU times of one thread, medians of rounds in which the competitors take turns.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numba
import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.gravity.support import RELAYING
from tauscope.gpu.gravity.layout import allocate
from tauscope.gpu.gravity.make import make_lattice

pytestmark = pytest.mark.benchmark

ROUNDS = 25


@numba.njit(nogil=True)
def triad(x: Any, y: Any, z: Any, turns: int) -> None:
    for _ in range(turns):
        for i in range(x.size):
            x[i] = y[i] + np.float32(3) * z[i]


class RolledAirtime:
    """The airtime rule as one would write it with np.roll; periodic, no moving average."""

    def __init__(self, side: int, dtype: str) -> None:
        self.E, self.q, self.a = (np.zeros((side, side), dtype) for _ in range(3))
        self.d = np.random.default_rng(1).random((side, side)).astype(dtype)
        self.n = np.zeros((side, side), np.int32)
        self.a[side // 2, side // 2] = 0.01

    def advance(self, ticks: int) -> None:
        one = self.E.dtype.type(1)
        quarter, zero = one / 4, one - one
        for _ in range(ticks):
            E = self.E
            wait = self.d >= one
            near = (np.roll(E, 1, 0) + np.roll(E, -1, 0)) + (np.roll(E, 1, 1) + np.roll(E, -1, 1))
            value = self.q + quarter * near + np.where(wait, zero, self.a)
            self.E = np.minimum(value, one)
            self.q = value - self.E
            self.d += self.E - np.where(wait, one, zero)
            self.n += ~wait


def interleaved(works: dict[str, tuple[Callable[[], Any], float]]) -> dict[str, float]:
    """Units of work a second of CPU time, by name: medians of rounds in which the works take turns."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    for work, _ in works.values():
        work()
    for _ in range(ROUNDS):
        for name, (work, units) in works.items():
            started = time.thread_time()
            work()
            rates[name].append(units / (time.thread_time() - started))
    return {name: median(values) for name, values in rates.items()}


def gravity(side: int, dtype: str, boundary: str = "absorbing", rule: str = "airtime", **more: Any) -> Any:
    source = {"kind": "gaussian", "x": side // 2, "y": side // 2, "strength": 4e-3, "width": 3}
    config = {"nx": side, "ny": side, "boundary": boundary, "dtype": dtype, "rule": rule, "sources": [source]}
    engine = create("gravity", {**config, **more})
    engine.advance(2000 if side <= 512 else 200)
    return engine


def site_bytes(rule: str, size: int, mapped: bool) -> tuple[int, int]:
    """Bytes that a site moves in a tick, and those of them that belong to the moving average.

    ``size`` is that of a bit count: 4 or 8.
    """
    average = 2 * size
    core = {
        "airtime": 8 * size + 8,  # E 3, q 2, d 2, a 1; count
        "fluid": 6 * size + 16,  # E 3, q 2, a 1; float64 sum of shares
        "literal": 6 * size + 8,  # E written 2, q 2, b 1, c 1; count
        "strict": 6 * size + 8 + 12,  # the same, and the counts of messages read and written
    }[rule]
    return core + average + (size if mapped and rule in RELAYING else 0), average


CASES = [
    (512, "float32", "absorbing", "airtime", "von_neumann", False),
    (512, "float32", "periodic", "airtime", "von_neumann", False),
    *((512, dtype, "absorbing", "airtime", "von_neumann", False) for dtype in ("float64", "int32")),
    *((512, dtype, "absorbing", "fluid", "von_neumann", False) for dtype in ("float32", "float64")),
    *((512, dtype, "absorbing", "airtime", "moore", False) for dtype in ("float32", "float64", "int32")),
    *((512, dtype, "absorbing", "fluid", "moore", False) for dtype in ("float32", "float64")),
    *((512, dtype, "absorbing", "airtime", "von_neumann", True) for dtype in ("float32", "float64", "int32")),
    (512, "float32", "absorbing", "airtime", "moore", True),
    *(
        (512, dtype, "absorbing", rule, "von_neumann", False)
        for rule in ("literal", "strict")
        for dtype in ("float32", "float64")
    ),
    (512, "float32", "absorbing", "strict", "moore", False),
    (1024, "float32", "absorbing", "airtime", "von_neumann", False),
    (128, "float32", "absorbing", "airtime", "von_neumann", False),
]


@pytest.mark.parametrize(("side", "dtype", "boundary", "rule", "neighbourhood", "mapped"), CASES)
def test_tick(side: int, dtype: str, boundary: str, rule: str, neighbourhood: str, mapped: bool) -> None:
    """Ticks a second of one core, against the triad and, where there is one, np.roll."""
    size = np.dtype(dtype).itemsize
    sites = side * side
    more: dict[str, Any] = {"neighbourhood": neighbourhood}
    if mapped:
        more["capacity_map"] = np.random.default_rng(1).uniform(0.9, 1.1, (side, side))
    engine = gravity(side, dtype, boundary, rule, **more)
    elements = sites * (6 * size + 4) // 12
    x, y, z = (allocate((elements,), np.float32, slot) for slot in (0, 3, 6))
    ticks, turns = max(8, 2**25 // sites), max(1, 2**25 // elements)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "gravity": (lambda: engine.advance(ticks), ticks),
        "triad": (lambda: triad(x, y, z, turns), 16.0 * elements * turns),
    }
    plain = rule == "airtime" and dtype != "int32" and neighbourhood == "von_neumann" and not mapped
    if plain:
        rolled = RolledAirtime(side, dtype)
        works["roll"] = (lambda: rolled.advance(2), 2.0)
    rates = interleaved(works)
    whole, average = site_bytes(rule, size, mapped)
    done = rates["gravity"] * sites
    assert rates["gravity"] > 0
    print(
        f"\ngravity {rule} {boundary} {side}^2 {dtype} {neighbourhood}{' map' if mapped else ''}: "
        f"{rates['gravity']:,.0f} ticks/s"
        f" | {done * whole / rates['triad']:.2f} of the triad at {whole} B/site"
        f" ({done * (whole - average) / rates['triad']:.2f} at {whole - average} B, without the live f)"
        f" | triad {rates['triad'] / 1e9:.0f} GB/s"
    )
    if plain:
        print(f"    {rates['gravity'] / rates['roll']:.1f} x np.roll ({rates['roll']:,.0f} ticks/s)")


@pytest.mark.parametrize("side", [512, 2048])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_two_threads(side: int, dtype: str) -> None:
    """Rows of each tick shared by two threads, in wall time: a barrier each tick, and no blocks of ticks."""
    lattices = {
        threads: make_lattice(side, side, dtype, "airtime", "absorbing", threads=threads)
        for threads in (1, 2)
    }
    ticks = max(4, 2**24 // side**2)
    taken: dict[int, list[float]] = {threads: [] for threads in lattices}
    for lattice in lattices.values():
        lattice.write("emission", np.full((side, side), 1e-3))
        lattice.advance(2, 1.0, 300.0)
    for _ in range(9):
        for threads, lattice in lattices.items():
            started = time.perf_counter()
            lattice.advance(ticks, 1.0, 300.0)
            taken[threads].append((time.perf_counter() - started) / ticks)
    one, two = (1.0 / median(taken[threads]) for threads in (1, 2))
    assert two > 0
    print(f"\ngravity {side}^2 {dtype}: 1 thread {one:,.0f}, 2 threads {two:,.0f} ticks/s: {two / one:.2f} x")


def test_what_a_frame_and_an_edit_cost() -> None:
    """Milliseconds at 512^2 of what happens beside the ticks."""
    engine = gravity(512, "float32")
    place = [100.0]

    def move() -> None:
        place[0] += 1.0
        engine.command("move_source", id="s1", x=place[0] % 500, y=200)

    works: dict[str, tuple[Callable[[], Any], float]] = {
        "check of all bounds": (engine.check, 1.0),
        "scalars": (engine.scalars, 1.0),
        "move of a source": (move, 1.0),
        "state": (engine.state, 1.0),
        **{f"field {name}": (partial(engine.field, name), 1.0) for name in engine.field_specs()},
    }
    rates = interleaved(works)
    print()
    for name, rate in rates.items():
        assert rate > 0
        print(f"gravity 512^2 float32, {name}: {1e3 / rate:.2f} ms")


@pytest.mark.parametrize("side", [256, 512, 1024, 2048])
def test_waves(side: int) -> None:
    """A tick with one wave and with two beside one without.

    The design's page counts 8 s + 8 bytes for a tick and 15 s + 8 with moving average and wave, 1.70 times as
    many; our tick without a wave has the moving average too, and 1.42 is what a wave adds to that. Seldom
    looks are what the lattice alone takes, with the centre of each wave only every thousandth tick.
    """
    middle = side // 2
    light = {"kind": "light", "x": middle, "y": middle, "velocity": [1, 0]}
    packet = {"kind": "packet", "x": middle, "y": middle}
    engines = {
        name: gravity(side, "float32", patterns=patterns, pattern_period=period)
        for name, patterns, period in (
            ("none", [], 10),
            ("one", [light], 10),
            ("two", [light, packet], 10),
            ("one, seldom looks", [light], 1000),
        )
    }
    elements = side * side * 10 // 3  # as much memory as the ten arrays of a lattice with a wave
    x, y, z = (allocate((elements,), np.float32, slot) for slot in (0, 3, 6))
    ticks, turns = max(10, 2**25 // side**2 // 10 * 10), max(1, 2**25 // elements)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        name: (partial(engine.advance, ticks), float(ticks)) for name, engine in engines.items()
    }
    works["triad"] = (lambda: triad(x, y, z, turns), 16.0 * elements * turns)
    rates = interleaved(works)
    one, two, bare = (rates["none"] / rates[name] for name in ("one", "two", "one, seldom looks"))
    assert one > 0
    print(
        f"\ngravity {side}^2 float32: {rates['none']:,.0f} ticks/s; with a wave {one:.2f} times as long, "
        f"{bare:.2f} with seldom looks, with two {two:.2f} (traffic of the design's page 1.70)"
        f" | {rates['one'] * side**2 * 68 / rates['triad']:.2f} of the triad at 68 B/site"
    )


def test_memory_a_site() -> None:
    """Bytes a site of a running engine, without and with a wave, up to 2048^2: they stay the same."""
    found: dict[str, list[float]] = {"without": [], "with a wave": []}
    sides = (256, 512, 1024, 2048)
    light = {"kind": "light", "x": 32, "y": 32, "velocity": [1, 0]}
    for patterns in ([], [light]):  # the kernels are loaded before anything is counted
        create("gravity", {"nx": 64, "ny": 64, "patterns": patterns}).advance(10)
    for side in sides:
        wave = {"kind": "light", "x": side // 2, "y": side // 2, "velocity": [1, 0]}
        for name, patterns in (("without", []), ("with a wave", [wave])):
            gc.collect()
            tracemalloc.start()
            engine = create("gravity", {"nx": side, "ny": side, "patterns": patterns})
            engine.advance(10)
            gc.collect()
            found[name].append(tracemalloc.get_traced_memory()[0] / side**2)
            tracemalloc.stop()
            assert engine.tick == 10
    print()
    for name, sizes in found.items():
        shown = ", ".join(f"{side}^2 {size:.1f}" for side, size in zip(sides, sizes, strict=True))
        print(f"gravity float32 {name}: {shown} B/site")
        assert max(sizes) < 2 * min(sizes)
