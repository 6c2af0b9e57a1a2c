"""CUDA kernels of phase oscillators, run on the processor and, where there is one, on a device."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.kuramoto.cpu import CpuEnsemble
from tauscope.gpu.kuramoto.cuda import CudaEnsemble
from tauscope.gpu.kuramoto.cuda_sources import ENSEMBLE
from tauscope.gpu.kuramoto.protocol import Noise
from tests.conftest import cuda_missing
from tests.engine.kuramoto.test_kernels import ALPHA, STEPS, Problem, field, gain, times
from tests.gpu import nvrtc
from tests.gpu.host_cuda import HostDevice

SHAPES = {
    "few": [3, 1, 4, 7, 1, 2],
    "many": [150, 40, 17],
    "rows": [1500, 700],
    "lanes": [70_000],
}
"""Sizes of clusters: one lane each, a few lanes, several rows of oscillators, lanes folded twice."""


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostDevice:
    """Processor in place of a device."""
    return HostDevice(tmp_path_factory.mktemp("cuda-ensemble"))


def test_compiles_and_is_launched_as_declared() -> None:
    found = nvrtc.entries(nvrtc.compile_ptx(ENSEMBLE.text(), ENSEMBLE.options("float64")))
    assert set(found) == set(ENSEMBLE.launches)
    for kernel, parameters in ENSEMBLE.launches.items():
        kinds = [parameter.partition(":")[2].strip() for parameter in parameters]
        wanted = [nvrtc.PTX_TYPES["pointer" if kind.endswith("*") else kind] for kind in kinds]
        assert found[kernel] == wanted, kernel


def assert_equal_runs(sizes: list[int], method: str, device: Any, limit: float) -> None:
    """Both stay together with lag, drive, frozen clusters, substeps and noise, and after a checkpoint."""
    problem = Problem(sizes)
    problem.frozen[:] = np.arange(problem.sizes.size) == 1
    ours = problem.ensemble(made=CudaEnsemble(problem.offsets, device))
    theirs = problem.ensemble(made=CpuEnsemble(problem.offsets))
    for ensemble in (ours, theirs):
        problem.run(ensemble, STEPS, method, substeps=2, noise=Noise(2**40 + 3, 2**33 + 7, 0.05))
    assert np.abs(ours.phasors() - theirs.phasors()).max() <= limit
    assert np.abs(np.exp(1j * ours.before()) - np.exp(1j * theirs.before())).max() <= limit
    assert np.abs(ours.order() - theirs.order()).max() <= limit
    assert np.abs(ours.mean_square() - theirs.mean_square()).max() <= limit
    still = np.repeat(problem.frozen, problem.sizes)
    assert np.array_equal(ours.phasors()[still], theirs.phasors()[still])
    theirs.restore(ours.state())
    assert np.array_equal(ours.phasors(), theirs.phasors())
    assert np.abs(ours.phases() - theirs.phases()).max() <= 2e-15  # NumPy's angles and our own, 3 ulp of pi
    assert np.array_equal(ours.state()["br"], theirs.state()["br"])


@pytest.mark.parametrize("method", ["lawson", "strang"])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_the_cpu_on_the_processor(shape: str, method: str, host: Any, tolerances: Any) -> None:
    assert_equal_runs(SHAPES[shape], method, host, tolerances["kuramoto"]["cuda"]["cpu"])


@pytest.mark.parametrize("method", ["lawson", "strang"])
def test_chunks_do_not_change_a_bit(method: str, host: Any) -> None:
    problem = Problem(SHAPES["many"])
    whole, parts = (problem.ensemble(made=CudaEnsemble(problem.offsets, host)) for _ in range(2))
    problem.run(whole, 9, method, noise=Noise(7, 100, 0.05))
    for first, ticks in ((0, 4), (4, 5)):
        problem.run(parts, ticks, method, noise=Noise(7, 100 + first, 0.05), first=first)
    for name, value in whole.state().items():
        assert np.array_equal(value, parts.state()[name]), name


ERRORS = [
    ("fma(-ar, square, yr + ar)", "fma(-ar, square, yr + 1.01 * ar)", "lawson"),
    ("{fma(p, x, -(q * y))", "{fma(p, x, -(1.01 * q * y))", "lawson"),
    ("si[i] = fma(p, n.y, fma(q, n.x, turn.y))", "si[i] = fma(p, 1.01 * n.y, fma(q, n.x, turn.y))", "lawson"),
    ("gr[i] = fma(2.0, t.x", "gr[i] = fma(2.02, t.x", "lawson"),
    ("2.0 * a, 2.0 * b", "2.02 * a, 2.0 * b", "lawson"),
    ("-1.0 / 54.0", "-1.01 / 54.0", "lawson"),
    ("vi = 2.0 * (wr * wi)", "vi = 2.02 * (wr * wi)", "strang"),
    (
        "const Pair t = turned(rr[i], ri[i], zr[i], zi[i]);",
        "const Pair t = turned(1.01 * rr[i], ri[i], zr[i], zi[i]);",
        "strang",
    ),
    ("fma(u, u, -(v * v)) : u", "fma(u, u, -(v * v)) : 1.01 * u", "lawson"),
    ("a += lr[i * count + k]", "a += 1.01 * lr[i * count + k]", "lawson"),
    ("fma(values[e], fr[d] / size, a)", "fma(1.01 * values[e], fr[d] / size, a)", "lawson"),
    ("mr[i] = fr[i] + size * (a", "mr[i] = fr[i] + size * (1.01 * a", "strang"),
    ("tanh(2.0 * strength)", "tanh(2.02 * strength)", "strang"),
    ("amplitude * moving[i]", "1.01 * amplitude * moving[i]", "lawson"),
]
"""An error of one per cent in each kernel of the source."""


@pytest.mark.parametrize(("old", "new", "method"), ERRORS, ids=[error[0] for error in ERRORS])
def test_planted_error_is_noticed(
    old: str, new: str, method: str, tmp_path: Path, tolerances: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ENSEMBLE.text()
    assert text.count(old) == 1
    monkeypatch.setattr(type(ENSEMBLE), "text", lambda _: text.replace(old, new))
    with pytest.raises(AssertionError):
        assert_equal_runs(SHAPES["many"], method, HostDevice(tmp_path), tolerances["kuramoto"]["cuda"]["cpu"])


@pytest.mark.cuda
def test_equals_the_cpu_on_a_device(tolerances: Any) -> None:
    """Every shape and method, and twice the same bits."""
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    device = CudaDevice()
    for sizes in SHAPES.values():
        for method in ("lawson", "strang"):
            assert_equal_runs(sizes, method, device, tolerances["kuramoto"]["cuda"]["device"])
    problem = Problem(SHAPES["lanes"])
    runs = [problem.ensemble(made=CudaEnsemble(problem.offsets, device)) for _ in range(2)]
    t = times(STEPS)
    for run in runs:
        run.advance(STEPS, ALPHA, field=field(t), gain=gain(t))
    assert np.array_equal(runs[0].phasors(), runs[1].phasors())
