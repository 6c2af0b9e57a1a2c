"""Behaviour 7: everything in the document can be undone and redone, through matching hashes."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.document import sources_of
from tauscope.app.lab import Lab
from tests.support.gui import PATIENCE, in_place, pump, wait_for


def act(lab: Lab, rng: random.Random) -> None:
    """One random edit of the document."""
    editing, content = lab.editing, lab.document.content
    data: dict[str, Any] = content.config.dump()
    ids = [source.id for source in sources_of(content.config)]
    kind = rng.randrange(10)
    if kind == 0 or not ids:
        shape = rng.choice(["point", "gaussian", "ring", "disc", "line"])
        editing.drop_source(shape, rng.uniform(10, data["nx"] - 40), rng.uniform(10, data["ny"] - 10))
    elif kind == 1:
        x, y = rng.uniform(5, data["nx"] - 40), rng.uniform(5, data["ny"] - 5)
        source = rng.choice(ids)
        editing.edit_source(source, {"x": x, "y": y}, "press")
        for _ in range(3):
            editing.edit_source(source, {"x": x + rng.random(), "y": y + rng.random()}, "drag")
        editing.edit_source(source, {"x": x + 2, "y": y + 2}, "release")
    elif kind == 2:
        editing.edit_source(rng.choice(ids), {"strength": rng.uniform(1e-4, 1e-2)}, "commit")
    elif kind == 3:
        lab.document.select(frozenset(rng.sample(ids, min(2, len(ids)))))
        editing.nudge(rng.choice([-1, 1]), rng.choice([-1, 0, 1]))
    elif kind == 4 and len(ids) > 1:
        lab.document.select(frozenset([rng.choice(ids)]))
        editing.delete()
    elif kind == 5 and len(ids) < 12:
        lab.document.select(frozenset([rng.choice(ids)]))
        editing.duplicate()
    elif kind == 6:
        editing.set_parameter("survival", rng.uniform(0.99, 1.0))
    elif kind == 7:
        editing.set_parameter("capacity", rng.uniform(0.5, 2.0))
    elif kind == 8:
        view = rng.choice(["hero", "tau", "phi"])
        options = content.views[view]
        editing.set_view(view, replace(options, cmap=rng.choice(["magma", "viridis", "inferno", "cividis"])))
    else:
        editing.set_parameter("background", rng.uniform(0, 1e-4))


@pytest.mark.parametrize("count", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_random_edits_undo_and_redo_through_matching_hashes(lab: Lab, qapp: QApplication, count: int) -> None:
    rng = random.Random(7)
    stack = lab.history.stack
    hashes = {stack.index(): lab.document.content.digest()}
    while stack.index() < count:
        act(lab, rng)
        hashes[stack.index()] = lab.document.content.digest()
        pump(qapp, 0.01)
    for index in range(count - 1, -1, -1):
        stack.undo()
        assert lab.document.content.digest() == hashes[index]
    pump(qapp, 0.2)
    agree(lab, qapp)
    for index in range(1, count + 1):
        stack.redo()
        assert lab.document.content.digest() == hashes[index]
    pump(qapp, 0.2)
    agree(lab, qapp)


def agree(lab: Lab, qapp: QApplication) -> None:
    """The engine runs what the document says."""
    in_place(qapp, lab)
    engine = lab.simulation.loop.call(lambda world: world.engine("gravity").config.dump()).result(PATIENCE)
    assert engine == lab.document.content.config.dump()


def test_loading_a_preset_can_be_undone(lab: Lab, qapp: QApplication) -> None:
    before = lab.document.content.digest()
    lab.load_preset("single_mass")
    wait_for(qapp, lambda: lab.document.content.preset == "single_mass", "the preset is loaded")
    lab.history.stack.undo()
    assert lab.document.content.digest() == before
    agree(lab, qapp)
