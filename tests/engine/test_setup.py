"""Set-ups of several engines: what is refused, plain data, and worlds made of them."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.engine.coupling import ClockRateConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.world import World
from tests.engine.redshift import LATTICE, PLACES, clocks, coupling, hashes, setup


def test_a_set_up_returns_from_its_data() -> None:
    made = setup(ticks={"gravity": 3})
    assert Setup.load(made.dump()) == made
    assert made.main == "kuramoto"
    assert made.ratios == {"kuramoto": 1, "gravity": 3}
    assert made.couplings == (ClockRateConfig(),)
    (sentence,) = made.sentences()
    assert "Clusters of kuramoto tick at the rate f_traffic(x) of gravity" in sentence


def test_a_world_gives_back_its_set_up_with_live_changes() -> None:
    world = World.of(setup(ticks={"gravity": 2}), seed=4)
    assert world.setup == setup(ticks={"gravity": 2})
    world.engine("kuramoto").set("K", 0.7)
    assert world.setup == setup(ticks={"gravity": 2}, K=0.7)
    assert world.main == "kuramoto"


def test_every_engine_may_have_a_seed_of_its_own() -> None:
    world = World.of(setup(), seed={"kuramoto": 5, "gravity": 7})
    assert {key: engine.seed for key, engine in world.engines.items()} == {"kuramoto": 5, "gravity": 7}
    same = World.of(setup(), seed=5)
    assert hashes(world)["kuramoto"] == hashes(same)["kuramoto"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"couplings": [{"kind": "clock_rates"}]}, "couplings.kind"),
    ({"couplings": [{"source": "gravity", "target": "kuramoto"}]}, "couplings.kind"),
    ({"couplings": [coupling(source="gravty")]}, "couplings.source"),
    ({"couplings": [coupling(target="cloud")]}, "couplings.target"),
    ({"couplings": [coupling(target="gravity")]}, "couplings.target"),
    ({"couplings": [coupling(source="kuramoto", target="gravity")]}, "couplings.source"),
    ({"couplings": [coupling(field="tau")]}, "field"),
    ({"couplings": [coupling(interpolation="cubic")]}, "interpolation"),
    ({"couplings": [coupling(strength=2)]}, "strength"),
    ({"clock_places": None}, "clock_places"),
    ({"clock_places": [[1, 1], [2, 2], [64, 3]]}, "clock_places.2"),
    ({"clock_places": [[1, 1], [-0.5, 2], [3, 3]]}, "clock_places.1"),
    ({"ticks": {"gravity": 0}}, "ratios.gravity"),
    ({"ticks": {"cloud": 2}}, "ticks"),
]


@pytest.mark.parametrize(("changes", "key"), REFUSED)
def test_what_cannot_be_coupled_is_refused_by_name(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        setup(**changes)
    assert caught.value.key == key


def test_an_engine_stands_once_in_a_set_up() -> None:
    with pytest.raises(BadInput, match="stands twice"):
        Setup.of("gravity", LATTICE, {"gravity": LATTICE})


def test_data_that_are_no_set_up_are_refused() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        Setup.load({"engines": {"gravity": {"name": "gravity"}}, "couplings": []})


def test_a_place_for_each_cluster_is_asked_for() -> None:
    with pytest.raises(BadInput, match="clock_places"):
        Setup.of("kuramoto", clocks(clock_places=[list(PLACES[0])]), {"gravity": LATTICE}, {}, [coupling()])
