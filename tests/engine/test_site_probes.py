"""Probes of sites of a torus of nine axes, and the spectrum, dials and brick watch that live on them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.planes import Plane
from tauscope.engine.probes import SITE_FIELDS, Probe, cells_of, dump_probes, load_probes, site_of
from tauscope.engine.sampler import Sampler
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.activity import brick_of
from tauscope.engine.ufie.analysis.brick_watch import BrickWatch, shown_share
from tauscope.engine.ufie.analysis.dispersion import axis_eigenvalue, leapfrog_frequency
from tauscope.engine.ufie.analysis.phase_torus import PhaseTorus, dials_of, expected_dials
from tauscope.engine.ufie.analysis.resonances import box_fill
from tauscope.engine.ufie.analysis.site_series import (
    SiteSeries,
    SiteWindow,
    lattice_lines,
    site_spectrum,
    stride_of,
)
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.world import World

SHAPE = [3, 1, 1, 1, 1, 1, 12, 10, 3]
SITE = (1, 0, 0, 0, 0, 0, 5, 4, 2)
START = {"kind": "random", "amplitude": 1.0}


def world(**config):
    return World.single("ufie", {"shape": SHAPE, "start": START, **config}, seed=4)


def site(quantity, place=SITE, key="p1"):
    return Probe(key, "site", quantity, engine="ufie", site=place)


def test_every_quantity_of_a_site_equals_the_field_at_every_step():
    run = world(emitters="golden")
    probes = tuple(site(name, key=f"p{k}") for k, name in enumerate(SITE_FIELDS))
    sampler = Sampler(probes)
    sampler.start(run)
    seen = []
    for _ in range(7):
        run.advance(1)
        sampler.sample(run)
        engine = run.engine("ufie")
        psi, velocity = engine.field("psi")[SITE], engine.field("velocity")[SITE]
        r, s = engine.field("resonance")[SITE], engine.field("state_index")[SITE]
        seen.append([abs(psi), np.angle(psi), psi.real, psi.imag, abs(velocity), r, s])
    data = sampler.data()
    assert not data.problems
    found = np.array([data.values[probe.id][1:] for probe in probes]).T
    wanted = np.array(seen, np.float64)
    assert np.array_equal(found[:, [2, 3, 5, 6]], wanted[:, [2, 3, 5, 6]])
    assert np.allclose(found, wanted, rtol=1e-6)  # the modulus of one number is rounded in another way
    assert data.units["p1"] == "rad" and data.units["p4"] == "1/s" and data.labels["p2"] == "Re Ψ"


def test_samples_do_not_depend_on_how_the_run_is_cut():
    """As at 5 and at 60 frames a second: the loop samples at ticks, whatever it publishes."""
    found = []
    for interval in (1 / 5, 1 / 60):
        loop = Loop(world(emitters="golden"), Mailbox())
        loop.display_interval = interval
        sampler = Sampler([site("real"), site("imaginary", key="p2")])
        sampler.start(loop.world)
        loop.trackers.append(sampler)
        loop.step(40)
        while loop.turn() == 0 or loop.running:
            loop.mailbox.take()
        data = sampler.data()
        assert data.ticks.tolist() == list(range(41))
        found.append(np.array([data.values["p1"], data.values["p2"]]))
    assert np.array_equal(found[0], found[1])


def test_a_site_in_a_file_comes_back_and_wrong_ones_are_refused():
    text = json.dumps(dump_probes([site("amplitude"), Probe("p2", "global", "H", engine="ufie")]))
    assert load_probes(json.loads(text)) == (site("amplitude"), Probe("p2", "global", "H", engine="ufie"))
    assert "site" not in json.loads(text)[1]
    good = {"kind": "site", "quantity": "real", "site": list(SITE), "engine": "ufie"}
    for entry, key in (
        ({**good, "site": [0, 0]}, "probes.0.site"),
        ({**good, "site": [0.5] * 9}, "probes.0.site"),
        ({**good, "site": [-1, *SITE[1:]]}, "probes.0.site"),
        ({**good, "quantity": "psi"}, "probes.0.quantity"),
        ({**good, "kind": "point"}, "probes.0.site"),
    ):
        with pytest.raises(BadInput) as refused:
            load_probes([entry])
        assert refused.value.key == key
    with pytest.raises(BadInput, match="outside the torus"):
        site_of(site("real", (0, 0, 0, 0, 0, 0, 12, 0, 0)), SHAPE)
    with pytest.raises(BadInput):
        cells_of(site("real"), 8, 8)


def test_a_site_outside_the_torus_or_of_a_lattice_is_a_problem_and_not_an_end():
    run = world(emitters=[])
    far = site("real", (2, 0, 0, 0, 0, 0, 50, 0, 0))
    sampler = Sampler([far, Probe("p2", "site", "real", engine="ufie", site=SITE)])
    sampler.start(run)
    data = sampler.data()
    assert "outside the torus" in data.problems["p1"] and math.isnan(data.values["p1"][0])
    assert np.isfinite(data.values["p2"][0])
    lattice = World.single("gravity", {"nx": 8, "ny": 8})
    sampler = Sampler([Probe("p1", "site", "real", site=SITE)])
    sampler.start(lattice)
    assert "no sites of nine axes" in sampler.data().problems["p1"]


# -- spectrum


def spectrum_of(run, steps, length, sides="real", averaged=True, place=SITE):
    series = SiteSeries("ufie", place)
    series.start(run)
    for _ in range(steps):
        run.advance(1)
        series.sample(run)
    return series.data(), site_spectrum(series.data(), length, sides, averaged)


def test_a_single_tone_peaks_within_a_bin_at_the_power_of_the_exact_response():
    """A uniform complex drive of frequency f makes the linear, damped uniform mode answer in closed form.

    For the leapfrog with its exact damping: (z - 1) psi = dt u_next, u_next = d2 u + g2 (-m^2 psi + E).
    """
    f, A, alpha, dt, steps = 31.0, 200.0, 10.0, 5e-4, 6000
    tone = {"name": "tone", "frequency": f, "amplitude": A, "profile": "uniform", "ramp": 0, "complex": True}
    shape = [1, 1, 1, 1, 1, 1, 8, 8, 1]
    config = {"shape": shape, "emitters": [{**tone, "zero_mean": False}], "alpha": alpha, "resonance": 0.0}
    config |= {"beta": 0.0, "dt": dt, "c0": 100.0, "precision": "precise", "start": {"kind": "zero"}}
    run = world(**config)
    m = UfieConfig.load(config).mass_rate
    data, found = spectrum_of(run, steps, 4000, "both", averaged=False, place=(0,) * 6 + (3, 3, 0))
    assert data.interval == pytest.approx(dt, rel=1e-9)
    assert found.bin == pytest.approx(1 / (4000 * dt)) and abs(found.peak - f) < found.bin
    z = np.exp(2j * np.pi * f * dt)
    d2 = math.exp(-alpha * dt)
    g2 = 0.5 * (1 + d2) * dt
    exact = abs(dt * g2 * A / ((z - 1) * (1 - d2 / z) + dt * g2 * m**2))
    # exp(-alpha t/2) of the start is below 1e-4 from 2 s on; 31 Hz is a whole number of bins here
    assert found.peak_power == pytest.approx(exact**2, rel=1e-2)


def test_a_free_wave_peaks_at_the_frequency_of_the_leapfrog_and_both_sides_tell_its_turn():
    waves = [0, 0, 0, 0, 0, 0, 1, 0, 0]
    start = {"kind": "plane", "amplitude": 1.0, "waves": waves}
    run = world(emitters=[], start=start, alpha=0.0, beta=0.0, c0=300.0, precision="precise")
    config = run.engine("ufie").config
    _, found = spectrum_of(run, 4000, 4000, "both")
    exact = leapfrog_frequency(axis_eigenvalue(12, 1), 300.0, config.dt, config.mass_rate) / (2 * math.pi)
    assert abs(abs(found.peak) - exact) < 0.05 * found.bin
    assert lattice_lines(config)["x 1"] == pytest.approx(exact)
    assert set(lattice_lines(config)) == {"m", "x 1", "y 1", "rz 1", "band top"}
    mirror = found.power[np.argmin(abs(found.frequency + found.peak))]
    assert mirror < 1e-8 * found.peak_power


def test_averages_bins_and_units_are_those_of_welch():
    t = 1e-3 * np.arange(4096)
    values = 3.0 * np.cos(2 * np.pi * 125.0 * t) + 0j
    one = site_spectrum(SiteWindow(values, 1e-3, 9), 1024)
    assert one.segments == 7 and one.bin == pytest.approx(1 / 1.024) and one.span == pytest.approx(1.024)
    assert one.peak == pytest.approx(125.0, abs=1e-6) and one.peak_power == pytest.approx(4.5, rel=1e-6)
    last = site_spectrum(SiteWindow(values, 1e-3, 9), 1024, averaged=False)
    assert last.segments == 1
    with pytest.raises(BadInput, match="too few"):
        site_spectrum(SiteWindow(values[:9], 1e-3, 9), 1024)
    with pytest.raises(BadInput, match="not finite"):
        site_spectrum(SiteWindow(np.full(64, np.nan + 0j), 1e-3, 9), 64)


def test_the_series_begins_anew_where_spacing_or_the_world_changes():
    run = world(emitters=[])
    series = SiteSeries("ufie", SITE, capacity=16)
    series.start(run)
    for _ in range(20):
        run.advance(1)
        series.sample(run)
    assert len(series.data().values) == 16
    newest = run.engine("ufie").field("psi")[SITE]
    assert series.data(1).values[0] == newest
    run.engine("ufie").set("dt", 1e-4)
    for _ in range(3):
        run.advance(1)
        series.sample(run)
    assert len(series.data().values) < 5 and series.data().interval == pytest.approx(1e-4)
    series.sample(world(emitters=[]))
    assert len(series.data().values) == 1 and series.data().tick == 0
    outside = SiteSeries("ufie", (9,) * 9)
    outside.start(run)
    assert "outside" in outside.data().problem and outside.next_due(3) is None


def test_samples_are_taken_as_seldom_as_the_band_allows():
    config = UfieConfig.load({"shape": SHAPE, "emitters": [], "c0": 600.0, "mass": 0.0})
    top = 600.0 * math.sqrt(3 + 4 + 4 + 3) / (2 * math.pi)
    assert stride_of(config, 2.5e-4) == math.floor(1 / (2 * top * 2.5e-4)) == 5
    golden_array = config.with_value("emitters", golden.array())
    assert stride_of(golden_array, 2.5e-4) == math.floor(1 / (6 * golden.frequency("e8") * 2.5e-4)) == 4
    assert stride_of(config, 1.0) == 1
    run = world(emitters=[])
    series = SiteSeries("ufie", SITE, stride=5)
    run.advance(3)
    series.start(run)
    for due in (5, 10, 15):
        assert series.next_due(run.macro_tick) == due
        run.advance(due - run.macro_tick)
        series.sample(run)
    assert len(series.data().values) == 3 and series.data().interval == pytest.approx(5 * 2.5e-4)


# -- dials


def test_dials_of_the_running_drive_are_the_formulas_angles_and_stand():
    run = world(emitters="golden", dphi=2.0)
    run.advance(1234)
    dials = dials_of(run.engine("ufie").tones())
    assert [dial.names[0] for dial in dials] == ["e1", "e2", "e3", "e4", "e5", "e6"]
    assert np.allclose([dial.angle for dial in dials], [50, 46, 38, 34, 26, 18], atol=1e-9)
    assert np.allclose([dial.angle for dial in dials], expected_dials(2.0), atol=1e-9)
    assert all(dial.locked for dial in dials)


def test_a_detuned_tone_lets_its_dials_turn_at_the_rate_of_the_difference():
    array = golden.array()
    array[2] |= {"detune": 1e-3}
    run = world(emitters=array)
    engine = run.engine("ufie")
    before = dials_of(engine.tones())
    run.advance(400)
    after = dials_of(engine.tones())
    extra = 1e-3 * golden.frequency("e3")
    assert [dial.locked for dial in after] == [False, False, False, True, True, True]
    assert np.allclose([dial.rate for dial in after[:3]], [-extra, extra, extra], rtol=1e-6)
    turned = 360.0 * extra * 400 * engine.config.dt
    moved = np.array([b.angle - a.angle for a, b in zip(before, after, strict=True)])
    assert np.allclose(moved[:3], [-turned, turned, turned], atol=1e-9)
    assert np.allclose(moved[3:], 0.0, atol=1e-9)


def test_dials_without_their_emitters_are_blank():
    dials = dials_of(world(emitters=golden.array()[:4]).engine("ufie").tones())
    assert [math.isnan(dial.angle) for dial in dials] == [False, False, True, True, True, True]
    assert all(math.isnan(dial.angle) for dial in dials_of(None))


def filled(run, steps):
    torus = PhaseTorus("ufie")
    torus.start(run)
    while run.macro_tick < steps:
        due = torus.next_due(run.macro_tick)
        run.advance(due - run.macro_tick)
        torus.sample(run)
    return torus.data()


TINY = {"shape": [1, 1, 1, 1, 1, 1, 4, 1, 1], "start": {"kind": "zero"}, "c0": 10.0, "dt": 5e-4}


def test_golden_tones_fill_the_plane_they_lie_on_and_no_more():
    run = world(emitters=golden.array()[:3], dphi=0.0, **TINY)
    found = filled(run, 64 * 1500)
    # 0 to 48 s: the orbit of rank 2 has gone through nearly all boxes of its plane, and can reach no others
    assert 0.12 < found.share <= 0.125
    assert found.steps == 64 * 1500 and found.orbit[0][2] == pytest.approx(golden.frequency("e3"))
    assert box_fill(*found.orbit) == pytest.approx(0.125, abs=0.07)


def test_detuned_tones_leave_the_plane_and_a_change_begins_anew():
    array = golden.array()[:3]
    array[2] |= {"detune": 1e-2}
    run = world(emitters=array, dphi=0.0, **TINY)
    found = filled(run, 64 * 500)
    assert found.share > 0.3 and box_fill(*found.orbit) == 1.0
    torus = PhaseTorus("ufie")
    torus.start(run)
    run.advance(64)
    torus.sample(run)
    assert torus.data().steps == 64
    run.apply(Command("ufie", "set", {"path": "dphi", "value": 1.0}))
    run.advance(64)
    torus.sample(run)
    assert torus.data().steps == 0 and torus.data().share == pytest.approx(1 / 4096)


def test_the_boxes_are_those_of_every_single_step():
    run = world(emitters="golden")
    torus = PhaseTorus("ufie")
    torus.start(run)
    boxes = set()
    engine = run.engine("ufie")
    for step in range(129):
        tones = engine.tones()
        boxes.add(tuple(int(tones.phases[k]) >> 60 for k in range(3)))
        if step == 128:
            break
        run.advance(1)
        if run.macro_tick % 64 == 0:
            torus.sample(run)
    assert torus.data().share == len(boxes) / 4096


# -- bricks

ACTIVE = {
    "shape": [3, 1, 1, 1, 1, 6, 12, 10, 3],
    "emitters": [],
    "active": {"on": True, "every": 10, "grow_above": 1e-2, "prune_below": 1e-4},
    "start": {"kind": "gaussian", "amplitude": 1.0, "sigma": 1.0},
    "c0": 200.0,
}


def test_the_watch_counts_what_grows_and_is_pruned():
    run = world(**ACTIVE)
    engine = run.engine("ufie")
    watch = BrickWatch("ufie")
    watch.start(run)
    before, grown, gone = set(engine.bricks().tolist()), 0, 0
    for _ in range(30):
        run.advance(10)
        watch.sample(run)
        now = set(engine.bricks().tolist())
        grown, gone, before = grown + len(now - before), gone + len(before - now), now
    state = watch.data()
    assert (state.grown, state.pruned) == (grown, gone) and grown > 0
    assert state.bricks.tolist() == sorted(before) and state.share == len(before) / state.total
    assert state.tick == 300 and watch.next_due(300) == 310
    assert state.energy == pytest.approx(engine.scalars_of({"W_geom"})["W_geom"], abs=1e-9)
    idle = BrickWatch("ufie")
    idle.start(world(emitters=[]))
    assert idle.next_due(0) is None and idle.data().shape == ()


@pytest.mark.parametrize("axes", [("x", "y"), ("w", "r"), ("z", "x"), ("r", "z")])
@pytest.mark.parametrize("mode", ["index", "max"])
def test_the_map_says_which_bricks_are_behind_each_pixel(axes, mode):
    run = world(**ACTIVE)
    watch = BrickWatch("ufie")
    watch.start(run)
    state = watch.data()
    shape = tuple(ACTIVE["shape"])
    there = np.isin(brick_of(np.arange(math.prod(shape)), shape), state.bricks).reshape(shape)
    index = (2, 0, 0, 0, 0, 3, 6, 5, 1)
    across, up = (AXES.index(name) for name in axes)
    others = tuple(a for a in range(9) if a not in (across, up))
    if mode == "index":
        wanted = there[tuple(slice(None) if a in (across, up) else index[a] for a in range(9))].astype(float)
    else:
        wanted = there.mean(axis=others)
    wanted = wanted if up < across else wanted.T
    assert np.allclose(shown_share(state, Plane(axes, index, mode)), wanted)
