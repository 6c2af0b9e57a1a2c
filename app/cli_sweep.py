"""``tauscope sweep``: many runs with other values and seeds, into one file that a kill does not lose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tauscope.app import presets, sweep_presets
from tauscope.app.cli_output import Output
from tauscope.app.cli_run import assignments_of
from tauscope.app.outputs import fresh
from tauscope.app.sweep import Outcome, Pool, check, check_new, resumed, sweep
from tauscope.app.sweep_cluster import ClusterPool
from tauscope.app.sweep_file import SweepData, new
from tauscope.app.sweep_local import LocalPool
from tauscope.app.sweep_task import Result, Task
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.sweep_plan import Plan, parse_axis, parse_sample

TICKS = 1000
EVERY = 10
ROWS = 60
"""Points that are printed; the file holds all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Arguments of ``tauscope sweep`` as they were given."""

    preset: str | None
    vary: tuple[str, ...] = ()
    sample: str | None = None
    seeds: int | None = None
    seed: int | None = None
    assignments: tuple[str, ...] = ()
    ticks: int | None = None
    measure: int | None = None
    every: int | None = None
    scalars: str = ""
    workers: int | None = None
    scheduler: str = ""
    out: Path | None = None
    resume: bool = False


def run(choice: Choice, output: Output) -> int:
    """Sweep, say what came out, and return 0; 1 where every run failed.

    Raises
    ------
    BadInput
        Before anything has run.
    """
    if choice.workers is not None and (choice.scheduler or choice.workers < 1):
        raise BadInput(
            "--workers and --scheduler exclude each other."
            if choice.scheduler
            else f"--workers is {choice.workers}.",
            key="--workers",
            value=choice.workers,
            allowed="1, 2, …, without --scheduler",
        )
    data, path = _resumed(choice) if choice.resume else _new(choice)
    pool: Pool = ClusterPool(choice.scheduler) if choice.scheduler else LocalPool(choice.workers or 0)
    whole = len(data.plan)
    known = len(data.results)
    output.say(
        f"{data.title}: {whole} runs on {pool.title}{f', {known} of them known' if known else ''}; {path}"
    )
    with output.progress(data.title, float(whole)) as advance:

        def tell(result: Result, done: int) -> None:
            advance(float(done), f"run {result.index}")
            if result.status == "failed":
                output.warn(f"Run {result.index} failed. {result.message}")

        outcome = sweep(path, data, pool, on_result=tell)
    return _report(outcome, path, output)


def data_of(choice: Choice) -> SweepData:
    """Sweep that is asked for, with nothing run.

    Raises
    ------
    BadInput
        Unknown preset, or words that cannot be read.
    """
    if choice.preset is None:
        raise BadInput(
            "No preset is named.",
            key="PRESET",
            allowed=", ".join((*sweep_presets.names(), *presets.names())),
            remedy="Name one, or give --resume with --out.",
        )
    if choice.preset in sweep_presets.names():
        data = sweep_presets.load(choice.preset).sweep()
    else:
        data = _of_preset(choice.preset)
    task, plan = data.task, data.plan
    fixed = {**task.fixed, **assignments_of(choice.assignments)}
    scalars = tuple(name.strip() for name in choice.scalars.split(",") if name.strip())
    task = replace(
        task,
        fixed=fixed,
        scalars=scalars or task.scalars,
        **_given(settle=choice.ticks, measure=choice.measure, every=choice.every),
    )
    if choice.vary:
        plan = replace(plan, axes=tuple(parse_axis(word) for word in choice.vary))
    if choice.sample is not None:
        kind, count = parse_sample(choice.sample)
        plan = replace(plan, kind=kind, count=count)
    plan = replace(plan, **_given(seeds=choice.seeds, seed=choice.seed))
    if twice := {axis.path for axis in plan.axes} & set(fixed):
        raise BadInput(
            f"{min(twice)} is set and varied.", key="--set", remedy="Leave out --set or --vary of it."
        )
    return new(data.title, task, plan)


def _of_preset(name: str) -> SweepData:
    try:
        preset = presets.load(name)
    except BadInput as error:
        if "/" in name or name.endswith(".json"):
            raise
        raise unknown_name("preset", name, (*sweep_presets.names(), *presets.names()), "preset") from error
    task = Task(preset.dump(), settle=TICKS, every=EVERY)
    return SweepData(preset.title, task, Plan("grid", ()))


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _new(choice: Choice) -> tuple[SweepData, Path]:
    data = data_of(choice)
    check(data)
    path = choice.out or fresh(Path.cwd() / f"sweep_{Path(choice.preset or '').stem}.h5")
    check_new(path)
    return data, path


def _resumed(choice: Choice) -> tuple[SweepData, Path]:
    if choice.out is None:
        raise BadInput("No file is named.", key="--out", remedy="Give --out FILE.h5 with --resume.")
    return resumed(choice.out, data_of(choice) if choice.preset is not None else None), choice.out


def _report(outcome: Outcome, path: Path, output: Output) -> int:
    data = outcome.data
    counts = {
        name: sum(result.status == name for result in data.results.values())
        for name in ("done", "blow-up", "failed")
    }
    if output.json:
        output.data({"file": str(path), "counts": counts, **data.describe(), "points": _points(data)})
    _table(data, output)
    overhead = [one.overhead for one in data.results.values() if one.status == "done"]
    output.say(
        f"{counts['done']} runs are done, {counts['blow-up']} blew up, {counts['failed']} failed"
        f"{f'; {1000 * float(np.median(overhead)):.0f} ms of a run go beside its work' if overhead else ''}."
    )
    output.result(str(path))
    return 1 if data.results and counts["failed"] == len(data.results) else 0


def _points(data: SweepData) -> list[dict[str, Any]]:
    """Every point with its values, means over the seeds, and their errors."""
    means = {name: data.mean(name) for name in data.names}
    found = []
    for number, point in enumerate(list(data.plan.runs())[:: data.plan.seeds]):
        found.append(
            {
                "values": dict(point.values),
                "scalars": {name: float(mean.flat[number]) for name, (mean, _) in means.items()},
                "errors": {name: float(error.flat[number]) for name, (_, error) in means.items()},
            }
        )
    return found


def _table(data: SweepData, output: Output) -> None:
    points = _points(data)
    paths = [axis.path for axis in data.plan.axes]
    rows = [
        [
            *(_shown(point["values"][path]) for path in paths),
            *(_with_error(point["scalars"][name], point["errors"][name]) for name in data.names),
        ]
        for point in points[:ROWS]
    ]
    output.table([*paths, *data.names], rows)
    if len(points) > ROWS:
        output.say(f"… and {len(points) - ROWS} points more, in the file.")


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _with_error(value: float, error: float) -> str:
    return f"{value:.5g} ± {error:.1g}" if np.isfinite(error) else f"{value:.5g}"
