"""Engine phi against Poisson phi: difference and its norm, and the rules that have neither."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine import create, registry
from tauscope.engine.base import FrameRequest
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis import derived, exact_steady_state, warm_start
from tauscope.engine.gravity.analysis.realized import realized_by_source
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.world import World
from tests.engine.gravity.physics import BOUNDARIES, gaussian, lattice, warmed

FIELDS = ("phi", "slowness", "phi_poisson", "phi_visible", "phi_dark", "phi_residual")
both_hoods = pytest.mark.parametrize("hood", ["von_neumann", "moore"])
no_field = pytest.mark.parametrize("rule", ["literal", "strict"])


def wave(side: int) -> list[list[float]]:
    y, x = np.indices((side, side))
    return [[float(v) for v in row] for row in 1 + 0.5 * np.sin(0.3 * x) * np.cos(0.2 * y)]


def derive(engine: Any, name: str) -> Any:
    fields, scalars = registry.derived_fields("gravity"), registry.derived_scalars("gravity")
    made: Any = fields.get(name) or scalars[name]
    return made.function(engine.config, **{item: engine.field(item) for item in made.inputs})


@both_hoods
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_both_agree_on_a_steady_lattice(
    dtype: str, mapped: bool, boundary: str, hood: str, tolerances: dict[str, Any]
) -> None:
    """They come from different fields: phi from the traffic, its source from counted updates."""
    more = {"capacity_map": wave(49)} if mapped else {}
    config = lattice(49, boundary, [gaussian(49, 6e-3)], neighbourhood=hood, dtype=dtype, **more)
    engine = warmed(config)
    engine.advance(2000)
    allowed = tolerances["gravity"]["comparison"]
    assert derive(engine, "phi").min() < -0.1
    assert derive(engine, "phi_mismatch") <= allowed["mismatch"]
    residual = derive(engine, "phi_residual")
    np.testing.assert_array_equal(residual, derive(engine, "phi") - derive(engine, "phi_poisson"))
    assert residual.dtype == np.float32
    assert np.abs(residual).max() <= allowed["residual"]


def test_both_agree_where_the_disc_reaches_beyond_the_lattice(tolerances: dict[str, Any]) -> None:
    """Then no node is a sink, and the edges absorb."""
    config = lattice(25, "disc", [gaussian(25, 6e-3)], disc_radius=100.0, rule="fluid", dtype="float64")
    engine = warmed(config)
    assert derive(engine, "phi").min() < -0.05
    assert derive(engine, "phi_mismatch") <= tolerances["gravity"]["comparison"]["mismatch"]


@both_hoods
def test_the_other_neighbourhood_or_a_cold_start_shows_in_the_norm(hood: str) -> None:
    source = gaussian(49, 6e-3)
    engine = warmed(lattice(49, "absorbing", [source], neighbourhood=hood))
    engine.advance(2000)
    other = "moore" if hood == "von_neumann" else "von_neumann"
    wrong = GravityConfig.load(lattice(49, "absorbing", [source], neighbourhood=other))
    fields = {name: engine.field(name) for name in ("f_live", "f_traffic")}
    assert derived.phi_mismatch(wrong, **fields) > 0.05
    cold = create("gravity", lattice(49, "absorbing", [source], neighbourhood=hood))
    cold.advance(50)
    assert derive(cold, "phi_mismatch") > 1.0


def test_an_empty_lattice_has_no_mismatch() -> None:
    assert derive(create("gravity", {"nx": 12, "ny": 9}), "phi_mismatch") == 0.0


def test_a_changed_source_is_solved_anew() -> None:
    """The kept emission map belongs to one configuration."""
    engine = create("gravity", lattice(21, "absorbing", [gaussian(21, 0.01)]))
    before = derive(engine, "phi_poisson")
    engine.set("sources.s1.strength", 0.02)
    np.testing.assert_allclose(derive(engine, "phi_poisson"), 2 * before, rtol=1e-5)


@no_field
def test_rules_without_a_field_refuse_with_the_reason(rule: str) -> None:
    config = GravityConfig.load(lattice(15, "absorbing", [gaussian(15, 3.0)], rule=rule))
    f = np.ones((15, 15), np.float32)
    for ask in (
        lambda: exact_steady_state(config),
        lambda: warm_start(config),
        lambda: registry.warm_start("gravity", config),
        lambda: derived.phi_poisson(config, f),
        lambda: derived.phi_residual(config, f, f),
    ):
        with pytest.raises(BadInput, match="no field spreads") as caught:
            ask()
        assert caught.value.key == "rule"
        assert caught.value.remedy


@no_field
def test_rules_without_a_field_do_not_offer_one(rule: str) -> None:
    """Neither lists nor frames have the fields; a view that still asks gets its other fields."""
    config = lattice(15, "absorbing", [gaussian(15, 3.0)], rule=rule)
    world = World.single("gravity", config)
    world.advance(20)
    assert not set(FIELDS) & set(world.specs("gravity"))
    assert registry.derived_scalars("gravity", world.engine("gravity").config) == {}
    asked = [FrameRequest(name) for name in ("f_live", *FIELDS)]
    frame = world.frame(asked)
    assert set(frame.arrays) == {asked[0]}
    with pytest.raises(BadInput, match="phi_poisson"):
        world.field("gravity", "phi_poisson")


def test_rules_with_a_field_offer_all() -> None:
    world = World.single("gravity", {"nx": 9, "ny": 9, "rule": "fluid"})
    assert set(FIELDS) <= set(world.specs("gravity"))
    frame = world.frame([FrameRequest(name) for name in FIELDS])
    assert len(frame.arrays) == len(FIELDS)
    assert set(registry.derived_fields("gravity")) == set(FIELDS)


@no_field
def test_a_source_without_a_field_emits_its_map_at_each_update(rule: str) -> None:
    config = GravityConfig.load(lattice(15, "absorbing", [gaussian(15, 3.0)], rule=rule))
    f = np.full((15, 15), 0.25)
    whole = realized_by_source(config, np.ones((15, 15)))["s1"]
    assert realized_by_source(config, f)["s1"] == pytest.approx(0.25 * whole, rel=1e-12)
