"""Cases of the conformance suite: small configurations of every engine, and what a user does to them live."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from tauscope.engine import registry
from tauscope.engine.base import Command, Engine
from tauscope.engine.config import EngineConfig
from tauscope.engine.world import World
from tests.toy_engine import ToyConfig


@dataclass(frozen=True)
class Case:
    """One configuration of one engine.

    ``script`` holds ``(tick, name, args)``: commands and the macro tick before which each is given;
    ``"{0}"`` in an argument stands for the result of command 0. An engine that ``heals`` refuses what is not
    finite, and refuses or overwrites within a tick every other number that a checkpoint could bring. Of cases
    with one ``variant`` (a gravity lattice's is its rule) the first stands for all where parameters are tried
    one by one.
    """

    engine: str
    label: str
    config: dict[str, Any]
    script: tuple[tuple[int, str, dict[str, Any]], ...] = ()
    heals: bool = False
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.engine}-{self.label}"

    @property
    def config_type(self) -> type[EngineConfig]:
        """Configuration class; the toy engine is not registered yet while tests are collected."""
        return ToyConfig if self.engine == "toy" else registry.config_type(self.engine)

    def make(self, seed: int = 11) -> Engine:
        return registry.create(self.engine, self.config, seed=seed)

    def world(self, seed: int = 11) -> World:
        return World.single(self.engine, self.config, seed=seed)


def _refers(value: Any) -> bool:
    """Whether an argument stands for the result of a command."""
    return isinstance(value, str) and value.startswith("{")


def run_script(world: World, case: Case, end: int) -> None:
    """Advance to ``end``, giving the case's commands on the way."""
    results: list[Any] = []
    for tick, name, args in case.script:
        world.advance(tick - world.macro_tick)
        filled = {k: results[int(v.strip("{}"))] if _refers(v) else v for k, v in args.items()}
        results.append(world.apply(Command(case.engine, name, filled)).result)
    world.advance(end - world.macro_tick)


_SOURCES: list[dict[str, Any]] = [
    {"id": "s1", "kind": "gaussian", "x": 9.0, "y": 8.0, "strength": 0.3, "width": 2.0},
    {"id": "s2", "kind": "ring", "x": 10.0, "y": 8.0, "strength": 0.2, "width": 1.0, "radius": 3.0},
    {"id": "s3", "kind": "line", "x": 6.0, "y": 6.0, "x2": 12.0, "y2": 10.0, "strength": 0.1, "width": 1.5},
]

_GRAVITY_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (5, "set", {"path": "survival", "value": 0.97}),
    (5, "add_source", {"kind": "point", "x": 7, "y": 7, "strength": 0.5}),
    (9, "move_source", {"id": "{1}", "x": 11, "y": 9}),
    (9, "set", {"path": "capacity", "value": 1.5}),
    (14, "update_source", {"id": "s1", "strength": 0.05, "width": 1.0}),
    (20, "remove_source", {"id": "s2"}),
    (21, "reset_statistics", {}),
    (24, "set_field", {"name": "traffic", "value": [[0.25] * 19] * 17, "steady": True}),
    (30, "set", {"path": "background", "value": 0.01}),
)


_MAP = [[0.5 + 0.05 * ((3 * x + 5 * y) % 21) for x in range(19)] for y in range(17)]
"""Capacities from 0.5 to 1.5."""

_MAP_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (5, "set", {"path": "capacity", "value": 0.5}),
    (7, "add_source", {"kind": "brush", "x": 3, "y": 4, "array": [[0.0, 0.25], [0.5, 0.125]], "id": "b"}),
    (9, "paint_capacity", {"x": 4, "y": 3, "patch": [[0.25, 2.0, 3.0]]}),
    (11, "paint_source", {"id": "b", "x": 1, "y": 0, "patch": [[0.75]]}),
    (20, "set", {"path": "capacity_map", "value": None}),
    (25, "paint_capacity", {"x": 0, "y": 0, "patch": [[1.5], [0.5]]}),
)

