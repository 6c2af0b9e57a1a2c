"""Patterns on the lattice: clocks, waves, particles, rays and agents, and who guards them."""

import json

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state, warm_start
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.gravity.packet import launch
from tauscope.engine.gravity.policies import policy_name, register_policy

MASS = {"id": "sun", "kind": "gaussian", "x": 32, "y": 32, "strength": 0.01, "width": 2}


def lattice(*patterns, side=65, sources=(MASS,), steady=True, **entries):
    engine = create("gravity", {"nx": side, "ny": side, "sources": sources, "patterns": patterns, **entries})
    if steady:
        engine.command("set_field", name="traffic", value=warm_start(engine.config), steady=True)
    return engine


def test_a_clock_shows_the_updates_of_its_host():
    engine = lattice({"id": "c", "kind": "clock", "x": 32.3, "y": 31.8, "period": 7})
    engine.advance(1203)
    tau = engine.field("tau")[32, 32]
    present = engine.patterns()["c"]
    assert present["count"] == tau < 1203
    assert present["phase"] == tau % 7
    trail = engine.trail("c")
    assert trail[0].tolist() == [0, 0, 0]
    assert np.diff(trail[:, 0]).tolist() == [10] * 120
    assert trail[-1].tolist() == [1200, trail[-1, 1], trail[-1, 1] % 7]


def test_20_a_clock_near_a_mass_ticks_less_by_the_ratio_of_f():
    """Near and far differ as f does, to the counting error of 2 in T."""
    near, far = (
        {"id": "near", "kind": "clock", "x": 34, "y": 32},
        {"id": "far", "kind": "clock", "x": 60, "y": 32},
    )
    engine = lattice(near, far)
    ticks = 4000
    engine.advance(ticks)
    found = engine.patterns()
    f, exact = engine.field("f"), exact_steady_state(engine.config).f
    assert found["near"]["count"] < found["far"]["count"]
    assert found["near"]["count"] / found["far"]["count"] == pytest.approx(f[32, 34] / f[32, 60], abs=1e-12)
    ratio = found["near"]["count"] / found["far"]["count"]
    assert ratio == pytest.approx(exact[32, 34] / exact[32, 60], abs=2 / ticks)
    scalars = engine.scalars()
    assert (scalars["clock_least"], scalars["clock_most"]) == (found["near"]["count"], found["far"]["count"])


def test_a_clock_that_is_carried_goes_on_counting():
    engine = lattice({"id": "c", "kind": "clock", "x": 32, "y": 32})
    engine.advance(100)
    before = engine.patterns()["c"]["count"]
    engine.command("move_pattern", id="c", x=2, y=2)
    assert engine.patterns()["c"]["count"] == before
    engine.advance(100)
    assert before < engine.patterns()["c"]["count"] <= before + 100
    assert len(engine.trail("c")) == 21


@pytest.mark.parametrize("kind", ["light", "packet"])
@pytest.mark.parametrize("moore", [False, True])
def test_a_packet_goes_one_way_only(kind, moore):
    """All of it travels along its velocity: backwards there is nothing after it has left its start."""
    pattern = {"id": "w", "kind": kind, "x": 40, "y": 48, "velocity": [0.6, 0], "extent": 8, "mass": 0.6}
    hood = "moore" if moore else "von_neumann"
    engine = create(
        "gravity", {"nx": 160, "ny": 97, "dtype": "float64", "neighbourhood": hood, "patterns": [pattern]}
    )
    energy = engine.scalars()["wave_energy"]
    engine.advance(120)
    psi = engine.field("psi")
    speed = 0.5 if kind == "light" else 0.3
    x = engine.patterns()["w"]["x"]
    assert x == pytest.approx(40 + 120 * speed, rel=0.03), "group velocity, less the lattice's dispersion"
    assert engine.patterns()["w"]["y"] == pytest.approx(48, abs=1e-9)
    behind = np.abs(psi[:, : int(x) - 45]).max() if x > 60 else 0.0
    assert behind < 5e-3 * np.abs(psi).max()
    assert engine.scalars()["wave_energy"] == pytest.approx(energy, rel=1e-12), "f is 1 everywhere"


def test_a_packet_beyond_the_edge_is_cut_off_or_wraps():
    pattern = PatternConfig(id="w", kind="light", x=2, y=5, velocity=(1, 0), extent=3)
    wrapped = launch(pattern, (40, 50), 0.5, True, False)
    cut = launch(pattern, (40, 50), 0.5, False, False)
    assert np.abs(wrapped[0][:, 40:]).max() > 0.1
    assert not cut[0][:, 40:].any()
    assert np.array_equal(cut[0][10, :20], wrapped[0][10, :20])


