"""The exact integrator in the dress of a kernel: what the engine asks of a wave, by Fourier modes.

For a flat metric, a uniform medium and the whole torus; a reference mode, some fifty times dearer a step than
the leapfrog. The velocity it keeps is that of the present time. Source: ufie.md, section C, "ETD".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.emitters import dense
from tauscope.engine.ufie.exact import ExactWave
from tauscope.gpu.ufie.protocol import SUMS, Peak, Separable, Support

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

_AT = {name: number for number, name in enumerate(SUMS)}


class SpectralWave:
    """Exact damped linear modes with Strang's cubic and drive.

    Parameters
    ----------
    shape : tuple of int
        Sizes of the nine axes.
    precision : str
        ``fast`` or ``precise``.
    threads : int
        Threads of the Fourier transforms.
    """

    def __init__(self, shape: tuple[int, ...], precision: str, threads: int) -> None:
        self.shape, self.precision = shape, precision
        self.dtype: np.dtype[Any] = np.dtype(np.complex128 if precision == "precise" else np.complex64)
        self._wave = ExactWave(shape, 1e-4, c=0.0, dtype=self.dtype.type, threads=threads)
        self._weights: Floats = np.zeros((0, *shape))
        self._weight = 1.0
        self._damping = 0.0

    def psi(self) -> Array:
        """Copy of psi."""
        return np.array(self._wave.psi, self.dtype)

    def set_psi(self, psi: npt.ArrayLike) -> None:
        """Set psi, anything that broadcasts to the shape."""
        self._wave.psi = np.array(np.broadcast_to(np.asarray(psi), self.shape), self.dtype)

    def velocity(self, drive: npt.ArrayLike = ()) -> Array:
        """Copy of the velocity now."""
        return np.array(self._wave.velocity, self.dtype)

    def set_velocity(self, velocity: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Set the velocity now."""
        self._wave.velocity = np.array(np.broadcast_to(np.asarray(velocity), self.shape), self.dtype)

    def add(self, sites: npt.ArrayLike, values: npt.ArrayLike, drive: npt.ArrayLike = ()) -> None:
        """Add values to psi at site numbers, each once; the velocity stays."""
        psi = self.psi()
        psi.ravel()[np.asarray(sites)] += np.asarray(values).astype(self.dtype)
        self._wave.psi = psi

    def set_material(
        self,
        dt: float,
        damping: npt.ArrayLike,
        speed_squared: npt.ArrayLike,
        beta: float = 0.0,
        mass_squared: float = 0.0,
        saturation: float | None = None,
        weight: npt.ArrayLike = 1.0,
    ) -> None:
        """Set what the medium is, the same everywhere."""
        self._weight = float(np.asarray(weight).ravel()[0])
        self._damping = float(np.asarray(damping).ravel()[0])
        self._wave.set_material(
            dt,
            c=float(np.sqrt(np.asarray(speed_squared).ravel()[0])),
            damping=self._damping,
            beta=beta,
            mass=float(np.sqrt(mass_squared)),
            saturation=saturation,
        )

    def set_metric(self, kind: str, values: npt.ArrayLike | None = None) -> None:
        """Flat, as the configuration has made sure."""

    def set_emitters(self, supports: Sequence[Support | Separable]) -> None:
        """Set where emitters act."""
        self._weights = np.array([dense(found, self.shape) for found in supports]).reshape(-1, *self.shape)

    def advance(
        self,
        steps: int,
        drives: npt.ArrayLike | None = None,
        oracle: bool = False,
        literal: bool = False,
        books: bool = False,
    ) -> Floats | None:
        """Do whole steps; ``drives`` has a row for the end of the last step too, shape (steps + 1, emitters).

        The sums of a row are those of `SUMS`; the work of a whole step stands under ``work_after`` and
        ``loss_after``, and there is no correction to H. ``books`` saves nothing here and is passed over.
        """
        found = np.zeros((steps, len(SUMS)))
        for step in range(steps):
            now, then = (self._field(drives, step + ahead) for ahead in (0, 1))
            if oracle:
                found[step] = self._sums(now)
            balance = self._wave.step(now, then, balance=oracle)
            if balance is not None:
                found[step, _AT["work_after"]] = self._weight * balance.work
                found[step, _AT["loss_after"]] = self._weight * balance.loss
        return found if oracle else None

    def observe(self, drive: npt.ArrayLike = ()) -> Floats:
        """`SUMS` now; changes nothing."""
        return self._sums(self._field([drive], 0))

    def maximum(self) -> Peak:
        """Largest |psi|, where, and whether all is finite."""
        psi, velocity = self._wave.psi.ravel(), self._wave.velocity.ravel()
        good = np.isfinite(psi) & np.isfinite(velocity)
        if not good.all():
            site = int(np.argmin(good))
            return Peak(float(np.abs(np.where(good, psi, 0)).max()), site, False)
        site = int(np.argmax(np.abs(psi)))
        return Peak(float(abs(psi[site])), site, True)

    def brick_maxima(self) -> Floats:
        """Largest |psi| of the torus, as one brick."""
        return np.array([self.maximum().amplitude])

    def bricks(self) -> npt.NDArray[np.int64]:
        """The torus as one brick."""
        return np.zeros(1, np.int64)

    def slice(
        self,
        axes: tuple[int, int],
        index: Sequence[int],
        mode: str = "index",
        name: str = "psi",
        drive: npt.ArrayLike = (),
    ) -> Array:
        """Two axes of psi or of the velocity, as the kernels give them."""
        whole = self._wave.psi if name == "psi" else self._wave.velocity
        if mode == "index":
            cut = tuple(slice(None) if axis in axes else int(at) for axis, at in enumerate(index))
            return np.array(whole[cut] if axes[0] < axes[1] else whole[cut].T, self.dtype)
        others = tuple(axis for axis in range(9) if axis not in axes)
        if mode == "sum":
            flat = whole.sum(axis=others)
        elif mode == "max":
            flat = np.abs(whole).max(axis=others)
        else:
            flat = np.sqrt((np.abs(whole) ** 2).mean(axis=others))
        return np.array(flat if axes[0] < axes[1] else flat.T)

    def part(self, index: tuple[Any, ...], name: str = "psi", drive: npt.ArrayLike = ()) -> Array:
        """Copy of a part, as NumPy would give it."""
        return np.array((self._wave.psi if name == "psi" else self._wave.velocity)[index], self.dtype)

    def state(self) -> Mapping[str, Array]:
        """Bit-exact copies, as one brick of the whole torus."""
        real = np.float64 if self.precision == "precise" else np.float32
        psi, u = (np.ascontiguousarray(part, self.dtype).view(real) for part in (self.psi(), self.velocity()))
        return {"psi": psi.reshape(1, -1), "u": u.reshape(1, -1), "bricks": self.bricks()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave."""
        psi, u = (np.array(state[name]).reshape(-1).view(self.dtype) for name in ("psi", "u"))
        self._wave.psi, self._wave.velocity = psi.reshape(self.shape), u.reshape(self.shape)

    def _field(self, drives: Any, row: int) -> npt.ArrayLike:
        """E of a row of drives, shape of the torus, or 0 without emitters."""
        if drives is None or not len(self._weights):
            return 0.0
        return np.asarray(np.tensordot(np.asarray(drives[row]), self._weights, 1))

    def _sums(self, E: npt.ArrayLike) -> Floats:
        wave, mu = self._wave, self._weight
        v = wave.velocity.astype(np.complex128)
        kinetic = 0.5 * float((np.abs(v) ** 2).sum())
        linear, whole = wave.linear_energy(), wave.energy()
        found = np.zeros(len(SUMS))
        found[_AT["kinetic"]] = mu * kinetic
        found[_AT["gradient"]] = mu * (linear - kinetic)  # with the energy of the mass
        found[_AT["cubic"]] = mu * (linear - whole)
        found[_AT["power_in"]] = mu * float((np.asarray(E) * v.conj()).real.sum())
        found[_AT["power_loss"]] = mu * 2.0 * self._damping * kinetic
        return found
