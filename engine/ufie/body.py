"""The wave with its medium and its emitters: what moves, without the policy that watches it."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import activity, metric
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.drive import Drive
from tauscope.engine.ufie.emitters import Supports
from tauscope.engine.ufie.medium import Medium
from tauscope.engine.ufie.oracle import Oracle
from tauscope.engine.ufie.spectral import SpectralWave
from tauscope.engine.ufie.start import start_fields
from tauscope.gpu.ufie.layout import slow_shape
from tauscope.gpu.ufie.make import make_wave
from tauscope.gpu.ufie.protocol import Support

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

_MOMENT = 1e-300
"""A step so short that nothing happens in it: how the literal kernel's velocity, that of now, is read."""


class Body:
    """Field, medium and drive of a configuration, advanced by whole steps.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    seed : int
        Seed of a random start.
    device : str
        ``cpu`` or ``cuda``.
    """

    def __init__(self, config: UfieConfig, seed: int, device: str) -> None:
        self.config = config
        self.dt = config.dt
        self.flat = False
        """Whether the metric is flat whatever the configuration says."""
        self.medium = Medium(config)
        self.drive = Drive(config)
        self.oracle = Oracle()
        self.step = 0
        self._chosen: tuple[int, ...] = ()
        self._places = Supports(config.shape, config.active.on)
        self._supports: tuple[Any, ...] = ()
        self._standing = np.zeros(0, np.int64)
        self._metric_key: Any = None
        self._material_key: Any = None
        self.wave: Any = self._made(device)
        self._chosen = self.drive.sounding()
        self._apply()
        self._begin(seed)

    def _made(self, device: str) -> Any:
        c = self.config
        if c.integrator == "etd":
            return SpectralWave(c.shape, c.precision, c.threads)
        present = None if not c.active.on else np.zeros(0, np.int64)
        return make_wave(c.shape, precision=c.precision, device=device, threads=c.threads, present=present)

    def _begin(self, seed: int) -> None:
        found = start_fields(self.config, seed)
        if self.config.active.on:
            self._grow_first(found)
        if found is not None:
            psi, velocity = found
            self.wave.set_psi(psi)
            self.set_velocity(velocity)

    def _grow_first(self, found: tuple[Array, Array] | None) -> None:
        """Bricks that the start and the emitters need."""
        shape, bricks = self.config.shape, self.standing()
        if found is not None:
            loud = np.broadcast_to(np.abs(found[0]) > self.config.active.grow_above, shape)
            started = np.unique(activity.brick_of(np.flatnonzero(loud), shape))
            bricks = np.union1d(bricks, activity.neighbours(started, shape))
        self.wave.grow(bricks)

    def standing(self) -> npt.NDArray[np.int64]:
        """Bricks on which emitters stand; none of a torus whose bricks are all there."""
        return self._standing

    def _stood_on(self) -> npt.NDArray[np.int64]:
        lists = [found.sites for found in self._supports if isinstance(found, Support)]
        sites = np.concatenate([np.zeros(0, np.int64), *lists])
        return np.unique(activity.brick_of(sites, self.config.shape)).astype(np.int64)

    @property
    def brick_count(self) -> int:
        """Bricks of the whole torus."""
        spectral = isinstance(self.wave, SpectralWave)
        return 1 if spectral else int(np.prod(slow_shape(self.config.shape)))

    @property
    def present_sites(self) -> int:
        """Sites of bricks that are there."""
        return int(len(self.wave.bricks()) * (self.config.sites // self.brick_count))

    # -- moving

    @property
    def literal(self) -> bool:
        """Whether the document's kernel runs."""
        return self.config.integrator == "literal"

    def advance(self, steps: int) -> None:
        """Do whole steps, and account for them."""
        drives = self.drive.values(steps + 1, self._chosen) if self._chosen else None
        if drives is not None and not isinstance(self.wave, SpectralWave):
            drives = drives[:-1]
        # All sums are needed where the account begins and at the end; between, what goes into the books.
        rows = self.wave.advance(
            steps, drives, oracle=not self.literal, literal=self.literal, books=self.oracle.is_open
        )
        self.step += steps
        self.drive.go_to(self.step)
        if rows is not None:
            self.oracle.take(rows, self.dt)

    def listen(self) -> None:
        """Leave out emitters that have died down, and take in those that sound again."""
        if self.drive.sounding() != self._chosen:
            with self.edited():
                self._chosen = self.drive.sounding()

    def row(self) -> Array:
        """Drive at the present step, complex (emitters,)."""
        return np.asarray(self.drive.values(1, self._chosen)[0])

    def observe(self) -> Floats:
        """Sums of the oracle now."""
        with self._instant():
            return np.asarray(self.wave.observe(self.row()), np.float64)

    def velocity(self) -> Array:
        """Copy of the velocity now, public order."""
        with self._instant():
            return np.asarray(self.wave.velocity(self.row()))

    def velocity_part(self, index: tuple[Any, ...]) -> Array:
        """Copy of a part of it, picked by whole numbers and spans; only bricks that it touches are read."""
        with self._instant():
            return np.asarray(self.wave.part(index, "velocity", self.row()))

    def velocity_slice(self, axes: tuple[int, int], index: Sequence[int], mode: str) -> Array:
        """Two axes of it, cut or projected along the others."""
        with self._instant():
            return np.asarray(self.wave.slice(axes, index, mode, "velocity", self.row()))

    def set_velocity(self, velocity: npt.ArrayLike) -> None:
        """Set the velocity now."""
        with self._instant():
            self.wave.set_velocity(velocity, self.row())

    @contextmanager
    def _instant(self) -> Iterator[None]:
        """Within it the literal kernel's u, which is the velocity of now, is taken as such."""
        if self.literal:
            self._set_material(_MOMENT)
        try:
            yield
        finally:
            if self.literal:
                self._set_material(self.dt)

    # -- changing

    @contextmanager
    def edited(self, book: str = "geometry") -> Iterator[None]:
        """Edit medium, metric, drive, step or bricks within it: the velocity is kept, the energy booked."""
        before, velocity, dt = self.observe(), self.velocity(), self.dt
        yield
        self._apply()
        self.set_velocity(velocity)
        self._book(before, dt, book)

    def fill(self, name: str, values: npt.ArrayLike) -> None:
        """Set psi, whose velocity is kept, or velocity; the energy is booked as injected."""
        if self.config.active.on:
            touched = np.broadcast_to(np.asarray(values) != 0, self.config.shape)
            self._make_room(np.flatnonzero(touched))
        before = self.observe()
        if name == "psi":
            velocity = self.velocity()
            self.wave.set_psi(values)
            self.set_velocity(velocity)
        else:
            self.set_velocity(values)
        self._book(before, self.dt, "injected")

    def add(self, sites: npt.NDArray[np.int64], values: Array) -> None:
        """Add values to psi at site numbers; the energy is booked as injected."""
        self._make_room(sites)
        before = self.observe()
        with self._instant():
            self.wave.add(sites, values, self.row())
        self._book(before, self.dt, "injected")

    def _make_room(self, sites: npt.NDArray[np.int64]) -> None:
        """Have the bricks of some sites there."""
        if not self.config.active.on:
            return
        missing = np.setdiff1d(activity.brick_of(sites, self.config.shape), self.wave.bricks())
        if missing.size:
            with self.edited():
                self.wave.grow(missing)

    def _book(self, before: Floats, dt: float, book: str) -> None:
        if not self.literal:
            self.oracle.edit(before, self.observe(), dt, self.dt, book)

    def adopt(self, config: UfieConfig) -> None:
        """Go on with a configuration whose live parameters changed; call it within `edited`."""
        for name in ("resonance", "state_index"):
            if getattr(config, name) != getattr(self.config, name):
                self.medium.fill(name, getattr(config, name))
        self.medium.paint(config.painted)
        self.config = config
        self.drive.change(config, self.dt, self.step)
        self._chosen = self.drive.sounding()

    def set_step(self, dt: float) -> None:
        """Take another step; call it within `edited`."""
        self.dt = dt
        self.drive.change(self.config, dt, self.step)

    def _apply(self) -> None:
        """Hand medium, metric and emitters to the kernels."""
        self._set_material(self.dt)
        key = None if self.flat else self.config.metric
        if key != self._metric_key or self._metric_key is None:
            self._metric_key = key
            kind = "flat" if key is None else key.kind
            self.wave.set_metric(kind, None if key is None else metric.values(self.config.shape, key))
        self._set_emitters()

    def _set_material(self, dt: float) -> None:
        c = self.config
        key = dt, dict(self.medium.changes), c.alpha, c.c0, c.beta, c.mass_rate, c.saturation
        if key == self._material_key:
            return
        self._material_key = key
        self.wave.set_material(
            dt,
            self.medium.damping(c.alpha),
            self.medium.speed_squared(c.c0),
            c.beta,
            c.mass_rate**2,
            c.saturation,
            self.medium.weight(),
        )

    def _set_emitters(self) -> None:
        c = self.config
        key = self.medium.changes["state_index"], self.flat, c.metric
        before, chosen = self._supports, [c.emitters[i] for i in self._chosen]
        self._supports = self._places.of(chosen, key, self._mu)
        same = len(before) == len(self._supports) and all(map(operator.is_, before, self._supports))
        if c.active.on:
            self._standing = self._standing if same else self._stood_on()
            if (missing := np.setdiff1d(self._standing, self.wave.bricks())).size:
                self.wave.grow(missing)
        if not same:
            self.wave.set_emitters(self._supports)

    def _mu(self) -> Floats:
        """Weight of the energy, a number or a value a site."""
        volume = 1.0 if self.flat else metric.volume(self.config.shape, self.config.metric)
        return np.asarray(self.medium.weight() * volume)

    # -- checkpoints

    def moment(self, time: float) -> dict[str, Array]:
        """What a checkpoint of SCRAM holds."""
        return {
            **self.wave.state(),
            "phases": self.drive.phases(),
            "books": np.array(self.oracle.state()["books"]),
            "clock": np.array([time, self.dt]),
        }

    def go_back(self, entry: Mapping[str, Array]) -> None:
        """Return field, phases and books to a checkpoint; medium, metric, drive and step stay as they are."""
        now = self.dt
        self.wave.restore({name: entry[name] for name in ("psi", "u", "bricks")})
        self.drive.put_phases(entry["phases"])
        self.dt = float(entry["clock"][1])
        self._set_material(self.dt)
        velocity = self.velocity()
        self.dt = now
        self._apply()
        self.set_velocity(velocity)
        self.oracle.reopen(entry["books"])

    def clear(self) -> None:
        """A field of zero and default phases."""
        self.wave.set_psi(0.0)
        self.drive.reset_phases()
        self._apply()
        self.set_velocity(0.0)
        self.oracle.reset()

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays and numbers."""
        return {
            **self.wave.state(),
            **self.medium.state(),
            **self.drive.state(),
            **self.oracle.state(),
            "sounding": list(self._chosen),
            "dt": self.dt,
            "step": self.step,
            "flat": self.flat,
        }

    def restore(self, state: Mapping[str, Any], config: UfieConfig) -> None:
        """Take what `state` gave; shapes were checked."""
        self.config = config
        self.dt, self.step, self.flat = float(state["dt"]), int(state["step"]), bool(state["flat"])
        self.medium.restore(state, config.painted)
        self.oracle.restore(state)
        self.drive.restore(state, config, self.dt, self.step)
        self._chosen = tuple(int(number) for number in state["sounding"])
        self.wave.restore({name: state[name] for name in ("psi", "u", "bricks")})
        self._apply()
