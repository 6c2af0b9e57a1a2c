"""The gravity engine in its whole breadth: supported matrix, capacity maps, whole units, Moore, messages."""

import json
import math
from itertools import product

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import hash_state
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import catalogue, support
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.gravity.bounds import capacity_array
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.reference import GravityReference, start_debt
from tauscope.engine.gravity.reference_units import UnitsReference
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.engine.gravity.steadiness import efold_ticks
from tauscope.gpu.gravity import make
from tests.engine.gravity.physics import counted, gaussian, lattice, relative, warmed

SHAPE = (20, 24)
MAP = np.random.default_rng(2).uniform(0.5, 1.5, SHAPE)
SOURCES = [
    {"kind": "gaussian", "x": 11.5, "y": 9.5, "strength": 0.3, "width": 2},
    {"kind": "point", "x": 14, "y": 8, "strength": 2.5},
]
DTYPES = support.DTYPES
CELLS = [cell for cell, runs in support.matrix().items() if runs]


def config(**entries):
    plain = {"nx": 24, "ny": 20, "capacity": 0.75, "survival": 0.96, "ema_window": 50, "sources": SOURCES}
    return {**plain, "background": 1e-3, **entries}


def engine(seed=7, **entries):
    return create("gravity", config(**entries), seed=seed)


def units(array):
    return np.rint(np.asarray(array) * 2.0**22).astype(np.int64)


# -- what goes together -------------------------------------------------------------------------------------


def test_the_supported_matrix_is_the_one_that_runs(capsys):
    """Every cell runs or is refused by the configuration with a reason; the matrix is printed."""
    with capsys.disabled():
        print(f"\n{support.table()}")
    cells = list(product(support.RULES, support.BOUNDARIES, support.DTYPES, support.NEIGHBOURHOODS))
    assert set(support.matrix()) == set(cells)
    for cell in cells:
        entries = dict(zip(("rule", "boundary", "dtype", "neighbourhood"), cell, strict=True))
        entries |= {"nx": 9, "ny": 9}
        if support.matrix()[cell]:
            run = create("gravity", entries)
            run.advance(2)
            assert run.check() is None
            assert set(run.fields()) == set(run.field_specs())
        else:
            with pytest.raises(BadInput) as caught:
                GravityConfig.load(entries)
            assert caught.value.key in entries
            assert caught.value.allowed


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize(
    ("rule", "boundary", "dtype", "neighbourhood"), [c for c in CELLS if c[0] in support.RELAYING]
)
def test_equals_reference_bit_for_bit(rule, boundary, dtype, neighbourhood, mapped):
    """From one configuration and seed, engine and reference start and stay equal."""
    entries = {"rule": rule, "boundary": boundary, "dtype": dtype, "neighbourhood": neighbourhood}
    run = engine(**entries, capacity_map=MAP if mapped else None)
    made = run.config
    capacity = capacity_array(made)
    options = {
        "capacity": capacity,
        "survival": made.survival,
        "boundary": boundary,
        "neighbourhood": neighbourhood,
        "window": made.ema_window,
        "sinks": sink_mask(made),
    }
    if dtype == "int32":
        debt = start_debt(7, *SHAPE, capacity, "float64")
        reference = UnitsReference(emission_map(made), debt, **options)
    else:
        debt = start_debt(7, *SHAPE, capacity, dtype)
        reference = GravityReference(emission_map(made), debt, rule=rule, dtype=dtype, **options)
    run.advance(80)
    reference.advance(80)
    nodes = reference.nodes
    assert np.array_equal(run.field("traffic"), reference.traffic)
    assert np.array_equal(run.field("waiting"), reference.waiting)
    assert np.array_equal(run.field("f_live"), reference.live)
    assert np.array_equal(run.field("f")[nodes], (reference.realized / 80)[nodes])
    shown = np.dtype(run.field_specs()["traffic"].dtype).type
    limit = np.asarray(capacity).astype(shown)
    both = reference.traffic + reference.traffic_before
    assert np.array_equal(run.field("f_traffic"), shown(1) - both / (limit + limit))
    assert run.scalars()["f_traffic_min"] == pytest.approx(
        float(run.field("f_traffic")[nodes].min()), abs=1e-6
    )
    assert run.check() is None


@pytest.mark.parametrize(("rule", "boundary", "dtype", "neighbourhood"), CELLS)
def test_cells_of_a_field_equal_the_field(rule, boundary, dtype, neighbourhood):
    run = engine(rule=rule, boundary=boundary, dtype=dtype, neighbourhood=neighbourhood, capacity_map=MAP)
    run.advance(30)
    for name in run.field_specs():
        whole = run.field(name)
        assert whole.dtype == run.field_specs()[name].dtype, name
        for index in ((3, 5), (slice(2, 7), 4), (np.array([1, 2]), np.array([3, 9]))):
            part = run.field_at(name, index)
            assert part.dtype == whole.dtype, name
            assert np.array_equal(part, whole[index]), name


