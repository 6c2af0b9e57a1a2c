"""The runs of a sweep on an existing dask.distributed scheduler."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from typing import Any

from tauscope.app.sweep_local import LOOK, TRIES
from tauscope.app.sweep_task import Result, Task, run
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.sweep_plan import Point

CONNECT_SECONDS = 10
AHEAD = 4
"""Runs that are given out for each thread of the cluster, so that none waits and none piles up."""


class ClusterPool:
    """Runs on a cluster whose workers have Tauscope installed.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``tcp://host:8786``.
    stopping : callable, optional
        Whether whoever waits for the connection wants it no more.
    """

    def __init__(self, address: str, stopping: Callable[[], bool] | None = None) -> None:
        self.address = address
        self._stopping = stopping
        self._client: Any = None

    @property
    def title(self) -> str:
        """Name for people."""
        return f"the cluster of {self.address}"

    def ready(self) -> None:
        """Connect.

        Raises
        ------
        BadInput
            dask.distributed is not installed, nothing answers at the address, or it has no worker.
        Cancelled
            Nobody waits for it any more.
        """
        self._client = connect(self.address) if self._stopping is None else self._patiently(self._stopping)

    def _patiently(self, stopping: Callable[[], bool]) -> Any:
        """Connect on a thread of its own, which goes on alone when nobody waits for it any more."""
        answer: Future[Any] = Future()

        def work() -> None:
            try:
                answer.set_result(connect(self.address))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                answer.set_exception(error)

        threading.Thread(target=work, name="connect to a cluster", daemon=True).start()
        while not answer.done():
            if stopping():
                answer.add_done_callback(lambda late: late.exception() or late.result().close())
                raise Cancelled("The connection")
            wait([answer], timeout=LOOK)
        return answer.result()

    def results(self, task: Task, points: Sequence[Point]) -> Iterator[Result | None]:
        """Results as they come, and None now and then, when whoever waits may stop.

        The scheduler gives the runs of a worker that is gone to another.

        Raises
        ------
        BadInput
            As `ready`.
        """
        client, self._client = self._client or connect(self.address), None
        try:
            sent = client.scatter(task, broadcast=True, hash=False)
            threads = max(sum(client.nthreads().values()), 1)
            waiting = iter(points)
            answers: SimpleQueue[Any] = SimpleQueue()
            running: set[Any] = set()
            left = len(points)
            while left:
                while len(running) < AHEAD * threads and (point := next(waiting, None)) is not None:
                    future = client.submit(run, sent, point, pure=False, retries=TRIES - 1)
                    running.add(future)
                    future.add_done_callback(lambda done, index=point.index: answers.put((done, index)))
                try:
                    future, index = answers.get(timeout=LOOK)
                except Empty:
                    yield None
                    continue
                running.discard(future)
                left -= 1
                yield _result(future, index)
        finally:
            client.close()


def connect(address: str) -> Any:
    """Client of a scheduler.

    Raises
    ------
    BadInput
        dask.distributed is not installed, or nothing answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BadInput(
            "dask.distributed is not installed.",
            key="--scheduler",
            value=address,
            remedy="Install it with pip install “tauscope[cluster]”, or give no address to run on "
            "this machine.",
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"No scheduler answers at {address}: {error}.",
            key="--scheduler",
            value=address,
            remedy="Give its address as tcp://host:8786, start one with “dask scheduler”, or give none "
            "to run on this machine.",
        ) from None
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        client.close()
        raise BadInput(
            f"The scheduler at {address} has no worker.",
            key="--scheduler",
            value=address,
            remedy=f"Start one with “dask worker {address}”.",
        ) from None
    return client


def _result(future: Any, index: int) -> Result:
    error = future.exception()
    if error is None:
        found: Result = future.result()
        return found
    return Result(index, "failed", message=f"The cluster gave it up: {type(error).__name__}: {error}.")
