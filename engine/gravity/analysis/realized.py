"""What each source really emits: its map times the share of updates that its nodes realize."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.bounds import capacity_array
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.linkshare import link_share
from tauscope.engine.gravity.sources import add_sources, emission_map, sink_mask
from tauscope.engine.gravity.support import RELAYING, kept_survival


def realized_by_source(
    config: GravityConfig, f: npt.NDArray[Any], ids: Iterable[str] | None = None
) -> dict[str, float]:
    """Realized emission sum(f a_s) of each source in bits per tick, by id.

    Sources whose bursts fill outboxes share what their nodes send (`link_share`). In a rule without a field
    nothing is relayed, and f says all: a source emits its map at each realized update.

    Parameters
    ----------
    config : GravityConfig
        Present configuration.
    f : array [ny, nx]
        Realized share of updates.
    ids : iterable of str, optional
        Sources that are wanted; all by default.

    Raises
    ------
    ValueError
        If ``f`` has another shape than the lattice.
    """
    if f.shape != (config.ny, config.nx):
        raise ValueError(f"f has shape {f.shape}, the lattice ({config.ny}, {config.nx})")
    wanted = None if ids is None else set(ids)
    share = np.where(sink_mask(config), 0.0, _reaching(config, f))
    found = {}
    for source in config.sources:
        if wanted is None or source.id in wanted:
            emission = np.zeros((config.ny, config.nx))
            add_sources(emission, (source,))
            found[source.id] = float((share * emission).sum())
    return found


def _reaching(config: GravityConfig, f: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Share of the emission that reaches the links: f itself where no node can emit more than it can send."""
    capacity = capacity_array(config)
    if config.rule not in RELAYING or config.background + sum(
        source.peak for source in config.sources
    ) <= np.min(capacity):
        return f
    emission = emission_map(config)
    survival = kept_survival(config.survival, config.dtype)
    return link_share(emission, f, capacity, survival, config.boundary, config.neighbourhood)
