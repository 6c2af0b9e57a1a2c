"""Planes of recorded waves, read from the file without the rest of the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tauscope.app.parts.ufie_slices_feed import ShownPlane
from tauscope.app.recording import RecordingFile
from tauscope.app.slice_planes import ENGINE, SOURCES, part_of_plane, refusal
from tauscope.engine.base import Array, FrameRequest, Limits
from tauscope.engine.planes import Plane
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.state import SliceOptions, ViewOptions

NOT_HELD = "This recording does not hold {}; record Ψ to see every part of it"


@dataclass(frozen=True, slots=True)
class RecordedPlane:
    """A plane of a recording, and what it was read for."""

    field: str
    options: SliceOptions
    shown: ShownPlane


def source_in(file: RecordingFile, field: str, options: SliceOptions) -> tuple[str, Plane] | None:
    """Dataset and plane of it that a slice's field is; None where the recording holds neither it nor Ψ."""
    held = {}
    for name in file.fields:
        engine, own = file.owner(name)
        if file.engines[engine]["name"] == ENGINE:
            held[own] = name
    source = SOURCES[field][0]
    plane = Plane(options.axes, options.index, options.mode, part_of_plane(field, options))
    if source in held:
        return held[source], plane
    # Amplitude and phase may be recorded by themselves; a sum of moduli is not the modulus of the sum.
    if field in held and options.mode != "sum":
        return held[field], Plane(options.axes, options.index, options.mode)
    return None


def read_plane(
    file: RecordingFile, index: int, look: ViewOptions, options: SliceOptions
) -> RecordedPlane | str:
    """Plane of a recorded frame; a sentence where there is none."""
    if why := refusal(look.field, options):
        return why
    found = source_in(file, look.field, options)
    if found is None:
        return NOT_HELD.format(f"“{look.field}”")
    name, plane = found
    array = file.plane(name, index, plane, AXES)
    array.flags.writeable = False
    request = FrameRequest(SOURCES[look.field][0], ENGINE, plane=plane)
    shown = ShownPlane(request, array, _limits(array, look), int(file.ticks[index]), float(file.times[index]))
    return RecordedPlane(look.field, options, shown)


def _limits(array: Array, look: ViewOptions) -> Limits:
    return Limits.of(array if np.isrealobj(array) else np.abs(array), look.autoscale == "robust")