# -- Moore neighbours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("boundary", "radius"), [("absorbing", None), ("periodic", None), ("reflective", None), ("disc", 11.0)]
)
def test_efold_times_with_moore_neighbours(boundary, radius):
    """The traffic of an engine without sources decays by e in the stated time."""
    entries = {"nx": 31, "ny": 27, "boundary": boundary, "disc_radius": radius, "survival": 0.999}
    run = create("gravity", {**entries, "rule": "fluid", "dtype": "float64", "neighbourhood": "moore"})
    run.command("set_field", name="traffic", value=np.full((27, 31), 1e-3))
    run.advance(1000)
    before = run.scalars()["traffic_total"]
    run.advance(200)
    measured = 200 / math.log(before / run.scalars()["traffic_total"])
    # The rim of the disc is ragged: its effective radius is known to half a cell or so.
    assert measured == pytest.approx(run.scalars()["efold"], rel=0.06 if radius else 1e-6)
    if boundary == "absorbing":
        assert run.efold < 0.9 * efold_ticks(27, 31, boundary, 0.999)


# -- capacity maps ------------------------------------------------------------------------------------------


def test_a_map_of_ones_changes_no_bit():
    for dtype, rule in (("float32", "airtime"), ("float64", "fluid"), ("int32", "airtime")):
        plain, ones = (
            engine(dtype=dtype, rule=rule),
            engine(dtype=dtype, rule=rule, capacity_map=np.ones(SHAPE)),
        )
        for run in (plain, ones):
            run.advance(100)
        assert all(np.array_equal(plain.field(name), ones.field(name)) for name in plain.field_specs())


def test_the_map_changes_live():
    run, plain = engine(), engine()
    for one in (run, plain):
        one.advance(40)
    run.set("capacity_map", MAP)
    assert np.array_equal(run.config.capacity_map.array, MAP)
    assert (run.field("traffic") <= (0.75 * MAP).astype(np.float32)).all()
    run.advance(40)
    plain.advance(40)
    assert not np.array_equal(run.field("traffic"), plain.field("traffic"))
    run.set("capacity", 1.0)
    run.advance(40)
    assert (run.field("traffic") <= MAP.astype(np.float32)).all()
    run.set("capacity_map", None)
    assert run.config.capacity_map is None
    run.advance(40)
    assert run.check() is None


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("mapped", [False, True])
def test_the_capacity_is_a_field(dtype, mapped):
    run = engine(dtype=dtype, capacity=50.0, capacity_map=MAP if mapped else None)
    shown = run.field("capacity")
    assert shown.shape == SHAPE
    assert shown.dtype == run.field_specs()["capacity"].dtype
    # What the lattice keeps to, in whole units rounded down to a multiple of 4 of them.
    assert np.array_equal(shown, np.broadcast_to(capacity_array(run.config), SHAPE).astype(shown.dtype))
    np.testing.assert_allclose(
        shown, 50.0 * (MAP if mapped else np.ones(SHAPE)), rtol=1e-3 if dtype == "int32" else 1e-7
    )
    assert np.array_equal(run.field_at("capacity", (slice(3, 5), 7)), shown[3:5, 7])


def test_capacity_is_painted():
    run = engine()
    run.advance(30)
    run.command("paint_capacity", x=4, y=3, patch=[[0.25, 2.0], [0.5, 0.75]])
    expected = np.ones(SHAPE)
    expected[3:5, 4:6] = [[0.25, 2.0], [0.5, 0.75]]
    assert np.array_equal(run.config.capacity_map.array, expected)
    run.command("paint_capacity", x=23, y=19, patch=[[3.0]])
    expected[19, 23] = 3.0
    assert np.array_equal(run.config.capacity_map.array, expected)
    assert json.loads(run.state()["config"])["capacity_map"] is not None
    before = hash_state(run.state())
    for patch, x, words in (
        ([[0.0]], 3, "some capacity"),
        ([[1.0]], 24, "does not fit"),
        ([[1e9]], 3, "reach"),
    ):
        with pytest.raises(BadInput, match=words):
            run.command("paint_capacity", x=x, y=3, patch=patch)
        assert hash_state(run.state()) == before
    run.advance(30)
    assert run.check() is None


