"""What the engines refuse does not stay in the document: an edit is taken back with a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.document import value_at
from tauscope.app.lab import Lab
from tauscope.engine.base import Command
from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto import commands
from tests.support.gui import PATIENCE, in_place, pump, wait_for


def runs(lab: Lab, app: QApplication) -> dict[str, EngineConfig]:
    """What the engines run, once all that was asked of them is done."""
    in_place(app, lab)
    pump(app, 0.1)
    asked = lab.simulation.loop.call(lambda world: {k: e.config for k, e in world.engines.items()})
    return asked.result(PATIENCE)


def submit(lab: Lab, path: str, value: object) -> None:
    """Change an engine behind the document's back, so that the next edit comes to another state."""
    engine = lab.document.content.engine
    lab.simulation.loop.submit(Command(engine, "set", {"path": path, "value": value})).result(PATIENCE)


def test_an_edit_that_does_nothing_is_refused_before_it_is_a_step(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("circle6_center")
    content, steps = lab.document.content, lab.history.stack.count()
    for path in ("drive.amplitude", "gate.sigma"):
        lab.editing.set_parameter(path, 0.07)
        told = content.config.unused()[path]
        assert any(told in text for text in lab.window.notifications.texts()), path
    assert lab.document.content is content and lab.history.stack.count() == steps
    assert runs(lab, qapp) == content.configs


def test_a_refusal_of_the_engine_takes_the_edit_back(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("circle6_center")
    lab.editing.set_parameter("gate.on", True)
    lab.editing.set_parameter("gate.sigma", 0.04)
    assert value_at(runs(lab, qapp)["kuramoto"], "gate.sigma") == 0.04
    steps = lab.history.stack.count()
    submit(lab, "gate.on", False)
    lab.editing.set_parameter("gate.sigma", 0.05)
    assert value_at(lab.document.content.config, "gate.sigma") == 0.05
    wait_for(
        qapp,
        lambda: lab.document.content.configs == runs(lab, qapp),
        "the document says what runs",
    )
    assert value_at(lab.document.content.config, "gate.sigma") == 0.04
    assert not value_at(lab.document.content.config, "gate.on")
    assert any("gate is off" in text for text in lab.window.notifications.texts())
    assert lab.history.stack.index() == steps + 1  # the gate that was shut behind the window's back
    lab.undo()
    assert value_at(runs(lab, qapp)["kuramoto"], "gate.on")
    assert lab.document.content.configs == runs(lab, qapp)


def test_a_drag_of_which_nothing_was_taken_leaves_no_step(
    make_lab: Callable[..., Lab], qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab("circle6_center")
    before, steps = lab.document.content, lab.history.stack.count()

    def refuses(*_args: object) -> EngineConfig:
        raise BadInput("The engine takes nothing today.", key="K")

    monkeypatch.setattr(commands, "live_change", refuses)
    for phase, value in (("press", 1.0), ("drag", 1.1), ("drag", 1.2), ("release", 1.3)):
        lab.editing.set_parameter("K", value, phase)
    wait_for(qapp, lambda: lab.document.content.configs == before.configs, "the drag is taken back")
    runs(lab, qapp)
    assert lab.history.stack.count() == steps
    monkeypatch.undo()
    lab.editing.set_parameter("K", 1.4)
    assert value_at(runs(lab, qapp)["kuramoto"], "K") == 1.4
    monkeypatch.setattr(commands, "live_change", refuses)
    lab.undo()
    wait_for(qapp, lambda: value_at(lab.document.content.config, "K") == 1.4, "the undo is taken back")
    assert lab.history.stack.canUndo() and not lab.history.stack.canRedo()
    monkeypatch.undo()
    lab.undo()
    assert runs(lab, qapp) == before.configs == lab.document.content.configs
