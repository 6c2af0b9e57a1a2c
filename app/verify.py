"""Verification: every engine against exact results, as studies in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tauscope.app.studies import StudyRunner, StudyTask
from tauscope.engine import registry
from tauscope.engine.study import Report

STUDY = "verify"


def verifiable() -> list[str]:
    """Names of the engines and studies that have exact results to be compared with."""
    return registry.with_study(STUDY)


def verify(
    engines: Sequence[str] = (),
    *,
    quick: bool = False,
    seed: int = 1,
    on_progress: Callable[[str, float, str], None] | None = None,
    on_report: Callable[[str, Report], None] | None = None,
) -> dict[str, Report]:
    """Compare engines with exact results, one after another.

    Parameters
    ----------
    engines : sequence of str
        Engine names; empty for all.
    quick : bool
        Whether the shorter version is wanted; it has the same checks.
    seed : int
        Seed of the studies.
    on_progress : callable, optional
        ``on_progress(engine, fraction, text)``, from another thread.
    on_report : callable, optional
        ``on_report(engine, report)``, from this thread.

    Returns
    -------
    dict of str to Report
        By engine name.

    Raises
    ------
    BadInput
        Unknown engine; nothing has run then.
    StudyFailed
        A study or its process failed.
    KeyboardInterrupt
        On Ctrl-C, after the workers have ended.
    """
    chosen = list(dict.fromkeys(engines)) or verifiable()
    for name in chosen:
        registry.study(name, STUDY)
    reports: dict[str, Report] = {}
    with StudyRunner() as runner:
        for name in chosen:

            def tell(fraction: float, text: str, engine: str = name) -> None:
                if on_progress is not None:
                    on_progress(engine, fraction, text)

            run = runner.start(StudyTask(name, STUDY, seed=seed, quick=quick), on_progress=tell)
            reports[name] = run.result()
            if on_report is not None:
                on_report(name, reports[name])
    return reports
