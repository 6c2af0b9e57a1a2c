"""One run of a sweep, wherever it is done: in this process, in a worker, or on a cluster."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from tauscope.app.presets import Preset
from tauscope.engine import registry
from tauscope.engine.autocorrelation import mean_of
from tauscope.engine.base import BlowUp, Engine
from tauscope.engine.condition import read_scalars, scalar_names
from tauscope.engine.errors import BadInput, TauscopeError, unknown_name
from tauscope.engine.sweep_plan import Point, Value
from tauscope.engine.world import World

Status = Literal["done", "blow-up", "failed"]
CHECK_EVERY = 64
"""Macro ticks between two looks at the limits of a run."""
ALWAYS = ("blow_up", "end_tick")
"""Numbers of every run of engines: 1 where it broke a limit, and the tick at which it ended."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is run at every point.

    Parameters
    ----------
    preset : mapping or None
        Plain data of a preset, None for a study.
    study : (str, str) or None
        Owner and name of a study whose tables of quantity and value, and error if any, are the numbers of a
        run.
    settle : int
        Macro ticks before anything is measured.
    measure : int
        Macro ticks over which scalars are averaged; 0 reads them once, after ``settle``.
    every : int
        Macro ticks between two samples of the mean.
    scalars : tuple of str
        Scalars to keep; of companions as ``engine_scalar``; empty for all.
    fixed : mapping
        Entries set before those that are varied; options of a study.
    device : str
        ``cpu``, ``cuda`` or ``auto``.
    """

    preset: Mapping[str, Any] | None = None
    study: tuple[str, str] | None = None
    settle: int = 1000
    measure: int = 0
    every: int = 10
    scalars: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"

    def dump(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Task:
        """Task of plain data."""
        study = data.get("study")
        return cls(
            **{
                **data,
                "study": tuple(study) if study else None,
                "scalars": tuple(data.get("scalars", ())),
            }
        )

    def check(self) -> None:
        """Refuse numbers out of range; raises BadInput."""
        for key, value, least in (
            ("--ticks", self.settle, 0),
            ("--measure", self.measure, 0),
            ("--every", self.every, 1),
        ):
            if value < least:
                raise BadInput(f"{key} is {value}.", key=key, value=value, allowed=f"{least} or more")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a run.

    Parameters
    ----------
    index : int
        Number of the run.
    status : str
        ``done``, ``blow-up`` or ``failed``.
    scalars, errors : mapping of str to float
        Numbers, and standard errors of those that are means.
    seconds, overhead : float
        Wall clock, and the part of it that was not spent in advancing or solving.
    message : str
        Why it failed or stopped, as a sentence.
    """

    index: int
    status: Status
    scalars: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    overhead: float = 0.0
    message: str = ""


def run(task: Task, point: Point) -> Result:
    """Do one run; what goes wrong in it becomes its result."""
    started = time.perf_counter()
    try:
        found, spent = (_study if task.study else _engines)(task, point)
    except TauscopeError as error:
        return Result(point.index, "failed", seconds=time.perf_counter() - started, message=str(error))
    except Exception as error:  # noqa: BLE001 - one run's fault must not end the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__}: {error} (line {where.lineno} of {where.name})"
        return Result(point.index, "failed", seconds=time.perf_counter() - started, message=message)
    seconds = time.perf_counter() - started
    return Result(
        found.index, found.status, found.scalars, found.errors, seconds, seconds - spent, found.message
    )


