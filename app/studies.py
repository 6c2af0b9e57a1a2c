"""Studies in worker processes: started, watched, cancelled and collected, never on the simulation thread.

Workers are spawned, never forked: a fork after OpenMP has started kills the child.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, cast

from tauscope.app import policy_files
from tauscope.app.orphan import end_with_parent
from tauscope.engine import registry
from tauscope.engine.base import Engine
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError
from tauscope.engine.study import Report, Study

PATIENCE = 3.0
"""Seconds that a cancelled study has to end by itself before its process is ended."""

BETWEEN_REPORTS = 0.03
"""Seconds between two reports of progress; a study may call as often as it likes."""


class StudyFailed(TauscopeError):
    """A study ended without a report.

    Parameters
    ----------
    message, remedy : str
        As in `TauscopeError`.
    details : str
        Traceback of the worker, "" where it left none.
    """

    def __init__(self, message: str, remedy: str = "", details: str = "") -> None:
        self.details = details
        super().__init__(message, remedy)


@dataclass(frozen=True, slots=True)
class StudyTask:
    """Which study to run, and how.

    Parameters
    ----------
    engine, study : str
        Names in the registry; with an empty ``engine``, ``study`` is a ``module:attribute`` path.
    seed : int
        Seed of the study.
    quick : bool
        Whether the shorter version with the same verdicts is wanted.
    options : mapping
        Options given by the user; must be picklable.
    """

    engine: str
    study: str
    seed: int = 1
    quick: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name for messages."""
        return f"{self.engine} {self.study}".strip()

    def make(self) -> Study:
        """New study.

        Raises
        ------
        BadInput
            Unknown engine or study.
        """
        if self.engine:
            return registry.study(self.engine, self.study)
        return cast("Study", registry.load(self.study)())


class StudyRun:
    """A study that runs: its progress, its cancel button and its report.

    Callbacks come from a thread of the run's own.
    """

    def __init__(
        self,
        task: StudyTask,
        on_progress: Callable[[float, str], None],
        on_done: Callable[[StudyRun], None],
    ) -> None:
        self.task = task
        self.fraction = 0.0
        self.text = ""
        self._on_progress = on_progress
        self._on_done = on_done
        self._future: Future[Report] = Future()
        self._cancelled = threading.Event()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, task), name=f"tauscope {task.title}", daemon=True
        )
        self._process.start()
        theirs.close()
        self._watcher = threading.Thread(target=self._watch, name=f"watch {task.title}", daemon=True)
        self._watcher.start()

    @property
    def done(self) -> bool:
        """Whether it has ended, one way or another."""
        return self._future.done()

    @property
    def pid(self) -> int | None:
        """Process id of the worker."""
        return self._process.pid

    def cancel(self) -> None:
        """Ask it to stop; after `PATIENCE` seconds its process is ended."""
        self._cancelled.set()

    def result(self, timeout: float | None = None) -> Report:
        """Report, waiting for it.

        Raises
        ------
        Cancelled
            If it was cancelled.
        StudyFailed
            If it or its process failed.
        BadInput
            If it refused its options.
        TimeoutError
            If it still runs after ``timeout`` seconds.
        """
        if timeout is not None:
            return self._future.result(timeout)
        while not self._future.done():
            # In slices: a Ctrl-C that arrives just before the wait begins would not end an endless one.
            wait([self._future], timeout=0.2)
        return self._future.result()

    def close(self) -> None:
        """Cancel it if it runs, and wait until its process and its thread have ended."""
        self.cancel()
        self._watcher.join()

    def _watch(self) -> None:
        outcome: Report | TauscopeError
        try:
            outcome = self._collect()
        except Exception as error:  # noqa: BLE001 - a listener failed; whoever waits must not wait for ever
            self._process.terminate()
            outcome = StudyFailed(
                f"The study “{self.task.title}” was given up: {type(error).__name__}: {error}.",
                "This is a fault of the program; please report it with the details.",
                traceback.format_exc(),
            )
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()
        self._process.close()
        if isinstance(outcome, Report):
            self._future.set_result(outcome)
        else:
            self._future.set_exception(outcome)
        self._on_done(self)

    def _collect(self) -> Report | TauscopeError:
        told_at: float | None = None
        while True:
            try:
                if self._pipe.poll(0.05):
                    message = self._pipe.recv()
                    if not isinstance(message, tuple):
                        return cast("Report | TauscopeError", message)
                    self.fraction, self.text = message
                    self._on_progress(*message)
                if self._cancelled.is_set() and told_at is None:
                    told_at = time.monotonic()
                    self._pipe.send("cancel")
            except (EOFError, OSError):
                return self._ended()
            if told_at is not None and time.monotonic() - told_at > PATIENCE:
                self._process.terminate()
                return Cancelled(f"The study “{self.task.title}”")

    def _ended(self) -> TauscopeError:
        self._process.join(PATIENCE)
        code = self._process.exitcode
        if self._cancelled.is_set():
            return Cancelled(f"The study “{self.task.title}”")
        how = f"with exit code {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):  # a signal without a name
                how = f"by signal {signal.Signals(-code).name}"
        return StudyFailed(
            f"The worker process of the study “{self.task.title}” ended {how}, without a report.",
            "Something ended it from outside, often for lack of memory; run it again, with less at once.",
        )


