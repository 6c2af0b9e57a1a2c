"""The gauge engine: compact U(1) lattice gauge theory in two, three and four dimensions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.arguments import check_scalars, whole_ticks
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gauge import catalogue, checkpoint, commands, loops
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.gauge.running import Running
from tauscope.gpu.gauge.cpu import phasors
from tauscope.gpu.gauge.make import make_links
from tauscope.gpu.gauge.protocol import Update
from tauscope.gpu.philox import uniform
from tauscope.gpu.streams import Stream

MOST_SWEEPS = 1024
"""Sweeps that the kernels are asked for at once."""
NEVER = -1.0
"""Stands in a checkpoint for the acceptance before the first sweep."""


class GaugeEngine(Engine):
    """Compact U(1) lattice gauge theory with Wilson's action on a periodic lattice.

    Links U_mu(x) = e^{i theta}, plaquettes U_p = U_mu(x) U_nu(x+mu) U_mu(x+nu)* U_nu(x)*::

        weight = exp(-S),  S = beta sum over plaquettes of (1 - Re U_p)

    A tick is one sweep: an update of every link by heat bath or Metropolis, then the overrelaxation sweeps.
    There is no time: `time` is NaN. Source: K. G. Wilson, Phys. Rev. D 10, 2445 (1974); the design's
    charge-and-gauge page, "gauge: compact U(1), settled".

    Parameters
    ----------
    config : GaugeConfig
        Validated configuration.
    seed : int
        Seed of the start and of every sweep.
    device : str
        ``cpu`` or ``cuda``.

    Examples
    --------
    >>> from tauscope.engine import create
    >>> engine = create("gauge", {"shape": [8, 8], "beta": 2.0})
    >>> engine.advance(50)
    >>> 0.4 < engine.scalars()["plaquette"] < 0.9
    True
    """

    name: ClassVar[str] = "gauge"
    config_type: ClassVar[type[GaugeConfig]] = GaugeConfig
    reproducibility: ClassVar[Reproducibility] = "B"
    tick_unit: ClassVar[str] = "sweep"

    def __init__(self, config: GaugeConfig, seed: int = 1, device: str = "cpu") -> None:
        self._config = config
        self._seed = seed
        self.device = device
        self._links = make_links(config.shape, device)
        self._running = Running(config.thermalisation)
        self._tick = 0
        self._acceptance = NEVER
        self._begin(config.start)

    # -- what it is

    @property
    def config(self) -> GaugeConfig:
        """Present configuration, live changes included."""
        return self._config

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self._seed

    @property
    def tick(self) -> int:
        """Sweeps done."""
        return self._tick

    @property
    def time(self) -> float:
        """NaN: a chain of configurations has no time."""
        return math.nan

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.fields(self._config.dimensions)

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name."""
        return catalogue.SCALARS

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole sweeps; releases the GIL.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        left, c = whole_ticks(ticks), self._config
        how = Update(c.beta, c.algorithm, c.overrelaxation, c.delta, self._seed)
        while left > 0:
            now = min(left, MOST_SWEEPS)
            seen = self._links.sweep(now, how, self._tick)
            self._running.note(seen.plaquettes)
            self._acceptance = float(seen.acceptance[-1])
            self._tick += now
            left -= now

    def reflect(self, times: int) -> None:
        """Reflect all links at their staples so many times, which keeps the action; no sweep is counted."""
        for _ in range(times):
            self._links.reflect()

    def check(self) -> BlowUp | None:
        """Links must be finite; an update that is not makes the mean plaquette so."""
        mean = self._links.plaquette()
        if math.isfinite(mean):
            return None
        remedy = "Go back to the last good state."
        cell = (0,) * self._config.dimensions
        return BlowUp(self.name, "plaquette", cell, self._tick, self.time, mean, "a finite number", remedy)

    # -- reading

    def links(self) -> npt.NDArray[np.complex128]:
        """Links U, shape (D, *shape), direction first."""
        ur, ui = self._links.links()
        found: npt.NDArray[np.complex128] = ur + 1j * ui
        return found

    def wilson(self, r: int, t: int) -> float:
        """Mean of Re W over all loops of r steps along a spatial axis and t along the first axis.

        Raises
        ------
        BadInput
            A side that is not a whole number from 1 to the lattice's extent.
        """
        shape = self._config.shape
        most = {"r": min(shape[1:]), "t": shape[0]}
        for name, side in (("r", r), ("t", t)):
            given: Any = side
            whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
            if not (whole and 1 <= given <= most[name]):
                raise BadInput(
                    f"A Wilson loop with {name} = {side!r} was refused.",
                    key=name,
                    value=side,
                    allowed=f"whole numbers from 1 to {most[name]}",
                )
        return float(loops.wilson_means(self.links(), int(r), int(t))[-1, -1])

    def polyakov(self) -> npt.NDArray[np.complex128]:
        """Polyakov loops, products of links once around the first axis, complex, shape ``shape[1:]``."""
        return loops.polyakov_loops(self.links())

    def field(self, name: str) -> Array:
        """Copy of one field, shape by its dims.

        Raises
        ------
        BadInput
            Unknown field.
        """
        known, dimensions = self.field_specs(), self._config.dimensions
        if name not in known:
            raise unknown_name("field", name, known, key="field")
        U = self.links()
        if name == "angle":
            return np.angle(U)
        if name == "flux":
            return np.angle(loops.plaquettes(U, 0, 1))
        if name in catalogue.planes(dimensions):
            return np.ascontiguousarray(loops.plaquettes(U, *catalogue.planes(dimensions)[name]).real)
        pairs = catalogue.planes(dimensions).values() or [(0, 1)]
        total = np.zeros(self._config.shape)
        for mu, nu in pairs:
            total += loops.plaquettes(U, mu, nu).real
        return np.asarray(total / len(pairs))

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
        found = {"sweeps_since_change": float(self._running.since), "plaquette_mean": self._running.mean()}
        found["acceptance"] = math.nan if self._acceptance == NEVER else self._acceptance
        if not {"plaquette", "action"}.isdisjoint(names):
            mean, D = self._links.plaquette(), self._config.dimensions
            count = math.prod(self._config.shape) * D * (D - 1) // 2
            found.update(plaquette=mean, action=self._config.beta * count * (1.0 - mean))
        if not {"plaquette_error", "tau_int"}.isdisjoint(names):
            seen = self._running.statistics()
            found["plaquette_error"] = math.nan if seen is None else seen.error
            found["tau_int"] = math.nan if seen is None else seen.tau
        if "polyakov" in names:
            found["polyakov"] = float(abs(self.polyakov().mean()))
        return {name: found[name] for name in names}

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick; running means begin anew.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        before, self._config = self._config, commands.live_change(self._config, path, value)
        if before != self._config:
            self._running.thermalisation = self._config.thermalisation
            self._running.clear()

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            "set_field": self._set_field,
            "start_again": self._start_again,
            "reset_statistics": self._reset_statistics,
        }

    def _set_field(self, name: str, value: Json) -> None:
        """Set the links by their angles ``angle``, rad, shape (D, *shape) or one number."""
        if name not in catalogue.SETTABLE:
            raise unknown_name("settable field", name, catalogue.SETTABLE, key="name")
        angles = commands.link_angles(value, (self._config.dimensions, *self._config.shape))
        self._links.set_links(np.cos(angles), np.sin(angles))
        self._running.clear()

    def _start_again(self, start: str = "hot") -> None:
        """Put all links at random (``hot``) or to 1 (``cold``); running means begin anew."""
        if start not in ("hot", "cold"):
            raise unknown_name("start", str(start), ("hot", "cold"), key="start")
        self._begin(start)
        self._running.clear()

    def _reset_statistics(self) -> None:
        """Begin running means anew."""
        self._running.clear()

    def _begin(self, start: str) -> None:
        shape = (self._config.dimensions, *self._config.shape)
        if start == "cold":
            self._links.set_links(np.ones(shape), np.zeros(shape))
        else:
            turns = uniform(math.prod(shape), self._seed, Stream.GAUGE_START, self._tick)
            self._links.set_links(*phasors(turns.reshape(shape)))

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: ``ur`` and ``ui``, shape (D, *shape), the running mean, JSON scalars."""
        ur, ui = self._links.links()
        return {
            "ur": ur,
            "ui": ui,
            **self._running.state(),
            "acceptance": self._acceptance,
            "tick": self._tick,
            "seed": self._seed,
            "config": json.dumps(self._config.dump(), sort_keys=True),
        }

    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same configuration but for live parameters.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """
        found = checkpoint.read(state, self.state(), self._config)
        self._config = found.config
        self._seed, self._tick = found.scalar("seed"), found.scalar("tick")
        self._acceptance = float(found.scalars["acceptance"])
        self._running.thermalisation = self._config.thermalisation
        self._running.restore(found.arrays, found.scalars)
        self._links.set_links(found.arrays["ur"], found.arrays["ui"])
