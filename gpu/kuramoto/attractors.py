"""Maps and flows whose orbits drive an ensemble, iterated one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.jit import kernel, piece

Floats = npt.NDArray[np.float64]

KINDS = ("logistic", "circle", "henon", "lorenz", "roessler")
"""Attractors by their number in the kernel; the first three are maps."""

MAPS = KINDS[:3]

FLOW_STEP = 0.01
"""Step of the Runge-Kutta integration of a flow, in its own time."""


@piece
def _velocity(kind: Any, x: Any, y: Any, z: Any, a: Any, b: Any, c: Any) -> Any:
    if kind == 3:
        return a * (y - x), x * (b - z) - y, x * y - c * z
    return -y - z, x + a * y, b + z * (x - c)


@piece
def _flow(kind: Any, x: Any, y: Any, z: Any, a: Any, b: Any, c: Any, h: Any) -> Any:
    half = 0.5 * h
    x1, y1, z1 = _velocity(kind, x, y, z, a, b, c)
    x2, y2, z2 = _velocity(kind, x + half * x1, y + half * y1, z + half * z1, a, b, c)
    x3, y3, z3 = _velocity(kind, x + half * x2, y + half * y2, z + half * z2, a, b, c)
    x4, y4, z4 = _velocity(kind, x + h * x3, y + h * y3, z + h * z3, a, b, c)
    sixth = h / 6.0
    return (
        x + sixth * (x1 + 2.0 * (x2 + x3) + x4),
        y + sixth * (y1 + 2.0 * (y2 + y3) + y4),
        z + sixth * (z1 + 2.0 * (z2 + z3) + z4),
    )


@piece
def _map(kind: Any, x: Any, y: Any, a: Any, b: Any) -> Any:
    if kind == 0:
        # At a = 4 an iterate that rounds to 1 would end the orbit at 0.
        return min(max(a * x * (1.0 - x), 1e-15), 1.0 - 1e-15), y
    if kind == 1:
        turned = x + a - b / (2.0 * np.pi) * np.sin(2.0 * np.pi * x)
        return turned - np.floor(turned), y + turned - x
    return 1.0 - a * x * x + y, b * x


@kernel
def _iterate(kind: Any, state: Any, out: Any, a: Any, b: Any, c: Any, h: Any) -> None:
    x, y, z = state[0], state[1], state[2]
    for i in range(out.shape[0]):
        if kind < 3:
            x, y = _map(kind, x, y, a, b)
        else:
            x, y, z = _flow(kind, x, y, z, a, b, c, h)
        out[i, 0], out[i, 1], out[i, 2] = x, y, z


def iterate(
    kind: str,
    state: npt.ArrayLike,
    count: int,
    parameters: tuple[float, float, float],
    step: float = FLOW_STEP,
) -> Floats:
    """Orbit after a state, shape (count, 3); the same bits whether done at once or in parts.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    state : array (3,)
        Where the orbit stands: logistic (x, -, -); circle (turn in [0, 1), all turns, -); henon (x, y, -);
        lorenz and roessler (x, y, z).
    count : int
        Iterates of a map, or steps of a flow.
    parameters : (float, float, float)
        logistic (r, -, -); circle (Omega, K, -); henon (a, b, -); lorenz (sigma, rho, beta);
        roessler (a, b, c).
    step : float
        Step of a flow, by Runge-Kutta of order 4, in its own time.

    Raises
    ------
    ValueError
        Another kind.
    """
    out = np.empty((count, 3))
    start = np.array(state, np.float64).reshape(3)
    a, b, c = (float(p) for p in parameters)
    _iterate(KINDS.index(kind), start, out, a, b, c, float(step))
    return out
