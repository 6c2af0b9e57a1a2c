"""The patterns that live on a gravity lattice: where they are, how they move, what they show and emit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import BlowUp
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import moving, standing
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.config_patterns import TRACED, PatternConfig
from tauscope.engine.gravity.packet import launch
from tauscope.engine.gravity.sources import add_activity
from tauscope.engine.gravity.standing import Standing
from tauscope.engine.gravity.trails import Trails
from tauscope.engine.gravity.wave_watch import WaveWatch
from tauscope.gpu.gravity.protocol import GravityLattice

Array = npt.NDArray[Any]

ENERGY_LOOKS = 10
"""Looks at the patterns between two at the energy of their waves."""

COLUMNS = ("x", "y", "px", "py", "count", "phase", "f", "energy")
"""Columns of the table of patterns."""


Restored = tuple[dict[str, Standing], WaveWatch, list[Array]]


class Patterns:
    """Present of all patterns of a lattice; what it does depends on ticks alone, never on chunks.

    Waves are advanced by the lattice itself, at every tick. Everything else happens at multiples of
    ``pattern_period``: particles and rays are carried on through the field as it is then, agents act, centres
    of waves are found, trails grow. Where a particle is in between is worked out when it is asked for.

    Parameters
    ----------
    field : Field
        The engine, to read its fields.
    lattice : GravityLattice
        What the waves ride on.
    """

    def __init__(self, field: moving.Field, lattice: GravityLattice) -> None:
        self._field, self._lattice = field, lattice
        self._present: dict[str, Standing] = {}
        self._waves: list[str] = []
        self.trails = Trails()
        self.watch = WaveWatch()
        self.known = False
        """Whether there are or have been patterns; waves: ``has_waves``."""
        self.has_waves = False

    # -- what there is

    @property
    def _all(self) -> tuple[PatternConfig, ...]:
        return self._field.config.patterns

    def adopt(self, before: tuple[PatternConfig, ...]) -> None:
        """Begin, start anew or drop patterns after the configuration's list has changed from ``before``."""
        tick, former = self._field.tick, {one.id: one for one in before}
        self._settle()
        present: dict[str, Standing] = {}
        started: list[PatternConfig] = []
        for pattern in self._all:
            old = former.get(pattern.id)
            if old is not None and old.start == pattern.start and pattern.id in self._present:
                present[pattern.id] = self._present[pattern.id]
                if old.activity != pattern.activity:
                    present[pattern.id].activity = pattern.activity
                continue
            present[pattern.id] = self._begun(pattern, old, tick)
            started.append(pattern)
        self._present = present
        self._arrange_waves()
        for pattern in started:
            if pattern.is_wave:
                self._launch(pattern)
        for pattern in started:
            self._note(pattern)
        self.known |= bool(present)

    def _begun(self, pattern: PatternConfig, old: PatternConfig | None, tick: int) -> Standing:
        one = Standing.begin(pattern, tick, 0)
        one.host = moving.proper_time(self._field, one)
        if old is not None and pattern.kind == old.kind and pattern.kind in ("clock", "agent"):
            kept = self._present[old.id]  # a clock that is carried elsewhere goes on counting
            one.count, one.launched = self._count(old, kept), kept.launched
            one.acts, one.memory = kept.acts, kept.memory
        else:
            self.trails.begin(pattern.id)
        return one

    def _arrange_waves(self) -> None:
        waves = [one for one in self._all if one.is_wave]
        names, masses = [one.id for one in waves], tuple(one.rest_mass for one in waves)
        if names != self._waves or masses != self._lattice.waves.masses:
            kept = [self._waves.index(name) if name in self._waves else -1 for name in names]
            self._lattice.set_masses(masses, kept)
            self._waves = names
        self.has_waves |= bool(names)

    def _launch(self, pattern: PatternConfig) -> None:
        config = self._field.config
        row, column = moving.host(config, pattern.x, pattern.y)
        f = float(moving.smooth_f(self._field, column, row, 1, 1)[0, 0])
        psi, pi = launch(
            pattern,
            (config.ny, config.nx),
            config.wave_step * min(max(f, 1e-3), 1.0),
            config.boundary == "periodic",
            config.neighbourhood == "moore",
        )
        wave = self._waves.index(pattern.id)
        self._lattice.write_wave(wave, "psi", psi)
        self._lattice.write_wave(wave, "pi", pi)
        one = self._present[pattern.id]
        one.energy, one.warned = self._lattice.wave_energy(wave), False
        self.watch.launched(pattern.name or pattern.id, config, self._field.tick)

    # -- time

    def room(self) -> int:
        """Ticks until the next look at the patterns; a very large number without any."""
        if not self._present:
            return 2**62
        period = self._field.config.pattern_period
        return period - self._field.tick % period

    def look(self) -> bool:
        """Carry patterns on if this is the tick for it; whether what they emit has changed place."""
        if not self._present or self._field.tick % self._field.config.pattern_period:
            return False
        before = self.emitting()
        self._settle()
        for pattern in self._all:
            one = self._present[pattern.id]
            if pattern.kind == "agent":
                moving.act(self._field, pattern, one, self._others())
            elif pattern.is_wave:
                self._find(pattern, one)
            self._note(pattern)
        return before != self.emitting()

    def _others(self) -> list[tuple[PatternConfig, Standing]]:
        return [(pattern, self._present[pattern.id]) for pattern in self._all]

    def _find(self, pattern: PatternConfig, one: Standing) -> None:
        wave = self._waves.index(pattern.id)
        x, y = self._lattice.wave_centre(wave, one.x, one.y)
        if math.isfinite(x) and math.isfinite(y):
            one.x, one.y = self._wrapped(x, y)
        one.since = self._field.tick
        config = self._field.config
        if not one.warned and one.since % (ENERGY_LOOKS * config.pattern_period) == 0:
            energy = self._lattice.wave_energy(wave)
            one.warned = self.watch.grown(pattern.name or pattern.id, config, one.since, energy, one.energy)

    def _wrapped(self, x: float, y: float) -> tuple[float, float]:
        config = self._field.config
        if config.boundary != "periodic":
            return x, y
        return (x + 0.5) % config.nx - 0.5, (y + 0.5) % config.ny - 0.5

    def _settle(self) -> None:
        """Bring particles and rays to the present tick; clocks and agents keep their hosts."""
        tick = self._field.tick
        for pattern in self._all:
            one = self._present.get(pattern.id)
            if one is not None and pattern.kind in TRACED and one.alive and one.since < tick:
                self._present[pattern.id] = moving.traced(self._field, pattern, one, tick - one.since)

    def _note(self, pattern: PatternConfig) -> None:
        tick = float(self._field.tick)
        if pattern.kind == "clock":
            count = self._count(pattern, self._present[pattern.id])
            self.trails.note(pattern.id, (tick, float(count), float(count % pattern.period)))
        else:
            one = self._present[pattern.id]
            self.trails.note(pattern.id, (tick, one.x, one.y))

    # -- reading

    def _count(self, pattern: PatternConfig, one: Standing) -> int:
        if pattern.kind not in ("clock", "agent"):
            return 0
        return one.count + moving.proper_time(self._field, one) - one.host

    def present(self, pattern: PatternConfig) -> dict[str, float]:
        """Present of one pattern, by the names of `COLUMNS`, and ``alive``."""
        one = self._present[pattern.id]
        if pattern.kind in TRACED and one.alive:
            one = moving.traced(self._field, pattern, one, self._field.tick - one.since)
        x, y, energy = one.x, one.y, 0.0
        if pattern.is_wave:
            wave = self._waves.index(pattern.id)
            energy = self._lattice.wave_energy(wave)
            x, y = self._wrapped(*self._lattice.wave_centre(wave, one.x, one.y))
        row, column = moving.host(self._field.config, x, y) if math.isfinite(x + y) else (0, 0)
        f = float(moving.smooth_f(self._field, column, row, 1, 1)[0, 0])
        count = self._count(pattern, one)
        phase = float(count % pattern.period)
        found = (x, y, one.px, one.py, float(count), phase, f, energy)
        return {**dict(zip(COLUMNS, found, strict=True)), "alive": float(one.alive)}

    def table(self) -> Array:
        """Present of all patterns, float64 (patterns, columns), in the order of the configuration."""
        rows = [[self.present(one)[name] for name in COLUMNS] for one in self._all]
        return np.array(rows, np.float64).reshape(-1, len(COLUMNS))

    def wave(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of the sum of all waves, ``psi`` or ``pi``."""
        config = self._field.config
        dtype = np.float64 if config.dtype == "float64" else np.float32
        if not self._waves:
            return np.array(np.broadcast_to(np.zeros((), dtype), (config.ny, config.nx))[index])
        found = self._lattice.read_wave(0, name, index)
        for wave in range(1, len(self._waves)):
            found = np.asarray(found + self._lattice.read_wave(wave, name, index))
        return found

    def set_wave(self, name: str, value: Any) -> None:
        """Set the sum of all waves; what differs from the present sum goes to the first wave.

        Raises
        ------
        BadInput
            Without a wave, or another shape, or numbers that are not finite.
        """
        config = self._field.config
        if not self._waves:
            raise BadInput(
                f"There is no wave whose {name} could be set.",
                key=name,
                remedy="Add a pattern of kind packet or light first.",
            )
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError):
            array = np.zeros(())
        if array.shape != (config.ny, config.nx) or not np.isfinite(array).all():
            raise BadInput(
                f"The array for {name} has shape {array.shape} or numbers that are not finite.",
                key=name,
                allowed=f"finite numbers of shape {(config.ny, config.nx)}",
            )
        rest = self.wave(name, (...,)) - self._lattice.read_wave(0, name)
        self._lattice.write_wave(0, name, array - rest)
        one = self._present[self._waves[0]]
        one.energy, one.warned = self._lattice.wave_energy(0), False

    def energies(self) -> tuple[float, float]:
        """Energy of all waves, and that of their launches."""
        now = sum(self._lattice.wave_energy(wave) for wave in range(len(self._waves)))
        return float(now), float(sum(self._present[name].energy for name in self._waves))

    def counts(self) -> list[int]:
        """What each clock shows."""
        return [self._count(one, self._present[one.id]) for one in self._all if one.kind == "clock"]

    def broken(self, tick: int) -> BlowUp | None:
        """A wave that is not finite, or None."""
        for wave, name in enumerate(self._waves):
            if math.isfinite(self._lattice.wave_energy(wave)):
                continue
            psi, pi = self._lattice.read_wave(wave, "psi"), self._lattice.read_wave(wave, "pi")
            bad = np.argwhere(~(np.isfinite(psi) & np.isfinite(pi)))
            y, x = (int(i) for i in bad[0]) if bad.size else (0, 0)
            return BlowUp(
                "gravity",
                "psi",
                (y, x),
                tick,
                float(tick),
                float(psi[y, x]),
                f"finite numbers in the wave “{name}”",
                "Go back to the last good state and take a longer window of f_live, about 1000 ticks.",
                ("ema_window", 300.0),
            )
        return None

    # -- emission

    def emitting(self) -> list[tuple[Any, ...]]:
        """What the lattice feels of the patterns: strength, shape and host of each that emits, in order."""
        return [
            (stand.activity, one.profile, one.size, moving.host(self._field.config, stand.x, stand.y))
            for one, stand in self._others()
            if stand.activity > 0
        ]

    def add_to(self, emission: Array) -> None:
        """Add what patterns emit where they are, to the sum of all worlds."""
        for pattern, one in self._others():
            if one.activity > 0:
                row, column = moving.host(self._field.config, one.x, one.y)
                add_activity(emission, pattern, one.activity, row, column)

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: ``patterns`` and ``notices`` as JSON text, and waves where there are any."""
        found: dict[str, Any] = {"patterns": standing.dump(self._present), "notices": self.watch.dump()}
        if self._waves:
            both = [self._lattice.read_wave(wave, "psi") for wave in range(len(self._waves))]
            found["psi"] = np.stack(both)
            found["pi"] = np.stack([self._lattice.read_wave(i, "pi") for i in range(len(self._waves))])
        return found

    def read(self, state: Mapping[str, Any], config: GravityConfig) -> Restored:
        """What `restore` takes, of a checkpoint of ``config``; nothing is changed.

        Raises
        ------
        BadInput
            A missing entry, another shape or dtype, or a value that is not finite.
        """
        missing = [name for name in ("patterns", "notices") if name not in state]
        waves = sum(one.is_wave for one in config.patterns)
        missing += [name for name in ("psi", "pi") if waves and name not in state]
        if missing:
            raise BadInput(f"The checkpoint has no “{missing[0]}”; it is incomplete.", key=missing[0])
        present = standing.read(state["patterns"], config.patterns)
        dtype = np.float64 if config.dtype == "float64" else np.float32
        layers: list[Array] = []
        for name in ("psi", "pi") if waves else ():
            array = np.asarray(state[name])
            if array.shape != (waves, config.ny, config.nx) or array.dtype != dtype:
                raise BadInput(
                    f"“{name}” of the checkpoint is {array.dtype} {array.shape}.",
                    key=name,
                    allowed=f"{np.dtype(dtype)} {(waves, config.ny, config.nx)}",
                )
            if not np.isfinite(array).all():
                raise BadInput(f"“{name}” of the checkpoint holds a value that is not finite.", key=name)
            layers.append(array)
        return present, WaveWatch.read(state["notices"]), layers

    def restore(self, found: Restored) -> None:
        """Take what `read` gave; the engine's configuration and tick are those of the checkpoint."""
        self._present, self.watch, layers = found
        waves = [one for one in self._all if one.is_wave]
        self._waves = [one.id for one in waves]
        self._lattice.set_masses(tuple(one.rest_mass for one in waves), [-1] * len(waves))
        for name, array in zip(("psi", "pi"), layers, strict=False):
            for wave, layer in enumerate(array):
                self._lattice.write_wave(wave, name, layer)
        self.known |= bool(self._present)
        self.has_waves |= bool(waves)
        self.trails.back_to(self._field.tick)
