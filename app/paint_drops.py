"""Pictures and arrays dropped on a slice: painted on r or s about the place where they fell."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tauscope.app import images
from tauscope.app.paint_places import PaintPlaces, is_medium
from tauscope.engine.errors import BadInput
from tauscope.engine.strokes import Floats
from tauscope.widgets.docks.paint import NAMES, Target
from tauscope.widgets.field_view import FieldView

if TYPE_CHECKING:
    from tauscope.app.lab import Lab


def drop_maps(
    lab: Lab,
    places: PaintPlaces,
    target: Callable[[], Target],
    view: FieldView,
    paths: list[str],
    x: float,
    y: float,
) -> None:
    """Paint the maps of files about a place of a slice, each in one step; other files are opened.

    Parameters
    ----------
    lab : Lab
        Whose document is painted.
    places : PaintPlaces
        Its canvases.
    target : callable
        Gives what is painted; r, where that is not of the wave.
    view : FieldView
        Canvas of the slice.
    paths : list of str
        Files; they are read off the GUI thread.
    x, y : float
        Where they fell, in sites.
    """
    name: Target = target() if is_medium(target()) else "resonance"
    for path in paths:
        if not path.lower().endswith(images.ENDINGS):
            lab.files.open_path(path)
        elif not lab.editing.is_locked():
            lab.background.run(
                partial(images.read_map, path), lambda array: _paint(lab, places, name, view, array, (x, y))
            )


def _paint(
    lab: Lab, places: PaintPlaces, name: Target, view: FieldView, array: Floats, at: tuple[float, float]
) -> None:
    try:
        target = places.target(name, places.of(view), "")
        part = fitted(array, target.base.shape)
        rows, columns = (
            slice(first := min(max(math.floor(middle - (size - 1) / 2 + 0.5), 0), side - size), first + size)
            for middle, size, side in zip(at[::-1], part.shape, target.base.shape, strict=True)
        )
        values = np.asarray(target.value(lambda _x, _y: part)(np.zeros(0), np.zeros(0)))
        packed = target.packed((rows, columns), values, np.ones(part.shape, np.bool_))
        content = target.with_packed(lab.document, packed)
    except BadInput as error:
        lab.show_error(error)
        return
    lab.history.push(content, f"Paint file on {NAMES[name].lower()}")


def fitted(array: Floats, shape: tuple[int, ...]) -> Floats:
    """A map no larger than a plane, its entries picked evenly where it was; sides keep their ratio."""
    factor = max(1.0, *(size / side for size, side in zip(array.shape, shape, strict=True)))
    sizes = (max(math.floor(size / factor), 1) for size in array.shape)
    rows, columns = (
        np.floor((np.arange(size) + 0.5) * whole / size).astype(np.intp)
        for size, whole in zip(sizes, array.shape, strict=True)
    )
    return array[np.ix_(rows, columns)]
