"""The ring of checkpoints that SCRAM goes back to: the last four good moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.config_checks import LONGEST_STEP

Array = npt.NDArray[Any]

PLACES = 4
"""Checkpoints kept. Source: ufie.md, "SCRAM policy"."""

PARTS = ("psi", "u", "bricks", "phases", "books", "clock")
"""Field, velocity half a step back, bricks, phases of emitters, books of the oracle, clock of [time, dt]."""


@dataclass
class Ring:
    """Checkpoints, oldest first; their arrays never change, so that states share them."""

    entries: list[dict[str, Array]] = field(default_factory=list)

    def push(self, entry: Mapping[str, Array]) -> None:
        """Keep a moment, and forget the oldest beyond four."""
        made = {name: entry[name] for name in PARTS}
        for array in made.values():
            array.flags.writeable = False
        self.entries = [*self.entries, made][-PLACES:]

    @property
    def newest_time(self) -> float:
        """Time of the newest checkpoint."""
        return float(self.entries[-1]["clock"][0])

    def reorder(self, before: Sequence[str], after: Sequence[str]) -> None:
        """Keep the phases of emitters by name when the list changes; a new one has phase 0."""
        for entry in self.entries:
            known = dict(zip(before, entry["phases"], strict=True))
            entry["phases"] = np.array([known.get(name, 0) for name in after], np.int64)
            entry["phases"].flags.writeable = False

    def state(self) -> dict[str, Any]:
        """Arrays by place and part, and how many there are; not copied, for they never change."""
        found: dict[str, Any] = {"ring": len(self.entries)}
        for place, entry in enumerate(self.entries):
            found.update({f"ring_{place}_{name}": array for name, array in entry.items()})
        return found

    @classmethod
    def restored(cls, state: Mapping[str, Any], like: Mapping[str, Array]) -> Ring:
        """What `state` gave; each part must be of the kind of ``like``, a moment of the running engine.

        Raises
        ------
        BadInput
            A missing part, another dtype or number of columns, or a number that is not finite.
        """
        count = state.get("ring")
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 0 <= count <= PLACES:
            raise BadInput(
                "The checkpoint does not say how many of its own it holds.", key="ring", value=count
            )
        found = cls()
        for place in range(int(count)):
            entry = {}
            for name in PARTS:
                key = f"ring_{place}_{name}"
                entry[name] = checked(key, state.get(key), like[name])
            if not 0.0 < entry["clock"][1] <= LONGEST_STEP:
                raise BadInput("A checkpoint within the checkpoint has no step.", key=f"ring_{place}_clock")
            check_bricks(entry, like, f"ring_{place}_")
            found.push(entry)
        return found


def check_bricks(entry: Mapping[str, Array], like: Mapping[str, Array], prefix: str = "") -> None:
    """See that field, velocity and list of bricks belong together.

    Raises
    ------
    BadInput
        Different numbers of rows, or bricks that do not exist or stand twice.
    """
    bricks, count = entry["bricks"], int(like["brick_count"])
    whole = len(entry["psi"]) == len(entry["u"]) == len(bricks) and (like["sparse"] or len(bricks) == count)
    inside = not bricks.size or (bricks.min() >= 0 and bricks.max() < count)
    if not (whole and inside and len(np.unique(bricks)) == len(bricks)):
        raise BadInput("Field and bricks of the checkpoint do not belong together.", key=f"{prefix}bricks")


def checked(key: str, value: Any, like: Array) -> Array:
    """Copy of an array of the same dtype and shape; of bricks there may be another number.

    Raises
    ------
    BadInput
        Anything else, or a number that is not finite.
    """
    rows = key.rpartition("_")[2] in ("psi", "u", "bricks") or key in ("psi", "u", "bricks")
    array = np.asarray(value)
    wanted = (array.shape[:1] if rows else like.shape[:1]) + like.shape[1:]
    if value is None or array.dtype != like.dtype or array.ndim != like.ndim or array.shape != wanted:
        raise BadInput(
            f"“{key}” of the checkpoint is {array.dtype} {array.shape}, "
            f"the wave needs {like.dtype} {like.shape}.",
            key=key,
            value=f"{array.dtype} {array.shape}",
            allowed=f"{like.dtype} {like.shape}",
        )
    if array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise BadInput(f"“{key}” of the checkpoint holds a value that cannot be.", key=key)
    return np.array(array)
