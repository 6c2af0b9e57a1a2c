"""p, n and their potential around fixed charges: the variational mode D."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from scipy.special import xlogy

from tauscope.engine.base import BlowUp
from tauscope.engine.charge import placing, poisson
from tauscope.engine.charge.body import Body, Floats
from tauscope.engine.charge.config import ChargeConfig
from tauscope.gpu.charge.make import make_plasma
from tauscope.gpu.normals import normal
from tauscope.gpu.streams import Stream


class PlasmaBody(Body):
    """Two species that diffuse and drift in the potential of all charges, the fixed ones among them.

    F = ½ Σ (p − n + q)Φ + T Σ (p ln p + n ln n) never increases, while q stands, and each species keeps its
    sum: fluxes leave one cell and enter the next.

    Parameters
    ----------
    config : ChargeConfig
        Mode D.
    seed : int
        Seed of the noise at the start.
    device : str
        ``cpu`` or ``cuda``.
    """

    def __init__(self, config: ChargeConfig, seed: int, device: str) -> None:
        self.config = config
        size = config.size
        self._lattice = make_plasma(size, device)
        self._time, self._last = 0.0, config.dt
        draws = normal(2 * size * size, seed, Stream.CHARGE_START) if config.noise > 0.0 else None
        for index, name in enumerate("pn"):
            density = np.full((size, size), config.density)
            if draws is not None:
                density *= np.maximum(0.0, 1.0 + config.noise * draws[index::2].reshape(size, size))
            self._lattice.write(name, density)
        self._prepare()

    @property
    def time(self) -> float:
        """Sum of the steps done."""
        return self._time

    @property
    def stopped(self) -> bool:
        """It never stops: steps are as short as positivity asks."""
        return False

    def advance(self, ticks: int) -> int:
        """Do steps, all of those asked for."""
        if ticks > 0:
            c = self.config
            self._time, self._last = self._lattice.advance(ticks, c.dt, c.D, c.T, self._time)
        return ticks

    def blow_up(self) -> BlowUp | None:
        """None; no density passes a limit that its sum does not."""
        return None

    def acknowledge(self) -> None:
        """Nothing to go on from."""

    def read(self, name: str) -> Floats:
        """Copy of a field; ``rho`` is p − n, without the fixed charges."""
        if name == "rho":
            return self._lattice.read("p") - self._lattice.read("n")
        if name == "q_fix":
            return self._fixed.copy()
        return self._lattice.read(name)

    def write(self, name: str, value: Floats) -> None:
        """Set a density."""
        self._lattice.write(name, value)

    def scalars(self, names: Collection[str]) -> Mapping[str, float]:
        """Some scalars; only what they need is read."""
        held: dict[str, Floats] = {}

        def field(name: str) -> Floats:
            if name not in held:
                held[name] = self.read(name)
            return held[name]

        def electric() -> float:
            return 0.5 * float(((field("rho") + self._fixed) * field("phi")).sum())

        def entropy() -> float:
            return float(sum(xlogy(field(name), field(name)).sum() for name in "pn"))

        readers: dict[str, Callable[[], float]] = {
            "charge_total": lambda: float(field("p").sum() - field("n").sum()),
            "charge_absolute": lambda: float(field("p").sum() + field("n").sum()),
            "rho_max": lambda: float(np.abs(field("rho")).max()),
            "density_min": lambda: float(min(field("p").min(), field("n").min())),
            "energy": electric,
            "free_energy": lambda: electric() + self.config.T * entropy(),
            "pair_energy": lambda: self._bare,
            "step_size": lambda: self._last,
        }
        return {name: readers[name]() for name in names}

    def adopt(self, config: ChargeConfig) -> None:
        """Take live changes; moved charges pull at the species from the next step on."""
        self.config = config
        self._prepare()

    def _prepare(self) -> None:
        """Hand fixed charges and Poisson's multipliers to the lattice."""
        c = self.config
        self._fixed = placing.charge_map(c.charges, c.size)
        inverse = poisson.inverse_symbol(c.size, c.m2, c.green)
        self._bare = poisson.bare_energy(self._fixed, inverse)
        self._lattice.set_field(self._fixed, inverse)

    def state(self) -> dict[str, Any]:
        """Densities, time and the last step; the potential follows."""
        densities = {name: self._lattice.read(name) for name in "pn"}
        return {**densities, "elapsed": self._time, "last_step": self._last}

    def restore(self, arrays: Mapping[str, Any], scalars: Mapping[str, Any], config: ChargeConfig) -> None:
        """Take a checkpoint."""
        self.config = config
        for name in "pn":
            self._lattice.write(name, arrays[name])
        self._time, self._last = float(scalars["elapsed"]), float(scalars["last_step"])
        self._prepare()
