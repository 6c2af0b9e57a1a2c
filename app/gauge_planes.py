"""Planes of a gauge lattice of three or four axes: which one is shown, and what a picture says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tauscope.app import plane_film
from tauscope.app.document import Content
from tauscope.engine.base import FieldSpec
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.planes import Plane
from tauscope.widgets.state import SliceOptions

ENGINE, VIEW = "gauge", "hero"


def config_of(content: Content) -> GaugeConfig | None:
    """Configuration of the gauge engine in a document, None where it does not run."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, GaugeConfig) else None


def shown(content: Content, config: GaugeConfig) -> SliceOptions:
    """Plane that the main view shows: what the document says as far as this lattice has it, else x and y."""
    options = content.slices.get(VIEW)
    axes, index = ("x", "y"), tuple(extent // 2 for extent in config.shape)
    if options is not None:
        if set(options.axes) <= set(config.axes):
            axes = options.axes
        if len(options.index) == len(config.shape):
            index = options.index
    held = tuple(min(max(at, 0), extent - 1) for at, extent in zip(index, config.shape, strict=True))
    return SliceOptions(axes, held)


def plane_of(options: SliceOptions) -> Plane:
    """What is asked of the engine."""
    return Plane(options.axes, options.index)


def place_text(options: SliceOptions, config: GaugeConfig, i: int, j: int) -> str:
    """Site in column ``i`` and row ``j`` of the plane, all of its coordinates: ``t 0  z 4  y 2  x 3``."""
    at = dict(zip(options.axes, (i, j), strict=True))
    held = zip(config.axes, options.index, strict=True)
    return "  ".join(f"{name} {at.get(name, place)}" for name, place in held)


def of_middle(config: GaugeConfig) -> SliceOptions:
    """Plane x, y through the middle of the other axes."""
    return SliceOptions(("x", "y"), tuple(extent // 2 for extent in config.shape))


def pictured(spec: FieldSpec, options: SliceOptions, config: GaugeConfig) -> dict[str, Any]:
    """Arguments of a snapshot that say what a plane is: its spec and metadata."""
    across, up = options.axes
    return {
        "spec": replace(spec, dims=(up, across)),
        "plane": plane_film.entry(spec.name, options, config.axes, config.shape),
    }
