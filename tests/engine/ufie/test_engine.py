"""The wave engine beside its reference: motion, edits, slices, scalars, commands and checkpoints."""

from __future__ import annotations

import itertools
import math
from typing import Any, cast

import numpy as np
import pytest

from tauscope.engine.base import hash_state
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.registry import create
from tauscope.engine.ufie import metric
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.engine.ufie.drive import Drive, tuning_words
from tauscope.engine.ufie.emitters import dense, support
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.engine.ufie.exact import ExactWave
from tauscope.engine.ufie.reference import WaveReference

SMALL: dict[str, Any] = {
    "shape": [3, 1, 1, 1, 1, 1, 6, 5, 3],
    "precision": "precise",
    "c0": 300.0,
    "beta": 20.0,
    "start": {"kind": "random", "amplitude": 0.2},
    "lens": {"height": 0.7, "width": 1.5},
}
TONE = {"name": "tone", "frequency": 40.0, "ramp": 0.01, "amplitude": 3e4}


def make(seed: int = 3, **entries: Any) -> UfieEngine:
    return cast(UfieEngine, create("ufie", {**SMALL, **entries}, seed=seed))


def reference(engine: UfieEngine) -> tuple[WaveReference, Drive, list[np.ndarray[Any, Any]]]:
    """The reference at the present field of an engine, with its emitters."""
    c = engine.config
    made = WaveReference(
        metric.geometry(c.shape, c.metric),
        c.dt,
        c0=c.c0,
        damping=c.alpha * (1.0 - engine.field("resonance")),
        state_index=engine.field("state_index"),
        beta=c.beta,
        mass=c.mass_rate,
        saturation=c.saturation,
    )
    mu = (1.0 + engine.field("state_index")) ** 2 * metric.volume(c.shape, c.metric)
    weights = [dense(support(e, c.shape, mu), c.shape) for e in c.emitters]
    made.start(engine.field("psi"), engine.field("velocity"))
    return made, Drive(c), weights


@pytest.mark.parametrize("kind", ["flat", "diagonal", "rank1", "full"])
@pytest.mark.parametrize("saturation", [None, 0.3])
def test_the_engine_moves_as_its_reference(kind: str, saturation: float | None) -> None:
    engine = make(
        metric={"kind": kind}, emitters=[TONE, {"name": "e5", "amplitude": 2e4}], saturation=saturation
    )
    other, drive, weights = reference(engine)
    for step, values in enumerate(drive.values(150, (0, 1))):
        other.step(sum(v * w for v, w in zip(values, weights, strict=True)))
        if step % 50 == 49:
            engine.advance(50)
            np.testing.assert_allclose(engine.field("psi"), other.psi, rtol=0, atol=1e-13)
    balance = other.balance(sum(v * w for v, w in zip(drive.values(151, (0, 1))[-1], weights, strict=True)))
    assert engine.scalar("H") == pytest.approx(balance.H, rel=1e-12)
    assert engine.scalar("H_hat") == pytest.approx(balance.H_hat, rel=1e-12)
    # The kernels have friction as exp(-gamma dt), which leaves eleven digits of gamma.
    assert engine.scalar("P_diss") == pytest.approx(balance.power_diss, rel=1e-9)
    assert engine.scalar("P_in") == pytest.approx(balance.power_in, rel=1e-9)


def test_the_exact_integrator_moves_as_exact_modes() -> None:
    engine = make(integrator="etd", emitters=[], lens={}, state_index=0.5)
    c = engine.config
    other = ExactWave(c.shape, c.dt, c=200.0, damping=0.05, beta=c.beta, mass=c.mass_rate)
    other.psi, other.velocity = engine.field("psi"), engine.field("velocity")
    for _ in range(50):
        other.step()
    engine.advance(50)
    np.testing.assert_allclose(engine.field("psi"), other.psi, atol=1e-14)
    assert engine.scalar("H") == pytest.approx(2.25 * other.energy(), rel=1e-12)
    assert engine.scalar("residual") < 1e-6


