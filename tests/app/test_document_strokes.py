"""A stroke on a map becomes one small command, and a stroke taken back too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tauscope.app import changes
from tauscope.app.changes import difference
from tauscope.app.document import Content, Document, content_of, plain, sources_of
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.events import decode, encode

NX, NY = 40, 30


def content() -> Content:
    brush = {"id": "b", "kind": "brush", "array": np.random.default_rng(1).random((NY, NX))}
    point = {"id": "p", "kind": "point", "x": 3, "y": 4}
    return content_of("gravity", {"nx": NX, "ny": NY, "sources": [brush, point]})


def map_of(content: Content) -> np.ndarray:
    """Map of the brush."""
    return np.asarray(sources_of(content.config)[0].array.array)


def painted(before: Content, rows: slice, columns: slice) -> Content:
    array = np.array(map_of(before))
    array[rows, columns] += 1.0
    return Document(before).with_map("b", FrozenArray(array))


def test_a_stroke_is_one_command_with_what_changed() -> None:
    before = content()
    after = painted(before, slice(5, 8), slice(11, 20))
    (command,) = difference(before, after) or []
    assert command.name == "paint_source"
    assert command.coalesce == ""
    assert {key: command.args[key] for key in ("id", "x", "y")} == {"id": "b", "x": 11, "y": 5}
    assert np.array_equal(command.args["patch"], map_of(after)[5:8, 11:20])
    assert np.array_equal(decode(encode(dict(command.args)))["patch"], command.args["patch"])
    (back,) = difference(after, before) or []
    assert np.array_equal(back.args["patch"], map_of(before)[5:8, 11:20])


def test_a_stroke_and_a_move_are_two_commands() -> None:
    before = content()
    after = Document(painted(before, slice(5, 8), slice(11, 20))).with_source_changes({"b": {"x": 2.0}})
    assert [command.name for command in difference(before, after) or []] == ["paint_source", "move_source"]
    moved = Document(before).with_source_changes({"b": {"x": 2.0, "y": 1.0}})
    assert [command.name for command in difference(before, moved) or []] == ["move_source"]


@pytest.mark.parametrize("change", ["shape", "removal", "order"])
def test_other_changes_of_a_map_can_be_logged(change: str) -> None:
    before = content()
    document = Document(before)
    if change == "shape":
        after = document.with_map("b", FrozenArray(np.ones((2, 2))), x=1.0, y=1.0)
    else:
        after = document.without_sources(frozenset("b"))
    if change == "order":
        before, after = after, before
    commands = difference(before, after) or []
    wanted = {"shape": "update_source", "removal": "remove_source", "order": "set_sources"}
    assert [command.name for command in commands] == [wanted[change]]
    assert (
        type(after.config).load({**plain(before.config), "sources": plain(after.config)["sources"]})
        == after.config
    )
    for command in commands:
        encode(dict(command.args))


def test_a_stroke_on_the_capacity_is_one_command() -> None:
    before = content()
    factors = np.ones((NY, NX))
    factors[3:5, 7:12] = 0.25
    after = Document(before).with_capacity_map(factors)
    (command,) = difference(before, after) or []
    assert (command.name, command.args["x"], command.args["y"]) == ("paint_capacity", 7, 3)
    assert np.array_equal(command.args["patch"], np.full((2, 5), 0.25))
    (back,) = difference(after, before) or []
    assert np.array_equal(back.args["patch"], np.ones((2, 5)))
    assert Document(after).with_capacity_map(np.ones((NY, NX))) == before


def test_plain_data_are_those_of_the_configuration() -> None:
    before = content()
    data = plain(before.config)
    assert type(before.config).load(data) == before.config
    dumped = before.config.dump()
    assert {k: v for k, v in data.items() if k != "sources"} == {
        k: v for k, v in dumped.items() if k != "sources"
    }
    assert data["sources"][1] == dumped["sources"][1]
    assert replace(before, config=type(before.config).load(dumped)).digest() == before.digest()


def test_only_what_changed_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drag asks for the difference many times a second; the rest of a configuration may be long."""
    asked: list[set[str]] = []

    def spied(config: Any, names: set[str]) -> dict[str, Any]:
        asked.append(set(names))
        return plain(config, names)

    monkeypatch.setattr(changes, "plain", spied)
    before = content_of("ufie", {"shape": [1, 1, 1, 1, 1, 1, 12, 10, 1]})
    (command,) = difference(before, Document(before).with_value("dphi", 0.25)) or []
    assert command.args == {"path": "dphi", "value": 0.25}
    assert asked == [{"dphi"}, {"dphi"}]
