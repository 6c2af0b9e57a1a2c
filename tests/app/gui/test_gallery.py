"""The gallery of presets: one opened from a file has a card, and one of the user's own a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app import presets
from tauscope.app.lab import Lab
from tests.support.gui import LEFT, wait_for

PRESET = {
    "schema_version": 1,
    "engine": "gravity",
    "title": "Mine",
    "summary": "A mass in a small box.",
    "config": {"nx": 48, "ny": 48, "sources": [{"kind": "gaussian", "x": 20, "y": 24, "strength": 0.004}]},
}


@pytest.mark.slow
def test_a_preset_from_a_file_is_shown_found_again_and_kept_with_a_picture(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv(presets.FOLDER_VARIABLE, str(own))
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(PRESET), encoding="utf-8")
    lab = make_lab(str(path))
    panel, document = lab.window.presets, lab.document
    lab.window.docks["presets"].show()
    lab.window.docks["presets"].raise_()
    wait_for(qapp, lambda: {"mine", "two_bodies"} <= panel.cards.keys(), "the gallery is read")
    assert "Opened from files" in panel.headings and panel.cards["mine"].picture.badge == "Loaded"
    wait_for(qapp, lambda: not panel.cards["mine"].visibleRegion().isEmpty(), "the card in view")
    assert lab.settings.preset == str(path)
    lab.gallery.load("two_bodies")
    wait_for(qapp, lambda: document.content.preset == "two_bodies", "another preset")
    assert lab.settings.preset == "two_bodies" and panel.cards["mine"].picture.badge == ""
    panel.select("mine")
    wait_for(qapp, lambda: not panel.cards["mine"].load.visibleRegion().isEmpty(), "its button")
    QTest.mouseClick(panel.cards["mine"].load, LEFT)
    wait_for(qapp, lambda: document.content.preset == "mine", "the preset from the file")
    assert lab.settings.preset == str(path)

    wait_for(qapp, lambda: lab.window.views["hero"].array is not None, "a field")
    lab.files.save_preset("Kept by me")
    wait_for(qapp, lambda: "kept_by_me" in panel.cards, "the own preset")
    card = panel.cards["kept_by_me"]
    assert card.picture.badge == "Your own" and card.card.picture == str(own / "kept_by_me.png")
    image = QImage(card.card.picture)
    assert (image.width(), image.height()) == (320, 180)
    assert len({image.pixel(x, y) for x in range(0, 320, 4) for y in range(0, 180, 4)}) > 20
    assert presets.load("kept_by_me").config["nx"] == 48


def test_a_preset_that_runs_already_starts_anew(lab: Lab, qapp: QApplication) -> None:
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > 100, "some ticks")
    generation = lab.simulation.loop.world.generation
    lab.editing.set_parameter("survival", 0.99)
    lab.load_preset("two_bodies")
    wait_for(qapp, lambda: lab.simulation.loop.world.generation > generation, "a new run")
    assert lab.document.content.config.dump()["survival"] == 1.0
    lab.undo()
    assert lab.document.content.config.dump()["survival"] == 0.99


def test_a_preset_may_ask_for_a_speed_and_gives_the_one_before_back(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("two_bodies")
    assert lab.simulation.loop.speed is None

    def load(name: str) -> None:
        lab.gallery.load(name)
        wait_for(qapp, lambda: lab.document.content.preset == name, f"the preset {name}")

    load("falling_bodies")
    assert lab.simulation.loop.speed == 100.0
    assert lab.window.views["tau"].options.field == "psi", "its waves stand in the place of τ"
    load("two_bodies")
    assert lab.simulation.loop.speed is None
    load("falling_bodies")
    lab.run_control.set_speed(400.0)
    load("two_bodies")
    assert lab.simulation.loop.speed == 400.0, "what the user chose stays"
