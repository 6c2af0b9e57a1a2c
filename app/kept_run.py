"""A run kept as it stands at one tick, to be compared with another or with a recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.app.recording.layout import safe_name
from tauscope.app.recording.planning import described
from tauscope.engine.base import FieldSpec
from tauscope.engine.world import World

MOST_BYTES = 256 << 20
"""Fields beyond so many bytes in all are not kept."""


@dataclass(frozen=True)
class KeptRun:
    """Fields, scalars and set-up of a run at one tick, under the names that a recording gives them.

    Parameters
    ----------
    ticks : int64 array [1]
        Macro tick.
    fields : mapping of str to FieldSpec
        What was kept.
    arrays : mapping of str to array
        Fields, copied.
    scalars : mapping of str to float64 array [1]
        All scalars.
    config : mapping
        Engines and couplings.
    """

    ticks: npt.NDArray[np.int64]
    fields: Mapping[str, FieldSpec]
    arrays: Mapping[str, npt.NDArray[Any]]
    scalars: Mapping[str, npt.NDArray[np.float64]]
    config: Mapping[str, Any]

    @property
    def engines(self) -> Mapping[str, Mapping[str, Any]]:
        """Engines, as a recording describes them."""
        found: Mapping[str, Mapping[str, Any]] = self.config["engines"]
        return found

    def shape(self, field: str) -> tuple[int, ...]:
        """Shape of a field."""
        return self.arrays[field].shape

    def frame(self, field: str, index: int) -> npt.NDArray[Any]:
        """The field; there is one tick."""
        del index
        return self.arrays[field]


def keep(world: World) -> KeptRun:
    """Keep a run as it stands; called on the simulation thread.

    Own fields of every engine are kept, those that an analysis would have to work out are not.
    """
    alone, left = len(world.engines) == 1, MOST_BYTES
    fields: dict[str, FieldSpec] = {}
    arrays: dict[str, npt.NDArray[Any]] = {}
    scalars: dict[str, npt.NDArray[np.float64]] = {}
    for key, engine in world.engines.items():
        before = "" if alone else f"{key}."
        for name, spec in engine.field_specs().items():
            array = np.asarray(engine.field(name)) if spec.kind != "table" else np.zeros(0)
            if array.dtype.kind in "biufc" and 0 < array.nbytes <= left and array.ndim == len(spec.dims):
                left -= array.nbytes
                fields[safe_name(f"{before}{name}")] = spec
                arrays[safe_name(f"{before}{name}")] = array.copy()
        for name, value in engine.scalars().items():
            scalars[safe_name(f"{before}{name}")] = np.array([value])
    return KeptRun(np.array([world.macro_tick]), fields, arrays, scalars, described(world))
