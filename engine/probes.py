"""Probes: where the world is measured at every tick, as frozen data; `sampler` takes the samples."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.planes import PlanePart

ProbeKind = Literal["point", "line", "region", "cluster", "global", "site"]
ProbeReduction = Literal["mean", "min", "max", "sum", "rms"]
Index = tuple[Any, ...]
"""NumPy index ``(rows, columns)`` of a field [ny, nx], or ``(cluster,)`` of one [C]: whole numbers, slices,
or int64 arrays [n]."""

KINDS: tuple[ProbeKind, ...] = get_args(ProbeKind)
REDUCTIONS: tuple[ProbeReduction, ...] = get_args(ProbeReduction)
MOST = 64
"""Probes at most in one document; each keeps its own series."""
_FAR = 1e9
"""Cells; beyond every lattice, and no coordinate of a file is larger."""
AXES_OF_SITE = 9
"""Indices of a site, in the order of the axes of its torus."""
SITE_FIELDS: Mapping[str, tuple[str, PlanePart]] = MappingProxyType(
    {
        "amplitude": ("psi", "amplitude"),
        "phase": ("psi", "phase"),
        "real": ("psi", "real"),
        "imaginary": ("psi", "imaginary"),
        "velocity": ("velocity", "amplitude"),
        "resonance": ("resonance", ""),
        "state_index": ("state_index", ""),
    }
)
"""What a probe of a site measures, by the name of the quantity: a field, and what of its complex value."""
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of the document.

    Parameters
    ----------
    id : str
        Stable name, ``p1``, ``p2``, …
    kind : ProbeKind
        ``point``: one cell. ``line``: the cells under a segment, whose profile is a line cut. ``region``: the
        cells of a rectangle. ``cluster``: one cluster of an ensemble. ``global``: a scalar of the engine.
        ``site``: one site of a torus of nine axes.
    quantity : str
        Field that is sampled; for ``global`` a scalar's name, for ``site`` one of `SITE_FIELDS`.
    x, y, x2, y2 : float
        Place in cells: a point, the ends of a line, two opposite corners of a region. Of a cluster ``x`` is
        its number, from 0.
    reduction : ProbeReduction
        What makes one number of a line or a region.
    name, color : str
        As shown.
    engine : str
        Engine's key in the world.
    shown : bool
        Whether its mark and its curves are shown; it is sampled all the same.
    site : tuple of int
        Nine indices of a site, in the order of the axes; ``()`` for other kinds.
    """

    id: str
    kind: ProbeKind
    quantity: str
    x: float = 0.0
    y: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    reduction: ProbeReduction = "mean"
    name: str = ""
    color: str = "#f2b84b"
    engine: str = "gravity"
    shown: bool = True
    site: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """Name as shown, the id where it has none."""
        return self.name or self.id

    @property
    def measures(self) -> tuple[object, ...]:
        """What decides its samples; probes that agree in it have the same series."""
        place = self.site if self.kind == "site" else (self.x, self.y, self.x2, self.y2)
        return (
            self.engine,
            self.kind,
            self.quantity,
            self.reduction,
            *(() if self.kind == "global" else place),
        )


def cells_of(probe: Probe, nx: int, ny: int) -> Index:
    """NumPy index of the cells that a probe covers.

    A point is the cell that holds it; a region, the cells whose centres round into its corners' rectangle. A
    line has one cell for each step of at most a cell along its longer axis, in order from its start.

    Raises
    ------
    BadInput
        A place outside the lattice of ``nx`` by ``ny`` cells, or a probe that covers no cells.
    """
    if probe.kind in ("cluster", "global", "site"):
        raise BadInput(f"{probe.title} covers no cells of a lattice.", key="kind", value=probe.kind)
    ends = [(probe.x, probe.y)] if probe.kind == "point" else [(probe.x, probe.y), (probe.x2, probe.y2)]
    for x, y in ends:
        if not (-0.5 <= x < nx - 0.5 and -0.5 <= y < ny - 0.5):
            raise BadInput(
                f"{probe.title} is at ({x:g}, {y:g}), outside the lattice of {nx} × {ny} cells.",
                key="place",
                value=(x, y),
                allowed=f"x from −0.5 to {nx - 0.5:g}, y from −0.5 to {ny - 0.5:g}",
                remedy="Move it onto the lattice.",
            )
    if probe.kind == "point":
        return cell(probe.y), cell(probe.x)
    if probe.kind == "line":
        return _line(probe)
    rows, columns = sorted((cell(probe.y), cell(probe.y2))), sorted((cell(probe.x), cell(probe.x2)))
    return slice(rows[0], rows[1] + 1), slice(columns[0], columns[1] + 1)


def cell(place: float) -> int:
    """Row or column of the cell that holds a coordinate; cell centres are at whole numbers."""
    return math.floor(place + 0.5)


def site_of(probe: Probe, shape: Sequence[int]) -> tuple[int, ...]:
    """Nine indices of the site that a probe measures.

    Raises
    ------
    BadInput
        A site outside the torus of this shape.
    """
    for axis, (place, size) in enumerate(zip(probe.site, shape, strict=True)):
        if not 0 <= place < size:
            raise BadInput(
                f"{probe.title} is at {list(probe.site)}, outside the torus of {list(shape)} sites.",
                key="site",
                value=list(probe.site),
                allowed=f"0 to {size - 1} as entry {axis + 1}",
                remedy="Move it onto the torus.",
            )
    return probe.site


def distances(probe: Probe, index: Index) -> npt.NDArray[np.float64]:
    """Distances of the centres of a line's cells from its start, in cells, float64 [n]."""
    rows, columns = index
    return np.asarray(np.hypot(columns - probe.x, rows - probe.y), np.float64)


