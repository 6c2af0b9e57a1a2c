"""The sampler: same samples whatever the display does, equal to NumPy, bounded, and never in the way."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tauscope.app.headless import drive
from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.probes import REDUCTIONS, Probe, cells_of, reduced
from tauscope.engine.sampler import Sampler, grid_specs, local_reader, profile_of
from tauscope.engine.world import World

N = 32
CONFIG = {
    "nx": N,
    "ny": N - 4,
    "sources": [{"id": "s1", "kind": "gaussian", "x": 12, "y": 14, "strength": 0.02, "width": 2}],
}
PROBES = (
    Probe("p1", "point", "f_live", 12, 14),
    Probe("p2", "line", "phi", 12, 14, 30, 20, "rms"),
    Probe("p3", "region", "traffic", 4, 4, 9, 11, "sum"),
    Probe("p4", "global", "emission_realized"),
    Probe("p5", "point", "tau", 20, 6),
    Probe("p6", "region", "f", 2, 2, 20, 20, "min"),
)


def make_world(**changes):
    return World.single("gravity", {**CONFIG, **changes})


def shown_run(rate, ticks, half):
    """Samples of a loop in a thread whose frames are taken as fast as they come, up to ``rate`` a second."""
    world, mailbox = make_world(), Mailbox()
    loop = Loop(world, mailbox)
    loop.display_interval = 1.0 / rate
    sampler = Sampler(PROBES)
    loop.trackers.append(sampler)
    stop, taken = threading.Event(), []

    def show():
        while not stop.wait(0.001):
            if (frame := mailbox.take()) is not None:
                taken.append(frame.macro_tick)

    threads = [threading.Thread(target=loop.run, args=(stop,)), threading.Thread(target=show)]
    for thread in threads:
        thread.start()
    loop.call(sampler.start).result(60)
    for end in (half, ticks):
        paused = threading.Event()
        loop.on_stopped = lambda _tick, paused=paused: paused.set()
        loop.run_to(end).result(60)
        assert paused.wait(30)
        if end == half:
            loop.submit(Command("gravity", "set", {"path": "survival", "value": 0.99})).result(60)
    stop.set()
    for thread in threads:
        thread.join(60)
    return sampler.data(), len(taken)


def test_samples_are_the_same_at_5_and_60_frames_a_second_and_without_a_window():
    ticks, half = 3000, 1400
    slow, few = shown_run(5, ticks, half)
    fast, many = shown_run(60, ticks, half)
    world, sampler = make_world(), Sampler(PROBES)
    sampler.start(world)
    drive(world, half, [sampler])
    world.apply(Command("gravity", "set", {"path": "survival", "value": 0.99}))
    drive(world, ticks - half, [sampler])
    bare = sampler.data()
    assert many > few
    np.testing.assert_array_equal(bare.ticks, np.arange(ticks + 1))
    for data in (slow, fast):
        assert data.ticks.tobytes() == bare.ticks.tobytes()
        for probe in PROBES:
            assert data.values[probe.id].tobytes() == bare.values[probe.id].tobytes()
    assert not any(np.isnan(series).any() for series in bare.values.values())


def test_samples_do_not_change_the_run():
    with_probes, without = make_world(), make_world()
    sampler = Sampler(PROBES)
    sampler.start(with_probes)
    drive(with_probes, 500, [sampler])
    without.advance(500)
    np.testing.assert_array_equal(
        with_probes.field("gravity", "traffic"), without.field("gravity", "traffic")
    )


def test_each_probe_equals_numpy_on_the_whole_field():
    world, sampler = make_world(), Sampler(PROBES)
    sampler.start(world)
    for _ in range(40):
        world.advance(1)
        sampler.sample(world)
        data = sampler.data(1)
        assert data.ticks.tolist() == [world.macro_tick]
        for probe in PROBES:
            value = data.values[probe.id][0]
            if probe.kind == "global":
                assert value == world.engine("gravity").scalars()[probe.quantity]
                continue
            field = world.field("gravity", probe.quantity)
            cells = field[cells_of(probe, N, N - 4)]
            assert value == (float(cells) if probe.kind == "point" else reduced(cells, probe.reduction))


@pytest.mark.parametrize("kind", ["line", "region"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reductions_of_lines_and_regions_equal_numpy(kind, reduction):
    world = make_world()
    world.advance(60)
    sampler = Sampler([Probe("p1", kind, "traffic", 3, 20, 17, 9, reduction)])
    sampler.start(world)
    sampler._append(world)
    field = world.field("gravity", "traffic").astype(np.float64)
    if kind == "region":
        cells = field[9:21, 3:18].ravel()
    else:
        share = np.linspace(0, 1, 15)
        cells = field[np.floor(20 - 11 * share + 0.5).astype(int), np.floor(3 + 14 * share + 0.5).astype(int)]
    wanted = np.sqrt((cells**2).mean()) if reduction == "rms" else getattr(np, reduction)(cells)
    assert sampler.data().values["p1"][-1] == pytest.approx(wanted, rel=1e-13)


@pytest.mark.parametrize("rule", ["airtime", "fluid"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", ["absorbing", "disc"])
def test_cells_read_alone_equal_those_of_the_whole_field(rule, dtype, boundary):
    size = {"nx": 33, "ny": 33, "disc_radius": 14.0} if boundary == "disc" else {}
    world = make_world(rule=rule, dtype=dtype, boundary=boundary, **size)
    indices = [(16, 12), (slice(2, 9), slice(4, 30)), (np.array([3, 0, 7]), np.array([1, 0, 16]))]
    for ticks in (0, 70):
        world.advance(ticks)
        for name in grid_specs(world, "gravity"):
            for index in indices:
                alone = local_reader(world, "gravity", name)(index)
                whole = world.field("gravity", name)[index]
                np.testing.assert_array_equal(alone, whole, err_msg=name)
                assert np.asarray(alone).dtype == np.asarray(whole).dtype
        world.engine("gravity").command("reset_statistics")


def test_oldest_samples_are_dropped_and_the_range_is_told():
    world, sampler = make_world(), Sampler(PROBES[:1], capacity=64)
    sampler.start(world)
    whole = [float(world.field("gravity", "f_live")[14, 12])]
    for _ in range(150):
        world.advance(1)
        sampler.sample(world)
        whole.append(float(world.field("gravity", "f_live")[14, 12]))
    data = sampler.data()
    assert data.ticks.tolist() == list(range(87, 151)) and data.dropped == 87
    assert data.values["p1"].tolist() == whole[-64:]


def test_a_stride_samples_its_multiples():
    world, sampler = make_world(), Sampler(PROBES[:1])
    world.advance(3)
    sampler.start(world)
    sampler.set_stride(world, 10)
    drive(world, 50, [sampler])
    assert sampler.data().ticks.tolist() == [10, 20, 30, 40, 50] and sampler.data().stride == 10
    for wrong in (0, -3):
        with pytest.raises(BadInput, match="1, 2"):
            sampler.set_stride(world, wrong)


def test_probes_may_come_go_and_move_without_harm_to_the_others():
    world, sampler = make_world(), Sampler(PROBES[:1])
    sampler.start(world)
    drive(world, 20, [sampler])
    first = sampler.data().values["p1"].copy()
    sampler.set_probes(world, PROBES[:2])
    assert np.isnan(sampler.data().values["p2"][:-1]).all() and not np.isnan(sampler.data().values["p2"][-1])
    drive(world, 10, [sampler])
    data = sampler.data()
    np.testing.assert_array_equal(data.values["p1"][:21], first)
    moved = Probe("p1", "point", "f_live", 3, 3)
    renamed = Probe("p2", "line", "phi", 12, 14, 30, 20, "rms", name="Cut", color="#ffffff")
    before = data.values["p2"].copy()
    sampler.set_probes(world, [moved, renamed])
    data = sampler.data()
    assert np.isnan(data.values["p1"][:-1]).all()
    np.testing.assert_array_equal(data.values["p2"], before)


def test_a_new_world_clears_and_a_step_back_drops_what_lies_ahead():
    world, sampler = make_world(), Sampler(PROBES[:1])
    sampler.start(world)
    drive(world, 20, [sampler])
    kept = world.state()
    drive(world, 30, [sampler])
    world.restore(kept)
    drive(world, 5, [sampler])
    assert sampler.data().ticks.tolist() == list(range(26))
    other = make_world()
    sampler.start(other)
    assert sampler.data().ticks.tolist() == [0]


def test_what_cannot_be_sampled_says_why_and_leaves_a_gap():
    world = make_world()
    outside, unknown = Probe("p7", "point", "f", 100, 3), Probe("p8", "global", "f_meen")
    sampler = Sampler([outside, unknown, PROBES[0]])
    sampler.start(world)
    data = sampler.data()
    assert "outside the lattice" in data.problems["p7"] and "f_mean" in data.problems["p8"]
    assert np.isnan(data.values["p7"]).all() and not np.isnan(data.values[PROBES[0].id]).all()


def test_a_light_tracker_leaves_the_check_to_the_end_of_the_chunk():
    world, sampler = make_world(), Sampler(PROBES[:1])
    sampler.start(world)
    checks = []
    real = world.check
    world.check = lambda: checks.append(world.macro_tick) or real()
    loop = Loop(world, Mailbox())
    loop.trackers.append(sampler)
    loop.step(100)
    while loop.turn() == 0.0 or loop.running:
        pass
    assert sampler.data().ticks.tolist() == list(range(101))
    assert 100 in checks and len(checks) < 60


def test_a_profile_is_the_line_of_each_field():
    world = make_world()
    world.advance(200)
    probe = Probe("p1", "line", "phi", 12, 14, 25, 14)
    profile = profile_of(world, probe, ["phi", "f_live"])
    assert profile.tick == 200
    np.testing.assert_array_equal(profile.r, np.arange(14.0))
    for name in ("phi", "f_live"):
        np.testing.assert_array_equal(profile.values[name], world.field("gravity", name)[14, 12:26])
    with pytest.raises(BadInput, match="field"):
        profile_of(world, probe, ["psi"])
    with pytest.raises(BadInput, match="line"):
        profile_of(world, PROBES[0], ["f"])


def test_a_probe_of_a_cluster_samples_its_order_at_every_tick():
    config = {"geometry": "ring", "oscillators_per_cluster": 8}
    world = World.single("kuramoto", {**config, "frequencies": {"kind": "gaussian", "scale": 0.3}})
    probes = [
        Probe("p1", "cluster", "R", 5, engine="kuramoto"),
        Probe("p2", "cluster", "psi", 5, engine="kuramoto"),
        Probe("p3", "cluster", "R", 7, engine="kuramoto"),
        Probe("p4", "cluster", "theta", 1, engine="kuramoto"),
    ]
    sampler = Sampler(probes)
    sampler.start(world)
    expected = [world.engine("kuramoto").field("Z")[5]]
    for _ in range(5):
        world.advance(1)
        sampler.sample(world)
        expected.append(world.engine("kuramoto").field("Z")[5])
    data = sampler.data()
    np.testing.assert_array_equal(data.values["p1"], np.abs(expected))
    np.testing.assert_array_equal(data.values["p2"], np.angle(expected))
    assert data.units["p2"] == "rad"
    assert "does not exist" in data.problems["p3"] and "0 to 6" in data.problems["p3"]
    assert "field of clusters" in data.problems["p4"]
    with pytest.raises(BadInput, match="no cells"):
        cells_of(probes[0], 8, 8)
