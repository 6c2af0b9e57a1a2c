"""The log of a Kuramoto run, as CSV: the sim stack's columns, what ran, and nothing without consent."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from tauscope.app.outputs import check_output, folder_of
from tauscope.engine.base import Command, Engine
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.world import World

ENGINE = "kuramoto"
NUMBERS = ("R_total", "R_mean", "cross_sync", "drift", "drift_mean", "ready", "choice_score")
"""Scalars that are logged; ``choice_score`` is blank before the first assessment, and a drift before anything
has moved."""
FLAGS = ("offer_two_paths", "consent_to_log")
SETTING = ("preset", "seed", "K", "permeability", "metrics")
"""What ran, in each row: the values that were in force."""
COLUMNS = ("step", "t", *NUMBERS, *FLAGS, *SETTING)
FLUSH_SECONDS = 0.5
NO_CONSENT = "The run's consent_to_log is false, so no rows were written to {path}."


def row_of(engine: Engine, preset: str) -> list[str] | None:
    """Row of the log at the present tick, or None where the run does not consent to be logged.

    Parameters
    ----------
    engine : Engine
        A Kuramoto engine; its scalars and live parameters are read.
    preset : str
        Name of the preset.
    """
    config: Any = engine.config
    if not config.consent_to_log:
        return None
    scalars = engine.scalars_of(NUMBERS)
    # The classic drift is that between two samples of the engine, the other one that of the last tick.
    since = config.log_every if config.metrics == "classic" else 1
    if engine.tick < since:
        scalars["drift"] = math.nan
    if engine.tick == 0:
        scalars["drift_mean"] = math.nan
    return row(engine.tick, engine.time, scalars, config, preset, engine.seed)


def row(
    step: int, now: float, scalars: Mapping[str, float], config: Any, preset: str, seed: int
) -> list[str]:
    """Row of these values; numbers read back to the last bit, and NaN is blank."""
    numbers = [_text(scalars[name]) for name in NUMBERS]
    flags = [str(bool(getattr(config, name))).lower() for name in FLAGS]
    setting = [preset, str(seed), _text(config.K), _text(config.permeability), config.metrics]
    return [str(step), _text(now), *numbers, *flags, *setting]


def text_of(rows: list[list[str]]) -> str:
    """Rows as CSV text."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def kuramoto_of(world: World) -> Engine | None:
    """The Kuramoto engine of a world, None where there is none."""
    return world.engines.get(ENGINE)


def _text(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


class StackLog:
    """Tracker that writes the log of a run without a window, one row a sample.

    Parameters
    ----------
    path : Path
        File; its folder is made.
    every : int
        Ticks between two rows, at multiples of it from tick 0 on.
    preset : str
        Name of the preset, for each row.
    goes_on : bool
        Whether the file holds the rows of other seeds already and these follow.
    choice : callable, optional
        ``choice(engine) -> float`` assesses the choice on engines of its own; asked every ``choice_every`` of
        simulated time, and noted in the run's event log.

    Raises
    ------
    BadInput
        If the file exists and is not to be gone on with, or cannot be made.
    """

    def __init__(
        self,
        path: Path,
        every: int,
        preset: str,
        goes_on: bool = False,
        choice: Callable[[Engine], float] | None = None,
    ) -> None:
        if not goes_on:
            check_output(path, "--log", makes_folder=True)
        self.path = path
        self.rows = 0
        self.withheld = 0
        """Rows that were not written, for want of consent."""
        self._every, self._preset, self._goes_on, self._choice = every, preset, goes_on, choice
        self._file: IO[str] | None = None
        self._flushed = 0.0
        self._assessed = 0.0
        self._refused = ""
        """Why the choice could not be assessed the last time that it could not."""

    def start(self, world: World) -> None:
        """Make the file with its header, and write the first row."""
        folder_of(self.path, "--log")
        self._file = self.path.open("a" if self._goes_on else "x", encoding="utf-8", newline="")
        if not self._goes_on:
            self._file.write(text_of([list(COLUMNS)]))
        self._assessed = world.engine(ENGINE).time
        self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval."""
        return (macro_tick // self._every + 1) * self._every

    def sample(self, world: World) -> None:
        """Assess the choice if it is time, and write a row."""
        engine = world.engine(ENGINE)
        self._assess(world, engine)
        cells = row_of(engine, self._preset)
        if cells is None:
            self.withheld += 1
            return
        if self._file is None:
            raise TauscopeError(f"The log {self.path} is closed.")
        self._file.write(text_of([cells]))
        self.rows += 1
        if time.monotonic() - self._flushed > FLUSH_SECONDS:
            self._file.flush()
            self._flushed = time.monotonic()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def note(self) -> str:
        """What to say about what is not in it, "" where nothing is left out."""
        told = []
        if self.withheld and not self.rows:
            told.append(NO_CONSENT.format(path=self.path))
        elif self.withheld:
            told.append(f"{self.withheld} rows were not written to {self.path}, for want of consent_to_log.")
        if self._refused:
            told.append(f"The choice was not assessed at each time: {self._refused}")
        return " ".join(told)

    def _assess(self, world: World, engine: Engine) -> None:
        config: Any = engine.config
        due = config.choice_every > 0 and engine.time >= self._assessed + config.choice_every
        if self._choice is None or not due or not config.consent_to_log:
            return
        self._assessed = engine.time
        try:
            score = self._choice(engine)
        except BadInput as error:  # a path beyond the range of K or π: no reason to end the run
            self._refused = str(error)
            return
        world.apply(Command(ENGINE, "note_choice", {"score": score}, origin="script"))
