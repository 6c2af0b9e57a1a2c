"""The gravity engine: reading, live changes, commands, checkpoints and bounds, over the tested kernels."""

import json
import math
import threading
import time

import numpy as np
import pytest

from tauscope.engine import create, names
from tauscope.engine.base import hash_state
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import catalogue, counts
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.reference import GravityReference, start_debt
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.engine.gravity.steadiness import efold_ticks

BOUNDARIES = ("absorbing", "reflective", "periodic", "disc")
RULES = ("airtime", "fluid")


def config(**entries):
    plain = {
        "nx": 24,
        "ny": 20,
        "capacity": 0.75,
        "survival": 0.96,
        "background": 1e-3,
        "ema_window": 50,
        "sources": [
            {"kind": "gaussian", "x": 11.5, "y": 9.5, "strength": 0.3, "width": 2},
            {"kind": "point", "x": 14, "y": 8, "strength": 2.5},
        ],
    }
    return {**plain, **entries}


def engine(seed=7, **entries):
    return create("gravity", config(**entries), seed=seed)


def same(a, b):
    return hash_state(a.state()) == hash_state(b.state())


def test_it_is_registered():
    assert "gravity" in names()
    assert engine().name == "gravity"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("rule", RULES)
def test_equals_reference_bit_for_bit(rule, boundary, dtype):
    """From one configuration and seed, both start and stay equal."""
    run = engine(rule=rule, boundary=boundary, dtype=dtype)
    made = run.config
    assert isinstance(made, GravityConfig)
    reference = GravityReference(
        emission_map(made),
        start_debt(7, made.ny, made.nx, made.capacity, dtype),
        capacity=made.capacity,
        survival=made.survival,
        boundary=boundary,
        rule=rule,
        dtype=dtype,
        window=made.ema_window,
        sinks=sink_mask(made),
    )
    run.advance(120)
    reference.advance(120)
    nodes = reference.nodes
    assert np.array_equal(run.field("traffic"), reference.traffic)
    assert np.array_equal(run.field("waiting"), reference.waiting)
    assert np.array_equal(run.field("f_live"), reference.live)
    assert np.array_equal(run.field("f_traffic"), reference.f_traffic())
    assert np.array_equal(run.field("f")[nodes], (reference.realized / 120)[nodes])
    assert np.array_equal(run.field("tau")[nodes], reference.realized.astype(np.int64)[nodes])
    if rule == "airtime":
        assert np.array_equal(run.state()["debt"][nodes], reference.debt[nodes])


def test_before_the_first_tick():
    run = engine()
    fields = run.fields()
    counted, kept = {"f", "f_live", "f_traffic", "tau"}, {"traffic", "waiting", "emission", "capacity"}
    assert set(fields) == counted | kept
    assert (fields["f"] == 1).all()
    assert (fields["f_live"] == 1).all()
    assert (fields["f_traffic"] == 1).all()
    assert not fields["tau"].any()
    assert not fields["traffic"].any()
    assert (run.tick, run.time) == (0, 0.0)


def test_fields_are_as_declared_and_private():
    run = engine(boundary="disc")
    run.advance(33)
    for name, spec in run.field_specs().items():
        field = run.field(name)
        assert field.shape == (20, 24), name
        assert field.dtype == spec.dtype, name
        assert field.flags["C_CONTIGUOUS"]
        before = hash_state(run.state())
        field[...] = 99
        assert hash_state(run.state()) == before, f"{name} is not a copy"


def test_fields_obey_their_definitions():
    run = engine()
    run.advance(40)
    run.command("reset_statistics")
    before = run.field("tau")
    run.advance(25)
    fields = run.fields()
    assert np.array_equal(fields["f"], (fields["tau"] - before) / 25)
    assert fields["traffic"].max() <= 0.75
    np.testing.assert_array_equal(fields["emission"], emission_map(run.config).astype(np.float32))


def test_sinks_update_at_every_tick():
    run = engine(boundary="disc")
    run.advance(30)
    sinks = sink_mask(run.config)
    assert sinks.any()
    assert (run.field("f")[sinks] == 1).all()
    assert (run.field("tau")[sinks] == 30).all()
    assert (run.field("f_traffic")[sinks] == 1).all()
    assert (run.field("f_live")[sinks] == 1).all()


