"""Choice-Collapse: how reversible two paths are, tried out on copies of a run.

``choice_score = consent * two paths * ready * min(rev_A, rev_B)``. Path A raises K, path B the permeability;
each is followed for a time T and taken back for a time T. ``rev = max(0, 1 - dist / 0.05)``, where dist is
the largest difference of R_total, cross_sync and every R_c, as means over the end, to a copy left alone.
The definition is Tauscope's (the design's kuramoto page, "Observables"): the sim stack document gives none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto import laws
from tauscope.engine.study import Report, Study, StudyContext, Table

Floats = npt.NDArray[np.float64]

STEP = 0.15
"""Change of K on path A, rad per time, and of the permeability on path B."""
ALLOWED = 0.05
"""Distance at which a path counts as not reversible at all."""
TAIL = 0.25
"""Share of the time T over which means are taken, at its end."""
DURATION = 40.0
"""T. At 10, slow relaxation passes for a loss (the design's page: 0.171 at K = 0.8, permeability 0.3)."""
OSCILLATOR_STEPS = 4e6

NO_CONSENT = "The run does not consent to be logged, so nothing was tried and the score is 0."
ONE_PATH = "The run does not offer two paths, so nothing was tried and the score is 0."
NO_SECOND = "With one cluster there is no permeability, hence no second path: the score is 0."

Advance = Callable[[Engine, int], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """Outcome of an assessment.

    Parameters
    ----------
    score : float
        Choice score, 0 to 1.
    ready : float
        Readiness at the moment of the copies.
    distance_K, distance_permeability : float
        Largest difference that paths A and B left; NaN where nothing was tried.
    classic : float
        Score of the metric set ``classic``, which counts paths and tries nothing.
    reason : str
        What decided, as a sentence.
    """

    score: float
    ready: float
    distance_K: float
    distance_permeability: float
    classic: float
    reason: str

    @property
    def reversibility(self) -> tuple[float, float]:
        """rev_A and rev_B, 0 to 1; NaN where nothing was tried."""
        return reversibility(self.distance_K), reversibility(self.distance_permeability)

    @classmethod
    def of(cls, report: Report) -> Choice:
        """Outcome from the report of `ChoiceStudy`."""
        values = dict(report.tables[0].rows)
        return cls(
            **{name: values[name] for name in cls.__dataclass_fields__ if name != "reason"},
            reason=report.notes[0],
        )


def reversibility(distance: float) -> float:
    """``max(0, 1 - distance / 0.05)``; NaN for NaN."""
    return distance if math.isnan(distance) else max(0.0, 1.0 - distance / ALLOWED)


def assess_choice(
    fork: Callable[[], Engine],
    duration: float = DURATION,
    steps: tuple[float, float] = (STEP, STEP),
    advance: Advance | None = None,
) -> Choice:
    """Try both paths on copies of a run.

    Parameters
    ----------
    fork : callable
        Gives a new copy of the run at each call, in the same state and with the same seed.
    duration : float
        T, the time of a path, and of the way back.
    steps : (float, float)
        Changes of K and of the permeability.
    advance : callable, optional
        ``advance(engine, ticks)``, which may report progress and raise `Cancelled`.

    Raises
    ------
    BadInput
        A path leads to a value that the engine refuses.
    """
    engine = fork()
    config: Any = engine.config
    engine.set("metrics", "settled")
    ready = engine.scalar("ready")
    consent, two = bool(config.consent_to_log), bool(config.offer_two_paths)
    classic = laws.classic_choice_score(consent, 2 if two else 1)
    why = NO_CONSENT if not consent else ONE_PATH if not two else ""
    if not why and "permeability" in config.unused():
        why = NO_SECOND
    if why:
        return Choice(0.0, ready, math.nan, math.nan, classic, why)
    go = advance or _advance
    ticks = max(1, round(duration / config.dt))
    alone = _end_of(engine, 2 * ticks, ticks, go)
    distances = []
    for path, step in zip(("K", "permeability"), steps, strict=True):
        copy = fork()
        copy.set("metrics", "settled")
        present = float(getattr(config, path))
        copy.set(path, present + step)
        go(copy, ticks)
        copy.set(path, present)
        distances.append(float(np.nanmax(np.abs(_end_of(copy, ticks, ticks, go) - alone))))
    score = ready * min(reversibility(distance) for distance in distances)
    return Choice(score, ready, distances[0], distances[1], classic, _reason(ready, distances))


def _end_of(engine: Engine, ticks: int, duration: int, advance: Advance) -> Floats:
    """Means over the last `TAIL` of ``duration`` of R_total, cross_sync and every R_c, after ``ticks``."""
    tail = max(1, round(TAIL * duration))
    advance(engine, ticks - tail)
    stride = max(1, min(int(getattr(engine.config, "log_every", 1)), tail))
    rows = []
    for _ in range(tail // stride):
        advance(engine, stride)
        pooled = engine.scalars_of(("R_total", "cross_sync"))
        rows.append(np.concatenate([[pooled["R_total"], pooled["cross_sync"]], engine.field("R")]))
    return np.asarray(np.mean(rows, axis=0))


def _advance(engine: Engine, ticks: int) -> None:
    engine.advance(ticks)


def _reason(ready: float, distances: list[float]) -> str:
    names = ("K", "π")
    lost = [
        f"{name} by {apart:.3f}" for name, apart in zip(names, distances, strict=True) if apart >= ALLOWED
    ]
    if ready == 0:
        return "The run is not ready: order or cross synchronization lies below its bound, so the score is 0."
    if lost:
        return f"Taking back {' and '.join(lost)} does not lead back: that is more than {ALLOWED:g}."
    return f"Both paths lead back, to within {max(distances):.1g} of the copy left alone."


class ChoiceStudy(Study):
    """Choice score of a run, from five short runs of copies of it.

    Options: ``config`` (configuration of the run), ``state`` (checkpoint of the engine, whose seed is the
    study's; without it the run's start is taken), ``duration`` (T), ``step_K`` and ``step_permeability``. The
    report has the table ``choice``; `Choice.of` reads it.
    """

    name: ClassVar[str] = "choice"
    title: ClassVar[str] = "Choice-Collapse: are both paths reversible?"

    def run(self, context: StudyContext) -> Report:
        """Assess the choice.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        options = context.options
        duration = float(options.get("duration", DURATION))
        if not duration > 0:
            raise BadInput("A path takes time.", key="duration", value=duration, allowed="more than 0")
        state: Mapping[str, Any] | None = options.get("state")

        def fork() -> Engine:
            engine = context.create("kuramoto", options.get("config", {}))
            if state is not None:
                engine.restore(state)
            return engine

        first: Any = fork().config
        run = _Progress(context, 6 * max(1, round(duration / first.dt)), first.oscillators * first.substeps)
        steps = (float(options.get("step_K", STEP)), float(options.get("step_permeability", STEP)))
        found = assess_choice(fork, duration, steps, run.advance)
        context.progress(1.0, "done")
        columns = ("score", "ready", "distance_K", "distance_permeability", "classic")
        table = Table(
            "choice", ("quantity", "value"), tuple((name, getattr(found, name)) for name in columns)
        )
        return Report(
            study="choice",
            title=self.title,
            tables=(table,),
            seconds=time.monotonic() - started,
            notes=(found.reason,),
        )


class _Progress:
    """Advances copies in chunks and tells how much of all is done."""

    def __init__(self, context: StudyContext, ticks: int, oscillators: int) -> None:
        self._context, self._ticks, self._done = context, ticks, 0
        self._chunk = max(1, int(OSCILLATOR_STEPS / oscillators))

    def advance(self, engine: Engine, ticks: int) -> None:
        left = ticks
        while left > 0:
            step = min(left, self._chunk)
            engine.advance(step)
            left -= step
            self._done += step
            self._context.progress(min(self._done / self._ticks, 1.0), "following both paths and back")
