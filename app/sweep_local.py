"""Worker processes for the runs of a sweep on this machine: spawned, and replaced when one is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from tauscope.app import policy_files
from tauscope.app.orphan import end_with_parent
from tauscope.app.sweep_task import Result, Task, run
from tauscope.engine.sweep_plan import Point

TRIES = 3
"""Times that a run may lose its process before it counts as failed."""
LOOK = 0.2
"""Seconds between two looks at the wish to stop."""


class Worker:
    """One process that does a run at a time."""

    def __init__(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_work, args=(theirs, task), name="tauscope sweep", daemon=True
        )
        self.process.start()
        theirs.close()
        self.point: Point | None = None

    def give(self, point: Point) -> None:
        """Let it do a run."""
        self.point = point
        self.pipe.send(point)

    def end(self, kill: bool = False) -> None:
        """End the process, at once or after what it does."""
        with contextlib.suppress(OSError):  # the process is gone already
            self.pipe.close()
        if kill:
            self.process.kill()
        self.process.join()
        self.process.close()


class LocalPool:
    """Runs on this machine.

    Parameters
    ----------
    workers : int
        Processes; the machine's cores unless given.
    """

    def __init__(self, workers: int = 0) -> None:
        self.workers = workers or os.cpu_count() or 1

    @property
    def title(self) -> str:
        """Name for people."""
        return f"{self.workers} process{'es' if self.workers > 1 else ''}"

    def ready(self) -> None:
        """Nothing can be amiss: runs are done on this machine."""

    def results(self, task: Task, points: Sequence[Point]) -> Iterator[Result | None]:
        """Results as they come, and None now and then, when whoever waits may stop.

        A run whose process is killed is done again in another.
        """
        left = deque(points)
        tries: dict[int, int] = {}
        free: list[Worker] = []
        busy: dict[Connection, Worker] = {}
        try:
            while left or busy:
                while left and len(busy) < self.workers:
                    worker = free.pop() if free else Worker(task)
                    point = left.popleft()
                    try:
                        worker.give(point)
                    except OSError:  # it was killed while it had nothing to do
                        worker.end(kill=True)
                        left.appendleft(point)
                        continue
                    busy[worker.pipe] = worker
                ready = wait(list(busy), timeout=LOOK)
                for pipe in ready:
                    worker = busy.pop(pipe)  # type: ignore[call-overload]
                    try:
                        result: Result = worker.pipe.recv()
                    except (EOFError, OSError):
                        lost = self._lost(worker, tries)
                        if isinstance(lost, Point):
                            left.appendleft(lost)
                        else:
                            yield lost
                        continue
                    free.append(worker)
                    yield result
                if not ready:
                    yield None
        finally:
            for worker in busy.values():
                worker.end(kill=True)
            for worker in free:
                worker.end()

    def _lost(self, worker: Worker, tries: dict[int, int]) -> Point | Result:
        """The run of a killed process, to be done again, or its result after too many tries."""
        point = worker.point
        assert point is not None
        worker.process.join()
        code = worker.process.exitcode
        worker.end(kill=True)
        tries[point.index] = tries.get(point.index, 0) + 1
        if tries[point.index] < TRIES:
            return point
        return Result(
            point.index, "failed", message=f"Its process ended {TRIES} times, last with exit code {code}."
        )


def _work(pipe: Connection, task: Task) -> None:
    """Body of a worker process: runs as they are given, until nobody gives any."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    policy_files.load_given()
    with contextlib.suppress(EOFError, OSError):  # the parent has no more, or is gone
        while True:
            pipe.send(run(task, pipe.recv()))
