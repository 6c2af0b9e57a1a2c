"""Choice-Collapse: the prototype's cases, refusals, and the run that is left untouched."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.base import Engine, hash_state
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.kuramoto.analysis.choice import (
    NO_CONSENT,
    NO_SECOND,
    ONE_PATH,
    Choice,
    ChoiceStudy,
    assess_choice,
    reversibility,
)
from tests.engine.kuramoto.analysis.context import Context

CIRCLE: dict[str, Any] = {
    "geometry": "circle6_center",
    "oscillators_per_cluster": 60,
    "frequencies": {"kind": "gaussian", "scale": 0.2},
    "dt": 0.1,
}


def run_of(K: float, permeability: float, time: float = 60.0, **more: Any) -> Engine:
    engine = create("kuramoto", {**CIRCLE, "K": K, "permeability": permeability, **more}, seed=3)
    engine.advance(round(time / 0.1))
    return engine


def assessed(engine: Engine, **options: Any) -> Choice:
    wanted = {"config": engine.config.dump(), "state": engine.state(), **options}
    return Choice.of(ChoiceStudy().run(Context(seed=3, options=wanted)))


@pytest.mark.parametrize(("K", "permeability"), [(1.2, 0.7), (3.0, 1.0)])
def test_a_run_in_order_has_two_reversible_paths(
    K: float, permeability: float, tolerances: dict[str, Any]
) -> None:
    """Observed by the prototype: 0.985 and 1.0."""
    found = assessed(run_of(K, permeability), duration=10.0)
    assert found.score == pytest.approx(1.0, abs=tolerances["kuramoto"]["choice"]["settled"])
    assert found.score == pytest.approx(found.ready * min(found.reversibility))
    assert found.classic == pytest.approx(0.25)
    assert "Both paths lead back" in found.reason


def test_slow_relaxation_counts_as_lost_unless_given_time() -> None:
    """Weak coupling: what K did for a time of 10 is not undone in another 10."""
    engine = run_of(0.6, 0.3, time=15.0)
    short, long = assessed(engine, duration=5.0), assessed(engine, duration=80.0)
    assert max(short.distance_K, short.distance_permeability) > 2 * max(
        long.distance_K, long.distance_permeability
    )


def test_identical_oscillators_do_not_come_apart_again() -> None:
    """K = 0 with equal frequencies: a path that synchronises cannot be taken back, rev_A = 0."""
    engine = run_of(
        0.0, 0.0, time=1.0, frequencies={"kind": "identical"}, start={"kind": "poisson", "r": 0.5}
    )
    found = assessed(engine, step_K=0.4, duration=20.0)
    assert found.distance_K > 0.1
    assert found.reversibility[0] == 0.0
    assert found.score == 0.0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"consent_to_log": False}, NO_CONSENT),
        ({"offer_two_paths": False}, ONE_PATH),
        ({"geometry": "single"}, NO_SECOND),
    ],
)
def test_without_consent_or_two_paths_nothing_is_tried(more: dict[str, Any], why: str) -> None:
    made: list[Engine] = []

    def fork() -> Engine:
        made.append(run_of(1.2, 0.7, time=5.0, **more))
        return made[-1]

    found = assess_choice(fork)
    assert found.score == 0.0
    assert found.reason == why
    assert len(made) == 1 and made[0].time == pytest.approx(5.0)
    assert math.isnan(found.distance_K)
    assert found.classic == (0.0 if "geometry" not in more else 0.25)


def test_a_run_that_is_not_ready_scores_zero() -> None:
    found = assessed(run_of(0.05, 0.1), duration=5.0)
    assert found.ready == 0.0
    assert found.score == 0.0
    assert "not ready" in found.reason


def test_it_is_deterministic_and_leaves_the_run_alone() -> None:
    engine = run_of(1.2, 0.7, noise=0.02)
    before = hash_state(engine.state())
    first, again = assessed(engine, duration=5.0), assessed(engine, duration=5.0)
    assert first == again
    assert hash_state(engine.state()) == before
    assert first.distance_K < 0.2, "copies see the same noise"


def test_progress_cancel_and_refusals() -> None:
    context = Context(options={"config": CIRCLE, "duration": 5.0})
    ChoiceStudy().run(context)
    fractions = [fraction for fraction, _ in context.reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0 and fractions[-2] == pytest.approx(1.0)
    with pytest.raises(Cancelled):
        ChoiceStudy().run(Context(options={"config": CIRCLE, "duration": 5.0}, cancel_after=0.4))
    with pytest.raises(BadInput):
        ChoiceStudy().run(Context(options={"config": CIRCLE, "duration": 0.0}))
    with pytest.raises(BadInput):
        ChoiceStudy().run(Context(options={"config": {**CIRCLE, "K": 100.0}, "duration": 1.0}))


def test_reversibility_falls_linearly() -> None:
    assert reversibility(0.0) == 1.0
    assert reversibility(0.025) == pytest.approx(0.5)
    assert reversibility(0.2) == 0.0
    assert np.isnan(reversibility(math.nan))