@pytest.mark.parametrize("point", [0.3, 2.5])
def test_scalars_are_as_declared_and_agree_with_fields(point):
    """With and without a node that emits more than C, whose sending is taken instead of its updates."""
    sources = [{**config()["sources"][0]}, {"kind": "point", "x": 14, "y": 8, "strength": point}]
    run = engine(boundary="disc", dtype="float64", sources=sources)
    run.advance(200)
    scalars, fields = run.scalars(), run.fields()
    assert set(scalars) == set(run.scalar_specs())
    nodes = ~sink_mask(run.config)
    a, E, g = fields["emission"], fields["traffic"], fields["f_live"]
    realized = (a * g).sum()
    if point == 2.5:
        sent = 0.75 * (1 - g)
        near = sent[7, 14] + sent[9, 14] + sent[8, 13] + sent[8, 15]
        realized += sent[8, 14] - 0.24 * near - a[8, 14] * g[8, 14]
    expected = {
        "f_mean": fields["f"][nodes].mean(),
        "f_live_mean": fields["f_live"][nodes].mean(),
        "f_traffic_min": fields["f_traffic"].min(),
        "emission_nominal": a.sum(),
        "emission_realized": realized,
        "realized_share": realized / a.sum(),
        "traffic_total": E.sum(),
        "waiting_max": fields["waiting"].max(),
        "lag_max": 200 - fields["tau"][nodes].min(),
        "possible": 200,
        "efold": efold_ticks(20, 24, "disc", 0.96, 7.5),
        "efolds": 200 / efold_ticks(20, 24, "disc", 0.96, 7.5),
    }
    assert scalars == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("rule", RULES)
def test_f_from_traffic_is_that_of_the_last_two_ticks(rule, boundary, dtype):
    """Whatever the number of ticks of a call, and from tick 0 on."""
    run = engine(rule=rule, boundary=boundary, dtype=dtype)
    whole = engine(rule=rule, boundary=boundary, dtype=dtype)
    number = np.dtype(dtype).type
    before = run.field("traffic")
    for tick in range(1, 41):
        run.advance(1)
        now = run.field("traffic")
        expected = number(1) - (before + now) / number(1.5)
        assert np.array_equal(run.field("f_traffic"), expected), tick
        if tick in (1, 2, 9, 40):
            whole.advance(tick - whole.tick)
            assert np.array_equal(whole.field("f_traffic"), expected), tick
        before = now


def test_capacity_lowered_keeps_f_from_traffic_between_0_and_1():
    run = engine(survival=1.0)
    run.advance(500)
    run.set("capacity", 0.01)
    f = run.field("f_traffic")
    assert f.min() == 0
    assert f.max() <= 1


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("rule", RULES)
def test_chunks_do_not_matter(rule, boundary):
    whole, parts = engine(rule=rule, boundary=boundary), engine(rule=rule, boundary=boundary)
    whole.advance(101)
    for ticks in (1, 50, 0, 13, 37):
        parts.advance(ticks)
    assert same(whole, parts)


@pytest.mark.parametrize("ticks", [-1, 1.5, "3", True, None])
def test_ticks_are_whole_and_not_negative(ticks):
    with pytest.raises(BadInput, match="Cannot advance"):
        engine().advance(ticks)


def test_seeds_differ():
    one, two = engine(seed=1), engine(seed=2)
    one.advance(50)
    two.advance(50)
    assert not np.array_equal(one.field("tau"), two.field("tau"))


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("rule", RULES)
def test_state_and_restore(rule, boundary):
    run = engine(rule=rule, boundary=boundary)
    run.advance(60)
    run.command("add_source", kind="ring", x=12, y=10, strength=0.01, radius=4, width=1)
    run.set("survival", 0.9)
    run.command("reset_statistics")
    run.advance(11)
    state = run.state()
    assert all(isinstance(v, np.ndarray | int | float | str) for v in state.values())
    assert len(json.loads(state["config"])["sources"]) == 3
    run.advance(70)
    after = hash_state(run.state())
    fields = run.fields()
    other = engine(seed=99, rule=rule, boundary=boundary)
    other.advance(5)
    for target in (run, other):
        target.restore(state)
        assert hash_state(target.state()) == hash_state(state)
        assert target.tick == 71
        target.advance(70)
        assert hash_state(target.state()) == after
        for name, field in target.fields().items():
            assert np.array_equal(field, fields[name]), name


def test_restore_refuses_what_does_not_fit():
    run = engine()
    run.advance(5)
    good, before = run.state(), hash_state(run.state())
    bad = [
        ({k: v for k, v in good.items() if k != "debt"}, "has no “debt”"),
        ({**good, "debt": good["debt"][:, :5]}, "“debt” of the checkpoint"),
        ({**good, "traffic": good["traffic"].astype(np.float64)}, "float64"),
        ({**good, "traffic_before": np.full_like(good["traffic"], np.nan)}, "not finite"),
        ({**good, "tick": "soon"}, "not a finite number"),
        ({**good, "edit_tick": float("nan")}, "not a finite number"),
        ({**good, "config": "{"}, "cannot be read"),
        ({**good, "config": json.dumps(config(nx=30))}, "nx = 30, but 24"),
        (engine(rule="fluid").state(), "of the checkpoint"),
        (engine(boundary="disc").state(), "boundary = disc"),
    ]
    for state, words in bad:
        with pytest.raises(BadInput, match=words):
            run.restore(state)
        assert hash_state(run.state()) == before


