"""CUDA kernels of charges, run on the processor and, where there is one, on a device."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.charge.cpu import CpuDrift, CpuPlasma
from tauscope.gpu.charge.cuda import CudaDrift, CudaPlasma
from tauscope.gpu.charge.cuda_sources import CHARGE
from tauscope.gpu.cuda import CudaDevice
from tests.conftest import cuda_missing
from tests.engine.charge import test_kernels
from tests.engine.charge.test_kernels import FIELDS, SCHEMES, SIZE, STEPS, drift_problem, furnish, start
from tests.gpu.host_cuda import HostDevice


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostDevice:
    """Processor in place of a device."""
    return HostDevice(tmp_path_factory.mktemp("cuda-charge"))


def assert_equal_drifts(scheme: str, device: Any) -> None:
    """The CPU kernel's numbers, bit for bit."""
    fields, held, _, step = drift_problem(scheme)
    ours = start(CudaDrift(SIZE, device), fields, held)
    theirs = start(CpuDrift(SIZE), fields, held)
    for count in (STEPS, 1):
        assert ours.advance(count, step) == theirs.advance(count, step) == count
    for name in FIELDS:
        assert np.array_equal(ours.read(name), theirs.read(name)), name
    assert np.array_equal(ours.last_change(), theirs.last_change())


def assert_equal_plasmas(device: Any, limit: float) -> None:
    """The CPU's densities but for the rounding of another FFT, at a steep field and a shallow one."""
    for T in (0.02, 0.5):
        model = test_kernels.plasma_problem(T)
        ours, theirs = furnish(CudaPlasma(SIZE, device), model), furnish(CpuPlasma(SIZE), model)
        end, wanted = (lattice.advance(STEPS, 0.05, model.D, T, 0.0) for lattice in (ours, theirs))
        assert np.allclose(end, wanted, rtol=limit, atol=0.0)
        for name in ("p", "n", "phi"):
            assert np.abs(ours.read(name) - theirs.read(name)).max() <= limit, name


@pytest.mark.parametrize("scheme", SCHEMES)
def test_drift_equals_the_cpu(scheme: str, host: Any) -> None:
    assert_equal_drifts(scheme, host)


def test_a_step_that_runs_away_is_not_taken(host: Any) -> None:
    class Fresh:
        """Stands for one lattice after another."""

        def __init__(self) -> None:
            self.made = CudaDrift(SIZE, host)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.made, name)

    test_kernels.test_a_step_that_runs_away_is_not_taken(1e6, made=Fresh())


def test_plasma_equals_the_cpu(host: Any, tolerances: Any) -> None:
    assert_equal_plasmas(host, tolerances["charge"]["kernels"]["cuda"])


ERRORS = [
    ("return near * (far - here)", "return 1.01 * near * (far - here)", "central"),
    ("0.5 * (r + near) * rise", "0.505 * (r + near) * rise", "compact"),
    ("(rise < 0.0 ? r : near)", "(rise < 0.0 ? 1.01 * r : near)", "upwind"),
    ("- 4.0 * r", "- 4.04 * r", "central"),
    ("lam * r", "1.01 * lam * r", "central"),
    ("? r : after", "? 1.01 * r : after", "central"),
    ("- 4.0 * c", "- 4.04 * c", "central"),
    ("- 4.0 * f", "- 4.04 * f", "central"),
    ("beta * r", "1.01 * beta * r", "central"),
    ("gamma * (after * after - c)", "1.01 * gamma * (after * after - c)", "central"),
    ("fma(r * r, s, r)", "fma(1.01 * r * r, s, r)", ""),
    ("high = low + size", "high = low + 1.01 * size", ""),
    ("back * n - ahead * n_next", "back * n - 1.01 * ahead * n_next", ""),
    ("(phi[e] - phi[i]) * inverse_t", "1.01 * (phi[e] - phi[i]) * inverse_t", ""),
    ("(phi[u] - phi[i]) * inverse_t", "1.01 * (phi[u] - phi[i]) * inverse_t", ""),
    ("p[i] -= step", "p[i] -= 1.01 * step", ""),
    ("n[i] -= step", "n[i] -= 1.01 * step", ""),
]
"""An error of one per cent in each kernel of the source, and the scheme that shows it; "" the plasma."""


@pytest.mark.parametrize(("old", "new", "scheme"), ERRORS, ids=[error[0] for error in ERRORS])
def test_planted_error_is_noticed(
    old: str, new: str, scheme: str, tmp_path: Path, tolerances: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CHARGE.text()
    assert text.count(old) == 1
    monkeypatch.setattr(type(CHARGE), "text", lambda _: text.replace(old, new))
    limit, device = tolerances["charge"]["kernels"]["cuda"], HostDevice(tmp_path)
    with pytest.raises(AssertionError):
        assert_equal_drifts(scheme, device) if scheme else assert_equal_plasmas(device, limit)


@pytest.mark.cuda
def test_equals_the_cpu_on_a_device(tolerances: Any) -> None:
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    device = CudaDevice()
    for scheme in SCHEMES:
        assert_equal_drifts(scheme, device)
    assert_equal_plasmas(device, tolerances["charge"]["kernels"]["cuda"])
