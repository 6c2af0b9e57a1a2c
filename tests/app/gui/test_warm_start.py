"""Warm start in the window: the exact steady field is seen at once, and named as such in the log."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.engine.base import Command
from tauscope.engine.gravity.analysis import exact_steady_state
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
