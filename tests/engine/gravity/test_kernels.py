"""Kernels of the gravity lattice against the NumPy reference: every bit, every rule, boundary and number type.

Each check takes the module of the kernels, so that `test_mutations` can plant errors in a copy and see it fail.
"""

import importlib
from itertools import product

import numpy as np
import pytest

from tauscope.engine.gravity.reference import GravityReference, start_debt
from tauscope.gpu.gravity import cpu, lattice
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep

RULES = ("airtime", "fluid")
BOUNDARIES = ("absorbing", "reflective", "periodic", "disc")
DTYPES = ("float32", "float64")
SHAPE = (11, 14)
SURVIVAL, CAPACITY, WINDOW = 0.875, 0.8125, 20.0


def disc(shape=SHAPE, radius=4.6):
    y, x = np.indices(shape)
    return np.hypot(x - (shape[1] - 1) / 2, y - (shape[0] - 1) / 2) > radius


def busy_emission(shape=SHAPE, seed=5):
    """Emission that makes most nodes wait now and then, one of them overflow, and every edge matter."""
    emission = np.random.default_rng(seed).uniform(0, 0.05, shape)
    emission[shape[0] // 2, shape[1] // 2] = 3.0
    emission[0, 0] = emission[-1, -1] = emission[0, -1] = 0.5
    return emission


def pair(rule, boundary, dtype, kernels=cpu, shape=SHAPE, block=None):
    """A lattice that runs on ``kernels`` and the reference, with equal starts."""
    sinks = disc(shape) if boundary == "disc" else None
    emission = busy_emission(shape)
    debt = start_debt(3, *shape, CAPACITY, dtype)
    reference = GravityReference(
        emission, debt, capacity=CAPACITY, survival=SURVIVAL, boundary=boundary, rule=rule, dtype=dtype,
        window=WINDOW, sinks=sinks,
    )  # fmt: skip
    arrays = lattice.Lattice(*shape, dtype, rule, boundary, sinks)
    arrays.emission[...] = emission
    arrays.debt[...] = debt
    if block is not None:
        arrays.block = block
    return arrays, reference


def advance(arrays, ticks, kernels=cpu):
    """`Lattice.advance` on the kernels of a given module."""
    original = lattice.cpu
    lattice.cpu = kernels
    try:
        arrays.advance(ticks, SURVIVAL, CAPACITY, WINDOW)
    finally:
        lattice.cpu = original


def assert_same(arrays, reference):
    nodes = reference.nodes
    for name in ("traffic", "waiting", "debt", "live", "realized"):
        got, expected = getattr(arrays, name), getattr(reference, name)
        differing = np.flatnonzero((got != expected) & nodes)
        assert differing.size == 0, f"{name} differs at {differing.size} nodes, first {differing[:1]}"
    assert not arrays.traffic[~nodes].any()
    assert not arrays.waiting[~nodes].any()


def check_equals_reference(rule, boundary, dtype, kernels=cpu, ticks=60):
    arrays, reference = pair(rule, boundary, dtype)
    for part in (1, 2, ticks - 3):
        advance(arrays, part, kernels)
        reference.advance(part)
        assert_same(arrays, reference)
    if rule == "airtime":
        share = arrays.realized[reference.nodes] / ticks
        assert share.min() < 0.5 < share.max(), "the case must exercise both branches of the rule"


@pytest.mark.parametrize(("rule", "boundary", "dtype"), [*product(RULES, BOUNDARIES, DTYPES)])
def test_equals_reference_bit_for_bit(rule, boundary, dtype):
    check_equals_reference(rule, boundary, dtype)


@pytest.mark.parametrize(("rule", "boundary"), [*product(RULES, BOUNDARIES)])
def test_large_lattice_equals_reference(rule, boundary):
    """Vectorised loops, their remainders and several sweeps: sizes that are no multiple of anything."""
    arrays, reference = pair(rule, boundary, "float32", shape=(67, 131))
    advance(arrays, 150)
    reference.advance(150)
    assert_same(arrays, reference)


@pytest.mark.parametrize(("boundary", "block"), [*product(BOUNDARIES, (1, 2, 3, 5))])
def test_ticks_a_sweep_do_not_matter(boundary, block):
    arrays, reference = pair("airtime", boundary, "float32", block=block)
    advance(arrays, 37)
    reference.advance(37)
    assert_same(arrays, reference)


@pytest.mark.parametrize(("rule", "boundary", "dtype"), [*product(RULES, BOUNDARIES, DTYPES)])
def test_chunks_do_not_matter(rule, boundary, dtype):
    whole, _ = pair(rule, boundary, dtype)
    parts, _ = pair(rule, boundary, dtype)
    advance(whole, 100)
    for part in (1, 13, 0, 7, 64, 15):
        advance(parts, part)
    for name in ("traffic", "waiting", "debt", "live", "realized"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


def test_smallest_lattices_equal_reference():
    for boundary, shape in product(("absorbing", "reflective", "periodic"), ((3, 3), (3, 8), (5, 3), (4, 4))):
        arrays, reference = pair("airtime", boundary, "float64", shape=shape)
        advance(arrays, 25)
        reference.advance(25)
        assert_same(arrays, reference)


def check_broken_sites(kernels=cpu):
    arrays, _ = pair("airtime", "disc", "float32")
    original = lattice.cpu
    lattice.cpu = kernels
    try:
        assert arrays.broken(1.0, 1.0, 2.0) == 0
        for name, limit in (("traffic", 1.0), ("waiting", 1.0), ("debt", 2.0)):
            field = getattr(arrays, name)
            for value, bad in (
                (np.nan, 1),
                (-1e-6, 1),
                (limit * 1.001, 1),
                (np.inf, 1),
                (limit, 0),
                (0.0, 0),
            ):
                before, field[5, 6] = field[5, 6], value
                assert arrays.broken(1.0, 1.0, 2.0) == bad, f"{name} = {value}"
                field[5, 6] = before
    finally:
        lattice.cpu = original


def test_broken_sites_are_counted():
    check_broken_sites()


def check_totals(kernels=cpu):
    arrays, reference = pair("airtime", "disc", "float64")
    advance(arrays, 50)
    reference.advance(50)
    original = lattice.cpu
    lattice.cpu = kernels
    try:
        got = arrays.totals(CAPACITY)
    finally:
        lattice.cpu = original
    nodes = reference.nodes
    E, q, a = reference.traffic[nodes], reference.waiting[nodes], reference.emission[nodes]
    expected = (
        E.sum(),
        E.max(),
        q.max(),
        a.sum(),
        (a * (1 - E / CAPACITY)).sum(),
        reference.live[nodes].sum(),
    )
    # A hundred float64 additions in another order: 1e-13 is ample, and 1 % is far beyond.
    np.testing.assert_allclose(got, expected, rtol=1e-13)


def test_totals_equal_numpy():
    check_totals()


def test_rows_start_on_cache_lines_and_spread_over_the_sets():
    for nx in (3, 100, 128, 512, 1000, 1024, 2048):
        width = row_width(nx)
        assert width >= PAD + nx + 1
        assert (width // 16) % 2 == 1
    starts = [allocate((5, row_width(128)), np.float32, slot).ctypes.data % 4096 for slot in range(8)]
    assert len(set(starts)) == 8
    assert all(start % 64 == 0 for start in starts)


def test_ticks_a_sweep_fit_the_cache_and_the_lattice():
    assert ticks_per_sweep(row_bytes=16_000, rows=512, cache=512 * 1024) == 8
    assert ticks_per_sweep(row_bytes=64_000, rows=512, cache=512 * 1024) == 2
    assert ticks_per_sweep(row_bytes=10**9, rows=512, cache=512 * 1024) == 1
    assert ticks_per_sweep(row_bytes=1_000, rows=5, cache=512 * 1024) == 2


def test_views_show_the_sites_only():
    array = allocate((6, row_width(5)), np.float32, 0)
    inner(array, 5)[...] = 1
    assert array.sum() == 20
    assert array[1, PAD] == array[4, PAD + 4] == 1


def test_a_sink_between_two_nodes_is_refused():
    sinks = np.zeros((4, 4), bool)
    sinks[2, 1] = True
    with pytest.raises(ValueError, match="follow one another"):
        lattice.Lattice(4, 4, "float32", "airtime", "disc", sinks)


def test_compile_seconds_are_known(capsys):
    """The cold compile time of this process, printed for whoever watches the tests' budget."""
    log = importlib.import_module("tauscope.gpu.compile_log")
    seconds = log.compile_seconds()
    with capsys.disabled():
        print(f"\n[kernels compiled in this process: {log.compile_count()} in {seconds:.1f} s]")
    assert (seconds > 0) == (log.compile_count() > 0)
