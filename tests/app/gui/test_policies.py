"""Policies of one's own in the window: offered once their file is loaded, and told of where they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.patterns import Patterns
from tauscope.app.parts.sessions import part_of
from tauscope.engine.gravity.engine import GravityEngine
from tests.support.gui import served, wait_for
from tests.support.policies import policy_file, preset


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of policies."""
    with policy_file(tmp_path, monkeypatch) as path:
        yield path


def test_the_window_offers_policies_of_a_file_and_says_why_one_failed(
    own: Path, make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab(str(preset(tmp_path, "rest")))
    part = part_of(lab, Patterns)
    lab.document.select(frozenset({"patterns:p1"}))
    editor = part.panel.inspector.choices["policy"]
    assert editor.findData("east") < 0
    assert lab.actions["load_policies"].isEnabled()
    part.load_policies(str(own))
    texts = lab.window.notifications.texts
    wait_for(qapp, lambda: any("Agents can act by east, breaks now" in text for text in texts()), "loaded")
    editor = part.panel.inspector.choices["policy"]
    assert editor.value == "rest"
    editor.chosen.emit("east")
    served(qapp, lab)
    engine = lab.simulation.loop.world.engine("gravity")
    assert isinstance(engine, GravityEngine)
    wait_for(qapp, lambda: engine.patterns()["p1"]["x"] > 8.0, "the agent goes east")
    part.panel.inspector.choices["policy"].chosen.emit("breaks")
    wait_for(qapp, lambda: any("no way out" in text for text in texts()), "the failure is told")
    assert any("The policy breaks of “p1” failed: ValueError" in text for text in texts())
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the run pauses")
