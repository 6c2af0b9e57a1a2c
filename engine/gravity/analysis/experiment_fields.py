"""Experiments on the field itself: flat background, time dilation, horizon, two bodies, the literal rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings, Floats
from tauscope.engine.gravity.analysis.poisson import solve_poisson
from tauscope.engine.gravity.analysis.radial import fit_log, horizon_radius, radial_profile
from tauscope.engine.gravity.analysis.steady import coupling

COUNTING = 2.0
"""Largest error of a count, in updates: the airtime debt stays below 2 C."""


def flat_background(bench: Bench) -> Findings:
    """Without sources f is 1, clocks agree and light goes straight; a flat background slows all alike."""
    found, ticks = Findings(), bench.setting("ticks")
    bench.plan(2 * ticks)
    clocks = [{"kind": "clock", "id": f"c{i}", "x": x, "y": y} for i, (x, y) in enumerate(((4, 4), (24, 30)))]
    ray = {"kind": "ray", "id": "ray", "x": 2, "y": 20, "velocity": [1, 0]}
    light = {"kind": "light", "id": "light", "x": 24, "y": 24, "velocity": [0, 1], "extent": 4}
    empty = bench.engine(bench.config(nx=49, ny=49, patterns=[*clocks, ray, light]), steady=False)
    bench.advance(empty, min(ticks, 60))
    path, pulse = empty.patterns()["ray"], empty.patterns()["light"]
    bench.advance(empty, ticks - min(ticks, 60))
    f = empty.field("f")
    found.check("empty lattice: max |f - 1|", 0, np.abs(f - 1).max(), 0, "1", "nothing to send")
    counts = [one["count"] for name, one in empty.patterns().items() if name.startswith("c")]
    found.check("empty lattice: ticks a clock misses", 0, ticks - min(counts), 0, "updates", "f = 1")
    found.check("ray: sideways after 60 ticks", 0, path["y"] - 20, 1e-9, "cells", "grad f = 0")
    found.check("light: sideways after 60 ticks", 0, pulse["x"] - 24, 1e-3, "cells", "grad f = 0")
    level, survival = 0.02, 0.98
    closed = bench.config(nx=32, ny=32, boundary="periodic", survival=survival, background=level)
    engine = bench.engine(closed)
    measured = bench.counted(engine, ticks)
    wanted = 1 / (1 + level / (closed.capacity * (1 - survival)))
    found.check(
        "flat background: max |f - f_exact| T", 0, np.abs(measured - wanted).max() * ticks, COUNTING, "ticks",
        f"f = 1 / (1 + a0 / (C (1 - p))) = {wanted:.4g}",
    )  # fmt: skip
    found.figure(
        "Flat background", "x (cells)", "f",
        empty_lattice=(range(49), f[24]), background=(range(32), measured[16]),
        exact=((0, 31), (wanted,) * 2),
    )  # fmt: skip
    return found


def time_dilation(bench: Bench) -> Findings:
    """A clock near a mass shows less than one far away, by the ratio of their f."""
    found, ticks, side = Findings(), bench.setting("ticks"), bench.setting("side")
    middle, off = side // 2, max(side // 10, 1)
    places = {"host": (middle, middle), "near": (middle + off, middle), "corner": (off, off)}
    places["far"] = (side - off, side - off)
    clocks = [{"kind": "clock", "id": name, "x": x, "y": y} for name, (x, y) in places.items()]
    source = {"kind": "gaussian", "x": middle, "y": middle, "strength": bench.setting("strength"), "width": 3}
    config = bench.config(nx=side, ny=side, sources=[source], patterns=clocks)
    exact = bench.claimed(config).f
    engine = bench.engine(config)
    bench.plan(ticks)
    bench.advance(engine, ticks)
    counts = {name: engine.patterns()[name]["count"] for name in places}
    rows = []
    for name, (x, y) in places.items():
        wanted = float(exact[y, x]) * ticks
        found.check(
            f"clock {name}: updates", wanted, counts[name], COUNTING, "updates",
            "f T, f from the exact solution of lap f = kappa a f",
        )  # fmt: skip
        rows.append((name, x, y, counts[name], counts[name] / ticks, exact[y, x]))
    found.holds("the near clock shows less", counts["near"] < counts["far"], "f falls inward")
    ratio, wanted = counts["near"] / max(counts["far"], 1.0), exact[middle, middle + off] / exact[-off, -off]
    found.check("near / far", wanted, ratio, 2 / ticks * COUNTING, "1", "ratio of f, to the counting error")
    found.table("clocks", ("clock", "x", "y", "updates", "f counted", "f exact"), rows)
    readings = {name: engine.trail(name) for name in places}
    found.table(
        "readings", ("clock", "tick", "clock_ticks", "phase"),
        [(name, *row) for name, trail in readings.items() for row in trail.tolist()],
    )  # fmt: skip
    found.figure(
        "Clock readings", "tick", "updates", **{name: (t[:, 0], t[:, 1]) for name, t in readings.items()}
    )
    return found


def horizon(bench: Bench) -> Findings:
    """A saturated disc nearly stops time within; outside f grows as ln(r / r_h)."""
    found, side, window = Findings(), bench.setting("side"), bench.setting("ticks")
    middle = (side - 1) / 2
    source = {"kind": "disc", "x": middle, "y": middle, "strength": bench.setting("strength"), "radius": 8.0}
    clocks = [{"kind": "clock", "id": "inside", "x": middle, "y": middle}]
    engine = bench.engine(bench.config(nx=side, ny=side, sources=[source], patterns=clocks))
    bench.plan(window)
    f = bench.counted(engine, window)
    profile = radial_profile(f, (middle, middle), 12.0, 0.31 * side)
    fit = fit_log(profile.r, profile.mean)
    radius = float(np.exp(min(-fit.offset / fit.amplitude, 100.0))) if fit.amplitude else np.inf
    whole = 1.0787 * (side + 1) / 2
    theory = 1 / np.log(whole / radius) if 0 < radius < whole else np.nan
    found.check(
        "slope of f against ln r", theory, fit.amplitude, 1e-2 * abs(theory), "1",
        f"1 / ln(R / r_h), conformal radius R = {whole:.4g}, fitted r_h = {radius:.4g}",
    )  # fmt: skip
    found.check("radius of the horizon", 8.0, radius, 1.0, "cells", "where the disc ends, in whole cells")
    inside = engine.patterns()["inside"]["count"]
    found.check("updates at the centre", 0, inside, COUNTING, "updates", "f = exp(-depth sqrt(kappa a))")
    edge = horizon_radius(f, (middle, middle), 0.01)
    found.notes.append(f"f falls below 0.01 at r = {edge:.3g} cells.")
    found.figure(
        "Outside a horizon", "r (cells)", "f", measured=(profile.r, profile.mean),
        logarithm=(profile.r, fit(profile.r)),
    )  # fmt: skip
    found.table("profile", ("r", "f"), list(zip(profile.r.tolist(), profile.mean.tolist(), strict=True)))
    return found


def superposition(bench: Bench) -> Findings:
    """Two bodies add up while weak; strong ones limit themselves, exactly as the equation says."""
    found, side, window = Findings(), bench.setting("side"), bench.setting("ticks")
    middle = (side - 1) // 2
    strengths = bench.setting("strengths")
    bench.plan(3 * window * len(strengths))
    rows: list[tuple[Any, ...]] = []
    for strength in strengths:
        bodies = [
            {"id": f"s{x}", "kind": "gaussian", "x": x, "y": middle, "strength": strength, "width": 3.0}
            for x in (middle - 12, middle + 12)
        ]
        wells: list[Floats] = []
        exact: list[Floats] = []
        for sources in (bodies, bodies[:1], bodies[1:]):
            config = bench.config(nx=side, ny=side, sources=sources)
            exact.append(1 - bench.claimed(config).f)
            wells.append(1 - bench.counted(bench.engine(config), window))
        apart, wanted = (_excess(*found_wells) for found_wells in (wells, exact))
        depth = float(exact[0].max())
        error = float(np.abs(wells[0] - exact[0]).max()) * window
        found.check(
            f"depth {depth:.3g}: max |f - f_exact| T",
            0,
            error,
            COUNTING,
            "ticks",
            "lap f = kappa a f",
        )
        noise = 3.0 / (window * float(np.sqrt(np.mean(exact[0] ** 2))))
        found.check(
            f"depth {depth:.3g}: deviation from the sum of both", wanted, apart, 1e-3 + noise, "1",
            "that of the exact equation: sources limit themselves; counting noise added",
        )  # fmt: skip
        rows.append((strength, depth, apart, wanted, error))
    weakest = min(rows, key=lambda row: row[1])
    found.check("weakest: deviation from the sum", 0, weakest[3], 1e-2, "1", "linear for 1 - f << 1")
    found.table("superposition", ("strength", "max 1 - f", "deviation", "deviation exact", "error T"), rows)
    found.figure(
        "Deviation from superposition", "max 1 - f", "relative l2", measured=([r[1] for r in rows],
        [r[2] for r in rows]), exact=([r[1] for r in rows], [r[3] for r in rows]),
    )  # fmt: skip
    return found


def _excess(both: Floats, one: Floats, other: Floats) -> float:
    whole = one + other
    return float(np.linalg.norm(both - whole) / np.linalg.norm(whole)) if whole.any() else np.nan


def literal_null(bench: Bench) -> Findings:
    """The document's kernel as written makes no field: f = 1 / ceil(b / C) at sources and 1 beside them."""
    found, side, ticks = Findings(), bench.setting("side"), bench.setting("ticks")
    middle = (side - 1) / 2
    source = {"kind": "gaussian", "x": middle, "y": middle, "strength": 5.0, "width": 3.0}
    ray = {"kind": "ray", "id": "ray", "x": 4, "y": middle + 12, "velocity": [1, 0]}
    config = bench.config(nx=side, ny=side, sources=[source], background=0.1, rule="literal", patterns=[ray])
    engine = bench.engine(config)
    bench.plan(ticks + 200)
    bench.advance(engine, 200)
    path = engine.patterns()["ray"]
    f = bench.counted(engine, ticks)
    b = engine.field("emission").astype(np.float64)
    wanted = 1 / np.maximum(np.ceil(b / config.capacity), 1.0)
    found.check(
        "max |f - 1 / ceil(b / C)| T", 0, np.abs(f - wanted).max() * ticks, 1.0, "ticks",
        "a message of b bits takes ceil(b / C) ticks, and nothing is relayed",
    )  # fmt: skip
    outside = wanted == 1
    found.check(
        "max |f - 1| where b <= C", 0, np.abs(f - 1)[outside].max(), 0, "1",
        f"no field at {int(outside.sum())} of {f.size} nodes",
    )  # fmt: skip
    found.check("ray: sideways", 0, path["y"] - middle - 12, 1e-9, "cells", "no field, no lens")
    kappa = coupling(config.capacity, 1.0)
    poisson = solve_poisson(b * f, kappa, "absorbing")
    x = np.arange(side)
    row = int(middle)
    found.notes.append(
        f"What Newton would have of the same emission is {-poisson.min():.3g} deep; the field is not there."
    )
    found.figure(
        "The literal rule", "x (cells)", "f - 1", measured=(x, f[row] - 1), rule=(x, wanted[row] - 1),
    )  # fmt: skip
    return found
