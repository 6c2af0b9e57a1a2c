"""What a node really puts on its links, also where sources emit in bursts that must queue."""

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
    emission: npt.ArrayLike,
    f: npt.ArrayLike,
    capacity: npt.ArrayLike,
    survival: float,
    boundary: str,
    neighbourhood: str = "von_neumann",
) -> Floats:
    """Share of each node's emission a that reaches the links, [ny, nx]; times a it is the field's source.

    It is f where a is at most C. Where a node emits more than it can send in a tick, its updates are seldom
    and fill its outbox in bursts, so that a mean of them over less than many a / C ticks is noise. There its
    sending is counted, which the airtime rule ties to f, less what it relays::

        a share = C (1 - f) - relayed,    relayed = (p / 4) sum4 C (1 - f)

    Both forms are equal for the steady f. In the Moore neighbourhood a node relays p / 5 of what each near
    neighbour sent and p / 20 of each diagonal one's. Where capacities differ, a node may receive more than
    it can send: its share is 0 then, not less.

    Parameters
    ----------
    emission : array [ny, nx]
        Nominal emission a in bits per realized update; zero on sinks.
    f : array [ny, nx]
        Realized share of updates, averaged over any window; 1 on sinks.
    capacity : float or array [ny, nx]
        C in bits per tick.
    survival : float
        Relay survival p.
    boundary : str
        ``absorbing``, ``disc``, ``reflective`` or ``periodic``.
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    """
    a, share = np.asarray(emission, dtype=np.float64), np.array(f, dtype=np.float64)
    limit = np.asarray(capacity, dtype=np.float64)
    rows, columns = np.nonzero(a > limit)
    if rows.size:
        sent = np.pad(limit * (1.0 - share), 1, mode=_EDGES[boundary])
        relayed = _relayed(sent, rows + 1, columns + 1, survival, neighbourhood)
        found = (sent[rows + 1, columns + 1] - relayed) / a[rows, columns]
        share[rows, columns] = found if limit.ndim == 0 else np.maximum(found, 0.0)
    return share


def backlog(
    f: npt.ArrayLike,
    capacity: Floats,
    survival: float,
    boundary: str,
    neighbourhood: str = "von_neumann",
) -> Floats:
    """Bits per tick that stay in the outboxes of nodes which receive more than they can send, [ny, nx].

    Only where capacities differ are there such nodes. What they keep is missing from the field, as if a sink
    took it: ``relayed - C`` where that is above zero, with what the neighbours send, C (1 - f).

    Parameters
    ----------
    f : array [ny, nx]
        Realized share of updates, averaged over any window; 1 on sinks.
    capacity : array [ny, nx]
        C in bits per tick.
    survival, boundary, neighbourhood
        As in `link_share`.
    """
    sent = np.pad(capacity * (1.0 - np.asarray(f, dtype=np.float64)), 1, mode=_EDGES[boundary])
    y, x = np.ogrid[1 : capacity.shape[0] + 1, 1 : capacity.shape[1] + 1]
    return np.maximum(_relayed(sent, y, x, survival, neighbourhood) - capacity, 0.0)


def _relayed(sent: Floats, y: Array, x: Array, survival: float, neighbourhood: str) -> Floats:
    """Bits that the nodes at rows y, columns x of the padded ``sent`` relay."""
    near = (sent[y - 1, x] + sent[y + 1, x]) + (sent[y, x - 1] + sent[y, x + 1])
    if neighbourhood == "von_neumann":
        return np.asarray(survival / 4 * near)
    across = (sent[y - 1, x - 1] + sent[y + 1, x + 1]) + (sent[y - 1, x + 1] + sent[y + 1, x - 1])
    return np.asarray(survival / 5 * near + survival / 20 * across)
