"""Deflection of light: a pulse on the lattice, its rays, and a ray of the engine; one distance, or many."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.gravity.analysis import experiment_motion as motion
from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings, Floats
from tauscope.engine.gravity.analysis.steady import SteadyState
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.gravity.reference_waves import geodesics
from tauscope.engine.study import Report, Study, StudyContext, Table

SETTINGS = {
    "b": 32.0,
    "side": 257,
    "ticks": 380,
    "window": 1000.0,
    "rays": 1024,
    "strength": motion.STRENGTH,
    "law": "exact",
}
"""Options of the study, with the values of the design's table."""
MIRRORED = 1e-5
"""Largest sum, in radians, of the angles at b and -b in a field without noise."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What came of light that passes a mass at one distance; angles to the x axis in radians.

    Parameters
    ----------
    packet, ensemble : float
        Direction of the pulse's energy flux, and that of the rays it consists of, in the exact field.
    ray, eikonal : float
        Direction of the engine's ray, and of one in the exact field.
    wave, waves : float
        Direction of the pulse's mean wave vector, weighed by psi^2 as the design does, and of its rays'.
    energy : float
        Energy of the wave over that at its launch.
    trail : float64 array [n, 3]
        Ticks, columns and rows of the pulse.
    """

    packet: float
    ensemble: float
    ray: float
    eikonal: float
    wave: float
    waves: float
    energy: float
    trail: Floats


def exact_field(bench: Bench) -> SteadyState:
    """Exact steady state around the mass of a bench with the settings of `SETTINGS`."""
    side = bench.setting("side")
    mass = motion.mass_in_the_middle(side, bench.setting("strength"))
    return bench.claimed(bench.config(nx=side, ny=side, sources=mass, ema_window=bench.setting("window")))


def passage(bench: Bench, exact: Floats, b: float) -> Passage:
    """Let a pulse and a ray pass at a distance of ``b`` cells.

    Parameters
    ----------
    bench : Bench
        Lattice and settings, as in `SETTINGS`.
    exact : float64 array [ny, nx]
        Exact update fraction, of `exact_field`.
    b : float
        Rows from the mass to the line on which both begin.
    """
    ticks = bench.setting("ticks")
    engine = _flown(bench, b)
    config = engine.config
    pulse = config.patterns[0]
    rays = motion.ensemble(exact, pulse, config.wave_step, ticks, bench.setting("rays"))
    single = geodesics(
        motion.interpolated(exact), [[pulse.x, pulse.y]], [pulse.momentum],
        mass=0.0, pace=config.wave_step, ticks=ticks,
    )[1][0]  # fmt: skip
    ray = engine.patterns()["ray"]
    return Passage(
        motion.direction(engine),
        rays.velocity,
        math.atan2(ray["py"], ray["px"]),
        math.atan2(single[1], single[0]),
        motion.wave_direction(engine),
        rays.wave,
        engine.scalars()["wave_energy_ratio"],
        np.asarray(engine.trail("light"), np.float64),
    )


def _flown(bench: Bench, b: float, **entries: Any) -> GravityEngine:
    """Engine after light has passed at a distance of ``b`` cells."""
    side = bench.setting("side")
    start: dict[str, Any] = {"x": 40.0, "y": (side - 1) / 2 + b, "velocity": [1.0, 0.0]}
    config = bench.config(
        **entries,
        nx=side,
        ny=side,
        sources=motion.mass_in_the_middle(side, bench.setting("strength")),
        ema_window=bench.setting("window"),
        patterns=[
            {"kind": "light", "id": "light", **start},
            {"kind": "ray", "id": "ray", "law": bench.setting("law"), **start},
        ],
    )
    engine = bench.engine(config)
    bench.advance(engine, bench.setting("ticks"))
    return engine


def lensing(bench: Bench) -> Findings:
    """Light bends toward the mass, as the rays of the packet do in ds^2 = -f^2 dt^2 + dx^2."""
    found, impacts = Findings(), bench.setting("impacts")
    exact = exact_field(bench).f
    mirrored = sorted(b for b in set(impacts) if b > 0 and -b in impacts)
    bench.plan(bench.setting("ticks") * (len(impacts) + 2 * len(mirrored[:1])))
    seen: list[tuple[float, Passage]] = []
    for b in impacts:
        one = passage(bench, exact, b)
        # A packet as wide as its distance is bent less than a ray, and its rays are no good approximation.
        allowed = (0.03 if abs(b) >= 24 else 0.12) * abs(one.ensemble) + 1e-4
        found.check(
            f"light, b = {b:g}: angle", one.ensemble, one.packet, allowed, "rad",
            "ensemble of the packet's rays",
        )  # fmt: skip
        found.check(
            f"light, b = {b:g}: angle of the wave vector", one.waves, one.wave, allowed, "rad",
            "the same rays, weighed by psi² as the design does",
        )  # fmt: skip
        found.check(
            f"ray, b = {b:g}: angle", one.eikonal, one.ray, 0.02 * abs(one.eikonal) + 1e-4, "rad",
            "d n / d l = -(grad ln f), across, in the exact field",
        )  # fmt: skip
        found.holds(
            f"b = {b:g}: toward the mass", one.packet * b < 0 and one.ray * b < 0, "Snell with n = 1 / f"
        )
        found.check(f"b = {b:g}: energy / launch", 1.0, one.energy, 0.005, "1", "node-local leapfrog, W long")
        seen.append((b, one))
    passages = dict(seen)
    for b in mirrored:
        one, other = passages[b], passages[-b]
        found.check(
            f"b = ±{b:g}: sum of both angles", 0, one.packet + other.packet, 5e-3 * abs(one.packet),
            "rad", "mirror images, up to the noise of f_live",
        )  # fmt: skip
    for b in mirrored[:1]:
        _without_noise(bench, found, b)
    _report(found, seen)
    return found


