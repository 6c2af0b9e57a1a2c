"""The engine beside its reference, what commands and live changes do, and what is refused."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

from tauscope.engine.base import hash_state
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.drivers import Signal
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tauscope.engine.kuramoto.frequencies import natural_frequencies, start_phases
from tauscope.engine.kuramoto.measures import classic_cross_sync, cross_sync, drift
from tauscope.engine.kuramoto.reference import KuramotoReference
from tauscope.engine.registry import create

SMALL: dict[str, Any] = {"oscillators_per_cluster": 8, "frequencies": {"kind": "gaussian", "scale": 0.4}}


def make(seed: int = 5, **entries: Any) -> KuramotoEngine:
    return cast(KuramotoEngine, create("kuramoto", {**SMALL, **entries}, seed=seed))


def dense(engine: KuramotoEngine) -> np.ndarray[Any, Any]:
    W: Any = engine._weights
    return np.asarray(W if isinstance(W, np.ndarray) else W.toarray())


def lorenz(t: float) -> float:
    return float(Signal("lorenz", 1.0)(t))


RUNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "lag": ({"phase_lag": 0.8}, {}),
    "layers": ({"layers": 2, "layer_K": [1.0, 0.5], "geometry": {"normalisation": "degree"}}, {}),
    "gate": ({"gate": {"on": True, "sigma": 0.1}, "geometry": "star"}, {}),
    "sparse": ({"geometry": "grid", "rows": 12, "cols": 11, "oscillators_per_cluster": 2}, {}),
    "periodic": (
        {"drive": {"kind": "periodic", "amplitude": 0.7, "frequency": 1.3, "clusters": [0, 4]}},
        {"field": lambda t: 0.7 * np.exp(1.3j * t), "field_mask": [1, 0, 0, 0, 1, 0, 0]},
    ),
    "gain": (
        {"drive": {"kind": "periodic", "target": "K", "amplitude": 0.5, "frequency": 2.0}},
        {"gain": lambda t: 1.0 + 0.5 * math.cos(2.0 * t)},
    ),
    "lorenz": (
        {"drive": {"kind": "lorenz", "amplitude": 0.6}},
        {"field": lambda t: 0.6 * np.exp(1j * np.pi * lorenz(t))},
    ),
    "frozen": ({"frozen": [1, 3]}, {"frozen": [0, 1, 0, 1, 0, 0, 0]}),
    "substeps": ({"K": 9.0, "permeability": 1.5}, {}),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("integrator", ["lawson", "strang"])
def test_the_engine_follows_the_equation(name: str, integrator: str, tolerances: dict[str, Any]) -> None:
    """Against angles by classical Runge-Kutta at an eighth of the step, over 4 units of time."""
    entries, forces = RUNS[name]
    engine = make(**entries, dt=0.02, integrator=integrator)
    oracle = KuramotoReference(
        engine.field("theta"),
        engine.field("omega"),
        engine.structure().offsets,
        dense(engine),
        engine.config.phase_lag,
        **forces,
    )
    engine.advance(200)
    for _ in range(1600):
        oracle.step(0.0025)
    allowed = tolerances["kuramoto"]["reference"][integrator]
    assert np.abs(np.exp(1j * engine.field("theta")) - np.exp(1j * oracle.theta)).max() < allowed
    assert np.abs(engine.field("Z") - oracle.order()).max() < allowed
    assert engine.time == pytest.approx(oracle.time)


def test_the_literal_drift_is_a_constant_of_motion(tolerances: dict[str, Any]) -> None:
    """Whatever order the coupling makes: so it says nothing, while drift as it is defined falls."""
    signed, order, own = [], [], []
    for K in (0.0, 1.0, 3.0):
        engine = make(K=K, oscillators_per_cluster=50)
        engine.advance(400)
        found = engine.scalars()
        mean = engine.field("omega").mean() * engine.config.dt
        assert found["drift_mean"] == pytest.approx(mean, abs=tolerances["kuramoto"]["mirror"]["drift"])
        signed.append(found["drift_mean"])
        order.append(found["R_total"])
        own.append(found["drift"])
    assert np.ptp(signed) < 1e-8
    assert order[0] < 0.2
    assert order[2] > 0.9
    assert own[0] > 100 * own[2]
    broken = make(K=1.0, geometry={"kind": "circle6_center", "normalisation": "degree"})
    broken.advance(50)
    assert abs(broken.scalar("drift_mean") - broken.field("omega").mean() * 0.05) > 1e-5


def test_a_kick_turns_whole_clusters_or_scatters_them() -> None:
    engine = make()
    engine.advance(20)
    before, Z = engine.field("theta"), engine.field("Z")
    engine.command("kick", clusters=[2, 5], amount=1.25)
    turned = np.angle(engine.field("Z") / Z)
    assert turned[[2, 5]] == pytest.approx([1.25, 1.25])
    np.testing.assert_allclose(np.delete(turned, [2, 5]), 0.0, atol=1e-12)
    engine.command("kick", clusters=3, spread=0.5)
    moved = np.abs(np.angle(np.exp(1j * (engine.field("theta") - before)))) > 1e-9
    assert moved.reshape(7, 8).all(axis=1).tolist() == [False, False, True, True, False, True, False]
    state = hash_state(engine.state())
    for args in (
        {"clusters": [7]},
        {"clusters": "all"},
        {"amount": math.nan},
        {"amount": 10**400},
        {"amount": True},
        {"spread": -1.0},
        {"force": 1},
    ):
        with pytest.raises(BadInput):
            engine.command("kick", **args)
    assert hash_state(engine.state()) == state
    with pytest.raises(BadInput, match=r"1e\+09°.*Allowed.*\(-57295780°\) to 1000000 rad") as refused:
        engine.command("kick", clusters=[1], amount=math.radians(1e9))
    assert refused.value.key == "amount"
    again = make()
    again.advance(20)
    again.command("kick", amount=0.0, spread=0.5)
    first = again.field("theta")
    again.command("kick", amount=0.0, spread=0.5)
    steps = np.angle(np.exp(1j * (first - before))), np.angle(np.exp(1j * (again.field("theta") - first)))
    assert 0.3 < steps[0].std() < 0.7
    assert abs(np.corrcoef(*steps)[0, 1]) < 0.5


def test_frozen_clusters_stand_still_and_still_act() -> None:
    engine, free = make(), make()
    engine.set("frozen", [1])
    before = engine.field("theta")
    for each in (engine, free):
        each.advance(40)
    after = engine.field("theta")
    np.testing.assert_allclose(after[8:16], before[8:16], atol=1e-12)
    assert (np.abs(after[16:] - before[16:]) > 1e-6).all()
    assert np.abs(engine.field("Z")[0] - free.field("Z")[0]) > 1e-3
    engine.set("frozen", [])
    engine.advance(1)
    assert (np.abs(engine.field("theta")[8:16] - before[8:16]) > 1e-6).all()
    for wrong in ([7], [-1], [0.5], "all"):
        with pytest.raises(BadInput):
            engine.set("frozen", wrong)


def test_detuning_and_clock_rates_set_the_frequencies() -> None:
    engine = make(K=0.0)
    natural = engine.field("omega").reshape(7, 8)
    engine.set("detuning", [0.1 * c for c in range(7)])
    engine.set("detuning.6", -0.5)
    engine.set_clock_rates(np.linspace(1.0, 0.4, 7))
    shifts = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, -0.5])
    expected = (natural + shifts[:, None]) * np.linspace(1.0, 0.4, 7)[:, None]
    np.testing.assert_allclose(engine.field("omega"), expected.ravel(), rtol=1e-14)
    engine.advance(3)
    np.testing.assert_allclose(engine.field("frequency"), expected.ravel(), rtol=1e-9)
    np.testing.assert_array_equal(engine.field("clock_rate"), np.linspace(1.0, 0.4, 7))
    copy = make(K=0.0)
    copy.restore(engine.state())
    np.testing.assert_array_equal(copy.field("omega"), engine.field("omega"))
    for wrong in ([1.0] * 6, [-0.1] * 7, [math.nan] * 7):
        with pytest.raises(BadInput):
            engine.set_clock_rates(wrong)
    with pytest.raises(BadInput):
        engine.set("detuning", [0.0] * 6)
    engine.set("detuning", [])
    np.testing.assert_allclose(engine.field("omega"), (natural * np.linspace(1.0, 0.4, 7)[:, None]).ravel())


def test_checkpoints_of_heavy_tails_are_taken() -> None:
    """The far tail of a Lorentzian leaves the circle by more than rounding; what is no phase is refused."""
    entries: dict[str, Any] = {
        "geometry": "single",
        "oscillators_per_cluster": 2001,
        "K": 5.0,
        "dt": 0.1,
        "frequencies": {"kind": "lorentzian", "scale": 0.5, "center": 0.0},
    }
    engine, copy = make(**entries), make(**entries)
    engine.advance(40)
    state = engine.state()
    assert np.abs(np.hypot(state["zr"], state["zi"]) - 1.0).max() > 1e-4
    copy.restore(state)
    assert hash_state(copy.state()) == hash_state(state)
    state["zr"] = 1.05 * state["zr"]
    with pytest.raises(BadInput, match="circle"):
        copy.restore(state)


def test_time_is_the_sum_of_the_steps_that_were_done() -> None:
    engine = make()
    engine.advance(10)
    engine.set("dt", 0.1)
    engine.advance(5)
    engine.set("dt", 0.02)
    engine.advance(4)
    assert engine.time == pytest.approx(10 * 0.05 + 5 * 0.1 + 4 * 0.02)


def test_the_choice_score_needs_consent_two_paths_and_a_finding() -> None:
    engine = make()
    assert math.isnan(engine.scalar("choice_score"))
    engine.command("note_choice", score=0.75)
    assert engine.scalar("choice_score") == 0.75
    engine.set("consent_to_log", False)
    assert engine.scalar("choice_score") == 0.0
    engine.set("consent_to_log", True)
    engine.set("offer_two_paths", False)
    assert engine.scalar("choice_score") == 0.0
    engine.set("offer_two_paths", True)
    engine.command("reset_statistics")
    assert math.isnan(engine.scalar("choice_score"))
    with pytest.raises(BadInput):
        engine.command("note_choice", score=1.5)


def test_readiness_is_that_of_twenty_rows() -> None:
    engine = make(K=3.0)
    assert engine.scalar("ready") == 0.0
    engine.advance(400)
    assert engine.scalar("ready") == 1.0
    engine.command("reset_statistics")
    assert engine.scalar("ready") == 0.0
    engine.advance(4)
    assert engine.scalar("ready") == 1.0


def test_classic_drift_is_the_turning_between_rows() -> None:
    engine = make(K=0.0, metrics="classic", frequencies={"kind": "identical", "center": 0.7})
    engine.advance(9)
    assert engine.scalar("drift") == pytest.approx(0.7 * 0.05 * 4, rel=1e-9)


def test_measures_of_known_phases() -> None:
    psi = np.array([0.0, 0.0, np.pi, np.pi])
    Z: Any = 0.5 * np.exp(1j * psi)
    assert cross_sync(Z, np.array([[0, 1], [2, 3]])) == pytest.approx(1.0)
    assert cross_sync(Z, np.array([[0, 2], [1, 3]])) == pytest.approx(-1.0)
    assert math.isnan(cross_sync(Z, np.zeros((0, 2), np.int64)))
    pairs = [math.cos(a - b) for i, a in enumerate(psi) for b in psi[i + 1 :]]
    assert classic_cross_sync(Z) == pytest.approx(np.mean(pairs))
    turns = np.array([0.1, 0.3, 0.1, 0.3])
    assert drift(turns) == pytest.approx(0.1)
    assert drift(np.array([3.1, -3.1])) == pytest.approx(math.pi - 3.1)


@pytest.mark.parametrize("sampling", ["quantiles", "sampled"])
@pytest.mark.parametrize("kind", ["lorentzian", "gaussian", "uniform"])
def test_frequencies_have_their_distribution(kind: str, sampling: str) -> None:
    entries = {"kind": kind, "scale": 0.5, "center": 2.0, "sampling": sampling}
    config = KuramotoConfig.load(
        {"geometry": "single", "oscillators_per_cluster": 20001, "frequencies": entries}
    )
    omega = natural_frequencies(config, 3)
    slack = 0.02 if sampling == "sampled" else 1e-3
    quartiles = np.quantile(omega, [0.25, 0.5, 0.75]) - 2.0
    half = {"lorentzian": 0.5, "gaussian": 0.5 * 0.67449, "uniform": 0.25}[kind]
    np.testing.assert_allclose(quartiles, [-half, 0.0, half], atol=slack)
    # In order of the list, neighbours must not be neighbours in frequency.
    ranks = np.argsort(np.argsort(omega))
    assert abs(np.corrcoef(ranks[:-1], ranks[1:])[0, 1]) < 0.03
    assert not np.array_equal(omega, natural_frequencies(config, 4))
    np.testing.assert_array_equal(omega, natural_frequencies(config, 3))


def test_frequencies_may_be_given_and_differ_by_layer() -> None:
    single = KuramotoConfig.load(
        {"frequencies": {"values": [1, 2, 3, 4, 5, 6, 7]}, "oscillators_per_cluster": 2}
    )
    assert natural_frequencies(single, 1).tolist() == np.repeat(np.arange(1.0, 8.0), 2).tolist()
    layers = KuramotoConfig.load({"layers": 2, "layer_scale": [1.0, 0.25]})
    omega = natural_frequencies(layers, 1).reshape(2, -1)
    assert omega[1].std() / omega[0].std() == pytest.approx(0.25, abs=1e-3)
    with pytest.raises(BadInput) as caught:
        KuramotoConfig.load({"frequencies": {"values": [1.0, 2.0]}})
    assert caught.value.key == "frequencies.values"


@pytest.mark.parametrize("r", [0.0, 0.2, 0.7, 1.0])
def test_starts_have_their_order(r: float) -> None:
    config = {"geometry": "two_populations", "oscillators_per_cluster": 4000}
    poisson = KuramotoConfig.load({**config, "start": {"kind": "poisson", "r": r}})
    assert abs(np.exp(1j * start_phases(poisson, 2)).mean()) == pytest.approx(r, abs=1e-3)
    start = {"kind": "clusters", "r_clusters": [1.0, r], "phase_clusters": [0.5, -1.0]}
    Z = (
        np.exp(1j * start_phases(KuramotoConfig.load({**config, "start": start}), 2))
        .reshape(2, -1)
        .mean(axis=1)
    )
    np.testing.assert_allclose(Z, [np.exp(0.5j), r * np.exp(-1j)], atol=1e-3)


def test_a_broken_phase_is_found() -> None:
    engine = make()
    state: Any = engine._ensemble.state()
    broken = {name: array.copy() for name, array in state.items()}
    broken["zr"][20] = math.nan
    engine._ensemble.restore(broken)
    found = engine.check()
    assert found is not None and found.cell == (2,) and found.field == "Z"
    assert make().check() is None


def test_what_is_live_and_what_needs_a_restart() -> None:
    live = {leaf.path for leaf in leaves(KuramotoConfig) if leaf.live}
    assert live == {
        "K", "permeability", "phase_lag", "inter_K", "noise", "dt", "drive.amplitude", "drive.frequency",
        "gate.on", "gate.sigma", "metrics", "offer_two_paths", "consent_to_log",
    }  # fmt: skip
    engine = make()
    for path in (
        "geometry.kind",
        "geometry.edges",
        "start.r_clusters",
        "layer_K",
        "integrator",
        "clock_places",
    ):
        with pytest.raises(BadInput, match="Restart"):
            engine.set(path, None)
    with pytest.raises(BadInput, match="no drive"):
        engine.set("drive.amplitude", 1.0)
    heroes = {leaf.path for leaf in leaves(KuramotoConfig) if leaf.hero}
    assert heroes == {"K", "permeability", "phase_lag"}


def test_unused_parameters_say_why() -> None:
    found = KuramotoConfig.load({"geometry": "single"}).unused()
    for path in (
        "rows",
        "cols",
        "geometry.rings",
        "permeability",
        "inter_K",
        "gate.sigma",
        "drive.frequency",
    ):
        assert found[path].endswith(".")
    assert not {"K", "dt", "noise", "metrics"} & set(found)


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        ({"oscillators_per_cluster": 300_000}, "oscillators_per_cluster"),
        ({"layers": 2, "layer_K": [1.0]}, "layer_K"),
        ({"layers": 3, "inter_factors": [1.0, 1.0]}, "inter_factors"),
        ({"detuning": [0.1]}, "detuning"),
        ({"frozen": [7]}, "frozen"),
        ({"drive": {"kind": "periodic", "clusters": [9]}}, "drive.clusters"),
        ({"start": {"kind": "clusters", "r_clusters": [1.5] * 7}}, "start.r_clusters"),
        ({"start": {"kind": "clusters", "r_clusters": [0.5]}}, "start.r_clusters"),
        ({"frequencies": {"kind": "values"}}, "frequencies.values"),
        ({"clock_places": [[0.0, 1.0]]}, "clock_places"),
        ({"K": 100.0, "permeability": 20.0, "dt": 1.0}, "K"),
        ({"geometry": "circle7"}, "geometry.kind"),
    ],
)
def test_what_does_not_fit_is_refused(entries: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        KuramotoConfig.load(entries)
    assert caught.value.key == key
    assert caught.value.allowed or key == "frequencies.values"
