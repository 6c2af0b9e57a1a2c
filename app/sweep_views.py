"""What came out of a sweep, as heat maps, curves, small multiples and a table of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tauscope.app.sheets import Sheet
from tauscope.app.sweep_file import STATUSES, SweepData
from tauscope.engine.sweep_plan import Point
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.plots.heat_types import Heat, Ladder
from tauscope.widgets.plots.plane import Series, Style
from tauscope.widgets.plots.scattered import Scattered, interpolated

MOST_MULTIPLES = 24
FINE, MOST_TRIANGULATED = 120, 4000
"""Cells a side of what is interpolated, and points up to which it is."""
EXPECTED = ", expected"
"""Ending of a scalar that says what another of that name should be; it is drawn beside that."""
COLORS = ("#4fb3ff", "#f2b84b", "#58c98b", "#c58bf0", "#ff8f5a", "#63d4d4", "#e86fa4", "#9aa6b5")


@dataclass(frozen=True)
class Cells:
    """Where the points of a plan stand in a picture: numbers of points, int [rows, columns] or [curve, n]."""

    points: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class Multiple:
    """One of several small maps or curves: its title, what it shows, and which points stand where."""

    title: str
    view: Heat | BenchPlot
    cells: Cells


def kinds(data: SweepData) -> list[tuple[str, str]]:
    """Ways to look at a sweep: values and names."""
    found = [("lines", "Lines"), ("multiples", "Small multiples"), ("runs", "Table of runs")]
    if data.plan.kind == "grid" and len(data.plan.axes) > 1:
        return [("map", "Heat map"), *found]
    if is_scattered(data):
        return [("linear", "Points, linear map"), ("nearest", "Points, nearest map"), *found]
    return found


def is_scattered(data: SweepData) -> bool:
    """Whether the points stand anywhere over two axes of numbers, and not on a grid."""
    return data.plan.kind != "grid" and sum(axis.numeric for axis in data.plan.axes) > 1


def scatter_map(data: SweepData, scalar: str, x: str, y: str, way: str) -> tuple[Heat, Cells]:
    """Points over two axes, from left to right, with what is interpolated between them."""
    names = {axis.path: axis for axis in data.plan.axes if axis.numeric}
    x = x if x in names else next(name for name in names if name != y)
    y = y if y in names and y != x else next(name for name in names if name != x)
    points = list(data.plan.runs())[:: data.plan.seeds]
    places = np.array([[float(p.values[x]), float(p.values[y])] for p in points])
    numbers = np.argsort(places[:, 0], kind="stable")
    places, found = places[numbers], data.mean(scalar)[0].reshape(-1)[numbers]
    ladders = [_spread(name, places[:, k]) for k, name in enumerate((x, y))]
    # A triangulation of very many takes long, and they leave nothing between them to be seen.
    wanted = way if len(places) <= MOST_TRIANGULATED else ""
    values, way = interpolated(ladders[0], ladders[1], places, found, wanted)
    texts = tuple(_values_of(points[k]) for k in numbers)
    heat = Scattered(ladders[0], ladders[1], values, scalar, places=places, found=found, texts=texts, way=way)
    return heat, Cells(numbers[None, :].astype(np.int64))


def _spread(name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Ladder:
    """Fine cells over a range, and a little more."""
    low, high = float(values.min()), float(values.max())
    pad = 0.03 * (high - low) or 0.05 * abs(low) or 1.0
    return Ladder(name, np.linspace(low - pad, high + pad, FINE))


def _values_of(point: Point) -> str:
    values = "  ·  ".join(f"{path} {_value(value)}" for path, value in point.values.items())
    return f"run {point.index}  ·  {values}"


def order(data: SweepData, x: str, y: str) -> list[int]:
    """Axes of the plan, y first, then x, then the others."""
    paths = [axis.path for axis in data.plan.axes]
    first = [paths.index(y), paths.index(x)]
    return [*first, *(k for k in range(len(paths)) if k not in first)]


def heat_map(data: SweepData, scalar: str, x: str, y: str, at: Sequence[int] = ()) -> tuple[Heat, Cells]:
    """Map of a scalar over two axes of a grid, the others held at given places, 0 unless given."""
    places = order(data, x, y)
    numbers = np.arange(data.plan.points).reshape(data.plan.shape).transpose(places)
    values = data.mean(scalar)[0].transpose(places)
    for here in [*at, *([0] * (len(places) - 2 - len(at)))]:
        numbers, values = numbers[:, :, here], values[:, :, here]
    axes = [data.plan.axes[place] for place in places[:2]]
    heat = Heat(
        Ladder.of(axes[1].path, axes[1].values), Ladder.of(axes[0].path, axes[0].values), values, scalar
    )
    return heat, Cells(numbers)


def lines(data: SweepData, scalar: str, x: str) -> tuple[BenchPlot, Cells]:
    """Curves of a scalar over one axis, one for every combination of the others; dots for random points."""
    axes, mean = data.plan.axes, data.mean(scalar)
    place = [axis.path for axis in axes].index(x)
    axis = axes[place]
    if data.plan.kind != "grid":
        points = list(data.plan.runs())[:: data.plan.seeds]
        values = [point.values[x] for point in points]
        at = np.array(values, np.float64) if axis.numeric else np.arange(float(len(values)))
        error = mean[1] if np.isfinite(mean[1]).any() else None
        series = (Series("0", "", "accent", at, mean[0], "dots", error),)
        return BenchPlot("lines", scalar, x, scalar, series, pickable=True), Cells(
            np.arange(len(at))[None, :]
        )
    numbers = np.moveaxis(np.arange(data.plan.points).reshape(data.plan.shape), place, -1)
    flat = numbers.reshape(-1, numbers.shape[-1])
    at = np.array(axis.values, np.float64) if axis.numeric else np.arange(float(len(axis.values)))
    all_points = list(data.plan.runs())[:: data.plan.seeds]
    found = []
    wanted = scalar + EXPECTED
    beside = data.mean(wanted)[0].reshape(-1) if wanted in data.names else None
    flat = flat[: len(COLORS) * 4]
    for row, chosen in enumerate(flat):
        name, color = _rest(all_points[int(chosen[0])], x), COLORS[row % len(COLORS)]
        error = mean[1].reshape(-1)[chosen]
        kept = error if np.isfinite(error).any() else None
        style: Style = "both" if beside is None else "dots"
        measured = name if beside is None else f"measured {name}".strip()
        found.append(Series(str(row), measured, color, at, mean[0].reshape(-1)[chosen], style, kept))
        if beside is not None:
            said = f"expected {name}".strip()
            found.append(Series(str(row + len(flat)), said, color, at, beside[chosen]))
    cells = flat if beside is None else np.concatenate([flat, flat])
    return BenchPlot("lines", scalar, x, scalar, tuple(found), pickable=True), Cells(cells)


def _rest(point: Point, x: str) -> str:
    return ", ".join(f"{path} {_value(value)}" for path, value in point.values.items() if path != x)


def multiples(data: SweepData, scalar: str, x: str, y: str) -> list[Multiple]:
    """Maps of a scalar for each value of a third axis; of two axes or one, every scalar beside the others."""
    axes = data.plan.axes
    if data.plan.kind == "grid" and len(axes) > 2:
        third = axes[order(data, x, y)[2]]
        known = data.values(scalar)
        known = known[np.isfinite(known)]
        limits = (float(known.min()), float(known.max())) if known.size else None
        found = []
        for place, value in enumerate(third.values[:MOST_MULTIPLES]):
            heat, cells = heat_map(data, scalar, x, y, (place,))
            shared = Heat(heat.x, heat.y, heat.values, heat.label, limits)
            found.append(Multiple(f"{third.path} {_value(value)}", shared, cells))
        return found
    names = data.names[:MOST_MULTIPLES]
    if data.plan.kind == "grid" and len(axes) == 2:
        return [Multiple(name, *heat_map(data, name, x, y)) for name in names]
    if is_scattered(data):
        return [Multiple(name, *scatter_map(data, name, x, y, "linear")) for name in names]
    return [Multiple(name, *lines(data, name, x)) for name in names]


def views_of(data: SweepData, kind: str, scalar: str, x: str, y: str) -> list[Multiple]:
    """Maps or curves of a way to look: one, or small ones; none of the table."""
    if y == x:  # one axis cannot stand both ways
        y = next((axis.path for axis in data.plan.axes if axis.path != x), x)
    if kind == "map":
        return [Multiple(scalar, *heat_map(data, scalar, x, y))]
    if kind in ("linear", "nearest"):
        return [Multiple(scalar, *scatter_map(data, scalar, x, y, kind))]
    if kind == "lines":
        return [Multiple(scalar, *lines(data, scalar, x))]
    return multiples(data, scalar, x, y) if kind == "multiples" else []


def origin(data: SweepData, file: str) -> tuple[str, ...]:
    """Where the numbers come from."""
    plan = data.plan
    return (
        f"Tauscope, sweep “{data.title}”, {file}",
        f"{plan.kind}; seeds {plan.seed} to {plan.seed + plan.seeds - 1}",
        "; ".join(axis.text() for axis in plan.axes),
        counts(data),
    )


def runs_table(data: SweepData) -> BenchTable:
    """Every run that has ended, those that went wrong first."""
    paths = [axis.path for axis in data.plan.axes]
    points = {point.index: point for point in data.plan.runs()}
    ranked = sorted(data.results.values(), key=lambda one: (-STATUSES.index(one.status), one.index))
    rows, good, tips = [], [], []
    for one in ranked:
        point = points[one.index]
        numbers = [one.scalars.get(name, float("nan")) for name in data.names]
        cells: list[float | str] = [str(one.index), one.status, *(_cell(point.values[p]) for p in paths)]
        rows.append((*cells, float(point.seed), *numbers, one.message))
        good.append(one.status == "done")
        tips.append(one.message)
    heads = ("run", "status", *paths, "seed", *data.names, "why")
    return BenchTable("runs", "Table of runs", heads, tuple(rows), tuple(good), tuple(tips))


def sheet(data: SweepData, notes: tuple[str, ...]) -> Sheet:
    """Every run as columns: values, seed, status, seconds, scalars with their errors, reasons."""
    points = list(data.plan.runs())
    found = [data.results.get(point.index) for point in points]
    columns: dict[str, list[object]] = {"run": [point.index for point in points]}
    for axis in data.plan.axes:
        columns[axis.path] = [point.values[axis.path] for point in points]
    columns["seed"] = [point.seed for point in points]
    columns["status"] = [one.status if one else "waiting" for one in found]
    columns["seconds"] = [one.seconds if one else float("nan") for one in found]
    for name in data.names:
        columns[name] = list(data.values(name).tolist())
        errors = data.errors(name)
        if np.isfinite(errors).any():
            columns[f"{name}, standard error"] = list(errors.tolist())
    columns["message"] = [one.message if one else "" for one in found]
    return Sheet(columns, notes)


def counts(data: SweepData) -> str:
    """How the runs ended, as a sentence."""
    many = {name: sum(one.status == name for one in data.results.values()) for name in STATUSES}
    waiting = len(data.plan) - len(data.results)
    parts = [f"{many['done']} of {len(data.plan)} runs are done"]
    parts += [f"{many['blow-up']} blew up"] if many["blow-up"] else []
    parts += [f"{many['failed']} failed"] if many["failed"] else []
    parts += [f"{waiting} wait"] if waiting else []
    return ", ".join(parts) + "."


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(value: object) -> float | str:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
