"""A window on a small wave, shared by the tests of a module and put back to its start before each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import settings
from tauscope.app.lab import Lab
from tests.app.gui.conftest import end, open_lab
from tests.support import leaks
from tests.support.gui import PATIENCE, in_place, wait_for

SHAPE = [3, 1, 1, 1, 1, 1, 12, 10, 3]
EMITTERS: list[dict[str, Any]] = [
    {"name": "a", "frequency": 20.0, "position": [0, 0, 0, 0, 0, 0, 3.0, 4.0, 0], "ramp": 0.0},
    {"name": "b", "frequency": 31.0, "position": [0, 0, 0, 0, 0, 0, 8.5, 6.25, 0], "sigma": 1.5, "on": False},
    {"name": "far", "frequency": 12.0, "position": [1, 0, 0, 0, 0, 0, 6.0, 2.0, 1], "amplitude": 500.0},
    {"name": "e3"},
    {"name": "bias", "frequency": 0.0, "profile": "uniform", "amplitude": 0.0},
]


def waves(app: QApplication, folder: Path, **config: Any) -> Iterator[Lab]:
    """A lab that runs a small wave, and is closed at the end as a user would."""
    path, before = folder / "small_wave.json", leaks.snapshot()
    wave = {"shape": SHAPE, "emitters": EMITTERS, **config}
    path.write_text(
        json.dumps(
            {"schema_version": 1, "engine": "ufie", "title": "Small wave", "summary": "One.", "config": wave}
        ),
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAUSCOPE_SETTINGS", str(folder / "settings.json"))
        kept = settings.Settings.model_validate({"theme": "dark", "recording_folder": str(folder)})
        lab = open_lab(app, kept, str(path), (1280, 800))
        wait_for(app, lab.window.isActiveWindow, "the window is active")
        wait_for(app, partial(_runs, lab), "the wave runs", 120.0)
        yield lab
        end(app, [lab])
    del lab
    left = leaks.left_behind(before)
    assert not left, "these tests left behind: " + "; ".join(left)


def _runs(lab: Lab) -> bool:
    return lab.frame is not None and "ufie" in lab.frame.ticks


def put_back(app: QApplication, lab: Lab, content: Any) -> None:
    """Bring a shared lab to a document at rest, with nothing to undo."""
    lab.set_playing(False)
    lab.document.replace(content)
    lab.history.clear()
    in_place(app, lab)
    wait_for(app, lambda: not lab.simulation.loop.running, "the run pauses")


def engine_field(lab: Lab, name: str) -> np.ndarray:
    """Field of the engine, looked at where it runs."""
    return np.asarray(
        lab.simulation.loop.call(lambda world: world.engine("ufie").field(name)).result(PATIENCE)
    )


def engine_config(lab: Lab) -> Any:
    """Configuration of the engine, after all that was sent to it."""
    return lab.simulation.loop.call(lambda world: world.engine("ufie").config).result(PATIENCE)
