"""Waves in bricks on a CUDA device.

Every site's arithmetic, and the order of the oracle's sums, are those of the CPU kernels. Two steps at a
time are recorded as a graph; drives and sums of up to `BATCH` steps lie on the device, which counts the steps
itself, so that nothing crosses the bus between them. Drives of the next batch go up and sums of the last one
come down while steps run, and rows of the table of neighbours that changed go up before the next step.
Slices and projections are made on the device.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.ufie.cuda_sources import WAVE
from tauscope.gpu.ufie.graphs import Repeated
from tauscope.gpu.ufie.protocol import Array, Reals
from tauscope.gpu.ufie.step import LITERAL, LOOK, STEP
from tauscope.gpu.ufie.streams import Links, Side, Streams, address
from tauscope.gpu.ufie.sweep import CHUNK, TERMS
from tauscope.gpu.ufie.topology import Change
from tauscope.gpu.ufie.wave import BrickWave, Looks

BATCH = 64
"""Steps whose drives and sums lie on the device together."""

ROW = 1024
"""Sites of a row: kernels are launched on rows, so that whole blocks of threads have work."""

PROJECTIONS = ("max", "rms", "sum")
"""In the order of their numbers in the source."""


class CudaWave(BrickWave):
    """A wave on a device; see `tauscope.gpu.ufie.protocol.Wave`.

    Parameters
    ----------
    shape, precision, present
        As in `tauscope.gpu.ufie.make.make_wave`.
    device : CudaDevice, optional
        Where arrays lie and kernels run.

    Raises
    ------
    RuntimeError
        Without a device.
    """

    def __init__(
        self,
        shape: Sequence[int],
        *,
        precision: str = "fast",
        present: npt.ArrayLike | None = None,
        device: CudaDevice | None = None,
    ) -> None:
        self._device = device or CudaDevice()
        self._run = {name: self._device.kernel(WAVE, precision, name) for name in WAVE.launches}
        self._repeated = Repeated(self._device.xp)
        xp = self._device.xp
        self._streams = Streams(xp)
        self._links = Links(self._streams, xp, self._relink)
        super().__init__(shape, precision, present, xp)
        self._near = xp.asarray(self.layout.near())
        self._clock = xp.zeros(1, np.int32)
        self._numbers, self._written = xp.zeros(10, self.real), self._streams.pinned((10,), self.real)
        self._sides = [Side(self._streams, xp) for _ in range(2)]
        self._side = self._sides[0]
        self._lanes = xp.zeros((1, 1), np.float64)
        self._dummy = xp.zeros(1, self.real)
        self._none = xp.zeros(1, np.int32)

    def _host(self, array: Any) -> Array:
        return self._device.to_host(array)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave."""
        topology = self._topology
        super().restore(state)
        if self._topology is not topology:
            self._links.forget()

    def _changed(self, change: Change) -> None:
        """Note the rows that changed; the device's table grows by a copy on the device."""
        table = self._topology.beside
        if len(self._beside) < len(table):
            wider = self._xp.zeros(table.shape, np.int32)
            wider[: len(self._beside)] = self._beside
            self._beside = wider
        self._links.note(change.rows)
        self._prepare_entries()

    def _relink(self, deltas: Any, count: int) -> None:
        self._launch("relink", count * deltas.shape[1] - count, (self._beside, deltas), ())

    def _advance(self, drives: Array, mode: int, looks: Looks, numbers: Array) -> Reals:
        oracle = bool(looks.any())
        chunks = -(-self._topology.count // CHUNK)
        found: list[Array] = []
        under_way: deque[tuple[Side, int]] = deque()
        self._make_lanes(chunks if oracle else 0)
        with self._streams.running():
            self._links.flush(self._topology.beside)
            self._written[...] = numbers
            self._streams.upload(self._numbers, self._written)
            for n, first in enumerate(range(0, len(drives), BATCH)):
                if len(under_way) == len(self._sides):
                    found.append(_taken(under_way, oracle))
                self._side = self._sides[n % 2]
                batch = drives[first : first + BATCH]
                self._side.load(batch, BATCH, chunks * TERMS if oracle else 0)
                self._batch(len(batch), (self._turn + first) % 2, mode, oracle)
                self._side.finish(oracle)
                under_way.append((self._side, len(batch)))
            while under_way:
                found.append(_taken(under_way, oracle))
        if not oracle:
            return np.zeros((len(drives), TERMS))
        sums = np.concatenate(found).reshape(len(drives), chunks, TERMS)
        return np.asarray(sums.sum(axis=1))

    def _batch(self, steps: int, turn: int, mode: int, oracle: bool) -> None:
        """Launch the steps of a batch, pairs of them as a graph."""
        self._run["rewind_clock"]((1, 1), (self._clock, np.int32(1), np.int32(1)))
        if mode not in (STEP, LITERAL):
            self._steps(turn, 1, mode, oracle)
            return
        pairs = steps // 2
        key = (turn, mode, oracle, self._key())
        self._repeated.run(lambda: self._steps(turn, 2, mode, oracle), pairs, key)
        self._steps(turn, steps - 2 * pairs, mode, oracle)

    def _make_lanes(self, chunks: int) -> None:
        """Room for the sums of the places of each chunk, at an address that stays."""
        if chunks and self._lanes.shape != (chunks * TERMS, self.layout.sites):
            self._lanes = self._xp.zeros((chunks * TERMS, self.layout.sites), np.float64)

    def _steps(self, turn: int, steps: int, mode: int, oracle: bool) -> None:
        """Launch everything that some steps need."""
        rows, medium = self._rows, self._medium
        for n in range(steps):
            psi, out = (rows["a"], rows["b"]) if (turn + n) % 2 == 0 else (rows["b"], rows["a"])
            flux = rows.get("flux", self._dummy)
            if medium.kind >= 2:
                metric = self._arrays()[:4]
                sizes = (self.layout.sites, medium.kind, medium.mixed.size, self._width())
                self._launch("fluxes", self._sites(), (flux, psi, *metric, self._numbers), sizes)
            if oracle:
                chunks = -(-self._topology.count // CHUNK)
                self._launch(
                    "sums",
                    chunks * self.layout.sites,
                    (self._lanes, psi, rows["u"], flux, *self._arrays()),
                    (self._topology.count, *self._sizes()),
                )
                arrays = (self._side.totals, self._lanes, self._clock)
                self._launch("fold", chunks * TERMS, arrays, (self.layout.sites,))
            if mode != LOOK:
                arrays = (psi, out, rows["u"], flux, *self._arrays())
                self._launch("wave_step", self._sites(), arrays, (mode, *self._sizes()))
            self._run["tick"]((1, 1), (self._clock, np.int32(1), np.int32(1)))

    def _launch(self, name: str, sites: int, arrays: tuple[Any, ...], sizes: tuple[int, ...]) -> None:
        """Launch a kernel with one thread a site, in rows."""
        shape = (-(-sites // ROW), ROW) if sites > ROW else (1, sites)
        self._run[name](shape, (*arrays, *(np.int32(size) for size in (*sizes, sites, *shape))))

    def _sites(self) -> int:
        return self._topology.count * self.layout.sites

    def _width(self) -> int:
        return int(self._rows["g"].shape[1]) if "g" in self._rows else 1

    def _sizes(self) -> tuple[int, ...]:
        medium = self._medium
        uniform = int(self._rows["loss"].shape[1] == 1)
        sites, mixed = self.layout.sites, medium.mixed.size
        return (sites, medium.kind, mixed, self._width(), uniform, self._drive.count)

    def _arrays(self) -> tuple[Any, ...]:
        """What every kernel of a step is handed, in the order of the source."""
        rows, entries = self._rows, self._entries
        return (
            self._beside,
            self._near,
            rows.get("g", self._dummy),
            self._filled(self._mixed),
            rows["loss"],
            rows["rate"],
            rows["weight"],
            self._numbers,
            entries.pointer,
            self._filled(entries.who),
            self._filled(entries.row),
            entries.factor if entries.factor.size else self._dummy,
            self._table,
            self._side.drives,
            self._clock,
        )

    def _filled(self, array: Any) -> Any:
        """The array, or another one if it has no bytes, which cannot be handed to a kernel."""
        return array if array.size else self._none

    def _key(self) -> tuple[Any, ...]:
        """What a recorded step depends on."""
        arrays = (*self._arrays(), *self._rows.values(), self._lanes, self._side.totals)
        return (*(address(array) for array in arrays), *self._sizes(), self._topology.count)

    def _projected(self, field: Any, axes: tuple[int, int], mode: str) -> Array:
        xp, layout = self._xp, self.layout
        sizes = tuple(self.shape[d] for d in axes)
        numbers, kind = self._topology.numbers, PROJECTIONS.index(mode)
        outer_sizes = tuple(1 if d in layout.axes else self.shape[d] for d in axes)
        inner_sizes = tuple(self.shape[d] if d in layout.axes else 1 for d in axes)
        at = layout.coordinates(numbers)
        bricks = at[axes[0]] * outer_sizes[1] + at[axes[1]]
        within = dict(zip(layout.axes, divmod(np.arange(layout.sites), layout.columns), strict=True))
        zero = np.zeros(layout.sites, np.int64)
        places = within.get(axes[0], zero) * inner_sizes[1] + within.get(axes[1], zero)
        cells = np.indices(sizes).reshape(2, -1)
        outer, inner = (
            (cells[0] % s[0] if s[0] > 1 else 0 * cells[0]) * s[1] + (cells[1] if s[1] > 1 else 0 * cells[1])
            for s in (outer_sizes, inner_sizes)
        )
        count, width = int(np.prod(sizes)), int(np.prod(inner_sizes))
        first, order = _grouped(bricks, int(np.prod(outer_sizes)))
        start, listed = _grouped(places, width)
        parts = numbers.size * width
        part, totals = xp.zeros((2, parts)), xp.zeros((2, count))
        arrays = (part, field, xp.asarray(start), xp.asarray(listed))
        self._launch("project", parts, arrays, (layout.sites, width, kind))
        lists = (first, order, outer.astype(np.int32), inner.astype(np.int32))
        arrays = (totals, part, *(xp.asarray(values) for values in lists))
        self._launch("collect", count, arrays, (width, parts, kind))
        self._device.wait()
        return self._plane(self._host(totals).reshape(2, *sizes), mode)

    def _tops(self) -> tuple[Reals, int]:
        xp, count = self._xp, self._topology.count
        best, sound = xp.zeros(count), xp.zeros(count, np.int32)
        self._launch("tops", count, (best, sound, self._now, self._rows["u"]), (self.layout.sites,))
        good = self._host(sound)
        return self._host(best), -1 if good.all() else int(np.argmin(good))


def _taken(under_way: deque[tuple[Side, int]], oracle: bool) -> Array:
    """Sums of the oldest batch under way."""
    side, count = under_way.popleft()
    return side.rows(count) if oracle else np.empty(0)


def _grouped(cells: npt.NDArray[np.int64], count: int) -> tuple[Array, Array]:
    """First of each cell's members and the end, and the members cell by cell."""
    order = np.argsort(cells, kind="stable")
    first = np.searchsorted(cells[order], np.arange(count + 1)).astype(np.int64)
    return first, order.astype(np.int32)
