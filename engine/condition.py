"""Pause on condition: a formula over scalars and probes, looked at in the run and not on the display."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tauscope.engine.base import ScalarSpec
from tauscope.engine.errors import BadInput
from tauscope.engine.formula import Formula
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import Sampler
from tauscope.engine.world import World

Reader = Callable[[World, Collection[str]], Mapping[str, float]]
"""Numbers of a world that stands between ticks, by name; of the wanted names at least."""

CLOCK = ("tick", "time")
"""Names that every condition may use beside scalars and probes."""


@dataclass(frozen=True, slots=True)
class Held:
    """A condition that holds.

    Parameters
    ----------
    text : str
        The condition.
    tick : int
        Macro tick at which it was seen to hold first.
    values : mapping of str to float
        Numbers of the names that occur in it.
    """

    text: str
    tick: int
    values: Mapping[str, float] = field(default_factory=dict)

    def sentence(self) -> str:
        """What happened, with tick and numbers."""
        numbers = ", ".join(f"{name} = {value:.7g}" for name, value in self.values.items())
        return f"Paused at tick {self.tick:,}: {self.text} holds{f', with {numbers}' if numbers else ''}."


def scalar_names(world: World) -> dict[str, ScalarSpec]:
    """Scalars that a condition may use: those of the main engine by name, of others as ``engine_name``."""
    return {
        name if key == world.main else f"{key}_{name}": spec
        for key, engine in world.engines.items()
        for name, spec in engine.scalar_specs().items()
    }


def read_scalars(world: World, wanted: Collection[str]) -> dict[str, float]:
    """Tick, time and wanted scalars of the main engine, by name; scalars of others as ``engine_name``."""
    first = world.engine(world.main)
    values = {"tick": float(world.macro_tick), "time": float(first.time)}
    left = [name for name in wanted if name not in values]
    for number, (key, engine) in enumerate(world.engines.items()):
        prefix = "" if number == 0 else f"{key}_"
        called = {name: name.removeprefix(prefix) for name in left if name.startswith(prefix)}
        known = engine.scalar_specs()
        called = {name: own for name, own in called.items() if own in known}
        if called:
            found = engine.scalars_of(tuple(called.values()))
            values |= {name: float(found[own]) for name, own in called.items() if own in found}
    return values


class ProbeReader:
    """Reads probes beside scalars, by id, and by name where that is an identifier.

    Parameters
    ----------
    probes : iterable of Probe
        What may be read.
    """

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._probes = tuple(probes)
        self._sampler = Sampler(self._probes, capacity=2)
        self._ids = {probe.name: probe.id for probe in self._probes if probe.name.isidentifier()}
        self._ids |= {probe.id: probe.id for probe in self._probes}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the probes."""
        return tuple(self._ids)

    def __call__(self, world: World, wanted: Collection[str]) -> dict[str, float]:
        """Numbers of the wanted names, at the present tick."""
        called = [name for name in wanted if name in self._ids]
        values = read_scalars(world, [name for name in wanted if name not in self._ids])
        if called:
            self._sampler.sample(world)
            found = self._sampler.data(1).values
            values |= {name: float(found[self._ids[name]][-1]) for name in called}
        return values


class Condition:
    """Tracker that looks whether a formula holds at ticks that are multiples of ``every``.

    It acts when the formula becomes true, not while it stays true, so that a run which was paused by it can
    be played on. The ticks it looks at depend neither on the display nor on how the run is cut into chunks.

    Parameters
    ----------
    text : str
        Formula whose value is true or false, such as ``f_traffic_min < 0.5``.
    names : iterable of str
        Names it may use.
    every : int
        Macro ticks between two looks.
    hold : callable
        Told when it becomes true, on the simulation thread.
    read : callable
        Numbers of the world by name.

    Raises
    ------
    BadInput
        No formula, an unknown name, a formula that is a number and no condition, or ``every`` below 1.
    """

    light = True
    """It can look at a state that was not checked; it checks the world itself before it acts."""

    def __init__(
        self,
        text: str,
        names: tuple[str, ...],
        every: int,
        hold: Callable[[Held], None],
        read: Reader = read_scalars,
    ) -> None:
        self.formula = condition_of(text, names)
        if every < 1:
            raise BadInput(f"every is {every}.", key="every", value=every, allowed="1, 2, …")
        self.every = every
        self._hold = hold
        self._read = read
        self._held = False

    def next_due(self, macro_tick: int) -> int:
        """Next multiple of ``every``."""
        return (macro_tick // self.every + 1) * self.every

    def sample(self, world: World) -> None:
        """Look; a name without a number now, such as a scalar that is not measured yet, does not hold."""
        found = self._read(world, self.formula.names)
        values = {name: float(found.get(name, np.nan)) for name in self.formula.names}
        known = not any(np.isnan(value) for value in values.values())
        holds = known and bool(self.formula(**values))
        if holds and not self._held:
            if world.check() is not None:
                return  # a limit is broken: the end of the chunk stops the run and says so
            self._hold(Held(self.formula.text, world.macro_tick, values))
        self._held = holds


def condition_of(text: str, names: tuple[str, ...]) -> Formula:
    """Formula that is true or false.

    Raises
    ------
    BadInput
        As `Formula`, or a number instead of a condition.
    """
    formula = Formula(text, dict.fromkeys((*CLOCK, *names)))
    if formula(**dict.fromkeys(formula.names, 0.5)).dtype != np.bool_:
        raise BadInput(
            f"“{formula.text[:60]}” is a number, not a condition.",
            key="condition",
            value=formula.text[:60],
            remedy="Compare it with something, as in f_traffic_min < 0.5; join comparisons with & or |.",
        )
    return formula
