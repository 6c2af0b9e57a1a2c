"""Hot and cold starts: two runs that must agree before either may be believed; they are never averaged."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar

from tauscope.engine.autocorrelation import Mean
from tauscope.engine.gauge.analysis.bench import TOLERANCES, Bench, ContextBench, plaquette_mean
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.statistics import agree, pull
from tauscope.engine.study import Check, Report, Study, StudyContext, Table

APART = 7919
"""Between the seeds of both runs: with the same random numbers two chains fall together and would agree."""
EFFECTIVE = 10.0
"""Independent samples below which an error says little."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Mean plaquettes of a run from random links and of one from links 1.

    Parameters
    ----------
    beta : float
        Inverse coupling.
    hot, cold : Mean
        Means with errors and autocorrelation times, in sweeps.
    """

    beta: float
    hot: Mean
    cold: Mean

    @property
    def pull(self) -> float:
        """Difference in standard errors."""
        return pull(self.hot.value, self.hot.error, self.cold.value, self.cold.error)

    @property
    def agree(self) -> bool:
        """Whether both may be of the same distribution."""
        return agree(self.hot.value, self.hot.error, self.cold.value, self.cold.error, TOLERANCES["pulls"])

    @property
    def sentence(self) -> str:
        """What came out, in words."""
        both = (
            f"hot start {self.hot.value:.5f} ± {self.hot.error:.5f}, "
            f"cold start {self.cold.value:.5f} ± {self.cold.error:.5f}"
        )
        if not self.agree:
            return (
                f"β = {self.beta:g}: the starts disagree by {self.pull:.1f} errors ({both}). At least one is "
                "not in equilibrium, so there is no mean: run longer, or believe neither."
            )
        if min(self.hot.effective, self.cold.effective) < EFFECTIVE:
            return f"β = {self.beta:g}: the starts agree, but on fewer than ten independent samples ({both})."
        return f"β = {self.beta:g}: the starts agree within {self.pull:.1f} errors ({both})."


def two_starts(bench: Bench, thermalise: int, sweeps: int, **config: Any) -> Starts:
    """Run the same configuration from both starts, with random numbers of their own.

    Parameters
    ----------
    bench : Bench
        Where to run.
    thermalise, sweeps : int
        Sweeps left out, and sampled.
    **config
        Configuration but for ``start``.
    """
    found = []
    beta = 0.0
    for shift, start in enumerate(("hot", "cold")):
        engine = bench.create(APART * shift, **{**config, "start": start})
        beta = engine.config.beta
        found.append(plaquette_mean(bench, engine, thermalise, sweeps))
    return Starts(beta, *found)


class TwoStarts(Study):
    """Hot and cold start of one configuration: options ``config``, ``thermalise``, ``sweeps``."""

    name: ClassVar[str] = "two_starts"
    title: ClassVar[str] = "Hot and cold start"

    def run(self, context: StudyContext) -> Report:
        """Run both; `quick` samples a quarter."""
        started = time.monotonic()
        options = context.options
        config = GaugeConfig.load(options.get("config", {})).dump()
        thermalise, sweeps = int(options.get("thermalise", 300)), int(options.get("sweeps", 1000))
        bench = ContextBench(context)
        bench.begin("hot and cold start")
        found = two_starts(bench, thermalise, max(20, sweeps // 4 if context.quick else sweeps), **config)
        context.progress(1.0, "done")
        rows = tuple(
            (name, mean.value, mean.error, mean.tau, mean.effective)
            for name, mean in (("hot", found.hot), ("cold", found.cold))
        )
        check = Check.within(
            "hot start less cold start, in errors",
            0.0,
            found.pull,
            TOLERANCES["pulls"],
            reason=found.sentence,
        )
        return Report(
            "two starts",
            self.title,
            (check,),
            (
                Table(
                    "starts", ("start", "mean plaquette", "error", "tau, sweeps", "independent samples"), rows
                ),
            ),
            seconds=time.monotonic() - started,
            notes=(found.sentence,),
        )
