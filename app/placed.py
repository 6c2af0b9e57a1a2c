"""What stands on a lattice of rows and columns: sources, charges, patterns, in one vocabulary.

Editing, marks and commands speak of entries as a source has them: ``id``, ``name``, ``kind``, ``x``, ``y``,
``strength``, ``width``. Here they are read from a configuration and written into it.

Sources and patterns stand on one lattice, and a file may give one id to both: the ids of patterns carry the
name of their list here, as in ``patterns:p1``, and are bare in configurations and commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tauscope.engine.config import EngineConfig
from tauscope.engine.gravity.config_patterns import WAVE_EXTENT, WAVES
from tauscope.widgets.state import PATTERN_KINDS, SOURCE, MarkStyle

Entries = dict[str, Any]
STEP = 2
"""Cells between charges that are put on the lattice one after the other."""


@dataclass(frozen=True, slots=True)
class Placing:
    """How a configuration keeps what stands on its lattice.

    Parameters
    ----------
    key : str
        Entry of the configuration, a list.
    noun : str
        One of them, in words and in the names of commands.
    torus : bool
        Whether places go round the edges.
    prefix : str
        First letter of ids.
    new : mapping
        Entries of a new one, by the name under which the palette offers it; the engine gives the rest.
    own : mapping of str to str
        Entries that have another name in the configuration.
    style : MarkStyle
        How marks are drawn and handled.
    """

    key: str
    noun: str
    torus: bool = False
    prefix: str = "s"
    new: Mapping[str, Entries] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    style: MarkStyle = SOURCE

    def holds(self, kind: str) -> bool:
        """Whether what is of a kind stands in this list."""
        return kind not in PATTERN_KINDS

    def called(self, bare: str) -> str:
        """Id in the common vocabulary, of one that is bare."""
        return bare

    def count(self, number: int) -> str:
        """So many of them, in words."""
        return f"{number} {self.noun}{'s' if number != 1 else ''}"

    def read(self, entry: Mapping[str, Any]) -> Entries:
        """Entry of the configuration in the common vocabulary."""
        if not self.own:
            return dict(entry)
        back = {own: common for common, own in self.own.items()}
        found = {back.get(key, key): value for key, value in entry.items()}
        return {**found, "kind": "gaussian" if found.get("width") else "point"}

    def write(self, entry: Mapping[str, Any]) -> Entries:
        """Entry as the configuration has it."""
        if not self.own:
            return dict(entry)
        return {self.own.get(key, key): value for key, value in entry.items() if key not in ("kind", "world")}


class PatternPlacing(Placing):
    """How patterns are kept: ids carry the name of their list, and a velocity has two entries."""

    def holds(self, kind: str) -> bool:
        """Whether a kind is one of the patterns."""
        return kind in PATTERN_KINDS

    def called(self, bare: str) -> str:
        """Id that no source has."""
        return f"{self.key}:{bare}"

    def read(self, entry: Mapping[str, Any]) -> Entries:
        """Pattern in the common vocabulary; the width is its extent, given or not, where it is a wave."""
        found = dict(entry)
        vx, vy = found.pop("velocity", None) or (0.0, 0.0)
        width = _extent(found) if found.get("kind") in WAVES else 0.0
        return {**found, "id": self.called(found.get("id") or ""), "vx": vx, "vy": vy, "width": width}

    def write(self, entry: Mapping[str, Any]) -> Entries:
        """Pattern as the configuration has it."""
        found = dict(entry)
        width, vx, vy = (found.pop(key, 0.0) for key in ("width", "vx", "vy"))
        if found["kind"] in WAVES and width and width != _extent(found):
            found["extent"] = width
        return {**found, "id": bare(found["id"]), "velocity": [vx, vy]}


def _extent(entry: Mapping[str, Any]) -> float:
    given = entry.get("extent")
    return WAVE_EXTENT if given is None else float(given)


def bare(called: str) -> str:
    """Id as configurations and commands have it."""
    return called.rpartition(":")[2]


WEAK_SOURCE: dict[str, Entries] = {
    "point": {"strength": 0.05},
    "gaussian": {"strength": 4e-3, "width": 3.0},
    "ring": {"strength": 1e-3, "radius": 12.0, "width": 1.5},
    "disc": {"strength": 1e-3, "radius": 8.0},
    "line": {"strength": 2e-3, "width": 1.0},
    "image": {"strength": 1e-3},
}
"""New sources: strengths that bend f visibly without saturating it (gravity design, table of parameters)."""

NEW_CHARGE: dict[str, Entries] = {
    "positive": {"kind": "point", "strength": 1.0},
    "negative": {"kind": "point", "strength": -1.0},
    "valued": {"kind": "point"},
    "point": {"strength": 1.0},
    "cloud": {"kind": "gaussian", "width": 1.5},
    "gaussian": {"strength": 1.0, "width": 1.5},
}
SOURCES = Placing("sources", "source", new=WEAK_SOURCE)
CHARGES = Placing(
    "charges",
    "charge",
    torus=True,
    prefix="q",
    new=NEW_CHARGE,
    own={"strength": "value"},
    style=MarkStyle(
        unit="e", lengths="cells", widths=(0.3, 32.0), strengths=(-100.0, 100.0), rest=1.0, torus=True
    ),
)
NEW_PATTERN: dict[str, Entries] = {
    "clock": {},
    "packet": {},
    "light": {"vx": 1.0},
    "geodesic": {},
    "ray": {"vx": 1.0},
    "agent": {"policy": "descend"},
}
"""New patterns: a packet and a particle at rest, light to the right, an agent that falls."""

PATTERNS = PatternPlacing("patterns", "pattern", prefix="p", new=NEW_PATTERN)
KINDS = (SOURCES, CHARGES, PATTERNS)


def placings(config: EngineConfig | Mapping[str, Any]) -> tuple[Placing, ...]:
    """How a configuration, or its JSON, keeps what stands on its lattice: a list of each sort."""
    names = config if isinstance(config, Mapping) else type(config).model_fields
    return tuple(kind for kind in KINDS if kind.key in names)


def placing(config: EngineConfig | Mapping[str, Any]) -> Placing | None:
    """How a configuration, or its JSON, keeps its sources or charges; None where nothing stands on it."""
    return next(iter(placings(config)), None)


def ids(config: EngineConfig) -> frozenset[str]:
    """Ids of all that stands on the lattice of a configuration, in the common vocabulary."""
    return frozenset(kind.called(one.id) for kind in placings(config) for one in getattr(config, kind.key))


def entries(config: Mapping[str, Any]) -> list[Entries]:
    """What stands on the lattice of a configuration, given as plain data."""
    return [kind.read(entry) for kind in placings(config) for entry in config.get(kind.key) or ()]


def with_entries(config: Mapping[str, Any], found: Iterable[Mapping[str, Any]]) -> Entries:
    """Plain data of a configuration with other things on its lattice."""
    listed = list(found)
    return {
        **config,
        **{
            kind.key: [kind.write(one) for one in listed if kind.holds(one.get("kind", ""))]
            for kind in placings(config)
        },
    }


def free_cell(
    found: Iterable[Mapping[str, Any]], sides: tuple[int, int], start: tuple[float, float]
) -> tuple[float, float]:
    """First cell on which nothing stands: the start, then each second one to the right, row by second row.

    Parameters
    ----------
    found : iterable of mapping
        What stands on the lattice, in the common vocabulary.
    sides : (int, int)
        Columns and rows of the torus.
    start : (float, float)
        x and y of the first choice, which is returned where every other one is taken.
    """
    taken = {(round(entry["x"]), round(entry["y"])) for entry in found}
    (nx, ny), (x, y) = sides, start
    cells = (((x + i) % nx, (y + j) % ny) for j in range(0, ny, STEP) for i in range(0, nx, STEP))
    return next((cell for cell in cells if cell not in taken), start)


def renamed(copies: Iterable[Entries], taken: Iterable[str]) -> list[Entries]:
    """Copies whose names are their originals' with the next free number; those without a name keep none."""
    known, found = set(taken), []
    for copy in copies:
        name = str(copy.get("name") or "")
        if name in known and name:
            head, _, tail = name.rpartition(" ")
            base = head if head and tail.isdecimal() else name
            name = next(one for n in count(2) if (one := f"{base[:74]} {n}") not in known)
        known.add(name)
        found.append({**copy, "name": name} if name else copy)
    return found


def extents(config: EngineConfig) -> dict[str, int]:
    """Sites along each axis of a lattice, by the names of the axes."""
    axes = getattr(config, "axes", None)
    if axes is not None and len(axes) == len(getattr(config, "shape", ())):
        return dict(zip(axes, config.shape, strict=True))  # type: ignore[attr-defined]
    return dict(zip(("x", "y"), sides(config) or (1, 1), strict=True))


def sides(config: EngineConfig | Mapping[str, Any]) -> tuple[int, int] | None:
    """Columns and rows of what views show of an engine; None where it has no lattice that they can show.

    Parameters
    ----------
    config : EngineConfig or mapping
        Its configuration, or the JSON of it.
    """

    def get(key: str) -> Any:
        return config.get(key) if isinstance(config, Mapping) else getattr(config, key, None)

    if get("nx") is not None and get("ny") is not None:
        return int(get("nx")), int(get("ny"))
    if get("charges") is not None and get("size") is not None:
        return int(get("size")), int(get("size"))
    shape = get("shape")
    if get("beta") is not None and get("overrelaxation") is not None and shape is not None:
        return int(shape[-1]), int(shape[-2])
    return None
