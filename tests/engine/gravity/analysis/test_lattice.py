"""Stencils: Moore's relay weights are the isotropic 9-point Laplacian, in sums, matrices and eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import coupling, screening
from tauscope.engine.gravity.analysis.lattice import (
    adjacency,
    centre_weight,
    eigenvalues,
    laplacian,
    neighbour_sum,
)

HOODS = ("von_neumann", "moore")
EDGES = ("periodic", "reflective", "absorbing")


def relayed(field: np.ndarray, survival: float, hood: str) -> np.ndarray:
    """What a node relays of its neighbours' bits, by the rule's own weights; periodic edges."""
    near = sum(np.roll(field, step, axis) for axis in (0, 1) for step in (1, -1))
    if hood == "von_neumann":
        return np.asarray(survival / 4 * near)
    across = sum(np.roll(field, (dy, dx), (0, 1)) for dy in (1, -1) for dx in (1, -1))
    return np.asarray(survival / 5 * near + survival / 20 * across)


@pytest.mark.parametrize("survival", [1.0, 0.9])
@pytest.mark.parametrize("hood", HOODS)
def test_the_relay_is_the_laplacian_with_kappa_and_m2(hood: str, survival: float) -> None:
    """u - relayed(u) = f a and u = C (1 - f) give lap f - m^2 (f - 1) = kappa f a, for any u."""
    capacity = 2.5
    u = np.random.default_rng(2).random((9, 12))
    f = 1 - u / capacity
    realized = u - relayed(u, survival, hood)
    left = laplacian(f, "periodic", hood) - screening(survival, hood) * (f - 1)
    np.testing.assert_allclose(left, coupling(capacity, survival, hood) * realized, rtol=0, atol=1e-13)


def test_moore_coefficients_are_those_of_the_design() -> None:
    assert coupling(4.0, 0.9, "moore") == pytest.approx(10 / (3 * 0.9 * 4.0), rel=1e-15)
    assert screening(0.9, "moore") == pytest.approx(10 * 0.1 / (3 * 0.9), rel=1e-15)
    assert (coupling(4.0, 0.9), screening(0.9)) == pytest.approx((4 / 3.6, 4 * 0.1 / 0.9), rel=1e-15)


@pytest.mark.parametrize("hood", HOODS)
def test_quadratics_have_their_laplacian(hood: str) -> None:
    y, x = np.indices((9, 11), dtype=np.float64)
    for field, expected in ((x * x, 2.0), (y * y, 2.0), (x * y, 0.0), (3 * x - y, 0.0)):
        np.testing.assert_allclose(laplacian(field, "absorbing", hood)[1:-1, 1:-1], expected, atol=1e-12)


def test_the_error_of_the_nine_point_stencil_has_no_direction() -> None:
    """On waves of one length along an axis and a diagonal: fourth order apart for 5 points, sixth for 9."""
    k = 0.3
    apart = {}
    for hood in HOODS:
        axis = eigenvalues(np.array([k]), np.array([0.0]), 0.0, hood)[0, 0]
        diagonal = eigenvalues(np.array([k / np.sqrt(2)]), np.array([k / np.sqrt(2)]), 0.0, hood)[0, 0]
        apart[hood] = abs(axis - diagonal)
    # The next order is k^2 / 20 of it: 0.45 %.
    assert apart["von_neumann"] == pytest.approx(k**4 / 24, rel=6e-3)
    assert apart["moore"] < 0.01 * apart["von_neumann"]


@pytest.mark.parametrize("hood", HOODS)
@pytest.mark.parametrize("edges", EDGES)
def test_matrix_and_sum_agree_and_are_symmetric(edges: str, hood: str) -> None:
    field = np.random.default_rng(3).random((7, 5))
    matrix = adjacency(field.shape, edges, hood)
    np.testing.assert_allclose(
        (matrix @ field.ravel()).reshape(field.shape), neighbour_sum(field, edges, hood), rtol=1e-14
    )
    assert abs(matrix - matrix.T).max() < 1e-15


@pytest.mark.parametrize("hood", HOODS)
@pytest.mark.parametrize("edges", EDGES)
def test_eigenvalues_are_those_of_the_matrix(edges: str, hood: str) -> None:
    ny, nx = 4, 6
    angles = {
        "periodic": lambda n: 2 * np.pi * np.arange(n) / n,
        "reflective": lambda n: np.pi * np.arange(n) / n,
        "absorbing": lambda n: np.pi * np.arange(1, n + 1) / (n + 1),
    }[edges]
    whole = adjacency((ny, nx), edges, hood).toarray() - (centre_weight(hood) + 0.2) * np.eye(ny * nx)
    found = eigenvalues(angles(nx), angles(ny), 0.2, hood)
    np.testing.assert_allclose(np.sort(found.ravel()), np.linalg.eigvalsh(whole), atol=1e-13)


def test_an_unknown_neighbourhood_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="moore"):
        laplacian(np.ones((3, 3)), "periodic", "more")
