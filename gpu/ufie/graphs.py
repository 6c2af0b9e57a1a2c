"""CUDA graphs: launches that repeat are recorded once and then started together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Repeated:
    """Repeats launches; on a device as a graph, recorded again when what it works on has changed.

    Parameters
    ----------
    xp : module
        CuPy, or NumPy where the processor stands for a device, which has no graphs.
    """

    def __init__(self, xp: Any) -> None:
        self._cuda = getattr(xp, "cuda", None)
        self._key: Any = None
        self._graph: Any = None
        self._stream: Any = None

    def run(self, launches: Callable[[], None], times: int, key: Any) -> None:
        """Do ``launches`` several times.

        Parameters
        ----------
        launches : callable
            Launches kernels on the current stream and allocates nothing.
        times : int
            How often.
        key : object
            What the launches depend on, addresses included; the recording is kept while it is equal.
        """
        if self._cuda is None or times < 2:
            for _ in range(times):
                launches()
            return
        if self._stream is None:
            self._stream = self._cuda.Stream(non_blocking=True)
        before = self._cuda.get_current_stream()
        before.synchronize()
        with self._stream:
            if key != self._key:
                self._stream.begin_capture()
                launches()
                self._graph, self._key = self._stream.end_capture(), key
            for _ in range(times):
                self._graph.launch(self._stream)
        self._stream.synchronize()
