"""The arrays of waves that ride on a lattice on the CPU: psi and pi at every node, one pair a wave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity import cpu, wave_kernels
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.layout import PAD, allocate, inner, row_width
from tauscope.gpu.jit import is_kept

Array = npt.NDArray[Any]

HOLD = {"von_neumann": 4.0, "moore": 10.0 / 3.0}
"""Minus the weight of the node itself in the Laplacian of five, or in the isotropic one of nine points."""

ROWS_APART = 2
"""Rows between two that are read to find a wave."""

_FIRST_SLOT = 9


class Waves:
    """Waves on ny x nx nodes, padded as the lattice, with the two buffers of psi in step with those of E.

    Parameters
    ----------
    form : Form
        Size, edge and neighbours; waves have the number type of its moving average.
    lo, hi : int64 array (ny,)
        First padded column of each row's nodes, and the one after the last; psi is zero elsewhere.
    kernels : module
        `tauscope.gpu.gravity.wave_kernels`, or another with its functions.
    """

    def __init__(self, form: Form, lo: Array, hi: Array, kernels: Any = wave_kernels) -> None:
        self._form, self._lo, self._hi, self._kernels = form, lo, hi, kernels
        self.dtype: np.dtype[Any] = form.average
        self._moore = form.neighbourhood == "moore"
        self.masses: tuple[float, ...] = ()
        self.psi = np.zeros((0, 2, 1, 1), self.dtype)
        self.pi = np.zeros((0, 1, 1), self.dtype)
        self.stiff = np.zeros(0, self.dtype)
        self.set_pace(0.5)

    def set_pace(self, pace: float) -> None:
        """Wave step h: cells that light goes in a tick where f is 1."""
        number: Any = self.dtype.type
        self.pace: Any = number(pace)

    @property
    def row_bytes(self) -> int:
        """Bytes of one row over all waves."""
        return 3 * len(self.masses) * row_width(self._form.nx) * self.dtype.itemsize

    def set_masses(self, masses: Sequence[float], kept: Sequence[int], source: int) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1.

        ``source`` is the buffer of psi that holds the present.
        """
        padded = (self._form.ny + 2, row_width(self._form.nx))
        psi = allocate((len(masses), 2, *padded), self.dtype, _FIRST_SLOT)
        pi = allocate((len(masses), *padded), self.dtype, _FIRST_SLOT + 2)
        for wave, former in enumerate(kept):
            if former >= 0:
                psi[wave], pi[wave] = self.psi[former], self.pi[former]
        self.psi, self.pi, self.masses = psi, pi, tuple(masses)
        hold = HOLD[self._form.neighbourhood]
        self.stiff = np.array([hold + mass * mass for mass in masses], self.dtype)
        self.fill_halos(source)

    def site(self, wave: int, name: str, source: int) -> Array:
        """View of ``psi`` or ``pi`` of a wave, shape (ny, nx)."""
        return inner(self.psi[wave, source] if name == "psi" else self.pi[wave], self._form.nx)

    def write(self, wave: int, name: str, value: npt.ArrayLike, source: int) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx); it is zero outside the nodes of each row."""
        site = self.site(wave, name, source)
        site[...] = value
        for row, (first, end) in enumerate(zip(self._lo, self._hi, strict=True)):
            site[row, : max(first - PAD, 0)] = 0
            site[row, max(end - PAD, 0) :] = 0
        self.fill_halos(source)

    def fill_halos(self, source: int) -> None:
        """Set the columns beside psi of the present from the other end, where the edge is periodic."""
        if self._form.edge == cpu.PERIODIC:
            for layer in self.psi:
                cpu.fill_halos(layer, source, self._lo, self._hi, self._form.edge)

    def step(self, old: int, new: int, g: Array, down: int, across: int) -> None:
        """One tick of all waves, from buffer ``old`` to ``new``; node (0, 0) of g is at [down, across]."""
        self.fill_halos(old)
        self._kernels.step(self._moore)(
            self.psi,
            self.pi,
            self.stiff,
            g,
            1 - down,
            PAD - across,
            self._lo,
            self._hi,
            old,
            new,
            self._form.edge,
            self.pace,
        )

    def energy(self, wave: int, source: int, g: Array, down: int, across: int) -> float:
        """Energy of a wave; see `tauscope.gpu.gravity.wave_kernels.energy`."""
        columns = np.zeros(self.pi.shape[2])
        self.fill_halos(source)
        self._kernels.energy(self._moore)(
            self.psi[wave, source],
            self.pi[wave],
            self.stiff[wave],
            g,
            1 - down,
            PAD - across,
            self._lo,
            self._hi,
            self._form.edge,
            self.pace,
            columns,
        )
        return float(columns.sum()) / 2

    def centre(self, wave: int, source: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of the centre of a wave in cells, on a periodic lattice that nearest to (x, y)."""
        form, mass = self._form, self.masses[wave]
        weight, moment = np.zeros(self.pi.shape[2]), np.zeros(self.pi.shape[2])
        wraps = form.edge == cpu.PERIODIC
        number: Any = self.dtype.type
        self.fill_halos(source)
        self._kernels.weigh(
            self.psi[wave, source],
            self.pi[wave],
            number(mass * mass),
            number(0.5),
            self._lo,
            self._hi,
            form.edge,
            1 if wraps and form.ny % 2 else ROWS_APART,
            float(y),
            float(form.ny if wraps else 0),
            weight,
            moment,
        )
        return centred(weight, moment, np.arange(weight.size) - PAD, x, y, form)


def are_compiled(form: Form, mapped: bool) -> bool:
    """Whether all kernels that a wave needs on a lattice, with a capacity or a map, are on disk already."""
    moore = form.neighbourhood == "moore"
    needed: list[tuple[Any, np.dtype[Any]]] = [
        (wave_kernels.energy(moore), form.average),
        (wave_kernels.weigh, form.average),
    ]
    if form.rule in ("airtime", "fluid"):
        rule = cpu.UNITS if form.units else cpu.AIRTIME if form.rule == "airtime" else cpu.FLUID
        needed.append((cpu.advance(rule, moore, mapped, True), form.dtype))
    else:
        needed.append((wave_kernels.step(moore), form.average))
    return all(is_kept(kernel, number) for kernel, number in needed)


def centred(
    weight: Array, moment: Array, columns: Array, x: float, y: float, form: Form
) -> tuple[float, float]:
    """Centre of a wave from the weights and moments of its columns; (x, y) where it has no weight."""
    whole = float(weight.sum())
    if not whole > 0:
        return x, y
    off = columns - x
    if form.edge == cpu.PERIODIC:
        off = off - form.nx * np.floor(off / form.nx + 0.5)
    return x + float((off * weight).sum()) / whole, y + float(moment.sum()) / whole
