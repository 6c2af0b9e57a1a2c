"""What moves through the field: the rays a packet consists of, and the experiment of free fall."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.special import ndtri
from scipy.stats import qmc

from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings, Floats
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.gravity.reference_waves import geodesics

STRENGTH = 9.4e-4
"""Peak of a Gaussian three cells wide that makes f = 1 - 0.03 ln(R / r), as in the design's tables."""


def interpolated(f: Floats) -> Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Field [ny, nx] as ``f(x, y) -> (f, df/dx, df/dy)``, by cubic splines."""
    spline = RectBivariateSpline(np.arange(f.shape[0]), np.arange(f.shape[1]), f)

    def read(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        return spline.ev(y, x), spline.ev(y, x, dy=1), spline.ev(y, x, dx=1)

    return read


class Ensemble(NamedTuple):
    """What the rays of a packet make together.

    Parameters
    ----------
    place : array (2,)
        Column and row of the centre, weighed by energy.
    velocity : float
        Angle of the mean velocity, weighed by energy, to the x axis in radians: that of the energy's flux.
    wave : float
        Angle of the mean wave vector, weighed by psi^2: the design's.
    """

    place: Floats
    velocity: float
    wave: float


def _angle(vector: Floats) -> float:
    return math.atan2(float(vector[1]), float(vector[0]))


def ensemble(f: Floats, pattern: PatternConfig, pace: float, ticks: int, rays: int) -> Ensemble:
    """Centre and direction of the rays that make up a packet, after some ticks.

    A packet of envelope ``exp(-r^2 / 2 s^2)`` is rays spread by ``s / sqrt(2)`` in place and by
    ``1 / (sqrt(2) s)`` in momentum (its Wigner function), each with the energy ``m^2 + K^2`` as its weight.
    They are points of a Sobol sequence and go by the lattice's own dispersion, in steps of four ticks.

    Parameters
    ----------
    f : array [ny, nx]
        Update fraction.
    pattern : PatternConfig
        Packet or light pulse.
    pace : float
        Wave step h.
    ticks, rays : int
        How long, and how many.

    Returns
    -------
    Ensemble
        Centre, and two directions.
    """
    points = ndtri(np.clip(qmc.Sobol(4, rng=7).random(rays), 1e-12, 1 - 1e-12))
    size = pattern.size
    moving = pattern.kind == "light" or any(pattern.velocity)
    middle = np.array(pattern.momentum if moving else (0.0, 0.0))
    place = np.array([pattern.x, pattern.y]) + points[:, :2] * size / math.sqrt(2)
    momentum = middle + points[:, 2:] / (math.sqrt(2) * size)
    weight = pattern.rest_mass**2 + _lattice_square(momentum)
    read = interpolated(f)
    place, momentum = geodesics(
        read, place, momentum, mass=pattern.rest_mass, pace=pace, ticks=ticks, lattice=True, stride=4
    )
    here = read(place[:, 0], place[:, 1])[0]
    pull = np.sqrt(pattern.rest_mass**2 + _lattice_square(momentum))
    velocity = np.average(np.sin(momentum) * (here / pull)[:, None], axis=0, weights=weight)
    # |psi|^2 is the energy over m^2 + K^2, which has grown where f has fallen.
    wave = np.average(momentum, axis=0, weights=weight / pull**2)
    return Ensemble(np.average(place, axis=0, weights=weight), _angle(velocity), _angle(wave))


def _lattice_square(momentum: Floats) -> Floats:
    """``4 sin^2(kx / 2) + 4 sin^2(ky / 2)``, minus the eigenvalue of the Laplacian."""
    return np.asarray((4 * np.sin(momentum / 2) ** 2).sum(axis=1))


def direction(engine: GravityEngine) -> float:
    """Angle of the flux of a wave's energy, ``-sum f pi grad psi``, to the x axis, in radians."""
    psi, pi = engine.field("psi").astype(np.float64), engine.field("pi").astype(np.float64)
    weight = pi * engine.field("f_live").astype(np.float64)
    down, across = np.gradient(psi)
    return math.atan2(-float((weight * down).sum()), -float((weight * across).sum()))


def wave_direction(engine: GravityEngine) -> float:
    """Angle of the mean wave vector of psi, weighed by its spectrum, to the x axis in radians.

    Of each pair k and -k that a real wave has, the one with kx > 0 counts: of a wave that goes that way.
    """
    psi = engine.field("psi").astype(np.float64)
    power = np.abs(np.fft.rfft2(psi)) ** 2
    kx, ky = np.fft.rfftfreq(psi.shape[1]), np.fft.fftfreq(psi.shape[0])
    return math.atan2(float((power * ky[:, None]).sum()), float((power * kx).sum()))


