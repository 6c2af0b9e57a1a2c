"""What an observer of some worlds explains of the potential, and what is dark to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tauscope.engine.gravity.analysis.derived import DERIVED
from tauscope.engine.gravity.analysis.steady import exact_steady_state
from tauscope.engine.gravity.config import GravityConfig

SOURCES = [
    {"id": "a", "kind": "gaussian", "x": 14, "y": 20, "strength": 0.02, "width": 2.0, "world": "A"},
    {"id": "b", "kind": "gaussian", "x": 30, "y": 22, "strength": 0.05, "width": 2.0, "world": "B"},
]


def config_of(*visible: str) -> GravityConfig:
    worlds = [{"name": name, "visible": name in visible} for name in ("A", "B")]
    return GravityConfig.load(
        {"nx": 45, "ny": 41, "boundary": "absorbing", "worlds": worlds, "sources": SOURCES}
    )


def derive(name: str, config: GravityConfig, f: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    inputs = dict.fromkeys(DERIVED[name].inputs, f)
    return np.asarray(DERIVED[name].function(config, **inputs), np.float64)


def test_what_is_dark_to_one_world_is_explained_by_the_other(tolerances: Any) -> None:
    f = exact_steady_state(config_of("A", "B")).f
    whole = derive("phi_poisson", config_of("A", "B"), f)
    of_a, of_b = (derive("phi_visible", config_of(name), f) for name in "AB")
    close = tolerances["gravity"]["observer"]["parts"]
    size = np.abs(whole).max()
    assert size > 0.1 and np.abs(of_b).max() > 0.5 * size
    assert derive("phi_visible", config_of("A", "B"), f) == pytest.approx(whole, abs=close * size)
    assert of_a + of_b == pytest.approx(whole, abs=close * size)
    # f is that of all worlds, whoever is seen: the field does not know of observers.
    assert derive("phi_dark", config_of("A"), f) == pytest.approx(of_b, abs=close * size)
    assert np.abs(derive("phi_dark", config_of("A", "B"), f)).max() < close * size
