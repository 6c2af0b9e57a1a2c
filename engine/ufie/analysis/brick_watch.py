"""Watch over active bricks: how many there are, what grew and was pruned, and the energy booked with it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tauscope.engine.planes import Plane, numbers
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.world import World
from tauscope.gpu.ufie.layout import brick_axes, slow_shape

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class BrickState:
    """Active bricks at the newest look.

    Parameters
    ----------
    bricks : int64 array (n,)
        Numbers of those that are there, ascending.
    total : int
        Bricks of the whole torus.
    shape : tuple of int
        Sizes of the torus; ``()`` before the first look.
    grown, pruned : int
        Bricks added and taken away since the watch began.
    changes : int
        Looks at which there were others than before.
    energy : float
        Part of W_geom booked between looks at which the bricks changed.
    since, tick : int
        Macro ticks of the first and the newest look.
    """

    bricks: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    total: int = 0
    shape: Shape = ()
    grown: int = 0
    pruned: int = 0
    changes: int = 0
    energy: float = 0.0
    since: int = 0
    tick: int = 0

    @property
    def share(self) -> float:
        """Share of all bricks that is there."""
        return len(self.bricks) / self.total if self.total else 1.0


class BrickWatch:
    """Tracker that looks at the bricks where the engine itself does: at multiples of ``active.every``.

    Parameters
    ----------
    key : str
        Engine's key in the world.
    """

    light = True

    def __init__(self, key: str) -> None:
        self.key = key
        self._lock = threading.Lock()
        self._world: World | None = None
        self._found = BrickState()
        self._booked = 0.0
        self._every = 0

    def data(self) -> BrickState:
        """What was found so far; from any thread."""
        with self._lock:
            return self._found

    def start(self, world: World) -> None:
        """Begin anew in a world; on the simulation thread."""
        self._world = world
        engine = world.engines.get(self.key)
        active = getattr(getattr(engine, "config", None), "active", None)
        self._every = 0
        with self._lock:
            self._found = BrickState()
        if engine is None or active is None or not active.on:
            return
        self._every = max(1, -(-active.every // world.ratios[self.key]))
        shape = tuple(engine.config.shape)  # type: ignore[attr-defined]
        bricks = engine.bricks()  # type: ignore[attr-defined]
        self._booked = engine.scalars_of({"W_geom"})["W_geom"]
        tick = world.macro_tick
        with self._lock:
            self._found = BrickState(bricks, int(np.prod(slow_shape(shape))), shape, since=tick, tick=tick)

    def next_due(self, macro_tick: int) -> int | None:
        """Next look; none where all bricks are there anyway."""
        return (macro_tick // self._every + 1) * self._every if self._every else None

    def sample(self, world: World) -> None:
        """Compare with the look before."""
        if world is not self._world or world.macro_tick < self._found.tick:
            self.start(world)
            return
        engine, before = world.engine(self.key), self._found
        bricks = engine.bricks()  # type: ignore[attr-defined]
        booked = engine.scalars_of({"W_geom"})["W_geom"]
        same = np.array_equal(bricks, before.bricks)
        grown = 0 if same else len(np.setdiff1d(bricks, before.bricks, assume_unique=True))
        gone = 0 if same else len(np.setdiff1d(before.bricks, bricks, assume_unique=True))
        gain, self._booked = booked - self._booked, booked
        with self._lock:
            self._found = BrickState(
                bricks,
                before.total,
                before.shape,
                before.grown + grown,
                before.pruned + gone,
                before.changes + (not same),
                before.energy + (0.0 if same else gain),
                before.since,
                world.macro_tick,
            )


def shown_share(state: BrickState, plane: Plane) -> Floats:
    """Share of bricks that is there behind each pixel of a plane, float64 [n_up, n_across], 0 to 1.

    A cut has one brick behind a pixel: 0 or 1. A projection has those along the seven other axes.
    """
    across, up = numbers(plane, AXES)
    slow, own = slow_shape(state.shape), brick_axes(state.shape)
    present = np.zeros(int(np.prod(slow)), np.bool_)
    present[state.bricks] = True
    whole = present.reshape(slow)
    others = tuple(axis for axis in range(len(AXES)) if axis not in (across, up))
    if plane.mode == "index":
        places = plane.index or (0,) * len(AXES)
        cut = tuple(
            slice(None) if axis in (across, up) else 0 if axis in own else places[axis]
            for axis in range(len(AXES))
        )
        found = whole[cut].astype(np.float64)
    else:
        found = whole.mean(axis=others)
    found = found if up < across else found.T
    full = (state.shape[up], state.shape[across])
    return np.ascontiguousarray(np.broadcast_to(found, full))
