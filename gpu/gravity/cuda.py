"""Gravity lattices on a CUDA device: every rule, with the numbers of the CPU kernels bit for bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.cuda import CudaDevice
from tauscope.gpu.gravity.cpu import LOSS_BITS
from tauscope.gpu.gravity.cuda_sources import (
    MESSAGES,
    RELAY,
    RELAY_UNITS,
    message_variant,
    relay_variant,
)
from tauscope.gpu.gravity.cuda_waves import CudaWaves
from tauscope.gpu.gravity.form import UNITS_PER_BIT, Form
from tauscope.gpu.gravity.messages import REST
from tauscope.gpu.gravity.protocol import MEASURES, Totals

Array = npt.NDArray[Any]

_NEAR = {"von_neumann": 4, "moore": 5}
_DIAGONAL = 20
_PER_LINK = ("traffic", "traffic_before", "waiting")


class _OnDevice:
    """What both kinds of lattices share: arrays on the device by quantity, copied when they are asked for.

    Parameters
    ----------
    device : CudaDevice
        Where arrays lie and kernels run.
    form : Form
        Size, number type, rule, edge and neighbours.
    sinks : bool array (ny, nx), optional
        Nodes that send and keep nothing.
    """

    def __init__(self, device: CudaDevice, form: Form, sinks: Array | None) -> None:
        self._device, self._form = device, form
        self.ny, self.nx, self.dtype = form.ny, form.nx, form.dtype
        self._number: Any = self.dtype.type
        xp = device.xp
        self._arrays: dict[str, Any] = {
            name: xp.zeros(form.shape, self.dtype)
            for name in ("traffic", "traffic_before", "waiting", "emission")
        }
        self._arrays["live"] = xp.ones(form.shape, form.average)
        self._arrays["capacity"] = xp.ones(form.shape, self.dtype)
        self._arrays["realized"] = xp.zeros(form.shape, np.int32)
        self._sinks = xp.asarray(np.zeros(form.shape, np.uint8) if sinks is None else sinks.astype(np.uint8))
        self.waves = CudaWaves(device, form, self._sinks)

    # How many links a node's state stands for: quantities in bits are sums over them.
    links = 1

    def read(self, name: str) -> Array:
        """Copy of a quantity of `GravityLattice`, shape (ny, nx), on the host."""
        return self.read_at(name, (...,))

    def read_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of a quantity that a NumPy index picks; no others are copied to the host."""
        part = self._device.to_host(self._arrays[name][index])
        scale = self._scale(name)
        return part if scale == 1 else np.asarray(part / scale)

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a quantity of `GravityLattice` from a host array, shape (ny, nx)."""
        array, scale = self._arrays[name], self._scale(name)
        given = np.asarray(value)
        if scale != 1:
            given = np.asarray(given, np.float64) * scale
            given = np.rint(given) if array.dtype.kind == "i" else given
        array[...] = self._device.xp.asarray(np.broadcast_to(given, array.shape).astype(array.dtype))

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of every node, or of each of its links, in bits per tick: a number, or an array (ny, nx)."""
        self.write("capacity", capacity)

    def capacity(self) -> Array:
        """C of every node in bits per tick as it is kept, an array (ny, nx)."""
        return self.read("capacity")

    def clear_realized(self) -> None:
        """Count realized updates from zero."""
        self._arrays["realized"][...] = 0

    def set_masses(self, masses: Sequence[float], kept: Sequence[int]) -> None:
        """One wave for each mass; wave i goes on as wave ``kept[i]`` was, or at rest where that is -1."""
        self.waves.set_masses(masses, kept)

    def read_wave(self, wave: int, name: str, index: tuple[Any, ...] = (...,)) -> Array:
        """Copy of ``psi`` or ``pi`` of a wave on the host, or of the cells that a NumPy index picks."""
        return self.waves.read(wave, name, index)

    def write_wave(self, wave: int, name: str, value: npt.ArrayLike) -> None:
        """Set ``psi`` or ``pi`` of a wave, shape (ny, nx); sinks stay at zero."""
        self.waves.write(wave, name, value)

    def wave_energy(self, wave: int) -> float:
        """Energy of a wave, kept while the moving average stands still."""
        return self.waves.energy(wave, self._arrays["live"])

    def wave_centre(self, wave: int, x: float, y: float) -> tuple[float, float]:
        """Column and row of a wave's centre in cells, on a periodic lattice that nearest to (x, y)."""
        return self.waves.centre(wave, x, y)

    def measure(self, name: str) -> float:
        """One total of `GravityLattice`."""
        xp, nodes = self._device.xp, self._sinks == 0
        if name == "counted":
            return float(xp.where(nodes, self._arrays["realized"], 0).sum(dtype=np.float64))
        if name == "top":
            both = self._wide("traffic") + self._wide("traffic_before")
            return float(xp.where(nodes, both / (self._wide("capacity") * self.links), 0.0).max())
        if name == "realized":
            return float(xp.where(nodes, self._wide("emission") * self._wide("live"), 0.0).sum())
        if name == "waiting":
            return float(self._wide(name).max())
        if name not in MEASURES:
            raise KeyError(name)
        return float(xp.where(nodes, self._wide(name), 0.0).sum())

    def least_count(self, before: Array | None) -> float:
        """Least count plus ``before``, an array (ny, nx) of the host, over all nodes but sinks."""
        xp, counted = self._device.xp, self._arrays["realized"]
        if before is not None:
            counted = counted.astype(before.dtype) + xp.asarray(before)
        most = np.inf if counted.dtype.kind == "f" else np.iinfo(counted.dtype).max
        return float(xp.where(self._sinks == 0, counted, counted.dtype.type(most)).min())

    def totals(self) -> Totals:
        """Sum of E, largest (E_t + E_(t-1)) / C, largest q, sums of a, a g and g; sinks left out."""
        traffic, top, waiting, emission, realized, live = (self.measure(name) for name in MEASURES)
        return traffic, top, waiting, emission, realized, live

    def _wide(self, name: str) -> Any:
        """A quantity on the device in float64, in bits or shares."""
        return self._arrays[name].astype(np.float64) / self._scale(name)

    def state(self) -> Mapping[str, Array]:
        """Bit-exact host copies of everything that advances, in the state's own number type."""
        return {name: self._device.to_host(self._arrays[name]) for name in self._advancing()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
        for name in self._advancing():
            self._arrays[name][...] = self._device.xp.asarray(np.array(state[name]))

    def _scale(self, name: str) -> float:
        """What a bit is in the numbers kept of a quantity."""
        return 1.0

    def _advancing(self) -> tuple[str, ...]:
        return ("traffic", "traffic_before", "waiting", "live")

    def _swap(self) -> None:
        a = self._arrays
        a["traffic"], a["traffic_before"] = a["traffic_before"], a["traffic"]

    def _outside(self, quantity: Any, limit: Any) -> Any:
        return ~((quantity >= 0) & (quantity <= limit))


class CudaLattice(_OnDevice):
    """The rules airtime and fluid on a device; parameters as those of the CPU's `Lattice`.

    Raises
    ------
    RuntimeError
        Without a device.
    """

    def __init__(
        self,
        form: Form,
        sinks: Array | None = None,
        device: CudaDevice | None = None,
    ) -> None:
        super().__init__(device or CudaDevice(), form, sinks)
        self._units, self._fluid = form.units, form.rule == "fluid"
        xp, one_site = self._device.xp, (1, 1)
        self._arrays["debt"] = xp.zeros(form.shape, self.dtype)
        if self._fluid:
            self._arrays["realized"] = xp.zeros(form.shape, np.float64)
        self._no_counts, self._no_shares = xp.zeros(one_site, np.int32), xp.zeros(one_site, np.float64)
        hood = form.neighbourhood
        self._kernel = (
            self._device.kernel(RELAY_UNITS, f"units-{hood}", "relay_units")
            if self._units
            else self._device.kernel(RELAY, relay_variant(form.rule, self.dtype.name, hood), "relay")
        )
        self.set_capacity(1.0)

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of every node; in whole units at least what a node can share out among its neighbours."""
        super().set_capacity(self._form.capacity(capacity) / (UNITS_PER_BIT if self._units else 1))

    def advance(self, ticks: int, survival: float, window: float) -> None:
        """Do whole ticks with relay survival p and W ticks of moving average; releases the GIL."""
        a, alpha = self._arrays, 2 / (window + 1)
        place = (np.int32(self.ny), np.int32(self.nx), np.int32(self._form.edge))
        counted: tuple[Any, ...]
        numbers: tuple[Any, ...]
        if self._units:
            counted = (a["realized"],)
            numbers = (np.int32(round((1 - survival) * 2**LOSS_BITS)), np.float32(alpha))
        else:
            number: Any = self.dtype.type
            shares = survival / _NEAR[self._form.neighbourhood], survival / _DIAGONAL
            numbers = (number(shares[0]), number(shares[1]), number(alpha))
            counted = (self._no_counts, a["realized"]) if self._fluid else (a["realized"], self._no_shares)
        for _ in range(ticks):
            bits = (a["traffic"], a["traffic_before"], a["waiting"], a["debt"], a["emission"])
            rest = (a["live"], a["capacity"], self._sinks)
            self._kernel((self.ny, self.nx), (*bits, *counted, *rest, *place, *numbers))
            self._swap()
            self.waves.step(a["live"])
        self._device.wait()

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Nodes whose traffic / C, waiting bits or debt / C are not in [0, limit], NaN included."""
        a = self._arrays
        wide: Any = np.float64 if self._units else self.dtype.type
        sent = a["traffic"] * wide(self._form.parts)
        bits = UNITS_PER_BIT if self._units else 1
        bad = self._outside(sent, wide(traffic_limit) * a["capacity"])
        bad |= self._outside(a["waiting"], wide(waiting_limit * bits))
        bad |= self._outside(a["debt"], wide(debt_limit) * a["capacity"])
        return int((bad & (self._sinks == 0)).sum())

    def _scale(self, name: str) -> float:
        return self._form.scale(name)

    def _advancing(self) -> tuple[str, ...]:
        return (*super()._advancing(), "debt")


class CudaMessageLattice(_OnDevice):
    """The rules literal and strict on a device; parameters as those of the CPU's `MessageLattice`.

    Raises
    ------
    RuntimeError
        Without a device.
    """

    def __init__(
        self,
        form: Form,
        message_size: float = 1.0,
        sizer: str = "message",
        device: CudaDevice | None = None,
    ) -> None:
        super().__init__(device or CudaDevice(), form, None)
        self.links = form.links
        self._strict, self._wraps, self._sizer = form.rule == "strict", form.boundary == "periodic", sizer
        xp = self._device.xp
        self._bits = xp.zeros(form.shape, self.dtype)
        if self._strict:
            self._arrays["delivered"] = xp.zeros(form.shape, np.int32)
            self._arrays["delivered_next"] = xp.zeros(form.shape, np.int32)
        self._message_size = float(message_size)
        variant = message_variant(self.dtype.name, form.neighbourhood)
        self._kernel = self._device.kernel(MESSAGES, variant, form.rule)
        self._size_messages()

    def read_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of a quantity on the host; ``debt`` is zero, for these rules have none."""
        if name == "debt":
            return np.asarray(np.zeros((self.ny, self.nx), self.dtype)[index])
        return super().read_at(name, index)

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a quantity; a node whose queues are emptied counts its message as delivered."""
        a = self._arrays
        if name == "waiting" and self._strict:
            begun = a["delivered"] + (a["waiting"] > 0)
            set_to = self._device.xp.asarray(np.broadcast_to(np.asarray(value), (self.ny, self.nx)))
            a["delivered"][...] = begun - (set_to > 0)
        super().write(name, value)
        if name in ("emission", "waiting"):
            self._size_messages()

    def set_capacity(self, capacity: npt.ArrayLike) -> None:
        """C of each link of every node; what was sent before counts up to the new capacity."""
        super().set_capacity(capacity)
        for name in ("traffic", "traffic_before"):
            self._device.xp.minimum(self._arrays[name], self._arrays["capacity"], out=self._arrays[name])

    def set_message_size(self, value: float) -> None:
        """Bits of a message for each unit; messages on their way keep theirs."""
        self._message_size = float(value)
        self._size_messages()

    def state(self) -> Mapping[str, Array]:
        """Bit-exact host copies of everything that advances; bits of all links, as `read` gives them."""
        return {name: self.read(name) for name in self._advancing()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take what `state` gave; shapes and number types were checked."""
        for name in self._advancing():
            super().write(name, state[name])
        self._size_messages()

    def advance(self, ticks: int, survival: float, window: float) -> None:
        """Do whole ticks with W ticks of moving average; ``survival`` has no effect. Releases the GIL."""
        a = self._arrays
        rest, alpha = self._number(REST[self.dtype.name]), self._number(2 / (window + 1))
        size = (np.int32(self.ny), np.int32(self.nx))
        for _ in range(ticks):
            state = (a["traffic_before"], a["waiting"], self._bits, a["capacity"])
            if self._strict:
                inboxes = (a["delivered"], a["delivered_next"])
                more = (a["realized"], a["live"], *size, np.int32(self._wraps), rest, alpha)
                self._kernel((self.ny, self.nx), (*state, *inboxes, *more))
                a["delivered"], a["delivered_next"] = a["delivered_next"], a["delivered"]
            else:
                self._kernel((self.ny, self.nx), (*state, a["realized"], a["live"], *size, rest, alpha))
            self._swap()
            self.waves.step(a["live"])
        self._device.wait()

    def broken(self, traffic_limit: float, waiting_limit: float, debt_limit: float) -> int:
        """Nodes whose traffic over C or waiting bits are not in [0, limit], or NaN; there is no debt."""
        a = self._arrays
        waiting = max(waiting_limit / self.links, self._largest)
        bad = self._outside(a["traffic"], self._number(traffic_limit) * a["capacity"])
        return int((bad | self._outside(a["waiting"], waiting)).sum())

    def _advancing(self) -> tuple[str, ...]:
        counted = (*super()._advancing(), "realized")
        return (*counted, "delivered") if self._strict else counted

    def _scale(self, name: str) -> float:
        return 1.0 / self.links if name in _PER_LINK else 1.0

    def _size_messages(self) -> None:
        size = self._number(self._message_size)
        if self._sizer == "message":
            self._device.xp.multiply(self._arrays["emission"], size, out=self._bits)
        else:
            self._bits[...] = size
        self._largest = max(float(self._bits.max()), float(self._arrays["waiting"].max()))
