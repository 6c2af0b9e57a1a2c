"""Where emitters act and what the medium is are worked out anew only where they changed: the same bits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tauscope.engine.base import hash_state
from tauscope.engine.registry import create
from tauscope.engine.ufie import emitters
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.gpu.ufie import emitters as kernels_emitters
from tauscope.gpu.ufie.layout import Layout
from tauscope.gpu.ufie.protocol import Separable, Support

SHAPE = [3, 1, 1, 1, 1, 1, 24, 20, 3]


def engine(**settings: Any) -> UfieEngine:
    found = create("ufie", {"shape": SHAPE, "dphi": 0.1, **settings}, seed=3)
    assert isinstance(found, UfieEngine)
    return found


def refracted(made: UfieEngine, most: float = 0.3) -> None:
    n_x, n_y = made.config.shape[6:8]
    made.set_refraction(np.linspace(0.0, most, n_x * n_y).reshape(n_x, n_y))


def entries(made: UfieEngine) -> list[dict[str, Any]]:
    return [dict(one) for one in made.config.dump()["emitters"]]


def with_first(**changes: Any) -> Callable[[UfieEngine], None]:
    """An edit of the first emitter."""

    def edit(made: UfieEngine) -> None:
        first, *rest = entries(made)
        made.set("emitters", [{**first, **changes}, *rest])

    return edit


def swapped(made: UfieEngine) -> None:
    made.set("emitters", entries(made)[::-1])


EDITS: dict[str, Callable[[UfieEngine], object]] = {
    "phases": lambda made: made.set("dphi", 0.7),
    "amplitude": with_first(amplitude=0.4),
    "moved": with_first(position=[0, 0, 0, 0, 0, 0, 6.5, 4.0, 0]),
    "wider": with_first(sigma=2.2),
    "refracted": refracted,
    "painted": lambda made: made.command(
        "paint_field", name="state_index", x=2, y=3, patch=[[0.4, 0.2], [0.1, 0.3]]
    ),
    "resonance": lambda made: made.command("set_field", name="resonance", value=0.5),
    "muted": with_first(on=False),
    "with a mean": with_first(zero_mean=False, on=True),
    "uniform": with_first(profile="uniform"),
    "swapped": swapped,
    "faster": lambda made: made.set("c0", 0.9),
    "refracted back": lambda made: refracted(made, 0.0),
}


def forget(made: UfieEngine) -> None:
    """Let everything be worked out anew."""
    body = made._body
    body._places = emitters.Supports(body.config.shape, body.config.active.on)
    body._supports, body._material_key = (), None
    body._apply()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"active": {"on": True}},
        {"metric": {"kind": "diagonal", "strength": 0.3}},
        {"precision": "fast"},
        {"shape": [1, 1, 1, 1, 1, 1, 12, 10, 1]},
    ],
    ids=["lists", "bricks", "metric", "fast", "products"],
)
def test_what_is_kept_gives_the_bits_of_what_is_made_anew(settings: dict[str, Any]) -> None:
    kept, anew = engine(**settings), engine(**settings)
    for name, edit in EDITS.items():
        for made in (kept, anew):
            made.advance(7)
        forget(anew)
        for made in (kept, anew):
            edit(made)
            made.advance(3)
        assert hash_state(kept.state()) == hash_state(anew.state()), name
    assert np.abs(kept.field("psi")).max() > 0


def test_the_cases_are_lists_and_products() -> None:
    assert {type(one) for one in engine()._body._supports} == {Support}
    small = engine(shape=[1, 1, 1, 1, 1, 1, 12, 10, 1])
    assert Separable in {type(one) for one in small._body._supports}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often lists, places in bricks and means were worked out, and the kernels told of them."""
    found: Counter[str] = Counter()

    def count(where: Any, name: str) -> None:
        real = getattr(where, name)

        def spy(*args: Any, **options: Any) -> Any:
            found[name] += 1
            return real(*args, **options)

        monkeypatch.setattr(where, name, spy)

    count(emitters, "listed")
    count(emitters.Place, "support")
    count(kernels_emitters.Drive, "entries")
    count(Layout, "split")
    return found


@pytest.mark.parametrize(
    ("edit", "lists", "means", "tables"),
    [
        ("phases", 0, 0, 0),
        ("amplitude", 0, 0, 0),
        ("resonance", 0, 0, 0),
        ("moved", 1, 1, 1),
        ("refracted", 0, 8, 0),
    ],
)
def test_an_edit_works_out_only_what_it_changes(
    counted: Counter[str], edit: str, lists: int, means: int, tables: int
) -> None:
    made = engine()
    assert counted["listed"] == 8
    counted.clear()
    EDITS[edit](made)
    assert counted["listed"] == lists
    assert counted["support"] == means
    assert counted["split"] == lists  # where sites lie in bricks
    assert counted["entries"] == tables


@pytest.mark.parametrize(("edit", "times"), [("phases", 0), ("moved", 0), ("resonance", 1), ("faster", 1)])
def test_the_material_goes_to_the_kernels_when_it_changed(
    monkeypatch: pytest.MonkeyPatch, edit: str, times: int
) -> None:
    made = engine()
    told: list[Any] = []
    real = made._body.wave.set_material

    def spy(*args: Any) -> None:
        told.append(args)
        real(*args)

    monkeypatch.setattr(made._body.wave, "set_material", spy)
    EDITS[edit](made)
    assert len(told) == times


def test_sites_that_somebody_may_write_to_are_placed_anew() -> None:
    layout = Layout(SHAPE)
    sites = np.array([0, 5], np.int64)
    lists = [Support(sites, np.ones(2))]
    first = kernels_emitters.Drive(layout, lists, np.dtype(float))
    sites[1] = 7
    then = kernels_emitters.Drive(layout, lists, np.dtype(float), first)
    fresh = kernels_emitters.Drive(layout, lists, np.dtype(float))
    np.testing.assert_array_equal(then.table, fresh.table)
    assert not np.array_equal(then.table, first.table)
