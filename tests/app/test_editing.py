"""Edits of sources: what handles give is rounded, copies find room, refusals name what is meant."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.app.document import Document, content_of
from tauscope.app.editing import Editing, rounded
from tauscope.app.undo import History
from tauscope.engine.errors import BadInput


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
