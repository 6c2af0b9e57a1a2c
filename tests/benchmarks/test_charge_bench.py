"""Charges on the processor: sites a second beside a copy and plain NumPy, steps a second with their FFT."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tauscope.engine.charge.poisson import inverse_symbol
from tauscope.engine.charge.reference import DriftReference, PlasmaReference
from tauscope.gpu.charge import plasma
from tauscope.gpu.charge.cpu import CpuDrift, CpuPlasma
from tauscope.gpu.charge.protocol import DriftStep

pytestmark = pytest.mark.benchmark

PROTOTYPE = {32: 7426, 64: 3679, 128: 1383, 256: 328}
"""Steps a second of the design's prototype of mode D, its Poisson equation included."""
FLUXES = (28e6, 40e6)
"""Cells a second of the prototype's fluxes."""


def seconds(work: Callable[[], Any], repeats: int = 7) -> float:
    """Median CPU time of one call."""
    work()
    found = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return float(np.median(found))


def copying(size: int, count: int) -> float:
    """Sites a second of copying three arrays, in the same run."""
    sources = [np.random.default_rng(k).random((size, size)) for k in range(3)]
    targets = [np.empty((size, size)) for _ in range(3)]

    def work() -> None:
        for _ in range(count):
            for source, target in zip(sources, targets, strict=True):
                np.copyto(target, source)

    return count * size**2 / seconds(work)


@pytest.mark.parametrize("size", [32, 128, 256])
def test_drift(size: int, benchmark: Any) -> None:
    """rho, phi and I by explicit steps."""
    steps = max(1, 2_000_000 // size**2)
    lattice = CpuDrift(size)
    rho = 1e-3 * np.random.default_rng(1).random((size, size))
    lattice.write("rho", rho)
    step = DriftStep(0.01, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.1)
    ours = steps * size**2 / seconds(lambda: lattice.advance(steps, step))
    reference = DriftReference(rho, np.zeros_like(rho), rho * rho)
    theirs = size**2 / seconds(reference.step)
    floor = copying(size, steps)
    print(
        f"\ndrift {size}²: {ours / 1e6:.0f} M sites/s; NumPy {theirs / 1e6:.1f} M, {ours / theirs:.0f} times "
        f"slower; copy of three arrays {floor / 1e6:.0f} M, ratio {ours / floor:.2f}"
    )
    benchmark(lattice.advance, 1, step)


@pytest.mark.parametrize("size", [32, 64, 128, 256])
def test_plasma(size: int, benchmark: Any) -> None:
    """Two species with their Poisson equation, and the fluxes alone."""
    draw = np.random.default_rng(1)
    p, n = draw.random((2, size, size))
    lattice = CpuPlasma(size)
    lattice.write("p", p)
    lattice.write("n", n)
    lattice.set_field(np.zeros((size, size)), inverse_symbol(size))
    steps = max(1, 200_000 // size**2)
    ours = steps / seconds(lambda: lattice.advance(steps, 0.01, 1.0, 0.1, 0.0))
    phi = lattice.read("phi")
    px, py, qx, qy = (np.empty((size, size)) for _ in range(4))

    def fluxing() -> None:
        for _ in range(steps):
            plasma.faces(p, n, phi, px, py, qx, qy, 10.0)
            plasma.gather(p, n, px, py, qx, qy, 0.0)

    cells = steps * size**2 / seconds(fluxing)
    reference = PlasmaReference(p.copy(), n.copy(), np.zeros_like(p))
    theirs = 1.0 / seconds(lambda: reference.step(1e-3))
    floor = copying(size, steps)
    gain = ours / PROTOTYPE[size]
    print(
        f"\nplasma {size}²: {ours:.0f} steps/s with FFT, {gain:.1f} times the prototype; NumPy {theirs:.0f}, "
        f"{ours / theirs:.0f} times slower; fluxes {cells / 1e6:.0f} M cells/s (prototype "
        f"{FLUXES[0] / 1e6:.0f}-{FLUXES[1] / 1e6:.0f}), {cells / floor:.2f} of a copy of three arrays"
    )
    benchmark(lattice.advance, 1, 0.01, 1.0, 0.1, 0.0)
