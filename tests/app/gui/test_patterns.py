"""A preset with patterns runs in the window: its wave is a field, and edits of sources keep all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.engine.base import Command
from tauscope.engine.gravity.engine import GravityEngine
from tests.support.gui import PATIENCE, wait_for


def test_a_preset_with_patterns_runs_and_edits_keep_them(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("falling_bodies")
    engine = lab.simulation.loop.world.engine("gravity")
    assert isinstance(engine, GravityEngine)
    wait_for(qapp, lambda: engine.tick > 300, "some ticks")
    moved = Command("gravity", "move_source", {"id": "mass", "x": 60, "y": 64})
    lab.simulation.loop.submit(moved).result(PATIENCE)
    wait_for(qapp, lambda: engine.tick > 600, "ticks after an edit")
    lab.set_playing(False)
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the pause")
    assert list(engine.patterns()) == ["packet", "particle", "walker", "clock", "away"]
    assert np.abs(engine.field("psi")).max() > 0.01
    assert "psi" in lab.simulation.loop.world.specs("gravity")
    assert len(engine.trail("packet")) > 30
    assert engine.check() is None
