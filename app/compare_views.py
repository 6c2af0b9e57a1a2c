"""Two runs side by side: a field of both and their difference, as maps or curves, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.app.compare import Comparison, Side
from tauscope.engine.base import FieldSpec
from tauscope.engine.comparison import Deviation, deviation
from tauscope.widgets.amounts import plural
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.plots.heat_types import DIVERGING, Heat, Ladder
from tauscope.widgets.plots.plane import Series

Floats = npt.NDArray[np.float64]
SHORT = 60
LATTICE = frozenset("txyzw")
"""Axes on which a cell is as wide as it is high."""
LONGEST = 8
"""Times that a map may be as long as it is wide, to be shown with square cells."""


@dataclass(frozen=True)
class Sides:
    """A field of both runs at one tick.

    Parameters
    ----------
    first, second, difference : Heat or BenchPlot
        Maps with colours in common, and their difference about 0; or curves.
    deviation : Deviation
        How far they lie apart.
    note : str
        What of a field of more axes is shown, "" for all of it.
    dims : tuple of str
        Axes of the whole field.
    """

    first: Heat | BenchPlot
    second: Heat | BenchPlot
    difference: Heat | BenchPlot
    deviation: Deviation
    note: str = ""
    dims: tuple[str, ...] = ()


def sides(a: Side, b: Side, name: str, i: int, j: int) -> Sides:
    """A field of both at one tick, given by its numbers in each; complex ones by their moduli."""
    spec = a.fields[name]
    one, other = a.frame(name, i), b.frame(name, j)
    apart = deviation(one, other)
    dims, chosen, note = _plane(one, spec)
    first, second = one[chosen], other[chosen]
    complex_ = np.iscomplexobj(first) or np.iscomplexobj(second)
    with np.errstate(invalid="ignore"):
        change = np.abs(second - first) if complex_ else second.astype(np.float64) - first.astype(np.float64)
    shown = [np.abs(v) if complex_ else v.astype(np.float64) for v in (first, second)]
    label = f"{'|' + spec.label + '|' if complex_ else spec.label} / {spec.unit}".removesuffix(" / 1")
    if first.ndim < 2:
        plots = [_curve(values, dims[0] if dims else "", label) for values in (*shown, change)]
        return Sides(plots[0], plots[1], plots[2], apart, note, tuple(spec.dims))
    x, y = (Ladder(dims[place], np.arange(float(first.shape[place]))) for place in (1, 0))
    limits = _ends(np.concatenate([values.ravel() for values in shown]))
    most = float(np.max(np.abs(change[np.isfinite(change)]), initial=0.0)) or 1.0
    square = set(dims) <= LATTICE and max(first.shape) <= LONGEST * min(first.shape)
    maps = [Heat(x, y, values, label, limits, square=square) for values in shown]
    change_map = Heat(x, y, change, "B − A", (-most, most), DIVERGING, square=square)
    return Sides(maps[0], maps[1], change_map, apart, note, tuple(spec.dims))


def _plane(array: npt.NDArray[Any], spec: FieldSpec) -> tuple[list[str], tuple[Any, ...], str]:
    """The two longest axes of an array, the others in the middle."""
    if array.ndim <= 2:
        return list(spec.dims), (slice(None),) * array.ndim, ""
    longest = sorted(sorted(range(array.ndim), key=lambda axis: -array.shape[axis])[:2])
    chosen = tuple(slice(None) if k in longest else array.shape[k] // 2 for k in range(array.ndim))
    held = ", ".join(f"{spec.dims[k]} = {chosen[k]}" for k in range(array.ndim) if k not in longest)
    return [spec.dims[k] for k in longest], chosen, f"Shown at {held}; numbers are of the whole field."


def _ends(values: Floats) -> tuple[float, float] | None:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else None


def _curve(values: Floats, name: str, label: str) -> BenchPlot:
    flat = np.atleast_1d(values).astype(np.float64)
    series = (Series("0", "", "accent", np.arange(float(len(flat))), flat),)
    return BenchPlot("curve", label, name, label, series)


def scalar_plot(a: Side, b: Side, name: str) -> BenchPlot:
    """A scalar of both runs over the macro tick."""
    series = [
        Series(key, key, color, side.ticks.astype(np.float64), side.scalars[name], "both")
        for key, side, color in (("A", a, "accent"), ("B", b, "warning"))
    ]
    return BenchPlot("scalar", name, "macro tick", name, tuple(series))


def said(found: Deviation, dims: Sequence[str] = ()) -> str:
    """How far two arrays with such axes lie apart, as a sentence."""
    if found.identical:
        return "Both differ by exactly zero."
    place = f" at {found.place(dims)}" if found.at else ""
    odd = f" {found.odd} places are a number in one only." if found.odd else ""
    return (
        f"B − A: largest {found.largest:.4g}{place}, rms {found.rms:.4g}, mean {found.mean:.4g}, "
        f"relative {found.relative:.4g}.{odd}"
    )


def summary(found: Comparison) -> str:
    """What came out of the whole comparison, as sentences."""
    ticks = f"{plural(len(found.ticks), 'tick is', 'ticks are')} in both."
    if not found.ticks and found.ends.ticks:
        first, second = found.ends.ticks
        ticks = f"No tick is in both: A ends at tick {first:,}, B at tick {second:,}."
    if found.bitwise and found.identical:
        where = "in every field and scalar at every tick"
        return f"{ticks} The runs are identical bit by bit, {where}: they differ by exactly zero."
    if found.identical:
        return f"{ticks} The runs differ by exactly zero."
    differ = "differs" if len(found.parameters) == 1 else "differ"
    parts = [ticks, f"{plural(len(found.parameters), 'entry', 'entries')} of the set-ups {differ}."]
    if found.ticks:  # else for the one reason that stands first
        parts += [f"{name} is not compared: {why}." for name, why in found.left_out.items()]
    return " ".join(parts)


def parameters_table(found: Comparison) -> BenchTable:
    """Entries of the set-ups that differ."""
    rows = tuple((one.path, _short(one.first), _short(one.second)) for one in found.parameters)
    return BenchTable("parameters", "Parameters that differ", ("entry", "A", "B"), rows)


def statistics_table(found: Comparison) -> BenchTable:
    """How far every field and scalar of both lies apart."""
    rows: list[tuple[float | str, ...]] = [
        (
            one.name,
            str(one.worst_tick),
            one.worst.largest,
            one.worst.rms,
            one.worst.relative,
            one.last.largest,
        )
        for one in found.fields
    ]
    rows += [
        (name, str(found.scalar_ticks.get(name, "")), one.largest, one.rms, one.relative, "")
        for name, one in found.scalars.items()
    ]
    heads: tuple[str, ...] = ("", "worst tick", "largest", "rms", "relative", "at the end")
    if not found.ticks and found.ends.values:
        rows = [(name, a, b, b - a) for name, (a, b) in found.ends.values.items()]
        heads = (
            "",
            *(f"{side} at tick {at:,}" for side, at in zip("AB", found.ends.ticks, strict=True)),
            "B − A",
        )
    return BenchTable("statistics", "How far apart", heads, tuple(rows))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
