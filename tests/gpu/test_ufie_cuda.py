"""CUDA kernels of waves in bricks, run on the processor and, where there is one, on a device.

`tests.gpu.test_cuda` compiles them as the registry names them.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.ufie.cpu import CpuWave
from tauscope.gpu.ufie.cuda import CudaWave
from tauscope.gpu.ufie.cuda_sources import WAVE
from tauscope.gpu.ufie.protocol import METRICS
from tests.conftest import cuda_missing
from tests.engine.ufie.test_kernels import SHAPES, Problem
from tests.gpu.host_cuda import HostDevice, HostModule

STEPS = 5


class HostOfSites(HostDevice):
    """The processor in place of a device, for launches over sites that no array has the shape of."""

    def kernel(self, source: Any, variant: str, name: str) -> Any:
        """Function that runs a kernel for every site."""
        key = (source.file, variant)

        def launch(shape: tuple[int, int], arguments: tuple[Any, ...]) -> None:
            if key not in self._modules:
                self._modules[key] = HostModule(source, variant, self._folder)
            assert tuple(arguments[-2:]) == shape
            self._modules[key].launch(name, arguments)

        return launch


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostOfSites:
    """Processor in place of a device."""
    return HostOfSites(tmp_path_factory.mktemp("cuda-wave"))


def assert_equal_runs(problem: Problem, precision: str, device: Any) -> None:
    """Everything a wave is asked for is the same, bit for bit, on the device and on the processor."""
    ours = problem.wave(precision, CudaWave, device=device)
    theirs = problem.wave(precision, CpuWave)
    drives = problem.drives[:STEPS]
    for _ in range(2):
        a, b = (wave.advance(STEPS, drives, oracle=True) for wave in (ours, theirs))
        assert np.array_equal(a, b)
        for wave in (ours, theirs):
            wave.advance(STEPS, drives)
        assert np.array_equal(ours.psi(), theirs.psi())
        drive = problem.drives[STEPS]
        assert np.array_equal(ours.velocity(drive), theirs.velocity(drive))
        assert np.array_equal(ours.force(), theirs.force())
        assert np.array_equal(ours.force(linear=True), theirs.force(linear=True))
        assert np.array_equal(ours.observe(drive), theirs.observe(drive))
        for wave in (ours, theirs):
            wave.prune(wave.bricks()[1::3])
            wave.grow(np.arange(0, problem.layout.bricks, 2))
            wave.add([0, 1], [1 + 1j, 2.0], drive)
    assert ours.maximum() == theirs.maximum()
    assert np.array_equal(ours.brick_maxima(), theirs.brick_maxima())
    if problem.kind == "flat":
        for wave in (ours, theirs):
            wave.advance(3, drives[:3], literal=True)
        assert np.array_equal(ours.psi(), theirs.psi())
    again = problem.wave(precision, CpuWave)
    again.restore(ours.state())
    for name, value in theirs.state().items():
        assert np.array_equal(ours.state()[name], value), name
        assert np.array_equal(again.state()[name], value), name
    index = tuple(size // 2 for size in problem.shape)
    for axes in ((0, 3), (8, 2), (7, 8), (8, 7), (5, 1), (6, 7)):
        assert np.array_equal(ours.slice(axes, index), theirs.slice(axes, index))
        speeds = [wave.slice(axes, index, "index", "velocity", problem.drives[0]) for wave in (ours, theirs)]
        assert np.array_equal(*speeds)
        for mode in ("max", "sum", "rms"):
            # Sums of a brick first, then of bricks: rounding.
            found, wanted = (wave.slice(axes, index, mode, "u") for wave in (ours, theirs))
            assert np.allclose(found, wanted, rtol=1e-6 if precision == "fast" else 1e-13)


CASES = [("nine", kind, False) for kind in METRICS] + [("long", kind, True) for kind in METRICS]


@pytest.mark.parametrize("precision", ["fast", "precise"])
@pytest.mark.parametrize(("shape", "kind", "painted"), CASES)
def test_equals_the_cpu_on_the_processor(
    shape: str, kind: str, painted: bool, precision: str, host: Any
) -> None:
    problem = Problem(SHAPES[shape], kind, painted=painted, saturated=painted, holes=painted)
    assert_equal_runs(problem, precision, host)


def test_what_is_not_finite_is_found(host: Any) -> None:
    problem = Problem(SHAPES["nine"], driven=False)
    brick, place = problem.layout.split([123])
    for name in ("psi", "u"):
        wave = problem.wave("fast", CudaWave, device=host)
        state = {key: array.copy() for key, array in wave.state().items()}
        state[name][brick, place] = np.nan
        wave.restore(state)
        peak = wave.maximum()
        assert (peak.finite, peak.site) == (False, 123)


ERRORS = [
    ("(p[n[8] * row] + p[n[9] * row])", "(p[n[8] * row] + real(1.01) * p[n[9] * row])", "flat"),
    ("here[L.near[L.B + j]] + here", "real(1.01) * here[L.near[L.B + j]] + here", "flat"),
    ("- eighteen * here[j]", "- real(1.01) * eighteen * here[j]", "flat"),
    ("g[8] * ((right", "real(1.01) * g[8] * ((right", "diagonal"),
    ("half * (g[c / 2] +", "half * (real(1.01) * g[c / 2] +", "diagonal"),
    ("half * (g[j] + g[other])", "half * (real(1.01) * g[j] + g[other])", "rank1"),
    ("half * (g[j] + L.g", "half * (real(1.01) * g[j] + L.g", "rank1"),
    ("here * flux[b * row + j + s])", "real(1.01) * here * flux[b * row + j + s])", "rank1"),
    ("flux[b * row + n + j + s])", "real(1.01) * flux[b * row + n + j + s])", "full"),
    ("return half * (psi[after", "return real(1.01) * half * (psi[after", "full"),
    ("return half * (p[L.near", "return real(1.01) * half * (p[L.near", "rank1"),
    ("sum * g[b * width + count * B + j]", "real(1.01) * sum * g[b * width + count * B + j]", "rank1"),
    ("sum += g[b * width + 9 +", "sum += real(1.01) * g[b * width + 9 +", "full"),
    ("field.i += q *", "field.i += real(1.01) * q *", "flat"),
    ("(numbers[2] * square) /", "(real(1.01) * numbers[2] * square) /", "flat"),
    ("u[re] = damped * (vr + half", "u[re] = damped * (vr + real(1.01) * half", "flat"),
    ("gain = dt - half * e", "gain = dt - real(1.01) * half * e", "flat"),
    ("out[im] = pi + dt * ui", "out[im] = pi + real(1.01) * dt * ui", "flat"),
    ("out[re] = damped * (u[re] + half", "out[re] = damped * (u[re] + real(1.01) * half", "flat"),
    ("u[im] / damped - half", "u[im] / damped - real(1.01) * half", "flat"),
    ("lane[0] += energy - lost", "lane[0] += energy - real(1.01) * lost", "flat"),
    ("lane[4] += mu", "lane[4] += real(1.01) * mu", "flat"),
    ("lane[6] += mu * (hr * (kept", "lane[6] += mu * (hr * (real(1.01) * kept", "flat"),
    ("lane[j] += lane[j + kept]", "lane[j] += 1.01 * lane[j + kept]", "flat"),
    ("clock[0] += 1;", "clock[0] += 1.01 > 1.0 ? 2 : 1;", "flat"),
    (
        "square = p * p + q * q;\n        const double a",
        "square = 1.01 * p * p + q * q;\n        const double a",
        "flat",
    ),
    ("            a += p;", "            a += 1.01 * p;", "flat"),
    ("a += part[from]", "a += 1.01 * part[from]", "flat"),
]
"""An error of one per cent in each part of the source, and a metric under which it shows."""


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> HostOfSites:
    """Processor whose kernels can have any of the errors: all are compiled in, one is chosen."""
    text = WAVE.text()
    for k, (old, new, _) in enumerate(ERRORS):
        assert text.count(old) == 1, old
        text = text.replace(old, new.replace("1.01", f"wrong({k})"))
    chooser = """static int planted = -1;
