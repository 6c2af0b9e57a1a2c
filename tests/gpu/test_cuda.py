"""CUDA kernels: compiled without a device, run on the processor and, where there is one, on a device."""

from __future__ import annotations

import importlib
import inspect
import itertools
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.gravity.support import why_not
from tauscope.gpu.cuda import CudaDevice, CudaSource, missing
from tauscope.gpu.gravity import cpu
from tauscope.gpu.gravity.cuda import CudaLattice, CudaMessageLattice
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.lattice import Lattice
from tauscope.gpu.gravity.messages import MessageLattice
from tests.conftest import cuda_missing
from tests.gpu import nvrtc
from tests.gpu.host_cuda import HostDevice

SOURCES = [
    (entry.name, source)
    for entry in registry.entries().values()
    if entry.cuda_sources
    for source in registry.load(entry.cuda_sources)
]
CASES = [(name, source, variant) for name, source in SOURCES for variant in source.variants]
RELAYING = list(
    itertools.product(
        ("airtime", "fluid"),
        ("absorbing", "reflective", "periodic", "disc"),
        ("float32", "float64", "int32"),
        ("von_neumann", "moore"),
    )
)
RELAYING = [case for case in RELAYING if not why_not(*case)[0]]
MESSAGES = list(
    itertools.product(
        ("literal", "strict"),
        ("absorbing", "reflective", "periodic"),
        ("float32", "float64"),
        ("von_neumann", "moore"),
    )
)
NY, NX, TICKS = 21, 37, 60


def test_every_engine_that_runs_on_cuda_has_sources() -> None:
    on_cuda = {name for name, entry in registry.entries().items() if "cuda" in entry.devices}
    assert on_cuda
    assert on_cuda == {name for name, _ in SOURCES}


@pytest.mark.parametrize(("engine", "source", "variant"), CASES, ids=lambda part: getattr(part, "file", part))
def test_compiles_and_is_launched_as_declared(engine: str, source: CudaSource, variant: str) -> None:
    """Every variant compiles for Hopper, and its kernels take what the Python side hands over."""
    found = nvrtc.entries(nvrtc.compile_ptx(source.text(), source.options(variant)))
    real = next(
        (option.partition("=")[2] for option in source.variants[variant] if option.startswith("-DREAL=")),
        "int",
    )
    assert set(found) == set(source.launches)
    for kernel, parameters in source.launches.items():
        kinds = [parameter.partition(":")[2].strip() for parameter in parameters]
        wanted = ["pointer" if kind.endswith("*") else real if kind == "real" else kind for kind in kinds]
        assert found[kernel] == [nvrtc.PTX_TYPES[kind] for kind in wanted]


@pytest.mark.parametrize(("engine", "source"), SOURCES, ids=lambda part: getattr(part, "file", part))
def test_takes_the_arrays_of_its_cpu_kernel(engine: str, source: CudaSource) -> None:
    """Kernels of both kinds of devices work on arrays of the same names."""
    assert source.cpu
    assert set(source.cpu) <= set(source.launches)
    for kernel, path in source.cpu.items():
        module, _, name = path.partition(":")
        function = getattr(importlib.import_module(module), name)
        if hasattr(function, "cache_info"):  # it makes variants
            flags = [cpu.UNITS if kernel == "relay_units" else cpu.AIRTIME, False, True]
            function = function(*flags[: len(inspect.signature(function).parameters)])
        theirs = {
            name.lower() for name in inspect.signature(getattr(function, "py_func", function)).parameters
        }
        arrays = [text.partition(":") for text in source.launches[kernel] if text.endswith("*")]
        ours = {name.strip().lower().removesuffix("2") for name, _, _ in arrays} - {
            "sinks",
            "cluster",
            "flags",
        }
        assert ours <= theirs, ours - theirs


