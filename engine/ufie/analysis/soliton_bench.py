"""Soliton bench: a bright soliton on a ring, resting or boosted, watched for its peak, charge and way."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext
from tauscope.engine.ufie.analysis.bench import TOLERANCES, Bench, ContextBench, ring
from tauscope.engine.ufie.analysis.soliton import Soliton, centroid, charge, travelled

Floats = npt.NDArray[np.float64]

SIZE = 256
STEP = 5e-4
SPEED = 150.0
"""c0 of the page's runs, sites/s."""
MASS = 3.254
STRIDE = 50
MOST_SECONDS = 1000.0
GONE = 4.0
"""Peak over A at which a collapsing one is left alone."""


@dataclass(frozen=True)
class SolitonRun:
    """A soliton to be watched.

    Parameters
    ----------
    ratio : float
        w/m.
    speed : float
        V, sites/s.
    beta : float
        Coefficient of the cubic, 1/s^2.
    mass : float
        m/2pi, Hz.
    c0 : float
        Wave speed, sites/s.
    seconds : float
        Time.
    precision : str
        ``precise`` or ``fast``.
    """

    ratio: float = 0.9
    speed: float = 0.0
    beta: float = 1.0
    mass: float = MASS
    c0: float = SPEED
    seconds: float = 3.0
    precision: str = "precise"

    @property
    def soliton(self) -> Soliton:
        """The exact one; raises `BadInput` where none exists."""
        return Soliton(self.c0, 2 * math.pi * self.mass, self.beta, self.ratio, self.speed)


@dataclass(frozen=True)
class Watched:
    """What became of it.

    Parameters
    ----------
    time, peak : float64 array [n]
        s, and largest ``|Psi|`` over A.
    charges, places : float64 array [m]
        Charge over that at the start, and way of the centroid in sites, at each time until a collapse.
    charge : float
        At the end over that at the start.
    way : float
        Sites that its centroid went.
    """

    time: Floats
    peak: Floats
    charges: Floats
    places: Floats
    charge: float
    way: float


def observed(bench: Bench, run: SolitonRun) -> Watched:
    """Watch a soliton; one that collapses is left alone at `GONE` times its peak.

    Raises
    ------
    BadInput
        No such soliton, or a time out of range.
    """
    exact = run.soliton
    if not STEP <= run.seconds <= MOST_SECONDS:
        raise BadInput(
            f"A soliton watched for {run.seconds:g} s.",
            key="seconds",
            value=run.seconds,
            allowed=f"{STEP:g} to {MOST_SECONDS:g} s",
        )
    engine = bench.create(
        ring(
            SIZE, dt=STEP, c0=run.c0, beta=run.beta, mass=run.mass, resonance=1.0, precision=run.precision,
            start={"kind": "soliton", "ratio": run.ratio, "speed": run.speed},
        )
    )  # fmt: skip
    first = charge(engine.field("psi"), engine.field("velocity"))
    times: list[float] = []
    peaks: list[float] = []
    charges: list[float] = []
    places: list[float] = []
    for n in range(round(run.seconds / STEP / STRIDE) + 1):
        if n:
            bench.advance(engine, STRIDE)
        psi = engine.field("psi")
        top = float(np.abs(psi).max()) / exact.amplitude
        times.append(engine.time)
        peaks.append(top)
        if not top < GONE:
            gone = np.asarray(np.minimum(peaks, GONE))
            return Watched(np.array(times), gone, np.array(charges), ways(places), math.nan, math.nan)
        places.append(centroid(psi))
        charges.append(charge(psi, engine.field("velocity")) / first)
    way = travelled(places, SIZE)
    return Watched(np.array(times), np.array(peaks), np.array(charges), ways(places), charges[-1], way)


def ways(places: Sequence[float]) -> Floats:
    """Way from the first of a series of centroids to each, sites, float64 [n]."""
    turns = np.unwrap(2 * np.pi * np.asarray(places, np.float64) / SIZE)
    return np.asarray((turns - turns[:1]) * SIZE / (2 * np.pi))


class SolitonStudy(Study):
    """A soliton on a ring against the exact one. Options: the entries of `SolitonRun`."""

    name: ClassVar[str] = "soliton"
    title: ClassVar[str] = "Soliton on a ring"

    def run(self, context: StudyContext) -> Report:
        """Watch it.

        Raises
        ------
        BadInput
            No such soliton.
        """
        started = time.monotonic()
        options: Mapping[str, Any] = context.options
        run = SolitonRun(**{n: options[n] for n in SolitonRun.__dataclass_fields__ if n in options})
        exact = run.soliton
        bench = ContextBench(context)
        bench.begin("soliton")
        found = observed(bench, run)
        stable = "Stable" if exact.is_stable else "Unstable: ω < m/√2"
        reason = f"A = {exact.amplitude:.4g}, κ = {exact.steepness:.4g} per site"
        worst = float(np.abs(found.peak - 1.0).max())
        checks = [
            Check.within("|peak/A − 1|", 0.0, worst, TOLERANCES["peak"], "1", reason),
            Check.within("charge", 1.0, found.charge, TOLERANCES["charge"], "1", reason),
        ]
        if run.speed:
            way = run.speed * run.seconds
            checks.append(Check.within("way", way, found.way, TOLERANCES["way"] * abs(way), "sites", "V t"))
        context.progress(1.0, "done")
        times = tuple(found.time.tolist())
        return Report(
            study=self.name,
            title=self.title,
            checks=tuple(checks),
            figures=(
                Figure("Peak", "t (s)", "peak/A", (Curve("peak", times, tuple(found.peak.tolist())),)),
                Figure("Charge", "t (s)", "Q/Q₀ − 1", (_curve("charge", times, found.charges - 1.0),)),
                Figure("Centroid", "t (s)", "way (sites)", _ways(run, times, found.places)),
            ),
            seconds=time.monotonic() - started,
            notes=(f"{stable}, in one dimension; in two or more no such soliton is stable.",),
        )


def _curve(label: str, times: tuple[float, ...], values: Floats) -> Curve:
    """Values at the first times, until a collapse."""
    return Curve(label, times[: len(values)], tuple(values.tolist()))


def _ways(run: SolitonRun, times: tuple[float, ...], places: Floats) -> tuple[Curve, ...]:
    """Way that was gone, and the exact one."""
    exact = tuple(run.speed * time for time in times)
    return _curve("measured", times, places), Curve("V t", times, exact)
