"""Sweeps: many runs of one set-up with other values and seeds, here or on a cluster, into one file."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tauscope.app import memory_check
from tauscope.app.outputs import check_output
from tauscope.app.presets import Preset
from tauscope.app.recording import lock
from tauscope.app.sweep_file import Journal, SweepData, journal_path, load, save
from tauscope.app.sweep_task import Result, Task, names
from tauscope.engine.errors import BadInput
from tauscope.engine.sweep_plan import Point, Value


class Pool(Protocol):
    """Where runs are done."""

    @property
    def title(self) -> str:
        """Name for people."""

    def ready(self) -> None:
        """Refuse a place that cannot do any run, before a file is made; raises BadInput."""

    def results(self, task: Task, points: Sequence[Point]) -> Iterator[Result | None]:
        """Results as they come, in any order, and None now and then."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sweep ended, and its data."""

    data: SweepData
    paused: bool


def check(data: SweepData) -> None:
    """Refuse a sweep before anything has run.

    Only the first point is tried, and every text: what a configuration refuses at another point becomes the
    result of that run.

    Raises
    ------
    BadInput
        A plan, a task, a parameter or a scalar that is refused; a set-up that is too large for the machine.
    """
    data.plan.check()
    data.task.check()
    first = next(iter(data.plan.runs()))
    try:
        names(data.task, first.values)
    except BadInput as error:
        if not _refuses_a_value(data, error):
            raise
    _check_texts(data, first.values)
    if data.task.preset is not None:
        memory_check.refuse(Preset.model_validate(data.task.preset).setup())


def _refuses_a_value(data: SweepData, error: BadInput) -> bool:
    """Whether the first point's value was refused, while its parameter is known."""
    return error.key in {axis.path for axis in data.plan.axes} and not error.message.startswith("There is no")


def _check_texts(data: SweepData, first: Mapping[str, Value]) -> None:
    """Refuse a text that its parameter does not take, which is no point of any sweep but a slip.

    A number may break a configuration at some points and be right at others; texts are few and tried alone.
    """
    for axis in data.plan.axes:
        for value in dict.fromkeys(value for value in axis.values if isinstance(value, str)):
            try:
                names(data.task, {**first, axis.path: value})
            except BadInput as error:
                if error.key == axis.path:
                    raise


def sweep(
    path: Path,
    data: SweepData,
    pool: Pool,
    *,
    stop: threading.Event | None = None,
    on_result: Callable[[Result, int], None] | None = None,
) -> Outcome:
    """Do every run that is left, and keep each as soon as it is known.

    Parameters
    ----------
    path : Path
        File; the sweep must be new there, or the one of `resumed`.
    data : SweepData
        Plan, task, and what is known already.
    pool : Pool
        Where runs are done.
    stop : threading.Event, optional
        Pauses the sweep when it is set: runs under way are given up and done again when it goes on.
    on_result : callable, optional
        ``on_result(result, done)``, on this thread.

    Returns
    -------
    Outcome
        What is known at the end.

    Raises
    ------
    BadInput
        If another process writes the file, it cannot be written, or nothing can be run there.
    """
    pool.ready()
    lock.acquire(path)
    try:
        save(path, data)
        journal = Journal(path)
        saved = False
        try:
            left = [point for point in data.plan.runs() if point.index not in data.results]
            with contextlib.closing(pool.results(data.task, left)) as results:  # type: ignore[type-var]
                for result in results:
                    if result is not None:
                        data.results[result.index] = result  # first: a Ctrl-C between the two loses nothing
                        journal.append(result)
                        if on_result is not None:
                            on_result(result, len(data.results))
                    if stop is not None and stop.is_set():
                        break
        finally:
            with contextlib.suppress(BadInput):  # told below, and the journal stays
                save(path, data)
                saved = True
            journal.close(remove=saved)
        if not saved:
            save(path, data)  # says why it cannot be written; the journal holds the results
    finally:
        lock.release(path)
    return Outcome(data, data.status != "done")


def check_new(path: Path) -> None:
    """Refuse a file that cannot be made, or the journal of another; raises BadInput."""
    check_output(path, "--out", (".h5",))
    if journal_path(path).exists():
        raise BadInput(
            f"{journal_path(path)} is of a sweep that was killed.",
            key="--out",
            value=str(path),
            remedy="Choose another name, or remove it.",
        )


def resumed(path: Path, asked: SweepData | None = None) -> SweepData:
    """Sweep of a file, to go on with.

    Parameters
    ----------
    path : Path
        File of a sweep.
    asked : SweepData, optional
        What is asked for now: it must be the same.

    Raises
    ------
    BadInput
        No such file, a sweep that another process runs, or another sweep.
    """
    lock.refuse_if_held(path)
    data = load(path)
    if asked is not None and asked.describe() != data.describe():
        raise BadInput(
            f"{path} holds another sweep.",
            key="--resume",
            value=str(path),
            remedy="Give the words with which it was started, or only --resume and --out.",
        )
    return data
