"""What a pattern is at present, as far as it is not a field of the lattice."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config_patterns import PatternConfig


@dataclass(slots=True)
class Standing:
    """A pattern's present.

    Parameters
    ----------
    x, y : float
        Where it is, in cells; of a wave its centre of energy at the last look.
    px, py : float
        Momentum of a particle or a ray, in 1/cells; velocity of the document's laws.
    count : int
        Realized updates of its hosts up to ``since``: what a clock has shown, an agent's own time.
    host : int
        Proper time of the host node at ``since``.
    since : int
        Tick of place and count.
    launched : int
        Tick at which it was last started.
    acts : int
        Acts of an agent.
    activity : float
        What it emits, where its policy has changed that.
    energy : float
        Energy of a wave at its launch, 0 before it was measured.
    warned : bool
        Whether the growth of its energy has been told.
    alive : bool
        Whether it is on the lattice; a particle that has left it stays where it left.
    memory : dict
        Of an agent.
    """

    x: float
    y: float
    px: float = 0.0
    py: float = 0.0
    count: int = 0
    host: int = 0
    since: int = 0
    launched: int = 0
    acts: int = 0
    activity: float = 0.0
    energy: float = 0.0
    warned: bool = False
    alive: bool = True
    memory: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def begin(cls, pattern: PatternConfig, tick: int, host: int) -> Standing:
        """A pattern at its start."""
        px, py = (0.0, 0.0)
        if pattern.kind in ("geodesic", "ray", "packet", "light"):
            px, py = (
                pattern.momentum if pattern.kind in ("ray", "light") or any(pattern.velocity) else (0.0, 0.0)
            )
            if pattern.law == "document":
                size = math.hypot(*pattern.velocity) if pattern.kind == "ray" else 1.0
                px, py = pattern.velocity[0] / size, pattern.velocity[1] / size
        return cls(
            pattern.x,
            pattern.y,
            px,
            py,
            host=host,
            since=tick,
            launched=tick,
            activity=pattern.activity,
        )


def dump(standings: Mapping[str, Standing]) -> str:
    """JSON text of all presents; numbers come back bit for bit."""
    return json.dumps({name: asdict(one) for name, one in standings.items()}, sort_keys=True)


def read(text: Any, patterns: tuple[PatternConfig, ...]) -> dict[str, Standing]:
    """Presents of a checkpoint's patterns.

    Raises
    ------
    BadInput
        If they cannot be read, are not those of the patterns, or are not finite.
    """
    try:
        found = {str(name): Standing(**one) for name, one in json.loads(text).items()}
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"The patterns of the checkpoint cannot be read: {error}.", key="patterns") from None
    if set(found) != {pattern.id for pattern in patterns}:
        raise BadInput(
            "The patterns of the checkpoint are not those of its configuration.",
            key="patterns",
            value=sorted(found),
            allowed=", ".join(pattern.id for pattern in patterns) or "none",
        )
    for name, one in found.items():
        numbers: tuple[Any, ...] = (one.x, one.y, one.px, one.py, one.count, one.host, one.since)
        numbers += (one.activity, one.energy)
        if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
            raise BadInput(f"The pattern “{name}” of the checkpoint is not finite.", key="patterns")
    return {pattern.id: found[pattern.id] for pattern in patterns}