class StudyRunner:
    """Starts studies in processes of their own and ends those that still run when it is closed."""

    def __init__(self) -> None:
        self._runs: list[StudyRun] = []

    def start(
        self,
        task: StudyTask,
        on_progress: Callable[[float, str], None] | None = None,
        on_done: Callable[[StudyRun], None] | None = None,
    ) -> StudyRun:
        """Start a study.

        Parameters
        ----------
        task : StudyTask
            What to run.
        on_progress : callable, optional
            ``on_progress(fraction, text)``, from a thread of the run's own.
        on_done : callable, optional
            ``on_done(run)``, from the same thread, when ``run.result()`` no longer waits.

        Raises
        ------
        BadInput
            Unknown engine or study; nothing is started then.
        """
        if task.engine and task.study not in registry.studies(task.engine):
            registry.study(task.engine, task.study)
        run = StudyRun(task, on_progress or _ignore_progress, on_done or _ignore_done)
        self._runs = [r for r in self._runs if not r.done] + [run]
        return run

    @property
    def running(self) -> list[StudyRun]:
        """Studies that have not ended."""
        return [run for run in self._runs if not run.done]

    def close(self) -> None:
        """Cancel what runs and wait until every worker has ended."""
        for run in self._runs:
            run.cancel()
        for run in self._runs:
            run.close()
        self._runs = []

    def __enter__(self) -> StudyRunner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class _Context:
    """What a study in a worker may use of the outside."""

    def __init__(self, task: StudyTask, pipe: Connection) -> None:
        self.seed = task.seed
        self.quick = task.quick
        self.options = task.options
        self._task = task
        self._pipe = pipe
        self._told_at = 0.0

    def progress(self, fraction: float, text: str = "") -> None:
        now = time.monotonic()
        try:
            if fraction >= 1.0 or now - self._told_at > BETWEEN_REPORTS:
                self._pipe.send((min(max(float(fraction), 0.0), 1.0), text))
                self._told_at = now
            told = self._pipe.poll() and self._pipe.recv()
        except (OSError, EOFError):
            told = "cancel"  # whoever asked for the study is gone
        if told:
            raise Cancelled(f"The study “{self._task.title}”")

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        return registry.create(engine, config, seed=self.seed if seed is None else seed)


def _work(pipe: Connection, task: StudyTask) -> None:
    """Body of a worker process: run the study and send its report, or why there is none."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    started = time.perf_counter()
    outcome: Report | TauscopeError
    try:
        policy_files.load_given()
        outcome = task.make().run(_Context(task, pipe))
        if outcome.seconds == 0.0:
            outcome = _timed(outcome, time.perf_counter() - started)
    except (BadInput, Cancelled) as error:
        outcome = error
    except Exception as error:  # noqa: BLE001 - becomes a sentence for whoever asked
        outcome = StudyFailed(
            f"The study “{task.title}” failed: {type(error).__name__}: {error}.",
            "This is a fault of the program; please report it with the details.",
            traceback.format_exc(),
        )
    with contextlib.suppress(OSError):  # nobody waits for it any more
        pipe.send(outcome)
        pipe.close()


def _timed(report: Report, seconds: float) -> Report:
    return Report(
        report.study, report.title, report.checks, report.tables, report.figures, seconds, report.notes
    )


def _ignore_progress(_fraction: float, _text: str) -> None:
    """Nobody watches."""


def _ignore_done(_run: StudyRun) -> None:
    """Nobody waits."""
