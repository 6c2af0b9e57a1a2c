"""phi_from_f and the fields derived for views and recordings."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state, phi_from_f
from tauscope.engine.gravity.analysis.derived import DERIVED
from tauscope.engine.gravity.config import GravityConfig


def test_linear_log_and_custom_modes() -> None:
    f = np.array([0.0, 0.25, 1.0])
    np.testing.assert_allclose(phi_from_f(f), [-1.0, -0.75, 0.0])
    np.testing.assert_allclose(phi_from_f(f, alpha=2.0), [-2.0, -1.5, 0.0])
    np.testing.assert_allclose(phi_from_f(f, "log"), [np.log(1e-10), np.log(0.25), 0.0])
    np.testing.assert_allclose(phi_from_f(f, "log", 0.5), [0.5 * np.log(1e-10), 0.5 * np.log(0.25), 0.0])
    np.testing.assert_allclose(phi_from_f(f, "custom", 3.0, lambda g: g**2), [0.0, 0.1875, 3.0])


def test_dtype_is_kept_and_whole_numbers_become_floats() -> None:
    assert phi_from_f(np.ones(2, np.float32), "log").dtype == np.float32
    assert phi_from_f([1, 0]).dtype == np.float64


def test_refusals() -> None:
    with pytest.raises(BadInput, match="linear"):
        phi_from_f([1.0], "liner")
    with pytest.raises(BadInput, match="no function"):
        phi_from_f([1.0], "custom")
    with pytest.raises(BadInput, match="a function"):
        phi_from_f([1.0], "log", fn=np.square)
    with pytest.raises(BadInput, match="shape"):
        phi_from_f([1.0], "custom", fn=lambda g: g[:0])


@pytest.mark.parametrize("boundary", ["periodic", "reflective", "absorbing", "disc"])
def test_derived_fields_on_every_boundary(boundary: str) -> None:
    source = {"kind": "gaussian", "x": 14, "y": 20, "strength": 0.05, "width": 2.0}
    lattice = {"nx": 33, "ny": 37, "boundary": boundary, "capacity": 2.0}
    config = GravityConfig.load({**lattice, "sources": [source]})
    f = exact_steady_state(config).f.astype(np.float32)
    made = {name: found.function(config, **dict.fromkeys(found.inputs, f)) for name, found in DERIVED.items()}
    for name, found in DERIVED.items():
        assert found.spec.name == name
        assert made[name].dtype == found.spec.dtype
        assert made[name].shape == f.shape
    np.testing.assert_allclose(made["phi"], f - 1)
    np.testing.assert_allclose(made["slowness"], 1 - f)
    np.testing.assert_allclose(made["phi_poisson"], f - 1, atol=2e-5)
    assert made["phi"].min() < -0.05