_MESSAGE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (5, "set", {"path": "message_size", "value": 0.5}),
    (5, "add_source", {"kind": "point", "x": 7, "y": 7, "strength": 5.0}),
    (9, "move_source", {"id": "{1}", "x": 11, "y": 9}),
    (9, "set", {"path": "capacity", "value": 0.25}),
    (20, "remove_source", {"id": "s2"}),
    (21, "reset_statistics", {}),
    (30, "paint_capacity", {"x": 4, "y": 3, "patch": [[0.25, 2.0, 3.0]]}),
)

_PATTERNS: list[dict[str, Any]] = [
    {"id": "c", "kind": "clock", "x": 9, "y": 8, "period": 3},
    {"id": "l", "kind": "light", "x": 6, "y": 8, "velocity": [1, 0], "wavelength": 6, "extent": 2},
    {"id": "w", "kind": "packet", "x": 12, "y": 8, "extent": 2, "velocity": [0.2, 0.1]},
    {"id": "g", "kind": "geodesic", "x": 5, "y": 5, "velocity": [0.3, 0], "activity": 0.1},
    {"id": "r", "kind": "ray", "x": 4, "y": 9, "velocity": [1, 0.2]},
    {"id": "a", "kind": "agent", "x": 8, "y": 4, "policy": "wander", "period": 4, "activity": 0.2},
]

_PATTERN_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (4, "add_pattern", {"id": "k", "kind": "clock", "x": 4, "y": 4, "activity": 0.1, "profile": "gaussian"}),
    (6, "move_pattern", {"id": "k", "x": 6, "y": 7}),
    (9, "update_pattern", {"id": "w", "velocity": [0.0, 0.3], "name": "up"}),
    (14, "move_source", {"id": "s1", "x": 11, "y": 9}),
    (19, "remove_pattern", {"id": "l"}),
    (23, "set", {"path": "ema_window", "value": 150.0}),
    (26, "set_field", {"name": "psi", "value": [[0.125] * 19] * 17}),
    (
        31,
        "set_patterns",
        {"patterns": [*_PATTERNS[:2], {"kind": "agent", "x": 3, "y": 9, "policy": "circle"}]},
    ),
)

_BREADTH: tuple[tuple[str, dict[str, Any], tuple[tuple[int, str, dict[str, Any]], ...]], ...] = (
    ("moore", {"neighbourhood": "moore", "boundary": "disc"}, _GRAVITY_SCRIPT),
    ("moore-fluid", {"neighbourhood": "moore", "rule": "fluid", "boundary": "reflective"}, _GRAVITY_SCRIPT),
    ("int32", {"dtype": "int32", "boundary": "periodic"}, _GRAVITY_SCRIPT),
    ("int32-moore-map", {"dtype": "int32", "neighbourhood": "moore", "capacity_map": _MAP}, _MAP_SCRIPT),
    ("map", {"capacity_map": _MAP}, _MAP_SCRIPT),
    ("map-fluid", {"capacity_map": _MAP, "rule": "fluid", "dtype": "float64"}, _MAP_SCRIPT),
    ("literal", {"rule": "literal", "boundary": "periodic"}, _MESSAGE_SCRIPT),
    ("patterns", {"patterns": _PATTERNS, "ema_window": 120.0, "pattern_period": 7}, _PATTERN_SCRIPT),
    (
        "patterns-periodic",
        {"patterns": _PATTERNS, "boundary": "periodic", "dtype": "float64", "rule": "fluid"},
        _PATTERN_SCRIPT,
    ),
    (
        "patterns-disc",
        {
            "patterns": _PATTERNS,
            "boundary": "disc",
            "disc_radius": 7.9,
            "neighbourhood": "moore",
            "dtype": "int32",
        },
        _PATTERN_SCRIPT,
    ),
    (
        "patterns-literal",
        {"patterns": _PATTERNS, "rule": "literal", "boundary": "reflective", "dtype": "float64"},
        _PATTERN_SCRIPT,
    ),
    ("strict-moore", {"rule": "strict", "neighbourhood": "moore", "dtype": "float64"}, _MESSAGE_SCRIPT),
)
"""What the product of boundaries, number types and relaying rules leaves out."""


