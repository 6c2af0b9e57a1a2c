"""The world: running engines, their exact tick ratio, the event log, and frames on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tauscope.engine import registry
from tauscope.engine.base import (
    Array,
    BlowUp,
    Command,
    DerivedField,
    Engine,
    FieldSpec,
    Frame,
    FrameRequest,
    Limits,
)
from tauscope.engine.coupling import Coupling, kind_of
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.events import Event, EventLog
from tauscope.engine.exchanges import Exchange, Exchanges
from tauscope.engine.planes import cut
from tauscope.engine.setup import Member, Setup


class World:
    """Owns engines that advance together by macro ticks.

    One macro tick advances engine ``k`` by ``ratios[k]`` of its own ticks. Couplings exchange at macro-tick
    boundaries only, so the order of work never depends on the wall clock.

    Parameters
    ----------
    engines : mapping of str to Engine
        Engines by key; the key is the engine's name unless two of a kind run.
    ratios : mapping of str to int, optional
        Ticks of each engine in a macro tick, default 1.
    couplings : sequence of callable, optional
        Called with the engines after every macro tick, in order; only a `Coupling` can be kept in files.

    Attributes
    ----------
    spent : mapping of str to float
        Seconds that each of several engines took to advance, since the world was made.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        ratios: Mapping[str, int] | None = None,
        couplings: Iterable[Exchange] = (),
    ) -> None:
        self.engines = dict(engines)
        self.ratios = {key: int((ratios or {}).get(key, 1)) for key in self.engines}
        for key, ratio in self.ratios.items():
            if ratio < 1:
                raise BadInput(
                    f"The tick ratio of {key} is {ratio}.",
                    key=f"ratios.{key}",
                    value=ratio,
                    allowed="1, 2, …",
                )
        self.couplings = tuple(couplings)
        self._exchanges = Exchanges(self.couplings, self.engines, self.ratios)
        self.spent: Mapping[str, float] = self._exchanges.spent
        self.macro_tick = 0
        self.generation = 0
        self.events = EventLog()

    @classmethod
    def single(cls, name: str, config: Mapping[str, Any], seed: int = 1, device: str = "cpu") -> World:
        """World of one engine, keyed by its name."""
        return cls({name: registry.create(name, config, seed=seed, device=device)})

    @classmethod
    def of(
        cls,
        setup: Setup,
        seed: int | Mapping[str, int] = 1,
        device: str | Mapping[str, str] = "cpu",
    ) -> World:
        """World of a set-up at tick 0, after a first exchange.

        Parameters
        ----------
        setup : Setup
            Engines, ratios and couplings.
        seed, device : or a mapping by engine
            As in `registry.create`.

        Raises
        ------
        BadInput
            As `Setup.check` and `registry.create`.
        """
        setup.check()
        engines = {
            key: registry.create(
                member.name,
                member.config,
                seed=seed if isinstance(seed, int) else seed[key],
                device=device if isinstance(device, str) else device[key],
            )
            for key, member in setup.engines.items()
        }
        world = cls(engines, setup.ratios, (kind_of(item.kind)(item) for item in setup.couplings))
        world._exchanges.now()
        return world

    @property
    def setup(self) -> Setup:
        """Present set-up, live changes of the configurations included.

        Raises
        ------
        BadInput
            A coupling that was given as a function and has no description.
        """
        if not all(isinstance(item, Coupling) for item in self.couplings):
            raise BadInput("A coupling of these engines has no description.", key="couplings")
        members = {
            key: Member(engine.name, engine.config, self.ratios[key]) for key, engine in self.engines.items()
        }
        return Setup(members, tuple(item.config for item in self.couplings if isinstance(item, Coupling)))

    @property
    def main(self) -> str:
        """Key of the main engine: the first."""
        return next(iter(self.engines))

    def engine(self, key: str) -> Engine:
        """Engine by key; raises BadInput for an unknown one."""
        if key not in self.engines:
            raise unknown_name("running engine", key, self.engines, key="engine")
        return self.engines[key]

    def advance(self, macro_ticks: int) -> None:
        """Do whole macro ticks; ``advance(a + b)`` equals ``advance(a); advance(b)`` bit for bit.

        A single engine that stops at a good state on the way takes the macro tick along; `check` tells of it.
        """
        if self.couplings or len(self.engines) > 1:
            self._exchanges.advance(macro_ticks)
        else:
            for key, engine in self.engines.items():
                before, ratio = engine.tick, self.ratios[key]
                engine.advance(macro_ticks * ratio)
                macro_ticks = (engine.tick - before) // ratio
        self.macro_tick += macro_ticks

    @property
    def torn(self) -> bool:
        """Whether an engine stands elsewhere than the others, since one of them failed amid a tick."""
        return any(engine.tick != self.macro_tick * self.ratios[key] for key, engine in self.engines.items())

    def apply(self, command: Command) -> Event:
        """Apply a command at the present tick and log it.

        Raises
        ------
        BadInput
            If the engine refuses it; nothing is changed or logged then.
        """
        tick = self.engine(command.engine).tick
        return self.events.append(self.macro_tick, tick, command, self._carry_out(command))

    def again(self, event: Event) -> None:
        """Carry out the command of an event once more and keep the same event, for a past that is redone."""
        self._carry_out(event.command)
        self.events.keep(event)

    def _carry_out(self, command: Command) -> Any:
        engine = self.engine(command.engine)
        if command.name == "set":
            return engine.set(str(command.args["path"]), command.args["value"])
        return engine.command(command.name, **command.args)

    def specs(self, key: str) -> dict[str, FieldSpec]:
        """Specs of an engine's own and derived fields, by name."""
        engine = self.engine(key)
        return {**engine.field_specs(), **{name: field.spec for name, field in self._derived(engine).items()}}

    def field(self, key: str, name: str) -> Array:
        """Copy of an own or derived field.

        Raises
        ------
        BadInput
            Unknown field.
        """
        engine = self.engine(key)
        if name in engine.field_specs():
            return engine.field(name)
        derived = self._derived(engine)
        if name not in derived:
            raise unknown_name("field", name, self.specs(key), key="field")
        wanted = derived[name]
        return wanted.function(engine.config, **{item: engine.field(item) for item in wanted.inputs})

    def scalars(self) -> Mapping[str, Mapping[str, float]]:
        """All scalars of every engine, read-only, by engine and name."""
        return MappingProxyType({key: MappingProxyType(e.scalars()) for key, e in self.engines.items()})

    def frame(
        self,
        requests: Iterable[FrameRequest],
        rate: float = 0.0,
        running: bool = False,
        scalars: Mapping[str, Mapping[str, float]] | None = None,
    ) -> Frame:
        """Frame with the requested arrays, private and read-only, and limits of those in two dimensions.

        Scalars are worked out unless they are given: those of the present tick, or an empty mapping where
        they would cost too much.

        A field that this configuration does not have, or of an engine that does not run, is left out: a view
        may still ask for it when a run of another rule begins. So is a plane that lies outside the field.
        """
        arrays: dict[FrameRequest, Array] = {}
        limits: dict[FrameRequest, Limits] = {}
        whole: dict[tuple[str, str], Array] = {}
        wanted = dict.fromkeys(requests)
        offered = {key: self.specs(key) for key in {request.engine for request in wanted} & set(self.engines)}
        for request in wanted:
            source = (request.engine, request.field)
            if request.field not in offered.get(request.engine, ()):
                continue
            engine = self.engines[request.engine]
            if request.plane is not None:
                try:
                    array = self._plane(request, engine, whole)
                except BadInput:
                    continue  # asked for before the set-up changed; the next request fits
            elif request.selection and source not in whole and request.field in engine.field_specs():
                # A slice of nine dimensions must not cost a copy of all of them.
                array = request.reduce(engine.field_at(request.field, request.index))
            else:
                if source not in whole:
                    whole[source] = self.field(*source)
                plain = not request.selection and request.reduction == "none"
                array = whole[source] if plain else request.apply(whole[source])
            array.flags.writeable = False
            arrays[request] = array
            if array.ndim == 2:
                size = array if np.isrealobj(array) else np.abs(array)
                limits[request] = Limits.of(size, request.robust)
        return Frame(
            macro_tick=self.macro_tick,
            generation=self.generation,
            ticks=MappingProxyType({key: engine.tick for key, engine in self.engines.items()}),
            times=MappingProxyType({key: engine.time for key, engine in self.engines.items()}),
            arrays=MappingProxyType(arrays),
            limits=MappingProxyType(limits),
            scalars=self.scalars() if scalars is None else scalars,
            rate=rate,
            running=running,
        )

    def _plane(self, request: FrameRequest, engine: Engine, whole: dict[tuple[str, str], Array]) -> Array:
        """Two axes of a field; of an engine's own without the rest of it."""
        assert request.plane is not None
        if request.field in engine.field_specs():
            return np.array(engine.plane(request.field, request.plane), order="C")
        source = (request.engine, request.field)
        if source not in whole:
            whole[source] = self.field(*source)
        return cut(whole[source], self.specs(request.engine)[request.field].dims, request.plane)

    def check(self) -> BlowUp | None:
        """First broken limit of any engine, or None."""
        for engine in self.engines.values():
            found = engine.check()
            if found is not None:
                return found
        return None

    def state(self) -> dict[str, Any]:
        """Checkpoint of everything that advances: macro tick and every engine's state.

        Couplings keep nothing between exchanges: what they gave is in the states of their targets.
        """
        return {
            "macro_tick": self.macro_tick,
            "engines": {key: engine.state() for key, engine in self.engines.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Return to a checkpoint; frames made before belong to an older generation.

        Raises
        ------
        BadInput
            If the checkpoint is of other engines or another lattice.
        """
        states = state["engines"]
        if set(states) != set(self.engines):
            raise BadInput(
                f"The checkpoint is of {', '.join(states)}, but {', '.join(self.engines)} is running.",
                key="engines",
                remedy="Load the preset or session that the checkpoint belongs to.",
            )
        for key, engine in self.engines.items():
            engine.restore(states[key])
        self.macro_tick = int(state["macro_tick"])
        self.generation += 1

    @staticmethod
    def _derived(engine: Engine) -> Mapping[str, DerivedField]:
        return registry.derived_fields(engine.name, engine.config)
