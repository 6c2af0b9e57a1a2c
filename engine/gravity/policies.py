"""What agents do: built-in policies, and those that a user gives as a callable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tauscope.engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Observation:
    """What an agent perceives at its place, and nothing of the lattice beyond it.

    Parameters
    ----------
    own_time : int
        Realized updates of its hosts since it began: the only clock it has.
    x, y : float
        Where it is, in cells.
    f : float
        Update fraction there.
    gradient : (float, float)
        Of f, columns and rows, per cell, over two cells to each side.
    others : tuple of (str, str, float, float)
        Id, kind and distance (columns, rows) of the other patterns within eight cells.
    draw : (float, float)
        Two numbers uniform in [0, 1), from the agent's own random stream.
    """

    own_time: int
    x: float
    y: float
    f: float
    gradient: tuple[float, float]
    others: tuple[tuple[str, str, float, float], ...]
    draw: tuple[float, float]


Policy = Callable[[Observation, dict[str, Any]], Any]
"""``policy(observation, memory)`` returns (dx, dy) in cells, or a mapping with ``move`` and ``activity``.

``memory`` is the agent's own: a dict of JSON values that it may change, part of every checkpoint.
"""


def rest(_seen: Observation, _memory: dict[str, Any]) -> tuple[float, float]:
    """Stay."""
    return 0.0, 0.0


def climb(seen: Observation, _memory: dict[str, Any]) -> tuple[float, float]:
    """Go to where time runs faster."""
    return _along(seen.gradient)


def descend(seen: Observation, _memory: dict[str, Any]) -> tuple[float, float]:
    """Go to where time runs slower: toward a mass."""
    x, y = _along(seen.gradient)
    return -x, -y


def circle(seen: Observation, memory: dict[str, Any]) -> tuple[float, float]:
    """Go along the line of equal f, and correct toward the f it began with."""
    start = float(memory.setdefault("f", seen.f))
    x, y = _along(seen.gradient)
    back = max(-1.0, min(1.0, (start - seen.f) / max(math.hypot(*seen.gradient), 1e-12)))
    return -y + back * x, x + back * y


def wander(seen: Observation, _memory: dict[str, Any]) -> tuple[float, float]:
    """Go a step in a direction drawn at random."""
    angle = 2.0 * math.pi * seen.draw[0]
    return math.cos(angle), math.sin(angle)


def _along(vector: tuple[float, float]) -> tuple[float, float]:
    size = math.hypot(*vector)
    return (vector[0] / size, vector[1] / size) if size > 0 else (0.0, 0.0)


BUILT_IN: Mapping[str, Policy] = {
    "rest": rest,
    "climb": climb,
    "descend": descend,
    "circle": circle,
    "wander": wander,
}

_OWN: dict[str, Policy] = {}


def register_policy(name: str, policy: Policy) -> None:
    """Let configurations name a policy of one's own, in this process.

    A file names policies and never brings code: whoever opens a recording with a policy of one's own
    registers it first.

    Raises
    ------
    BadInput
        A name that is built in.
    """
    if name in BUILT_IN:
        raise BadInput(
            f"“{name}” is a built-in policy.", key="policy", value=name, remedy="Take another name."
        )
    _OWN[name] = policy


def policy_name(policy: Policy) -> str:
    """Name of a callable, registered under its own name if it has none yet."""
    for name, known in (*BUILT_IN.items(), *_OWN.items()):
        if known is policy:
            return name
    base = str(getattr(policy, "__name__", type(policy).__name__)).strip("<>")
    name, number = base, 2
    while name in BUILT_IN or name in _OWN:
        name, number = f"{base}{number}", number + 1
    _OWN[name] = policy
    return name


def known_policies() -> tuple[str, ...]:
    """Names of all policies."""
    return (*BUILT_IN, *_OWN)


def policy_of(name: str) -> Policy:
    """Policy by name."""
    return _OWN[name] if name in _OWN else BUILT_IN[name]