def _gravity() -> list[Case]:
    boundaries = ("periodic", "reflective", "absorbing", "disc")
    found = []
    for boundary, dtype, rule in itertools.product(boundaries, ("float32", "float64"), ("airtime", "fluid")):
        config: dict[str, Any] = {"nx": 19, "ny": 17, "boundary": boundary, "dtype": dtype, "rule": rule}
        config |= {"sources": _SOURCES, "survival": 0.99, "ema_window": 50.0}
        found.append(Case("gravity", f"{boundary}-{dtype}-{rule}", config, _GRAVITY_SCRIPT))
    for label, changes, script in _BREADTH:
        strong = [{**source, "strength": 8 * source["strength"]} for source in _SOURCES]
        base = {"nx": 19, "ny": 17, "sources": strong, "survival": 0.99, "ema_window": 50.0}
        heals = script is _MESSAGE_SCRIPT or changes.get("rule") == "literal"
        found.append(Case("gravity", label, {**base, **changes}, script, heals))
    return found


_PHASES = [0.1 * index - 2.0 for index in range(40)]

_SINGLE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "set", {"path": "phase_lag", "value": 0.3}),
    (5, "set", {"path": "K", "value": 1.25}),
    (7, "kick", {"amount": 1.5, "spread": 0.25}),
    (7, "note_choice", {"score": 0.5}),
    (11, "set", {"path": "noise", "value": 0.125}),
    (14, "set", {"path": "metrics", "value": "classic"}),
    (18, "set_field", {"name": "theta", "value": _PHASES}),
    (23, "set", {"path": "dt", "value": 0.0625}),
    (26, "reset_statistics", {}),
    (30, "set", {"path": "offer_two_paths", "value": False}),
)

_LAYERS_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "set", {"path": "permeability", "value": 1.5}),
    (5, "set", {"path": "inter_K", "value": 0.75}),
    (7, "kick", {"clusters": [0, 9], "amount": 3.0}),
    (9, "set", {"path": "detuning", "value": [0.25 * (index % 3) for index in range(21)]}),
    (12, "set", {"path": "frozen", "value": [2, 20]}),
    (20, "set", {"path": "frozen", "value": []}),
    (21, "set", {"path": "K", "value": 20.0}),
    (25, "set", {"path": "gate.on", "value": True}),
    (27, "set", {"path": "detuning.4", "value": -0.5}),
    (33, "set", {"path": "noise", "value": 0.0}),
)

_DRIVE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (4, "set", {"path": "drive.amplitude", "value": 1.5}),
    (9, "set", {"path": "dt", "value": 0.1}),
    (13, "kick", {"clusters": 1, "amount": -1.0}),
)

_KURAMOTO: tuple[tuple[str, dict[str, Any], tuple[tuple[int, str, dict[str, Any]], ...]], ...] = (
    (
        "single",
        {
            "geometry": "single",
            "oscillators_per_cluster": 40,
            "K": 2.0,
            "frequencies": {"kind": "lorentzian", "scale": 0.5},
            "start": {"kind": "poisson", "r": 0.3},
        },
        _SINGLE_SCRIPT,
    ),
    (
        "layers",
        {
            "oscillators_per_cluster": 5,
            "layers": 3,
            "layer_K": [1.0, 0.75, 0.625],
            "layer_scale": [1.0, 0.75, 0.5],
            "inter_factors": [1.0, 0.5, 0.75],
            "noise": 0.05,
        },
        _LAYERS_SCRIPT,
    ),
    (
        "driven",
        {
            "geometry": {"kind": "ring", "clusters": 5, "normalisation": "sum"},
            "oscillators_per_cluster": 3,
            "drive": {"kind": "periodic", "clusters": [0, 2]},
            "gate": {"on": True},
            "log_every": 7,
        },
        (*_DRIVE_SCRIPT, (17, "set", {"path": "drive.frequency", "value": 2.5})),
    ),
    (
        "lorenz",
        {
            "geometry": {"kind": "star", "clusters": 4},
            "oscillators_per_cluster": 3,
            "drive": {"kind": "lorenz"},
        },
        _DRIVE_SCRIPT,
    ),
    (
        "henon-gain",
        {
            "geometry": {"kind": "all_to_all", "clusters": 4, "normalisation": "degree"},
            "oscillators_per_cluster": 3,
            "drive": {"kind": "henon", "target": "K", "interval": 0.3},
            "metrics": "classic",
        },
        _DRIVE_SCRIPT,
    ),
    (
        "sparse",
        {
            "geometry": "grid",
            "rows": 50,
            "cols": 41,
            "oscillators_per_cluster": 1,
            "frequencies": {"kind": "uniform", "sampling": "sampled"},
            "start": "twisted",
        },
        ((6, "set", {"path": "K", "value": 3.0}), (8, "kick", {"clusters": [7], "amount": 2.0})),
    ),
    (
        "chimera-strang",
        {
            "geometry": "two_populations",
            "oscillators_per_cluster": 16,
            "phase_lag": 1.47,
            "integrator": "strang",
            "frequencies": "identical",
            "start": {"kind": "clusters", "r_clusters": [1.0, 0.7], "phase_clusters": [0.0, 0.3]},
        },
        ((6, "set", {"path": "K", "value": 3.0}), (9, "set", {"path": "noise", "value": 0.01})),
    ),
)
"""A single cluster, layers with noise, drives, a sparse matrix, and the integrator of order 2."""


