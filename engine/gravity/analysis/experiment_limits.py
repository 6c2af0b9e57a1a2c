"""What settings of the gravity lab's experiments may be; anything else is refused before a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tauscope.engine.errors import BadInput

MOST_TICKS = 10_000_000
MOST_VALUES = 64
"""Values of a list, each of which is a run of its own."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "law": ("exact", "document"),
    "phi_mode": ("both", "empirical", "poisson"),
}
"""Settings that are one of a few words."""

LEAST_SIDE: Mapping[str, int] = {
    "time_dilation": 20,
    "free_fall": 65,
    "lensing": 97,
    "horizon": 65,
    "dark_matter": 33,
    "rotation_curve": 65,
    "superposition": 49,
    "literal_null": 33,
}
"""Nodes a side on which what an experiment sets up, and what it fits, has room."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Range of a number; ``open_low`` leaves out the low end, ``apart`` what is nearer to zero."""

    low: float
    high: float
    open_low: bool = False
    apart: float = 0.0

    def hold(self, value: float) -> bool:
        """Whether a value lies within."""
        inside = self.low < value if self.open_low else self.low <= value
        return inside and value <= self.high and abs(value) >= self.apart

    @property
    def words(self) -> str:
        """Range for people."""
        if self.apart:
            return f"{self.low:,.10g} to -{self.apart:g} and {self.apart:g} to {self.high:,.10g}"
        if self.open_low:
            return f"more than {self.low:,.10g}, at most {self.high:,.10g}"
        return f"{self.low:,.10g} to {self.high:,.10g}"


_EMISSION = Limits(0.0, 1e6, open_low=True)
_NUMBERS: Mapping[str, Limits] = {
    "ticks": Limits(1, MOST_TICKS),
    "throw_ticks": Limits(1, MOST_TICKS),
    "output_interval": Limits(1, MOST_TICKS),
    "window": Limits(1.0, 1e6),
    "rays": Limits(1, 65_536),
    "strength": _EMISSION,
    "strengths": _EMISSION,
    "impacts": Limits(-1024.0, 1024.0, apart=1.0),
    "b": Limits(-1024.0, 1024.0, apart=1.0),
    "distance": Limits(1.0, 1024.0),
    "mass": Limits(0.0, 2.0, open_low=True),
    "launch": Limits(0.0, 1.0, open_low=True),
}


def limits(experiment: str, name: str) -> Limits | None:
    """Range of a number, or of each number of a list, that is a setting of an experiment, or None."""
    if name == "side":
        return Limits(LEAST_SIDE.get(experiment, 33), 2048)
    return _NUMBERS.get(name)


def check(experiment: str, settings: Mapping[str, Any]) -> None:
    """Refuse settings that have no meaning.

    Parameters
    ----------
    experiment : str
        Name of the experiment.
    settings : mapping
        Its own settings, in the kinds of their defaults.

    Raises
    ------
    BadInput
        A value out of its range, or a list that is too long; names the range.
    """
    for name, value in settings.items():
        if name in CHOICES and value not in CHOICES[name]:
            raise BadInput(
                f"{name} = {value!r} was refused.", key=name, value=value, allowed=", ".join(CHOICES[name])
            )
        held, many = limits(experiment, name), isinstance(value, list | tuple)
        if held is None:
            continue
        allowed = f"numbers of {held.words}" if many else held.words
        if many and not 1 <= len(value) <= MOST_VALUES:
            raise BadInput(
                f"{name} has {len(value)} values.", key=name, allowed=f"1 to {MOST_VALUES} {allowed}"
            )
        for one in value if many else (value,):
            if not held.hold(one):
                raise BadInput(f"{name} = {one:g} was refused.", key=name, value=one, allowed=allowed)
