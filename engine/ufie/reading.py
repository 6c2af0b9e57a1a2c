"""Reading a wave: fields, slices and scalars, from the bricks and only as much as is asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from tauscope.engine.base import Array
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.ufie import catalogue, oracle, scram
from tauscope.engine.ufie.axes import DIMS, axis_number, first_eigenvalue, site_index
from tauscope.engine.ufie.body import Body
from tauscope.engine.ufie.guard import Guard
from tauscope.engine.ufie.medium import FIELDS
from tauscope.gpu.ufie.protocol import MODES


class Reader:
    """Reads a body and its guard; changes nothing.

    Parameters
    ----------
    body : Body
        What moves.
    guard : Guard
        Its watch.
    """

    def __init__(self, body: Body, guard: Guard) -> None:
        self._body = body
        self._guard = guard

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Copy of the sites of a field that a NumPy index picks."""
        if name in FIELDS:
            return self._body.medium.field(name, index)
        return _seen(name, self._part(index, name == "velocity"))

    def _part(self, index: tuple[Any, ...], velocity: bool) -> Array:
        """Sites of psi or the velocity; the kernels know whole numbers and spans, other indices read all."""
        body = self._body
        if index and all(isinstance(at, int | np.integer | slice) for at in index) and len(index) <= DIMS:
            plain = tuple(at if isinstance(at, slice) else int(at) for at in index)
            return np.array(body.velocity_part(plain) if velocity else body.wave.part(plain))
        return np.array((body.velocity() if velocity else body.wave.psi())[index])

    def slice(
        self, axes: Sequence[str], index: Mapping[str, int] | Sequence[int], mode: str, name: str
    ) -> Array:
        """Two axes of a field; see `UfieEngine.slice`."""
        numbers = tuple(axis_number(str(axis)) for axis in axes)
        if len(numbers) != 2 or numbers[0] == numbers[1]:
            raise BadInput(
                "A slice has two axes.", key="axes", value=list(axes), allowed="two different axes"
            )
        if mode not in MODES:
            raise unknown_name("mode", str(mode), MODES, key="mode")
        first, second = numbers
        places = list(site_index(index, self._body.config.shape))
        for number in numbers:
            places[number] = 0
        if name == "psi" or (name in ("amplitude", "phase") and mode == "index"):
            return _seen(name, np.asarray(self._body.wave.slice((first, second), places, mode)))
        if name == "velocity":
            return self._body.velocity_slice((first, second), places, mode)
        if name == "amplitude" and mode != "sum":
            return np.asarray(self._body.wave.slice((first, second), places, mode))
        if mode == "index":
            cut = tuple(slice(None) if axis in numbers else places[axis] for axis in range(DIMS))
            plane = self.field_at(name, cut)
        else:
            plane = _projected(self.field_at(name, ()), numbers, mode)
        return plane if first < second else np.ascontiguousarray(plane.T)

    def scalars(self, names: Collection[str]) -> dict[str, float]:
        """Some scalars, by name."""
        body, found = self._body, {}
        if catalogue.SUMMED & set(names):
            found.update(self._summed())
        if catalogue.PEAKED & set(names):
            amplitude = float(body.wave.maximum().amplitude)
            found.update({"max_amplitude": amplitude, "nu": self._nu(amplitude)})
        limit = scram.amplitude_limit(body.config)
        watch = self._guard.scram
        found.update({name: body.oracle.book(book) for name, book in catalogue.BOOKED.items()})
        found.update(
            residual_recent=math.nan if body.literal else body.oracle.recent(body.dt),
            amplitude_limit=limit if math.isfinite(limit) and body.config.scram.on else math.nan,
            drive_gain=body.drive.gain,
            active_sites=float(body.present_sites),
            scram_level=float(watch.level),
            scram_attempts=float(watch.attempts),
            step_size=body.dt,
        )
        return {name: found[name] for name in names}

    def _summed(self) -> dict[str, float]:
        body = self._body
        row, dt = body.observe(), body.dt
        P_in, P_diss = oracle.powers(row)
        H = oracle.energy(row)
        return {
            "H": H,
            "H_hat": H if body.literal else oracle.conserved(row, dt),
            "P_in": P_in,
            "P_diss": P_diss,
            "residual": math.nan if body.literal else body.oracle.residual(row, dt),
        }

    def _nu(self, amplitude: float) -> float:
        c = self._body.config
        square = c.mass_rate**2 + c.c0**2 * first_eigenvalue(c.shape)
        pull = c.beta * amplitude**2
        return pull / square if square > 0.0 else (math.inf if pull > 0.0 else 0.0)


def _seen(name: str, psi: Array) -> Array:
    """Psi, its modulus or its argument."""
    if name == "amplitude":
        return np.asarray(np.abs(psi))
    return np.asarray(np.angle(psi)) if name == "phase" else psi


def _projected(whole: Array, axes: tuple[int, ...], mode: str) -> Array:
    """Projection of a field onto two axes, in ascending order of axes."""
    others = tuple(axis for axis in range(DIMS) if axis not in axes)
    if mode == "sum":
        return np.asarray(whole.sum(axis=others))
    size = np.abs(whole)
    return np.asarray(size.max(axis=others) if mode == "max" else np.sqrt((size**2).mean(axis=others)))
