"""Comparisons of what lives on the lattice with exact results: clocks, waves, particles and rays."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from tauscope.engine.gravity.analysis.experiment_motion import interpolated
from tauscope.engine.gravity.analysis.steady import exact_steady_state, warm_start
from tauscope.engine.gravity.analysis.verify_checks import Bench, Outcome, gaussian, lattice_config
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.gravity.reference_waves import geodesics
from tauscope.engine.study import Check

TOLERANCES = {"clock": 2.0, "still_energy": 1e-12, "energy": 5e-3, "ray": 1e-3}
"""Allowed deviations: updates of a clock, relative energies, relative deflection of a ray."""


def _started(bench: Bench, config: dict[str, Any], patterns: list[dict[str, Any]]) -> GravityEngine:
    """Engine with the exact steady traffic and patterns launched on it."""
    engine = cast(GravityEngine, bench.create(config))
    engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    engine.command("set_patterns", patterns=patterns)
    return engine


def clocks(bench: Bench) -> Outcome:
    """Updates that clocks show against f T, f from the exact solution."""
    side, window = (49, 2000) if bench.quick else (97, 10_000)
    config = lattice_config(side, "absorbing", [gaussian(side, 0.02)])
    middle = side // 2
    places = {"near": (middle + 3, middle), "far": (4, 4)}
    wanted = exact_steady_state(config).f
    engine = _started(
        bench, config, [{"kind": "clock", "id": n, "x": x, "y": y} for n, (x, y) in places.items()]
    )
    bench.advance(engine, window)
    checks = []
    for name, (x, y) in places.items():
        shown = engine.patterns()[name]["count"]
        checks.append(
            Check.within(
                f"clock {name}: updates", float(wanted[y, x]) * window, shown, TOLERANCES["clock"], "updates",
                f"f T of its node after {window} ticks",
            )
        )  # fmt: skip
    return Outcome(checks)


def waves(bench: Bench) -> Outcome:
    """Energy of a wave: exact where f stands still, nearly so on the live lattice with a long window."""
    still = cast(GravityEngine, bench.create({"nx": 48, "ny": 48, "dtype": "float64"}))
    still.command("add_pattern", kind="packet", x=24, y=24, extent=5, velocity=[0.4, 0.2])
    before = still.scalars()["wave_energy"]
    bench.advance(still, 500)
    apart = still.scalars()["wave_energy"] / before - 1
    side, ticks = (97, 1000) if bench.quick else (129, 4000)
    config = lattice_config(side, "absorbing", [gaussian(side, 9.4e-4)], ema_window=1000.0)
    light = {"kind": "light", "x": 30, "y": 0.7 * side, "velocity": [1, 0]}
    engine = _started(bench, config, [light])
    bench.advance(engine, ticks)
    ratio = engine.scalars()["wave_energy_ratio"]
    return Outcome(
        [
            Check.within(
                "wave at f = 1: energy / launch - 1", 0.0, apart, TOLERANCES["still_energy"], "1",
                "leapfrog has an exact invariant",
            ),
            Check.within(
                f"light, W = 1000, {ticks} ticks: energy / launch", 1.0, ratio, TOLERANCES["energy"], "1",
                "node-local steps of the live moving average",
            ),
        ]
    )  # fmt: skip


def rays(bench: Bench) -> Outcome:
    """Deflection of a ray through the measured field against one through the exact field."""
    side = 97
    config = lattice_config(side, "absorbing", [gaussian(side, 4e-3)])
    middle = (side - 1) / 2
    start = {"x": 8.0, "y": middle + 16, "velocity": [1.0, 0.0]}
    patterns = [{"kind": "ray", "id": "ray", **start}, {"kind": "geodesic", "id": "body", **start}]
    patterns[1]["velocity"] = [0.5, 0.0]
    engine = _started(bench, config, patterns)
    ticks = 150
    bench.advance(engine, ticks)
    read = interpolated(exact_steady_state(config).f)
    checks = []
    for pattern in GravityConfig.load({**config, "patterns": patterns}).patterns:
        wanted = geodesics(
            read, [[pattern.x, pattern.y]], [pattern.momentum], mass=pattern.rest_mass, ticks=ticks
        )[1][0]
        found = engine.patterns()[pattern.id]
        angle, exact = (float(np.arctan2(*pair)) for pair in ((found["py"], found["px"]), wanted[::-1]))
        checks.append(
            Check.within(
                f"{pattern.kind}: angle", exact, angle, 5 * TOLERANCES["ray"] * abs(exact), "rad",
                "dp/dt = -sqrt(m^2 + p^2) grad f in the exact field",
            )
        )  # fmt: skip
    return Outcome(checks)


LAWS = {"clocks": clocks, "waves": waves, "rays": rays}
"""Comparisons by name, in the order of the report."""
