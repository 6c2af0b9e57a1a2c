"""Couplings: how one engine of a session feeds another, described by data that files can hold.

A coupling exchanges between macro ticks only, and once before the first. It keeps nothing between two
exchanges: what it gives becomes part of the target's state, so a checkpoint of the engines is one of the
whole session.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from tauscope.engine.base import Array, Engine
from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput, unknown_name


class CouplingConfig(EngineConfig):
    """What every coupling says of itself: its kind, the engines that give and take, by key, and a switch."""

    kind: str
    source: str
    target: str
    on: bool = parameter(True, label="On", description="Off, nothing is exchanged; the run starts again.")


class ClockRateConfig(CouplingConfig):
    """Clocks of the target run at the rate f that the source's lattice has where they stand."""

    kind: Literal["clock_rate"] = "clock_rate"
    source: str = parameter("gravity", label="Source", description="Key of the engine with the lattice.")
    target: str = parameter("kuramoto", label="Target", description="Key of the engine with the clocks.")
    field: Literal["f_traffic", "f_live"] = parameter(
        "f_traffic",
        label="Clock rate",
        description="Realized updates per tick: f_traffic is the mean of two ticks, f_live a moving average.",
    )
    interpolation: Literal["bilinear", "nearest"] = parameter(
        "bilinear",
        label="Between nodes",
        description="A clock between four nodes takes their weighted mean, or the rate of the nearest node.",
    )


class RefractionConfig(CouplingConfig):
    """Waves of the target run the slower on their plane of x and y, the less the source's lattice updates."""

    kind: Literal["refraction"] = "refraction"
    source: str = parameter("gravity", label="Source", description="Key of the engine with the lattice.")
    target: str = parameter("ufie", label="Target", description="Key of the engine with the waves.")
    field: Literal["f_traffic", "f_live"] = parameter(
        "f_traffic",
        label="Update rate",
        description="Realized updates per tick: f_traffic is the mean of two ticks, f_live a moving average.",
    )
    every: int = parameter(
        20,
        label="Ticks between exchanges",
        unit="ticks",
        ge=1,
        le=100_000,
        description="The lattice is read at multiples of it: an edit of s costs as much as some six steps.",
    )


class Coupling(ABC):
    """Feeds one running engine from another.

    Parameters
    ----------
    config : CouplingConfig
        What it is.
    """

    kind: ClassVar[str]
    config_type: ClassVar[type[CouplingConfig]]

    def __init__(self, config: CouplingConfig) -> None:
        self.config = config

    @property
    def every(self) -> int:
        """It exchanges at multiples of so many ticks of the source, of those at which a macro tick ends."""
        return 1

    @classmethod
    @abstractmethod
    def check(cls, config: CouplingConfig, configs: Mapping[str, EngineConfig]) -> None:
        """Refuse a coupling that the engines' configurations cannot have, before anything is built.

        Raises
        ------
        BadInput
            Naming the entry that is missing or wrong.
        """

    @abstractmethod
    def __call__(self, engines: Mapping[str, Engine]) -> None:
        """Exchange: read the source, write the target; both stand between two macro ticks."""

    @classmethod
    @abstractmethod
    def sentence(cls, config: CouplingConfig) -> str:
        """What it does, for people."""


@runtime_checkable
class Clocked(Protocol):
    """An engine whose clusters tick at rates given from outside."""

    def set_clock_rates(self, rates: Array) -> None:
        """Rates of the clusters' clocks, float64 [C], 1 for a clock far from everything."""


