"""The wave engine: a nine-dimensional damped, driven, focusing wave under the eyes of an oracle."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.arguments import check_scalars, whole_ticks
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import Plane
from tauscope.engine.ufie import catalogue, checkpoint, commands, memory
from tauscope.engine.ufie.body import Body
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_checks import SHORTEST_STEP
from tauscope.engine.ufie.drive import Tones
from tauscope.engine.ufie.guard import Guard
from tauscope.engine.ufie.medium import FIELDS
from tauscope.engine.ufie.reading import Reader
from tauscope.engine.ufie.scram import ScramEvent, ScramStatus


class UfieEngine(Engine):
    """Unified field interference equation on a torus of nine axes.

    With h = 1, resonance r, state s and inverse metric g^ij::

        Psi_tt + alpha (1 - r) Psi_t = c0^2 / (1 + s)^2 Lap_g Psi + beta |Psi|^2 Psi - m^2 Psi + E(x, t)

    A tick is one step. Source: section 4.5 of the wave-interference document; ufie.md, "The physics and
    numerics, settled", which says where the document's algorithms fail.

    Parameters
    ----------
    config : UfieConfig
        Validated configuration.
    seed : int
        Seed of a random start.
    device : str
        ``cpu`` or ``cuda``.

    Examples
    --------
    >>> from tauscope.engine import create
    >>> start = {"kind": "gaussian", "amplitude": 1.0}
    >>> engine = create("ufie", {"shape": [1, 1, 1, 1, 1, 1, 16, 16, 1], "emitters": [], "start": start})
    >>> engine.advance(40)
    >>> engine.scalars()["residual"] < 1e-5
    True
    """

    name: ClassVar[str] = "ufie"
    config_type: ClassVar[type[UfieConfig]] = UfieConfig
    reproducibility: ClassVar[Reproducibility] = "B"
    tick_unit: ClassVar[str] = "step"

    def __init__(self, config: UfieConfig, seed: int = 1, device: str = "cpu") -> None:
        if device == "cuda" and config.integrator == "etd":
            raise BadInput(
                "The integrator etd runs on the processor only.", key="device", value=device, allowed="cpu"
            )
        self._seed = seed
        self.device = device
        self._body = Body(config, seed, device)
        self._guard = Guard(self._body)
        self._reader = Reader(self._body, self._guard)
        self._tick = self._base_tick = 0
        self._base_time = 0.0

    # -- what it is

    @property
    def config(self) -> UfieConfig:
        """Present configuration, live changes included."""
        return self._body.config

    @property
    def seed(self) -> int:
        """Seed of a random start."""
        return self._seed

    @property
    def tick(self) -> int:
        """Steps done, and those in which a stopped run stood still."""
        return self._tick

    @property
    def time(self) -> float:
        """Sum of the steps done, s; it does not go back with the field."""
        return self._base_time + (self._tick - self._base_tick) * self._body.dt

    def events(self) -> tuple[ScramEvent, ...]:
        """What the oracle saw and SCRAM did, oldest first; the newest 64."""
        return tuple(self._guard.scram.events)

    @property
    def scram(self) -> ScramStatus:
        """Where the policy of SCRAM stands."""
        return self._guard.scram.status(self.config.scram, self._body.dt)

    def tones(self) -> Tones:
        """Phases of all emitters at the present step, as the synthesis has them."""
        return self._body.drive.tones()

    def bricks(self) -> Array:
        """Numbers of the bricks that are there, int64 (n,): flat C indices over the slow axes, ascending."""
        return np.sort(np.asarray(self._body.wave.bricks(), np.int64))

    def memory(self) -> memory.MemoryEstimate:
        """What it takes at most."""
        return memory.estimate(self.config)

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.fields(self.config.precision)

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name."""
        return catalogue.SCALARS

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole steps; releases the GIL. A run that SCRAM has stopped stands still, and its time with it.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        left = whole_ticks(ticks)
        with np.errstate(over="ignore", invalid="ignore"):  # a field that runs away is told by its trip
            self._advance(left)

    def _advance(self, left: int) -> None:
        while left > 0:
            if self._guard.scram.stopped:
                self._tick += left
                self._base_tick += left
                return
            now = min(left, self._guard.room(self._tick))
            self._body.advance(now)
            self._tick += now
            left -= now
            self._guard.look(self._tick, self.time, self._retime)

    def _retime(self, _dt: float) -> None:
        """The step size is about to change: from here on time runs by the new one."""
        self._base_tick, self._base_time = self._tick, self.time

    def check(self) -> BlowUp | None:
        """The end of a run that SCRAM has stopped; without SCRAM, a field that is not finite."""
        scram = self._guard.scram
        if scram.stopped:
            reason = next((e.reason.rstrip(".") for e in scram.events[::-1] if e.level == "stop"), "")
            return BlowUp(
                self.name,
                "scram_attempts",
                (),
                self._tick,
                self.time,
                float(scram.attempts),
                f"three attempts within {self.config.scram.window:g} s ({reason})",
                "The field is the last good one. Lower the drive or β, then acknowledge.",
                kept=True,
            )
        if self.config.scram.on:
            return None
        peak = self._body.wave.maximum()
        if peak.finite:
            return None
        cell = tuple(int(i) for i in np.unravel_index(peak.site, self.config.shape))
        half = 0.5 * self.config.dt
        return BlowUp(
            self.name,
            "psi",
            cell,
            self._tick,
            self.time,
            math.nan,
            "a finite number",
            "Go back, and lower the drive, β or the step, or switch SCRAM on.",
            ("dt", half) if half >= SHORTEST_STEP else None,
        )

    # -- reading

    def field(self, name: str) -> Array:
        """Copy of one field, shape of the torus.

        Raises
        ------
        BadInput
            Unknown field.
        """
        return self.field_at(name, ())

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Copy of the sites of a field that a NumPy index picks; psi and what follows from it read no others.

        Raises
        ------
        BadInput
            Unknown field.
        """
        if name not in self.field_specs():
            raise unknown_name("field", name, self.field_specs(), key="field")
        return self._reader.field_at(name, index)

    def slice(
        self,
        axes: Sequence[str] = ("x", "y"),
        index: Mapping[str, int] | Sequence[int] = (0,) * 9,
        mode: str = "index",
        name: str = "psi",
    ) -> Array:
        """Two axes of a field, the other seven cut or projected, read from the bricks.

        Parameters
        ----------
        axes : two axis names
            In the order wanted.
        index : mapping of axis name to int, or nine ints
            Where the others are cut; those left out at 0.
        mode : str
            ``index``, or a projection along the others: ``max`` of the modulus, ``sum``, ``rms``.
        name : str
            Any field.

        Returns
        -------
        array (n_axes[0], n_axes[1])

        Raises
        ------
        BadInput
            Unknown axis, mode or field, or an index outside the torus.
        """
        if name not in self.field_specs():
            raise unknown_name("field", name, self.field_specs(), key="name")
        return self._reader.slice(axes, index, mode, name)

    def plane(self, name: str, plane: Plane) -> Array:
        """Two axes of a field, [n_up, n_across], read from the bricks.

        Raises
        ------
        BadInput
            As `slice`.
        """
        across, up = plane.axes
        return plane.of(self.slice((up, across), plane.index or (0,) * 9, plane.mode, name))

    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""
        return self.scalars_of(self.scalar_specs())

    def scalars_of(self, names: Collection[str]) -> dict[str, float]:
        """Some scalars; only what they need is worked out.

        Raises
        ------
        BadInput
            Unknown scalar.
        """
        check_scalars(names, catalogue.SCALARS)
        with np.errstate(over="ignore", invalid="ignore"):
            return self._reader.scalars(names)

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick; velocities are kept, and the energy is booked.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        self._adopt(commands.live_change(self.config, path, value))

    def _adopt(self, config: UfieConfig) -> None:
        body, before = self._body, self.config
        factor = body.dt / before.dt
        self._retime(config.dt)
        with body.edited():
            body.adopt(config)
            if config.dt != before.dt:
                body.set_step(factor * config.dt)
        names = [[e.name for e in c.emitters] for c in (before, config)]
        if names[0] != names[1]:
            self._guard.ring.reorder(*names)

    def set_refraction(self, wanted: Array) -> None:
        """Take s from another engine, on the plane of x and y, through all other axes; its energy is booked.

        Parameters
        ----------
        wanted : array (n_x, n_y)
            1/n - 1 of the refractive index n; beyond 2 it is clamped, and an event says where.

        Raises
        ------
        BadInput
            Another shape, or something that is not a number; nothing is changed then.
        """
        found = commands.refraction(wanted, self.config.shape)
        self._guard.refract(found, np.asarray(wanted), self._tick, self.time)

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            "set_field": self._set_field,
            "paint_field": self._paint_field,
            "inject": self._inject,
            "acknowledge": self._acknowledge,
            "reset_statistics": self._reset_statistics,
        }

    def _set_field(self, name: str, value: Json) -> None:
        """Set psi, velocity, resonance or state_index, anything that broadcasts to the torus."""
        values = commands.field_values(name, value, self.config.shape)
        if name in FIELDS:
            self._put(name, (), values)
        else:
            self._body.fill(name, values)

    def _paint_field(
        self,
        name: str,
        x: int,
        y: int,
        patch: Json,
        axes: Sequence[str] = ("x", "y"),
        index: Mapping[str, int] | None = None,
    ) -> None:
        """Exchange a rectangle of resonance or state_index, through all axes that ``index`` does not cut."""
        if name not in FIELDS:
            raise unknown_name("painted field", str(name), FIELDS, key="name")
        box, values = commands.patch_index(self.config.shape, axes, index, x, y, patch)
        self._put(name, box, commands.field_values(name, values, self._body.medium.field(name, box).shape))

    def _put(self, name: str, index: tuple[Any, ...], values: Array) -> None:
        same = values.size == 1 and not index
        if self.config.integrator == "etd" and (index or np.ptp(values)):
            raise BadInput(
                "The integrator etd needs the same medium everywhere.",
                key="name",
                value=name,
                remedy="Take the integrator kdk to paint.",
            )
        with self._body.edited():
            if same:
                self._body.medium.fill(name, float(values.ravel()[0]))
            else:
                self._body.medium.put_part(name, index, values)

    def _inject(
        self, amplitude: float, phase: float = 0.0, position: Json = None, sigma: float = 1.0
    ) -> None:
        """Add a Gaussian to psi, amplitude times exp(i phase) at its centre; its energy is booked."""
        self._body.add(*commands.injection(self.config, amplitude, phase, position, sigma))

    def _acknowledge(self) -> None:
        """Say that what SCRAM did was seen: attempts count anew, and a stopped run may go on."""
        self._guard.acknowledge(self._tick, self.time, self._retime)

    def _reset_statistics(self) -> None:
        """Begin the account of energy anew."""
        self._body.oracle.reset()

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays, JSON scalars, ``config`` as JSON text; SCRAM's own are in it."""
        return {
            **self._body.state(),
            **self._guard.state(),
            "tick": self._tick,
            "base_tick": self._base_tick,
            "base_time": self._base_time,
            "seed": self._seed,
            "config": json.dumps(self.config.dump(), sort_keys=True),
        }

    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same configuration but for live parameters.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """
        found = checkpoint.read(state, self.state(), self.config, self._body.brick_count)
        entries = found.entries
        self._seed = int(entries["seed"])
        self._tick, self._base_tick = int(entries["tick"]), int(entries["base_tick"])
        self._base_time = float(entries["base_time"])
        self._guard.restore(entries, found.scram, found.ring)
        self._body.restore(entries, found.config)
