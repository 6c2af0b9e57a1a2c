"""rho, phi and I: the coupled equations in every mode but the variational one."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from tauscope.engine.base import BlowUp
from tauscope.engine.charge import growth, implicit, placing
from tauscope.engine.charge.body import Body, Floats
from tauscope.engine.charge.config import ChargeConfig
from tauscope.gpu.charge.make import make_drift
from tauscope.gpu.charge.protocol import DriftStep
from tauscope.gpu.normals import normal
from tauscope.gpu.streams import Stream

LIMIT = 1e6
"""Largest |rho| in e a cell."""
ENDLESS = float(np.finfo(np.float64).max)
"""Largest number: the published experiment goes on to the end of them."""
FIELDS = ("rho", "phi", "intent")
_SCHEMES = {"central": 0, "compact": 1, "upwind": 2}
_HELD_ABOVE = 0.1
"""How far I must be from 1 for the published experiment to hold rho."""


class DriftBody(Body):
    """The coupled equations on one lattice.

    Parameters
    ----------
    config : ChargeConfig
        Any mode but D.
    seed : int
        Seed of the noise at the start.
    device : str
        ``cpu`` or ``cuda``.
    """

    def __init__(self, config: ChargeConfig, seed: int, device: str) -> None:
        self.config = config
        self._lattice = make_drift(config.size, device)
        self._meter = growth.Meter()
        self._steps = self._base_steps = 0
        self._base_time = 0.0
        self._stopped = 0
        self._newton = 0.0
        size = config.size
        rho = placing.charge_map(config.charges, size)
        if not config.spec.published:
            rho += config.background
        if "noise" in config.spec.used and config.noise > 0.0:
            rho += config.noise * normal(size * size, seed, Stream.CHARGE_START).reshape(size, size)
        self._lattice.write("rho", rho)
        self._lattice.write("intent", placing.start_intent(config, rho))
        self._first = float(np.abs(rho).max())
        self._hold()

    @property
    def time(self) -> float:
        """Time of the steps done; a stopped run's stands still."""
        return self._base_time + (self._steps - self._base_steps) * self.config.dt

    @property
    def stopped(self) -> bool:
        """Whether a step ran away and was not taken."""
        return bool(self._stopped)

    # -- running

    def advance(self, ticks: int) -> int:
        """Do steps, with a row of the meter now and then; returns how many were good."""
        step, left, before = self._step(), ticks, self._steps
        while left > 0 and not self._stopped:
            now = min(left, growth.EVERY - self._steps % growth.EVERY)
            done, change = self._some(now, step)
            self._steps += done
            left -= now
            if done < now:
                self._stopped = 1
            elif self._steps % growth.EVERY == 0 and self.config.spec.moves:
                self._meter.note(self.time, change)
        return self._steps - before

    def _some(self, steps: int, step: DriftStep) -> tuple[int, Floats]:
        """Good steps of those asked for, and the change of rho in the last one."""
        if not self.config.is_implicit:
            done = self._lattice.advance(steps, step)
            return done, self._lattice.last_change() if done == steps else np.zeros((1, 1))
        c, change = self.config, np.zeros((1, 1))
        for count in range(steps):
            before = self._lattice.read("rho")
            fields = (before, self._lattice.read("phi"), self._lattice.read("intent"))
            found = implicit.step(
                fields, c.scheme, dt=c.dt, alpha=c.alpha, gamma=c.gamma, g=c.g, spacing=c.spacing
            )
            self._newton = float(found.iterations)
            if found.fields is None or not np.abs(found.fields[0]).max() <= LIMIT:
                return count, change
            for name, value in zip(FIELDS, found.fields, strict=True):
                self._lattice.write(name, value)
            change = found.fields[0] - before
        return steps, change

    def _step(self) -> DriftStep:
        c, used = self.config, self.config.spec.used
        friction = c.lam if "lam" in used else 0.0
        D, nu = (c.D, c.nu) if "nu" in used else (0.0, 0.0)
        return DriftStep(
            c.dt,
            c.g,
            c.alpha,
            nu,
            D,
            friction,
            c.beta if "beta" in used else 0.0,
            c.gamma,
            1.0 if c.spec.published else c.spacing,
            _SCHEMES.get(c.scheme, 0),
            not c.spec.published,
            ENDLESS if self._endless else LIMIT,
        )

    @property
    def _endless(self) -> bool:
        return self.config.spec.published

    def _hold(self) -> None:
        """Say which cells keep their rho: all of them, or where the published experiment has a mass."""
        if self.config.spec.pinned:
            self._lattice.set_held(np.ones((self.config.size,) * 2, np.bool_))
        elif self.config.spec.published:
            self._lattice.set_held(np.abs(placing.masses(self.config) - 1.0) > _HELD_ABOVE)

    def blow_up(self) -> BlowUp | None:
        """The step that was not taken, with what linear theory had to say."""
        if not self._stopped:
            return None
        c, rho = self.config, np.abs(self._lattice.read("rho"))
        y, x = (int(i) for i in np.unravel_index(int(rho.argmax()), rho.shape))
        if c.is_implicit:
            what = f"Newton's method found no solution of the next step; |ρ| is up to {rho.max():.3g}"
        elif self._endless:
            what = f"the next step, number {self._steps} counted from 0, takes ρ beyond the numbers"
        else:
            what = f"|ρ| would pass {LIMIT:g} e a cell in the next step"
        if c.spec.moves:
            rate = growth.theory(c, self._first)
            what += (
                f". The fastest mode was predicted to grow by e^{rate:.3g} per unit of time at the start, "
                "and on a finer grid one grows faster: the equations are ill-posed"
            )
        remedy = "The last good state is kept. A smaller step does not help; mode D or regularised does."
        at = self._steps, self.time
        return BlowUp("charge", "rho", (y, x), *at, float(rho[y, x]), what, remedy, kept=True)

    def acknowledge(self) -> None:
        """Try the step again, with whatever has changed since."""
        self._stopped = 0

    # -- reading and changing

    def read(self, name: str) -> Floats:
        """Copy of a field."""
        return self._lattice.read(name)

    def write(self, name: str, value: Floats) -> None:
        """Set a field; the meter begins anew."""
        self._lattice.write(name, value)
        self._meter.clear()

    def scalars(self, names: Collection[str]) -> Mapping[str, float]:
        """Some scalars; only what they need is read."""
        held: dict[str, Floats] = {}

        def field(name: str) -> Floats:
            if name not in held:
                held[name] = self._lattice.read(name)
            return held[name]

        readers: dict[str, Callable[[], float]] = {
            "charge_total": lambda: float(field("rho").sum()),
            "charge_absolute": lambda: float(np.abs(field("rho")).sum()),
            "rho_max": lambda: float(np.abs(field("rho")).max()),
            "intent_max": lambda: float(field("intent").max()),
            "energy": lambda: self._energy(field("phi")),
            "growth_rate": lambda: self._meter.rate,
            "growth_rate_theory": lambda: growth.theory(self.config, float(np.abs(field("rho")).max())),
            "pair_energy": lambda: self._pair_energy(field("rho"), field("phi")),
            "blown_up": lambda: float(self._stopped),
            "newton_iterations": lambda: self._newton,
        }
        return {name: readers[name]() for name in names}

    def _energy(self, phi: Floats) -> float:
        """½ Σ |∇φ|² h², differences between neighbours; the spacing cancels in two dimensions."""
        parts = (np.roll(phi, -1, 1) - phi, np.roll(phi, -1, 0) - phi)
        return 0.5 * float(sum((part * part).sum() for part in parts))

    def _pair_energy(self, rho: Floats, phi: Floats) -> float:
        """ρ₁ρ₂(φ₁ − φ₂) at the cells of two charges, in the order that the published version counts them."""
        ends = self._pair()
        if ends is None:
            return math.nan
        one, two = ends
        return float(rho[one] * rho[two] * (phi[one] - phi[two]))

    def _pair(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        charges = self.config.charges
        if len(charges) != 2:
            return None
        one, two = (placing.cell(charge, self.config.size) for charge in charges)
        # The second version counts the electron first: only so has V the sign that was published.
        positive_first = charges[0].value >= charges[1].value
        swap = positive_first == (self.config.mode == "published_v2")
        return (two, one) if swap else (one, two)

    def adopt(self, config: ChargeConfig) -> None:
        """Take live changes; a charge that moved takes its own charge along."""
        before, now = self.config, self.time
        if before.dt != config.dt:
            self._base_steps, self._base_time = self._steps, now
        self.config = config
        self._meter.clear()
        if before.charges != config.charges:
            self._move(before)

    def _move(self, before: ChargeConfig) -> None:
        size = self.config.size
        after = placing.charge_map(self.config.charges, size)
        if self.config.spec.pinned:
            background = 0.0 if self.config.spec.published else self.config.background
            self._lattice.write("rho", after + background)
        else:
            shift = after - placing.charge_map(before.charges, size)
            self._lattice.write("rho", self._lattice.read("rho") + shift)
        if self.config.spec.published:
            self._lattice.write("intent", placing.masses(self.config))
            self._hold()

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Fields, rows of the meter, and counters."""
        return {
            **{name: self._lattice.read(name) for name in FIELDS},
            **growth.state_of(self._meter),
            "steps": self._steps,
            "base_steps": self._base_steps,
            "base_time": self._base_time,
            "stopped": self._stopped,
            "newton": self._newton,
            "first": self._first,
        }

    def restore(self, arrays: Mapping[str, Any], scalars: Mapping[str, Any], config: ChargeConfig) -> None:
        """Take a checkpoint."""
        self.config = config
        for name in FIELDS:
            self._lattice.write(name, arrays[name])
        self._hold()
        self._meter.rows, self._meter.count = arrays["growth_rows"].copy(), int(scalars["growth_count"])
        self._steps, self._base_steps = int(scalars["steps"]), int(scalars["base_steps"])
        self._base_time, self._first = float(scalars["base_time"]), float(scalars["first"])
        self._stopped, self._newton = int(scalars["stopped"]), float(scalars["newton"])
