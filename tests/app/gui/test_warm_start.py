"""Warm start in the window: the exact steady field is seen at once, and named as such in the log."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.warm_start import alike
from tauscope.engine import registry
from tauscope.engine.base import Command
from tauscope.engine.config import EngineConfig
from tauscope.engine.gravity.analysis import exact_steady_state
from tauscope.engine.gravity.config import GravityConfig
from tests.support.gui import PATIENCE, wait_for


def test_a_warm_start_shows_the_steady_field_at_once(lab: Lab, qapp: QApplication) -> None:
    lab.set_playing(False)
    world = lab.simulation.loop.world
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the pause")
    tick, engine = world.macro_tick, world.engine("gravity")
    exact = exact_steady_state(engine.config.dump()).f.astype(np.float32)
    # An empty lattice, however far the run has come: first as a steady one, then as one just edited.
    for steady in (True, False):
        empty = Command("gravity", "set_field", {"name": "traffic", "value": exact * 0, "steady": steady})
        lab.simulation.loop.submit(empty).result(PATIENCE)
    assert engine.scalars()["efolds"] == 0
    assert engine.scalars()["possible"] > 0
    assert np.abs(engine.field("f_live") - exact).max() > 0.05, "the lattice is not steady before"
    lab.warm_start()
    wait_for(qapp, lambda: engine.scalars()["efolds"] > 6.9, "the warm start")
    wait_for(qapp, lambda: engine.scalars()["possible"] == 0, "counting begins anew")
    assert world.macro_tick == tick
    for name in ("f_live", "f_traffic"):
        # 1 - E / C in float32, from the exact traffic rounded to float32.
        np.testing.assert_allclose(engine.field(name), exact, atol=1e-6)


def test_a_long_warm_start_says_so_and_is_not_used_for_other_sources(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, worked = threading.Event(), registry.warm_start

    def waits(name: str, config: EngineConfig) -> tuple[str, Any]:
        slow.wait(PATIENCE)
        return worked(name, config)

    monkeypatch.setattr(registry, "warm_start", waits)
    meter, texts = lab.window.monitors.steadiness, lab.window.notifications.texts
    QTest.mouseClick(meter.warm_start, Qt.MouseButton.LeftButton)
    wait_for(qapp, lambda: "working out" in meter.text.text(), "it says what it does")
    assert not meter.warm_start.isEnabled()
    lab.warm_start()
    assert any("already" in text for text in texts())
    lab.editing.set_parameter("capacity", 2.0)
    slow.set()
    wait_for(qapp, lambda: any("was not used" in text for text in texts()), "the state of other values")
    assert meter.warm_start.isEnabled()
    assert "working out" not in meter.text.text()
    engine = lab.simulation.loop.world.engine("gravity")
    assert engine.scalars()["efolds"] < 6.9
    lab.warm_start()
    wait_for(qapp, lambda: engine.scalars()["efolds"] > 6.9, "the warm start of the present values")


def test_what_is_seen_of_the_worlds_leaves_a_warm_start_as_it_is() -> None:
    source = {"id": "s1", "kind": "gaussian", "x": 3, "y": 4, "strength": 0.1}
    base = {"nx": 32, "ny": 32, "sources": [source], "worlds": [{"name": "A"}]}
    config = GravityConfig.load(base)
    assert alike(config, config) and alike(GravityConfig.load(base), config)
    assert alike(GravityConfig.load({**base, "worlds": [{"name": "A", "visible": False}]}), config)
    assert not alike(GravityConfig.load({**base, "capacity": 2.0}), config)
    assert not alike(GravityConfig.load({**base, "sources": [{**source, "x": 5}]}), config)
    assert not alike(None, config)
