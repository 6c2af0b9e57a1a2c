"""From a world and a list of fields to the plan of a recording, refusing what cannot be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tauscope.app.recording import clock, environment, tables
from tauscope.app.recording.layout import BOOKKEEPING, MAX_CHUNK_BYTES, STATED, safe_name
from tauscope.app.recording.plan import FieldPlan, Plan, ScalarPlan
from tauscope.engine.base import FieldSpec, hash_state
from tauscope.engine.coupling import Coupling
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.world import World

CHOSEN_FIELDS = 2
NUMERIC = "biufc"
UNDESCRIBED = "function"
"""Kind of a coupling in a recording whose engines cannot be coupled again from the file alone."""


def make_plan(
    world: World, fields: Sequence[str], every: int, hash_every: int, title: str, author: str
) -> Plan:
    """Plan of a recording that starts where the world stands.

    Parameters
    ----------
    world : World
        What is recorded.
    fields : sequence of str
        Own or derived fields; ``engine:field`` where several engines run; empty for the first two of each.
        The table of a lattice's patterns comes along.
    every, hash_every : int
        Macro ticks between frames and between state hashes.
    title, author : str
        For the file's attributes.

    Raises
    ------
    BadInput
        Unknown field, a field that is no numeric array, or frames too large for one chunk.
    """
    wanted = list(dict.fromkeys(fields)) or _choice(world)
    plans = tuple(_field_plan(world, name) for name in _with_tables(world, wanted))
    source = environment.engine_source(type(engine).__module__ for engine in world.engines.values())
    series = _scalar_plans(world)
    config = {
        **described(world),
        "start_tick": world.macro_tick,
        "from_config": _is_pristine(world),
        "every": every,
        "hash_every": hash_every,
        "fields": wanted,
        "series": [item.series for item in series],
        clock.KEY: clock.unit(world),
        STATED: True,
    }
    return Plan(
        fields=plans,
        scalars=series,
        config=config,
        environment=environment.environment(),
        source=source,
        source_hash=environment.source_hash(source),
        initial={key: engine.state() for key, engine in world.engines.items()},
        title=title or ", ".join(world.engines),
        author=author,
    )


def described(world: World) -> dict[str, Any]:
    """Engines of a world and their couplings, as a recording describes them."""
    engines = {
        key: {
            "name": engine.name,
            "config": engine.config.dump(),
            "seed": engine.seed,
            "device": str(getattr(engine, "device", "cpu")),
            "ratio": world.ratios[key],
            "tick": engine.tick,
            "reproducibility": engine.reproducibility,
        }
        for key, engine in world.engines.items()
    }
    return {"engines": engines, "couplings": [_described(couple) for couple in world.couplings]}


def frame_bytes(world: World, fields: Sequence[str]) -> int:
    """Uncompressed bytes of one frame of these fields, computed from the fields themselves."""
    return sum(_field_plan(world, name).nbytes for name in dict.fromkeys(fields))


def _choice(world: World) -> list[str]:
    alone = len(world.engines) == 1
    return [
        name if alone else f"{key}:{name}"
        for key, engine in world.engines.items()
        for name in [n for n, spec in engine.field_specs().items() if spec.kind != "table"][:CHOSEN_FIELDS]
    ]


def _with_tables(world: World, wanted: Sequence[str]) -> list[str]:
    """Fields that were asked for, and the tables that are always kept."""
    alone = len(world.engines) == 1
    first = next(iter(world.engines))
    given = {(key or first, name) for key, _, name in (one.rpartition(":") for one in wanted)}
    return [
        *wanted,
        *(
            name if alone else f"{key}:{name}"
            for key in world.engines
            for name in tables.always(world, key)
            if (key, name) not in given
        ),
    ]


def _described(couple: Any) -> dict[str, Any]:
    """Description of a coupling; a plain function has none, and its recording cannot be run again."""
    return couple.config.dump() if isinstance(couple, Coupling) else {"kind": UNDESCRIBED}


def _is_pristine(world: World) -> bool:
    """Whether configuration and seed alone give the present state."""
    if world.macro_tick or len(world.events) or any(engine.tick for engine in world.engines.values()):
        return False
    return world.generation == 0 or _is_fresh(world)


def _is_fresh(world: World) -> bool:
    """Whether engines at tick 0 are as their configurations make them, not restored to something else."""
    if not all(isinstance(couple, Coupling) for couple in world.couplings):
        return False
    seeds = {key: engine.seed for key, engine in world.engines.items()}
    new = World.of(world.setup, seeds, {key: str(engine.device) for key, engine in world.engines.items()})
    return all(
        hash_state(new.engine(key).state()) == hash_state(engine.state())
        for key, engine in world.engines.items()
    )


def _field_plan(world: World, wanted: str) -> FieldPlan:
    key, _, name = wanted.rpartition(":")
    if not key:
        key = next(iter(world.engines))
    specs = world.specs(key)
    if name not in specs:
        raise unknown_name("field", name, specs, key="fields")
    spec: FieldSpec = specs[name]
    array = world.field(key, name)
    if array.dtype.kind not in NUMERIC or array.ndim != len(spec.dims):
        raise BadInput(
            f"The field “{name}” is no array of numbers over {', '.join(spec.dims)} and cannot be recorded.",
            key="fields",
            value=name,
        )
    if array.nbytes > MAX_CHUNK_BYTES:
        raise BadInput(
            f"One frame of “{name}” takes {array.nbytes >> 20} MiB.",
            key="fields",
            value=name,
            allowed=f"frames up to {MAX_CHUNK_BYTES >> 20} MiB",
            remedy="Record a smaller lattice or a reduced field.",
        )
    return FieldPlan(
        dataset=_dataset_name(name if len(world.engines) == 1 else f"{key}.{name}", spec),
        engine=key,
        field=name,
        label=spec.label,
        unit=spec.unit,
        dims=spec.dims,
        shape=tables.room(array.shape) if tables.changes(spec.dims) else array.shape,
        dtype=np.dtype(array.dtype).name,
    )


def _dataset_name(name: str, spec: FieldSpec) -> str:
    taken: set[Any] = {*BOOKKEEPING, *spec.dims}
    return f"{safe_name(name)}_field" if name in taken else safe_name(name)


def _scalar_plans(world: World) -> tuple[ScalarPlan, ...]:
    alone = len(world.engines) == 1
    return tuple(
        ScalarPlan(safe_name(name if alone else f"{key}.{name}"), key, name, spec.label, spec.unit)
        for key, engine in world.engines.items()
        for name, spec in engine.scalar_specs().items()
    )
