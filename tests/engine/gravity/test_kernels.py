"""Kernels of the gravity lattice against the NumPy reference: every bit, rule, boundary and number type.

Tests that `test_mutations` calls take what is under test as an argument with a default: it calls them with
copies in which an error is planted, and expects them to fail.
"""

import shutil
import subprocess
from itertools import product

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.gravity import support
from tauscope.engine.gravity.reference import GravityReference, start_debt
from tauscope.engine.gravity.reference_units import UnitsReference
from tauscope.gpu import compile_log
from tauscope.gpu.gravity import cpu, layout, reductions
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.lattice import Lattice, warm_up
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width, ticks_per_sweep

CELLS = [cell for cell, runs in support.matrix().items() if runs and cell[0] in support.RELAYING]
"""Rule, boundary, dtype and neighbourhood of every relaying lattice that the configuration admits."""

RULES = support.RELAYING
BOUNDARIES = support.BOUNDARIES
DTYPES = support.DTYPES
CAPACITIES = ("constant", "map")
SHAPE = (11, 14)
SURVIVAL, CAPACITY, WINDOW = 0.87, 0.8125, 20.0
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


def pair(
    rule,
    boundary,
    dtype,
    neighbourhood="von_neumann",
    capacity="constant",
    kernels=cpu,
    lattice_type=Lattice,
    shape=SHAPE,
    threads=1,
):
    """A lattice that runs on ``kernels`` and the reference, with equal starts."""
    sinks = disc(shape) if boundary == "disc" else None
    emission = busy_emission(shape)
    limit = CAPACITY
    if capacity == "map":
        limit = CAPACITY * np.random.default_rng(8).uniform(0.5, 1.5, shape)
    debt = start_debt(3, shape[0], shape[1], limit, "float64" if dtype == "int32" else dtype)
    options = {
        "capacity": limit,
        "survival": SURVIVAL,
        "boundary": boundary,
        "neighbourhood": neighbourhood,
        "window": WINDOW,
        "sinks": sinks,
    }
    if dtype == "int32":
        reference = UnitsReference(emission, debt, **options)
    else:
        reference = GravityReference(emission, debt, rule=rule, dtype=dtype, **options)
    form = Form(*shape, dtype, rule, boundary, neighbourhood)
    lattice = lattice_type(form, sinks, threads, kernels=kernels)
    lattice.set_capacity(limit)
    lattice.write("emission", emission)
    lattice.write("debt", debt)
    return lattice, reference


def advance(lattice, ticks):
    lattice.advance(ticks, SURVIVAL, WINDOW)


def assert_same(lattice, reference):
    nodes = reference.nodes
    for name in STATE:
        got, expected = lattice.read(name), getattr(reference, name)
        if name == "debt" and reference.rule == "fluid":
            continue
        differing = np.flatnonzero((got != expected) & nodes)
        assert differing.size == 0, f"{name} differs at {differing.size} nodes, first {differing[:1]}"
    for name in ("traffic", "traffic_before", "waiting"):
        assert not lattice.read(name)[~nodes].any(), name


@pytest.mark.parametrize("capacity", CAPACITIES)
@pytest.mark.parametrize(("rule", "boundary", "dtype", "neighbourhood"), CELLS)
def test_equals_reference_bit_for_bit(
    rule, boundary, dtype, neighbourhood, capacity, kernels=cpu, lattice_type=Lattice
):
    lattice, reference = pair(rule, boundary, dtype, neighbourhood, capacity, kernels, lattice_type)
    for part in (1, 2, 57):
        advance(lattice, part)
        reference.advance(part)
        assert_same(lattice, reference)
    if rule == "airtime":
        share = lattice.read("realized")[reference.nodes] / 60
        assert share.min() < 0.5 < share.max(), "the case must take both branches of the rule"


@pytest.mark.parametrize("neighbourhood", support.NEIGHBOURHOODS)
@pytest.mark.parametrize(
    ("rule", "boundary", "dtype"),
    [*product(RULES, BOUNDARIES, ("float32",)), *product(("airtime",), BOUNDARIES, ("int32",))],
)
def test_large_lattice_equals_reference(rule, boundary, dtype, neighbourhood):
    """Vectorised loops, their remainders and several sweeps: sizes that are no multiple of anything."""
    lattice, reference = pair(rule, boundary, dtype, neighbourhood, shape=(67, 131))
    advance(lattice, 150)
    reference.advance(150)
    assert_same(lattice, reference)


