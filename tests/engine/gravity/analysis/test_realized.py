"""Realized emission by source, against the sum over the whole map."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.gravity.analysis.realized import realized_by_source
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map

SOURCES = [
    {"id": "a", "kind": "gaussian", "x": 12, "y": 14, "strength": 4e-3, "width": 3},
    {"id": "b", "kind": "disc", "x": 25, "y": 20, "strength": 2e-3, "radius": 4},
    {"id": "c", "kind": "point", "x": 3, "y": 20, "strength": 1e-2},
]


@pytest.mark.parametrize("boundary", ["absorbing", "disc"])
def test_the_sources_add_up_to_the_whole(boundary: str) -> None:
    config = GravityConfig.load(
        {"nx": 40, "ny": 36, "boundary": boundary, "sources": SOURCES[: 2 + (boundary != "disc")]}
    )
    f = np.random.default_rng(1).uniform(0.2, 1.0, (36, 40))
    parts = realized_by_source(config, f)
    assert sum(parts.values()) == pytest.approx(float((f * emission_map(config)).sum()), rel=1e-12)
    assert realized_by_source(config, f, ["b"]) == {"b": parts["b"]}


def test_a_point_emits_its_strength_times_its_own_share() -> None:
    config = GravityConfig.load({"nx": 40, "ny": 36, "sources": SOURCES})
    f = np.full((36, 40), 0.5)
    f[20, 3] = 0.25
    assert realized_by_source(config, f)["c"] == pytest.approx(2.5e-3, rel=1e-12)


def test_a_field_of_another_lattice_is_refused() -> None:
    config = GravityConfig.load({"nx": 40, "ny": 36})
    with pytest.raises(ValueError, match="shape"):
        realized_by_source(config, np.ones((40, 36)))