@pytest.mark.parametrize("dtype", support.DTYPES)
@pytest.mark.parametrize("neighbourhood", support.NEIGHBOURHOODS)
def test_a_lowered_map_loses_no_bit_and_keeps_the_bounds(dtype, neighbourhood):
    run = engine(dtype=dtype, neighbourhood=neighbourhood, boundary="periodic")
    run.advance(300)
    before = run.field("traffic").sum(dtype=np.float64) + run.field("waiting").sum(dtype=np.float64)
    run.command("paint_capacity", x=6, y=4, patch=np.full((10, 12), 0.1))
    after = run.field("traffic").sum(dtype=np.float64) + run.field("waiting").sum(dtype=np.float64)
    assert after == pytest.approx(before, rel=1e-6 if dtype == "float32" else 1e-14)
    assert run.field("traffic")[4:14, 6:18].max() <= 0.075 * (1 + 1e-6)
    assert run.field("waiting")[4:14, 6:18].max() > 0.1
    for _ in range(20):
        run.advance(5)
        assert run.check() is None
        assert run.field("f_traffic").min() >= 0


def test_a_narrow_place_fills_until_the_numbers_end():
    """More arrives than can leave: in whole units the end is found before it wraps around unseen."""
    narrow = np.ones(SHAPE)
    narrow[8:12, 8:12] = 1e-3
    loud = [{"kind": "disc", "x": 10, "y": 10, "radius": 8, "strength": 2.0}]
    run = engine(
        dtype="int32", capacity=50.0, survival=1.0, capacity_map=narrow, sources=loud, background=1.0
    )
    run.advance(20_000)
    found = run.check()
    assert found is not None
    assert found.field == "waiting"
    assert "raise the capacity" in found.remedy
    good = engine(
        dtype="int32", capacity=50.0, survival=1.0, capacity_map=narrow, sources=loud, background=1.0
    )
    run.restore(good.state())
    assert run.check() is None


def test_painted_sources_are_those_of_the_edit():
    run = engine(sources=[{"id": "b", "kind": "brush", "array": np.zeros((6, 5)), "x": 2, "y": 3}])
    run.command("paint_source", id="b", x=1, y=2, patch=[[0.5, 0.25]])
    assert run.field("emission")[5, 3:5].tolist() == pytest.approx([0.501, 0.251])
    assert run.scalars()["efolds"] == 0
    for args, words in (
        ({"id": "c", "x": 1, "y": 2, "patch": [[1.0]]}, "no source named “c”"),
        ({"id": "b", "x": 5, "y": 2, "patch": [[1.0]]}, "does not fit"),
        ({"id": "b", "x": 1, "y": 2, "patch": [[-1.0]]}, "at least 0"),
    ):
        with pytest.raises(BadInput, match=words):
            run.command("paint_source", **args)


# -- whole units --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("neighbourhood", support.NEIGHBOURHOODS)
def test_10_units_are_conserved_through_live_changes(neighbourhood):
    """With p = 1 on a closed lattice nothing may be lost, whatever is lowered, painted or raised."""
    run = engine(dtype="int32", neighbourhood=neighbourhood, boundary="periodic", survival=0.999)
    lattice, emitted = run._lattice, 0

    def on(ticks):
        nonlocal emitted
        before = run.field("tau")
        lattice.advance(ticks, 1.0, 50.0)
        run._tick += ticks
        emitted += int((units(run.field("emission")) * (run.field("tau") - before)).sum())

    on(200)
    run.set("capacity", 0.3)
    on(200)
    run.command("paint_capacity", x=5, y=5, patch=np.full((6, 6), 0.2))
    on(100)
    run.command("move_source", id="s1", x=4, y=5)
    on(100)
    run.set("capacity_map", None)
    on(100)
    assert emitted == units(run.field("traffic")).sum() + units(run.field("waiting")).sum()


def test_units_agree_with_real_numbers():
    """The same lattice in float64 and in whole units: equal up to the rounding of each tick's units."""
    runs = [engine(dtype=dtype, boundary="periodic", survival=0.99) for dtype in ("float64", "int32")]
    for run in runs:
        run.advance(3000)
        run.command("reset_statistics")
        run.advance(2000)
    a, b = (run.field("f") for run in runs)
    # Two counts over 2000 ticks, each right to 2 / T, from different phases of the debts.
    assert np.abs(a - b).max() < 4 / 2000
    a, b = (run.scalars()["traffic_total"] for run in runs)
    assert b == pytest.approx(a, rel=0.02)


@pytest.mark.parametrize("boundary", ["absorbing", "periodic"])
@pytest.mark.parametrize(("dtype", "neighbourhood"), [("int32", "von_neumann"), *product(DTYPES, ["moore"])])
def test_4_weak_field_equals_the_exact_equation(dtype, neighbourhood, boundary, tolerances):
    """From the exact traffic, with p = 1 and a sink, and with p = 0.999: the loss of units included."""
    made = gaussian(97, 4e-3)
    run = warmed(lattice(97, boundary, [made], dtype=dtype, neighbourhood=neighbourhood))
    f, exact = counted(run, 10_000), exact_steady_state(run.config).f
    assert relative(1 - f, 1 - exact) <= tolerances["gravity"]["weak_field"]["relative_l2_times_T"] / 10_000