def names(task: Task, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Names of the scalars that a task keeps, found at one point without running it; empty for a study.

    Raises
    ------
    BadInput
        Unknown scalar or parameter, or refused values.
    """
    if task.study is not None:
        registry.study(*task.study)
        return task.scalars
    known = scalar_names(_world(task, values, 1))
    for name in task.scalars:
        if name not in known and name not in ALWAYS:
            raise unknown_name("scalar", name, (*known, *ALWAYS), key="--scalars")
    return (*dict.fromkeys((*(task.scalars or known), *ALWAYS)),)


def _world(task: Task, values: Mapping[str, Value], seed: int) -> World:
    preset = Preset.model_validate(task.preset).with_values({**task.fixed, **values})
    return World.of(preset.setup(), seed, task.device)


def _drive(world: World, task: Task, wanted: tuple[str, ...]) -> tuple[BlowUp | None, list[dict[str, float]]]:
    """Advance to the end, and sample; a limit is looked at after fixed numbers of ticks.

    Not as `headless.drive` does it, whose chunks follow the clock: a run that breaks a limit must end at the
    same tick wherever it runs.
    """
    rows: list[dict[str, float]] = []
    end = task.settle + task.measure
    while world.macro_tick < end:
        here = world.macro_tick
        stops = [end, (here // CHECK_EVERY + 1) * CHECK_EVERY]
        if task.measure:
            stops.append(task.settle + max((here - task.settle) // task.every + 1, 1) * task.every)
        world.advance(min(stops) - here)
        if (found := world.check()) is not None:
            return found, rows
        if world.macro_tick == stops[-1] and task.measure:
            rows.append(read_scalars(world, wanted))
    return None, rows


def _engines(task: Task, point: Point) -> tuple[Result, float]:
    world = _world(task, point.values, point.seed)
    wanted = tuple(name for name in (task.scalars or scalar_names(world)) if name not in ALWAYS)
    before = time.perf_counter()
    found, rows = _drive(world, task, wanted)
    spent = time.perf_counter() - before
    always = {"blow_up": float(found is not None), "end_tick": float(world.macro_tick)}
    if found is not None:
        kept = read_scalars(world, wanted) if found.kept else {}
        scalars = {name: kept[name] for name in wanted if name in kept}
        return Result(point.index, "blow-up", scalars | always, message=found.sentence()), spent
    if not task.measure:
        read = read_scalars(world, wanted)
        return Result(point.index, "done", {n: read[n] for n in wanted if n in read} | always), spent
    scalars, errors = _means(rows, wanted)
    return Result(point.index, "done", scalars | always, errors), spent


def _means(
    rows: list[dict[str, float]], wanted: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, float]]:
    values: dict[str, float] = {}
    errors: dict[str, float] = {}
    for name in wanted:
        series = np.array([row.get(name, math.nan) for row in rows])
        if np.isfinite(series).all() and len(series) > 1:
            found = mean_of(series)
            values[name], errors[name] = found.value, found.error
        else:
            values[name] = float(series.mean()) if len(series) else math.nan
    return values, errors


class _Context:
    """What a study sees of the outside when it is one run of a sweep."""

    quick = False

    def __init__(self, seed: int, options: Mapping[str, Any]) -> None:
        self.seed = seed
        self.options = options

    def progress(self, fraction: float, text: str = "") -> None:
        """Nobody watches one run of many."""

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        """New engine of the study's own."""
        return registry.create(engine, config, seed=self.seed if seed is None else seed)


def _study(task: Task, point: Point) -> tuple[Result, float]:
    assert task.study is not None
    before = time.perf_counter()
    report = registry.study(*task.study).run(_Context(point.seed, {**task.fixed, **point.values}))
    spent = time.perf_counter() - before
    found: dict[str, float] = {}
    errors: dict[str, float] = {}
    for table in report.tables:
        if table.columns in (("quantity", "value"), ("quantity", "value", "error")):
            found |= {str(row[0]): float(row[1]) for row in table.rows}
            errors |= {str(row[0]): float(row[2]) for row in table.rows if len(row) > 2}
    if task.scalars:
        for name in task.scalars:
            if name not in found:
                raise unknown_name("quantity", name, found, key="--scalars")
        found = {name: found[name] for name in task.scalars}
    return Result(point.index, "done", found, {n: errors[n] for n in found if n in errors}), spent
