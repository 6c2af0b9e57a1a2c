"""Behaviour 16: the trace of what a user does with mouse and keys is a script that gives the same bits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.trace import Trace
from tauscope.engine.base import hash_state
from tauscope.engine.world import World
from tests.app.gui.test_painting import PATH, stroke
from tests.conftest import ROOT
from tests.support.canvas import PaletteDrag
from tests.support.gui import PATIENCE, PLAIN, drag, in_place, paused, point_of, pump, served, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
HASHES = """
import json
from tauscope.engine.base import hash_state
made = {"gravity": eng} if "eng" in globals() else dict(world.engines)
print(json.dumps({key: hash_state(engine.state()) for key, engine in made.items()}))
"""


class User:
    """What a user does, with real mouse and key events where a hand would make them."""

    def __init__(self, lab: Lab, app: QApplication) -> None:
        self.lab, self.app, self.hero = lab, app, lab.window.views["hero"]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.hero.canvas_native, key, modifiers)

    def run_for(self, seconds: float) -> None:
        self.lab.set_playing(True)
        pump(self.app, seconds)

    def slide(self) -> None:
        """Drag a hero slider by its handle."""
        slider = self.lab.window.parameters.heroes["capacity"].track
        middle = slider.rect().center()
        drag(self.app, slider, middle, middle + QPoint(20, 0))

    def drop(self) -> None:
        PaletteDrag(self.hero, "gaussian").drop(point_of(self.hero, 70.0, 40.0))

    def paint(self) -> None:
        self.key(Qt.Key.Key_2)
        stroke(self.app, self.hero, PATH)
        pump(self.app, 0.1)
        self.key(Qt.Key.Key_1)

    def nudge(self) -> None:
        self.lab.document.select(frozenset([self.sources()[0]]))
        self.key(Qt.Key.Key_Right)
        self.key(Qt.Key.Key_Up)

    def duplicate(self) -> None:
        self.lab.document.select(frozenset([self.sources()[0]]))
        self.key(Qt.Key.Key_D, CONTROL)

    def delete(self) -> None:
        self.lab.document.select(frozenset([self.sources()[-1]]))
        self.key(Qt.Key.Key_Delete)

    def undo(self) -> None:
        self.key(Qt.Key.Key_Z, CONTROL)

    def redo(self) -> None:
        self.key(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)

    def warm_start(self) -> None:
        """What is changed before it is there would make it useless."""
        self.lab.warm_start()
        wait_for(self.app, lambda: not self.lab.run_control.warm.working, "the steady state")

    def look(self) -> None:
        options = self.lab.document.content.views.get("hero", self.hero.options)
        self.lab.editing.set_view("hero", replace(options, cmap="viridis"))

    def record(self) -> None:
        self.key(Qt.Key.Key_E, CONTROL)
        wait_for(self.app, lambda: self.lab.record.active, "it records")
        self.run_for(0.2)
        self.key(Qt.Key.Key_E, CONTROL)
        wait_for(self.app, lambda: not self.lab.record.status().active, "the recording ends")

    def rewind(self) -> None:
        """Go back in time and on from there, which makes a branch."""
        tick = paused(self.app, self.lab)
        self.lab.travel.go(max(tick - 40, 0))
        wait_for(self.app, lambda: not self.lab.travel.busy, "the old moment")
        self.lab.travel.release()
        in_place(self.app, self.lab)

    def load(self) -> None:
        self.lab.load_preset("single_mass")
        in_place(self.app, self.lab)

    def faster(self) -> None:
        self.lab.set_speed(3000.0)

    def sources(self) -> list[str]:
        return [one["id"] for one in self.lab.document.content.focused("gravity").config.dump()["sources"]]


def hashes(lab: Lab) -> dict[str, dict[str, str]]:
    def look(world: World) -> dict[str, dict[str, str]]:
        return {key: hash_state(engine.state()) for key, engine in world.engines.items()}

    return lab.simulation.loop.call(look).result(PATIENCE)


def run_script(path: Path) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", f"exec(open({str(path)!r}, encoding='utf-8').read()){HASHES}"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["two_bodies", "everything"])
def test_the_actions_of_a_user_make_a_script_with_the_same_bits(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path, preset: str
) -> None:
    lab = make_lab(preset)
    user = User(lab, qapp)
    user.faster()
    actions: list[Callable[[], None]] = [
        *([user.load] if preset == "two_bodies" else [lab.reset]),
        user.slide, user.drop, user.look, user.paint, user.record, user.nudge, user.rewind, user.duplicate,
        user.undo, user.redo, user.slide, user.delete, user.warm_start, user.undo, user.nudge, user.drop,
    ]  # fmt: skip
    for action in actions:
        action()
        in_place(qapp, lab)
        user.run_for(0.06)
    tick = paused(qapp, lab)
    path = tmp_path / "trace.py"
    part_of(lab, Trace).save(str(path))
    wait_for(qapp, path.exists, "the script")
    served(qapp, lab)
    wanted = hashes(lab)
    told = set(re.findall(r"command\('(\w+)'", path.read_text(encoding="utf-8")))
    assert told >= {"add_source", "move_source", "remove_source", "set_field"}, "a kind of action is missing"
    assert tick > 0 and run_script(path) == wanted
