"""The whole program in a window under the private X server, driven by real events."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import settings
from tauscope.app.faults import Faults
from tauscope.app.lab import Lab
from tests.support.gui import pump, wait_for

STILL_HELD = 3
"""Labs of earlier tests that pytest may hold, of a failure or a logged exception."""
_LABS: weakref.WeakSet[Lab] = weakref.WeakSet()


@pytest.fixture
def make_lab(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Lab]]:
    """Build a lab that runs a preset, and close it as a user would at the end."""
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    # What holds a lab after its end holds its window: 15 MB, and each collection walks it again.
    assert len(_LABS) <= STILL_HELD, f"{len(_LABS)} labs of earlier tests cannot be collected"
    made: list[Lab] = []

    def make(
        preset: str = "two_bodies",
        width: int = 1280,
        height: int = 800,
        theme: str = "dark",
        running: bool = True,
    ) -> Lab:
        kept = settings.Settings.model_validate({"theme": theme, "recording_folder": str(tmp_path)})
        lab = Lab(qapp, Faults(), kept)
        made.append(lab)
        _LABS.add(lab)
        lab.window.resize(width, height)
        lab.window.show()
        lab.start(preset)
        lab.window.activateWindow()
        wait_for(qapp, lab.window.isActiveWindow, "the window is active")
        wait_for(
            qapp,
            lambda: lab.frame is not None and (lab.frame.macro_tick > 0 or not running),
            "the first frames",
            120.0,
        )
        return lab

    yield make
    for lab in made:
        lab.window.close()
    wait_for(qapp, lambda: not any(lab.simulation.alive for lab in made), "the simulation threads end")
    for lab in made:
        lab.window.deleteLater()
        lab.deleteLater()
    pump(qapp, 0.05)


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A running lab with two bodies, at 1280 x 800."""
    return make_lab()
