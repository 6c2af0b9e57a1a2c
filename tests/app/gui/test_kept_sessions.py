"""Sessions over a kill: another process has everything as it was, and goes on as the run would have."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import session
from tauscope.app.lab import Lab
from tauscope.app.labs import COMPARISON, SWEEPS
from tauscope.app.parts.sessions import Sessions, camera_of, part_of
from tests.conftest import ROOT
from tests.support.gui import in_place, paused, pump, still, wait_for
from tests.support.kept_session import MORE, hashes

PATHS = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))


def program(
    folder: Path, what: str, path: Path, preset: str = "", tool: str = ""
) -> tuple[int, dict[str, Any]]:
    """Exit code of a program that was started, and what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.kept_session", what, str(path), preset, tool],
        capture_output=True, text=True, timeout=240, cwd=ROOT, check=False,
        env={**os.environ, "TAUSCOPE_SETTINGS": str(folder / "settings.json"), "PYTHONPATH": PATHS},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("said ")]
    assert lines, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("said "))
    return done.returncode, found


def nearly(cameras: dict[str, Any]) -> dict[str, Any]:
    """Cameras, whose numbers a window of another size rounds otherwise."""
    return {
        key: pytest.approx(one, rel=1e-6, abs=1e-6) if not one["fit"] else one for key, one in cameras.items()
    }


CASES = (
    ("everything", ""), ("everything", "sweeps"), ("everything", "comparison"), ("two_bodies", "atomx"),
    ("circle6_center", ""), ("golden_drive", ""), ("charge_fixed", ""), ("gauge_confinement_2d", ""),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "tool"), CASES)
def test_after_a_kill_another_process_has_everything_as_it_was(
    tmp_path: Path, preset: str, tool: str
) -> None:
    """Also where a tool had the window, which the run goes on behind."""
    path = tmp_path / "kept.tauscope"
    code, kept = program(tmp_path, "save", path, preset, tool)
    assert code == -signal.SIGKILL
    code, found = program(tmp_path, "open", path)
    assert code == 0
    later = found.pop("later")
    assert (found.pop("undo"), kept.pop("undo") > 0) == (0, True), "nothing was done in this process yet"
    kept["cameras"] = nearly(kept["cameras"])
    assert {key: one for key, one in found.items() if one != kept[key]} == {
        key: kept[key] for key, one in found.items() if one != kept[key]
    }
    _, world = session.open_run(path)
    world.advance(MORE)
    assert later == list(hashes(world))


def test_a_session_saved_behind_a_tool_brings_lab_cameras_and_tool(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    path, window, view = tmp_path / "a.tauscope", lab.window, lab.window.views["tau"]
    paused(qapp, lab)
    window.docks["log"].hide()
    window.docks["presets"].setFloating(True)
    pump(qapp, 0.2)
    view.set_camera(replace(view.camera, cx=40.0, cy=30.0, scale=2.0 * view.camera.scale))
    camera, arrangement = camera_of(view), window.arrangement()
    lab.shell.show_tool(SWEEPS)
    part_of(lab, Sessions).save(path)
    wait_for(qapp, path.exists, "the session is saved")
    lab.shell.show_tool(COMPARISON)  # which the window shows while the session is opened
    view.fit()
    part_of(lab, Sessions).open(path)
    wait_for(qapp, lambda: window.lab is SWEEPS, "the tool is back")
    in_place(qapp, lab)
    lab.shell.leave_tool()
    pump(qapp, 0.2)
    assert window.arrangement() == arrangement
    assert camera_of(view) == pytest.approx(camera)
    window.resize(window.width() + 300, window.height() + 200)
    still(qapp, lambda: (view.width(), view.height()), "the view")
    assert camera_of(view) == pytest.approx(camera), "the same cells at another size"
