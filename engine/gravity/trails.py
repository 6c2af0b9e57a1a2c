"""Where patterns have been and what clocks have shown, at every period of the patterns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST_POINTS = 20000
"""Points kept of a pattern; of more, every other one is dropped, the older and the newer alike."""

Row = tuple[float, float, float]


class Trails:
    """Trails by pattern: rows (tick, x, y), of a clock (tick, updates, phase).

    They are a record of what the engine went through, not part of its state: after a step back in time they
    end there, and grow again from there on.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._stride: dict[str, int] = {}
        self._skipped: dict[str, int] = {}

    def begin(self, name: str) -> None:
        """Forget a pattern's trail."""
        self._rows.pop(name, None)
        self._stride.pop(name, None)
        self._skipped.pop(name, None)

    def note(self, name: str, row: Row) -> None:
        """Add a point."""
        rows = self._rows.setdefault(name, [])
        if rows and rows[-1][0] == row[0]:
            rows[-1] = row
            return
        self._skipped[name] = self._skipped.get(name, 0) + 1
        if rows and self._skipped[name] < self._stride.get(name, 1):
            return
        self._skipped[name] = 0
        rows.append(row)
        if len(rows) > MOST_POINTS:
            del rows[1::2]
            self._stride[name] = 2 * self._stride.get(name, 1)

    def back_to(self, tick: int) -> None:
        """Drop all points after a tick."""
        for name, rows in self._rows.items():
            while rows and rows[-1][0] > tick:
                rows.pop()
            self._skipped[name] = 0

    def of(self, name: str) -> npt.NDArray[np.float64]:
        """Rows of one pattern, float64 (points, 3); none for one that has no trail."""
        return np.array(self._rows.get(name, ()), np.float64).reshape(-1, 3)