@pytest.mark.parametrize("raised", ["ImportError", "OSError", "RuntimeError", "AttributeError", "ValueError"])
def test_an_installation_that_does_not_fit_is_told(
    raised: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What import raises becomes the reason; it does not keep the program from starting."""
    (tmp_path / "cupy").mkdir()
    (tmp_path / "cupy" / "__init__.py").write_text(f"raise {raised}('another version')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    missing.cache_clear()
    try:
        assert missing() == "CuPy cannot be imported: another version."
        with pytest.raises(RuntimeError, match="another version"):
            CudaDevice()
    finally:
        missing.cache_clear()


def test_an_error_in_a_source_is_seen() -> None:
    with pytest.raises(nvrtc.Refused, match="undefined"):
        nvrtc.compile_ptx('extern "C" __global__ void k(float* x) { x[0] = nowhere; }', ())


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> HostDevice:
    """Processor in place of a device."""
    return HostDevice(tmp_path_factory.mktemp("cuda"))


def fill(lattice: Any, seed: int) -> None:
    """Random emission, capacity map and debt."""
    draw = np.random.default_rng(seed)
    shape = (lattice.ny, lattice.nx)
    capacity = draw.uniform(0.3, 2.0, shape)
    lattice.set_capacity(capacity)
    emission = np.where(draw.random(shape) < 0.2, draw.uniform(0, 3, shape), 0.0)
    lattice.write("emission", emission)
    debt = draw.random(shape) * capacity
    if not isinstance(lattice, MessageLattice | CudaMessageLattice):
        lattice.write("debt", debt)
    lattice.set_masses((0.6, 0.0), (-1, -1))
    lattice.waves.set_pace(0.45)
    for wave, name in itertools.product((0, 1), ("psi", "pi")):
        lattice.write_wave(wave, name, draw.normal(size=shape))


def sinks_of(boundary: str) -> Any:
    if boundary != "disc":
        return None
    y, x = np.indices((NY, NX))
    return np.hypot(x - (NX - 1) / 2, y - (NY - 1) / 2) > 9.3


def assert_equal_runs(ours: Any, theirs: Any) -> None:
    """Both lattices, filled alike, stay equal to the last bit, also from a checkpoint of the other."""
    for lattice in (ours, theirs):
        fill(lattice, 5)
        lattice.advance(TICKS // 2, 0.98, 30.0)
    theirs.restore(ours.state())
    for wave, name in itertools.product((0, 1), ("psi", "pi")):
        theirs.write_wave(wave, name, ours.read_wave(wave, name))
    for lattice in (ours, theirs):
        lattice.advance(TICKS - TICKS // 2, 0.98, 30.0)
    saved = theirs.state()
    mine = ours.state()
    assert set(mine) == set(saved)
    for name, value in mine.items():
        assert value.dtype == saved[name].dtype, name
        assert np.array_equal(value, saved[name]), name
    for name in ("traffic", "waiting", "emission", "live", "realized"):
        assert np.array_equal(ours.read(name), theirs.read(name)), name
        assert np.array_equal(ours.read_at(name, (3, slice(2, 9))), theirs.read(name)[3, 2:9]), name
    for wave, name in itertools.product((0, 1), ("psi", "pi")):
        assert np.array_equal(ours.read_wave(wave, name), theirs.read_wave(wave, name)), name
    # Sums of float32 densities against float64 ones: rounding of a single density, 6e-8, of either sign.
    assert np.isclose(ours.wave_energy(0), theirs.wave_energy(0), rtol=1e-5)
    assert np.isfinite(ours.wave_centre(1, 9.0, 9.0)).all()
    # Sums in another order: relative rounding of float64 over some 800 sites.
    assert np.allclose(ours.totals(), theirs.totals(), rtol=1e-12, atol=1e-12)
    assert np.isclose(ours.measure("counted"), theirs.measure("counted"), rtol=1e-12)
    whole = ours.read("realized").dtype.kind == "i"
    earlier = np.arange(NY * NX).reshape(NY, NX)[::-1].astype(np.int64 if whole else np.float64)
    for before in (None, np.ascontiguousarray(earlier)):
        assert ours.least_count(before) == theirs.least_count(before)
    assert ours.broken(1.0, 1e3, 2.0) == theirs.broken(1.0, 1e3, 2.0) == 0
    ours.write("waiting", np.where(np.arange(NX) == NX // 2, -1.0, ours.read("waiting")))
    assert ours.broken(1.0, 1e9, 2.0) > 0


@pytest.mark.parametrize(("rule", "boundary", "dtype", "hood"), RELAYING)
def test_relaying_rules_equal_the_cpu_on_the_processor(
    rule: str, boundary: str, dtype: str, hood: str, host: Any
) -> None:
    sinks = sinks_of(boundary)
    form = Form(NY, NX, dtype, rule, boundary, hood)
    ours = CudaLattice(form, sinks, device=host)
    assert_equal_runs(ours, Lattice(form, sinks))


@pytest.mark.parametrize(("rule", "boundary", "dtype", "hood"), MESSAGES)
def test_message_rules_equal_the_cpu_on_the_processor(
    rule: str, boundary: str, dtype: str, hood: str, host: Any
) -> None:
    form = Form(NY, NX, dtype, rule, boundary, hood)
    ours = CudaMessageLattice(form, 0.7, device=host)
    assert_equal_runs(ours, MessageLattice(form, 0.7))


@pytest.mark.cuda
def test_equals_the_cpu_on_a_device() -> None:
    """Every rule, edge, number type and neighbourhood: no difference in any bit."""
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    device = CudaDevice()
    for rule, boundary, dtype, hood in RELAYING:
        sinks = sinks_of(boundary)
        form = Form(NY, NX, dtype, rule, boundary, hood)
        ours = CudaLattice(form, sinks, device=device)
        assert_equal_runs(ours, Lattice(form, sinks))
    for rule, boundary, dtype, hood in MESSAGES:
        form = Form(NY, NX, dtype, rule, boundary, hood)
        messages = CudaMessageLattice(form, 0.7, device=device)
        assert_equal_runs(messages, MessageLattice(form, 0.7))
