"""Patterns of every kind beside masses that move and parameters that change: sound, told of, repeatable."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import hash_state
from tauscope.engine.gravity.analysis import warm_start
from tauscope.engine.gravity.support import RELAYING

TOLERANCES = tomllib.loads((Path(__file__).parents[2] / "tolerances.toml").read_text(encoding="utf-8"))[
    "gravity"
]["patterns"]
SIDE, STEPS, TICKS = 65, 24, 25

PATTERNS = (
    {"id": "clock", "kind": "clock", "x": 36, "y": 32, "activity": 1e-3, "profile": "gaussian"},
    {"id": "light", "kind": "light", "x": 14, "y": 44, "velocity": [1, 0], "extent": 6},
    {
        "id": "packet",
        "kind": "packet",
        "x": 46,
        "y": 32,
        "velocity": [0.1, 0.2],
        "extent": 6,
        "activity": 1e-3,
    },
    {"id": "body", "kind": "geodesic", "x": 44, "y": 20, "velocity": [0.2, 0], "activity": 2e-3},
    {"id": "ray", "kind": "ray", "x": 8, "y": 20, "velocity": [1, 0]},
    {"id": "agent", "kind": "agent", "x": 20, "y": 20, "policy": "wander", "period": 5, "activity": 2e-3},
)
"""One of each kind; those that can emit do."""

CHANGES: dict[int, tuple[str, dict[str, Any]]] = {
    4: ("set", {"path": "capacity", "value": 1.5}),
    6: ("set", {"path": "survival", "value": 0.998}),
    8: ("set", {"path": "ema_window", "value": 500.0}),
    10: ("set", {"path": "background", "value": 1e-4}),
    12: ("update_source", {"id": "sun", "strength": 0.02}),
    14: ("move_pattern", {"id": "clock", "x": 20, "y": 40}),
    16: ("set", {"path": "patterns.body.activity", "value": 0.0}),
    18: ("remove_source", {"id": "moon"}),
}
"""Live changes by step; both masses are moved at every step besides."""


def made(rule: str, dtype: str, window: float = 300.0) -> Any:
    """A periodic lattice: nothing leaves it, so that a wave's energy can only change by an error."""
    masses = [
        {"id": "sun", "kind": "gaussian", "x": 32, "y": 32, "strength": 0.01, "width": 2},
        {"id": "moon", "kind": "disc", "x": 50, "y": 32, "strength": 0.005, "radius": 2},
    ]
    config = {"nx": SIDE, "ny": SIDE, "boundary": "periodic", "survival": 0.999, "sources": masses}
    more = {"rule": rule, "dtype": dtype, "ema_window": window, "patterns": PATTERNS}
    engine = create("gravity", {**config, **more}, seed=3)
    if rule in RELAYING:
        engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    return engine


def run(engine: Any, advance: Callable[[int], Any]) -> None:
    """Move both masses on circles, and change what can be changed."""
    for step in range(STEPS):
        angle = step / 4
        engine.command("move_source", id="sun", x=32 + 8 * np.sin(angle), y=32 + 8 * np.cos(angle))
        if step < 18:
            engine.command("move_source", id="moon", x=50 - step, y=32 + step / 2)
        if step in CHANGES:
            name, given = CHANGES[step]
            if name == "set":
                engine.set(given["path"], given["value"])
            else:
                engine.command(name, **given)
        advance(TICKS)


@pytest.mark.parametrize(
    ("rule", "dtype"),
    [("airtime", "float32"), ("airtime", "float64"), ("airtime", "int32"), ("fluid", "float32")],
)
def test_every_kind_stands_moving_masses_and_live_changes(rule: str, dtype: str) -> None:
    """The energy of a node-local wave is kept in any field, also in one that changes, but for noise."""
    engine, again = made(rule, dtype), made(rule, dtype)
    launched = {name: one["energy"] for name, one in engine.patterns().items()}
    start = engine.patterns()
    run(engine, engine.advance)
    found = engine.patterns()
    assert engine.check() is None
    assert engine.events() == (), "a window of 300 ticks and more is long enough"
    for name in ("light", "packet"):
        assert found[name]["energy"] == pytest.approx(launched[name], rel=TOLERANCES["moving_energy"]), name
    assert all(np.isfinite(value) for one in found.values() for value in one.values())
    assert all(np.isfinite(engine.field(name)).all() for name in ("psi", "pi", "patterns"))
    for name in ("light", "packet", "body", "ray", "agent"):
        assert np.hypot(found[name]["x"] - start[name]["x"], found[name]["y"] - start[name]["y"]) > 1, name
    assert 0 < found["clock"]["count"] < STEPS * TICKS

    def in_parts(ticks: int) -> None:
        for part in (3, 1, ticks - 4):
            again.advance(part)

    run(again, in_parts)
    assert hash_state(again.state()) == hash_state(engine.state())
    assert again.patterns() == found
    for one in PATTERNS:
        assert np.array_equal(again.trail(one["id"]), engine.trail(one["id"]))


def test_a_window_too_short_for_moving_masses_is_told_and_its_energy_seen() -> None:
    """W = 1 skips the ticks at which nodes wait; the same run that W = 300 stands gains energy many times."""
    engine = made("airtime", "float32", 1.0)
    told = [notice.sentence for notice in engine.events()]
    assert len(told) == 2, "once for each wave"
    assert all("window W of 1 ticks" in text for text in told)
    for step in range(12):
        engine.command("move_source", id="sun", x=32 + 8 * np.sin(step / 4), y=32 + 8 * np.cos(step / 4))
        engine.advance(TICKS)
    assert engine.scalars()["wave_energy_ratio"] > 1.5
    told = [notice.sentence for notice in engine.events()]
    assert sum("times that of its launch" in text for text in told) == 2
