"""What the acceptance tests share: lattices on every boundary, counting f, sources of a wanted depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq

from tauscope.engine import create
from tauscope.engine.base import Engine
from tauscope.engine.gravity.analysis import SteadyState, exact_steady_state, relaxation_ticks, warm_start

SURVIVAL = {"absorbing": 1.0, "disc": 1.0, "periodic": 0.999, "reflective": 0.999}
"""Relay survival on each boundary: 1 needs a sink, so closed lattices lose 0.1 % a hop."""

BOUNDARIES = tuple(SURVIVAL)
DTYPES = ("float32", "float64")
BURN = 10
"""e-folds of the slowest mode before counting from an empty lattice; the design asks for at least 7."""


def lattice(side: int, boundary: str, sources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Configuration of a square lattice with the boundary's own survival."""
    base = {"nx": side, "ny": side, "boundary": boundary, "survival": SURVIVAL[boundary], "sources": sources}
    return {**base, **more}


def gaussian(side: int, strength: float, width: float = 3.0, dx: float = 0.0) -> dict[str, Any]:
    """Gaussian source at the centre of the lattice, moved by ``dx`` cells."""
    middle = (side - 1) / 2
    return {"kind": "gaussian", "x": middle + dx, "y": middle, "strength": strength, "width": width}


def burnt(config: Mapping[str, Any], seed: int = 1) -> Engine:
    """Engine started from the empty lattice and run until it is steady."""
    engine = create("gravity", dict(config), seed=seed)
    engine.advance(int(BURN * relaxation_ticks(config)) + 1)
    return engine


def warmed(config: Mapping[str, Any], seed: int = 1) -> Engine:
    """Engine started from the exact traffic, as the design's prototype often was."""
    engine = create("gravity", dict(config), seed=seed)
    engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    return engine


def counted(engine: Engine, window: int) -> np.ndarray:
    """Counted f over the next ``window`` ticks, [ny, nx]."""
    engine.command("reset_statistics")
    engine.advance(window)
    return np.asarray(engine.field("f"), dtype=np.float64)


def relative(measured: np.ndarray, exact: np.ndarray) -> float:
    """Relative Euclidean distance of two arrays."""
    return float(np.linalg.norm(measured - exact) / np.linalg.norm(exact))


def depth(config: Mapping[str, Any]) -> float:
    """Largest ``1 - f`` of the exact steady state."""
    return 1.0 - float(exact_steady_state(config).f.min())


def strength_for(wanted: float, side: int, boundary: str, offsets: tuple[float, ...], **more: Any) -> float:
    """Strength at which equal Gaussians at ``offsets`` dig a well ``wanted`` deep, by the exact equation."""

    def excess(log_strength: float) -> float:
        sources = [gaussian(side, float(np.exp(log_strength)), dx=dx) for dx in offsets]
        return depth(lattice(side, boundary, sources, **more)) - wanted

    return float(np.exp(brentq(excess, np.log(1e-7), np.log(10.0), xtol=1e-6)))


def exact_pair(
    side: int, boundary: str, strength: float, offset: float
) -> tuple[SteadyState, SteadyState, SteadyState]:
    """Exact states of two sources together and of each alone."""
    left, right = gaussian(side, strength, dx=-offset), gaussian(side, strength, dx=offset)
    both, one, other = (lattice(side, boundary, chosen) for chosen in ([left, right], [left], [right]))
    return exact_steady_state(both), exact_steady_state(one), exact_steady_state(other)


_EDGES: dict[str, Any] = {
    "absorbing": "constant",
    "disc": "constant",
    "reflective": "edge",
    "periodic": "wrap",
}


def plain_relay(sent: np.ndarray, survival: float, boundary: str, hood: str) -> np.ndarray:
    """Bits that every node relays: p/4 of each near neighbour's, or p/5 and p/20 of Moore's."""
    p = np.pad(sent, 1, mode=_EDGES[boundary])
    near = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
    if hood == "von_neumann":
        return np.asarray(survival / 4 * near)
    across = p[:-2, :-2] + p[:-2, 2:] + p[2:, :-2] + p[2:, 2:]
    return np.asarray(survival / 5 * near + survival / 20 * across)


def plain_loop(
    emission: np.ndarray,
    capacity: np.ndarray,
    survival: float,
    boundary: str,
    hood: str,
    burn: int,
    window: int,
    sinks: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Counted f, and growth of the outboxes in bits per tick, of the airtime rule in plain NumPy."""
    sent, queue = np.zeros_like(emission), np.zeros_like(emission)
    debt = np.random.default_rng(0).random(emission.shape) * capacity
    count, before = np.zeros(emission.shape, np.int64), queue
    for tick in range(burn + window):
        if tick == burn:
            count[...] = 0
            before = queue
        wait = debt >= capacity
        value = queue + plain_relay(sent, survival, boundary, hood) + np.where(wait, 0.0, emission)
        sent = np.where(sinks, 0.0, np.minimum(value, capacity))
        queue = np.where(sinks, 0.0, value - sent)
        debt = debt + sent - np.where(wait, capacity, 0.0)
        count += ~wait
    return count / window, (queue - before) / window
