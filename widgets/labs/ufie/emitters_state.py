"""An emitter as the dock shows it, as frozen data without Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EmitterMark:
    """An emitter.

    Parameters
    ----------
    name : str
        Name, the only one of its kind.
    tone : float
        Frequency that sounds, detuned, Hz.
    base : float
        Frequency before detuning, Hz.
    theta : float
        Phase now in rad, 0 up to 2 pi: degrees per Δϕ times Δϕ, its own phase, and the reference phase.
    degrees : float
        By how many degrees each unit of Δϕ turns it.
    place : tuple of float
        Centre, nine numbers in sites; () where it has none.
    entries : mapping
        Entries as they stand in the configuration, by name; None where they follow from the name.
    """

    name: str
    tone: float
    base: float
    theta: float
    degrees: float = 0.0
    place: tuple[float, ...] = ()
    entries: Mapping[str, Any] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        """Whether it sounds."""
        return bool(self.entries.get("on", True))

    @property
    def amplitude(self) -> float:
        """Amplitude in 1/s^2."""
        return float(self.entries.get("amplitude", 0.0))

    @property
    def sigma(self) -> float:
        """Width in sites."""
        return float(self.entries.get("sigma", 1.0))

    @property
    def is_golden(self) -> bool:
        """Whether its frequency follows from its name."""
        return self.entries.get("frequency") is None