def _kuramoto() -> list[Case]:
    tried = ("single", "layers", "driven")
    return [
        Case("kuramoto", label, config, script, True, label if label in tried else "others")
        for label, config, script in _KURAMOTO
    ]


_WAVE = {"shape": [3, 1, 1, 1, 1, 1, 6, 4, 1], "precision": "precise"}
_NOISE = {"kind": "random", "amplitude": 0.2}
_TONES: list[dict[str, Any]] = [
    {"name": "low", "frequency": 20.0, "amplitude": 500.0, "ramp": 0.0, "sigma": 0.8},
    {
        "name": "high",
        "frequency": 31.0,
        "complex": True,
        "ramp": 0.01,
        "position": [1, 0, 0, 0, 0, 0, 2.5, 1, 0],
    },
    {"name": "bias", "frequency": 0.0, "phase": 1.5, "profile": "uniform", "amplitude": 10.0, "prime": 5.0},
    {"name": "e4", "detune": 0.07},
]

_WAVE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "set", {"path": "dphi", "value": 2.5}),
    (5, "inject", {"amplitude": 0.25, "phase": 1.0, "position": {"x": 1.5}, "sigma": 0.75}),
    (7, "set", {"path": "dt", "value": 0.0002}),
    (9, "set", {"path": "beta", "value": 40.0}),
    (14, "reset_statistics", {}),
    (18, "set_field", {"name": "psi", "value": [[[0.1], [0.2], [0.3], [0.0]]]}),
    (23, "set", {"path": "c0", "value": 450.0}),
    (24, "acknowledge", {}),
    (30, "set", {"path": "alpha", "value": 2.0}),
)

_STROKES: list[dict[str, Any]] = [
    {
        "field": "resonance",
        "axes": ["r", "y"],
        "array": [[0.9, -1, 0.2], [-1, -1, 1], [0, -1, -1], [-1, -1, 0.4]],
    },
    {
        "field": "resonance",
        "axes": ["r", "x"],
        "cut": [0, 0, 0, 0, 0, 0, 0, 2, 0],
        "array": [[-2, 0.3, -1]] * 6,
    },
    {"field": "state_index", "axes": ["x", "y"], "array": [[-1, 0.5, 2, -1, -1, 0]] * 4},
]

_PAINT_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "paint_field", {"name": "state_index", "x": 1, "y": 0, "patch": [[0.5, 1.0], [2.0, 0.25]]}),
    (6, "set", {"path": "emitters.low.amplitude", "value": 900.0}),
    (8, "set", {"path": "emitters.bias.on", "value": False}),
    (11, "paint_field", {"name": "resonance", "x": 0, "y": 2, "patch": [[1.0]], "index": {"r": 2}}),
    (15, "set", {"path": "emitters", "value": _TONES[1:]}),
    (17, "set_field", {"name": "velocity", "value": 0.5}),
    (20, "set", {"path": "mass", "value": 0.0}),
    (22, "set", {"path": "painted", "value": _STROKES}),
    (27, "set", {"path": "state_index", "value": 0.5}),
)

