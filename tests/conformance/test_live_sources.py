"""Every live entry of a source acts on a running lattice, and every refused one leaves it alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import Engine, hash_state
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import SourceConfig
from tauscope.engine.gravity.support import RULES

LABELS = ("name", "world")
"""Entries that name a source and say to which set it belongs; the engine runs on the sum of all."""

CHANGES: dict[str, tuple[str, Any]] = {
    "kind": ("gaussian", "disc"),
    "x": ("gaussian", 12.5),
    "y": ("gaussian", 7.25),
    "strength": ("gaussian", 0.5),
    "width": ("gaussian", 1.0),
    "radius": ("disc", 2.5),
    "x2": ("line", 14.0),
    "y2": ("line", 4.0),
    "name": ("gaussian", "Sun"),
    "world": ("gaussian", "B"),
}


def make(kind: str, rule: str = "airtime") -> Engine:
    source = {
        "id": "s1",
        "kind": kind,
        "x": 9,
        "y": 8,
        "strength": 0.2,
        "width": 2.0,
        "radius": 4.0,
        "x2": 5,
        "y2": 11,
    }
    config = {"nx": 20, "ny": 18, "rule": rule, "sources": [source], "worlds": [{"name": "A"}, {"name": "B"}]}
    engine = create("gravity", config, seed=2)
    engine.advance(20)
    return engine


def test_every_live_entry_is_tried() -> None:
    assert {leaf.path for leaf in leaves(SourceConfig) if leaf.live} == set(CHANGES)


@pytest.mark.parametrize("entry", CHANGES)
@pytest.mark.parametrize("how", ["set", "update_source"])
@pytest.mark.parametrize("rule", RULES)
def test_an_entry_of_a_source_acts_at_once(entry: str, how: str, rule: str) -> None:
    kind, value = CHANGES[entry]
    changed, untouched = make(kind, rule), make(kind, rule)
    if how == "set":
        changed.set(f"sources.s1.{entry}", value)
    else:
        changed.command("update_source", id="s1", **{entry: value})
    assert changed.config.dump()["sources"][0][entry] == value
    for engine in (changed, untouched):
        engine.advance(30)
    same = np.array_equal(changed.field("traffic"), untouched.field("traffic"))
    assert same == (entry in LABELS)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("x", 20.0),
        ("x", -1.0),
        ("y", float("nan")),
        ("strength", -1.0),
        ("width", 0.0),
        ("kind", "blob"),
        ("world", "C"),
    ],
)
def test_a_refused_entry_changes_nothing(entry: str, value: Any) -> None:
    engine = make("gaussian")
    before = hash_state(engine.state())
    for attempt in (
        lambda: engine.set(f"sources.s1.{entry}", value),
        lambda: engine.command("update_source", id="s1", **{entry: value}),
        lambda: engine.command("add_source", **{"kind": "point", "x": 5, "y": 5, entry: value}),
    ):
        with pytest.raises(BadInput) as caught:
            attempt()
        assert caught.value.key.endswith(entry)
        assert caught.value.allowed or "finite" in str(caught.value)
    assert hash_state(engine.state()) == before
