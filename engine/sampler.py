"""The sampler: every probe at every tick, in the simulation thread, in a bounded amount of memory.

It reads the cells under the probes and no whole fields where the engine can do so, and nothing it keeps ever
feeds back. What it keeps depends on the ticks alone, so it is the same at any display rate and headless.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine import registry
from tauscope.engine.base import Array, Engine, FieldSpec
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import Plane
from tauscope.engine.probes import SITE_FIELDS, Index, Probe, cell, cells_of, distances, reduced, site_of
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]
Ticks = npt.NDArray[np.int64]

SITE_LABELS: Mapping[str, str] = MappingProxyType(
    {"amplitude": "|{}|", "phase": "arg {}", "real": "Re {}", "imaginary": "Im {}"}
)
"""Labels of the parts of a complex field."""

CAPACITY = 65_536
"""Samples kept of each probe: half a MiB; the oldest are dropped for new ones."""


@dataclass(frozen=True)
class ProbeData:
    """Frozen copy of the samples.

    Parameters
    ----------
    probes : tuple of Probe
        What was sampled.
    ticks : int64 array [n]
        Macro ticks, ascending, ``stride`` apart.
    values : mapping of str to float64 array [n]
        Samples by probe id; NaN before the probe was there, and where it has no value.
    units, labels : mapping of str to str
        Unit and label of each probe's quantity, by probe id.
    problems : mapping of str to str
        Why a probe has no values, as a sentence, by probe id.
    stride : int
        Ticks between two samples.
    dropped : int
        Samples dropped since the run began, oldest first, because the memory is bounded.
    """

    probes: tuple[Probe, ...] = ()
    ticks: Ticks = field(default_factory=lambda: np.empty(0, np.int64))
    values: Mapping[str, Floats] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    stride: int = 1
    dropped: int = 0


@dataclass(frozen=True)
class Profile:
    """Fields along a line at one macro tick.

    Parameters
    ----------
    probe : Probe
        The line.
    tick : int
        Macro tick.
    r : float64 array [n]
        Distances of the cells' centres from the line's start, in cells.
    x, y : float64 array [n]
        Columns and rows of the cells.
    values : mapping of str to float64 array [n]
        Cells of each field, by field name.
    scalars : mapping of str to float
        Scalars of the engine at that tick.
    """

    probe: Probe
    tick: int
    r: Floats
    x: Floats
    y: Floats
    values: Mapping[str, Floats]
    scalars: Mapping[str, float]


Read = Callable[[], float]


class Sampler:
    """Tracker that samples probes.

    Samples are taken at multiples of ``stride``. A probe keeps its series while its place, quantity and
    reduction stay; a change of these begins it anew. A world that is replaced (reset, another preset) clears
    everything; one that went back in time drops the samples that lie ahead.

    Parameters
    ----------
    probes : iterable of Probe
        What to sample.
    stride : int
        Ticks between two samples.
    capacity : int
        Samples kept of each probe; beyond it the oldest are dropped.
    """

    light = True
    """It can sample a state that was not checked: a broken limit stops the run at the end of the chunk."""

    def __init__(self, probes: Iterable[Probe] = (), stride: int = 1, capacity: int = CAPACITY) -> None:
        if stride < 1:
            raise BadInput(
                f"Cannot sample every {stride} ticks.", key="stride", value=stride, allowed="1, 2, …"
            )
        if capacity < 2:
            raise BadInput(
                f"Cannot keep {capacity} samples.", key="capacity", value=capacity, allowed="2, 3, …"
            )
        self._lock = threading.Lock()
        self._probes: tuple[Probe, ...] = tuple(probes)
        self._stride = stride
        self._capacity = capacity
        self._world: World | None = None
        self._reads: list[Read] = []
        self._labels: dict[str, tuple[str, str]] = {}
        self._problems: dict[str, str] = {}
        self._scalars: dict[str, Mapping[str, float]] = {}
        self._probed: dict[str, dict[str, None]] = {}
        self._ticks = np.zeros(capacity, np.int64)
        self._values = np.full((len(self._probes), capacity), np.nan)
        self._first = self._count = 0
        """Number of the oldest sample that is kept, and samples taken since the run began."""

    # -- from any thread

    @property
    def stride(self) -> int:
        """Ticks between two samples."""
        return self._stride

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What is sampled."""
        return self._probes

    def data(self, newest: int | None = None) -> ProbeData:
        """Frozen copy of the samples, the newest so many or all that are kept; from any thread."""
        with self._lock:
            return self._copied(newest)

    def _copied(self, newest: int | None) -> ProbeData:
        kept = self._count - self._first
        kept = kept if newest is None else min(newest, kept)
        places = np.arange(self._count - kept, self._count) % self._capacity
        ticks, values = self._ticks[places], self._values[:, places]
        ticks.flags.writeable = values.flags.writeable = False
        return ProbeData(
            self._probes,
            ticks,
            MappingProxyType({probe.id: row for probe, row in zip(self._probes, values, strict=True)}),
            MappingProxyType({key: unit for key, (unit, _) in self._labels.items()}),
            MappingProxyType({key: label for key, (_, label) in self._labels.items()}),
            MappingProxyType(dict(self._problems)),
            self._stride,
            self._first,
        )

    def take(self) -> ProbeData:
        """Samples kept, which are forgotten with this: for files that grow with the run."""
        with self._lock:
            found = self._copied(None)
            self._first = self._count = 0
        return found

    @property
    def full(self) -> bool:
        """Whether the next sample drops the oldest."""
        return self._count - self._first >= self._capacity

    # -- on the simulation thread

    def start(self, world: World) -> None:
        """Sample this world from now on, its present tick included if it is a multiple of the stride."""
        if world is not self._world:
            self._world = world
            with self._lock:
                self._first = self._count = 0
        self._bind()
        with self._lock:
            self._forget_after(world.macro_tick)
        if self._probes and world.macro_tick % self._stride == 0:
            self._append(world)

    def set_probes(self, world: World, probes: Sequence[Probe]) -> None:
        """Sample other probes from the present tick on; those that stay keep their series."""
        old = {probe.id: (row, probe) for row, probe in enumerate(self._probes)}
        values = np.full((len(probes), self._capacity), np.nan)
        for row, probe in enumerate(probes):
            before = old.get(probe.id)
            if before is not None and before[1].measures == probe.measures:
                values[row] = self._values[before[0]]
        with self._lock:
            self._probes, self._values = tuple(probes), values
        self.start(world)

    def set_stride(self, world: World, stride: int) -> None:
        """Sample every so many ticks from now on; samples of another stride are forgotten.

        Raises
        ------
        BadInput
            A stride below 1.
        """
        if stride < 1:
            raise BadInput(
                f"Cannot sample every {stride} ticks.", key="stride", value=stride, allowed="1, 2, …"
            )
        if stride != self._stride:
            with self._lock:
                self._stride, self._first, self._count = stride, 0, 0
        self.start(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the stride, or None without probes."""
        return (macro_tick // self._stride + 1) * self._stride if self._probes else None

    def sample(self, world: World) -> None:
        """Sample every probe; the world stands at a due tick."""
        if world is not self._world:
            self.start(world)
            return
        self._append(world)

    # -- own

    def _append(self, world: World) -> None:
        self._scalars.clear()
        column = np.array([read() for read in self._reads])
        tick = world.macro_tick
        with self._lock:
            self._forget_after(tick)
            if self._count > self._first and self._ticks[(self._count - 1) % self._capacity] == tick:
                # A probe was added at a tick that had been sampled: what was measured there stands.
                before = self._values[:, (self._count - 1) % self._capacity]
                before[...] = np.where(np.isnan(before), column, before)
                return
            place = self._count % self._capacity
            self._ticks[place] = tick
            self._values[:, place] = column
            self._count += 1
            self._first = max(self._first, self._count - self._capacity)

    def _forget_after(self, tick: int) -> None:
        """Drop samples that lie ahead of a tick: the world went back."""
        while self._count > self._first and self._ticks[(self._count - 1) % self._capacity] > tick:
            self._count -= 1

    def _bind(self) -> None:
        """Resolve every probe against the world once, so that a sample only reads."""
        reads: list[Read] = []
        problems: dict[str, str] = {}
        labels: dict[str, tuple[str, str]] = {}
        self._probed = {}
        for probe in self._probes:
            try:
                read, labels[probe.id] = self._reader(probe)
            except BadInput as error:
                problems[probe.id] = str(error)
                read = _nothing
            reads.append(read)
        self._reads = reads
        with self._lock:
            self._problems, self._labels = problems, labels

    def _reader(self, probe: Probe) -> tuple[Read, tuple[str, str]]:
        world = self._world
        if world is None:
            raise BadInput("There is no run yet.", key="probes")
        engine = world.engine(probe.engine)
        if probe.kind == "global":
            known = engine.scalar_specs()
            if probe.quantity not in known:
                raise unknown_name("scalar", probe.quantity, known, key="quantity")
            self._probed.setdefault(probe.engine, {})[probe.quantity] = None
            scalar = known[probe.quantity]
            return (lambda: self._scalar(probe, engine)), (scalar.unit, scalar.label)
        if probe.kind == "cluster":
            return _cluster_reader(world, probe)
        if probe.kind == "site":
            return _site_reader(world, probe)
        spec = grid_specs(world, probe.engine).get(probe.quantity)
        if spec is None:
            raise unknown_name("field", probe.quantity, grid_specs(world, probe.engine), key="quantity")
        index = cells_of(probe, *lattice_of(engine))
        unit = "" if spec.unit == "1" else spec.unit
        at = local_reader(world, probe.engine, probe.quantity)
        label = spec.label if probe.kind == "point" else f"{probe.reduction} {spec.label}"
        if probe.kind == "point":
            return (lambda: float(at(index))), (unit or "1", label)
        return (lambda: reduced(at(index), probe.reduction)), (unit or "1", label)

    def _scalar(self, probe: Probe, engine: Engine) -> float:
        """The scalars that are probed are read together, once a sample, and no others."""
        found = self._scalars.get(probe.engine)
        if found is None:
            found = self._scalars[probe.engine] = engine.scalars_of(self._probed[probe.engine])
        return float(found.get(probe.quantity, math.nan))


def _cluster_reader(world: World, probe: Probe) -> tuple[Read, tuple[str, str]]:
    known = cluster_specs(world, probe.engine)
    if probe.quantity not in known:
        raise unknown_name("field of clusters", probe.quantity, known, key="quantity")
    cluster, clusters = cell(probe.x), len(world.field(probe.engine, probe.quantity))
    if not 0 <= cluster < clusters:
        raise BadInput(
            f"{probe.title} is of cluster {cluster}, which does not exist.",
            key="place",
            value=cluster,
            allowed=f"0 to {clusters - 1}",
            remedy="Choose another cluster.",
        )
    spec, at = known[probe.quantity], local_reader(world, probe.engine, probe.quantity)
    return (lambda: float(at((cluster,)))), (spec.unit, spec.label)


def _site_reader(world: World, probe: Probe) -> tuple[Read, tuple[str, str]]:
    """One site of a field of many axes; psi is read at that site alone."""
    if probe.quantity not in SITE_FIELDS:
        raise unknown_name("quantity of a site", probe.quantity, SITE_FIELDS, key="quantity")
    engine, (name, part) = world.engine(probe.engine), SITE_FIELDS[probe.quantity]
    known = engine.field_specs()
    if name not in known or not hasattr(engine.config, "shape"):
        raise BadInput(f"{engine.name} has no sites of nine axes.", key="engine", value=engine.name)
    index = site_of(probe, engine.config.shape)
    plane, spec = Plane(("x", "y"), part=part), known[name]
    unit = "rad" if part == "phase" else spec.unit
    label = SITE_LABELS.get(part, "{}").format(spec.label)
    return (lambda: float(plane.of(np.asarray(engine.field_at(name, index))).item())), (unit, label)


def local_reader(world: World, key: str, name: str) -> Callable[[Index], Array]:
    """Function that reads the cells of an index from an own or derived field of an engine.

    Derived fields that depend on the same cell of their inputs alone are worked out for these cells only.
    """
    engine = world.engine(key)
    if name in engine.field_specs():
        return lambda index: engine.field_at(name, index)
    derived = registry.derived_fields(engine.name).get(name)
    if derived is not None and derived.local:
        inputs, function = derived.inputs, derived.function
        return lambda index: np.asarray(
            function(engine.config, **{item: engine.field_at(item, index) for item in inputs})
        )
    return lambda index: np.asarray(world.field(key, name)[index])


def profile_of(world: World, probe: Probe, fields: Iterable[str]) -> Profile:
    """Fields along a line probe at the present tick; call it on the simulation thread.

    Raises
    ------
    BadInput
        No line, a place outside the lattice, or an unknown field.
    """
    if probe.kind != "line":
        raise BadInput(f"{probe.title} is no line.", key="kind", value=probe.kind, allowed="line")
    engine = world.engine(probe.engine)
    index = cells_of(probe, *lattice_of(engine))
    known = grid_specs(world, probe.engine)
    values: dict[str, Floats] = {}
    for name in fields:
        if name not in known:
            raise unknown_name("field", name, known, key="field")
        values[name] = np.asarray(local_reader(world, probe.engine, name)(index), np.float64)
    rows, columns = index
    return Profile(
        probe,
        world.macro_tick,
        distances(probe, index),
        np.asarray(columns, np.float64),
        np.asarray(rows, np.float64),
        MappingProxyType(values),
        MappingProxyType(engine.scalars()),
    )


def grid_specs(world: World, key: str) -> dict[str, Any]:
    """Fields of an engine on its lattice, own and derived, by name: those that probes can sample."""
    return {
        name: spec
        for name, spec in world.specs(key).items()
        if spec.dims == ("y", "x") and "c" not in spec.dtype[:1]
    }


def cluster_specs(world: World, key: str) -> dict[str, FieldSpec]:
    """Fields of an engine with a real number for each cluster, own and derived, by name."""
    return {
        name: spec
        for name, spec in world.specs(key).items()
        if spec.dims == ("cluster",) and "c" not in spec.dtype[:1]
    }


def lattice_of(engine: Engine) -> tuple[int, int]:
    """Columns and rows of an engine's lattice.

    Raises
    ------
    BadInput
        An engine without a two-dimensional lattice.
    """
    config = engine.config
    nx, ny = getattr(config, "nx", 0), getattr(config, "ny", 0)
    if not (nx and ny):
        raise BadInput(f"{engine.name} has no lattice of rows and columns.", key="engine", value=engine.name)
    return int(nx), int(ny)


def _nothing() -> float:
    return math.nan