_QUICK_SCRAM = {"check_every": 5, "checkpoint_every": 0.002, "hold": 0.002, "recovery_every": 0.001}
_PUSH = [{"name": "push", "frequency": 3.0, "amplitude": 1e5, "profile": "uniform", "ramp": 0.0}]

_UFIE: tuple[tuple[str, dict[str, Any], tuple[tuple[int, str, dict[str, Any]], ...]], ...] = (
    ("full-golden", {"metric": {"kind": "full"}, "start": _NOISE, "beta": 20.0}, _WAVE_SCRIPT),
    ("fast-painted", {"precision": "fast", "emitters": _TONES, "start": _NOISE}, _PAINT_SCRIPT),
    (
        "rank1-saturated",
        {"metric": {"kind": "rank1"}, "saturation": 0.5, "start": {"kind": "plane", "amplitude": 0.5}},
        (*_WAVE_SCRIPT, (33, "set", {"path": "metric.strength", "value": 1.5})),
    ),
    (
        "active",
        {
            "shape": [1, 1, 1, 1, 1, 5, 6, 4, 6],
            "emitters": _TONES[:1],
            "active": {"on": True, "every": 7, "grow_above": 0.01, "prune_below": 0.005},
            "start": {"kind": "gaussian", "amplitude": 0.5, "sigma": 0.6},
        },
        (
            (4, "inject", {"amplitude": 0.25, "position": {"z": 0}}),
            (9, "set", {"path": "c0", "value": 200.0}),
        ),
    ),
    (
        "runaway",
        {"shape": [1, 1, 1, 1, 1, 1, 4, 1, 1], "emitters": _PUSH, "beta": 100.0, "scram": _QUICK_SCRAM},
        ((31, "acknowledge", {}), (33, "set", {"path": "emitters.push.amplitude", "value": 50.0})),
    ),
    ("exact", {"integrator": "etd", "start": _NOISE}, _WAVE_SCRIPT),
    ("literal", {"integrator": "literal", "start": {"kind": "soliton"}, "beta": 10.0}, _WAVE_SCRIPT),
)
"""Metrics, painted media, bricks that come and go, SCRAM at work, and the integrators for comparison."""


def _ufie() -> list[Case]:
    return [Case("ufie", label, {**_WAVE, **config}, script, True) for label, config, script in _UFIE]


_ROWS = [[0.01 * ((3 * x + 5 * y) % 7) for x in range(14)] for y in range(14)]
_NEAR: list[dict[str, Any]] = [
    {"id": "plus", "x": 6, "y": 7, "value": 1.0},
    {"id": "minus", "x": 8, "y": 7, "value": -1.0},
]
_CLOUDS = [{**charge, "width": 1.2} for charge in _NEAR]

_CHARGE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "set", {"path": "dt", "value": 0.005}),
    (5, "add_charge", {"x": 3, "y": 4, "value": 0.5}),
    (7, "add_charge", {"x": 9.5, "y": 2.25, "value": -2.0, "width": 0.75, "name": "cloud"}),
    (9, "move_charge", {"id": "{1}", "x": 4, "y": 12}),
    (12, "update_charge", {"id": "plus", "value": 1.5}),
    (20, "set", {"path": "charges.minus.x", "value": 11}),
    (25, "remove_charge", {"id": "minus"}),
    (31, "acknowledge", {}),
)

_DRIFT_SCRIPT = (
    *_CHARGE_SCRIPT,
    (32, "set", {"path": "alpha", "value": 1.5}),
    (32, "set_field", {"name": "phi", "value": _ROWS}),
)

