"""Fields that an engine is said to offer without running are those that it offers."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.engine import registry
from tauscope.engine.world import World

LIGHT = {"kind": "light", "id": "p1", "x": 4.0, "y": 5.0, "velocity": [1.0, 0.0]}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("gravity", {"nx": 24, "ny": 20}),
    ("gravity", {"nx": 24, "ny": 20, "dtype": "float32", "rule": "literal"}),
    ("gravity", {"nx": 24, "ny": 20, "patterns": [{"kind": "clock", "id": "p1", "x": 4.0, "y": 5.0}]}),
    (
        "gravity",
        {
            "nx": 24,
            "ny": 20,
            "patterns": [LIGHT],
        },
    ),
    ("kuramoto", {}),
    *[("charge", {"mode": mode, "size": 16}) for mode in ("D", "rho2")],
    *[("gauge", {"shape": [4] * dimensions}) for dimensions in (2, 3, 4)],
    ("ufie", {"precision": "fast"}),
]


@pytest.mark.parametrize(("name", "config"), CASES)
def test_they_are_known_without_a_run(name: str, config: dict[str, Any]) -> None:
    world = World.single(name, config, seed=1)
    told = registry.field_specs(name, world.engine(name).config)
    assert dict(told) == dict(world.specs(name))
