"""How entries of a Kuramoto configuration must fit one another: lengths, indices, strength of coupling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.geometry import largest_row_sum

if TYPE_CHECKING:
    from tauscope.engine.kuramoto.config import KuramotoConfig

LARGEST_PRODUCT = 0.5
"""Largest step times coupling. Source: the design's kuramoto page, tested to 0.67 (an error of 4e-3)."""

MOST_SUBSTEPS = 1000

LARGEST_DETUNING = 1e3


def strength(config: KuramotoConfig) -> float:
    """Largest sum of the coupling onto one cluster, rad per time, drive included."""
    factors = config.layer_K or (1.0,)
    inside = largest_row_sum(config.geometry, config.rows, config.cols)
    layers = [config.K * factor * (1.0 + config.permeability * inside) for factor in factors]
    between = config.inter_K * (config.layers - 1) * max(config.inter_factors or (1.0,))
    whole = max(layers) + (between if config.layers > 1 else 0.0)
    drive = config.drive
    if drive.kind == "none":
        return whole
    return whole + drive.amplitude if drive.target == "phase" else whole * (1.0 + drive.amplitude)


def substeps(config: KuramotoConfig) -> int:
    """Equal parts of a step, so that each times the coupling is at most `LARGEST_PRODUCT`."""
    # A hair less, so that 0.1 times 5.0 is one step whatever the last bit of the sum.
    return max(1, math.ceil(config.dt * strength(config) / LARGEST_PRODUCT - 1e-9))


def check_strength(config: KuramotoConfig) -> None:
    """Refuse a coupling for which one step would be divided into more than `MOST_SUBSTEPS`."""
    if (parts := substeps(config)) > MOST_SUBSTEPS:
        raise BadInput(
            f"The coupling onto one cluster adds up to {strength(config):g} rad per time, "
            f"so that a step of {config.dt:g} would need {parts} parts.",
            key="K",
            value=config.K,
            allowed=f"at most {MOST_SUBSTEPS} parts of a step",
            remedy="Lower K, the permeability or dt, or take another normalisation of links.",
        )


def check_layers(config: KuramotoConfig) -> None:
    """Refuse lists that have not one entry for each layer, or pair of layers."""
    layers = config.layers
    pairs = layers * (layers - 1) // 2
    for key, wanted, what in (
        ("layer_K", layers, "layers"),
        ("layer_scale", layers, "layers"),
        ("inter_factors", pairs, "pairs of layers"),
    ):
        found = getattr(config, key)
        if found is None:
            continue
        _check_length(key, found, (wanted,), f"one for each of the {wanted} {what}")
        if any(not 0.0 <= factor <= 1e3 for factor in found):
            raise BadInput(
                f"{key} holds a factor out of range.", key=key, value=list(found), allowed="0 to 1000"
            )


def check_clusters(config: KuramotoConfig) -> None:
    """Refuse lists and indices that do not fit the clusters."""
    layer, clusters, oscillators = config.clusters_per_layer, config.clusters, config.oscillators
    each = f"one for each of the {clusters} clusters"
    _check_length("detuning", config.detuning, (0, clusters), f"none, or {each}")
    if any(abs(shift) > LARGEST_DETUNING for shift in config.detuning):
        raise BadInput(
            "A detuning is out of range.",
            key="detuning",
            value=max(config.detuning, key=abs),
            allowed=f"-{LARGEST_DETUNING:g} to {LARGEST_DETUNING:g} rad per time",
        )
    _check_indices("frozen", config.frozen, clusters)
    _check_indices("drive.clusters", config.drive.clusters or (), clusters)
    for key, found in (
        ("start.r_clusters", config.start.r_clusters),
        ("start.phase_clusters", config.start.phase_clusters),
    ):
        if found is not None:
            wanted = (layer, clusters)
            _check_length(key, found, wanted, f"{layer}, one for each cluster of a layer, or {clusters}")
    values = config.frequencies.values
    if values is not None and config.frequencies.kind == "values":
        count = values.shape[0] * values.shape[1]
        if count not in (1, layer, clusters, oscillators):
            raise BadInput(
                f"There are {count} frequencies.",
                key="frequencies.values",
                value=count,
                allowed=f"1, {layer} (the clusters of a layer), {clusters} (all clusters) "
                f"or {oscillators} (all oscillators)",
            )
    for key, places, rows in (
        ("geometry.places", config.geometry.places, layer),
        ("clock_places", config.clock_places, clusters),
    ):
        if places is not None and places.shape != (rows, 2):
            raise BadInput(
                f"{key} has shape {places.shape}.",
                key=key,
                value=places.shape,
                allowed=f"{rows} rows [x, y], one for each cluster",
            )


def _check_length(key: str, found: Sequence[float], wanted: Sequence[int], words: str) -> None:
    if len(found) not in wanted:
        raise BadInput(f"{key} has {len(found)} entries.", key=key, value=list(found)[:20], allowed=words)


def _check_indices(key: str, found: Sequence[int], clusters: int) -> None:
    for index in found:
        if not 0 <= index < clusters:
            raise BadInput(
                f"{key} names cluster {index}, which does not exist.",
                key=key,
                value=index,
                allowed=f"0 to {clusters - 1}",
            )
