"""An experiment of one's own: a lattice with patterns, its clocks, its trajectories and its potentials."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.dark_matter import potential
from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings, Floats
from tauscope.engine.gravity.analysis.potential import phi_from_f
from tauscope.engine.gravity.analysis.steady import coupling
from tauscope.engine.gravity.bounds import capacity_array
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.engine import GravityEngine

SETTINGS: dict[str, Any] = {
    "title": "",
    "ticks": 1000,
    "output_interval": 100,
    "phi_mode": "both",
    "track_trajectories": True,
    "measure_time_dilation": True,
}
"""Settings with their defaults; all else is an entry of the lattice."""


def run(bench: Bench) -> Findings:
    """Run the lattice, and compare its clocks and potentials with the exact solution and with Poisson's."""
    found, ticks = Findings(), bench.setting("ticks")
    mode, every = bench.setting("phi_mode"), bench.setting("output_interval")
    if "output_interval" in bench.given and every > ticks:
        raise BadInput(
            f"The course is noted every {every} ticks, and there are {ticks}: it would stay empty.",
            key="output_interval", value=every, allowed=f"1 to {ticks}",
        )  # fmt: skip
    every = min(every, ticks)
    config = bench.config()
    _has_something(config)
    engine = bench.engine(config)
    bench.plan(ticks)
    rows: list[tuple[Any, ...]] = []

    def look() -> None:
        scalars = engine.scalars_of(("f_live_mean", "f_traffic_min", "emission_realized"))
        rows.append((engine.tick, *scalars.values()))

    engine.command("reset_statistics")
    waiting = engine.field("waiting").astype(np.float64)
    bench.advance(engine, ticks, every, look)
    found.table("course", ("tick", "mean f", "least f", "Q realized"), rows)
    if mode != "poisson":
        found.notes.append(f"phi = f - 1 reaches down to {float(phi_from_f(engine.field('f')).min()):.4g}.")
    if mode != "empirical":
        grown = (engine.field("waiting") - waiting) / ticks
        _potentials(bench, engine, found, mode, grown)
    if bench.setting("measure_time_dilation"):
        _clocks(bench, engine, found, ticks)
    if bench.setting("track_trajectories"):
        trails = [
            (one.name or one.id, engine.trail(one.id)) for one in config.patterns if one.kind != "clock"
        ]
        if trails:
            found.table(
                "trajectories", ("pattern", "tick", "x", "y"),
                [(name, *row) for name, trail in trails for row in trail.tolist()],
            )  # fmt: skip
    return found


def _has_something(config: GravityConfig) -> None:
    """Refuse a lattice on which nothing emits and nothing lives.

    Raises
    ------
    BadInput
        There is nothing to measure.
    """
    if not (config.sources or config.patterns or config.background > 0):
        raise BadInput(
            "Nothing emits on this lattice and nothing lives on it, so nothing would be measured.",
            key="config",
            allowed="a lattice with sources, a background or patterns",
            remedy="Add sources and clocks to it.",
        )


def sent_of_own(engine: GravityEngine, grown: Floats) -> Floats:
    """What nodes have sent of their own emission, [ny, nx] in bits per tick, over the counted ticks.

    It is a f less what has stayed in the outbox. At a node whose emission is many times what it can send, a
    single update more or less is many bits, of which the links have not seen most.

    Parameters
    ----------
    engine : GravityEngine
        After the ticks that were counted.
    grown : array [ny, nx]
        Growth of the outboxes in bits per tick.
    """
    f = np.asarray(engine.field("f"), np.float64)
    return np.asarray(engine.field("emission") * f - grown)


def poisson_potential(config: GravityConfig, rho: Floats) -> Floats:
    """Potential that the airtime rule has for what nodes send, [ny, nx].

    The traffic u obeys ``lap u - m^2 u = -(w / p) rho``, and phi is -u / C, also where C is a map.
    """
    unit = potential(config, rho, coupling(1.0, config.survival, config.neighbourhood))
    return unit / capacity_array(config)


def _potentials(bench: Bench, engine: GravityEngine, found: Findings, mode: str, grown: Floats) -> None:
    config = engine.config
    f = engine.field("f")
    poisson = poisson_potential(config, sent_of_own(engine, grown))
    x, row = np.arange(config.nx), config.ny // 2
    curves = {"poisson": (x, poisson[row])}
    if mode == "both":
        phi = phi_from_f(f)
        curves["engine"] = (x, phi[row])
        size = float(np.linalg.norm(phi)) or float(np.linalg.norm(poisson))
        if not size:
            found.notes.append("phi is 0 everywhere, as Poisson's is: there was nothing to compare.")
            return
        apart = float(np.linalg.norm(phi - poisson)) / size
        noise = np.sqrt(phi.size) * bench_error(bench) / size
        found.check(
            "|phi - phi_poisson| / |phi|", 0.0, apart, 5e-3 + noise, "1",
            "realized emission less what stayed in outboxes; 5e-3 and the counting error 1 / T of f",
        )  # fmt: skip
    found.figure("Potential", "x (cells)", "phi", **curves)


def bench_error(bench: Bench) -> float:
    """Counting error of f: one update in all ticks."""
    return 1.0 / float(bench.setting("ticks"))


def _clocks(bench: Bench, engine: GravityEngine, found: Findings, ticks: int) -> None:
    clocks = [one for one in engine.config.patterns if one.kind == "clock"]
    if not clocks:
        return
    exact = bench.claimed(engine.config, kept=True).f
    for one in clocks:
        wanted = float(exact[round(one.y), round(one.x)]) * ticks
        found.check(
            f"clock {one.name or one.id}: updates",
            wanted,
            engine.patterns()[one.id]["count"],
            2.0,
            "updates",
            "f T",
        )
    found.table(
        "readings", ("clock", "tick", "clock_ticks", "phase"),
        [(one.name or one.id, *row) for one in clocks for row in engine.trail(one.id).tolist()],
    )  # fmt: skip
