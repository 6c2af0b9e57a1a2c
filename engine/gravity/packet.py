"""Wave packets at their start: psi, and pi half a tick earlier, so that all of it goes one way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.gravity.config_patterns import PatternConfig

Array = npt.NDArray[Any]

_REACH = 6.0
"""Standard deviations of the envelope on each side, where it is 1.5e-8 of its peak."""


def launch(
    pattern: PatternConfig, shape: tuple[int, int], rate: float, periodic: bool, moore: bool
) -> tuple[Array, Array]:
    """Psi and pi of a Gaussian packet of unit height, float64 (ny, nx).

    On a lattice whose nodes all step by ``rate`` its phase turns by theta a tick, sin(theta / 2) = rate K / 2
    with ``K^2 = m^2 - lap``. With pi half a tick earlier, ``pi = (psi_n - psi_(n-1)) / rate``: each Fourier
    component a exp(i k x) of psi has the component ``a (1 - exp(i theta)) / rate`` in pi. The real part of
    both travels along +k.

    Parameters
    ----------
    pattern : PatternConfig
        A packet or a light pulse.
    shape : (int, int)
        Rows and columns of the lattice.
    rate : float
        Wave step times f at the packet's centre.
    periodic, moore : bool
        Whether the lattice closes on itself, and whether its Laplacian is that of nine points.
    """
    kx, ky = pattern.momentum if pattern.kind == "light" or any(pattern.velocity) else (0.0, 0.0)
    half = math.ceil(_REACH * pattern.size) + 1
    row, column = math.floor(pattern.y + 0.5), math.floor(pattern.x + 0.5)
    y = np.arange(row - half, row + half)[:, None]
    x = np.arange(column - half, column + half)[None, :]
    dx, dy = x - pattern.x, y - pattern.y
    envelope = np.exp(-(dx * dx + dy * dy) / (2.0 * pattern.size**2))
    wave = envelope * np.exp(1j * (kx * dx + ky * dy))
    turned = np.fft.ifft2(np.fft.fft2(wave) * _turn(2 * half, pattern.rest_mass, rate, moore))
    return tuple(  # type: ignore[return-value]
        _placed(part.real, shape, row - half, column - half, periodic) for part in (wave, turned)
    )


def _turn(side: int, mass: float, rate: float, moore: bool) -> Array:
    """``(1 - exp(i theta)) / rate`` of each Fourier component."""
    c = np.cos(2.0 * np.pi * np.fft.fftfreq(side))
    cx, cy = c[None, :], c[:, None]
    lap = (4 * (2 * cx + 2 * cy) + 4 * cx * cy - 20) / 6 if moore else 2 * cx + 2 * cy - 4
    theta = 2.0 * np.arcsin(np.minimum(0.5 * rate * np.sqrt(mass * mass - lap), 1.0))
    return np.asarray((1.0 - np.exp(1j * theta)) / rate)


def _placed(patch: Array, shape: tuple[int, int], top: int, first: int, periodic: bool) -> Array:
    whole = np.zeros(shape)
    rows, columns = np.arange(patch.shape[0]) + top, np.arange(patch.shape[1]) + first
    if periodic:
        np.add.at(whole, np.ix_(rows % shape[0], columns % shape[1]), patch)
        return whole
    inside_y, inside_x = (rows >= 0) & (rows < shape[0]), (columns >= 0) & (columns < shape[1])
    whole[np.ix_(rows[inside_y], columns[inside_x])] = patch[np.ix_(inside_y, inside_x)]
    return whole
