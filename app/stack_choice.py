"""The choice score of a run that is being logged, assessed on copies of its engine."""

from __future__ import annotations

from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.kuramoto.analysis.choice import assess_choice


def assessed(engine: Engine) -> float:
    """Choice score of a run as it stands; the run itself is left alone.

    Parameters
    ----------
    engine : Engine
        A Kuramoto engine. Its metric set decides whether the score is the settled or the published one.

    Raises
    ------
    BadInput
        A path leads to a value that the engine refuses.
    """
    config, state = engine.config, engine.state()

    def fork() -> Engine:
        copy = registry.create("kuramoto", config.dump(), seed=engine.seed)
        copy.restore(state)
        return copy

    found = assess_choice(fork)
    return found.classic if getattr(config, "metrics", "settled") == "classic" else found.score
