"""What the monitors show of one engine or of several: which scalars, and by which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from tauscope.app.labs import short_name
from tauscope.app.recording import RecordingFile
from tauscope.engine import registry
from tauscope.engine.base import ScalarSpec
from tauscope.engine.world import World

TELLING = (
    ("kuramoto", "R_total"),
    ("ufie", "residual"),
    ("gravity", "f_traffic_min"),
    ("kuramoto", "cross_sync"),
    ("ufie", "max_amplitude"),
    ("gravity", "traffic_total"),
)
"""Scalars that stand first where several engines run, in this order."""

Value = TypeVar("Value")


def scalar_specs(world: World) -> dict[str, ScalarSpec]:
    """Scalars of all engines, by the names of `named`; those that tell most first."""
    return specs_of({key: engine.scalar_specs() for key, engine in world.engines.items()}, world.main)


def recorded_specs(file: RecordingFile) -> dict[str, ScalarSpec]:
    """Scalars that a recording holds, by the names of `named`."""
    of_engines = {
        key: {
            name: spec
            for name, spec in registry.scalar_specs(entry["name"]).items()
            if (name if len(file.engines) == 1 else f"{key}.{name}") in file.scalars
        }
        for key, entry in file.engines.items()
    }
    return specs_of(of_engines, next(iter(file.engines)))


def specs_of(of_engines: Mapping[str, Mapping[str, ScalarSpec]], main: str) -> dict[str, ScalarSpec]:
    """Scalars of engines, by the names of `named`; of several, those that tell most first."""
    if len(of_engines) == 1:
        return dict(of_engines[main])
    titled = {
        key: {name: replace(spec, label=f"{spec.label} · {short_name(key)}") for name, spec in found.items()}
        for key, found in of_engines.items()
    }
    ordered = [(key, name) for key, name in TELLING if name in of_engines.get(key, {})]
    ordered += [(key, name) for key, specs in titled.items() for name in specs]
    return {name_of(key, name, main): titled[key][name] for key, name in dict.fromkeys(ordered)}


def named(values: Mapping[str, Mapping[str, Value]], main: str) -> dict[str, Value]:
    """Values of all engines: the main one's by their names, those of others as ``engine.name``.

    These are the names in logs and conditions as well; which engine is in focus makes no difference.
    """
    return {name_of(key, name, main): value for key, found in values.items() for name, value in found.items()}


def name_of(key: str, name: str, main: str) -> str:
    """Name of an engine's scalar in a session."""
    return name if key == main else f"{key}.{name}"
