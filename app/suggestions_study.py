"""Assessing a set-up: several seeds of it, run in a worker process, as rows of a log."""

from __future__ import annotations

from typing import ClassVar

from tauscope.app.ingest import runs_of
from tauscope.app.stack_log import COLUMNS, ENGINE, row_of
from tauscope.app.studies import StudyTask
from tauscope.app.suggestions_summary import LoggedRun
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.study import Report, Study, StudyContext, Table
from tauscope.engine.world import World

MOST_ROWS = 500
"""Rows of a seed's run; beyond them every second, third … one is taken."""


class Assess(Study):
    """Runs of several seeds of a set-up of phase oscillators, each a table of its log's columns.

    Engines beside them run along, with their couplings: clocks on a lattice tick as they do in the window.

    Options: ``setup`` (plain data of a `Setup`), ``preset`` (name for the rows), ``seeds`` (list of int),
    ``ticks`` (macro ticks).
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
        setup = Setup.load(options["setup"])
        tables = []
        for place, seed in enumerate(seeds):
            world = World.of(setup, seed)
            engine = world.engine(ENGINE)
            every = engine.config.log_every  # type: ignore[attr-defined]
            every *= -(-ticks // (every * MOST_ROWS))
            rows = []
            while world.macro_tick < ticks:
                world.advance(min(every - world.macro_tick % every, ticks - world.macro_tick))
                cells = row_of(engine, options["preset"])
                if cells is None:
                    raise BadInput(
                        "The set-up does not consent to be logged, so it is not assessed.",
                        key="consent_to_log",
                        value=False,
                        remedy="Set consent_to_log.",
                    )
                if world.macro_tick % every == 0:
                    rows.append(tuple(cells))
                done = (place + world.macro_tick / ticks) / len(seeds)
                context.progress(done, f"seed {seed}, {place + 1} of {len(seeds)}")
            tables.append(Table(f"seed {seed}", COLUMNS, tuple(rows)))
        return Report(self.name, self.title, tables=tuple(tables))


def task(setup: Setup, preset: str, seeds: list[int], ticks: int) -> StudyTask:
    """Task that assesses a set-up.

    Parameters
    ----------
    setup : Setup
        With the Kuramoto engine, and what it is coupled with.
    preset : str
        Name for the rows.
    seeds : list of int
        Seeds.
    ticks : int
        Macro ticks of each.
    """
    options = {"setup": setup.dump(), "preset": preset, "seeds": seeds, "ticks": ticks}
    return StudyTask("", "tauscope.app.suggestions_study:Assess", seed=seeds[0], options=options)


def runs_in(report: Report) -> list[LoggedRun]:
    """Runs in a report of `Assess`."""
    return [
        run
        for table in report.tables
        for run in runs_of((dict(zip(table.columns, row, strict=True)) for row in table.rows), "", "")
    ]