_CHARGE: tuple[tuple[str, dict[str, Any], tuple[tuple[int, str, dict[str, Any]], ...]], ...] = (
    ("D", {"noise": 0.1}, (*_CHARGE_SCRIPT, (32, "set", {"path": "T", "value": 0.5}))),
    ("D", {"green": "3d", "m2": 0.1, "T": 0.02, "charges": _CLOUDS}, ()),
    ("rho2", {"charges": _CLOUDS}, (*_DRIFT_SCRIPT, (32, "set_field", {"name": "rho", "value": 0.1}))),
    ("rho2", {"scheme": "upwind", "background": 3.0, "noise": 0.1, "gamma": 5.0, "dt": 0.002}, ()),
    (
        "A",
        {"scheme": "compact", "background": 0.5, "noise": 0.01, "spacing": 0.8, "dt": 0.001},
        _DRIFT_SCRIPT,
    ),
    ("B", {"intent_width": 0.7}, _DRIFT_SCRIPT),
    ("C", {"size": 10, "scheme": "crank_nicolson", "charges": _CLOUDS, "dt": 0.01}, _CHARGE_SCRIPT[:2]),
    ("regularised", {"charges": _CLOUDS, "dt": 0.02}, _DRIFT_SCRIPT),
    ("published_v1", {"charges": _NEAR}, _DRIFT_SCRIPT),
    ("published_v2", {"size": 14}, _DRIFT_SCRIPT),
)
"""Every mode; one case blows up on its way."""


def _charge() -> list[Case]:
    heals = {"D", "B", "published_v1", "published_v2"}  # elsewhere ρ runs away down a huge φ
    tried = ("D", "A", "regularised", "published_v2")  # which use every live parameter between them
    return [
        Case(
            "charge",
            f"{mode}-{number}",
            {"size": 14, "mode": mode, **config},
            script,
            mode in heals,
            mode if mode in tried else "others",
        )
        for number, (mode, config, script) in enumerate(_CHARGE)
    ]


_GAUGE_SCRIPT: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (3, "set", {"path": "beta", "value": 1.5}),
    (9, "set", {"path": "overrelaxation", "value": 2}),
    (14, "set", {"path": "algorithm", "value": "metropolis"}),
    (15, "set", {"path": "delta", "value": 0.75}),
    (20, "start_again", {"start": "cold"}),
    (24, "set_field", {"name": "angle", "value": 0.25}),
    (27, "set", {"path": "algorithm", "value": "heatbath"}),
    (29, "set", {"path": "thermalisation", "value": 2}),
    (31, "reset_statistics", {}),
)

_GAUGE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("2d", {"shape": [6, 10], "thermalisation": 5}),
    ("3d-metropolis", {"shape": [4, 6, 8], "algorithm": "metropolis", "thermalisation": 5}),
    ("4d-cold", {"shape": [2, 4, 6, 4], "start": "cold", "thermalisation": 0}),
)
"""Heat bath and Metropolis, with and without overrelaxation, hot and cold, an extent of two."""


def _gauge() -> list[Case]:
    return [Case("gauge", label, config, _GAUGE_SCRIPT, True, label) for label, config in _GAUGE]


def _toy() -> list[Case]:
    script = (
        (3, "set", {"path": "D", "value": 0.25}),
        (3, "add_spot", {"x": 2, "y": 3, "amount": 5.0}),
        (17, "set", {"path": "dt", "value": 0.1}),
    )
    return [
        Case("toy", dtype, {"nx": 9, "ny": 7, "dtype": dtype}, script) for dtype in ("float32", "float64")
    ]


def cases() -> list[Case]:
    """All cases; an engine that nobody wrote one for is tried with its defaults."""
    known = [*_gravity(), *_kuramoto(), *_ufie(), *_charge(), *_gauge(), *_toy()]
    written = {case.engine for case in known}
    return [*known, *(Case(name, "defaults", {}) for name in registry.names() if name not in written)]


CASES = cases()
ENGINES = sorted({case.engine for case in CASES})
RULES = list(
    {
        (case.engine, case.variant or case.config.get("rule", "airtime")): case for case in reversed(CASES)
    }.values()
)
"""One case of each variant of each engine."""

FIRST = [next(case for case in CASES if case.engine == engine) for engine in ENGINES]
