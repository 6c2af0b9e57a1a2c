"""Plans of sweeps: which values of which parameters are run, with which seeds. Pure numbers, no run yet."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tauscope.engine.errors import BadInput, unknown_name

Kind = Literal["grid", "list", "random", "latin"]
KINDS: tuple[Kind, ...] = ("grid", "list", "random", "latin")
Value = float | int | str | bool
MOST_RUNS = 1_000_000
DIGITS = 20
"""Of a number of points that is read at all."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter that is varied.

    Parameters
    ----------
    path : str
        Dotted path of the entry, as in ``--set``.
    values : tuple
        What it takes; for a random plan its least and largest value.
    whole : bool
        Whether it takes whole numbers only.
    """

    path: str
    values: tuple[Value, ...]
    whole: bool = False

    @property
    def numeric(self) -> bool:
        """Whether every value is a number."""
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)

    def text(self) -> str:
        """The axis as the command line takes it: ``path=a,b,c``."""
        return f"{self.path}={','.join(json.dumps(value) for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a plan: number, values by path, and seed."""

    index: int
    values: Mapping[str, Value]
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Runs of a sweep, in order: every point with every seed, seeds running faster.

    Parameters
    ----------
    kind : str
        ``grid`` (every combination), ``list`` (first values together, then second values), ``random``, or
        ``latin`` (a Latin hypercube: each axis in as many parts as there are points, one point in each).
    axes : tuple of Axis
        Parameters.
    count : int
        Points of a random plan or a Latin hypercube; what the axes give for the others.
    seeds : int
        Runs of each point, with seeds ``seed``, ``seed + 1``, …
    seed : int
        First seed; the points of a random plan follow from it too.
    """

    kind: Kind
    axes: tuple[Axis, ...]
    count: int = 0
    seeds: int = 1
    seed: int = 1

    def check(self) -> None:
        """Refuse a plan that cannot be carried out; raises BadInput."""
        if self.kind not in KINDS:
            raise unknown_name("kind of sweep", self.kind, KINDS, key="--sample")
        if not self.axes:
            raise BadInput("Nothing is varied.", key="--vary", remedy="Give --vary path=start:stop:n.")
        paths = [axis.path for axis in self.axes]
        for path in paths:
            if paths.count(path) > 1:
                raise BadInput(f"{path} is varied twice.", key="--vary", value=path, remedy="Give it once.")
        if self.seeds < 1:
            raise BadInput(f"seeds = {self.seeds}.", key="--seeds", value=self.seeds, allowed="1, 2, …")
        lengths = {len(axis.values) for axis in self.axes}
        if self.kind == "list" and len(lengths) > 1:
            raise BadInput(
                "The axes of a list have different lengths.",
                key="--vary",
                value=str(sorted(lengths)),
                remedy="Give every axis as many values, or make a grid.",
            )
        if self.kind in ("random", "latin"):
            if self.count < 1:
                raise BadInput(
                    f"{self.kind} with {self.count} points.",
                    key="--sample",
                    value=self.count,
                    allowed="1, 2, …",
                )
            for axis in self.axes:
                if not axis.numeric:
                    raise BadInput(f"{axis.path} has no range of numbers.", key="--vary", value=axis.text())
        if (runs := self.points * self.seeds) > MOST_RUNS:
            raise _too_many(runs, "--vary")

    @property
    def points(self) -> int:
        """Different sets of values."""
        if self.kind == "grid":
            return math.prod(len(axis.values) for axis in self.axes)
        return len(self.axes[0].values) if self.kind == "list" else self.count

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the points: that of the grid, or one dimension."""
        return tuple(len(axis.values) for axis in self.axes) if self.kind == "grid" else (self.points,)

    def __len__(self) -> int:
        return self.points * self.seeds

    def runs(self) -> Iterator[Point]:
        """Every run, in order; the same each time."""
        paths = [axis.path for axis in self.axes]
        numbers = itertools.count()
        for values in self._values():
            for offset in range(self.seeds):
                yield Point(next(numbers), dict(zip(paths, values, strict=True)), self.seed + offset)

    def _values(self) -> Iterator[tuple[Value, ...]]:
        if self.kind == "grid":
            yield from itertools.product(*(axis.values for axis in self.axes))
        elif self.kind == "list":
            yield from zip(*(axis.values for axis in self.axes), strict=True)
        else:
            yield from self._drawn()

    def _drawn(self) -> Iterator[tuple[Value, ...]]:
        random = np.random.Generator(np.random.Philox(key=self.seed))
        shares = random.random((self.count, len(self.axes)))
        if self.kind == "latin":
            for column in range(len(self.axes)):
                shares[:, column] = (random.permutation(self.count) + shares[:, column]) / self.count
        for row in shares.tolist():
            yield tuple(_between(axis, share) for axis, share in zip(self.axes, row, strict=True))