extern "C" void plant(int k) { planted = k; }
static inline double wrong(int k) { return planted == k ? 1.01 : 1.0; }
"""
    source = dataclasses.replace(WAVE)
    made = HostOfSites(tmp_path_factory.mktemp("cuda-faulty"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(WAVE), "text", lambda _: chooser + text)
        made._modules[WAVE.file, "precise"] = HostModule(source, "precise", made._folder)
    return made


def test_without_an_error_the_faulty_source_is_right(faulty: Any) -> None:
    for kind in METRICS:
        assert_equal_runs(Problem(SHAPES["nine"], kind), "precise", faulty)


@pytest.mark.parametrize("k", range(len(ERRORS)), ids=[error[0] for error in ERRORS])
def test_planted_error_is_noticed(k: int, faulty: Any) -> None:
    plant = faulty._modules[WAVE.file, "precise"]._library.plant
    plant(k)
    try:
        with pytest.raises(AssertionError):
            assert_equal_runs(Problem(SHAPES["nine"], ERRORS[k][2]), "precise", faulty)
    finally:
        plant(-1)


@pytest.mark.cuda
def test_equals_the_cpu_on_a_device() -> None:
    """Every metric and precision, and runs long enough for graphs and several batches of steps."""
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    device = CudaDevice()
    for shape, kind, painted in CASES:
        for precision in ("fast", "precise"):
            problem = Problem(SHAPES[shape], kind, painted=painted, saturated=painted, holes=painted)
            assert_equal_runs(problem, precision, device)
    problem = Problem(SHAPES["nine"])
    drives = np.resize(problem.drives, (201, 2)) * 1e-3
    runs = [problem.wave("fast", CudaWave, device=device), problem.wave("fast", CpuWave)]
    sums = [run.advance(201, drives, oracle=True) for run in runs]
    assert np.array_equal(*sums)
    assert np.array_equal(runs[0].psi(), runs[1].psi())
