"""The CSV log of the run in the window: rows taken on the simulation thread, written by a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from tauscope.app.outputs import check_output, folder_of
from tauscope.app.stack_log import COLUMNS, FLUSH_SECONDS, kuramoto_of, row_of, text_of
from tauscope.engine.world import World


class LiveLog:
    """Tracker that takes a row of the log at its ticks and keeps it until somebody writes it.

    Parameters
    ----------
    path : Path
        File to write.
    every : int
        Ticks between two rows, at multiples of it.
    preset : str
        Name of the preset, for each row.
    waiting : callable
        Told now and then, from the simulation thread, that rows wait for `write`.
    """

    light = True
    """It only reads; the check of the state waits for the end of the chunk."""

    def __init__(self, path: Path, every: int, preset: str, waiting: Callable[[], object]) -> None:
        self.path = path
        self.rows = 0
        """Rows taken."""
        self.withheld = 0
        """Rows not taken, for want of consent."""
        self._every, self._preset, self._waiting = every, preset, waiting
        self._rows: list[list[str]] = []
        self._taking = threading.Lock()
        self._writing = threading.Lock()
        self._told = 0.0
        self._ended = False

    def make(self) -> None:
        """Make the file with its header, off the GUI thread.

        Raises
        ------
        BadInput
            If the file exists or its folder cannot be written to.
        """
        check_output(self.path, "path", makes_folder=True)
        folder_of(self.path, "path")
        with self.path.open("x", encoding="utf-8", newline="") as file:
            file.write(text_of([list(COLUMNS)]))

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval, until it ends."""
        return None if self._ended else (macro_tick // self._every + 1) * self._every

    def sample(self, world: World) -> None:
        """Take a row, if the run consents."""
        engine = kuramoto_of(world)
        if engine is None or self._ended:
            return
        cells = row_of(engine, self._preset)
        if cells is None:
            self.withheld += 1
            return
        with self._taking:
            self._rows.append(cells)
        self.rows += 1
        if time.monotonic() - self._told > FLUSH_SECONDS:
            self._told = time.monotonic()
            self._waiting()

    def end(self) -> None:
        """Take no more rows."""
        self._ended = True

    def write(self) -> None:
        """Write the rows that wait, off the GUI thread; rows stay in order whoever calls.

        Raises
        ------
        OSError
            What the disk refused; those rows are lost.
        """
        with self._writing:
            with self._taking:
                rows, self._rows = self._rows, []
            if rows:
                with self.path.open("a", encoding="utf-8", newline="") as file:
                    file.write(text_of(rows))

    @property
    def sentence(self) -> str:
        """How it goes, for people."""
        told = f"{self.rows:,} rows in {self.path}"
        if self.withheld and not self.rows:
            return f"No rows are written to {self.path}: consent_to_log is off."
        return (
            f"{told}; {self.withheld:,} were withheld, for consent_to_log was off" if self.withheld else told
        )