@pytest.mark.parametrize(("neighbourhood", "capacity"), [*product(support.NEIGHBOURHOODS, CAPACITIES)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_threads_do_not_matter(dtype, neighbourhood, capacity):
    """Test 10, second half: bit-identical for 1 and 2 threads, and for 3, on every boundary."""
    for boundary, threads in product(BOUNDARIES, (2, 3)):
        one, _ = pair("airtime", boundary, dtype, neighbourhood, capacity)
        many, _ = pair("airtime", boundary, dtype, neighbourhood, capacity, threads=threads)
        for ticks in (1, 40):
            advance(one, ticks)
            advance(many, ticks)
        for name in STATE:
            assert np.array_equal(one.read(name), many.read(name)), (boundary, threads, name)


@pytest.mark.parametrize(("neighbourhood", "capacity"), [*product(support.NEIGHBOURHOODS, CAPACITIES)])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_10_whole_units_are_conserved(boundary, neighbourhood, capacity, kernels=cpu):
    """Emitted = waiting + in flight + over the edge + lost, to the unit.

    What was emitted follows from the kernel's own counts. The losses are those of the reference, with which
    the kernel agrees in every bit, so that each side of the balance has numbers of its own.
    """
    lattice, reference = pair("airtime", boundary, "int32", neighbourhood, capacity, kernels)
    for ticks in (1, 19, 400):
        advance(lattice, ticks)
        reference.advance(ticks)
    units = {
        name: np.rint(lattice.read(name) * 2.0**22).astype(np.int64)
        for name in ("traffic", "waiting", "emission")
    }
    emitted = int((units["emission"] * lattice.read("realized"))[reference.nodes].sum())
    kept = int(units["waiting"].sum() + units["traffic"].sum())
    assert emitted == kept + reference.over_the_edge + reference.lost
    assert emitted > 10**8
    assert reference.lost > 10**6
    assert (reference.over_the_edge > 10**6) == (boundary in ("absorbing", "disc"))


def test_without_a_loss_a_closed_lattice_keeps_every_unit():
    """p = 1 and no edge: nothing of the balance comes from the reference."""
    lattice, _ = pair("airtime", "periodic", "int32")
    lattice.advance(500, 1.0, WINDOW)
    emitted = (lattice.read("emission") * lattice.read("realized")).sum()
    assert emitted == lattice.read("traffic").sum() + lattice.read("waiting").sum()


def test_the_loss_of_units_is_even():
    """A weak field, where rounding down would lose nothing at all: it fades by p a tick on average."""
    lattice = Lattice(Form(64, 64, "int32", "airtime", "periodic"))
    debt = start_debt(1, 64, 64, 1.0, "float64")
    lattice.write("debt", debt)
    lattice.write("traffic", np.full((64, 64), 400 * 2.0**-22))
    lattice.advance(200, 0.999, WINDOW)
    left = (lattice.read("traffic") + lattice.read("waiting")).mean() * 2.0**22
    # 400 units lose 0.4 a tick, with an error of half a unit at each of 4096 nodes and 200 ticks: 0.1 in all.
    assert left == pytest.approx(400 * 0.999**200, abs=1.0)


@pytest.mark.parametrize("neighbourhood", support.NEIGHBOURHOODS)
@pytest.mark.parametrize(("boundary", "block"), [*product(BOUNDARIES, (1, 2, 3, 5))])
def test_ticks_a_sweep_do_not_matter(boundary, block, neighbourhood):
    lattice, reference = pair("airtime", boundary, "float32", neighbourhood)
    lattice.block = block
    advance(lattice, 37)
    reference.advance(37)
    assert_same(lattice, reference)


@pytest.mark.parametrize(("rule", "boundary", "dtype", "neighbourhood"), CELLS)
def test_chunks_do_not_matter(rule, boundary, dtype, neighbourhood):
    whole, _ = pair(rule, boundary, dtype, neighbourhood)
    parts, _ = pair(rule, boundary, dtype, neighbourhood)
    advance(whole, 100)
    for part in (1, 13, 0, 7, 64, 15):
        advance(parts, part)
    for name in STATE:
        assert np.array_equal(whole.read(name), parts.read(name)), name


@pytest.mark.parametrize(
    ("boundary", "shape"),
    [*product(("absorbing", "reflective", "periodic"), ((3, 3), (3, 8), (5, 3), (4, 4)))],
)
def test_smallest_lattices_equal_reference(boundary, shape):
    for neighbourhood in support.NEIGHBOURHOODS:
        lattice, reference = pair("airtime", boundary, "float64", neighbourhood, shape=shape)
        advance(lattice, 25)
        reference.advance(25)
        assert_same(lattice, reference)


def put(lattice, name, value):
    field = lattice.read(name)
    field[5, 6] = value
    lattice.write(name, field)


@pytest.mark.parametrize("capacity", [1.0, 0.5, "map"])
def test_broken_sites_are_counted(capacity, kernels=cpu):
    """Traffic and debt in units of the node's own capacity."""
    own = 0.5 if capacity == "map" else capacity
    lattice, _ = pair("airtime", "disc", "float32", kernels=kernels)
    lattice.write("debt", np.zeros(SHAPE))
    limits = np.full(SHAPE, 4.0)
    limits[5, 6] = own
    lattice.set_capacity(limits if capacity == "map" else capacity)
    assert lattice.broken(1.0, 1.0, 2.0) == 0
    for name, limit in (("traffic", own), ("waiting", 1.0), ("debt", 2.0 * own)):
        before = lattice.read(name)[5, 6]
        cases = ((np.nan, 1), (-1e-6, 1), (limit * 1.001, 1), (np.inf, 1), (limit, 0), (0.0, 0))
        for value, bad in cases:
            put(lattice, name, value)
            assert lattice.broken(1.0, 1.0, 2.0) == bad, f"{name} = {value}"
        put(lattice, name, before)


@pytest.mark.parametrize("neighbourhood", support.NEIGHBOURHOODS)
def test_broken_sites_of_whole_units_are_counted(neighbourhood):
    lattice, _ = pair("airtime", "disc", "int32", neighbourhood)
    lattice.set_capacity(0.625)  # a multiple of 4 and of 20 units
    lattice.write("debt", np.zeros(SHAPE))
    part = (20 if neighbourhood == "moore" else 4) * 2.0**-22
    for name, limit, step in (("traffic", 0.625, part), ("waiting", 1.0, 2.0**-22), ("debt", 1.25, 2.0**-22)):
        for value, bad in ((limit + step, 1), (-step, 1), (limit, 0), (0.0, 0)):
            put(lattice, name, value)
            assert lattice.broken(1.0, 1.0, 2.0) == bad, f"{name} = {value}"


@pytest.mark.parametrize("dtype", ["float64", "int32"])
@pytest.mark.parametrize("capacity", CAPACITIES)
def test_totals_equal_numpy(capacity, dtype, sums=reductions):
    lattice, reference = pair("airtime", "disc", dtype, capacity=capacity)
    lattice._reductions = sums
    for seed, name in enumerate(("traffic", "waiting", "live", "traffic_before"), 1):
        value = np.random.default_rng(seed).uniform(0, CAPACITY, SHAPE)
        lattice.write(name, np.where(reference.nodes, value, 0))
    E, q, a, g = (lattice.read(name)[reference.nodes] for name in ("traffic", "waiting", "emission", "live"))
    limit = np.broadcast_to(lattice.capacity(), SHAPE)[reference.nodes]
    both = (E + lattice.read("traffic_before")[reference.nodes]) / limit
    g = g.astype(np.float64)
    expected = (E.sum(), both.max(), q.max(), a.sum(), (a * g).sum(), g.sum())
    # A hundred float64 additions in another order: 1e-13 is ample, and 1 % is far beyond.
    np.testing.assert_allclose(lattice.totals(), expected, rtol=1e-13)


@pytest.mark.parametrize("rule", ["airtime", "fluid"])
def test_counts_equal_numpy(rule, sums=reductions):
    lattice, reference = pair(rule, "disc", "float64")
    lattice._reductions = sums
    random = np.random.default_rng(5)
    kind = np.int32 if rule == "airtime" else np.float64
    counted = (random.uniform(10, 1000, SHAPE)).astype(kind)
    lattice.write("realized", counted)
    before = random.uniform(10, 1000, SHAPE).astype(np.int64 if rule == "airtime" else np.float64)
    nodes = reference.nodes
    assert lattice.measure("counted") == pytest.approx(float(counted[nodes].sum()), rel=1e-13)
    assert lattice.least_count(None) == float(counted[nodes].min())
    assert lattice.least_count(before) == float((counted + before)[nodes].min())


def test_rows_start_on_cache_lines_and_spread_over_the_sets():
    for nx in (3, 100, 128, 512, 1000, 1024, 2048):
        width = row_width(nx)
        assert width >= PAD + nx + 1
        assert (width // 16) % 2 == 1
    starts = [allocate((5, row_width(128)), np.float32, slot).ctypes.data % 4096 for slot in range(8)]
    assert len(set(starts)) == 8
    assert all(start % 64 == 0 for start in starts)


def test_ticks_a_sweep_fit_the_cache_and_the_lattice():
    assert ticks_per_sweep(row_bytes=16_000, rows=512, cache=512 * 1024) == 16
    assert ticks_per_sweep(row_bytes=64_000, rows=512, cache=512 * 1024) == 6
    assert ticks_per_sweep(row_bytes=10**9, rows=512, cache=512 * 1024) == 1
    assert ticks_per_sweep(row_bytes=1_000, rows=5, cache=512 * 1024) == 2


def test_the_second_level_cache_is_what_the_system_says():
    """Python has no name for the C library's answer, so that 512 KiB was taken everywhere."""
    if shutil.which("getconf") is None:
        pytest.skip("this system has no getconf to ask")
    told = subprocess.run(["getconf", "LEVEL2_CACHE_SIZE"], capture_output=True, text=True, check=False)
    size = int(told.stdout) if told.stdout.strip().isdigit() else 0
    if size < 64 * 1024:
        pytest.skip("this system does not tell the size of the second-level cache")
    assert layout.second_level_cache() == size


def test_views_show_the_sites_only():
    array = allocate((6, row_width(5)), np.float32, 0)
    inner(array, 5)[...] = 1
    assert array.sum() == 20
    assert array[1, PAD] == array[4, PAD + 4] == 1


def test_a_sink_between_two_nodes_is_refused():
    sinks = np.zeros((4, 4), bool)
    sinks[2, 1] = True
    with pytest.raises(ValueError, match="follow one another"):
        Lattice(Form(4, 4, "float32", "airtime", "disc"), sinks)


def test_whole_units_round_to_the_nearest():
    lattice = Lattice(Form(3, 3, "int32", "airtime", "absorbing", "moore"))
    lattice.write("waiting", np.full((3, 3), 2.6 * 2.0**-22))
    lattice.write("traffic", np.full((3, 3), 31 * 2.0**-22))
    lattice.set_capacity(1e-6)
    assert (lattice.read("waiting") == 3 * 2.0**-22).all()
    assert (lattice.read("traffic") == 40 * 2.0**-22).all()
    assert lattice.capacity() == 20 * 2.0**-22


def test_what_was_kept_is_restored_bit_for_bit():
    for dtype, neighbourhood in product(DTYPES, support.NEIGHBOURHOODS):
        lattice, _ = pair("airtime", "reflective", dtype, neighbourhood, "map")
        advance(lattice, 30)
        state = lattice.state()
        advance(lattice, 30)
        after = lattice.state()
        lattice.restore(state)
        assert all(np.array_equal(lattice.state()[name], state[name]) for name in state)
        advance(lattice, 30)
        assert all(np.array_equal(lattice.state()[name], after[name]) for name in after)


def test_warming_up_leaves_nothing_to_compile():
    """After it an engine compiles nothing, and no number reaches a kernel in another type."""
    source = {"kind": "ring", "x": 8, "y": 8, "width": 1, "radius": 3}
    plain = {"nx": 16, "ny": 16, "sources": [source, {**source, "kind": "gaussian"}]}
    assert all(warm_up(dtype) > 0 for dtype in DTYPES)
    before = compile_log.compile_count()
    for rule, boundary, dtype, neighbourhood in CELLS:
        settings = {"rule": rule, "boundary": boundary, "dtype": dtype, "neighbourhood": neighbourhood}
        engine = create("gravity", {**plain, **settings})
        for capacity in (None, np.full((16, 16), 2.0)):
            engine.set("capacity_map", capacity)
            engine.advance(3)
            engine.check()
            engine.scalars()
    assert compile_log.compile_count() == before
    for rule, moore, mapped in product((cpu.AIRTIME, cpu.FLUID), (False, True), (False, True)):
        assert len(cpu.advance(rule, moore, mapped).signatures) == 2
