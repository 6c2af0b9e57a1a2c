"""Behaviour 2: docks survive floating, tabbing and hiding while the simulation runs."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.app.lab import Lab
from tests.conftest import ROOT
from tests.support.gui import distinct_colours, pump, screen_of, still, wait_for

pytestmark = pytest.mark.opengl

CANVASES = ("tau", "phi", "f")
LEAST = dict.fromkeys(CANVASES, 50)
"""Colours of a picture; a panel has three."""


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
    body, least = lab.window.docks[key].widget(), LEAST.get(key, 3)
    seen: QWidget = lab.window.views[key].canvas_native if key in CANVASES else body
    found = 0

    def shows() -> bool:
        nonlocal found
        found = distinct_colours(screen_of(seen))
        return found >= least

    wait_for(qapp, shows, f"{key} shows a picture")
    return found


@pytest.mark.parametrize("key", ["f", *(pytest.param(key, marks=pytest.mark.slow) for key in ("tau", "phi"))])
def test_a_canvas_keeps_its_picture_through_dock_cycles(lab: Lab, qapp: QApplication, key: str) -> None:
    assert min(cycle(lab, qapp, key, 3, seed=1)) >= 50


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "key", ["sources", "presets", "f", "tau", "phi", "parameters", "monitors", "recording", "log"]
)
def test_every_panel_survives_25_cycles(lab: Lab, qapp: QApplication, key: str) -> None:
    assert min(cycle(lab, qapp, key, 25, seed=2)) >= LEAST.get(key, 3)
    before = lab.simulation.loop.world.macro_tick
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > before, "the run goes on")


def test_the_layout_is_saved_restored_and_reset(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab()
    lab.window.docks["log"].hide()
    lab.window.docks["tau"].setFloating(True)
    still(qapp, lab.window.docks["tau"].geometry, "the floating dock")
    geometry, layout = lab.window.save_layout()
    lab.shell.reset_layout()
    wait_for(qapp, lambda: not lab.window.docks["tau"].isFloating(), "the built-in layout")
    assert not lab.window.docks["tau"].isFloating()
    assert lab.window.docks["log"].toggleViewAction().isChecked()
    assert lab.window.restore_layout(geometry, layout)
    assert lab.window.docks["tau"].isFloating()
    assert not lab.window.docks["log"].toggleViewAction().isChecked()
    assert not lab.window.restore_layout("", "bm9uc2Vuc2U=")


SHARES = """
from tauscope.app.window import application
app = application()
from PySide6.QtCore import QCoreApplication, Qt
print(QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts))
"""


def test_the_program_asks_qt_for_contexts_that_share() -> None:
    """The tests' own application asks for itself, so this is looked at in a process of the program's."""
    paths = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        [sys.executable, "-c", SHARES],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths},
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stdout + done.stderr