def reduced(values: npt.NDArray[Any], reduction: ProbeReduction) -> float:
    """One number of the sampled cells, in float64."""
    exact = np.asarray(values, np.float64)
    if reduction == "rms":
        return float(np.sqrt(np.mean(exact * exact)))
    return float(getattr(exact, reduction)())


def free_probe_id(probes: Iterable[Probe]) -> str:
    """Smallest ``p1``, ``p2``, … that is not taken."""
    taken = {probe.id for probe in probes}
    return next(f"p{k}" for k in range(1, len(taken) + 2) if f"p{k}" not in taken)


def load_probes(data: Any, engine: str = "gravity") -> tuple[Probe, ...]:
    """Probes of plain data, as in a file: a list of objects, or an object whose ``probes`` is one.

    Parameters
    ----------
    data : object
        Each entry has ``kind`` and ``quantity`` and whatever of `Probe` differs from its default.
    engine : str
        Engine of entries that name none.

    Raises
    ------
    BadInput
        What is wrong, with the entry's key.
    """
    entries = data.get("probes") if isinstance(data, Mapping) else data
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise BadInput("There is no list of probes.", key="probes", allowed="[{kind, quantity, x, y, …}, …]")
    if len(entries) > MOST:
        raise BadInput(
            f"There are {len(entries)} probes.", key="probes", value=len(entries), allowed=f"up to {MOST}"
        )
    found: list[Probe] = []
    for number, entry in enumerate(entries):
        found.append(_loaded(entry, f"probes.{number}", found, engine))
    return tuple(found)


def dump_probes(probes: Iterable[Probe]) -> list[dict[str, Any]]:
    """Plain data of probes, for files; `load_probes` reads it back."""
    return [_dumped(probe) for probe in probes]


def _dumped(probe: Probe) -> dict[str, Any]:
    found = asdict(probe)
    site = found.pop("site")
    return {**found, "site": list(site)} if site else found


def _loaded(entry: Any, key: str, before: Sequence[Probe], engine: str) -> Probe:
    if not isinstance(entry, Mapping):
        raise BadInput(f"{key} is no object.", key=key, value=entry, allowed="{kind, quantity, x, y, …}")
    names = [found.name for found in fields(Probe)]
    for name in entry:
        if name not in names:
            raise unknown_name("entry of a probe", str(name), names, key=f"{key}.{name}")
    values: dict[str, Any] = {"id": free_probe_id(before), "engine": engine, **entry}
    if values.get("kind") not in KINDS:
        raise unknown_name("kind of probe", str(values.get("kind", "")), KINDS, key=f"{key}.kind")
    if values.get("reduction", "mean") not in REDUCTIONS:
        raise unknown_name("reduction", str(values["reduction"]), REDUCTIONS, key=f"{key}.reduction")
    for name in ("id", "quantity", "name", "color", "engine"):
        if not isinstance(values.get(name, ""), str) or (name in ("id", "quantity") and not values.get(name)):
            raise BadInput(
                f"{key}.{name} is no name.", key=f"{key}.{name}", value=values.get(name), allowed="text"
            )
    for name in ("x", "y", "x2", "y2"):
        value = values.get(name, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FAR:
            raise BadInput(f"{key}.{name} is no number.", key=f"{key}.{name}", value=value, allowed="cells")
        values[name] = float(value)
    values["site"] = _loaded_site(values, key)
    if not isinstance(values.get("shown", True), bool):
        raise BadInput(
            f"{key}.shown is no switch.", key=f"{key}.shown", value=values["shown"], allowed="true, false"
        )
    if not _COLOR.fullmatch(values.get("color", "#f2b84b")):
        raise BadInput(
            f"{key}.color is no colour.", key=f"{key}.color", value=values["color"], allowed="#rrggbb"
        )
    if any(probe.id == values["id"] for probe in before):
        raise BadInput(f"Two probes have the id {values['id']}.", key=f"{key}.id", value=values["id"])
    return Probe(**values)


def _loaded_site(values: Mapping[str, Any], key: str) -> tuple[int, ...]:
    """Nine indices of an entry that is a site, none of another."""
    if values["kind"] != "site":
        if values.get("site"):
            raise BadInput(
                f"{key} is no site, and has one.", key=f"{key}.site", value=values["site"], allowed="[]"
            )
        return ()
    site = values.get("site")
    whole = isinstance(site, Sequence) and all(type(entry) is int and 0 <= entry < _FAR for entry in site)
    if not whole or len(site) != AXES_OF_SITE:  # type: ignore[arg-type]
        raise BadInput(
            f"{key}.site is no site.", key=f"{key}.site", value=site, allowed="nine whole numbers from 0"
        )
    if values.get("quantity") not in SITE_FIELDS:
        raise unknown_name(
            "quantity of a site", str(values.get("quantity")), SITE_FIELDS, key=f"{key}.quantity"
        )
    return tuple(site)  # type: ignore[arg-type]


def _line(probe: Probe) -> Index:
    longest = max(abs(probe.x2 - probe.x), abs(probe.y2 - probe.y))
    share = np.linspace(0.0, 1.0, math.ceil(longest) + 1)
    columns = np.floor(probe.x + share * (probe.x2 - probe.x) + 0.5).astype(np.int64)
    rows = np.floor(probe.y + share * (probe.y2 - probe.y) + 0.5).astype(np.int64)
    new = np.ones(len(share), np.bool_)
    new[1:] = (np.diff(columns) != 0) | (np.diff(rows) != 0)
    return rows[new], columns[new]
