"""Behaviour 7: the history keeps within a memory cap, whatever is painted."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel
from PySide6.QtWidgets import QApplication

from tauscope.app import undo
from tauscope.app.document import Content, Document, content_of, sources_of
from tauscope.app.undo import History
from tauscope.engine import arrays, registry
from tauscope.engine.arrays import FrozenArray


def world(side: int) -> Document:
    """A lattice with one brush that nothing was painted with."""
    brush = {"id": "b", "kind": "brush", "array": np.zeros((side, side))}
    return Document(content_of("gravity", {"nx": side, "ny": side, "sources": [brush]}))


def stroked(document: Document, rng: np.random.Generator, size: int) -> Content:
    """Content after a stroke of noise, which packs badly, somewhere."""
    array = np.array(sources_of(document.content.config)[0].array.array)
    y, x = (int(v) for v in rng.integers(0, len(array) - size + 1, 2))
    array[y : y + size, x : x + size] += rng.random((size, size))
    return document.with_map("b", FrozenArray(array))


def test_strokes_on_a_large_lattice_cost_what_was_painted(qapp: QApplication) -> None:
    document, rng = world(2048), np.random.default_rng(3)
    history, strokes, size = History(document), 6, 64
    tracemalloc.start()
    try:
        for _ in range(strokes):
            history.push(stroked(document, rng, size), "Paint")
        arrays._unpacked.cache_clear()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    whole = 8 * 2048 * 2048
    assert history.bytes < strokes * whole / 100
    assert kept < history.bytes + whole / 10, "what is counted is what is kept"


def test_beyond_the_cap_the_oldest_steps_are_forgotten(qapp: QApplication) -> None:
    document, rng = world(256), np.random.default_rng(4)
    history = History(document, most_bytes=2 << 20)
    contents = [document.content]
    for _ in range(12):
        history.push(stroked(document, rng, 200), "Paint")
        contents.append(document.content)
        assert history.bytes <= history.most_bytes
    steps = history.stack.count()
    assert 1 < steps < 12, "a map of noise packs to about 0.4 MB"
    for content in reversed(contents[-steps - 1 : -1]):
        history.stack.undo()
        assert document.content == content
    assert not history.stack.canUndo()
    for content in contents[-steps:]:
        history.stack.redo()
        assert document.content == content


def test_one_step_larger_than_the_cap_can_still_be_undone(qapp: QApplication) -> None:
    document, rng = world(256), np.random.default_rng(5)
    history, before = History(document, most_bytes=1000), document.content
    for _ in range(3):
        before = document.content
        history.push(stroked(document, rng, 100), "Paint")
        assert history.stack.count() == 1
    history.stack.undo()
    assert document.content == before


def test_edits_of_parameters_keep_no_further_copy_of_a_map(qapp: QApplication) -> None:
    document, rng = world(256), np.random.default_rng(6)
    history = History(document)
    history.push(stroked(document, rng, 200), "Paint")
    painted, painting = sources_of(document.content.config)[0].array, history.bytes
    for value in (0.97, 0.98, 0.99):
        history.push(document.with_value("survival", value), "Set survival")
    history.push(document.with_source_changes({"b": {"strength": 0.5}}), "Change source")
    assert sources_of(document.content.config)[0].array is painted
    assert history.bytes == painting


def everywhere(value: Any) -> Iterator[FrozenArray]:
    """Arrays of a configuration, looked for in every entry."""
    if isinstance(value, FrozenArray):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from everywhere(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from everywhere(item)


PLANE = {"field": "resonance", "axes": ["x", "y"], "array": np.full((10, 12), 0.25)}
MAPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("gravity", {"nx": 8, "ny": 8, "sources": [{"id": "b", "kind": "brush", "array": np.ones((8, 8))}]}),
    ("gravity", {"nx": 8, "ny": 8, "capacity_map": np.full((8, 8), 0.5)}),
    ("ufie", {"shape": [1, 1, 1, 1, 1, 1, 12, 10, 1], "painted": [PLANE]}),
    ("kuramoto", {"geometry": "circle6_center", "clock_places": np.zeros((7, 2))}),
)


@pytest.mark.parametrize(("engine", "config"), MAPS)
def test_every_array_is_counted_though_few_entries_are_looked_at(engine: str, config: dict[str, Any]) -> None:
    loaded = registry.config_type(engine).load(config)
    found = list(undo._arrays(loaded))
    assert len(found) == 1
    assert [id(one) for one in found] == [id(one) for one in everywhere(loaded)]


def test_emitters_are_not_searched_for_arrays() -> None:
    config = registry.config_type("ufie")
    assert undo._places(config) == ("painted",)


def test_a_drag_keeps_one_step_and_nothing_of_those_on_the_way(qapp: QApplication) -> None:
    """Qt's wrappers of steps that went into another were never let go: a map for each event of a stroke."""
    document, rng = world(64), np.random.default_rng(5)
    before = document.content
    history = History(document)

    def steps() -> int:
        gc.collect()
        return sum(type(thing) is undo._Step for thing in gc.get_objects())

    others = steps()
    history.begin_gesture()
    for _ in range(20):
        history.push(stroked(document, rng, 8), "Paint", "stroke")
    after = document.content
    assert (history.stack.count(), steps() - others) == (1, 1)
    history.stack.undo()
    assert document.content is before
    history.stack.redo()
    assert document.content is after
    history.stack.undo()
    history.push(stroked(document, rng, 8), "Paint", "stroke")  # nothing to go into: it was taken back
    assert history.stack.count() == 1
    history.stack.undo()
    assert document.content is before
    assert steps() - others == 1
    history.clear()
    assert steps() == others
