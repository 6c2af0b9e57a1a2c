"""CUDA graphs: launches that repeat are recorded once and then started together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MOST = 4
"""Recordings that are kept: of both sides of the buffers, and of steps with and without sums."""


class Repeated:
    """Repeats launches; on a device as a graph, recorded again when what it works on has changed.

    Parameters
    ----------
    xp : module
        CuPy, or NumPy where the processor stands for a device, which has no graphs.
    """

    def __init__(self, xp: Any) -> None:
        self._cuda = getattr(xp, "cuda", None)
        self._graphs: dict[Any, Any] = {}

    def run(self, launches: Callable[[], None], times: int, key: Any) -> None:
        """Do ``launches`` several times on the current stream, which is not the default one.

        Parameters
        ----------
        launches : callable
            Launches kernels on the current stream and allocates nothing.
        times : int
            How often.
        key : object
            What the launches depend on, addresses included; a recording is kept while it is among the newest.
        """
        if self._cuda is None or times < 2:
            for _ in range(times):
                launches()
            return
        stream = self._cuda.get_current_stream()
        if key not in self._graphs:
            while len(self._graphs) >= MOST:
                stream.synchronize()  # a graph that goes may still be under way
                del self._graphs[next(iter(self._graphs))]
            stream.begin_capture()
            launches()
            self._graphs[key] = stream.end_capture()
        for _ in range(times):
            self._graphs[key].launch(stream)