class ClockRate(Coupling):
    """Gravitational redshift: omega_eff = f(x) omega for the clusters that stand at x on a lattice.

    The rate of a macro tick is f at its beginning. Source of the relation: the design of the kuramoto lab,
    "coupling to the gravity lattice"; f is what the lattice engine measures, not what a theory expects.
    """

    kind = "clock_rate"
    config_type = ClockRateConfig

    def __init__(self, config: CouplingConfig) -> None:
        super().__init__(config)
        self._made = ClockRateConfig.load(config.dump())
        self._clocks: EngineConfig | None = None
        self._clocked: type | None = None
        """Type of the target, once it was found to have clocks: to ask costs as much as to give the rates."""
        self._nodes = nodes_of((), 1, 1, "nearest")

    @classmethod
    def check(cls, config: CouplingConfig, configs: Mapping[str, EngineConfig]) -> None:
        """Refuse a source without lattice, and clocks without a place on it.

        Raises
        ------
        BadInput
            Naming the entry that is missing or wrong.
        """
        source, target = configs[config.source], configs[config.target]
        if not (hasattr(source, "nx") and hasattr(source, "ny")):
            raise BadInput(
                f"The engine “{config.source}” has no lattice that clocks could stand on.",
                key="couplings.source",
                value=config.source,
            )
        if "clock_places" not in type(target).model_fields:
            raise BadInput(
                f"The engine “{config.target}” has no clocks.", key="couplings.target", value=config.target
            )
        places = places_of(target)
        if not len(places):
            raise BadInput(
                f"The clusters of {config.target} have no places on the lattice of {config.source}.",
                key="clock_places",
                remedy="Give one [x, y] a cluster, in cells.",
            )
        nodes_of(places, int(source.nx), int(source.ny), "bilinear")

    @classmethod
    def sentence(cls, config: CouplingConfig) -> str:
        """What it does, for people."""
        made = ClockRateConfig.load(config.dump())
        between = "interpolated between nodes" if made.interpolation == "bilinear" else "of the nearest node"
        return (
            f"Clusters of {made.target} tick at the rate {made.field}(x) of {made.source} where they stand, "
            f"{between}: ω → f(x) ω."
        )

    def __call__(self, engines: Mapping[str, Engine]) -> None:
        """Give every cluster the rate at its place.

        Raises
        ------
        BadInput
            The target has no clocks, or a place for another number of them.
        """
        target: Any = engines[self.config.target]
        if type(target) is not self._clocked:
            if not isinstance(target, Clocked):
                raise BadInput(
                    f"The engine “{target.name}” has no clocks.", key="couplings.target", value=target.name
                )
            self._clocked = type(target)
        target.set_clock_rates(self.rates(engines))

    def rates(self, engines: Mapping[str, Engine]) -> Array:
        """Rates of the clusters' clocks at the present moment, float64 [C]."""
        config, source = self._made, engines[self.config.source]
        clocks = engines[config.target].config
        if clocks is not self._clocks:  # configurations are immutable: the same object has the same places
            lattice: Any = source.config
            self._nodes = nodes_of(places_of(clocks), lattice.nx, lattice.ny, config.interpolation)
            self._clocks = clocks
        index, weights = self._nodes
        found = np.asarray(source.field_at(config.field, index), np.float64)
        rates: Array = (weights * found).sum(axis=0)
        return rates


@runtime_checkable
class Refracting(Protocol):
    """An engine whose waves run slower where it is told so, on its plane of x and y."""

    def set_refraction(self, wanted: Array) -> None:
        """What 1 + s is to exceed 1 by, float64 [n_x, n_y]; the engine clamps it and says where."""


class Refraction(Coupling):
    """The lattice as a refractive index: 1 + s = 1/f(x), so that waves run at c0 f.

    The planes cover one another whatever their sizes; between nodes f is interpolated bilinearly. The engine
    clamps s at 2, where f is below 1/3, and says where. Source: ufie.md, "Step n, in full".
    """

    kind = "refraction"
    config_type = RefractionConfig

    def __init__(self, config: CouplingConfig) -> None:
        super().__init__(config)
        self._made = RefractionConfig.load(config.dump())
        self._nodes: dict[tuple[int, ...], tuple[tuple[Array, Array], Array]] = {}

    @property
    def every(self) -> int:
        """Ticks of the lattice between two exchanges."""
        return self._made.every

    @classmethod
    def check(cls, config: CouplingConfig, configs: Mapping[str, EngineConfig]) -> None:
        """Refuse a source without lattice, and a target without waves in a medium that may vary.

        Raises
        ------
        BadInput
            Naming the entry that is missing or wrong.
        """
        source, target = configs[config.source], configs[config.target]
        if not (hasattr(source, "nx") and hasattr(source, "ny")):
            raise BadInput(
                f"The engine “{config.source}” has no lattice that could refract waves.",
                key="couplings.source",
                value=config.source,
            )
        if "state_index" not in type(target).model_fields:
            raise BadInput(
                f"The engine “{config.target}” has no waves that could be refracted.",
                key="couplings.target",
                value=config.target,
            )
        if getattr(target, "integrator", "") == "etd":
            raise BadInput(
                "The integrator etd needs the same medium everywhere, and refraction varies it.",
                key="integrator",
                value="etd",
                allowed="kdk or literal with a refraction",
            )

    @classmethod
    def sentence(cls, config: CouplingConfig) -> str:
        """What it does, for people."""
        made = RefractionConfig.load(config.dump())
        return (
            f"Waves of {made.target} run at c₀ {made.field}(x) of {made.source} on the plane of x and y: "
            "1 + s = 1/f, at most s = 2."
        )

    def __call__(self, engines: Mapping[str, Engine]) -> None:
        """Give the waves their refraction, where the lattice's tick is one at which it is read.

        Raises
        ------
        BadInput
            The target has no waves that could be refracted.
        """
        source, target = engines[self._made.source], engines[self._made.target]
        if not isinstance(target, Refracting):
            raise BadInput(
                f"The engine “{target.name}” has no waves.", key="couplings.target", value=target.name
            )
        if source.tick % self._made.every == 0:
            target.set_refraction(self.wanted(engines))

    def wanted(self, engines: Mapping[str, Engine]) -> Array:
        """1/f - 1 at the present moment, float64 [n_x, n_y], not clamped; infinite where f is 0."""
        lattice: Any = engines[self._made.source].config
        waves: Any = engines[self._made.target].config
        n_x, n_y = waves.shape[6:8]
        key = (lattice.nx, lattice.ny, n_x, n_y)
        if key not in self._nodes:
            x, y = (np.arange(n) * (m - 1) / max(n - 1, 1) for n, m in ((n_x, lattice.nx), (n_y, lattice.ny)))
            places = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
            self._nodes = {key: nodes_of(places, lattice.nx, lattice.ny, "bilinear")}
        index, weights = self._nodes[key]
        rate = np.asarray(engines[self._made.source].field_at(self._made.field, index), np.float64)
        f = (weights * rate).sum(axis=0).reshape(n_x, n_y)
        with np.errstate(divide="ignore"):
            found: Array = 1.0 / f - 1.0
        return found


