"""Kernels of the gravity lattice against the NumPy reference: every bit, rule, boundary and number type.

Tests that `test_mutations` calls take what is under test as an argument with a default: it calls them with
copies in which an error is planted, and expects them to fail.
"""

from itertools import product

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.gravity.reference import GravityReference, start_debt
from tauscope.gpu import compile_log
from tauscope.gpu.gravity import cpu
from tauscope.gpu.gravity.lattice import Lattice, warm_up
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep

RULES = ("airtime", "fluid")
BOUNDARIES = ("absorbing", "reflective", "periodic", "disc")
DTYPES = ("float32", "float64")
SHAPE = (11, 14)
SURVIVAL, CAPACITY, WINDOW = 0.875, 0.8125, 20.0
STATE = ("traffic", "traffic_before", "waiting", "debt", "live", "realized")


def disc(shape, radius=4.6):
    y, x = np.indices(shape)
    return np.hypot(x - (shape[1] - 1) / 2, y - (shape[0] - 1) / 2) > radius


def busy_emission(shape, seed=5):
    """Emission that makes most nodes wait now and then, one of them overflow, and every edge matter."""
    emission = np.random.default_rng(seed).uniform(0, 0.05, shape)
    emission[shape[0] // 2, shape[1] // 2] = 3.0
    emission[0, 0] = emission[-1, -1] = emission[0, -1] = 0.5
    return emission


def pair(rule, boundary, dtype, kernels=cpu, lattice_type=Lattice, shape=SHAPE):
    """A lattice that runs on ``kernels`` and the reference, with equal starts."""
    sinks = disc(shape) if boundary == "disc" else None
    emission = busy_emission(shape)
    debt = start_debt(3, shape[0], shape[1], CAPACITY, dtype)
    reference = GravityReference(
        emission,
        debt,
        capacity=CAPACITY,
        survival=SURVIVAL,
        boundary=boundary,
        rule=rule,
        dtype=dtype,
        window=WINDOW,
        sinks=sinks,
    )
    lattice = lattice_type(shape[0], shape[1], dtype, rule, boundary, sinks=sinks, kernels=kernels)
    lattice.set_capacity(CAPACITY)
    lattice.write("emission", emission)
    lattice.write("debt", debt)
    return lattice, reference


def advance(lattice, ticks):
    lattice.advance(ticks, SURVIVAL, WINDOW)


def assert_same(lattice, reference):
    nodes = reference.nodes
    for name in STATE:
        got, expected = getattr(lattice, name), getattr(reference, name)
        if name == "debt" and reference.rule == "fluid":
            continue
        differing = np.flatnonzero((got != expected) & nodes)
        assert differing.size == 0, f"{name} differs at {differing.size} nodes, first {differing[:1]}"
    assert not lattice.traffic[~nodes].any()
    assert not lattice.traffic_before[~nodes].any()
    assert not lattice.waiting[~nodes].any()


@pytest.mark.parametrize(("rule", "boundary", "dtype"), [*product(RULES, BOUNDARIES, DTYPES)])
def test_equals_reference_bit_for_bit(rule, boundary, dtype, kernels=cpu, lattice_type=Lattice):
    lattice, reference = pair(rule, boundary, dtype, kernels, lattice_type)
    for part in (1, 2, 57):
        advance(lattice, part)
        reference.advance(part)
        assert_same(lattice, reference)
    if rule == "airtime":
        share = lattice.realized[reference.nodes] / 60
        assert share.min() < 0.5 < share.max(), "the case must take both branches of the rule"


@pytest.mark.parametrize(("rule", "boundary"), [*product(RULES, BOUNDARIES)])
def test_large_lattice_equals_reference(rule, boundary):
    """Vectorised loops, their remainders and several sweeps: sizes that are no multiple of anything."""
    lattice, reference = pair(rule, boundary, "float32", shape=(67, 131))
    advance(lattice, 150)
    reference.advance(150)
    assert_same(lattice, reference)


@pytest.mark.parametrize(("boundary", "block"), [*product(BOUNDARIES, (1, 2, 3, 5))])
def test_ticks_a_sweep_do_not_matter(boundary, block):
    lattice, reference = pair("airtime", boundary, "float32")
    lattice.block = block
    advance(lattice, 37)
    reference.advance(37)
    assert_same(lattice, reference)


@pytest.mark.parametrize(("rule", "boundary", "dtype"), [*product(RULES, BOUNDARIES, DTYPES)])
def test_chunks_do_not_matter(rule, boundary, dtype):
    whole, _ = pair(rule, boundary, dtype)
    parts, _ = pair(rule, boundary, dtype)
    advance(whole, 100)
    for part in (1, 13, 0, 7, 64, 15):
        advance(parts, part)
    for name in STATE:
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


@pytest.mark.parametrize(
    ("boundary", "shape"),
    [*product(("absorbing", "reflective", "periodic"), ((3, 3), (3, 8), (5, 3), (4, 4)))],
)
def test_smallest_lattices_equal_reference(boundary, shape):
    lattice, reference = pair("airtime", boundary, "float64", shape=shape)
    advance(lattice, 25)
    reference.advance(25)
    assert_same(lattice, reference)


def test_broken_sites_are_counted(kernels=cpu):
    lattice, _ = pair("airtime", "disc", "float32", kernels)
    assert lattice.broken(1.0, 1.0, 2.0) == 0
    for name, limit in (("traffic", 1.0), ("waiting", 1.0), ("debt", 2.0)):
        field = getattr(lattice, name)
        cases = ((np.nan, 1), (-1e-6, 1), (limit * 1.001, 1), (np.inf, 1), (limit, 0), (0.0, 0))
        for value, bad in cases:
            before, field[5, 6] = field[5, 6], value
            assert lattice.broken(1.0, 1.0, 2.0) == bad, f"{name} = {value}"
            field[5, 6] = before


def test_totals_equal_numpy(kernels=cpu):
    lattice, reference = pair("airtime", "disc", "float64", kernels)
    lattice.traffic[...] = np.random.default_rng(1).uniform(0, CAPACITY, SHAPE)
    lattice.traffic_before[...] = np.random.default_rng(4).uniform(0, CAPACITY, SHAPE)
    lattice.waiting[...] = np.random.default_rng(2).uniform(0, 2, SHAPE)
    lattice.live[...] = np.random.default_rng(3).uniform(0, 1, SHAPE)
    nodes = reference.nodes
    E, q, a, g = (getattr(lattice, name)[nodes] for name in ("traffic", "waiting", "emission", "live"))
    both = E + lattice.traffic_before[nodes]
    expected = (E.sum(), both.max(), q.max(), a.sum(), (a * g).sum(), g.sum())
    # A hundred float64 additions in another order: 1e-13 is ample, and 1 % is far beyond.
    np.testing.assert_allclose(lattice.totals(), expected, rtol=1e-13)


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
        Lattice(4, 4, "float32", "airtime", "disc", sinks)


def test_warming_up_leaves_nothing_to_compile():
    """After it an engine compiles nothing, and no number reaches a kernel in a third type."""
    source = {"kind": "ring", "x": 8, "y": 8, "width": 1, "radius": 3}
    plain = {"nx": 16, "ny": 16, "sources": [source, {**source, "kind": "gaussian"}]}
    assert all(warm_up(dtype) > 0 for dtype in DTYPES)
    before = compile_log.compile_count()
    for rule, boundary, dtype in product(RULES, BOUNDARIES, DTYPES):
        engine = create("gravity", {**plain, "rule": rule, "boundary": boundary, "dtype": dtype})
        engine.advance(3)
        engine.check()
        engine.scalars()
    assert compile_log.compile_count() == before
    for name in ("advance", "broken_sites", "totals"):
        assert len(getattr(cpu, name).signatures) == 2, name
