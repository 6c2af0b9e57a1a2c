"""What engines say of their runs reaches the window: on the screen, in the log, and again as it is played."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tests.support.gui import wait_for

PACKET = {"id": "p", "kind": "packet", "name": "Green", "x": 16, "y": 24, "wavelength": 12, "extent": 4}


def written(folder: Path, window: float) -> str:
    """Write a preset with a packet that goes by a window of f_live."""
    config = {"nx": 48, "ny": 48, "boundary": "absorbing", "ema_window": window, "patterns": [PACKET]}
    path = folder / "packet.json"
    preset = {"engine": "gravity", "title": "A packet", "summary": "A packet", "config": config}
    path.write_text(json.dumps(preset), encoding="utf-8")
    return str(path)


def said(lab: Lab) -> list[str]:
    """Sentences of the log about the window of the moving average."""
    model = lab.window.log.model
    lines = [model.entry(row).text for row in range(len(model))]
    return [text for text in lines if " W " in text]


def test_a_window_that_is_too_short_at_the_start_is_told(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab(written(tmp_path, 20.0))
    wait_for(qapp, lambda: bool(said(lab)), "it is told")
    assert said(lab)[0].startswith(
        "Message-passing lattice, tick 0: The wave “Green” goes by a window W of 20"
    )
    assert any("a window W of 20" in text for text in lab.window.notifications.texts())


def test_a_window_that_becomes_too_short_is_told(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab(written(tmp_path, 400.0))
    wait_for(qapp, lambda: lab.frame is not None, "a frame")
    assert not said(lab)
    lab.editing.set_parameter_of("gravity", "ema_window", 30.0)
    wait_for(qapp, lambda: bool(said(lab)), "it is told")
    assert "Waves go by a window W of 30 ticks now" in said(lab)[0]
