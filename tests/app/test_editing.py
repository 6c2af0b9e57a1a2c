"""Edits of sources: what handles give is rounded, copies find room, refusals name what is meant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.app import placed
from tauscope.app.document import Document, content_of
from tauscope.app.editing import Editing, rounded
from tauscope.app.paint_targets import EmissionTarget
from tauscope.app.undo import History
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig


def source(x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"id": "s8", "name": "Halo", "kind": "point", "x": x, "y": y, "strength": 1e-3, **more}


def editing_of(*sources: dict[str, Any], **more: Any) -> tuple[Editing, Document, list[BadInput]]:
    document = Document(content_of("gravity", {"nx": 64, "ny": 64, "sources": list(sources), **more}))
    refused: list[BadInput] = []
    return Editing(document, History(document), lambda error, _path: refused.append(error)), document, refused


def of(document: Document) -> list[dict[str, Any]]:
    return list(document.content.config.dump()["sources"])


def test_what_a_handle_gives_is_rounded_and_what_was_typed_is_kept() -> None:
    editing, document, _refused = editing_of(source(20, 20, kind="gaussian", width=3.0))
    changes = {"width": 14.3777776039, "strength": 0.00123456789, "x": 20.123456}
    for phase in ("press", "drag", "release"):
        editing.edit_source("s8", changes, phase)
    found = of(document)[0]
    assert (found["width"], found["strength"], found["x"]) == (14.38, 0.001235, 20.12)
    editing.edit_source("s8", {"width": 14.3777, "strength": 0.00123456}, "commit")
    found = of(document)[0]
    assert (found["width"], found["strength"]) == (14.3777, 0.00123456)


def test_a_tiny_size_never_becomes_none() -> None:
    assert rounded("width", 0.004) == 0.004
    assert rounded("name", "0.123456") == "0.123456"


@pytest.mark.parametrize(
    ("place", "copy"),
    [((20, 20), (24, 24)), ((62, 20), (58, 24)), ((20, 62), (24, 58)), ((63, 63), (59, 59))],
)
def test_a_copy_goes_the_other_way_where_the_edge_is_near(
    place: tuple[float, float], copy: tuple[float, float]
) -> None:
    editing, document, refused = editing_of(source(*place))
    document.select(frozenset({"s8"}))
    editing.duplicate()
    assert [(s["x"], s["y"]) for s in of(document)] == [place, copy]
    editing.copy()
    assert not refused


def test_charges_that_are_put_one_after_the_other_take_cells_of_their_own() -> None:
    document = Document(content_of("charge", {"mode": "D", "size": 32, "charges": []}))
    editing = Editing(document, History(document), lambda _error, _path: None)
    for _ in range(3):
        editing.add_source("positive")
    found = document.content.config.dump()["charges"]
    assert [(one["x"], one["y"]) for one in found] == [(16, 16), (18, 16), (20, 16)]
    full = [{"x": x, "y": y} for x in range(0, 8, 2) for y in range(0, 8, 2)]
    assert placed.free_cell(full, (8, 8), (4.0, 4.0)) == (4.0, 4.0)
    assert placed.free_cell(full[:8], (8, 8), (2.0, 0.0)) == (4.0, 0.0)


def test_copies_take_the_next_free_number_of_their_original() -> None:
    copies = [{"name": "+e"}, {"name": "+e"}, {"name": "Charge 1"}, {"name": "Alone"}, {"name": ""}, {}]
    names = [one.get("name") for one in placed.renamed(copies, ("+e", "Charge 1", "Charge 2"))]
    assert names == ["+e 2", "+e 3", "Charge 3", "Alone", "", None]


def test_a_copy_beside_the_sink_goes_inwards() -> None:
    editing, document, refused = editing_of(source(50, 46), boundary="disc", disc_radius=24.0)
    document.select(frozenset({"s8"}))
    editing.duplicate()
    assert not refused
    assert len(of(document)) == 2


def test_a_refused_place_names_the_source() -> None:
    editing, _document, refused = editing_of(source(32, 32), boundary="disc", disc_radius=24.0)
    editing.edit_source("s8", {"x": 60.0}, "commit")
    assert "“Halo” at (60, 32) lies in the sink" in str(refused[0])
    editing.edit_source("s8", {"x": 200.0}, "commit")
    assert "x of “Halo”" in str(refused[1])
    assert "s8" not in str(refused[0]).replace("sources.s8.x", "")


def painted(rows: int = 64, columns: int = 64) -> FrozenArray:
    return FrozenArray(np.random.default_rng(1).uniform(0.5, 1.5, (rows, columns)))


def map_of(document: Document) -> FrozenArray | None:
    config = document.content.config
    assert isinstance(config, GravityConfig)
    return config.capacity_map


def test_another_lattice_keeps_the_painted_capacity_in_its_place() -> None:
    factors = painted()
    editing, document, refused = editing_of(capacity_map=factors)
    told: list[str] = []
    editing.told = told.append
    editing.set_parameter("nx", 40)
    assert map_of(document) == FrozenArray(factors.array[:, :40])
    editing.set_parameter("ny", 80)
    wanted = np.ones((80, 40))
    wanted[:64] = factors.array[:, :40]
    assert map_of(document) == FrozenArray(wanted)
    assert not refused
    assert "40 x 64 cells: what lay beyond them was cut off." in told[0]
    assert "40 x 80 cells: new cells have the factor 1." in told[1]


def test_a_burst_by_a_smaller_lattice_is_one_step_and_loses_nothing() -> None:
    factors = painted()
    editing, document, _refused = editing_of(capacity_map=factors)
    told: list[str] = []
    editing.told = told.append
    history = editing._history
    for nx, phase in ((40, "press"), (16, "drag"), (48, "drag"), (48, "release")):
        editing.set_parameter("nx", nx, phase)
    assert map_of(document) == FrozenArray(factors.array[:, :48])
    assert (history.stack.count(), len(told)) == (1, 1)
    history.stack.undo()
    assert map_of(document) == factors
    for nx, phase in ((40, "press"), (64, "drag"), (64, "release")):
        editing.set_parameter("nx", nx, phase)
    assert map_of(document) == factors
    assert len(told) == 1
    editing.set_parameter("nx", 40, "press")
    editing.set_parameter("nx", 64, "cancel")
    assert map_of(document) == factors


def test_a_lattice_that_cuts_all_that_was_painted_has_no_map() -> None:
    factors = np.ones((64, 64))
    factors[50:60, 50:60] = 0.5
    editing, document, _refused = editing_of(capacity_map=FrozenArray(factors))
    editing.set_parameter("nx", 40)
    assert map_of(document) is None


def test_sides_that_are_none_and_sources_outside_are_refused_as_without_a_map() -> None:
    editing, document, refused = editing_of(source(50, 20), capacity_map=painted())
    told: list[str] = []
    editing.told = told.append
    before = document.content
    for value in (0, 1e6, "many", None, 40):
        editing.set_parameter("nx", value)
    assert document.content == before
    assert len(refused) == 5
    assert "outside the lattice" in refused[-1].message
    assert not told
    with pytest.raises(BadInput, match="The capacity map has 64 rows and 64 columns"):
        document.with_value("nx", 56)


def test_a_painted_brush_goes_on_where_the_lattice_is_cut() -> None:
    array = painted()
    brush = {"id": "s8", "kind": "brush", "array": array, "x": 0.0, "y": 0.0, "strength": 1e-3}
    editing, document, refused = editing_of(brush, capacity_map=painted())
    editing.set_parameter("nx", 40)
    target = EmissionTarget(document.content, "A", frozenset())
    assert not refused
    assert np.array_equal(target.base, array.array[:, :40] * 1e-3)


@pytest.mark.parametrize("add", ["add_source", "drop_source"])
def test_a_kind_of_another_lab_is_refused_in_a_sentence(add: str) -> None:
    editing, document, refused = editing_of(source(20, 20))
    before = document.content
    editing.add_source("negative") if add == "add_source" else editing.drop_source("negative", 9.0, 9.0)
    assert document.content == before
    assert [error.message for error in refused] == [
        "There is no kind “negative” among the sources of this run."
    ]


@pytest.mark.parametrize("engine", ["kuramoto", "ufie", "gauge", "charge"])
def test_a_map_that_is_dropped_where_no_sources_stand_is_refused_in_a_sentence(engine: str) -> None:
    document = Document(content_of(engine, {}))
    refused: list[BadInput] = []
    history = History(document)
    editing = Editing(document, history, lambda error, _path: refused.append(error))
    before = document.content
    editing.drop_image(FrozenArray(np.ones((3, 4))), "map.npy", "map", 2.0, 2.0)
    editing.drop_source("ring", 2.0, 2.0)
    editing.paste()
    assert document.content == before and not history.stack.count()
    assert len(refused) == 2
    for error in refused:
        assert ("no lattice that a source" in error.message) or ("There is no kind" in error.message)
        assert "Load a preset" in str(error)
