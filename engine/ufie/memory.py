"""What a wave will take in memory, told before anything is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.ring import PLACES
from tauscope.gpu.ufie.layout import slow_shape


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes by part, of a torus whose bricks are all there.

    Parameters
    ----------
    parts : mapping of str to int
        ``field`` (psi twice, for the step, and the velocity), ``checkpoints`` of SCRAM, ``medium`` once r
        and s are painted, ``metric``, ``emitters`` (lists at worst), ``neighbours``.
    sites : int
        Sites of the torus.
    """

    parts: Mapping[str, int]
    sites: int

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.parts.values())

    def sentence(self) -> str:
        """For people."""
        return f"{self.sites:,} sites take at most {self.total / 2**20:,.1f} MiB."


def estimate(config: UfieConfig) -> MemoryEstimate:
    """Memory of a configuration; nothing of that size is allocated to find out."""
    sites = config.sites
    number = 8 if config.precision == "precise" else 4
    whole = 2 * number * sites
    bricks = 1
    for size in slow_shape(config.shape):
        bricks *= size
    per_brick = {"flat": 0, "diagonal": 9, "full": 45, "rank1": 0}[config.metric.kind]
    metric = 8 * per_brick * bricks + (10 * number * sites if config.metric.kind == "rank1" else 0)
    return MemoryEstimate(
        {
            "field": 3 * whole,
            "checkpoints": PLACES * 2 * whole if config.scram.on else 0,
            "medium": 2 * 8 * sites + 4 * number * sites,
            "metric": metric,
            "emitters": sum(16 * sites // 3 for e in config.emitters if e.amplitude > 0.0),
            "neighbours": 14 * 4 * bricks,
        },
        sites,
    )
