"""Potential between static charges of compact U(1), from Polyakov loops or Wilson loops, hot and cold."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gauge.analysis.correlators import potential_of_polyakov, potential_of_wilson
from tauscope.engine.gauge.analysis.observing import APART, Observed, Plan, observe
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.potential.data import PotentialData, listed, whole_numbers
from tauscope.engine.potential.report import Judged, judged, report_of
from tauscope.engine.statistics import agree
from tauscope.engine.study import Report, Study, StudyContext, Table

ENGINE = "gauge"
METHODS = ("polyakov", "wilson")
STARTS = ("both", "hot", "cold")
SOURCE = "the action holds plaquettes of links alone, and no equation of Poisson’s"
TORUS = "The spatial sides differ, so no lattice field is among the candidates."
SAID = {
    "polyakov": "V(R) = −ln C(R) / N_t with the correlator C of Polyakov loops; the temperature is 1/N_t",
    "wilson": "V(R) = ln [W(R, T − 1) / W(R, T)] with Wilson loops W, at T = {time}",
}


@dataclass(frozen=True)
class Wanted:
    """What is measured.

    Parameters
    ----------
    method : str
        ``polyakov`` or ``wilson``.
    separations : int array [n]
        Cells along a spatial axis.
    time : int
        T of the Wilson loops, 2 or more.
    starts : tuple of str
        ``hot``, ``cold`` or both.
    """

    method: str
    separations: npt.NDArray[np.int_]
    time: int
    starts: tuple[str, ...]

    @classmethod
    def of(cls, options: Mapping[str, Any], config: GaugeConfig) -> Wanted:
        """From a study's options.

        Raises
        ------
        BadInput
            Unknown words, or separations and times that the lattice has not.
        """
        method, starts = str(options.get("method", "polyakov")), str(options.get("starts", "both"))
        for key, value, known in (("method", method, METHODS), ("starts", starts, STARTS)):
            if value not in known:
                raise unknown_name(key, value, known, key=key)
        farthest = min(config.shape[1:]) // 2
        found = whole_numbers(options.get("separations") or range(1, farthest + 1), farthest)
        steps = int(options.get("time") or max(2, min(4, config.shape[0] // 2)))
        if method == "wilson" and not 2 <= steps <= config.shape[0]:
            raise BadInput(
                f"Wilson loops with T = {steps}.", key="time", value=steps, allowed=f"2 to {config.shape[0]}"
            )
        return cls(method, found, steps, ("hot", "cold") if starts == "both" else (starts,))

    @property
    def definition(self) -> str:
        """What is measured, as a sentence."""
        return SAID[self.method].format(time=self.time)


class GaugePotential(Study):
    """V(R) of compact U(1), with jackknife errors.

    Options: ``config`` (a `GaugeConfig` as a mapping), the entries of `Plan`, ``method``, ``separations``,
    ``time`` and ``starts`` of `Wanted`, and ``candidates`` (keys, all without). Hot and cold starts that
    agree within three errors are put together; those that disagree are both reported, and no mean is taken.
    """

    name: ClassVar[str] = "v_of_r"
    title: ClassVar[str] = "Potential between static charges of compact U(1)"

    def run(self, context: StudyContext) -> Report:
        """Measure, fit, judge.

        Raises
        ------
        BadInput
            Options that cannot be, or no separation at which the correlator stands out of noise.
        """
        started = time.monotonic()
        options = context.options
        config = GaugeConfig.load(options.get("config") or {})
        wanted = Wanted.of(options, config)
        plan = Plan.of(options, context.quick)
        seen = self._observed(context, config, wanted, plan)
        found = [potential_of(one, wanted, config) for one in seen]
        if len(found) > 1:
            found = together(seen, found, wanted, config)
        context.progress(0.97, "fitting")
        results = [judged(data, options.get("candidates") or ()) for data in found]
        context.progress(1.0, "done")
        return report_of(
            self.name, self.title, results, started, tables=(runs_table(seen),), notes=notes_of(seen, results)
        )

    def _observed(
        self, context: StudyContext, config: GaugeConfig, wanted: Wanted, plan: Plan
    ) -> list[Observed]:
        whole, done = plan.total * len(wanted.starts), 0
        sides = (int(wanted.separations[-1]), wanted.time) if wanted.method == "wilson" else (0, 0)
        found = []
        for place, start in enumerate(wanted.starts):

            def tell(sweeps: int, start: str = start) -> None:
                nonlocal done
                done += sweeps
                context.progress(0.96 * done / whole, f"{start} start, sweep {done} of {whole}")

            run = {**config.dump(), "start": start}
            engine = cast("GaugeEngine", context.create(ENGINE, run, seed=context.seed + place))
            polyakov = wanted.method == "polyakov"
            found.append(observe(engine, plan, tell, polyakov=polyakov, wilson=sides))
        return found


def potential_of(seen: Observed, wanted: Wanted, config: GaugeConfig) -> PotentialData:
    """Potential of one run; separations that noise hides are left out, with a warning."""
    found = (
        potential_of_polyakov(seen.correlator, config.shape[0])
        if wanted.method == "polyakov"
        else potential_of_wilson(seen.wilson, wanted.time - 1)
    )
    asked = np.isin(found.R, wanted.separations)
    R, V, error = (np.asarray(values[asked], np.float64) for values in (found.R, found.V, found.error))
    warnings = [seen.trouble] if seen.trouble else []
    lost = np.setdiff1d(wanted.separations, R)
    if len(lost):
        gone = f"R = {listed(lost)} left out"
        warnings.append(f"The correlator is less than two errors above 0 from R = {lost[0]} on; {gone}.")
    sides = config.shape[1:]
    if len(set(sides)) > 1:
        warnings.append(TORUS)
    return PotentialData(
        R,
        V,
        error,
        shape=sides if len(set(sides)) == 1 else (),
        definition=wanted.definition,
        origin="emergent",
        source=SOURCE,
        label=f"{config.dimensions}D, β = {config.beta:g}, {seen.start} start",
        warnings=tuple(warnings),
    )


def together(
    seen: Sequence[Observed], found: Sequence[PotentialData], wanted: Wanted, config: GaugeConfig
) -> list[PotentialData]:
    """One potential of both starts where they agree; else both, and a warning of where they differ."""
    hot, cold = found
    both = np.intersect1d(hot.R, cold.R)
    first, second = (np.isin(data.R, both) for data in found)
    rows = zip(hot.V[first], hot.error[first], cold.V[second], cold.error[second], strict=True)
    far = np.array([not agree(*row, pulls=APART) for row in rows], bool)
    means = [one.plaquette for one in seen]
    differs = [f"V at R = {listed(both[far])}"] if np.any(far) else []
    if not agree(means[0].value, means[0].error, means[1].value, means[1].error, APART):
        differs.append(f"the mean plaquette ({means[0].value:.4f} and {means[1].value:.4f})")
    if differs:
        warning = (
            f"Hot and cold starts disagree in {' and '.join(differs)}: one or both have not come to rest, "
            "and no mean of them is taken."
        )
        return [replace(data, warnings=(warning, *data.warnings)) for data in found]
    pooled = replace(
        seen[0],
        correlator=np.concatenate([one.correlator for one in seen]),
        wilson=np.concatenate([one.wilson for one in seen]),
        slowest=max(one.slowest for one in seen),
        start="hot and cold",
    )
    whole = potential_of(pooled, wanted, config)
    return [replace(whole, label=f"{config.dimensions}D, β = {config.beta:g}")]


def runs_table(seen: Sequence[Observed]) -> Table:
    """Mean plaquette, its error and autocorrelation time of each start."""
    return Table(
        "runs",
        ("start", "plaquette", "error", "tau [sweeps]", "block [sweeps]"),
        tuple(
            (one.start, one.plaquette.value, one.plaquette.error, one.sweeps, one.block * one.every)
            for one in seen
        ),
    )


def notes_of(seen: Sequence[Observed], results: Sequence[Judged]) -> tuple[str, ...]:
    """How long the runs remember, and whether both starts were put together."""
    found = [f"Autocorrelation time {max(one.sweeps for one in seen):.1f} sweeps at most."]
    if len(seen) > 1 and len(results) == 1:
        found.append("Hot and cold starts agree and are put together.")
    return tuple(found)
