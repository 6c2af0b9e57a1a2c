"""Snapshots of slices: the plane that is shown, its colours, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tauscope.app.files import ViewLook, film_look, look_of
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_slices import UfieSlices
from tauscope.app.slice_film import FilmedSlice
from tauscope.app.slice_pictures import picture_of
from tauscope.app.slice_planes import ENGINE, KEYS, MAIN, SECOND, SOURCES, config_of

if TYPE_CHECKING:
    from tauscope.app.lab import Lab

TITLES = {MAIN: "Slice", SECOND: "Slice 2"}


def shot_of(lab: Lab, key: str) -> dict[str, Any] | None:
    """Arguments of `save_snapshot` for a slice as it is now, None where it shows nothing."""
    part = part_of(lab, UfieSlices)
    plane, canvas = part.planes.get(key), part.views[key].canvas
    content, array = lab.document.content, canvas.array
    config = config_of(content)
    if plane is None or array is None:
        return None
    moment = lab.playback.moment_of(ENGINE) or {
        "engine": ENGINE,
        "config": {} if config is None else config.dump(),
        "seed": content.seed,
        "tick": plane.tick,
        "time": plane.time,
        "title": content.title,
    }
    return {
        **picture_of(array, canvas.options.field, part.options(key), part.shape),
        **look_of(canvas),
        **moment,
    }


def film_of(lab: Lab, dataset: str) -> tuple[ViewLook, FilmedSlice] | None:
    """Colours and plane of a film of a recorded field of the wave: those of the first slice that shows it.

    None for what is no field of the wave.
    """
    part = part_of(lab, UfieSlices)
    own = dataset.rpartition(".")[2]
    if own not in {source for source, _part in SOURCES.values()} | set(SOURCES):
        return None
    for key in KEYS:
        canvas = part.views[key].canvas
        field = canvas.options.field
        if field in SOURCES and own in (field, SOURCES[field][0]):
            return film_look([canvas], field), FilmedSlice(field, part.options(key))
    return {}, FilmedSlice("", part.options(MAIN))
