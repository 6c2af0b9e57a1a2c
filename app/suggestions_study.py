"""Assessing a set-up: several seeds of it, run in a worker process, as rows of a log."""

from __future__ import annotations

from typing import ClassVar

from tauscope.app.ingest import runs_of
from tauscope.app.stack_log import COLUMNS, ENGINE, row_of
from tauscope.app.studies import StudyTask
from tauscope.app.suggestions_summary import LoggedRun
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.study import Report, Study, StudyContext, Table

MOST_ROWS = 500
"""Rows of a seed's run; beyond them every second, third … one is taken."""


class Assess(Study):
    """Runs of several seeds of a set-up of phase oscillators, each a table of its log's columns.

    Options: ``config`` (plain data), ``preset`` (name for the rows), ``seeds`` (list of int), ``ticks``.
    """

    name: ClassVar[str] = "assess"
    title: ClassVar[str] = "Assessment of a set-up"

    def run(self, context: StudyContext) -> Report:
        """Run the seeds one after another.

        Raises
        ------
        BadInput
            A refused configuration, or one that does not consent to be logged.
        Cancelled
            When the user cancelled.
        """
        options = context.options
        seeds, ticks = list(options["seeds"]), int(options["ticks"])
        tables = []
        for place, seed in enumerate(seeds):
            engine = context.create(ENGINE, options["config"], seed)
            every = engine.config.log_every  # type: ignore[attr-defined]
            every *= -(-ticks // (every * MOST_ROWS))
            rows = []
            while engine.tick < ticks:
                engine.advance(min(every - engine.tick % every, ticks - engine.tick))
                cells = row_of(engine, options["preset"])
                if cells is None:
                    raise BadInput(
                        "The set-up does not consent to be logged, so it is not assessed.",
                        key="consent_to_log",
                        value=False,
                        remedy="Set consent_to_log.",
                    )
                if engine.tick % every == 0:
                    rows.append(tuple(cells))
                done = (place + engine.tick / ticks) / len(seeds)
                context.progress(done, f"seed {seed}, {place + 1} of {len(seeds)}")
            tables.append(Table(f"seed {seed}", COLUMNS, tuple(rows)))
        return Report(self.name, self.title, tables=tuple(tables))


def task(config: EngineConfig, preset: str, seeds: list[int], ticks: int) -> StudyTask:
    """Task that assesses a set-up.

    Parameters
    ----------
    config : EngineConfig
        Of the Kuramoto engine.
    preset : str
        Name for the rows.
    seeds : list of int
        Seeds.
    ticks : int
        Ticks of each.
    """
    options = {"config": config.dump(), "preset": preset, "seeds": seeds, "ticks": ticks}
    return StudyTask("", "tauscope.app.suggestions_study:Assess", seed=seeds[0], options=options)


def runs_in(report: Report) -> list[LoggedRun]:
    """Runs in a report of `Assess`."""
    return [
        run
        for table in report.tables
        for run in runs_of((dict(zip(table.columns, row, strict=True)) for row in table.rows), "", "")
    ]
