"""Films of recorded waves: which plane of each frame is shown, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tauscope.app import slice_pictures, slice_planes
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput
from tauscope.engine.planes import Plane
from tauscope.engine.ufie.axes import AXES, DIMS
from tauscope.widgets.labs.ufie import names
from tauscope.widgets.state import SliceOptions

SHOWN = {"psi": "domain"}
"""Field of a slice that shows a recorded one, where it has another name."""


@dataclass(frozen=True, slots=True)
class FilmedSlice:
    """A plane that a film shows.

    Parameters
    ----------
    field : str
        Field of the slice, such as ``domain``; "" for what shows the recorded one as it is.
    options : SliceOptions or None
        Which plane; the usual one where none is given.
    """

    field: str = ""
    options: SliceOptions | None = None


class SliceFrames:
    """Planes of the frames of one recorded field of nine axes.

    Parameters
    ----------
    file : RecordingFile
        The recording.
    name : str
        Dataset of the field.
    wanted : FilmedSlice
        Plane and field.

    Raises
    ------
    BadInput
        A field of the slice that the dataset does not hold, or that its projection leaves nothing of.
    """

    def __init__(self, file: RecordingFile, name: str, wanted: FilmedSlice) -> None:
        self._file, self._name = file, name
        own, shape = file.owner(name)[1], file.shape(name)
        self.field = wanted.field or SHOWN.get(own, own)
        options = slice_planes.fitted(wanted.options, slice_planes.MAIN, shape)
        if self.field == "domain" and options.mode in slice_planes.WITHOUT_SIGN:
            self.field = "amplitude"
        if why := slice_planes.refusal(self.field, options):
            raise BadInput(f"{why}.", key="--field", value=self.field)
        source = slice_planes.SOURCES[self.field][0]
        if own not in (source, self.field):
            raise BadInput(f"“{name}” is not {self.field}.", key="--field", value=self.field)
        part = slice_planes.part_of_plane(self.field, options) if own == source else ""
        self._plane = Plane(options.axes, options.index, options.mode, part)
        self.spec: FieldSpec = slice_pictures.spec_of(self.field, options)
        self.entry: dict[str, Any] = slice_pictures.plane_entry(self.field, options, shape)
        self.cmap = names.CMAPS[self.field]

    def frame(self, index: int) -> Array:
        """Plane [n_up, n_across] of a frame."""
        return self._file.plane(self._name, index, self._plane, AXES)


def has_planes(file: RecordingFile, name: str) -> bool:
    """Whether a recorded field is one of the wave's, with nine axes."""
    return len(file.shape(name)) == DIMS and file.engines[file.owner(name)[0]]["name"] == slice_planes.ENGINE


def recorded(file: RecordingFile) -> list[tuple[str, str]]:
    """Recorded fields of the wave, as the player lists them: dataset and label."""
    return [(name, f"Slice of {spec.label}") for name, spec in file.fields.items() if has_planes(file, name)]
