"""Configuration of the Kuramoto engine: clusters, coupling, frequencies, start, drive and laws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto import config_checks
from tauscope.engine.kuramoto.config_parts import (
    DriveConfig,
    FrequencyConfig,
    GateConfig,
    GeometryConfig,
    StartConfig,
    clusters_named,
)
from tauscope.engine.kuramoto.geometry import clusters_in_layer

Integrator = Literal["lawson", "strang"]
Metrics = Literal["settled", "classic"]

MOST_OSCILLATORS = 2_000_000
MOST_LAYERS = 8

_PARTS = ("geometry", "frequencies", "start", "drive", "gate")


class KuramotoConfig(EngineConfig):
    """Everything a run of the phase oscillators depends on, besides its seed.

    Raises
    ------
    BadInput
        From `load` and `with_value`, naming key, value, allowed range and the nearest right name.
    """

    live_lists: ClassVar[tuple[str, ...]] = ("detuning", "frozen")

    geometry: GeometryConfig = Field(GeometryConfig(), description="Clusters of a layer and their links.")
    oscillators_per_cluster: int = parameter(
        150,
        label="Oscillators per cluster M",
        ge=1,
        le=1_000_000,
        soft=(1, 1000),
        log=True,
        description="Phases in each cluster; at most two million in all.",
    )
    rows: int = parameter(
        3, label="Rows", unit="clusters", ge=1, le=1000, description="Rows of the grid of clusters."
    )
    cols: int = parameter(
        3, label="Columns", unit="clusters", ge=1, le=1000, description="Columns of the grid of clusters."
    )
    layers: int = parameter(
        1,
        label="Layers",
        unit="layers",
        ge=1,
        le=MOST_LAYERS,
        description="Copies of the geometry, joined cluster by cluster.",
    )
    K: float = parameter(
        0.8,
        label="Coupling K",
        unit="rad/time",
        live=True,
        hero=True,
        ge=0.0,
        le=100.0,
        soft=(0.0, 5.0),
        description="Coupling inside a cluster; W = K (1 + π B).",
    )
    permeability: float = parameter(
        0.8,
        label="Permeability π",
        live=True,
        hero=True,
        ge=0.0,
        le=20.0,
        soft=(0.0, 2.0),
        description="Coupling between joined clusters, as a share of K; not the number π.",
    )
    phase_lag: float = parameter(
        0.0,
        label="Phase lag α (Δϕ)",
        unit="rad",
        live=True,
        hero=True,
        ge=-math.pi,
        le=math.pi,
        soft=(-math.pi / 2, math.pi / 2),
        description="Lag in sin(θ_j − θ_i − α); where Δϕ is written here, this phase lag is meant. "
        "Beyond π/2 coupling repels.",
    )
    inter_K: float = parameter(
        0.2,
        label="Coupling between layers",
        unit="rad/time",
        live=True,
        ge=0.0,
        le=100.0,
        soft=(0.0, 2.0),
        description="Coupling of the same cluster in two layers.",
    )
    layer_K: tuple[float, ...] | None = Field(None, description="Factor of K in each layer; 1 if missing.")
    layer_scale: tuple[float, ...] | None = Field(
        None, description="Factor of the width of the frequencies in each layer; 1 if missing."
    )
    inter_factors: tuple[float, ...] | None = Field(
        None, description="Factor of inter_K for each pair of layers 01, 02, …, 12, …; 1 if missing."
    )
    noise: float = parameter(
        0.0,
        label="Noise D",
        unit="rad²/time",
        live=True,
        ge=0.0,
        le=100.0,
        soft=(0.0, 1.0),
        description="White noise on each phase, ⟨ξ(t) ξ(t′)⟩ = 2 D δ(t − t′). A step ends with its whole "
        "kick, so R is read low by a share of D h / 2.",
    )
    dt: float = parameter(
        0.05,
        label="Time step",
        unit="time",
        live=True,
        ge=1e-4,
        le=1.0,
        soft=(0.01, 0.2),
        description="Step h. Where h times the coupling of a cluster is above 0.5, the engine divides it.",
    )
    integrator: Integrator = parameter(
        "lawson",
        label="Integrator",
        description="lawson: integrating-factor Runge-Kutta, order 4. strang: exact rotations and Möbius "
        "maps, order 2, one pass a step; faster beyond a million oscillators.",
    )
    frequencies: FrequencyConfig = Field(FrequencyConfig(), description="Natural frequencies.")
    start: StartConfig = Field(StartConfig(), description="Phases at the start.")
    drive: DriveConfig = Field(DriveConfig(), description="Signal from outside.")
    gate: GateConfig = Field(GateConfig(), description="Harmonic Gate on the links.")
    detuning: tuple[float, ...] = Field(
        (), description="Live: shift of the frequencies of each cluster in rad/time; empty for none."
    )
    frozen: tuple[int, ...] = Field((), description="Live: clusters whose phases stand still.")
    metrics: Metrics = parameter(
        "settled",
        label="Metrics",
        live=True,
        description="settled: definitions of the design, with known bias. classic: those published with the "
        "sim stack, so that old logs and thresholds keep their meaning.",
    )
    log_every: int = parameter(
        4,
        label="Ticks between rows",
        unit="ticks",
        ge=1,
        le=100_000,
        description="Metrics are sampled at multiples of it; readiness is the mean of 20 such rows.",
    )
    offer_two_paths: bool = parameter(
        True,
        label="Offer two paths",
        live=True,
        description="Whether a choice of two reversible paths is on offer; without, the choice score is 0.",
    )
    consent_to_log: bool = parameter(
        True,
        label="Consent to log",
        live=True,
        description="Whether rows may be written to a log; without, none is, and the choice score is 0.",
    )
    choice_every: float = parameter(
        0.0,
        label="Time between choice scores",
        unit="time",
        ge=0.0,
        le=1e9,
        soft=(0.0, 100.0),
        description="Simulated time between two assessments of the choice in a logged run; 0 for none.",
    )
    clock_places: FrozenArray | None = Field(
        None, description="Node [x, y] of a gravity lattice at which each cluster's clock stands."
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        clusters = self.clusters
        if clusters * self.oscillators_per_cluster > MOST_OSCILLATORS:
            raise BadInput(
                f"{clusters} clusters of {self.oscillators_per_cluster} are "
                f"{clusters * self.oscillators_per_cluster} oscillators.",
                key="oscillators_per_cluster",
                value=self.oscillators_per_cluster,
                allowed=f"at most {MOST_OSCILLATORS} oscillators in all",
            )
        config_checks.check_layers(self)
        config_checks.check_clusters(self)
        config_checks.check_strength(self)
        return self

    def follow(self, data: dict[str, Any], path: str) -> None:
        """A list of links or frequencies brings its kind along; another kind of geometry drops the links."""
        geometry, frequencies = data["geometry"], data["frequencies"]
        if path == "geometry.kind" and self.geometry.kind == "edges" != geometry["kind"]:
            geometry.update(edges=None, places=None, file="")
        elif path == "geometry.edges":
            geometry["file"] = ""
            if geometry["edges"] is not None:
                known = self.geometry.clusters if self.geometry.kind == "edges" else 1
                needed = max(known, clusters_named(geometry["edges"]))
                fits = needed == self.clusters_per_layer
                geometry.update(kind="edges", clusters=needed, places=geometry["places"] if fits else None)
        elif path == "frequencies.values":
            given = frequencies["values"] is not None
            kind = "values" if given else frequencies["kind"]
            frequencies.update(kind="gaussian" if kind == "values" and not given else kind, file="")

    @property
    def clusters_per_layer(self) -> int:
        """Clusters of one layer."""
        return clusters_in_layer(self.geometry, self.rows, self.cols)

    @property
    def clusters(self) -> int:
        """Clusters C in all layers."""
        return self.layers * self.clusters_per_layer

    @property
    def oscillators(self) -> int:
        """Oscillators N in all."""
        return self.clusters * self.oscillators_per_cluster

    @property
    def substeps(self) -> int:
        """Equal parts in which a step of ``dt`` is done, so that each times the coupling is at most 0.5."""
        return config_checks.substeps(self)

    def unused(self) -> Mapping[str, str]:
        """Parameters that do nothing beside the others' present values, by path, each with the reason."""
        found: dict[str, str] = {}
        for part in _PARTS:
            for name, why in getattr(self, part).unused().items():
                found[f"{part}.{name}"] = why
        if self.geometry.kind != "grid_rect":
            found["rows"] = found["cols"] = "Only the geometry grid_rect has rows and columns."
        if self.layers == 1:
            found["inter_K"] = "There is one layer, so nothing joins layers."
        if self.clusters_per_layer == 1:
            alone = "There is one cluster in a layer, so there are no links between clusters."
            found["permeability"] = found["geometry.normalisation"] = alone
        if self.clusters == 1:
            found["gate.on"] = "There is one cluster, so there are no links that a gate could act on."
        return found
