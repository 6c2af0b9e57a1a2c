"""Tables whose rows come and go while a run is recorded: one for each pattern of a lattice.

Every frame of a field has one shape, so such a table gets more rows than it has, and NaN in those that are
free. When it needs more the recording goes on in its next part.
"""

from __future__ import annotations

import numpy as np

from tauscope.app.recording.plan import Plan
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.world import World

ROWS = "pattern"
"""First axis of such a table; it is always recorded, beside the fields that were asked for."""

SPARE = 64
"""Rows come in so many at a time, and at least one is free."""


def changes(dims: tuple[str, ...]) -> bool:
    """Whether a field over these axes is a table whose rows come and go."""
    return dims[:1] == (ROWS,)


def room(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape in the file of a table that has this one now."""
    return (SPARE * (shape[0] // SPARE + 1), *shape[1:])


def always(world: World, key: str) -> list[str]:
    """Names of the tables of an engine that are recorded whatever was asked for."""
    return [name for name, spec in world.engine(key).field_specs().items() if changes(spec.dims)]


def read(world: World, key: str, name: str, shape: tuple[int, ...]) -> Array:
    """Field as a frame of this shape has it, with NaN in rows of a table that are free.

    Raises
    ------
    ValueError
        A table of more rows.
    """
    specs: dict[str, FieldSpec] = dict(world.specs(key))
    if name in specs and not changes(specs[name].dims):
        return world.field(key, name)
    full = np.full(shape, np.nan)
    if name in specs:  # an engine without patterns has no such table
        found = world.field(key, name)
        full[: len(found)] = found
    return full


def fit(world: World, plan: Plan | None) -> bool:
    """Whether all tables have a place in the file that is written."""
    planned = {} if plan is None else {(one.engine, one.field): one.shape[0] for one in plan.fields}
    return plan is None or all(
        len(world.field(key, name)) <= planned.get((key, name), -1)
        for key in world.engines
        for name in always(world, key)
    )
