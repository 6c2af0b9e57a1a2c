"""Lattice Green functions: two ways of summing, the sum as it is written, and the infinite lattice."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import special

from tauscope.engine.errors import BadInput
from tauscope.engine.potential import green

TORI = ((32, 32), (6, 8), (12, 12, 12), (4, 6, 8), (16,))


@pytest.mark.parametrize("shape", TORI)
@pytest.mark.parametrize("m2", [0.0, 1e-5, 0.04, 0.3])
def test_the_fft_and_the_closed_form_are_the_sum(
    shape: tuple[int, ...], m2: float, tolerances: dict[str, Any]
) -> None:
    allowed = tolerances["potential"]["green"]["line" if len(shape) == 1 else "sum"]
    size = 1.0 / (m2 * math.prod(shape)) if m2 else 0.0
    allowed *= 1.0 + 10.0 * size  # the mode k = 0 is that large
    field = green.green(shape, m2)
    rest = (0,) * (len(shape) - 1)
    axis = field.reshape(shape[0], -1)[:, 0]
    exact = np.array([green.direct_sum(shape, (R, *rest), m2) for R in range(shape[0])])
    np.testing.assert_allclose(axis, exact, rtol=0, atol=allowed)
    np.testing.assert_allclose(green.along(shape, np.arange(shape[0]), m2), exact, rtol=0, atol=allowed)


@pytest.mark.parametrize("m2", [0.0, 0.04])
def test_it_solves_its_equation(m2: float) -> None:
    """Minus the Laplacian plus the mass is a unit charge, on a background where there is no mass."""
    field = green.green((10, 14), m2)
    image = (4 + m2) * field - sum(np.roll(field, step, axis) for axis in (0, 1) for step in (1, -1))
    charge = np.zeros((10, 14))
    charge[0, 0] = 1.0
    np.testing.assert_allclose(image, charge - (0 if m2 else 1 / 140), rtol=0, atol=1e-14)


def test_the_infinite_square_lattice(tolerances: dict[str, Any]) -> None:
    allowed = tolerances["potential"]["green"]
    found = green.infinite([1, 2, 1000])
    assert found[0] == pytest.approx(0.25, abs=allowed["infinite"])
    assert found[1] == pytest.approx(1 - 2 / math.pi, abs=allowed["infinite"])
    far = (math.log(1000) + np.euler_gamma + math.log(8) / 2) / (2 * math.pi)
    assert found[2] == pytest.approx(far, abs=2e-8), "the next term falls as 1/R^2"


def test_the_finite_size_of_the_page(tolerances: dict[str, Any]) -> None:
    found = green.finite_size((32, 128, 512), np.arange(1, 13))
    share = tolerances["potential"]["green"]["finite_size"]
    np.testing.assert_allclose(found, (3.8e-2, 2.2e-3, 1.4e-4), rtol=share)


def test_three_dimensions_reach_watsons_integral() -> None:
    """G(0) = 0.252731 on the infinite cubic lattice; the torus lacks 2.837297 / (4 pi L) of it."""
    size = 32
    found = green.along((size,) * 3, [0])[0] + 2.837297 / (4 * math.pi * size)
    assert found == pytest.approx(0.2527310098586630, abs=2e-6)


def test_a_massive_torus_is_the_infinite_lattice_far_from_its_images() -> None:
    R = np.arange(1, 9)
    found = green.potential((128, 128), R, 0.3)
    np.testing.assert_allclose(found, green.infinite(R, 0.3), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("length", "share"), [(3, 0.026), (6, 0.018)])
def test_screening_is_k0_to_the_share_of_the_page(length: int, share: float) -> None:
    """Linearised Debye screening: G against K0(R / l) / 2 pi from R = 2 on."""
    R = np.arange(2, 13)
    ratio = green.along((512, 512), R, 1.0 / length**2) * 2 * math.pi / special.k0(R / length)
    assert np.abs(ratio - 1.0).max() == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: green.green((), 0.0), "shape"),
        (lambda: green.green((1, 8), 0.0), "shape"),
        (lambda: green.green((8, 8), -0.1), "m2"),
        (lambda: green.along((8, 8), [1.5]), "separations"),
        (lambda: green.infinite([1], math.nan), "m2"),
    ],
)
def test_what_has_no_green_function(call: Any, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        call()
    assert refused.value.key == key
