"""What was painted on r and s against NumPy: planes through all axes, in one cut, over one another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.medium import Medium, below, planned_plane
from tauscope.engine.ufie.painted import BARE, ERASED

SHAPE = (3, 1, 1, 1, 1, 4, 6, 5, 3)
RANDOM = np.random.default_rng(5)


def values(rows: int, columns: int, top: float) -> np.ndarray:
    """Some painted, some not, some erased."""
    found = RANDOM.uniform(0.0, top, (rows, columns))
    found[RANDOM.random(found.shape) < 0.4] = BARE
    found[RANDOM.random(found.shape) < 0.2] = ERASED
    return found


def plane(field: str, across: str, up: str, cut: list[int] | None = None) -> dict[str, Any]:
    sizes = dict(zip(AXES, SHAPE, strict=True))
    top = 1.0 if field == "resonance" else 2.0
    return {"field": field, "axes": [across, up], "cut": cut, "array": values(sizes[up], sizes[across], top)}


PLANES = [
    plane("resonance", "x", "y"),
    plane("state_index", "w", "z", [0, 0, 0, 0, 0, 0, 4, 2, 0]),
    plane("resonance", "r", "x"),
    plane("resonance", "x", "y", [2, 0, 0, 0, 0, 3, 0, 0, 1]),
    plane("state_index", "r", "y"),
]
LENS = {"height": 0.7, "width": 2.0}


def reference(base: np.ndarray, planes: list[dict[str, Any]]) -> np.ndarray:
    """Site by site, as the sentence says: what a plane holds replaces, and what it erases is the base."""
    found = np.array(np.broadcast_to(base, SHAPE))
    bare = found.copy()
    for one in planes:
        across, up = (AXES.index(name) for name in one["axes"])
        for site in np.ndindex(*SHAPE):
            others = [n for n in range(9) if n not in (across, up)]
            if one["cut"] is not None and any(site[n] != one["cut"][n] for n in others):
                continue
            value = one["array"][site[up], site[across]]
            if value == ERASED:
                found[site] = bare[site]
            elif value != BARE:
                found[site] = value
    return found


def config(**more: Any) -> UfieConfig:
    return UfieConfig.load({"shape": SHAPE, "painted": PLANES, "lens": LENS, "emitters": [], **more})


@pytest.mark.parametrize("field", ["resonance", "state_index"])
def test_planes_equal_numpy(field: str) -> None:
    found = config()
    expected = reference(below(found, field), [one for one in PLANES if one["field"] == field])
    np.testing.assert_array_equal(Medium(found).field(field), expected)


@pytest.mark.parametrize("field", ["resonance", "state_index"])
@pytest.mark.parametrize("axes", [("x", "y"), ("y", "x"), ("r", "w"), ("z", "x")])
def test_a_plane_of_the_configuration_equals_that_of_the_engine(field: str, axes: tuple[str, str]) -> None:
    found = config()
    across, up = (AXES.index(name) for name in axes)
    for whole, with_paint in (
        (Medium(found).field(field), True),
        (np.broadcast_to(below(found, field), SHAPE), False),
    ):
        for place in ((0,) * 9, (2, 0, 0, 0, 0, 3, 4, 2, 1)):
            cut = whole[tuple(slice(None) if n in (across, up) else at for n, at in enumerate(place))]
            np.testing.assert_array_equal(
                planned_plane(found, field, axes, place, with_paint), cut.T if across < up else cut
            )


def test_it_comes_and_goes_while_running_with_its_energy_booked_and_a_checkpoint_keeps_it() -> None:
    start = {"shape": SHAPE, "precision": "precise", "start": {"kind": "random"}, "emitters": []}
    engine = create("ufie", {**start, "alpha": 0.0, "beta": 0.0}, seed=3, device="cpu")
    engine.advance(10)
    engine.set("painted", PLANES)
    assert engine.scalars()["W_geom"] != 0.0
    painted = engine.field("state_index")
    engine.advance(10)
    assert engine.scalars()["residual"] < 1e-11
    state = engine.state()
    engine.advance(15)
    psi = engine.field("psi")
    engine.set("painted", [])
    np.testing.assert_array_equal(engine.field("state_index"), 0.0)
    engine.restore(state)
    np.testing.assert_array_equal(engine.field("state_index"), painted)
    engine.advance(15)
    np.testing.assert_array_equal(engine.field("psi"), psi)


def test_a_number_goes_to_every_site_that_no_stroke_covers() -> None:
    engine = create("ufie", config(lens={}).dump(), seed=1, device="cpu")
    engine.set("resonance", 0.125)
    planes = [one for one in PLANES if one["field"] == "resonance"]
    np.testing.assert_array_equal(engine.field("resonance"), reference(np.full((1,) * 9, 0.125), planes))


def test_it_survives_its_dump() -> None:
    found = config()
    assert UfieConfig.load(found.dump()) == found


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"axes": ["y", "x"]}, "painted.axes"),
        ({"axes": ["x", "x"]}, "painted.axes"),
        ({"cut": [0, 0, 0, 0, 0, 0, 1, 0, 0]}, "painted.cut"),
        ({"cut": [0, 0, 0]}, "painted.cut"),
        ({"cut": [3, 0, 0, 0, 0, 0, 0, 0, 0]}, "painted"),
        ({"array": [[0.5] * 6] * 4}, "painted"),
        ({"array": [[1.5] * 6] * 5}, "painted.array"),
        ({"array": [[-0.5] * 6] * 5}, "painted.array"),
        ({"array": [[math.nan] * 6] * 5}, "array"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], key: str) -> None:
    one = {"field": "resonance", "axes": ["x", "y"], "array": [[0.5] * 6] * 5, **changes}
    with pytest.raises(BadInput) as told:
        UfieConfig.load({"shape": SHAPE, "painted": [one]})
    assert told.value.key == key


def test_the_exact_integrator_refuses_it_with_its_reason() -> None:
    with pytest.raises(BadInput, match="needs the same medium everywhere") as told:
        UfieConfig.load({"shape": SHAPE, "painted": PLANES[:1], "integrator": "etd"})
    assert told.value.key == "painted"
