"""Signals that drive the oscillators: a periodic one, and attractors as signals in [-1, 1].

A signal is a function of time alone: an attractor's orbit starts at a fixed point in space, and what stands
between two calls is only how far it has been followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.gpu.kuramoto.attractors import FLOW_STEP, MAPS, iterate

Floats = npt.NDArray[np.float64]
Vector = tuple[float, float, float]

GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Attractor:
    """A map or a flow with published parameters.

    Parameters
    ----------
    parameters, start : (float, float, float)
        As in `tauscope.gpu.kuramoto.attractors.iterate`; the start lies on the attractor.
    middle, half_range : float
        x runs through ``middle ± half_range``, which the signal maps to [-1, 1].
    names : tuple of str
        Names of the parameters.
    source : str
        Where it was published.
    """

    parameters: Vector
    start: Vector
    middle: float
    half_range: float
    names: tuple[str, ...]
    source: str


ATTRACTORS: Mapping[str, Attractor] = {
    "logistic": Attractor(
        (4.0, 0.0, 0.0), (0.3, 0.0, 0.0), 0.5, 0.5, ("r",), "R. M. May, Nature 261, 459 (1976)"
    ),
    "circle": Attractor(
        (GOLDEN, 0.9, 0.0),
        (0.0, 0.0, 0.0),
        0.5,
        0.5,
        ("Ω", "K"),
        "V. I. Arnold, Izv. Akad. Nauk SSSR Ser. Mat. 25, 21 (1961)",
    ),
    "henon": Attractor(
        (1.4, 0.3, 0.0),
        (0.66376208, -0.20805765, 0.0),
        -0.006,
        1.28,
        ("a", "b"),
        "M. Hénon, Commun. Math. Phys. 50, 69 (1976)",
    ),
    "lorenz": Attractor(
        (10.0, 28.0, 8.0 / 3.0),
        (-9.42, -9.43, 28.3),
        0.0,
        20.0,
        ("σ", "ρ", "β"),
        "E. N. Lorenz, J. Atmos. Sci. 20, 130 (1963)",
    ),
    "roessler": Attractor(
        (0.2, 0.2, 5.7),
        (-6.0, -5.0, 0.03),
        1.2,
        10.8,
        ("a", "b", "c"),
        "O. E. Rössler, Phys. Lett. A 57, 397 (1976)",
    ),
}
"""Attractors by the kind of a drive. The ranges are those of 10^7 iterates, or steps of a flow, rounded
outwards; beyond them a signal is cut."""


class Signal:
    """Signal of an attractor, s(t) in [-1, 1].

    A map holds each iterate for ``interval``; of a flow, ``interval`` is what one unit of its own time takes,
    and between two of its steps of 0.01 the signal is the cubic with the flow's velocity at both ends.

    Parameters
    ----------
    kind : str
        Key of `ATTRACTORS`.
    interval : float
        Unit of time.
    """

    def __init__(self, kind: str, interval: float) -> None:
        self.kind = kind
        self.holds = kind in MAPS
        self._attractor = ATTRACTORS[kind]
        self._unit = interval * (1.0 if self.holds else FLOW_STEP)
        self._index = 0
        self._x = np.array(self._attractor.start)

    def __call__(self, times: npt.ArrayLike) -> Floats:
        """Signal at times that never come before those that `follow` has passed; the shape of ``times``.

        Raises
        ------
        ValueError
            A time that has passed.
        """
        place = np.asarray(times, np.float64) / self._unit
        whole = np.floor(place).astype(np.int64)
        first = int(whole.min()) if whole.size else self._index
        if first < self._index:
            raise ValueError(
                f"The signal was asked for step {first}, but has been followed to {self._index}."
            )
        orbit = self._orbit(int(whole.max(initial=self._index)) + 1)
        found = orbit[whole - self._index, 0]
        if not self.holds:
            found = self._between(orbit, whole - self._index, place - whole)
        signal: Floats = np.clip((found - self._attractor.middle) / self._attractor.half_range, -1.0, 1.0)
        return signal

    def follow(self, time: float) -> None:
        """Go along the orbit to a time; what came before it is forgotten."""
        index = int(np.floor(time / self._unit))
        if index > self._index:
            orbit = iterate(self.kind, self._x, index - self._index, self._attractor.parameters)
            self._index, self._x = index, orbit[-1].copy()

    def state(self) -> tuple[int, Floats]:
        """Steps followed, and where the orbit stands, float64 (3,)."""
        return self._index, self._x.copy()

    def restore(self, index: int, x: npt.ArrayLike) -> None:
        """Go on from what `state` gave."""
        self._index, self._x = int(index), np.array(x, np.float64)

    def _orbit(self, last: int) -> Floats:
        """Orbit from the step that was followed to, to step ``last``; shape (steps, 3)."""
        after = iterate(self.kind, self._x, last - self._index, self._attractor.parameters)
        return np.concatenate((self._x[None, :], after))

    def _between(self, orbit: Floats, step: npt.NDArray[np.int64], share: Floats) -> Floats:
        """Coordinate x at a share of the way from a step to the next, by cubic Hermite interpolation."""
        x, y, z = orbit.T
        speed = FLOW_STEP * (self._attractor.parameters[0] * (y - x) if self.kind == "lorenz" else -y - z)
        rest = 1.0 - share
        first: Floats = rest * rest * ((1.0 + 2.0 * share) * x[step] + share * speed[step])
        second: Floats = share * share * ((3.0 - 2.0 * share) * x[step + 1] - rest * speed[step + 1])
        return first + second
