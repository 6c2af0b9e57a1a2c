"""Waves on the CPU, on one thread or several."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.ufie import measures, sweep
from tauscope.gpu.ufie.protocol import Array, Reals
from tauscope.gpu.ufie.step import BLIND, STEP
from tauscope.gpu.ufie.wave import LOOKS, BrickWave, Looks

LINE = 64
"""Bytes of a cache line."""

WORTH = 100_000
"""Sites from which on several threads share a step; below, waiting for one another costs more."""


MOST_RUNS = 64
"""Separate runs of bricks up to which a velocity is worked out in these alone; a call takes some 50 us."""


class CpuWave(BrickWave):
    """A wave on the processor; see `tauscope.gpu.ufie.protocol.Wave`.

    Parameters
    ----------
    shape, precision, present
        As in `tauscope.gpu.ufie.make.make_wave`.
    threads : int
        Threads at most; small waves run on one.
    """

    def __init__(
        self,
        shape: Sequence[int],
        *,
        precision: str = "fast",
        present: npt.ArrayLike | None = None,
        threads: int = 1,
    ) -> None:
        if threads < 1:
            raise ValueError(f"A wave needs at least one thread, not {threads}.")
        super().__init__(shape, precision, present, np)
        sites = self.layout.sites
        self._near = self.layout.near()
        self._threads = threads
        self._scratch = [
            (
                self._zeros((5, 2 * sites)),
                self._zeros((sweep.TERMS, sites)),
                np.zeros((sweep.TERMS, sites)),
            )
            for _ in range(threads)
        ]
        self._pool = ThreadPoolExecutor(threads, "wave") if threads > 1 else None

    def _zeros(self, shape: tuple[int, ...]) -> Array:
        """Zeros that start at a cache line, or every other load of a vector register takes two lines."""
        size = int(np.prod(shape)) * self.real.itemsize
        raw = np.zeros(size + LINE, np.uint8)
        start = -raw.ctypes.data % LINE
        return raw[start : start + size].view(self.real).reshape(shape)

    def _advance(self, drives: Array, mode: int, looks: Looks, numbers: Array) -> Reals:
        count = self._topology.count
        chunks = -(-count // sweep.CHUNK)
        sums = np.zeros((len(drives), chunks if looks.any() else 1, sweep.TERMS))
        whole = self._pool is None or count * self.layout.sites < WORTH
        if whole:
            self._call(drives, sums, mode, looks, numbers, sweep.BOTH, self._turn, 0, count, 0)
        else:
            passes = (sweep.FLUX, sweep.REST) if self._medium.kind >= 2 else (sweep.REST,)
            for n in range(len(drives)):
                for phase in passes:
                    one = slice(n, n + 1)
                    self._share(drives[one], sums[one], mode, looks[one], numbers, phase, n, count)
        return np.asarray(sums.sum(axis=1))

    def _advance_some(self, drives: Array, mode: int, slots: npt.NDArray[np.int32], numbers: Array) -> bool:
        wanted = np.unique(slots[slots >= 0])
        runs = np.split(wanted, 1 + np.flatnonzero(np.diff(wanted) > 1))
        if self._medium.kind >= 2 or len(runs) > MOST_RUNS or not wanted.size:
            return not wanted.size  # fluxes are needed of the neighbours too
        sums = np.zeros((1, 1, sweep.TERMS))
        for run in runs:
            first, end = int(run[0]), int(run[-1]) + 1
            self._call(drives, sums, mode, LOOKS[BLIND], numbers, sweep.BOTH, self._turn, first, end, 0)
        return True

    def _share(
        self,
        drives: Array,
        sums: Reals,
        mode: int,
        looks: Looks,
        numbers: Array,
        phase: int,
        step: int,
        count: int,
    ) -> None:
        """One pass of one step on all threads; each has whole chunks."""
        chunks = -(-count // sweep.CHUNK)
        cuts = [sweep.CHUNK * round(chunks * k / self._threads) for k in range(self._threads + 1)]
        turn = (self._turn + step) % 2 if mode == STEP or step else self._turn
        assert self._pool is not None
        done = [
            self._pool.submit(
                self._call, drives, sums, mode, looks, numbers, phase, turn, first, min(end, count), k
            )
            for k, (first, end) in enumerate(pairwise(cuts))
        ]
        for part in done:
            part.result()

    def _call(
        self,
        drives: Array,
        sums: Reals,
        mode: int,
        looks: Looks,
        numbers: Array,
        phase: int,
        turn: int,
        first: int,
        end: int,
        thread: int,
    ) -> None:
        rows, medium, entries = self._rows, self._medium, self._entries
        spare = rows["loss"]
        work, terms, lanes = self._scratch[thread]
        sweep.advance(
            rows["a"],
            rows["b"],
            rows["u"],
            self._beside,
            self._near,
            rows["loss"],
            rows["rate"],
            rows["weight"],
            numbers,
            medium.kind,
            rows.get("g", spare),
            self._mixed,
            rows.get("flux", spare),
            entries.pointer,
            entries.who,
            entries.row,
            entries.factor,
            self._table,
            drives,
            sums,
            mode,
            looks,
            phase,
            turn,
            first,
            end,
            self.layout.rows,
            work,
            terms,
            lanes,
        )

    def _projected(self, field: Any, axes: tuple[int, int], mode: str) -> Array:
        sizes = tuple(self.shape[d] for d in axes)
        start, place = self._cells(axes)
        totals = np.zeros((2, sizes[0] * sizes[1]))
        measures.project(field, start, place, mode == "max", mode == "rms", totals)
        return self._plane(totals.reshape(2, *sizes), mode)

    def _cells(self, axes: tuple[int, int]) -> tuple[Array, Array]:
        """Cell of the plane of each brick's first site, and of each place less that."""
        at = self.layout.coordinates(self._topology.numbers)
        place = np.arange(self.layout.sites)
        inside = dict(zip(self.layout.axes, divmod(place, self.layout.columns), strict=True))
        start = np.zeros(self._topology.count, np.int64)
        moved = np.zeros(self.layout.sites, np.int64)
        for d, stride in zip(axes, (self.shape[axes[1]], 1), strict=True):
            start = start + stride * at[d]
            moved = moved + stride * np.asarray(inside.get(d, 0))
        return start, np.asarray(moved)

    def _tops(self) -> tuple[Reals, int]:
        best, sound = np.zeros(self._topology.count), np.zeros(self._topology.count, np.int32)
        measures.tops(self._now, self._rows["u"], best, sound)
        return best, -1 if sound.all() else int(np.argmin(sound))