def test_the_settings_of_a_field_fit_whole_units():
    run = engine(dtype="int32")
    with pytest.raises(BadInput, match=r"0 to 498\.5"):
        run.command("set_field", name="waiting", value=np.full(SHAPE, 499.0))
    run.command("set_field", name="waiting", value=np.full(SHAPE, 400.0))
    run.advance(100)
    assert run.check() is None


# -- messages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["literal", "strict"])
def test_the_message_rules_have_what_they_need(rule):
    run = engine(rule=rule, boundary="absorbing")
    run.advance(200)
    assert not run.field_specs()["traffic"].settable
    with pytest.raises(BadInput, match="no settable field named “traffic”"):
        run.command("set_field", name="traffic", value=np.zeros(SHAPE))
    with pytest.raises(BadInput, match="relays nothing"):
        run.set("survival", 0.9)
    before = run.field("f_live")
    run.set("message_size", 4.0)
    assert run.config.message_size == 4.0
    run.advance(200)
    assert not np.array_equal(run.field("f_live"), before)
    run.command("set_field", name="waiting", value=np.full(SHAPE, 8.0))
    run.set("capacity", 0.5)
    for _ in range(50):
        run.advance(1)
        assert run.check() is None
    longest = math.ceil(4.0 * run.field("emission").max() / 0.5)
    assert run.scalars()["efold"] == pytest.approx(longest * (1 if rule == "literal" else (24 + 20) / 7))


def test_literal_updates_seldom_where_messages_are_long_and_nowhere_else():
    run = engine(rule="literal", background=0, capacity=0.25, message_size=2.0, boundary="periodic")
    run.advance(4000)
    f, b = run.field("f"), 2.0 * run.field("emission")
    assert np.abs(f - 1 / np.maximum(1, np.ceil(b / 0.25))).max() <= 1 / 4000
    assert run.scalars()["efold"] == math.ceil(b.max() / 0.25)


def test_relaying_rules_have_no_messages():
    run = engine()
    before = hash_state(run.state())
    for path in ("message_size", "sizer"):
        with pytest.raises(BadInput, match="knows no messages"):
            run.set(path, 2.0)
    assert hash_state(run.state()) == before


# -- live parameters ----------------------------------------------------------------------------------------

CHANGES = {
    "capacity": 0.5,
    "survival": 0.8,
    "background": 0.9,
    "ema_window": 12.0,
    "message_size": 1.75,
}


@pytest.mark.parametrize(
    ("rule", "leaf"), [*product(support.RULES, (x for x in leaves(GravityConfig) if x.live))]
)
def test_every_live_leaf_acts_or_says_why_not(rule, leaf):
    changed, plain = engine(rule=rule, boundary="absorbing"), engine(rule=rule, boundary="absorbing")
    for run in (changed, plain):
        run.advance(50)
    if reason := catalogue.unused(rule, leaf.path):
        with pytest.raises(BadInput, match=reason):
            changed.set(leaf.path, CHANGES[leaf.path])
        return
    changed.set(leaf.path, CHANGES[leaf.path])
    for run in (changed, plain):
        run.advance(50)
    fields = [
        name for name in plain.field_specs() if not np.array_equal(plain.field(name), changed.field(name))
    ]
    scalars = [name for name, value in plain.scalars().items() if changed.scalars()[name] != value]
    assert fields + scalars


# -- who carries it out -------------------------------------------------------------------------------------


def test_the_factory_takes_the_threads():
    lattices = [
        make.make_lattice(9, 12, "int32", "airtime", "periodic", threads=threads) for threads in (1, 2)
    ]
    for made in lattices:
        made.write("emission", np.full((9, 12), 0.3))
        made.write("debt", start_debt(1, 9, 12, 1.0, "float64"))
        made.advance(100, 0.99, 300.0)
    one, two = (made.state() for made in lattices)
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("key", ["rule", "boundary", "neighbourhood", "dtype", "disc_radius", "nx", "sizer"])
def test_a_checkpoint_of_another_lattice_is_refused(key):
    other = {
        "rule": "fluid",
        "boundary": "reflective",
        "neighbourhood": "moore",
        "dtype": "float64",
        "disc_radius": 9.0,
        "nx": 26,
        "sizer": "delta",
    }
    run = engine(boundary="disc")
    before = hash_state(run.state())
    with pytest.raises(BadInput):
        run.restore(engine(**{"boundary": "disc", key: other[key]}).state())
    assert hash_state(run.state()) == before
