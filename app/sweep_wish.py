"""What a sweep of the window goes through: from a form to a sweep, its runs, and back to a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py

from tauscope.app import sweep_presets
from tauscope.app.document import Content, content_of
from tauscope.app.presets import Preset
from tauscope.app.recording import lock
from tauscope.app.sweep_file import KIND, SweepData, journal_path, new
from tauscope.app.sweep_task import Task
from tauscope.app.view_defaults import default_views
from tauscope.engine.config import all_leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.sweep_plan import Plan, Point, Value, parse_axis, parse_sample
from tauscope.widgets.amounts import plural
from tauscope.widgets.controls.numbers import format_duration

SHOWN = ""
"""Stands for the set-up that the window shows, in the place of a preset's name."""
OF_FILE = "*"
"""Stands for what the file runs that was opened, in the place of a preset's name."""
MOST_LOOKED_AT = 200
"""Files of a folder that are looked into for unfinished sweeps, the newest ones."""


@dataclass(frozen=True)
class Wish:
    """What a form says.

    Parameters
    ----------
    base : str
        Preset of a sweep whose task is run, or `SHOWN`.
    vary : tuple of (str, str)
        Paths and values, as ``start:stop:n`` or ``a,b,c``.
    kind, count : str, int
        Way to sample, and points of those that draw them.
    seeds, seed : int
        Runs of each point, and the first seed.
    settle, measure, every : int
        Ticks, as in `Task`.
    scalars : str
        Names with commas, "" for all.
    of_file : (str, Task) or None
        Title and task of the file whose set-up `OF_FILE` means.
    """

    base: str
    vary: tuple[tuple[str, str], ...]
    kind: str = "grid"
    count: int = 50
    seeds: int = 1
    seed: int = 1
    settle: int = 1000
    measure: int = 0
    every: int = 10
    scalars: str = ""
    of_file: tuple[str, Task] | None = None

    @classmethod
    def of_preset(cls, name: str) -> Wish:
        """What a preset of a sweep says."""
        found = sweep_presets.load(name)
        kind, count = parse_sample(found.sample)
        vary = tuple((word.partition("=")[0], word.partition("=")[2]) for word in found.vary)
        return cls(name, vary, kind, count or cls.count, found.seeds, found.seed, found.settle, found.measure,
                   found.every, ", ".join(found.scalars))  # fmt: skip

    @classmethod
    def of_data(cls, data: SweepData) -> Wish:
        """What made a sweep."""
        plan, task = data.plan, data.task
        vary = tuple((axis.path, values_of(axis.values)) for axis in plan.axes)
        return cls(OF_FILE, vary, plan.kind, plan.count or cls.count, plan.seeds, plan.seed, task.settle,
                   task.measure, task.every, ", ".join(task.scalars), (data.title, task))  # fmt: skip

    def sweep(self, content: Content) -> SweepData:
        """The sweep, with nothing run.

        Raises
        ------
        BadInput
            Words that cannot be read.
        """
        drawn = self.kind in ("random", "latin")
        kind, count = parse_sample(f"{self.kind}:{self.count}" if drawn else self.kind)
        axes = tuple(parse_axis(f"{path}={values}") for path, values in self.vary if path or values)
        scalars = tuple(name.strip() for name in self.scalars.split(",") if name.strip())
        if self.base == SHOWN:
            title, task = content.title or "Untitled", Task(preset_of(content).dump())
        elif self.base == OF_FILE and self.of_file is not None:
            title, task = self.of_file
        else:
            made = sweep_presets.load(self.base).sweep()
            title, task = made.title, made.task
        if task.study is None:
            task = replace(task, settle=self.settle, measure=self.measure, every=self.every)
        return new(title, replace(task, scalars=scalars), Plan(kind, axes, count, self.seeds, self.seed))


def values_of(values: Sequence[Value]) -> str:
    """Values as they are typed; numbers with twelve digits at most."""
    texts = (f"{v:.12g}" if isinstance(v, float) else json.dumps(v) for v in values)
    return ",".join(texts)


def preset_of(content: Content) -> Preset:
    """Preset of the engines that a document runs."""
    made = content.focused(content.main)
    title = content.title if any(c.isalnum() for c in content.title) else "Untitled"
    return Preset.make(
        title,
        made.engine,
        made.config.dump(),
        companions=made.others,
        ticks=made.ticks,
        couplings=made.couplings,
    )


