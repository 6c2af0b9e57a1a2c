"""Nested parts of the configuration of the Kuramoto engine: geometry, frequencies, start, drive and gate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import parameter
from tauscope.engine.errors import BadInput
from tauscope.engine.readers import read_graph, read_numbers

GeometryKind = Literal[
    "single",
    "circle6_center",
    "grid_rect",
    "ring",
    "star",
    "flower",
    "two_populations",
    "all_to_all",
    "edges",
]
Normalisation = Literal["mean", "degree", "sum"]
FrequencyKind = Literal["lorentzian", "gaussian", "uniform", "identical", "values"]
StartKind = Literal["random", "coherent", "poisson", "clusters", "twisted"]
DriveKind = Literal["none", "periodic", "logistic", "circle", "henon", "lorenz", "roessler"]

MOST_CLUSTERS = 1_000_000
MOST_ALL_TO_ALL = 2000
"""Clusters that may all be joined with one another: two million links."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)


class GeometryConfig(_Part):
    """Which clusters there are in a layer, and which are joined.

    Source: the sim stack document's presets ``circle6_center`` and ``grid_rect``; the others are standard.
    """

    kind: GeometryKind = parameter(
        "circle6_center",
        label="Geometry",
        description="circle6_center: a hub and a ring of six. grid_rect: rows and columns, four neighbours. "
        "flower: hexagonal rings around a centre. two_populations: two clusters. edges: a list or a file.",
    )
    clusters: int = parameter(
        7,
        label="Clusters",
        unit="clusters",
        ge=1,
        le=MOST_CLUSTERS,
        description="Clusters of a layer, where the geometry does not settle their number.",
    )
    rings: int = parameter(
        3, label="Rings", ge=1, le=300, description="Rings around the centre of the flower of life."
    )
    normalisation: Normalisation = parameter(
        "mean",
        label="Normalisation of links",
        description="What links are divided by: mean: the mean degree, which keeps action = reaction. "
        "degree: each cluster's own degree, which breaks it where degrees differ. sum: nothing.",
    )
    edges: FrozenArray | None = Field(
        None, description="Links as rows [i, j] or [i, j, weight], each once, weights more than 0."
    )
    places: FrozenArray | None = Field(
        None, description="Where clusters are drawn, rows [x, y]; one unit is a typical distance."
    )
    file: str = parameter(
        "",
        label="Graph file",
        max_length=1024,
        file="Graphs (*.txt *.csv *.edges *.edgelist *.graphml *.gml *.net)",
        description="Graph file (edge list, GraphML, GML, Pajek) that edges came from.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """A plain name stands for the kind; a file is read, and its numbers kept."""
        if isinstance(data, str):
            data = {"kind": data}
        if not isinstance(data, Mapping):
            return data
        filled = dict(data)
        if filled.get("kind") == "grid":
            filled["kind"] = "grid_rect"
        if filled.get("edges") is not None or filled.get("file"):
            filled.setdefault("kind", "edges")
        file = filled.get("file")
        if filled.get("kind") == "edges" and filled.get("edges") is None and file and isinstance(file, str):
            filled.update(read_graph(file))
            if filled["edges"] is None:
                filled["file"] = ""  # of a graph without links nothing is left to read again
        if isinstance(edges := filled.get("edges"), list | tuple):
            filled["edges"] = _rows(edges)
        return filled

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        if self.kind != "edges":
            if self.edges is not None:
                raise BadInput(
                    f"The geometry {self.kind} makes its own links.",
                    key="geometry.edges",
                    allowed="edges of the geometry edges",
                )
        elif self.edges is not None:
            check_edges(self.edges.array, self.clusters)
        if self.kind == "all_to_all" and self.clusters > MOST_ALL_TO_ALL:
            raise BadInput(
                f"{self.clusters} clusters that are all joined have "
                f"{self.clusters * (self.clusters - 1) // 2} links.",
                key="geometry.clusters",
                value=self.clusters,
                allowed=f"at most {MOST_ALL_TO_ALL} for all_to_all",
                remedy="A single cluster joins all its oscillators, however many.",
            )
        return self

    def unused(self) -> dict[str, str]:
        """Why entries do nothing for this kind, by name."""
        found = {}
        if self.kind not in ("ring", "star", "all_to_all", "edges"):
            found["clusters"] = f"The geometry {self.kind} settles the number of clusters by itself."
        if self.kind != "flower":
            found["rings"] = "Only the flower of life is made of rings around a centre."
        if self.kind == "single" or (self.clusters == 1 and "clusters" not in found):
            found["normalisation"] = "A single cluster has no links that could be divided."
        return found


def check_edges(edges: np.ndarray[Any, Any], clusters: int) -> None:
    """Refuse links that no graph has.

    Raises
    ------
    BadInput
        Not two or three columns, ends that are no clusters, loops, a link given twice, weights of 0 or less.
    """

    def refused(row: int, why: str, allowed: str) -> BadInput:
        value = [float(entry) for entry in edges[row]]
        return BadInput(f"Link {row}, {value}, {why}.", key="geometry.edges", value=value, allowed=allowed)

    if edges.shape[1] not in (2, 3):
        raise BadInput(
            f"Links have {edges.shape[1]} entries.", key="geometry.edges", allowed="[i, j] or [i, j, weight]"
        )
    ends = edges[:, :2]
    wrong = (ends != np.floor(ends)) | (ends < 0) | (ends >= clusters)
    if wrong.any():
        row = int(np.argmax(wrong.any(axis=1)))
        raise refused(row, "names a cluster that does not exist", f"0 to {clusters - 1}, whole numbers")
    low, high = ends.min(axis=1), ends.max(axis=1)
    if (low == high).any():
        raise refused(
            int(np.argmax(low == high)), "joins a cluster with itself", "links between two clusters"
        )
    keys, first = np.unique(low * clusters + high, return_index=True)
    if keys.size < low.size:
        again = np.setdiff1d(np.arange(low.size), first)
        raise refused(int(again[0]), "stands in the list twice", "each link once, whichever way round")
    if edges.shape[1] == 3 and (edges[:, 2] <= 0).any():
        raise refused(int(np.argmax(edges[:, 2] <= 0)), "has no positive weight", "weights of more than 0")


def clusters_named(edges: Any) -> int:
    """How many clusters a list of links asks for, one more than the last it names; 0 where it is no list."""
    try:
        rows = edges.array if isinstance(edges, FrozenArray) else np.array([row[:2] for row in edges], float)
        return int(rows[:, :2].max()) + 1
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0  # refused where the edges themselves are read


def _rows(edges: list[Any] | tuple[Any, ...]) -> Any:
    """Links as rows of one length: where one has a weight, those without get 1; None for no links."""
    if not edges:
        return None
    widths = {len(row) for row in edges if isinstance(row, list | tuple)}
    if widths == {2, 3}:
        return [[*row, 1.0] if len(row) == 2 else row for row in edges]
    return edges


class FrequencyConfig(_Part):
    """Natural frequencies ω of the oscillators of each layer."""

    kind: FrequencyKind = parameter(
        "gaussian",
        label="Frequencies",
        description="Distribution of the natural frequencies ω. values: a list or a file, one for each "
        "cluster or for each oscillator.",
    )
    scale: float = parameter(
        0.2,
        label="Width of ω",
        unit="rad/time",
        ge=0.0,
        le=100.0,
        soft=(0.0, 2.0),
        description="Standard deviation (gaussian), half width at half height γ (lorentzian), half the "
        "range (uniform).",
    )
    center: float = parameter(
        1.0,
        label="Centre of ω",
        unit="rad/time",
        ge=-1e3,
        le=1e3,
        soft=(-5.0, 5.0),
        description="Frequency in the middle of the distribution.",
    )
    sampling: Literal["quantiles", "sampled"] = parameter(
        "quantiles",
        label="Sampling of ω",
        description="quantiles: evenly spread over the distribution, in random order, almost without chance. "
        "sampled: drawn one by one.",
    )
    values: FrozenArray | None = Field(None, description="Frequencies of kind values, in rad/time.")
    file: str = parameter(
        "",
        label="File of ω",
        max_length=1024,
        file="Numbers (*.txt *.csv *.npy)",
        description="Text file, .npy or CSV that the values came from.",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if isinstance(data, str):
            data = {"kind": data}
        if not isinstance(data, Mapping):
            return data
        filled = dict(data)
        if filled.get("values") is not None or filled.get("file"):
            filled.setdefault("kind", "values")
        values = filled.get("values")
        file = filled.get("file")
        if filled.get("kind") == "values" and values is None and file and isinstance(file, str):
            values = read_numbers(file)
        if isinstance(values, list | tuple) and values and not isinstance(values[0], list | tuple):
            values = [list(values)]
        if isinstance(values, np.ndarray) and values.ndim == 1:
            values = values[None, :]
        if values is not None:
            filled["values"] = values
        return filled

    @model_validator(mode="after")
    def _has_values(self) -> Self:
        if self.kind == "values" and self.values is None:
            raise BadInput(
                "Frequencies of kind values need their list, and it is missing.",
                key="frequencies.values",
                remedy="Give values, or file.",
            )
        return self

    def unused(self) -> dict[str, str]:
        """Why entries do nothing for this kind, by name."""
        if self.kind == "values":
            why = "The frequencies are given one by one."
            return {"scale": why, "center": why, "sampling": why}
        if self.kind == "identical":
            why = "All frequencies are the same."
            return {"scale": why, "sampling": why}
        return {}


class StartConfig(_Part):
    """Phases at the start."""

    kind: StartKind = parameter(
        "random",
        label="Start",
        description="random: anywhere. coherent: together, with a spread. poisson: the distribution of the "
        "Ott-Antonsen theory with order r. clusters: that for each cluster, about a phase of its own. "
        "twisted: the phase grows evenly from cluster to cluster.",
    )
    r: float = parameter(
        0.2, label="Order r of the start", ge=0.0, le=1.0, description="|⟨e^iθ⟩| of kinds poisson, clusters."
    )
    spread: float = parameter(
        0.1,
        label="Spread of the start",
        unit="rad",
        ge=0.0,
        le=math.pi,
        description="Standard deviation of the phases of kinds coherent and twisted.",
    )
    twist: int = parameter(
        1, label="Twist", unit="turns", ge=-1000, le=1000, description="Turns of phase across all clusters."
    )
    r_clusters: tuple[float, ...] | None = Field(
        None, description="Order of each cluster of a layer, of kind clusters."
    )
    phase_clusters: tuple[float, ...] | None = Field(
        None, description="Mean phase of each cluster of a layer in rad, of kind clusters; random if missing."
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return {"kind": data} if isinstance(data, str) else data

    @field_validator("r_clusters")
    @classmethod
    def _orders(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value and not all(0.0 <= r <= 1.0 for r in value):
            raise BadInput(
                "An order lies outside 0 to 1.", key="start.r_clusters", value=list(value), allowed="0 to 1"
            )
        return value

    def unused(self) -> dict[str, str]:
        """Why entries do nothing for this kind, by name."""
        users = {"r": ("poisson", "clusters"), "spread": ("coherent", "twisted"), "twist": ("twisted",)}
        return {
            name: f"A start of kind {self.kind} has no use for it; it belongs to {' and '.join(kinds)}."
            for name, kinds in users.items()
            if self.kind not in kinds
        }


class DriveConfig(_Part):
    """A signal from outside: onto the phases, or onto all coupling."""

    kind: DriveKind = parameter(
        "none",
        label="Drive",
        description="Signal from outside: periodic, a map (logistic at r = 4, circle, henon), or a flow "
        "(lorenz, roessler).",
    )
    target: Literal["phase", "K"] = parameter(
        "phase",
        label="Target of the drive",
        description="phase: a force F e^iψ pulls the oscillators to ψ, Ω t if periodic, π s(t) otherwise. "
        "K: all coupling times 1 + F s(t).",
    )
    amplitude: float = parameter(
        0.5,
        label="Amplitude F",
        live=True,
        ge=0.0,
        le=10.0,
        soft=(0.0, 2.0),
        description="Strength F of the drive: rad/time on phases, a share on K.",
    )
    frequency: float = parameter(
        1.0,
        label="Frequency Ω",
        unit="rad/time",
        live=True,
        ge=-100.0,
        le=100.0,
        soft=(0.0, 5.0),
        description="Of the periodic drive.",
    )
    interval: float = parameter(
        1.0,
        label="Interval of the signal",
        unit="time",
        gt=0.0,
        le=1e6,
        soft=(0.1, 10.0),
        description="Time for which an iterate of a map holds, or that one unit of a flow's own time takes.",
    )
    clusters: tuple[int, ...] | None = Field(
        None, description="Clusters on which a drive of phases acts; all if missing."
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        return {"kind": data} if isinstance(data, str) else data

    def unused(self) -> dict[str, str]:
        """Why entries do nothing for this kind, by name."""
        if self.kind == "none":
            why = "There is no drive."
            return dict.fromkeys(("target", "amplitude", "frequency", "interval"), why)
        if self.kind == "periodic":
            return {"interval": "A periodic drive is set by its frequency."}
        return {"frequency": "Only a periodic drive has a frequency of its own."}


class GateConfig(_Part):
    """The Harmonic Gate: links count by how near the ratio of two clusters' frequencies is to a simple one.

    This definition is ours; the sim stack document names the gate without a formula.
    """

    on: bool = parameter(
        False,
        label="Harmonic gate",
        live=True,
        description="Multiply each link by g = max (p q)^-1/2 "
        "exp(−((q Ω_c − p Ω_d) / (σ max|Ω| max(p, q)))² / 2) over whole p, q up to the order, with Ω the "
        "mean natural frequencies. The definition is ours.",
    )
    sigma: float = parameter(
        0.02,
        label="Gate width σ",
        live=True,
        gt=0.0,
        le=1.0,
        soft=(0.005, 0.2),
        log=True,
        description="Relative width of a resonance; at 0.05 the golden ratio leaks into 3:2.",
    )
    order: int = parameter(4, label="Gate order", ge=1, le=16, description="Largest whole number in a ratio.")

    def unused(self) -> dict[str, str]:
        """Why entries do nothing beside the present ones, by name."""
        return {} if self.on else dict.fromkeys(("sigma", "order"), "The harmonic gate is off.")