def places_of(config: EngineConfig) -> Array:
    """Places of the clusters' clocks, float64 [C, 2], x and y in cells; [0, 2] where there are none."""
    given = getattr(config, "clock_places", None)
    if given is None:
        return np.zeros((0, 2))
    return np.asarray(getattr(given, "array", given), np.float64).reshape(-1, 2)


def nodes_of(
    places: Iterable[Iterable[float]], nx: int, ny: int, interpolation: str
) -> tuple[tuple[Array, Array], Array]:
    """Nodes around places on a lattice, and their weights.

    Parameters
    ----------
    places : iterable of (x, y)
        In cells, whole numbers at the nodes.
    nx, ny : int
        Columns and rows.
    interpolation : str
        ``bilinear``: the four nodes around, weights by area; ``nearest``: the nearest, at a half the upper.

    Returns
    -------
    (rows, columns) : arrays of int, shape [4, C]
        Index of the nodes.
    weights : array of float64, shape [4, C]
        Sum to 1 over the first axis.

    Raises
    ------
    BadInput
        A place outside the lattice.
    """
    xy = np.array([tuple(place) for place in places], np.float64).reshape(-1, 2)
    for number, (x, y) in enumerate(xy):
        if not (0 <= x <= nx - 1 and 0 <= y <= ny - 1):
            raise BadInput(
                f"The clock of cluster {number} stands at ({x:g}, {y:g}), outside the lattice.",
                key=f"clock_places.{number}",
                value=[float(x), float(y)],
                allowed=f"x 0 to {nx - 1}, y 0 to {ny - 1}",
            )
    if interpolation == "nearest":
        low, part = np.floor(xy + 0.5).astype(np.int64), np.zeros_like(xy)
    else:
        low = np.floor(xy).astype(np.int64)
        part = xy - low
    high = np.minimum(low + 1, [nx - 1, ny - 1])
    columns = np.stack([low[:, 0], high[:, 0], low[:, 0], high[:, 0]])
    rows = np.stack([low[:, 1], low[:, 1], high[:, 1], high[:, 1]])
    u, v = part[:, 0], part[:, 1]
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    return (rows, columns), weights


KINDS: Mapping[str, type[Coupling]] = {ClockRate.kind: ClockRate, Refraction.kind: Refraction}
"""Couplings on offer, by kind."""


def kind_of(kind: str) -> type[Coupling]:
    """Class of a kind of coupling.

    Raises
    ------
    BadInput
        Unknown kind; names the nearest.
    """
    if kind not in KINDS:
        raise unknown_name("kind of coupling", kind, KINDS, key="couplings.kind")
    return KINDS[kind]


def load_coupling(data: Mapping[str, Any] | CouplingConfig) -> CouplingConfig:
    """Validated description of a coupling from plain data.

    Raises
    ------
    BadInput
        Unknown kind or refused entry.
    """
    if isinstance(data, CouplingConfig):
        return data
    if "kind" not in data:
        raise BadInput(
            "A coupling does not say what it is.", key="couplings.kind", value=data, allowed=", ".join(KINDS)
        )
    return kind_of(str(data["kind"])).config_type.load(data)
