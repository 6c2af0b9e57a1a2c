"""Where direct solutions of a scan for synthetic atoms are done: here, on all cores, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from tauscope.app.orphan import end_with_parent
from tauscope.app.sweep_cluster import connect
from tauscope.engine.atomx.physical import Mapper

CHUNK = 16
"""Voxels that a worker process solves between two messages."""


@contextmanager
def mapper(workers: int = 1, scheduler: str = "") -> Iterator[Mapper]:
    """Something like `map`, in order; what is left of it when the block is left is given up.

    Parameters
    ----------
    workers : int
        Processes of this machine; 1 for none beside this one.
    scheduler : str
        Address of a dask.distributed scheduler whose workers solve instead, "" for none.

    Raises
    ------
    BadInput
        Nothing answers at the address, or dask.distributed is not installed.
    """
    if scheduler:
        client = connect(scheduler)
        try:
            yield lambda function, items: _gathered(client, function, items)
        finally:
            client.close()
    elif workers == 1:
        yield map
    else:
        pool = ProcessPoolExecutor(workers, get_context("spawn"), end_with_parent)
        try:
            yield lambda function, items: pool.map(function, items, chunksize=CHUNK)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _gathered(client: Any, function: Callable[[float], Any], items: Iterable[float]) -> Iterator[Any]:
    rows = list(items)
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    for future in client.map(_solved, [(function, chunk) for chunk in chunks], pure=False):
        yield from future.result()


def _solved(part: tuple[Callable[[float], Any], list[float]]) -> list[Any]:
    function, chunk = part
    return [function(item) for item in chunk]