def _without_noise(bench: Bench, found: Findings, b: float) -> None:
    """Compare mirror images in the fluid rule, whose field is the exact one.

    The airtime rule counts whole messages, whose order is not the same on both sides of the mass.
    """
    sides = (_flown(bench, sign * b, rule="fluid", dtype="float64") for sign in (1, -1))
    one, other = (motion.direction(engine) for engine in sides)
    found.check(
        f"without noise (fluid), b = ±{b:g}: sum of both angles", 0, one + other, MIRRORED, "rad",
        "mirror images; on the live lattice whole messages differ between both sides",
    )  # fmt: skip


def _report(found: Findings, seen: list[tuple[float, Passage]]) -> None:
    """Tables and figures of all distances."""
    columns = (
        *("b", "packet", "ensemble", "ratio", "ray", "ray exact", "energy ratio"),
        *("wave vector", "ensemble's wave vector"),
    )
    rows = [
        (b, p.packet, p.ensemble, p.packet / p.ensemble, p.ray, p.eikonal, p.energy, p.wave, p.waves)
        for b, p in seen
    ]
    found.table("angles", columns, rows)
    found.table(
        "trajectories", ("b", "tick", "x", "y"), [(b, *row) for b, p in seen for row in p.trail.tolist()]
    )
    found.figure(
        "Lensing curve", "impact parameter b (cells)", "angle (rad)",
        packet=_curve((b, p.packet) for b, p in seen),
        ensemble=_curve((b, p.ensemble) for b, p in seen),
        ray=_curve((b, p.ray) for b, p in seen),
    )  # fmt: skip
    paths = {f"b_=_{b:g}": (p.trail[:, 1], p.trail[:, 2]) for b, p in seen}
    found.figure("Paths of light", "x (cells)", "y (cells)", **paths)
    found.notes.append(
        "In two dimensions the well is logarithmic: the angle hardly depends on b, unlike 1 / b."
    )


def _curve(points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Points by distance, with a gap (NaN) between the two sides of the mass: no light passes through it."""
    found = sorted(points)
    left = sum(b < 0 for b, _ in found)
    if 0 < left < len(found):
        found.insert(left, (0.0, math.nan))
    return [b for b, _ in found], [angle for _, angle in found]


class Deflection(Study):
    """The angle by which light is bent at one impact parameter, from a pulse and its mirror image.

    Options are those of `SETTINGS` and entries of the lattice. An angle is half the difference of what both
    pulses give, and its standard error half what is left of their sum: mirror images differ by noise alone.
    Negative angles of a positive ``b`` point toward the mass. A quantity that ends in ``, expected`` follows
    from the exact field.
    """

    name: ClassVar[str] = "deflection"
    title: ClassVar[str] = "Deflection of light"

    def run(self, context: StudyContext) -> Report:
        """Let both pulses pass.

        Raises
        ------
        BadInput
            An unknown option, or a refused value.
        """
        started = time.monotonic()
        bench = Bench(context, context.options, SETTINGS, name="lensing")
        bench.title = self.title
        bench.plan(2 * bench.setting("ticks"))
        exact, b = exact_field(bench).f, bench.setting("b")
        one, other = passage(bench, exact, b), passage(bench, exact, -b)
        context.progress(1.0, "done")
        rows = (
            ("angle (rad)", *_mean(one.packet, other.packet)),
            ("angle (rad), expected", *_mean(one.ensemble, other.ensemble)),
            ("ray (rad)", *_mean(one.ray, other.ray)),
            ("ray (rad), expected", *_mean(one.eikonal, other.eikonal)),
            ("energy ratio", (one.energy + other.energy) / 2, abs(one.energy - other.energy) / 2),
        )
        return Report(
            study="deflection gravity",
            title=self.title,
            tables=(Table("deflection", ("quantity", "value", "error"), rows),),
            seconds=time.monotonic() - started,
        )


def _mean(one: float, mirrored: float) -> tuple[float, float]:
    """Mean of an angle and its mirror image, and its standard error."""
    return (one - mirrored) / 2, abs(one + mirrored) / 2