def parameters(content: Content) -> dict[str, str]:
    """Paths of all entries that can be varied, companions' with their engine's name, and what they are."""
    found: dict[str, str] = {}
    for key, config in content.configs.items():
        labels = {leaf.path: f"{leaf.label} · {leaf.description}" for leaf in all_leaves(type(config))}
        before = "" if key == content.main else f"{key}."
        for path in _paths(config.dump()):
            found[f"{before}{path}"] = labels.get(path, "")
    return found


def _paths(data: Any, path: str = "") -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _paths(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list | tuple):
        for place, value in enumerate(data):
            if isinstance(value, Mapping):
                yield from _paths(value, f"{path}.{value.get('id') or value.get('name') or place}")
    elif isinstance(data, str | int | float | bool):
        yield path


def suggested(content: Content) -> tuple[str, str]:
    """A parameter and values to begin with: the first large slider, about its present value."""
    config = content.focused(content.main).config
    for leaf in all_leaves(type(config)):
        value = config.dump().get(leaf.path)
        if getattr(leaf, "hero", False) and isinstance(value, float) and value:
            low, high = sorted((0.5 * value, 1.5 * value))
            low = max(low, getattr(leaf, "low", None) or low)
            high = min(high, getattr(leaf, "high", None) or high)
            if low < high:
                return leaf.path, f"{low:.4g}:{high:.4g}:6"
    return "", ""


def content_of_run(data: SweepData, point: Point) -> Content:
    """Document of one run: its parameters and its seed.

    Raises
    ------
    BadInput
        A study, which has no document, or refused values.
    """
    if data.task.preset is None:
        raise BadInput("This sweep runs a study, which has no set-up that the window could show.")
    preset = Preset.model_validate(data.task.preset).with_values({**data.task.fixed, **point.values})
    content = content_of(
        preset.engine,
        preset.config,
        seed=point.seed,
        title=f"{data.title}, run {point.index}",
        companions={key: companion.config for key, companion in preset.companions.items()},
        ticks=preset.ratios(),
        couplings=preset.couplings,
    )
    return replace(content, views=default_views(preset.views, content))


def values_text(point: Point) -> str:
    """Values and seed of a run, in a line."""
    values = [
        f"{path} = {v:.6g}" if isinstance(v, float) else f"{path} = {v}" for path, v in point.values.items()
    ]
    return ", ".join([*values, f"seed {point.seed}"])


def estimate(data: SweepData, rate: float, workers: int) -> str:
    """How many runs a sweep has and about how long they take.

    Parameters
    ----------
    data : SweepData
        Sweep, with the results so far.
    rate : float
        Ticks a second of such a run, 0 where it is not known.
    workers : int
        Processes that work side by side, 0 where it is not known.
    """
    plan, left = data.plan, len(data.plan) - len(data.results)
    text = plural(len(plan), "run", "runs")
    if plan.seeds > 1:
        text += f" ({plural(plan.points, 'point', 'points')} × {plan.seeds} seeds)"
    seconds = [one.seconds for one in data.results.values() if one.status != "failed"]
    each = sum(seconds) / len(seconds) if seconds else 0.0
    if not each and rate > 0 and data.task.study is None:
        each = (data.task.settle + data.task.measure) / rate
    if not each or not workers:
        return f"{text}; how long they take is known after the first ones"
    return (
        f"{text}, about {format_duration(each)} each: {format_duration(left * each / workers)} "
        f"on {plural(workers, 'process', 'processes')}"
    )


def unfinished(folder: Path) -> list[Path]:
    """Sweeps of a folder that were paused or killed and that no other process goes on with, newest first."""
    found = []
    files = sorted(folder.glob("*.h5"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[:MOST_LOOKED_AT]:
        try:
            with h5py.File(path, "r") as file:
                kind = bytes(file.attrs.get("kind", b"")).decode()
                open_end = bytes(file.attrs.get("status", b"")).decode() != "done"
        except (OSError, TypeError, ValueError):
            continue  # damaged, or no file of ours: nothing that could be gone on with
        if kind == KIND and (open_end or journal_path(path).exists()) and lock.holder(path) is None:
            found.append(path)
    return found
