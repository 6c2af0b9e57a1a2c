"""The rules literal and strict in plain Python: every link has its queue, every inbox its messages.

It is the oracle of the compiled kernels, so it shares no code with them, and uses none of what makes them
short: that all links of a node are always in the same state. It follows the source document's scheduler
(sections 3.3, 3.4, 4.2 and 5.1) phase by phase.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Node = tuple[int, int]
Direction = tuple[int, int]

NEAR: tuple[Direction, ...] = ((-1, 0), (1, 0), (0, -1), (0, 1))
DIAGONAL: tuple[Direction, ...] = ((-1, -1), (-1, 1), (1, -1), (1, 1))

REST = {"float32": 2.0**-14, "float64": 2.0**-40}
"""Share of C below which what is left of a message is rounding and counts as sent."""


@dataclass(slots=True)
class Message:
    """Bits of a message that are still to be sent, and the tick it was made in."""

    left: Any
    tick: int


@dataclass(slots=True)
class Link:
    """A directed link: its first-in-first-out queue, and the inbox at its end; None beyond a sink's edge."""

    inbox: deque[Message] | None
    queue: deque[Message] = field(default_factory=deque)


class MessageReference:
    """Nodes that put a message on each link at each update, and wait until all of them are sent.

    One tick, in the document's phases:

    1. A node may update if the queues of its links are empty and, in the rule strict, if there is a message
       in its inbox of every neighbour.
    2. An update adds 1 to the node's state and takes one message out of each of those inboxes. It makes one
       message a link; its size is ``emission * message_size``, or ``message_size`` times the L2 norm of the
       change of state.
    3. Every link sends at most C bits of its queue, in order.
    4. Counts and averages are brought up to date.
    5. A message whose last bit was sent is put into the inbox at the end of its link, for the next tick on.

    A node has an inbox for each direction in which there is a neighbour: every one on a periodic lattice,
    none beyond an absorbing edge, and beyond a reflective edge that of its mirror image, to which a link that
    leads out of the lattice comes back. Inboxes of the rule strict begin with one message, as the initial
    tokens of a marked graph; those of the rule literal are never looked at.

    Parameters
    ----------
    emission, capacity : array (ny, nx)
        Bits a node emits at each realized update in units of the message size, and C of each of its links.
    rule : str
        ``literal`` or ``strict``.
    boundary : str
        ``periodic``, ``reflective`` or ``absorbing``.
    neighbourhood : str
        ``von_neumann`` or ``moore``.
    message_size : float
        Bits for each unit of emission or change.
    sizer : str
        ``message`` or ``delta``.
    dtype : float32 or float64
        Of all bits and averages.
    window : float
        Ticks of the moving average g; ``alpha = 2 / (window + 1)``.

    Attributes
    ----------
    traffic, traffic_before, live : array (ny, nx)
        Bits sent on all links of a node in the last tick and in the one before, and g.
    realized : int64 array (ny, nx)
        Realized updates; also the state that an update changes by 1.
    """

    def __init__(
        self,
        emission: npt.ArrayLike,
        capacity: npt.ArrayLike,
        *,
        rule: str = "literal",
        boundary: str = "absorbing",
        neighbourhood: str = "von_neumann",
        message_size: float = 1.0,
        sizer: str = "message",
        dtype: npt.DTypeLike = np.float32,
        window: float = 300.0,
    ) -> None:
        number: Any = np.dtype(dtype).type
        self.number = number
        self.emission = np.array(emission, dtype)
        self.shape = self.emission.shape
        self.capacity = np.array(np.broadcast_to(capacity, self.shape), dtype)
        self.rule, self.boundary, self.sizer = rule, boundary, sizer
        self.message_size = number(message_size)
        self.directions = NEAR + (DIAGONAL if neighbourhood == "moore" else ())
        self.alpha, self.rest = number(2 / (window + 1)), number(REST[self.emission.dtype.name])
        self.traffic, self.traffic_before = np.zeros(self.shape, dtype), np.zeros(self.shape, dtype)
        self.live = np.ones(self.shape, dtype)
        self.realized = np.zeros(self.shape, np.int64)
        self.tick = 0
        self.nodes: list[Node] = [(y, x) for y in range(self.shape[0]) for x in range(self.shape[1])]
        self.inboxes: dict[Node, dict[Direction, deque[Message]]] = {
            node: {d: self._first_messages() for d in self.directions if self._has_neighbour(node, d)}
            for node in self.nodes
        }
        self.links = {
            node: {direction: self._link(node, direction) for direction in self.directions}
            for node in self.nodes
        }

    @property
    def waiting(self) -> Array:
        """Bits queued on all links of each node, shape (ny, nx)."""
        found = np.zeros(self.shape, self.emission.dtype)
        for node in self.nodes:
            found[node] = math.fsum(
                message.left for link in self.links[node].values() for message in link.queue
            )
        return found

    def advance(self, ticks: int) -> None:
        """Do whole ticks."""
        for _ in range(ticks):
            self._tick()

    def _tick(self) -> None:
        self.tick += 1
        able = [node for node in self.nodes if self._clear(node) and self._has_inputs(node)]
        for node in able:
            self._update(node)
        self.traffic_before, self.traffic = self.traffic, np.zeros_like(self.traffic)
        arrived: list[tuple[deque[Message] | None, Message]] = []
        for node in self.nodes:
            sent = [self._send(link, self.capacity[node], arrived) for link in self.links[node].values()]
            self.traffic[node] = math.fsum(sent)
        share = np.zeros_like(self.live)
        for node in able:
            share[node] = self.number(1)
        self.live = self.live + self.alpha * (share - self.live)
        for inbox, message in arrived:
            if inbox is not None and self.rule == "strict":
                inbox.append(message)

    def _clear(self, node: Node) -> bool:
        return all(not link.queue for link in self.links[node].values())

    def _has_inputs(self, node: Node) -> bool:
        return self.rule == "literal" or all(self.inboxes[node].values())

    def _update(self, node: Node) -> None:
        before = np.array([float(self.realized[node])])
        self.realized[node] += 1
        change = np.linalg.norm(np.array([float(self.realized[node])]) - before)
        if self.rule == "strict":
            for inbox in self.inboxes[node].values():
                inbox.popleft()
        units = self.emission[node] if self.sizer == "message" else self.number(change)
        for link in self.links[node].values():
            link.queue.append(Message(units * self.message_size, self.tick))

    def _send(self, link: Link, capacity: Any, arrived: list[tuple[deque[Message] | None, Message]]) -> Any:
        """Send at most C bits, in order; messages whose last bit went are added to ``arrived``."""
        room, total = capacity, self.number(0)
        while link.queue and (room > 0 or link.queue[0].left == 0):
            message = link.queue[0]
            sent = min(message.left, room)
            message.left = message.left - sent
            room, total = room - sent, total + sent
            if message.left <= self.rest * capacity:
                message.left = self.number(0)
                arrived.append((link.inbox, link.queue.popleft()))
        return total

    def _has_neighbour(self, node: Node, direction: Direction) -> bool:
        (y, x), (dy, dx) = node, direction
        inside = 0 <= y + dy < self.shape[0] and 0 <= x + dx < self.shape[1]
        return inside or self.boundary != "absorbing"

    def _first_messages(self) -> deque[Message]:
        return deque([Message(self.number(0), 0)] if self.rule == "strict" else [])

    def _link(self, node: Node, direction: Direction) -> Link:
        """Link that leaves a node: its inbox is that of the neighbour for the side the message comes from."""
        if not self._has_neighbour(node, direction):
            return Link(None)
        ends, sides = zip(
            *(self._along(*axis) for axis in zip(node, direction, self.shape, strict=True)), strict=True
        )
        return Link(self.inboxes[ends[0], ends[1]][sides[0], sides[1]])

    def _along(self, place: int, step: int, size: int) -> tuple[int, int]:
        """Where a step along one axis ends, and the side of the node there from which it arrives."""
        if 0 <= place + step < size:
            return place + step, -step
        if self.boundary == "periodic":
            return (place + step) % size, -step
        return place, step