def test_the_sum_of_waves_is_set_through_the_first():
    two = [
        {"id": n, "kind": "light", "x": 20 + 20 * i, "y": 32, "velocity": [0, 1]} for i, n in enumerate("ab")
    ]
    engine = lattice(*two, dtype="float64")
    other = engine._lattice.read_wave(1, "psi")
    wanted = np.random.default_rng(1).normal(size=(65, 65))
    engine.command("set_field", name="psi", value=wanted)
    assert np.abs(engine.field("psi") - wanted).max() < 1e-14
    assert np.array_equal(engine._lattice.read_wave(1, "psi"), other)
    for wrong in (wanted[:3], np.full((65, 65), np.nan), "text"):
        with pytest.raises(BadInput):
            engine.command("set_field", name="pi", value=wrong)
    engine.command("set_patterns", patterns=[])
    assert not engine.field("psi").any()
    with pytest.raises(BadInput, match="no wave"):
        engine.command("set_field", name="psi", value=wanted)


def test_light_bends_toward_the_mass_and_the_documents_ray_away():
    ray = {"kind": "ray", "x": 5, "y": 44, "velocity": [1, 0]}
    engine = lattice({**ray, "id": "exact"}, {**ray, "id": "document", "law": "document"})
    engine.advance(100)
    found = engine.patterns()
    assert found["exact"]["py"] < -1e-3
    assert found["document"]["py"] > 1e-3
    assert found["exact"]["y"] < 44 < found["document"]["y"]
    # What was asked for between two looks equals what a look finds.
    whole = lattice({**ray, "id": "exact"}, pattern_period=1)
    whole.advance(100)
    assert whole.patterns()["exact"]["y"] == pytest.approx(found["exact"]["y"], abs=2e-3)


def test_a_particle_that_leaves_stays_where_it_left():
    engine = lattice({"id": "g", "kind": "geodesic", "x": 60, "y": 5, "velocity": [0.9, 0]})
    engine.advance(200)
    found = engine.patterns()["g"]
    assert found["alive"] == 0.0
    assert found["x"] == pytest.approx(64.49)


@pytest.mark.parametrize("boundary", ["periodic", "reflective"])
def test_a_ray_wraps_or_is_mirrored(boundary):
    engine = create(
        "gravity",
        {"nx": 33, "ny": 33, "boundary": boundary, "patterns": [
            {"id": "r", "kind": "ray", "x": 28, "y": 16, "velocity": [1, 0]}]},
    )  # fmt: skip
    engine.advance(40)
    there = engine.patterns()["r"]
    wanted = (28 + 20) % 33 if boundary == "periodic" else 65 - 48
    assert there["x"] == pytest.approx(wanted)
    assert np.sign(there["px"]) == (1 if boundary == "periodic" else -1)


def test_agents_live_by_their_own_time_and_go_where_they_want():
    agents = [{"id": p, "kind": "agent", "x": 44, "y": 32, "policy": p, "period": 5, "speed": 0.5}
              for p in ("rest", "climb", "descend", "circle", "wander")]  # fmt: skip
    engine = lattice(*agents)
    engine.advance(100)
    found = engine.patterns()
    assert (found["rest"]["x"], found["rest"]["y"]) == (44, 32)
    assert found["descend"]["x"] < 40
    assert found["climb"]["x"] > 48
    assert found["circle"]["f"] == pytest.approx(found["rest"]["f"], abs=1e-2)
    assert np.hypot(found["circle"]["x"] - 44, found["circle"]["y"] - 32) > 3
    assert (found["wander"]["x"], found["wander"]["y"]) != (44, 32)
    acts = {name: one.acts for name, one in engine._patterns._present.items()}
    assert acts["descend"] < acts["climb"], "nearer to the mass there is less time to act in"


def test_a_policy_of_ones_own_perceives_remembers_and_emits():
    seen = []

    def explorer(view, memory):
        memory["steps"] = memory.get("steps", 0) + 1
        seen.append(view)
        return {"move": (0, 1), "activity": 0.5 if memory["steps"] > 2 else 0.0}

    agent = {"id": "e", "kind": "agent", "x": 10, "y": 10, "policy": explorer, "activity": 1.0, "period": 10}
    engine = lattice(agent, {"id": "c", "kind": "clock", "x": 12, "y": 10}, sources=(), steady=False)
    assert engine.config.patterns[0].policy == "explorer"
    engine.advance(60)
    assert [view.own_time for view in seen][:2] == [10, 20] or seen[0].own_time >= 10
    assert seen[0].others == (("c", "clock", 2.0, 0.0),)
    state = engine.state()
    assert json.loads(state["patterns"])["e"]["memory"]["steps"] == len(seen)
    at = engine.patterns()["e"]
    emission = engine.field("emission")
    assert emission[int(at["y"]), int(at["x"])] == 0.5
    assert emission.sum() == 0.5
    again = create("gravity", engine.config.dump())
    again.restore(state)
    assert np.array_equal(again.field("emission"), emission)


