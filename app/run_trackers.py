"""What samples a run without a window: its log, the probes and the recording, each with its file."""

from __future__ import annotations

import contextlib
import csv
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tauscope.app.outputs import check_output, folder_of
from tauscope.app.probe_files import ProbeLog
from tauscope.app.recording import clock
from tauscope.app.run_plan import Plan
from tauscope.app.stack_log import ENGINE as STACK_ENGINE
from tauscope.app.stack_log import StackLog
from tauscope.engine.errors import TauscopeError
from tauscope.engine.trackers import Tracker
from tauscope.engine.world import World


class SeriesLog:
    """Tracker that writes every scalar to a CSV file: ``tick,time,…``, one row a sample.

    A run without a time has its sweeps in the second column, under that name.

    Parameters
    ----------
    path : Path
        New file.
    every : int
        Ticks between two rows, counted from the first.

    Raises
    ------
    BadInput
        If the file exists or cannot be made.
    """

    def __init__(self, path: Path, every: int) -> None:
        check_output(path, "--log", makes_folder=True)
        self.path = path
        self._every = every
        self._start = 0
        self._file: IO[str] | None = None
        self._columns: list[str] = []
        self._flushed = 0.0

    def start(self, world: World) -> None:
        """Write the header and the first row."""
        folder_of(self.path, "--log")
        self._file = self.path.open("x", encoding="utf-8", newline="")
        self._start = world.macro_tick
        self._columns = list(next(iter(world.engines.values())).scalars())
        self._write(["tick", clock.unit(world), *self._columns])
        self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval after the start."""
        return self._start + ((macro_tick - self._start) // self._every + 1) * self._every

    def sample(self, world: World) -> None:
        """Write a row."""
        engine = next(iter(world.engines.values()))
        values = engine.scalars()
        self._write(
            [str(world.macro_tick), repr(clock.moment(world)), *(repr(values[c]) for c in self._columns)]
        )

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, row: list[str]) -> None:
        if self._file is None:
            raise TauscopeError(f"The log {self.path} is closed.")
        csv.writer(self._file, lineterminator="\n").writerow(row)
        if time.monotonic() - self._flushed > 0.5:
            self._file.flush()
            self._flushed = time.monotonic()


class Guarded:
    """Tracker whose trouble with its file ends the run in order, so that the run's state can be kept.

    Parameters
    ----------
    tracker : SeriesLog, StackLog or ProbeLog
        Whose file may be refused by the disk at any time.
    failed : callable
        Told of the trouble, once.
    """

    def __init__(
        self, tracker: SeriesLog | StackLog | ProbeLog, failed: Callable[[BaseException, str], None]
    ) -> None:
        self._tracker, self._failed = tracker, failed
        self._ended = False
        self.light = getattr(tracker, "light", False)

    def next_due(self, macro_tick: int) -> int | None:
        """As the tracker, until its file fails."""
        return None if self._ended else self._tracker.next_due(macro_tick)

    def sample(self, world: World) -> None:
        """Let it take its sample."""
        self._try(lambda: self._tracker.sample(world))

    @property
    def note(self) -> str:
        """What to say about its file, "" where it is as asked for."""
        return str(getattr(self._tracker, "note", ""))

    def close(self) -> None:
        """Let it write the rest."""
        self._try(self._tracker.close)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            if not self._ended:
                self._ended = True
                path = str(self._tracker.path)
                self._failed(TauscopeError(f"{path} cannot be written ({error.strerror or error})."), path)


def open_trackers(
    plan: Plan,
    world: World,
    stack: contextlib.ExitStack,
    files: dict[str, str],
    failures: list[tuple[BaseException, str]],
    stop: threading.Event,
) -> list[Tracker]:
    """Open the log, the probes' file and the recording; the stack closes them whatever happens."""
    trackers: list[Tracker] = []

    def failed(error: BaseException, path: str) -> None:
        failures.append((error, path))
        stop.set()

    if plan.log is not None:
        series = _log_of(plan, plan.log)
        guarded = Guarded(series, failed)
        stack.callback(guarded.close)
        series.start(world)
        trackers.append(guarded)
        files["log"] = str(plan.log)
    if plan.probe_out is not None:
        key, engine = world.main, world.engine(world.main)
        metadata = {"engine": key, "preset": plan.preset.name, "seed": engine.seed}
        metadata["config"] = engine.config.dump()
        probes = ProbeLog(plan.probe_out, plan.probes, plan.probe_every, metadata)
        guarded = Guarded(probes, failed)
        stack.callback(guarded.close)
        probes.start(world)
        trackers.append(guarded)
        files["probes"] = str(plan.probe_out)
    if plan.record is not None:
        from tauscope.app.recording import Recorder

        target = str(plan.record)
        recorder = Recorder(
            plan.record,
            fields=plan.fields,
            every=plan.every,
            on_error=lambda error: failed(error, target),
            title=plan.preset.title,
        )
        recorder.start(world)
        stack.callback(recorder.close)
        trackers.append(recorder)
        files["record"] = str(plan.record)
    return trackers


def _log_of(plan: Plan, path: Path) -> SeriesLog | StackLog:
    """Log of the scalars, or that of the learning loop where phase oscillators run."""
    every = plan.log_every or plan.every
    if plan.preset.engine != STACK_ENGINE:
        return SeriesLog(path, every)
    from tauscope.app.stack_choice import assessed

    return StackLog(path, every, plan.preset.name, plan.log_goes_on, assessed)
