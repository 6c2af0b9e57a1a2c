"""Emitters as marks on a slice of the wave: where they stand on it, how wide, and how far off its cut."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.engine.ufie.emitters import place
from tauscope.widgets.canvas.gestures import wrapped
from tauscope.widgets.state import MarkStyle, SliceOptions, SourceMark

MUTED, FAR = 0.35, 0.3
"""Opacity of a muted emitter, and of one far off the cut."""
WIDTHS, STRENGTHS, REST = (0.5, 3.0), (0.0, 1e5), 1.0
STYLE = MarkStyle(unit="1/s²", lengths="sites", widths=WIDTHS, strengths=STRENGTHS, rest=REST, torus=True)
SAME_PLACE = 0.25
"""Emitters closer than this, in sites, share a name plate."""


def marks_on(
    emitters: Sequence[EmitterConfig], shape: Sequence[int], plane: SliceOptions
) -> tuple[SourceMark, ...]:
    """Marks of the emitters that stand somewhere, those nearest to the cut first.

    Parameters
    ----------
    emitters : sequence of EmitterConfig
        Emitters of the wave; uniform ones have no place and no mark.
    shape : nine ints
        Sizes of the torus.
    plane : SliceOptions
        Plane that the slice shows.
    """
    sizes = tuple(shape)
    found = [_mark(one, sizes, plane) for one in emitters if one.profile == "gaussian"]
    found.sort(key=lambda pair: pair[0])
    return _joined([mark for _away, mark in found])


def off_cut(at: Sequence[float], shape: Sequence[int], plane: SliceOptions) -> float:
    """Distance in sites of a place from a cut, the short way round; 0 from a projection."""
    if plane.mode != "index":
        return 0.0
    apart = [
        abs(here - there) % size
        for name, here, there, size in zip(AXES, at, plane.index, shape, strict=True)
        if name not in plane.axes and size > 1
    ]
    sizes = [size for name, size in zip(AXES, shape, strict=True) if name not in plane.axes and size > 1]
    return math.hypot(*(min(way, size - way) for way, size in zip(apart, sizes, strict=True)))


@lru_cache(maxsize=512)  # a drag moves one of many
def _mark(emitter: EmitterConfig, shape: tuple[int, ...], plane: SliceOptions) -> tuple[float, SourceMark]:
    """How far off the cut an emitter stands, in sites, and its mark."""
    across, up = (AXES.index(name) for name in plane.axes)
    at = place(emitter, shape)
    away = off_cut(at, shape, plane)
    # As the profile fades along the axes that are cut, down to what can still be seen.
    opacity = max(math.exp(-0.5 * (away / emitter.sigma) ** 2), FAR)
    if not emitter.on or emitter.amplitude == 0.0:
        opacity = min(opacity, MUTED)
    mark = SourceMark(
        id=emitter.name,
        name=emitter.name if away < SAME_PLACE else f"{emitter.name} · {away:.3g} off the cut",
        kind="gaussian",
        x=wrapped(at[across], shape[across]),
        y=wrapped(at[up], shape[up]),
        strength=emitter.amplitude,
        width=emitter.sigma,
        style=replace(STYLE, opacity=opacity),
    )
    return away, mark


def _joined(marks: Sequence[SourceMark]) -> tuple[SourceMark, ...]:
    """Marks of which those at one place have one name plate, with all their names, on the first of them."""
    groups: list[list[SourceMark]] = []
    for mark in marks:
        near = (g for g in groups if math.hypot(g[0].x - mark.x, g[0].y - mark.y) < SAME_PLACE)
        group = next(near, None)
        if group is None:
            groups.append([mark])
        else:
            group.append(mark)
    found: dict[str, SourceMark] = {}
    for group in groups:
        first, *rest = group
        name = first.name if not rest else " ".join(_listed([mark.id for mark in group]))
        found[first.id] = replace(first, name=name)
        found |= {mark.id: replace(mark, name="") for mark in rest}
    return tuple(found[mark.id] for mark in marks)


def _listed(names: list[str], most: int = 4) -> list[str]:
    return names if len(names) <= most else [*names[: most - 1], f"+{len(names) - most + 1}"]


def changes_of(
    emitter: EmitterConfig, edits: Mapping[str, Any], shape: Sequence[int], plane: SliceOptions
) -> dict[str, Any]:
    """Entries of an emitter that a handle of its mark has changed.

    Parameters
    ----------
    emitter : EmitterConfig
        The emitter before.
    edits : mapping
        ``x``, ``y``, ``width`` and ``strength`` of its mark, those that changed.
    shape, plane
        As those of `marks_on`.
    """
    found: dict[str, Any] = {}
    if "x" in edits or "y" in edits:
        at = list(place(emitter, tuple(shape)))
        for key, name in zip(("x", "y"), plane.axes, strict=True):
            axis = AXES.index(name)
            if key in edits and float(edits[key]) != wrapped(at[axis], shape[axis]):
                at[axis] = within(float(edits[key]), shape[axis])
        if tuple(at) != place(emitter, tuple(shape)):
            found["position"] = tuple(at)
    if "width" in edits:
        found["sigma"] = min(max(round(float(edits["width"]), 2), WIDTHS[0]), WIDTHS[1])
    if "strength" in edits:
        found["amplitude"] = min(max(float(f"{float(edits['strength']):.4g}"), STRENGTHS[0]), STRENGTHS[1])
    return found


def within(at: float, size: int) -> float:
    """Place on an axis of the torus, from 0 up to its size, to a thousandth of a site."""
    return round(at % size, 3) % size
