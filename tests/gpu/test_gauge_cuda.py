"""CUDA kernels of U(1) lattices, run on the processor and, where there is one, on a device."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.gauge.cpu import CpuLinks
from tauscope.gpu.gauge.cuda import CudaLinks
from tauscope.gpu.gauge.cuda_sources import LINKS
from tauscope.gpu.gauge.protocol import ALGORITHMS, Update
from tests.conftest import cuda_missing
from tests.engine.gauge.test_kernels import SHAPES, links
from tests.gpu.host_cuda import HostDevice

SWEEPS = 4


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostDevice:
    """Processor in place of a device."""
    return HostDevice(tmp_path_factory.mktemp("cuda-links"))


def assert_equal_runs(shape: Any, algorithm: str, device: Any, limit: float) -> None:
    """Both give the same bits of every link, the same acceptance, and means that differ by rounding."""
    ours, theirs = CudaLinks(shape, device), CpuLinks(shape)
    U = links(shape)
    update = Update(1.3, algorithm, 2, 0.7, 2**40 + 3)
    seen = []
    for lattice in (ours, theirs):
        lattice.set_links(U.real, U.imag)
        found = [
            lattice.sweep(SWEEPS - 1, update, 2**33 + 7),
            lattice.sweep(1, update, 2**33 + 7 + SWEEPS - 1),
        ]
        seen.append([np.concatenate([one[k] for one in found]) for k in range(2)])
    for mine, other in zip(ours.links(), theirs.links(), strict=True):
        assert np.array_equal(mine, other)
    assert np.array_equal(seen[0][1], seen[1][1])
    np.testing.assert_allclose(seen[0][0], seen[1][0], atol=limit)
    assert ours.plaquette() == pytest.approx(theirs.plaquette(), abs=limit)
    with pytest.raises(ValueError, match="cannot be done"):
        ours.sweep(-1, update, 0)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equals_the_cpu_on_the_processor(shape: Any, algorithm: str, host: Any, tolerances: Any) -> None:
    assert_equal_runs(shape, algorithm, host, tolerances["gauge"]["cuda"]["mean"])


ERRORS = [
    ("re += v.x + w.x", "re += v.x + 1.01 * w.x", "heatbath"),
    ("sum += fma(v.x, w.x, v.y * w.y)", "sum += fma(v.x, w.x, 1.01 * v.y * w.y)", "heatbath"),
    ("ur[at] = t.x * mend", "ur[at] = 1.01 * t.x * mend", "heatbath"),
    ("rho = 2.0 * kappa / head", "rho = 2.02 * kappa / head", "heatbath"),
    ("ui[at] = n.y * mend", "ui[at] = 1.01 * n.y * mend", "metropolis"),
]
"""An error of one per cent in each kernel of the source."""


@pytest.mark.parametrize(("old", "new", "algorithm"), ERRORS, ids=[error[0] for error in ERRORS])
def test_planted_error_is_noticed(
    old: str, new: str, algorithm: str, tmp_path: Path, tolerances: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = LINKS.text()
    assert text.count(old) == 1
    monkeypatch.setattr(type(LINKS), "text", lambda _: text.replace(old, new))
    with pytest.raises(AssertionError):
        assert_equal_runs(SHAPES[1], algorithm, HostDevice(tmp_path), tolerances["gauge"]["cuda"]["mean"])


@pytest.mark.cuda
def test_equals_the_cpu_on_a_device(tolerances: Any) -> None:
    """Every shape and algorithm: no difference in any bit of a link."""
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    for shape in (*SHAPES, (64, 64), (8, 8, 8, 8)):
        for algorithm in ALGORITHMS:
            assert_equal_runs(shape, algorithm, CudaDevice(), tolerances["gauge"]["cuda"]["mean"])