def test_the_exact_integrator_agrees_with_the_leapfrog_where_the_cubic_saturates() -> None:
    """Half the step, a quarter of the distance; another saturation goes elsewhere."""
    given: dict[str, Any] = {
        "beta": 1000.0,
        "saturation": 10.0,
        "emitters": [TONE],
        "lens": {},
        "scram": {"on": False},
        "start": {"kind": "gaussian", "amplitude": 30.0, "sigma": 1.5},
    }

    def end(dt: float, **other: Any) -> np.ndarray[Any, Any]:
        engine = make(dt=dt, **{**given, **other})
        engine.advance(round(0.005 / dt))
        return engine.field("psi")

    exact = [end(dt, integrator="etd") for dt in (1e-4, 5e-5)]
    far, near = (np.abs(end(dt) - psi).max() for dt, psi in zip((1e-4, 5e-5), exact, strict=True))
    assert far / near == pytest.approx(4.0, rel=0.1)  # the next order in dt
    assert near < 1e-4 * np.abs(exact[1] - end(5e-5, integrator="etd", saturation=20.0)).max()


def test_the_literal_kernel_gains_energy_and_ours_does_not() -> None:
    gained = []
    for integrator in ("kdk", "literal"):
        engine = make(integrator=integrator, emitters=[], lens={}, beta=0.0, alpha=0.0)
        before = engine.scalar("H")
        engine.advance(200)
        gained.append(engine.scalar("H") / before)
    assert gained[0] == pytest.approx(1.0, abs=0.05)
    assert gained[1] > 2.0


@pytest.mark.parametrize("precision", ["precise", "fast"])
def test_energy_is_accounted_for_through_every_edit(precision: str, tolerances: Any) -> None:
    limit = tolerances["ufie"]["engine"]["residual" if precision == "precise" else "residual_fast"]
    engine = make(precision=precision, beta=0.0, metric={"kind": "full"}, emitters=[TONE, {"name": "e2"}])
    steps: list[Any] = [
        ("set", "dphi", 2.0),
        ("set", "alpha", 3.0),
        ("set", "c0", 200.0),
        ("set", "mass", 9.0),
        ("set", "dt", 1e-4),
        ("set", "metric.strength", 1.5),
        ("set", "emitters.tone.position", [1, 0, 0, 0, 0, 0, 2, 2, 1]),
        ("set", "emitters.e2.on", False),
        ("set", "resonance", 0.1),
        ("paint_field", {"name": "state_index", "x": 1, "y": 1, "patch": [[0.5, 2.0], [0.1, 0.3]]}),
        ("inject", {"amplitude": 0.3, "phase": 1.0}),
        ("set_field", {"name": "velocity", "value": 1.0}),
    ]
    for step in steps:
        if step[0] == "set":
            engine.set(step[1], step[2])
        else:
            engine.command(step[0], **step[1])
        velocity = engine.field("velocity")
        engine.advance(37)
        assert engine.scalar("residual") < limit, step
        assert np.isfinite(velocity).all()
    assert engine.scalar("W_inject") != 0.0
    assert engine.scalar("W_geom") != 0.0


@pytest.mark.parametrize(("path", "value"), [("c0", 200.0), ("dt", 1e-4), ("dphi", 3.0), ("alpha", 5.0)])
def test_an_edit_keeps_field_and_velocity(path: str, value: float) -> None:
    engine = make(emitters=[{**TONE, "ramp": 0.0, "prime": 20.0}])
    engine.advance(33)
    psi, velocity = engine.field("psi"), engine.field("velocity")
    engine.set(path, value)
    np.testing.assert_array_equal(engine.field("psi"), psi)
    np.testing.assert_allclose(engine.field("velocity"), velocity, rtol=1e-12, atol=1e-11)


def test_time_goes_on_through_changes_of_the_step() -> None:
    engine = make()
    engine.advance(100)
    engine.set("dt", 1e-4)
    assert engine.time == pytest.approx(0.025)
    engine.advance(100)
    assert engine.time == pytest.approx(0.035)


# -- reading


def test_all_pairs_of_axes_equal_numpy() -> None:
    shape = (2, 3, 2, 3, 2, 3, 4, 5, 3)
    engine = make(
        shape=shape, c0=100.0, lens={}, beta=0.0, emitters=[], start={"kind": "random", "amplitude": 1.0}
    )
    engine.command("paint_field", name="state_index", x=1, y=2, patch=[[0.5, 1.0]], index={"z": 1})
    engine.advance(5)
    at = (1, 2, 0, 1, 1, 2, 3, 4, 1)
    for first, second in itertools.permutations(range(9), 2):
        index = tuple(slice(None) if axis in (first, second) else at[axis] for axis in range(9))
        others = tuple(axis for axis in range(9) if axis not in (first, second))
        names = (AXES[first], AXES[second])
        where = {name: at[axis] for axis, name in enumerate(AXES) if name not in names}
        for name in ("psi", "amplitude", "phase", "velocity", "state_index"):
            whole = engine.field(name)
            cut = whole[index] if first < second else whole[index].T
            np.testing.assert_array_equal(engine.slice(names, where, "index", name), cut)
        psi = engine.field("psi")
        for mode, expected in (
            ("max", np.abs(psi).max(axis=others)),
            ("sum", psi.sum(axis=others)),
            ("rms", np.sqrt((np.abs(psi) ** 2).mean(axis=others))),
        ):
            found = engine.slice(names, (0,) * 9, mode)
            np.testing.assert_allclose(
                found, expected if first < second else expected.T, rtol=1e-12, atol=1e-12
            )


