"""Fields at the start: plane waves, Gaussians, noise, solitons and uniform fields."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie.axes import AXES, along, axis_number, middle, offset
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.emitters import gaussian
from tauscope.gpu.normals import normal
from tauscope.gpu.streams import Stream

Complexes = npt.NDArray[np.complex128]


def start_fields(config: UfieConfig, seed: int) -> tuple[Complexes, Complexes] | None:
    """Psi and its velocity at the start, each broadcasting to the torus; None where both are 0.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    seed : int
        Seed of a random start.
    """
    kind, amplitude = config.start.kind, config.start.amplitude
    if kind == "zero" or (amplitude == 0.0 and kind != "soliton"):
        return None
    rest: Complexes = np.zeros((1,) * len(AXES), np.complex128)
    if kind == "uniform":
        return np.asarray(rest + amplitude, np.complex128), rest
    if kind == "gaussian":
        return np.asarray(rest + amplitude * bump(config), np.complex128), rest
    if kind == "random":
        parts = normal(2 * config.sites, seed, Stream.UFIE_START).reshape(config.sites, 2)
        noise = (parts[:, 0] + 1j * parts[:, 1]).reshape(config.shape)
        return np.asarray(amplitude / math.sqrt(2.0) * noise, np.complex128), rest
    return plane(config) if kind == "plane" else soliton(config)


def bump(config: UfieConfig) -> npt.NDArray[np.float64]:
    """Gaussian of height 1 on the torus."""
    center = config.start.center or middle(config.shape)
    whole = np.ones((1,) * len(AXES))
    for axis, part in enumerate(gaussian(center, config.start.sigma, config.shape)):
        whole = whole * along(part, axis)
    return whole


def plane(config: UfieConfig) -> tuple[Complexes, Complexes]:
    """Plane wave exp(i k x) of whole periods, moving as the linear lattice does, or standing at rest.

    A step of the leapfrog turns a mode by w dt with sin(w dt / 2) = dt / 2 sqrt(c^2 lam + m^2), and its
    velocity is sin(w dt) / dt times the amplitude. Source: ufie.md, section C; beta is left out.
    """
    start, dt = config.start, config.dt
    phase: npt.NDArray[np.float64] = np.zeros((1,) * len(AXES))
    lam = 0.0
    for axis, (count, size) in enumerate(zip(start.waves, config.shape, strict=True)):
        phase = phase + along(2.0 * math.pi * count * np.arange(size) / size, axis)
        lam += 4.0 * math.sin(math.pi * count / size) ** 2
    psi = np.asarray(start.amplitude * np.exp(1j * phase), np.complex128)
    if not start.travelling:
        return psi.real.astype(np.complex128), 0.0 * psi
    square = (config.c0 / (1.0 + config.state_index)) ** 2 * lam + config.mass_rate**2
    turn = 2.0 * math.asin(min(1.0, 0.5 * dt * math.sqrt(square)))
    rate = math.sqrt(square) if config.integrator == "etd" else math.sin(turn) / dt
    return psi, np.asarray(-1j * rate * psi, np.complex128)


def soliton(config: UfieConfig) -> tuple[Complexes, Complexes]:
    """Bright soliton along one axis, boosted to a speed V.

    A sech(k xi) exp(-i w tau) with A = sqrt(2 (m^2 - w^2) / beta), k = sqrt(m^2 - w^2) / c, xi = g (x - V t),
    tau = g (t - V x / c^2). Source: ufie.md, section H; V. G. Makhankov, Phys. Rep. 35, 1 (1978).
    """
    start, m = config.start, config.mass_rate
    c = config.c0 / (1.0 + config.state_index)
    w = start.ratio * m
    width = math.sqrt(m * m - w * w)
    size, k = math.sqrt(2.0 / config.beta) * width, width / c
    boost = 1.0 / math.sqrt(1.0 - (start.speed / c) ** 2)
    axis = axis_number(start.axis)
    center = (start.center or middle(config.shape))[axis]
    x = along(offset(config.shape[axis], center), axis)
    turn = np.exp(1j * w * boost * start.speed / c**2 * x)
    psi = np.asarray(size / np.cosh(k * boost * x) * turn, np.complex128)
    slope = k * boost * start.speed * np.tanh(k * boost * x)
    return psi, np.asarray((slope - 1j * w * boost) * psi, np.complex128)
