"""Films of fields of more than two axes: the plane in words, and its frames, as of a gauge lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array, FieldSpec
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import Plane
from tauscope.widgets.state import SliceOptions

HOW = "two axes, then where others are cut, as in x,y,z=3"


def parsed(words: str, axes: Sequence[str], shape: Sequence[int]) -> SliceOptions:
    """Plane that is named in words: ``x,y`` or ``x,t,z=3,y=0``.

    Parameters
    ----------
    words : str
        Axis across, axis up, and where other axes are cut, in sites; through the middle where it is not said.
    axes : sequence of str
        Names of the field's axes.
    shape : sequence of int
        Its sizes.

    Raises
    ------
    BadInput
        Not two axes, an axis that the field does not have, or a place outside it.
    """
    parts = [part.strip() for part in words.split(",") if part.strip()]
    chosen = [part for part in parts if "=" not in part]
    index = [size // 2 for size in shape]
    for name in [*chosen, *(part.partition("=")[0].strip() for part in parts if "=" in part)]:
        if name not in axes:
            raise unknown_name("axis of the field", name, axes, key="--plane")
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise BadInput(f"“{words}” names no plane.", key="--plane", value=words, allowed=HOW)
    for part in parts:
        name, equals, at = (piece.strip() for piece in part.partition("="))
        if not equals:
            continue
        number = axes.index(name)
        if not at.isdecimal() or not int(at) < shape[number]:
            raise BadInput(
                f"{name} = {at} lies outside the field.",
                key="--plane",
                value=words,
                allowed=f"{name} from 0 to {shape[number] - 1}",
            )
        index[number] = int(at)
    return SliceOptions((chosen[0], chosen[1]), tuple(index))


def in_words(options: SliceOptions, axes: Sequence[str]) -> str:
    """The same plane as `parsed` reads it."""
    cut = [f"{axis}={at}" for axis, at in zip(axes, options.index, strict=True) if axis not in options.axes]
    return ", ".join((*options.axes, *cut))


def usual(axes: Sequence[str], shape: Sequence[int]) -> SliceOptions:
    """Plane of the last two axes, x across, through the middle of the others."""
    return SliceOptions((axes[-1], axes[-2]), tuple(size // 2 for size in shape))


def entry(name: str, options: SliceOptions, axes: Sequence[str], shape: Sequence[int]) -> dict[str, Any]:
    """What the metadata of a picture say of its plane."""
    across, up = options.axes
    cut = [
        f"{axis} = {at} of {size}"
        for axis, at, size in zip(axes, options.index, shape, strict=True)
        if axis not in options.axes
    ]
    return {
        "field": name,
        "axes": list(options.axes),
        "index": list(options.index),
        "mode": options.mode,
        "part": "",
        "sentence": f"plane {across}, {up} at {', '.join(cut)}",
    }


def has_planes(file: RecordingFile, name: str) -> bool:
    """Whether a recorded field lies on more than two axes."""
    return len(file.shape(name)) > 2


class PlaneFrames:
    """Planes of the frames of one recorded field.

    Parameters
    ----------
    file : RecordingFile
        The recording.
    name : str
        Dataset of the field.
    spec : FieldSpec
        What it is.
    words : str
        Plane as `parsed` reads it, "" for the usual one.

    Raises
    ------
    BadInput
        As `parsed`.
    """

    def __init__(self, file: RecordingFile, name: str, spec: FieldSpec, words: str) -> None:
        self._file, self._name = file, name
        axes, shape = spec.dims, file.shape(name)
        options = parsed(words, axes, shape) if words else usual(axes, shape)
        across, up = options.axes
        self._plane, self._axes = Plane(options.axes, options.index), axes
        self.spec = replace(spec, dims=(up, across))
        self.entry = entry(spec.name, options, axes, shape)

    def frame(self, index: int) -> Array:
        """Plane [n_up, n_across] of a frame."""
        return self._file.plane(self._name, index, self._plane, self._axes)