def test_a_part_equals_numpy_for_any_index() -> None:
    engine = make()
    engine.advance(3)
    whole = engine.field("psi")
    for index in (
        (1,),
        (slice(None), 0, 0, 0, 0, 0, slice(1, 5, 2), -1),
        (0, ..., 2),
        (np.array([0, 2]), 0),
        (slice(None, None, -1),),
        (),
    ):
        np.testing.assert_array_equal(engine.field_at("psi", index), whole[index])
        np.testing.assert_array_equal(engine.field_at("amplitude", index), np.abs(whole)[index])


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"axes": ("x", "x")}, "axes"),
        ({"axes": ("x", "q")}, "axes"),
        ({"index": {"r": 3}}, "index.r"),
        ({"index": (0,) * 8}, "index"),
        ({"mode": "mean"}, "mode"),
        ({"name": "psy"}, "name"),
    ],
)
def test_slices_that_cannot_be_are_refused(arguments: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        make().slice(**arguments)
    assert caught.value.key == key


def test_a_frame_of_a_slice_copies_no_more_than_the_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    from tauscope.engine.base import FrameRequest
    from tauscope.engine.world import World

    engine = make()
    whole = engine.field("psi")
    monkeypatch.setattr(engine._body.wave, "psi", lambda: pytest.fail("the whole field was copied"))
    for name, expected in (("psi", whole), ("amplitude", np.abs(whole))):
        request = FrameRequest(name, "ufie", (0, 0, 0, 0, 0, 0, None, None, 1))
        frame = World({"ufie": engine}).frame([request])
        np.testing.assert_array_equal(frame.arrays[request], expected[0, 0, 0, 0, 0, 0, :, :, 1])
    engine.slice(("x", "z"))


def test_scalars_measure_what_they_say() -> None:
    engine = make(emitters=[], lens={}, start={"kind": "uniform", "amplitude": 0.25})
    m = engine.config.mass_rate
    assert engine.scalar("H") == pytest.approx(
        270 * (0.5 * m**2 * 0.25**2 - 0.25 * 20.0 * 0.25**4), rel=1e-12
    )
    assert engine.scalar("max_amplitude") == 0.25
    square = m**2 + 300.0**2 * 4 * math.sin(math.pi / 6) ** 2
    assert engine.scalar("nu") == pytest.approx(20.0 * 0.25**2 / square)
    assert engine.scalar("active_sites") == 270.0
    assert engine.scalar("amplitude_limit") == pytest.approx(0.5 * m / math.sqrt(20.0))
    assert math.isnan(make(beta=0.0).scalar("amplitude_limit"))


# -- commands


@pytest.mark.parametrize(
    ("name", "arguments", "key"),
    [
        ("set_field", {"name": "phase", "value": 0.0}, "name"),
        ("set_field", {"name": "psi", "value": [1.0, 2.0]}, "value"),
        ("set_field", {"name": "psi", "value": math.nan}, "value"),
        ("set_field", {"name": "resonance", "value": 1.5}, "value"),
        ("set_field", {"name": "state_index", "value": "much"}, "value"),
        ("paint_field", {"name": "psi", "x": 0, "y": 0, "patch": [[1.0]]}, "name"),
        ("paint_field", {"name": "resonance", "x": 6, "y": 0, "patch": [[1.0]]}, "x"),
        ("paint_field", {"name": "resonance", "x": 0, "y": 0, "patch": [[2.0]]}, "value"),
        ("paint_field", {"name": "resonance", "x": 0, "y": 0, "patch": []}, "patch"),
        ("paint_field", {"name": "resonance", "x": 0, "y": 0, "patch": [[1]], "index": {"x": 1}}, "index"),
        ("inject", {"amplitude": math.inf}, "amplitude"),
        ("inject", {"amplitude": 1.0, "position": [0] * 8}, "position"),
        ("inject", {"amplitude": 1.0, "position": {"x": 6}}, "position.x"),
        ("acknowledge", {"loudly": True}, "acknowledge"),
    ],
)
def test_what_a_command_refuses_changes_nothing(name: str, arguments: dict[str, Any], key: str) -> None:
    engine = make()
    engine.advance(7)
    before = hash_state(engine.state())
    with pytest.raises(BadInput) as caught:
        engine.command(name, **arguments)
    assert caught.value.key == key
    assert hash_state(engine.state()) == before


def test_paint_goes_through_the_axes_that_are_not_cut() -> None:
    engine = make(lens={})
    patch = [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]
    engine.command("paint_field", name="state_index", x=2, y=1, patch=patch, index={"z": 2})
    found = engine.field("state_index")
    np.testing.assert_array_equal(found[1, 0, 0, 0, 0, 0, 2:4, 1:4, 2], np.transpose(patch))
    assert found[..., :2].max() == 0.0
    assert np.ptp(found, axis=0).max() == 0.0
    engine.command("paint_field", name="resonance", x=0, y=0, patch=patch, axes=("z", "r"))
    np.testing.assert_array_equal(engine.field("resonance")[:, 0, 0, 0, 0, 0, 4, 3, :2], patch)
    engine.set("state_index", 0.25)
    assert (engine.field("state_index") == 0.25).all()


def test_injection_adds_a_gaussian_and_keeps_the_velocity() -> None:
    engine = make(emitters=[], lens={})
    engine.advance(9)
    psi, velocity = engine.field("psi"), engine.field("velocity")
    engine.command("inject", amplitude=0.5, phase=math.pi / 2, position={"x": 1, "y": 1, "z": 0}, sigma=0.5)
    added = engine.field("psi") - psi
    assert added[1, 0, 0, 0, 0, 0, 1, 1, 0] == pytest.approx(0.5j)
    assert added[1, 0, 0, 0, 0, 0, 2, 1, 0] == pytest.approx(0.5j * math.exp(-2.0))
    np.testing.assert_allclose(engine.field("velocity"), velocity, atol=1e-10)


def test_the_medium_of_the_exact_integrator_stays_uniform() -> None:
    engine = make(integrator="etd", lens={})
    with pytest.raises(BadInput, match="same medium"):
        engine.command("paint_field", name="state_index", x=0, y=0, patch=[[1.0]])
    engine.command("set_field", name="state_index", value=0.5)


def test_a_change_of_emitters_keeps_the_phases_of_those_that_stay() -> None:
    engine = make(emitters=[TONE, {"name": "e5"}])
    engine.advance(100)
    phase = engine.state()["phases"]
    engine.set("emitters", [{"name": "e7"}, {**TONE, "amplitude": 5.0}])
    # A new one comes in as if it had sounded since the start.
    new = np.uint64(100) * tuning_words(engine.config.emitters, engine.config.dt)[:1]
    assert engine.state()["phases"].tolist() == [int(new.view(np.int64)[0]), phase[0]]
    assert all(len(entry["phases"]) == 2 for entry in engine._guard.ring.entries)
    kept = engine.state()
    engine.advance(50)
    end = hash_state(engine.state())
    other = make(emitters=[TONE, {"name": "e5"}])
    other.restore(kept)
    other.advance(50)
    assert hash_state(other.state()) == end


CHANGES: dict[str, Any] = {
    "frequency": 25.0,
    "detune": 0.1,
    "amplitude": 2e4,
    "phase": 1.0,
    "prime": 40.0,
    "sigma": 2.0,
    "profile": "uniform",
    "ramp": 0.3,
    "complex": True,
    "on": False,
    "zero_mean": False,
    "position": [0, 0, 0, 0, 0, 0, 1.5, 2, 1],
}


def test_every_live_entry_of_an_emitter_is_tried() -> None:
    live = {leaf.path for leaf in leaves(EmitterConfig) if leaf.live}
    assert set(CHANGES) == live | {"position"}


@pytest.mark.parametrize("entry", CHANGES)
def test_an_entry_of_an_emitter_acts_at_once(entry: str) -> None:
    changed, untouched = (make(emitters=[TONE]) for _ in range(2))
    for engine in (changed, untouched):
        engine.advance(20)
    changed.set(f"emitters.tone.{entry}", CHANGES[entry])
    assert changed.config.dump()["emitters"][0][entry] == CHANGES[entry]
    for engine in (changed, untouched):
        engine.advance(20)
    difference = np.abs(changed.field("psi") - untouched.field("psi")).max()
    assert difference > 1e-6
    assert changed.scalar("residual") < 1e-6