@pytest.mark.parametrize("answer", [None, (1,), (np.nan, 0), {"activity": 5.0}, {"activity": -1}])
def test_a_policy_that_answers_nonsense_is_told(answer):
    engine = lattice(
        {"id": "e", "kind": "agent", "x": 10, "y": 10, "policy": lambda _v, _m: answer, "activity": 1.0}
    )
    with pytest.raises(BadInput, match="answered"):
        engine.advance(200)


def test_a_policy_that_fails_is_told_with_its_name():
    def broken(_view, _memory):
        raise KeyError("nothing")

    engine = lattice({"id": "e", "kind": "agent", "x": 10, "y": 10, "policy": broken})
    with pytest.raises(BadInput, match=r"broken of “e” failed: KeyError"):
        engine.advance(200)
    assert policy_name(broken) == "broken"
    with pytest.raises(BadInput, match="built-in"):
        register_policy("rest", broken)


def test_activity_adds_to_the_emission_where_the_pattern_is():
    shapes = [("point", 3.0, 1), ("uniform", 2.0, 25), ("gaussian", 1.5, None)]
    for profile, extent, cells in shapes:
        pattern = {"kind": "clock", "x": 20, "y": 30, "activity": 0.1, "profile": profile, "extent": extent}
        emission = lattice(pattern, sources=(), steady=False).field("emission")
        assert emission.max() == emission[30, 20] == pytest.approx(0.1)
        if cells:
            assert np.count_nonzero(emission) == cells


def test_what_a_clock_emits_counts_in_the_exact_field():
    """The warm start and every comparison know it, and the engine adds it once."""
    clock = {"id": "c", "kind": "clock", "x": 20, "y": 30, "activity": 0.02, "profile": "gaussian"}
    engine = lattice(clock, sources=(), steady=True)
    same = lattice(
        sources=({"kind": "gaussian", "x": 20, "y": 30, "strength": 0.02, "width": 3},), steady=True
    )
    assert np.array_equal(engine.field("emission"), same.field("emission"))
    assert np.array_equal(exact_steady_state(engine.config).f, exact_steady_state(same.config).f)
    engine.command("reset_statistics")
    engine.advance(1000)
    assert np.abs(engine.field("f") - exact_steady_state(engine.config).f).max() <= 2 / 1000


def test_patterns_follow_moving_sources_and_live_changes_without_blowing_up():
    """A packet beside a source that is dragged about, with capacity and window changed meanwhile."""
    packet = {"id": "w", "kind": "packet", "x": 45, "y": 32, "extent": 6, "activity": 1e-3}
    engine = lattice(packet, {"id": "g", "kind": "geodesic", "x": 50, "y": 40}, dtype="float64")
    for step in range(40):
        engine.command("move_source", id="sun", x=32 + 10 * np.sin(step / 5), y=32)
        if step == 20:
            engine.set("capacity", 1.5)
            engine.set("ema_window", 500.0)
        engine.advance(25)
    assert engine.check() is None
    assert 0.8 < engine.scalars()["wave_energy_ratio"] < 1.05
    assert all(np.isfinite(v) for one in engine.patterns().values() for v in one.values())


def test_15_skipping_raw_ticks_is_unstable_and_told():
    """W = 1 lets a wave skip the ticks at which its node waits: energy grows several times in 380 ticks."""
    light = {"id": "w", "kind": "light", "x": 20, "y": 44, "velocity": [1, 0]}
    ratio = {}
    for window in (1.0, 1000.0):
        engine = lattice(light, side=97, sources=({**MASS, "strength": 0.03},), ema_window=window)
        engine.advance(380)
        ratio[window] = engine.scalars()["wave_energy_ratio"]
        told = " ".join(notice.sentence for notice in engine.events())
        if window == 1.0:
            assert "is unstable" in told
            assert "times that of its launch" in told
        else:
            assert told == ""
    assert ratio[1.0] > 3
    assert ratio[1000.0] == pytest.approx(1, abs=5e-3)


