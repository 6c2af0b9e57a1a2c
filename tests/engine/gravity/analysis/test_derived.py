"""phi_from_f and the fields derived for views and recordings."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import exact_steady_state, phi_from_f, warm_start
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


@pytest.mark.parametrize("boundary", ["periodic", "reflective", "absorbing", "disc"])
def test_poisson_field_of_a_running_engine_equals_its_phi(boundary: str) -> None:
    """They come from different fields: phi from the traffic, its source from counted updates."""
    source = {"kind": "gaussian", "x": 30, "y": 33, "strength": 6e-3, "width": 3.0}
    engine = create("gravity", {"nx": 65, "ny": 61, "boundary": boundary, "sources": [source]})
    engine.command("set_field", name="traffic", value=warm_start(engine), steady=True)
    engine.advance(4000)
    fields = {name: engine.field(name) for name in ("f_live", "f_traffic")}
    phi, solved = (
        DERIVED[name].function(engine.config, **{key: fields[key] for key in DERIVED[name].inputs})
        for name in ("phi", "phi_poisson")
    )
    assert phi.min() < -0.2
    assert np.linalg.norm(solved - phi) / np.linalg.norm(phi) < 0.01


def test_warm_start_spares_the_wait() -> None:
    """From the exact traffic f counts right at once; from the empty lattice it reads too weak."""
    source = {"kind": "gaussian", "x": 32, "y": 32, "strength": 4e-3, "width": 3.0}
    config = {"nx": 65, "ny": 65, "boundary": "absorbing", "sources": [source]}
    exact = exact_steady_state(config).f
    cold, warm = create("gravity", config), create("gravity", config)
    warm.command("set_field", name="traffic", value=warm_start(warm), steady=True)
    for engine in (cold, warm):
        engine.advance(1000)
    assert np.abs(warm.field("f") - exact).max() * 1000 <= 2
    assert (cold.field("f") - exact).max() * 1000 > 20
    assert warm.scalars()["efolds"] >= 7
    assert cold.scalars()["efolds"] < 2
