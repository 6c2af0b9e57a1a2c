"""Share of the nominal emission that reaches the links, also where sources emit in bursts that must queue."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

_EDGES: dict[str, Literal["constant", "edge", "wrap"]] = {
    "absorbing": "constant",
    "disc": "constant",
    "reflective": "edge",
    "periodic": "wrap",
}


def link_share(
    emission: npt.ArrayLike, f: npt.ArrayLike, capacity: float, survival: float, boundary: str
) -> Floats:
    """Share of each node's emission a that reaches the links, [ny, nx]; times a it is the field's source.

    It is f where a is at most C. Where a node emits more than it can send in a tick, its updates are seldom
    and fill its outbox in bursts, so that a mean of them over less than many a / C ticks is noise. There its
    sending is counted, which the airtime rule ties to f, less what it relays::

        a share = C (1 - f) - (p / 4) sum4 C (1 - f)

    Both forms are equal for the steady f.

    Parameters
    ----------
    emission : array [ny, nx]
        Nominal emission a in bits per realized update; zero on sinks.
    f : array [ny, nx]
        Realized share of updates, averaged over any window; 1 on sinks.
    capacity, survival : float
        C in bits per tick, and p.
    boundary : str
        ``absorbing``, ``disc``, ``reflective`` or ``periodic``.
    """
    a, share = np.asarray(emission, dtype=np.float64), np.array(f, dtype=np.float64)
    rows, columns = np.nonzero(a > capacity)
    if rows.size:
        sent = np.pad(capacity * (1.0 - share), 1, mode=_EDGES[boundary])
        y, x = rows + 1, columns + 1
        near = (sent[y - 1, x] + sent[y + 1, x]) + (sent[y, x - 1] + sent[y, x + 1])
        share[rows, columns] = (sent[y, x] - survival / 4 * near) / a[rows, columns]
    return share