def mass_in_the_middle(side: int, strength: float) -> list[dict[str, Any]]:
    """Gaussian source, three cells wide, in the middle of a square lattice."""
    middle = (side - 1) / 2
    return [{"kind": "gaussian", "x": middle, "y": middle, "strength": strength, "width": 3.0}]


def free_fall(bench: Bench) -> Findings:
    """A packet at rest falls toward the mass as its geodesics do; without a mass it stays."""
    found, side, ticks = Findings(), bench.setting("side"), bench.setting("ticks")
    middle, window, distance = (side - 1) / 2, bench.setting("window"), bench.setting("distance")
    launch = bench.setting("launch")
    start = {"x": middle, "y": middle + distance, "mass": bench.setting("mass")}
    speed = launch / math.sqrt(launch**2 + start["mass"] ** 2)
    moving = {**start, "velocity": [speed, 0.0]}
    patterns = [
        {"kind": "packet", "id": "rest", **start},
        {"kind": "geodesic", "id": "particle", "law": bench.setting("law"), **start},
        {"kind": "packet", "id": "thrown", **moving},
    ]
    bench.plan(2 * ticks + bench.setting("throw_ticks"))
    runs: dict[str, GravityEngine] = {}
    configs = {}
    for name, strength in (("mass", bench.setting("strength")), ("empty", 0.0)):
        configs[name] = bench.config(
            nx=side, ny=side, sources=mass_in_the_middle(side, strength), ema_window=window, patterns=patterns
        )
        runs[name] = bench.engine(configs[name])
        bench.advance(runs[name], ticks)
    config = configs["mass"]
    exact = bench.claimed(config).f
    present = runs["mass"].patterns()
    fallen = present["rest"]["y"] - start["y"]
    at = ensemble(exact, config.patterns[0], config.wave_step, ticks, bench.setting("rays")).place
    wanted = float(at[1]) - start["y"]
    found.check(
        "packet at rest: fall", wanted, fallen, 0.05 * abs(wanted), "cells", "ensemble of its geodesics"
    )
    point = geodesics(
        interpolated(exact), [[start["x"], start["y"]]], [[0.0, 0.0]],
        mass=start["mass"], pace=config.wave_step, ticks=ticks,
    )[0][0][1] - start["y"]  # fmt: skip
    traced = present["particle"]["y"] - start["y"]
    found.check(
        "particle: fall", point, traced, 0.02 * abs(point), "cells",
        "dp/dt = -sqrt(m^2 + p^2) grad f in the exact field",
    )  # fmt: skip
    found.holds("toward the mass", fallen < 0 and traced < 0, "f falls inward")
    stays = runs["empty"].patterns()["rest"]["y"] - start["y"]
    found.check("packet without a mass: fall", 0, stays, 0.2, "cells", "f = 1")
    more = bench.setting("throw_ticks")
    bench.advance(runs["mass"], max(more - ticks, 0))
    thrown = runs["mass"].patterns()["thrown"]
    at = ensemble(exact, config.patterns[2], config.wave_step, max(more, ticks), bench.setting("rays")).place
    path = 0.02 * float(np.hypot(*(at - [start["x"], start["y"]])))
    reason = f"ensemble of its geodesics, k = {launch:g}, {max(more, ticks)} ticks; 2 % of its way"
    found.check("thrown packet: x", at[0], thrown["x"], path, "cells", reason)
    found.check("thrown packet: y", at[1], thrown["y"], path, "cells", reason)
    ratio = runs["mass"].scalars()["wave_energy_ratio"]
    found.check("energy / launch", 1.0, ratio, 0.005, "1", f"node-local leapfrog, W = {window:g}")
    trails = {name: runs["mass"].trail(name) for name in ("rest", "particle", "thrown")}
    found.table(
        "falls", ("what", "measured", "expected", "ratio"),
        [("packet", fallen, wanted, fallen / wanted), ("particle", traced, point, traced / point)],
    )  # fmt: skip
    found.table(
        "trajectories", ("pattern", "tick", "x", "y"),
        [(name, *row) for name, trail in trails.items() for row in trail.tolist()],
    )  # fmt: skip
    found.figure("Fall", "tick", "y (cells)", **{name: (t[:, 0], t[:, 2]) for name, t in trails.items()})
    return found