def test_counts_survive_the_end_of_32_bits(monkeypatch):
    plain = engine()
    plain.advance(95)
    monkeypatch.setattr(counts, "FLUSH_TICKS", 10)
    flushed = engine()
    flushed.advance(95)
    assert same(plain, flushed)
    assert np.array_equal(plain.field("f"), flushed.field("f"))
    assert plain.scalars() == flushed.scalars()


CHANGES = {
    "capacity": 0.5,
    "survival": 0.8,
    "background": 0.02,
    "ema_window": 12.0,
    "sources.s1.strength": 0.6,
    "sources.s1.x": 4.0,
    "sources.s1.y": 4.0,
    "sources.s1.width": 4.0,
    "sources.s1.kind": "ring",
}


def test_every_live_parameter_has_a_case():
    live = {leaf.path for leaf in leaves(GravityConfig) if leaf.live}
    assert {path for path in live if not catalogue.unused("airtime", path)} <= set(CHANGES)


@pytest.mark.parametrize("path", CHANGES)
def test_live_parameters_are_live(path):
    changed, plain = engine(), engine()
    for run in (changed, plain):
        run.advance(50)
    changed.set(path, CHANGES[path])
    for run in (changed, plain):
        run.advance(50)
    assert any(not np.array_equal(changed.field(name), plain.field(name)) for name in changed.field_specs())
    value = changed.config.dump()
    for part in path.split("."):
        value = value[part] if isinstance(value, dict) else next(s for s in value if s["id"] == part)
    assert value == CHANGES[path]
    assert changed.check() is None


@pytest.mark.parametrize(
    "path", ["nx", "boundary", "disc_radius", "rule", "dtype", "neighbourhood", "worlds", "patterns"]
)
def test_other_parameters_need_a_restart(path):
    run = engine()
    before = hash_state(run.state())
    with pytest.raises(BadInput, match="cannot change while the lattice runs"):
        run.set(path, run.config.dump()[path])
    assert hash_state(run.state()) == before


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("survival", 1.5, "at most 1"),
        ("survival", math.nan, "not a finite number"),
        ("survvial", 0.5, "“survival”"),
        ("sources.s1.x", 24, "outside the lattice"),
        ("sources.s9.x", 2, "“s1”|“s2”"),
        ("capacity", 1e-6, "rounding"),
    ],
)
def test_refused_values_change_nothing(path, value, words):
    run = engine()
    run.advance(3)
    before = hash_state(run.state())
    with pytest.raises(BadInput, match=words):
        run.set(path, value)
    assert hash_state(run.state()) == before


def test_source_commands():
    run = engine(background=0)
    assert run.command("add_source", kind="point", x=3, y=5, strength=0.5) == "s3"
    assert run.field("emission")[5, 3] == pytest.approx(0.5, abs=1e-3)
    run.command("move_source", id="s3", x=20, y=2)
    assert run.field("emission")[2, 20] == pytest.approx(0.5, abs=1e-6)
    assert run.field("emission")[5, 3] < 0.01
    run.command("update_source", id="s3", strength=0.25, name="moon")
    assert run.config.sources[2].name == "moon"
    run.command("remove_source", id="s1")
    assert [s.id for s in run.config.sources] == ["s2", "s3"]
    assert run.command("add_source", x=3, y=5) == "s1"
    run.command("set_sources", sources=[{"kind": "point", "x": 1, "y": 1, "strength": 1.0}])
    assert run.field("emission").sum() == 1.0
    run.command("add_source", kind="line", x=2, y=2, x2=8, y2=2, strength=0.5, width=1, id="bar")
    run.command("move_source", id="bar", x=2, y=6, x2=8, y2=6)
    assert run.field("emission")[6, 2:9].tolist() == [0.5] * 7
    assert run.check() is None


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("add_sorce", {}, "“add_source”"),
        ("add_source", {"x": 3}, "missing"),
        ("add_source", {"x": 3, "y": 99}, "outside the lattice"),
        ("add_source", {"x": 3, "y": 9, "streng": 1}, "“strength”"),
        ("add_source", {"x": 3, "y": 9, "id": "s1"}, "Two sources"),
        ("move_source", {"id": "s7", "x": 1, "y": 1}, "no source named “s7”"),
        ("move_source", {"id": "s1", "x": 1}, "missing a required argument"),
        ("move_source", {"id": "s1", "x": math.nan, "y": 2}, "not a finite number"),
        ("update_source", {"id": "s1", "wdith": 1}, "“width”"),
        ("remove_source", {"id": "s"}, "no source named"),
        ("reset_statistics", {"now": 1}, "unexpected keyword"),
        ("set_field", {"name": "tau", "value": 0}, "no settable field named “tau”"),
        ("set_field", {"name": "traffic", "value": np.zeros((3, 3))}, r"shape \(3, 3\)"),
        ("set_field", {"name": "traffic", "value": np.full((20, 24), np.nan)}, "row 0, column 0"),
        ("set_field", {"name": "traffic", "value": np.full((20, 24), 0.8)}, "0 to 0.75"),
        ("set_field", {"name": "waiting", "value": np.full((20, 24), -0.1)}, "is -0.1"),
        ("set_field", {"name": "waiting", "value": "much"}, "needs numbers"),
    ],
)
def test_refused_commands_change_nothing(name, args, words):
    run = engine()
    run.advance(3)
    before = hash_state(run.state())
    with pytest.raises(BadInput, match=words):
        run.command(name, **args)
    assert hash_state(run.state()) == before


