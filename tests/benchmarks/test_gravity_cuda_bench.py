"""The gravity tick on a CUDA device, against the copy bandwidth of the same device in the same run."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.gravity.cuda import CudaLattice, CudaMessageLattice
from tauscope.gpu.gravity.form import Form
from tests.conftest import cuda_missing

# Bytes a site and tick: E twice, outbox, debt and average twice each, emission, capacity, count twice, sink.
BYTES = {"airtime": lambda s: 10 * s + 8 + 1, "fluid": lambda s: 8 * s + 16 + 1}


@pytest.mark.cuda
@pytest.mark.parametrize("side", [512, 2048])
@pytest.mark.parametrize(
    ("rule", "dtype"),
    [
        ("airtime", "float32"),
        ("airtime", "float64"),
        ("airtime", "int32"),
        ("fluid", "float32"),
        ("literal", "float32"),
        ("strict", "float32"),
    ],
)
def test_tick(rule: str, dtype: str, side: int) -> None:
    if reason := cuda_missing():
        pytest.skip(reason)
    device = CudaDevice()
    kind = CudaLattice if rule in BYTES else CudaMessageLattice
    lattice = kind(Form(side, side, dtype, rule, "absorbing"), device=device)
    lattice.write("emission", np.full((side, side), 0.01))
    lattice.advance(100, 1.0, 300.0)
    ticks, started = 2000, time.perf_counter()
    lattice.advance(ticks, 1.0, 300.0)
    rate = ticks / (time.perf_counter() - started)
    xp = device.xp
    source, target = xp.zeros(2**26, np.float32), xp.zeros(2**26, np.float32)
    xp.copyto(target, source)
    device.wait()
    started = time.perf_counter()
    for _ in range(20):
        xp.copyto(target, source)
    device.wait()
    bandwidth = 20 * 2 * source.nbytes / (time.perf_counter() - started)
    size = BYTES.get(rule, lambda s: 8 * s + 8)(np.dtype(dtype).itemsize)
    share = rate * size * side * side / bandwidth
    print(
        f"gravity cuda {rule} {side}^2 {dtype}: {rate:,.0f} ticks/s | "
        f"{share:.2f} of the copy at {size} B/site | copy {bandwidth / 1e9:.0f} GB/s"
    )
