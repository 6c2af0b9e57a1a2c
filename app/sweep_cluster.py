"""The runs of a sweep on an existing dask.distributed scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from tauscope.app.sweep_local import LOOK, TRIES
from tauscope.app.sweep_task import Result, Task, run
from tauscope.engine.errors import BadInput
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
    """

    def __init__(self, address: str) -> None:
        self.address = address
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
        """
        self._client = connect(self.address)

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
            remedy="Install it with pip install “tauscope[cluster]”, or leave --scheduler out.",
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"No scheduler answers at {address}: {error}.",
            key="--scheduler",
            value=address,
            remedy="Give its address as tcp://host:8786, start one with “dask scheduler”, or leave it out "
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
