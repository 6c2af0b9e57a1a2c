"""Pictures of planes of the wave: what a snapshot or a film of a slice needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tauscope.app import slice_planes
from tauscope.app.preset_model import PresetSlice, PresetView
from tauscope.engine.base import Array, FieldSpec, Limits
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.world import World
from tauscope.widgets.labs.ufie import names
from tauscope.widgets.state import SliceOptions, ViewOptions


def spec_of(field: str, options: SliceOptions) -> FieldSpec:
    """What a plane shows, its axes by their names, slowest first."""
    across, up = options.axes
    return replace(names.SPECS[field], dims=(up, across))


def plane_entry(field: str, options: SliceOptions, shape: tuple[int, ...]) -> dict[str, Any]:
    """Metadata of a plane, for JSON: field of the wave, axes across and up, index, mode, part."""
    plane = slice_planes.plane_of(field, options)
    return {
        "field": slice_planes.SOURCES[field][0],
        "axes": list(options.axes),
        "index": list(options.index),
        "mode": options.mode,
        "part": plane.part,
        "shape": list(shape),
        "sentence": slice_planes.sentence(options, shape),
    }


def picture_of(array: Array, field: str, options: SliceOptions, shape: tuple[int, ...]) -> dict[str, Any]:
    """Arguments of a snapshot that say what a plane is: array, spec and metadata."""
    return {
        "array": np.array(array, copy=True),
        "spec": spec_of(field, options),
        "plane": plane_entry(field, options, shape),
    }


def limits_of(array: Array, look: ViewOptions, field: str) -> tuple[float, float]:
    """Ends of the colour bar for one plane by itself; moduli begin at 0, phases have their own."""
    found = Limits.of(np.abs(array) if np.iscomplexobj(array) else array, look.autoscale == "robust")
    low, high = (
        (found.robust_low, found.robust_high) if look.autoscale == "robust" else (found.low, found.high)
    )
    if field == "phase":
        return -np.pi, np.pi
    if names.SPECS[field].palette == "diverging":
        reach = max(abs(low), abs(high))
        low, high = -reach, reach
    elif np.iscomplexobj(array):
        low = 0.0
    return (low if look.low is None else look.low), (high if look.high is None else look.high)


def of_world(
    world: World, chosen: Mapping[str, PresetSlice], views: Mapping[str, PresetView], field: str = ""
) -> dict[str, Any]:
    """Arguments of a snapshot of the main slice of a preset, as its run stands.

    Parameters
    ----------
    world : World
        A world in which the wave runs.
    chosen, views : mapping
        Slices and views of the preset.
    field : str
        Field of a slice that is shown; that of the preset if empty.

    Raises
    ------
    BadInput
        A plane that the torus does not have.
    """
    engine = world.engine(slice_planes.ENGINE)
    config = engine.config
    assert isinstance(config, UfieConfig)
    options, look = slice_planes.of_preset(config, chosen, views)[slice_planes.MAIN]
    name = field or look.field
    if name == "domain" and options.mode in slice_planes.WITHOUT_SIGN:
        name = "amplitude"
    if name != look.field:
        look = slice_planes.view_options(slice_planes.MAIN, views, name)
    plane = slice_planes.plane_of(name, options)
    array = engine.plane(slice_planes.SOURCES[name][0], plane)
    return {
        **picture_of(array, name, options, config.shape),
        "engine": slice_planes.ENGINE,
        "config": config.dump(),
        "seed": engine.seed,
        "tick": world.macro_tick,
        "time": engine.time,
        "cmap": look.cmap,
        "limits": limits_of(array, look, name),
    }
