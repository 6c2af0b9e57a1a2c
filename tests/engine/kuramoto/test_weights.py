"""Coupling matrices: normalisations, layers, gate, sparse or dense; and the Mirror law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.config_checks import strength
from tauscope.engine.kuramoto.geometry import structure_of
from tauscope.engine.kuramoto.laws import gate_matrix, mirror_residual
from tauscope.engine.kuramoto.weights import coupling

ORDER = np.random.default_rng(5).uniform(0.2, 1.0, 7) * np.exp(
    2j * np.pi * np.random.default_rng(6).random(7)
)
"""Order parameters of no symmetry."""


def weights(**entries: Any) -> Any:
    config = KuramotoConfig.load({"oscillators_per_cluster": 2, **entries})
    return coupling(config, np.linspace(1.0, 2.0, config.clusters))


def adjacency() -> np.ndarray[Any, Any]:
    """Hub 0 and a ring 1 to 6, written out."""
    A = np.zeros((7, 7))
    for i in range(1, 7):
        A[0, i] = A[i, 0] = 1.0
        j = 1 + i % 6
        A[i, j] = A[j, i] = 1.0
    return A


@pytest.mark.parametrize("normalisation", ["mean", "degree", "sum"])
def test_normalisations(normalisation: str) -> None:
    A = adjacency()
    degree = A.sum(axis=1)
    B = {"mean": A / degree.mean(), "degree": A / degree[:, None], "sum": A}[normalisation]
    geometry = {"kind": "circle6_center", "normalisation": normalisation}
    W = weights(geometry=geometry, K=1.5, permeability=0.6)
    np.testing.assert_allclose(W, 1.5 * (np.eye(7) + 0.6 * B), rtol=1e-14)


@pytest.mark.parametrize(
    ("normalisation", "low", "high"), [("mean", 0, 1e-12), ("sum", 0, 1e-12), ("degree", 0.05, 1)]
)
def test_action_equals_reaction_but_for_degree(normalisation: str, low: float, high: float) -> None:
    W = weights(geometry={"kind": "circle6_center", "normalisation": normalisation})
    assert low <= mirror_residual(W, ORDER) <= high
    assert mirror_residual(sp.csr_array(W), ORDER) == pytest.approx(mirror_residual(W, ORDER), abs=1e-15)
    J = W * np.imag(ORDER[None, :] * ORDER[:, None].conj())
    assert mirror_residual(W, ORDER) == pytest.approx(np.abs(J + J.T).sum() / np.abs(J).sum(), abs=1e-14)


def test_a_phase_lag_breaks_the_mirror_law_by_itself() -> None:
    W = weights()
    assert mirror_residual(W, ORDER, 0.5) > 0.1
    assert mirror_residual(np.eye(3), np.ones(3)) == 0.0


def test_layers_have_their_own_K_and_are_joined_pair_by_pair() -> None:
    W = weights(
        layers=3,
        K=0.8,
        layer_K=[1.0, 0.75, 0.625],
        permeability=0.0,
        inter_K=0.2,
        inter_factors=[1.0, 0.5, 0.75],
    )
    assert np.diag(W)[[0, 7, 14]] == pytest.approx([0.8, 0.6, 0.5])
    assert [W[0, 7], W[3, 17], W[8, 15]] == pytest.approx([0.2, 0.1, 0.15])
    np.testing.assert_array_equal(W, W.T)
    assert np.count_nonzero(W) == 21 + 2 * 21


def test_the_gate_multiplies_links_and_nothing_else() -> None:
    off, on = weights(), weights(gate={"on": True, "sigma": 0.05})
    gate = gate_matrix(np.linspace(1.0, 2.0, 7), 0.05)
    np.testing.assert_allclose(on, off * gate, rtol=1e-14)
    assert np.diag(on) == pytest.approx(np.diag(off))


def test_many_clusters_are_sparse_and_equal_the_dense_ones() -> None:
    grid: dict[str, Any] = {"geometry": "grid", "rows": 45, "cols": 46, "oscillators_per_cluster": 1}
    W = weights(**grid, K=0.7, permeability=1.3)
    assert sp.issparse(W)
    sparse: Any = W
    assert sparse.shape == (2070, 2070)
    assert sparse.nnz == 2070 + 2 * (44 * 46 + 45 * 45)
    small = weights(geometry="grid", rows=4, cols=4, oscillators_per_cluster=1)
    assert isinstance(small, np.ndarray)
    assert isinstance(weights(geometry={"kind": "all_to_all", "clusters": 70}), np.ndarray)
    assert sp.issparse(weights(geometry="grid", rows=10, cols=10))


@pytest.mark.parametrize("normalisation", ["mean", "degree", "sum"])
@pytest.mark.parametrize("kind", ["circle6_center", "grid_rect", "star", "single"])
def test_the_strength_that_sets_the_substeps_is_the_largest_row_sum(kind: str, normalisation: str) -> None:
    entries: dict[str, Any] = {
        "geometry": {"kind": kind, "normalisation": normalisation},
        "layers": 2,
        "K": 3.0,
        "inter_K": 0.4,
        "layer_K": [1.0, 1.5],
    }
    config = KuramotoConfig.load(entries)
    W = coupling(config)
    assert strength(config) == pytest.approx(abs(W).sum(axis=1).max(), rel=1e-12)
    parts = config.substeps
    assert config.dt / parts * strength(config) <= 0.5 * (1 + 1e-6)
    assert parts == 1 or config.dt / (parts - 1) * strength(config) > 0.5


@pytest.mark.parametrize("layers", [1, 2])
def test_a_change_of_strength_leaves_the_pattern_of_a_sparse_matrix_alone(layers: int) -> None:
    """Its rows are shared, its values those of the dense matrix of the same links."""
    grid: dict[str, Any] = {"geometry": "grid", "rows": 10, "cols": 9, "layers": layers, "inter_K": 0.3}
    first: Any = weights(**grid, K=0.7)
    second: Any = weights(**grid, K=1.4, permeability=0.2)
    assert first.has_canonical_format
    assert np.shares_memory(first.indices, second.indices)
    ends = structure_of(KuramotoConfig.load({"oscillators_per_cluster": 2, **grid})).edges
    whole = second.toarray()
    within = ends[: len(ends) - 90 * (layers - 1)]
    np.testing.assert_allclose(whole[within[:, 0], within[:, 1]], 1.4 * 0.2 * 90 / (2 * 161), rtol=1e-12)
    np.testing.assert_array_equal(whole, whole.T)
    assert np.diag(whole) == pytest.approx(np.full(90 * layers, 1.4))
    assert second.nnz == 90 * layers + 2 * len(ends)
