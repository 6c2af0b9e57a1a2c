"""Set-ups: the engines of a session, their tick ratio and their couplings, as data that files can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tauscope.engine import registry
from tauscope.engine.config import EngineConfig
from tauscope.engine.coupling import CouplingConfig, kind_of, load_coupling
from tauscope.engine.errors import BadInput, unknown_name


@dataclass(frozen=True, slots=True)
class Member:
    """One engine of a set-up.

    Parameters
    ----------
    name : str
        Engine name.
    config : EngineConfig
        Configuration.
    ticks : int
        Its ticks in one macro tick.
    """

    name: str
    config: EngineConfig
    ticks: int = 1


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that makes a world but seed and device.

    Parameters
    ----------
    engines : mapping of str to Member
        By key; the first is the main engine, whose scalars stand for the session where there is room for one.
    couplings : tuple of CouplingConfig
        Exchanged in this order.
    """

    engines: Mapping[str, Member]
    couplings: tuple[CouplingConfig, ...] = ()

    @classmethod
    def of(
        cls,
        engine: str,
        config: Mapping[str, Any] | EngineConfig,
        companions: Mapping[str, Mapping[str, Any] | EngineConfig] | None = None,
        ticks: Mapping[str, int] | None = None,
        couplings: Iterable[Mapping[str, Any] | CouplingConfig] = (),
    ) -> Self:
        """Set-up of engines that are each called by their name, checked.

        Parameters
        ----------
        engine : str
            Name of the main engine.
        config : mapping or EngineConfig
            Its configuration.
        companions : mapping, optional
            Configurations of the others, by name.
        ticks : mapping of str to int, optional
            Ticks of each in one macro tick, default 1.
        couplings : iterable, optional
            Descriptions of the couplings.

        Raises
        ------
        BadInput
            Unknown engine or coupling, refused configuration, or engines that cannot be coupled so.
        """
        given = {engine: config}
        for key, other in (companions or {}).items():
            if key in given:
                raise BadInput(f"The engine “{key}” stands twice in the set-up.", key=f"companions.{key}")
            given[key] = other
        ratios = dict(ticks or {})
        for key in ratios:
            if key not in given:
                raise unknown_name("engine of the set-up", key, given, key="ticks")
        members = {
            key: Member(key, registry.config_type(key).load(data), ratios.get(key, 1))
            for key, data in given.items()
        }
        made = cls(members, tuple(load_coupling(item) for item in couplings))
        made.check()
        return made

    @property
    def main(self) -> str:
        """Key of the main engine."""
        return next(iter(self.engines))

    @property
    def ratios(self) -> dict[str, int]:
        """Ticks of each engine in one macro tick."""
        return {key: member.ticks for key, member in self.engines.items()}

    def check(self) -> None:
        """Refuse ratios below 1, and couplings between engines that are not there or do not fit.

        Raises
        ------
        BadInput
            Naming the entry.
        """
        for key, ratio in self.ratios.items():
            if type(ratio) is not int or ratio < 1:
                raise BadInput(
                    f"The tick ratio of {key} is {ratio}.",
                    key=f"ratios.{key}",
                    value=ratio,
                    allowed="1, 2, …",
                )
        configs = {key: member.config for key, member in self.engines.items()}
        for coupling in self.couplings:
            for end, key in (("source", coupling.source), ("target", coupling.target)):
                if key not in configs:
                    raise unknown_name("engine of the set-up", key, configs, key=f"couplings.{end}")
            if coupling.source == coupling.target:
                raise BadInput(
                    f"A coupling feeds {coupling.source} from itself.",
                    key="couplings.target",
                    value=coupling.target,
                    remedy="Name two engines.",
                )
            kind_of(coupling.kind).check(coupling, configs)

    def sentences(self) -> tuple[str, ...]:
        """What the couplings do, for people."""
        return tuple(kind_of(coupling.kind).sentence(coupling) for coupling in self.couplings)

    def dump(self) -> dict[str, Any]:
        """Plain JSON data; ``load(dump())`` gives an equal set-up."""
        return {
            "engines": {
                key: {"name": member.name, "config": member.config.dump(), "ticks": member.ticks}
                for key, member in self.engines.items()
            },
            "couplings": [coupling.dump() for coupling in self.couplings],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Set-up of plain data, checked.

        Raises
        ------
        BadInput
            Unknown engine or coupling, a refused configuration, or data that are no set-up.
        """
        try:
            members = {
                str(key): Member(
                    str(item["name"]),
                    registry.config_type(str(item["name"])).load(item["config"]),
                    int(item["ticks"]),
                )
                for key, item in data["engines"].items()
            }
            made = cls(members, tuple(load_coupling(item) for item in data["couplings"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, BadInput):
                raise
            raise BadInput(f"The set-up cannot be read ({error!r}).", key="engines") from None
        made.check()
        return made
