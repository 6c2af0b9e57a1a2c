"""What the monitors show of one engine or of several: which scalars, and by which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from tauscope.app.labs import short_name
from tauscope.engine.base import ScalarSpec
from tauscope.engine.world import World

TELLING = {
    "kuramoto": ("R_total", "cross_sync"),
    "ufie": ("residual", "max_amplitude"),
    "gravity": ("f_traffic_min", "traffic_total"),
}
"""Scalars that stand first where several engines run, in this order."""

Value = TypeVar("Value")


def scalar_specs(world: World) -> dict[str, ScalarSpec]:
    """Scalars of all engines, by the names of `named`; those that tell most first."""
    of_engines = {key: engine.scalar_specs() for key, engine in world.engines.items()}
    if len(of_engines) == 1:
        return dict(of_engines[world.main])
    first = {
        key: {name: of_engines[key][name] for name in names if name in of_engines[key]}
        for key, names in TELLING.items()
        if key in of_engines
    }
    titled = {
        key: {name: replace(spec, label=f"{spec.label} · {short_name(key)}") for name, spec in found.items()}
        for key, found in of_engines.items()
    }
    ordered = [(key, name) for key, names in first.items() for name in names]
    ordered += [(key, name) for key, specs in titled.items() for name in specs]
    return {name_of(key, name, world.main): titled[key][name] for key, name in dict.fromkeys(ordered)}


def named(values: Mapping[str, Mapping[str, Value]], main: str) -> dict[str, Value]:
    """Values of all engines: the main one's by their names, those of others as ``engine.name``.

    These are the names in logs and conditions as well; which engine is in focus makes no difference.
    """
    return {name_of(key, name, main): value for key, found in values.items() for name, value in found.items()}


def name_of(key: str, name: str, main: str) -> str:
    """Name of an engine's scalar in a session."""
    return name if key == main else f"{key}.{name}"