def test_settable_fields_are_set():
    run = engine()
    specs = run.field_specs()
    for name in (name for name in specs if specs[name].settable):
        value = np.random.default_rng(4).uniform(0, 0.5, (20, 24)).astype(np.float32)
        debt = run.state()["debt"]
        run.command("set_field", name=name, value=value)
        assert np.array_equal(run.field(name), value)
        assert np.array_equal(run.state()["debt"], debt)
    run.advance(30)
    assert run.check() is None


def test_sinks_stay_empty_when_a_field_is_set():
    run = engine(boundary="disc")
    run.command("set_field", name="traffic", value=np.full((20, 24), 0.5))
    assert not run.field("traffic")[sink_mask(run.config)].any()


def test_edits_and_steady_starts_move_the_steadiness():
    run = engine()
    run.advance(100)
    assert run.scalars()["efolds"] == pytest.approx(100 / run.scalars()["efold"])
    run.set("ema_window", 20)
    run.command("update_source", id="s1", name="sun")
    run.advance(10)
    run.command("move_source", id="s1", x=5, y=5)
    assert run.scalars()["efolds"] == 0
    run.command("set_field", name="traffic", value=run.field("traffic"), steady=True)
    assert run.scalars()["efolds"] == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_steady_start_replaces_the_live_view(boundary):
    """f from traffic and the live f show the new field at once; other traffic leaves the live f alone."""
    run = engine(boundary=boundary)
    run.advance(300)
    traffic = np.where(sink_mask(run.config), 0, np.random.default_rng(3).uniform(0, 0.75, (20, 24)))
    traffic = traffic.astype(np.float32)
    live, f = run.field("f_live"), np.float32(1) - traffic / np.float32(0.75)
    run.command("set_field", name="traffic", value=traffic)
    assert np.array_equal(run.field("f_live"), live)
    assert np.array_equal(run.field("f_traffic"), f)
    run.command("set_field", name="waiting", value=np.zeros((20, 24)), steady=True)
    assert np.array_equal(run.field("f_live"), live)
    run.command("set_field", name="traffic", value=traffic, steady=True)
    assert np.array_equal(run.field("f_live"), f)


def test_efold_times():
    """The N^2 law of an absorbing square, survival on a closed lattice, and the slower of both."""
    assert efold_ticks(512, 512, "absorbing", 1.0) == pytest.approx(2 * 513**2 / math.pi**2, rel=1e-4)
    assert efold_ticks(512, 512, "periodic", 0.999) == pytest.approx(999.5, rel=1e-3)
    assert efold_ticks(512, 512, "absorbing", 0.99) == pytest.approx(
        1 / (0.01005 + math.pi**2 / (2 * 513**2)), rel=1e-3
    )
    assert efold_ticks(129, 129, "disc", 1.0, 62) == pytest.approx(4 * 62.5**2 / 2.404826**2, rel=1e-2)
    assert efold_ticks(129, 97, "disc", 1.0, 500) == efold_ticks(129, 97, "absorbing", 1.0)


