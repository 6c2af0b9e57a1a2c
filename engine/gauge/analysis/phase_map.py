"""Phase map of compact U(1): mean plaquette, Creutz ratio and Coulomb coupling against beta."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.analysis.correlators import potential_of_polyakov
from tauscope.engine.gauge.analysis.observing import APART, Observed, Plan, observe
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.potential import green
from tauscope.engine.statistics import agree, jackknife
from tauscope.engine.study import Curve, Figure, Report, Study, StudyContext, Table

Floats = npt.NDArray[np.float64]

ENGINE = "gauge"
STARTS = ("hot", "cold")
HEADS = (
    "start", "beta", "plaquette", "plaquette error", "tau [sweeps]", "chi(2,2)", "chi(2,2) error",
    "coupling", "coupling error", "separations",
)  # fmt: skip
CAVEAT = (
    "Creutz’s ratio χ(2,2), of loops of one and two cells, is an upper bound of the string tension; the "
    "coupling is the factor of the lattice field of the space’s dimension in V(R), and a Coulomb law only "
    "where the V(R) bench says so."
)


@dataclass(frozen=True)
class Span:
    """Values of beta: ``low`` and ``high``, ends included, and how many."""

    low: float = 0.5
    high: float = 2.0
    points: int = 7

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Span:
        """From a study's options.

        Raises
        ------
        BadInput
            Out of range.
        """
        found = cls(
            float(options.get("low", cls.low)),
            float(options.get("high", cls.high)),
            int(options.get("points", cls.points)),
        )
        if not 0 < found.low < found.high <= 100:
            raise BadInput(
                f"A phase map from β = {found.low:g} to {found.high:g}.",
                key="high",
                value=found.high,
                allowed="above the first β, and both above 0 and 100 at most",
            )
        if not 2 <= found.points <= 200:
            raise BadInput(
                f"A phase map of {found.points} points.", key="points", value=found.points, allowed="2 to 200"
            )
        return found


@dataclass(frozen=True)
class Place:
    """What one start gave at one beta; NaN where nothing stands out of noise.

    Parameters
    ----------
    start : str
        ``hot`` or ``cold``.
    beta : float
        Inverse coupling.
    plaquette, string, coupling : (float, float)
        Mean plaquette, Creutz ratio per cell squared, and factor of the lattice field, each with its error.
    tau : float
        Longest autocorrelation time, sweeps.
    separations : int
        Separations from which the coupling was taken.
    trouble : str
        Why errors are too small, or "".
    """

    start: str
    beta: float
    plaquette: tuple[float, float]
    string: tuple[float, float]
    coupling: tuple[float, float]
    tau: float
    separations: int
    trouble: str = ""

    @property
    def row(self) -> tuple[Any, ...]:
        """As a row of the table."""
        return (
            self.start, self.beta, *self.plaquette, self.tau, *self.string, *self.coupling, self.separations,
        )  # fmt: skip


class PhaseMap(Study):
    """Phases of compact U(1) over beta.

    Options: ``config`` (a `GaugeConfig` as a mapping), ``low``, ``high`` and ``points`` of beta, and the
    entries of `Plan`. Each beta has a hot and a cold start of its own; where they disagree that is said.
    """

    name: ClassVar[str] = "phase_map"
    title: ClassVar[str] = "Phase map of compact U(1)"

    def run(self, context: StudyContext) -> Report:
        """Go through the values of beta.

        Raises
        ------
        BadInput
            Options that cannot be.
        """
        started = time.monotonic()
        config = GaugeConfig.load(context.options.get("config") or {})
        span = Span.of(context.options)
        plan = Plan.of({"sweeps": 1000, "thermalise": 200, **context.options}, context.quick)
        places: list[Place] = []
        whole, done = plan.total * span.points * len(STARTS), 0

        def tell(sweeps: int) -> None:
            nonlocal done
            done += sweeps
            context.progress(min(done / whole, 1.0), f"β = {places_text(span, len(places) // len(STARTS))}")

        sides = (min(2, config.shape[1] // 2), min(2, config.shape[0] // 2))
        for beta in np.linspace(span.low, span.high, span.points):
            for number, start in enumerate(STARTS):
                run = {**config.dump(), "beta": float(beta), "start": start}
                seed = context.seed + len(STARTS) * len(places) + number
                engine = cast("GaugeEngine", context.create(ENGINE, run, seed=seed))
                seen = observe(engine, plan, tell, polyakov=True, wilson=sides)
                places.append(place_of(seen, float(beta), config))
        context.progress(1.0, "done")
        return Report(
            study=self.name,
            title=self.title,
            tables=(Table("phases", HEADS, tuple(one.row for one in places)),),
            figures=figures_of(places),
            seconds=time.monotonic() - started,
            notes=notes_of(places),
        )


def places_text(span: Span, number: int) -> str:
    """Value of beta that is measured, as text."""
    return f"{np.linspace(span.low, span.high, span.points)[min(number, span.points - 1)]:.4g}"


def place_of(seen: Observed, beta: float, config: GaugeConfig) -> Place:
    """Plaquette, Creutz ratio and coupling of one run."""
    string, coupling, count = (math.nan, math.nan), (math.nan, math.nan), 0
    if seen.wilson.shape[1:] == (2, 2):
        ratio = jackknife(seen.wilson, creutz)
        if np.isfinite(ratio.error):
            string = float(ratio.value), float(ratio.error)
    if config.dimensions > 2:
        found = potential_of_polyakov(seen.correlator, config.shape[0])
        count = len(found.R)
        if count >= 2:
            coupling = slope_of(green.potential(config.shape[1:], found.R), found.V, found.error)
    return Place(
        seen.start, beta, (seen.plaquette.value, seen.plaquette.error), string, coupling, seen.sweeps, count,
        seen.trouble,
    )  # fmt: skip


def creutz(loops: Floats) -> float:
    """Creutz’s ratio ``−ln [W(2,2) W(1,1) / (W(1,2) W(2,1))]``, NaN where a loop is not positive."""
    if np.any(loops <= 0):
        return math.nan
    return -math.log(loops[1, 1] * loops[0, 0] / (loops[0, 1] * loops[1, 0]))


def slope_of(x: Floats, y: Floats, error: Floats) -> tuple[float, float]:
    """Slope of a weighted straight line, and its error."""
    weights = 1.0 / error**2
    middle = float((weights * x).sum() / weights.sum())
    spread = float((weights * (x - middle) ** 2).sum())
    return float((weights * (x - middle) * y).sum() / spread), math.sqrt(1.0 / spread)


def figures_of(places: Sequence[Place]) -> tuple[Figure, ...]:
    """Each quantity against beta, hot and cold."""
    wanted: tuple[tuple[str, str, Callable[[Place], tuple[float, float]]], ...] = (
        ("Mean plaquette", "<P>", lambda one: one.plaquette),
        ("Creutz ratio χ(2,2)", "χ(2,2) ≥ string tension (per cell²)", lambda one: one.string),
        ("Coulomb coupling", "q²", lambda one: one.coupling),
    )
    found = []
    for name, label, value in wanted:
        curves = []
        for start in STARTS:
            known = [one for one in places if one.start == start and math.isfinite(value(one)[0])]
            x = tuple(one.beta for one in known)
            y, error = (tuple(value(one)[n] for one in known) for n in (0, 1))
            curves.append(Curve(f"{start} start", x, y, error))
        if any(curve.x for curve in curves):
            found.append(Figure(name, "β", label, tuple(curves)))
    return tuple(found)


def notes_of(places: Sequence[Place]) -> tuple[str, ...]:
    """Where hot and cold disagree, where the plaquette is steepest, and what the columns mean."""
    found = []
    hot, cold = ([one for one in places if one.start == start] for start in STARTS)
    differ = [
        f"{a.beta:.4g}"
        for a, b in zip(hot, cold, strict=True)
        if not agree(*a.plaquette, *b.plaquette, pulls=APART)
    ]
    if differ:
        found.append(
            f"Hot and cold starts disagree at β = {', '.join(differ)}: two phases that last side "
            "by side, magnetic flux that is trapped since a hot start, or runs that have not come "
            "to rest. They are shown apart, and no mean is taken."
        )
    else:
        found.append("Hot and cold starts agree at every β.")
    rises = np.diff([one.plaquette[0] for one in cold])
    if len(rises):
        top = int(np.argmax(rises))
        found.append(
            f"<P> rises most from β = {cold[top].beta:.4g} to {cold[top + 1].beta:.4g}, by {rises[top]:.3f}."
        )
    late = [f"{one.beta:.4g} ({one.start})" for one in places if one.trouble]
    if late:
        found.append(
            "Blocks are shorter than two autocorrelation times, so errors are too small, at β = "
            f"{', '.join(late)}."
        )
    return (*found, CAVEAT)
