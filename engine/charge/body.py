"""What the engine asks of either kind of charge model: one that drifts, one of two species."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import BlowUp
from tauscope.engine.charge.config import ChargeConfig

Floats = npt.NDArray[np.float64]


class Body(ABC):
    """Fields of one mode that advance together; the engine counts ticks and keeps the configuration."""

    config: ChargeConfig

    @property
    @abstractmethod
    def time(self) -> float:
        """Simulated time; that of a stopped run stands still."""

    @property
    @abstractmethod
    def stopped(self) -> bool:
        """Whether it stands still at its last good state."""

    @abstractmethod
    def advance(self, ticks: int) -> int:
        """Do steps, and return how many; none while it is stopped."""

    @abstractmethod
    def blow_up(self) -> BlowUp | None:
        """Why it is stopped, or None."""

    @abstractmethod
    def acknowledge(self) -> None:
        """Let a stopped run go on."""

    @abstractmethod
    def read(self, name: str) -> Floats:
        """Copy of a field, [L, L]."""

    @abstractmethod
    def write(self, name: str, value: Floats) -> None:
        """Set a settable field."""

    @abstractmethod
    def scalars(self, names: Collection[str]) -> Mapping[str, float]:
        """Some scalars, in the order of the names."""

    @abstractmethod
    def adopt(self, config: ChargeConfig) -> None:
        """Go on with another configuration of the same mode and size."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Arrays and numbers of a checkpoint."""

    @abstractmethod
    def restore(self, arrays: Mapping[str, Any], scalars: Mapping[str, Any], config: ChargeConfig) -> None:
        """Take what `state` gave, checked by then."""