@pytest.mark.parametrize(
    ("boundary", "radius"),
    [("absorbing", None), ("periodic", None), ("reflective", None), ("disc", 11.0), ("disc", 40.0)],
)
def test_efold_times_are_those_of_the_lattice(boundary, radius):
    """The traffic of an engine without sources decays by e in the stated time.

    A disc of 40 cells covers the lattice of 31 x 31: its edges are the sink then.
    """
    run = create(
        "gravity",
        {
            "nx": 31,
            "ny": 31,
            "boundary": boundary,
            "disc_radius": radius,
            "survival": 0.999,
            "rule": "fluid",
            "dtype": "float64",
        },
    )
    run.command("set_field", name="traffic", value=np.full((31, 31), 1e-3))
    run.advance(1000)
    before = run.scalars()["traffic_total"]
    run.advance(200)
    measured = 200 / math.log(before / run.scalars()["traffic_total"])
    # The rim of the disc is ragged: its effective radius is known to half a cell or so.
    assert measured == pytest.approx(run.scalars()["efold"], rel=0.06 if radius == 11.0 else 1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_lowering_the_capacity_loses_no_bit_and_keeps_the_bounds(rule):
    run = engine(rule=rule, dtype="float64")
    run.advance(300)
    before = run.field("traffic").sum() + run.field("waiting").sum()
    run.set("capacity", 0.05)
    assert run.field("traffic").max() <= 0.05
    assert run.field("traffic").sum() + run.field("waiting").sum() == pytest.approx(before, rel=1e-14)
    for _ in range(50):
        run.advance(1)
        assert run.check() is None
        assert run.field("f_traffic").min() >= 0
    run.set("capacity", 2.0)
    run.advance(500)
    assert run.check() is None


@pytest.mark.parametrize(
    ("name", "value"), [("traffic", np.nan), ("waiting", np.inf), ("debt", -1.0), ("traffic", 0.9)]
)
def test_broken_bounds_are_named(name, value):
    run = engine()
    run.advance(10)
    assert run.check() is None
    field = run._lattice.read(name)
    field[13, 17] = value
    run._lattice.write(name, field)
    found = run.check()
    assert found is not None
    assert (found.field, found.cell, found.tick) == (name, (13, 17), 10)
    assert found.value == pytest.approx(value, nan_ok=True, rel=1e-6)
    assert "(13, 17)" in found.sentence()
    assert "<=" in found.limit or "<" in found.limit


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bounds_hold_under_extreme_load(dtype):
    """q <= a_max and d < 2 C with sources a thousand times the capacity."""
    run = engine(
        capacity=1.0, survival=1.0, background=0, dtype=dtype,
        sources=[{"kind": "disc", "x": 12, "y": 10, "radius": 4, "strength": 1000}],
    )  # fmt: skip
    for _ in range(40):
        run.advance(50)
        assert run.check() is None
        assert run.field("waiting").max() <= 1000
        assert run.state()["debt"].max() <= 2


def test_heat_death_is_not_a_blow_up():
    """Nearly closed and loaded: f goes towards zero, yet every bound holds."""
    run = engine(boundary="periodic", survival=0.99999, background=0.1)
    run.advance(3000)
    assert run.check() is None
    assert run.scalars()["f_live_mean"] < 0.1


def test_advance_releases_the_gil():
    """A counting thread goes on while one long call runs."""
    run = create("gravity", {"nx": 256, "ny": 256, "background": 0.01})
    run.advance(1)
    turns, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        # Call by call, so that turns between calls do not count; some may find a busy machine.
        for _ in range(100):
            before = turns[0]
            run.advance(1_000)
            during = turns[0] - before
            if during >= 5:
                break
    finally:
        stop.set()
        thread.join()
    assert during >= 5


def test_a_device_it_does_not_run_on_is_refused():
    with pytest.raises(BadInput, match="“quantum”"):
        create("gravity", config(), device="quantum")


def test_a_field_is_not_steady_while_debts_of_a_larger_capacity_are_worked_off() -> None:
    """After C = 10 a debt of up to 20 bits lasts for thousands of ticks at C = 0.01, in whatever chunks."""
    engines = []
    for chunk in (20_000, 777):
        engine = create("gravity", {**config(), "nx": 16, "ny": 16, "capacity": 10.0})
        engine.advance(2_000)
        engine.set("capacity", 0.01)
        left, seen = 20_000, []
        while left:
            now = min(chunk, left)
            engine.advance(now)
            left -= now
            seen.append(engine.scalars()["efolds"])
        engines.append((hash_state(engine.state()), seen))
    assert engines[0][0] == engines[1][0]
    assert engines[1][1][0] == 0.0
    assert engines[1][1][-1] == engines[0][1][-1] > 0.0
    late = engines[1][1][-1] * engine.scalars()["efold"]
    assert late < 18_500
