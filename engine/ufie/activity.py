"""Which bricks grow and which go: active ones, those next to them, and those that emitters stand on.

Source: ufie.md, "What the lab offers" 1; bricks take the place of the document's octree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.axes import DIMS, Shape
from tauscope.engine.ufie.config_parts import ActiveConfig
from tauscope.gpu.ufie.layout import brick_axes, slow_shape

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Plan(NamedTuple):
    """Bricks to add and to take away, ascending, and whether more would grow than may."""

    grow: Integers
    prune: Integers
    full: bool


def brick_of(sites: Integers, shape: Shape) -> Integers:
    """Brick number of each site number."""
    slow = slow_shape(shape)
    places = list(np.unravel_index(sites, shape))
    for axis in brick_axes(shape):
        places[axis] = np.zeros_like(places[axis])
    return np.asarray(np.ravel_multi_index(tuple(places), slow), np.int64)


def neighbours(bricks: Integers, shape: Shape) -> Integers:
    """Bricks one step from any of some along any slow axis, and these themselves, ascending."""
    slow = slow_shape(shape)
    places = np.stack(np.unravel_index(bricks, slow)) if bricks.size else np.zeros((DIMS, 0), np.int64)
    found = [bricks]
    for axis, count in enumerate(slow):
        if count == 1:
            continue
        for step in (-1, 1):
            moved = places.copy()
            moved[axis] = (moved[axis] + step) % count
            found.append(np.asarray(np.ravel_multi_index(tuple(moved), slow), np.int64))
    return np.unique(np.concatenate(found)).astype(np.int64)


def plan(bricks: Integers, maxima: Floats, kept: Integers, shape: Shape, config: ActiveConfig) -> Plan:
    """What to add and to take away.

    Parameters
    ----------
    bricks : int array (n,)
        Bricks that are there.
    maxima : array (n,)
        Largest amplitude of each.
    kept : int array
        Bricks that never go: those that emitters stand on.
    shape : tuple of int
        Sizes of the torus.
    config : ActiveConfig
        Limits.
    """
    needed = np.union1d(neighbours(bricks[maxima > config.grow_above], shape), kept)
    grow = np.setdiff1d(needed, bricks)
    quiet = bricks[maxima < config.prune_below]
    prune = np.setdiff1d(quiet, needed)
    room = max(0, int(config.reserve * np.prod(slow_shape(shape))) - (bricks.size - prune.size))
    return Plan(grow[:room].astype(np.int64), prune.astype(np.int64), grow.size > room)
