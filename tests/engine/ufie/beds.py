"""One way to drive the reference and the kernels, so that each acceptance test is written once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry
from tauscope.gpu.ufie.layout import slow_shape
from tauscope.gpu.ufie.make import make_wave
from tauscope.gpu.ufie.protocol import SUMS, Support

REFERENCE = "reference"
FAST = "fast"
PRECISE = "precise"
KERNELS = (PRECISE, FAST)
"""Precisions of the kernels."""


@dataclass
class Medium:
    """What a wave runs in; shapes of nine axes.

    Parameters
    ----------
    shape : nine ints
        Sites along each axis.
    metric : str
        ``flat``, ``diagonal``, ``rank1`` or ``full``.
    values : array
        As `Wave.set_metric` of the kernels takes them.
    """

    shape: tuple[int, ...]
    dt: float
    c0: float = 1.0
    damping: Any = 0.0
    state_index: Any = 0.0
    beta: float = 0.0
    mass: float = 0.0
    saturation: float | None = None
    metric: str = "flat"
    values: Any = None
    emitters: list[np.ndarray] = field(default_factory=list)

    def at(self, dt: float) -> Medium:
        """The same with another step."""
        return Medium(**{**self.__dict__, "dt": dt})

    def geometry(self) -> Geometry:
        """As the reference has it: the axes of the components in front."""
        if self.metric == "flat":
            return Geometry.flat(self.shape)
        values = np.asarray(self.values)
        if self.metric == "rank1":
            return Geometry.of_rank_one(self.shape, np.moveaxis(values, -1, 0))
        if self.metric == "diagonal":
            return Geometry.of_diagonal(self.shape, np.moveaxis(values, -1, 0))
        return Geometry.of_full(self.shape, np.moveaxis(values, (-2, -1), (0, 1)))


class Bed:
    """A wave that is started, advanced and read: of the reference, or of a kernel.

    Parameters
    ----------
    kind : str
        ``reference``, or a precision of the kernels.
    medium : Medium
        What it runs in.
    """

    device = "cpu"
    """Where kernels run."""

    def __init__(self, kind: str, medium: Medium) -> None:
        self.kind, self.medium = kind, medium
        m = medium
        self.reference = WaveReference(
            m.geometry(),
            m.dt,
            c0=m.c0,
            damping=m.damping,
            state_index=m.state_index,
            beta=m.beta,
            mass=m.mass,
            saturation=m.saturation,
        )
        self.wave: Any = None
        if kind != REFERENCE:
            slowing = (1 + np.asarray(m.state_index, np.float64)) ** 2
            self.wave = make_wave(m.shape, precision=kind, device=self.device, threads=1)
            self.wave.set_material(
                m.dt, m.damping, m.c0**2 / slowing, m.beta, m.mass**2, m.saturation, slowing
            )
            self.wave.set_metric(m.metric, m.values)
            sites = np.arange(int(np.prod(m.shape)))
            self.wave.set_emitters([Support(sites, profile.ravel()) for profile in m.emitters])

    @property
    def psi(self) -> np.ndarray:
        """Psi, nine axes."""
        return np.asarray(self.reference.psi if self.wave is None else self.wave.psi())

    def velocity(self, drive: tuple[complex, ...] = ()) -> np.ndarray:
        """Velocity now, nine axes."""
        if self.wave is None:
            return np.asarray(self.reference.velocity(self._field(drive)))
        return np.asarray(self.wave.velocity(drive))

    def start(self, psi: Any, velocity: Any = 0.0, drive: tuple[complex, ...] = ()) -> None:
        """Set field and velocity now."""
        if self.wave is None:
            self.reference.start(psi, velocity, self._field(drive))
            return
        self.wave.set_psi(psi)
        self.wave.set_velocity(np.broadcast_to(np.asarray(velocity), self.medium.shape), drive)

    def advance(self, steps: int, drives: np.ndarray | None = None) -> np.ndarray:
        """Steps, with the drive of each; H_hat, works and plain energies at every step, [steps, 5].

        Columns: H_hat, work and loss of the half steps before and after together, H, powers in less out.
        """
        n = len(self.medium.emitters)
        rows = np.zeros((steps, n), complex) if drives is None else np.asarray(drives)
        if self.wave is None:
            found = []
            for row in rows:
                found.append(self._sums(tuple(row)))
                self.reference.step(self._field(tuple(row)))
            return np.array(found)
        sums = np.asarray(self.wave.advance(steps, rows if n else None, oracle=True))
        return np.array([of_row(row, self.medium.dt) for row in sums])

    def run(self, steps: int) -> None:
        """Steps without a drive, and nothing read."""
        if self.wave is None:
            self.reference.advance(steps)
        else:
            self.wave.advance(steps)

    def observe(self, drive: tuple[complex, ...] = ()) -> np.ndarray:
        """As a row of `advance`, now."""
        if self.wave is None:
            return np.array(self._sums(drive))
        return np.array(of_row(np.asarray(self.wave.observe(drive)), self.medium.dt))

    def _field(self, drive: tuple[complex, ...]) -> Any:
        return sum((d * w for d, w in zip(drive, self.medium.emitters, strict=False)), start=np.zeros(()))

    def _sums(self, drive: tuple[complex, ...]) -> tuple[float, ...]:
        b = self.reference.balance(self._field(drive))
        return b.H_hat, sum(b.work_before), sum(b.work_after), b.H, b.power_in - b.power_diss


def of_row(row: np.ndarray, dt: float) -> tuple[float, ...]:
    """Columns of `Bed.advance` from a row of the kernels' sums."""
    s = dict(zip(SUMS, row.tolist(), strict=True))
    H = s["kinetic"] + s["gradient"] + s["mass"] - s["cubic"]
    return (
        H - dt**2 / 8 * s["force"],
        s["work_before"] + s["loss_before"],
        s["work_after"] + s["loss_after"],
        H,
        s["power_in"] - s["power_loss"],
    )


def residuals(rows: np.ndarray) -> np.ndarray:
    """Cumulated residual of the balance exact to the substep, from rows of consecutive steps."""
    return np.asarray(np.cumsum(np.diff(rows[:, 0]) - rows[:-1, 2] - rows[1:, 1]))


def trapezoids(rows: np.ndarray, dt: float) -> np.ndarray:
    """Cumulated residual of plain H against the trapezoid of the powers."""
    return np.asarray(np.cumsum(np.diff(rows[:, 3]) - 0.5 * dt * (rows[1:, 4] + rows[:-1, 4])))


def curved(shape: tuple[int, ...], seed: int, strength: float = 0.3) -> np.ndarray:
    """Positive white-noise g^ij of every brick, as `Wave.set_metric` takes a full metric."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(*slow_shape(shape), 9, 9)) / 3
    return np.asarray(np.eye(9) + strength * root @ np.swapaxes(root, -1, -2))


def noise(shape: tuple[int, ...], seed: int, scale: float = 1.0) -> np.ndarray:
    """Complex white noise."""
    rng = np.random.default_rng(seed)
    return np.asarray(scale * (rng.normal(size=shape) + 1j * rng.normal(size=shape)))
