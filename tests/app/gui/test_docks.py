"""Behaviour 2: docks survive floating, tabbing and hiding while the simulation runs."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tests.support.gui import distinct_colours, pump, screen_of, wait_for

pytestmark = pytest.mark.opengl

CANVASES = ("tau", "phi", "f")


def cycle(lab: Lab, qapp: QApplication, key: str, times: int, seed: int) -> list[int]:
    """Float, hide, tab and re-dock a panel; returns the colours seen after each change."""
    dock, rng = lab.window.docks[key], random.Random(seed)
    seen = []
    for _ in range(times):
        dock.setFloating(True)
        dock.move(rng.randrange(50, 400), rng.randrange(50, 300))
        dock.resize(420, 320)
        dock.raise_()
        seen.append(colours(lab, qapp, key))
        dock.hide()
        pump(qapp, 0.03)
        dock.show()
        dock.setFloating(False)
        area = rng.choice([Qt.DockWidgetArea.BottomDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea])
        lab.window.addDockWidget(area, dock)
        dock.raise_()
        seen.append(colours(lab, qapp, key))
    return seen


def colours(lab: Lab, qapp: QApplication, key: str) -> int:
    pump(qapp, 0.3)
    if key not in CANVASES:
        return distinct_colours(screen_of(lab.window.docks[key].widget()))
    native = lab.window.views[key].canvas_native
    wait_for(
        qapp, lambda: distinct_colours(screen_of(native)) >= 50, f"the {key} canvas shows a picture", 10.0
    )
    return distinct_colours(screen_of(native))


@pytest.mark.parametrize("key", CANVASES)
def test_a_canvas_keeps_its_picture_through_dock_cycles(lab: Lab, qapp: QApplication, key: str) -> None:
    assert min(cycle(lab, qapp, key, 3, seed=1)) >= 50


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "key", ["sources", "presets", "f", "tau", "phi", "parameters", "monitors", "recording", "log"]
)
def test_every_panel_survives_25_cycles(lab: Lab, qapp: QApplication, key: str) -> None:
    lowest = 50 if key in CANVASES else 3
    assert min(cycle(lab, qapp, key, 25, seed=2)) >= lowest
    before = lab.simulation.loop.world.macro_tick
    pump(qapp, 0.5)
    assert lab.simulation.loop.world.macro_tick > before


def test_the_layout_is_saved_restored_and_reset(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab()
    lab.window.docks["log"].hide()
    lab.window.docks["tau"].setFloating(True)
    pump(qapp, 0.2)
    geometry, layout = lab.window.save_layout()
    lab.shell.reset_layout()
    pump(qapp, 0.1)
    assert not lab.window.docks["tau"].isFloating()
    assert lab.window.docks["log"].toggleViewAction().isChecked()
    assert lab.window.restore_layout(geometry, layout)
    assert lab.window.docks["tau"].isFloating()
    assert not lab.window.docks["log"].toggleViewAction().isChecked()
    assert not lab.window.restore_layout("", "bm9uc2Vuc2U=")