def test_a_window_that_becomes_too_short_is_told_once():
    engine = lattice({"id": "w", "kind": "light", "x": 20, "y": 44, "velocity": [1, 0]})
    engine.set("ema_window", 50.0)
    engine.set("ema_window", 40.0)
    assert [notice.number for notice in engine.events()] == [0]
    assert "50 ticks" in engine.events()[0].sentence
    kept = engine.state()
    engine.set("ema_window", 300.0)
    engine.restore(kept)
    assert len(engine.events()) == 1


def test_a_trail_ends_where_a_step_back_in_time_ended():
    engine = lattice({"id": "r", "kind": "ray", "x": 5, "y": 44, "velocity": [1, 0]})
    engine.advance(40)
    kept = engine.state()
    engine.advance(40)
    first = engine.trail("r")
    engine.restore(kept)
    assert engine.trail("r")[-1, 0] == 40
    engine.advance(40)
    assert np.array_equal(engine.trail("r"), first)


def test_a_checkpoint_brings_its_own_patterns():
    engine = lattice({"id": "w", "kind": "light", "x": 20, "y": 44, "velocity": [1, 0]})
    engine.advance(33)
    kept, psi = engine.state(), engine.field("psi")
    engine.command("set_patterns", patterns=[{"kind": "clock", "x": 1, "y": 1}])
    engine.advance(5)
    engine.restore(kept)
    assert np.array_equal(engine.field("psi"), psi)
    assert list(engine.patterns()) == ["w"]
    for name, wrong in (
        ("patterns", "{}"),
        ("patterns", "x"),
        ("notices", "[]"),
        ("psi", kept["psi"][:, :3]),
    ):
        with pytest.raises(BadInput):
            engine.restore({**kept, name: wrong})


def test_commands_refuse_what_is_not_there():
    engine = lattice({"id": "c", "kind": "clock", "x": 3, "y": 3})
    for command, args in (
        ("move_pattern", {"id": "d", "x": 1, "y": 1}),
        ("remove_pattern", {"id": "d"}),
        ("update_pattern", {"id": "c", "velocityy": 3}),
        ("add_pattern", {"kind": "packe", "x": 1, "y": 1}),
        ("add_pattern", {"id": "c", "kind": "clock", "x": 1, "y": 1}),
    ):
        with pytest.raises(BadInput):
            engine.command(command, **args)
    assert engine.command("add_pattern", kind="clock", x=1, y=1) == "p1"
    engine.command("remove_pattern", id="c")
    assert [one.id for one in engine.config.patterns] == ["p1"]


def test_the_table_of_patterns_is_a_field():
    engine = lattice({"id": "c", "kind": "clock", "x": 3, "y": 4}, {"id": "r", "kind": "ray", "x": 5, "y": 6,
                     "velocity": [0, 1]})  # fmt: skip
    engine.advance(7)
    table = engine.field("patterns")
    assert table.shape == (2, 8)
    assert table[0, :2].tolist() == [3, 4]
    assert table[0, 4] == engine.patterns()["c"]["count"]
    plain = create("gravity", {"nx": 9, "ny": 9})
    assert not {"psi", "pi", "patterns"} & set(plain.field_specs())
    with pytest.raises(BadInput):
        plain.field("patterns")


def test_a_test_body_leaves_a_steady_field_steady():
    """Only what changes the emission makes the field unsteady; a replay keeps the edit's tick in its bits."""
    runs = []
    for again in (False, True):
        engine = lattice(side=33, sources=({**MASS, "x": 16, "y": 16},))
        engine.advance(100)
        before = engine.scalars()["efolds"]
        assert before > 7
        if again:
            engine.restore(engine.state())
        for id, kind in (("c", "clock"), ("p", "packet"), ("r", "ray"), ("a", "agent")):
            engine.command("add_pattern", id=id, kind=kind, x=8, y=8, velocity=(0.5, 0))
        engine.command("move_pattern", id="c", x=9, y=20)
        engine.command("update_pattern", id="c", name="near")
        engine.command("remove_pattern", id="r")
        engine.advance(100)
        assert engine.scalars()["efolds"] > before
        runs.append(engine.state())
    assert runs[0]["edit_tick"] == runs[1]["edit_tick"] < 100
    assert np.array_equal(runs[0]["traffic"], runs[1]["traffic"])
    for change in (
        lambda: engine.command("update_pattern", id="a", activity=0.5),
        lambda: engine.command("move_pattern", id="a", x=20, y=20),
        lambda: engine.command("update_pattern", id="a", profile="gaussian"),
        lambda: engine.command("remove_pattern", id="a"),
    ):
        change()
        assert engine.scalars()["efolds"] == 0
        engine.advance(50)
