"""What patterns of a lattice are at one tick, of a run or of a recording, and how that is drawn and told."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.app.pattern_outlines import outlines
from tauscope.app.sheets import Sheet
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.world import World
from tauscope.widgets.canvas.pattern_marks import PatternTrace
from tauscope.widgets.controls.numbers import format_value

ENGINE = "gravity"
DRAWN_POINTS = 400
"""Points of a trajectory that are drawn at most, the last ones: thinned, a way to and fro would be none."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Look:
    """All patterns of a lattice at one tick.

    Parameters
    ----------
    tick : int
        Tick of the lattice.
    present : dict of str to dict
        What each shows, as `GravityEngine.patterns` gives it.
    trails : dict of str to array of float64, shape (points, 3)
        Where each has been, as `GravityEngine.trail` gives it.
    config : GravityConfig
        Patterns, worlds and sides; of a recording without its sources.
    outlines : dict of str to array of float32, shape (pieces, 4)
        Lines about the inner part of each wave; none of a recording that does not hold psi and pi.
    """

    tick: int
    present: dict[str, dict[str, float]]
    trails: dict[str, Floats]
    config: GravityConfig
    outlines: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)


def looked(world: World) -> Look | None:
    """All patterns of a world at its present tick; for the simulation thread."""
    engine = world.engines.get(ENGINE)
    if not isinstance(engine, GravityEngine):
        return None
    trails = {one.id: engine.trail(one.id) for one in engine.config.patterns}
    present = engine.patterns()
    return Look(engine.tick, present, trails, engine.config, outlines(engine, present, trails))


def traces(look: Look) -> tuple[PatternTrace, ...]:
    """What is drawn of a look: the patterns of the worlds that are shown."""
    worlds = {world.name: world for world in look.config.worlds}
    jump = min(look.config.nx, look.config.ny) / 2
    found = []
    for one in look.config.patterns:
        world = worlds[one.world]
        if not world.visible or one.id not in look.present:
            continue
        now = look.present[one.id]
        found.append(
            PatternTrace(
                one.id,
                one.kind,
                world.color,
                now["x"],
                now["y"],
                int(now["count"]),
                one.period,
                int(now["phase"]),
                bool(now["alive"]),
                None if one.kind == "clock" else look.trails[one.id][-DRAWN_POINTS:, 1:],
                None if one.kind == "clock" else start_of(look.trails[one.id]),
                look.outlines.get(one.id),
                jump,
            )
        )
    return tuple(found)


def start_of(trail: Floats) -> tuple[float, float] | None:
    """First place of a trail."""
    return (float(trail[0, 1]), float(trail[0, 2])) if len(trail) else None


def reading(look: Look, name: str) -> str:
    """What a pattern shows, in a line."""
    now = look.present[name]
    kind = next(one.kind for one in look.config.patterns if one.id == name)
    if kind in ("clock", "agent"):
        text = f"{int(now['count']):,} updates of {look.tick:,}"
        return f"{text}, f {format_value(now['f'], digits=4)}"
    if not math.isfinite(now["x"] + now["y"]):
        return "nowhere"
    place = f"x {now['x']:.2f}, y {now['y']:.2f}, f {format_value(now['f'], digits=4)}"
    return place if now["alive"] else f"left the lattice at {place}"


def sheet(look: Look, about: str) -> Sheet:
    """Ways and readings of all patterns, a row for each point."""
    names = ("pattern", "kind", "tick", "x", "y", "clock_ticks", "phase")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for one in look.config.patterns:
        for tick, a, b in look.trails.get(one.id, np.zeros((0, 3))):
            clock = one.kind == "clock"
            row = (one.id, one.kind, int(tick), *((one.x, one.y) if clock else (a, b)))
            row += (int(a), int(b)) if clock else ("", "")
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return Sheet(columns, (about, "Places in cells, of a pattern that moves; clock_ticks in updates"))