def _between(axis: Axis, share: float) -> Value:
    low = float(min(axis.values))
    high = float(max(axis.values))
    if axis.whole:
        return min(int(low + share * (high - low + 1.0)), int(high))
    return low + share * (high - low)


def parse_axis(word: str) -> Axis:
    """Axis of ``path=start:stop:n``, ``path=start:stop`` (for random plans) or ``path=a,b,c``.

    Whole ends and whole steps give whole numbers. An entry of a list is JSON, or else text.

    Raises
    ------
    BadInput
        Another form, or more values than a sweep may have runs; nothing has been made of them then.
    """
    path, equals, text = word.partition("=")
    path, text = path.strip(), text.strip()
    if not equals or not path or not text:
        raise _no_axis(word)
    parts = text.split(":")
    if len(parts) == 1:
        return Axis(path, tuple(_entry(item.strip(), word) for item in text.split(",")))
    try:
        ends = [_number(part) for part in parts[:2]]
        count = int(parts[2]) if len(parts) == 3 else 2
        known = all(math.isfinite(end) for end in ends)
    except (ValueError, OverflowError):
        raise _no_axis(word) from None
    if len(parts) > 3 or count < 1 or not known:
        raise _no_axis(word)
    if count > MOST_RUNS:
        raise _too_many(count, "--vary", word)
    spaced = np.linspace(ends[0], ends[1], count)
    whole = all(isinstance(end, int) for end in ends) and bool((spaced == np.rint(spaced)).all())
    values = spaced.tolist()
    return Axis(path, tuple(round(value) for value in values) if whole else tuple(values), whole)


def _number(text: str) -> float | int:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _entry(text: str, word: str) -> Value:
    if not text:
        raise _no_axis(word)
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return text
    if isinstance(found, str | int | float | bool):
        return found
    raise _no_axis(word)


def _too_many(runs: int, key: str, word: str = "") -> BadInput:
    return BadInput(
        f"The sweep has {runs:,} runs{f' for “{word}” alone' if word else ''}.",
        key=key,
        value=word or runs,
        allowed=f"at most {MOST_RUNS:,}",
        remedy="Take fewer values or seeds.",
    )


def _no_axis(word: str) -> BadInput:
    return BadInput(
        f"“{word}” names no values.",
        key="--vary",
        value=word,
        allowed="path=start:stop:n or path=a,b,c, as in K=0:3:16",
    )


def parse_sample(text: str) -> tuple[Kind, int]:
    """Kind and number of points of ``grid``, ``list``, ``random:N`` or ``latin:N``.

    Raises
    ------
    BadInput
        Another form.
    """
    kind, colon, count = text.partition(":")
    if kind not in KINDS:
        raise unknown_name("kind of sweep", kind, KINDS, key="--sample")
    needs = kind in ("random", "latin")
    if needs != bool(colon) or (needs and not (count.isdecimal() and len(count) < DIGITS)):
        raise BadInput(
            f"“{text}” is no way to sample.",
            key="--sample",
            value=text,
            allowed="grid, list, random:N, latin:N",
        )
    points = int(count) if needs else 0
    if points > MOST_RUNS:
        raise _too_many(points, "--sample", text)
    return kind, points


def load_axes(entries: Sequence[Mapping[str, Any]]) -> tuple[Axis, ...]:
    """Axes of plain data, as `dump_axes` gives them."""
    return tuple(
        Axis(str(item["path"]), tuple(item["values"]), bool(item.get("whole", False))) for item in entries
    )


def dump_axes(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Plain JSON data of axes."""
    return [{"path": axis.path, "values": list(axis.values), "whole": axis.whole} for axis in axes]
