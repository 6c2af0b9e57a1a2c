"""Behaviour 18: a state at most a minute old after kill -9, starts that crashed, safe mode."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import autosave
from tauscope.app.lab import Lab
from tauscope.app.parts.recovery import Recovery
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.engine.base import hash_state
from tests.conftest import ROOT
from tests.support.gui import PATIENCE, in_place, paused, served, wait_for

PATHS = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
DEAD = 2**22 + 1
"""No process has such a number."""


def state_of(lab: Lab) -> dict[str, str]:
    future = lab.simulation.loop.call(lambda world: hash_state(world.engine("gravity").state()))
    return future.result(PATIENCE)


def saved(app: QApplication, lab: Lab) -> Path:
    part = part_of(lab, Recovery)
    part.save()
    wait_for(app, lambda: part._last is not None and lab.background.idle, "the state is written")
    return autosave.own_path()


def orphaned(path: Path, number: int = DEAD) -> Path:
    """The same file, of a process that is gone."""
    other = path.with_name(f"run-{number}-1700000000000.tauscope")
    os.rename(path, other)
    return other


def pressed(lab: Lab, text: str) -> None:
    buttons = [button for banner in lab.window.notifications.visible() for button in banner.buttons]
    next(button for button in buttons if button.text() == text).click()


def test_what_a_killed_program_left_is_offered_and_comes_back_whole(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    first = make_lab()
    first.editing.set_parameter("capacity", 1.25)
    tick = paused(qapp, first)
    orphan = orphaned(saved(qapp, first))
    kept, state, digest = orphan.read_bytes(), state_of(first), first.document.content.digest()
    second = make_lab("single_mass")
    paused(qapp, second)
    part_of(second, Recovery).offer()
    texts = second.window.notifications
    wait_for(qapp, lambda: any("ended without closing" in text for text in texts.texts()), "it is offered")
    assert not orphan.exists()  # nobody else is offered it
    pressed(second, "Recover")
    wait_for(qapp, lambda: any("the recovered run" in text for text in texts.texts()), "it is open")
    in_place(qapp, second)
    assert served(qapp, second) == tick
    assert state_of(second) == state
    assert second.document.content.digest() == digest
    assert part_of(second, Sessions).path is None  # Ctrl+S asks for a name
    second.editing.set_parameter("capacity", 1.5)
    second.step(5)
    served(qapp, second)
    saved(qapp, second)
    left = list(autosave.folder().glob("kept-*.tauscope"))
    assert [path.read_bytes() for path in left] == [kept]  # opening and going on never overwrite it


def test_a_window_that_closes_leaves_nothing_and_a_living_one_is_not_robbed(
    lab: Lab, qapp: QApplication
) -> None:
    paused(qapp, lab)
    own = saved(qapp, lab)
    assert own.exists()
    assert autosave.claim() is None  # of this process, which lives
    lab.window.close()
    wait_for(qapp, lambda: lab.ended, "it has ended")
    assert not own.exists()


def test_discarding_removes_the_state_and_ignoring_it_leaves_it_for_the_next_start(
    lab: Lab, qapp: QApplication
) -> None:
    paused(qapp, lab)
    path = orphaned(saved(qapp, lab))
    content = path.read_bytes()
    lost = autosave.claim()
    assert lost is not None
    assert lost.path.read_bytes() == content
    assert autosave.claim() is None
    again = orphaned(lost.path, DEAD + 1)  # as if the second program died as well
    part_of(lab, Recovery).offer()
    notes = lab.window.notifications
    wait_for(
        qapp, lambda: any("ended without closing" in text for text in notes.texts()), "it is offered again"
    )
    assert not again.exists()
    pressed(lab, "Discard")
    assert not [p for p in autosave.folder().glob("*.tauscope") if p.read_bytes() == content]


def test_nothing_is_written_where_nothing_happened_and_an_edit_is_enough(
    lab: Lab, qapp: QApplication
) -> None:
    paused(qapp, lab)
    part, path = part_of(lab, Recovery), saved(qapp, lab)
    first = path.stat().st_mtime_ns
    part.save()
    wait_for(qapp, lambda: lab.background.idle, "it looked")
    assert path.stat().st_mtime_ns == first
    lab.editing.set_parameter("capacity", 1.1)
    part.save()
    wait_for(qapp, lambda: path.stat().st_mtime_ns > first, "the edit is written")
    wait_for(qapp, lambda: not part._busy, "and that is known")
    assert part._timer.isActive()
    assert part._timer.interval() <= 30_000


def test_a_disk_that_refuses_is_told_once(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(qapp, lab)

    def full(*_args: object, **_how: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tauscope.app.session.save", full)
    part, notes = part_of(lab, Recovery), lab.window.notifications
    told = 0
    for _ in range(3):
        part.save()
        wait_for(qapp, lambda: not part._busy, "it was refused")
        told = sum("cannot be saved by itself" in text for text in notes.texts())
    assert told == 1
    assert part._timer.isActive()


def test_a_run_that_is_not_in_place_yet_is_looked_for_soon(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels that are compiled first take a minute; half a minute more on top was lost."""
    paused(qapp, lab)
    part = part_of(lab, Recovery)
    part.every = 3600.0
    with monkeypatch.context() as patch:
        patch.setattr(lab, "frame", None)
        part.save()
    assert part._timer.remainingTime() <= 1.05 * 1000  # Qt's coarse timers are so exact
    wait_for(qapp, autosave.own_path().exists, "the state is written")


@pytest.mark.parametrize("fault", [RuntimeError("Unable to create dataset"), MemoryError()])
def test_no_fault_ends_the_autosave(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    paused(qapp, lab)

    def broken(*_args: object, **_how: object) -> None:
        raise fault

    part = part_of(lab, Recovery)
    with monkeypatch.context() as patch:
        patch.setattr("tauscope.app.session.save", broken)
        part.save()
        wait_for(qapp, lambda: not part._busy, "it is told")
        assert part._timer.isActive()
    part.save()
    wait_for(qapp, autosave.own_path().exists, "the next state is written")


def test_leftovers_of_killed_programs_are_swept_and_fresh_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    autosave.folder().mkdir()
    old = [tmp_path / ".settings.abc123.json", autosave.folder() / ".run-1-2.xyz.tauscope"]
    fresh = [autosave.folder() / ".run-1-3.xyz.tauscope", tmp_path / "settings.json"]
    for path in (*old, *fresh):
        path.touch()
    for path in (*old, fresh[1]):
        os.utime(path, (time.time() - 3600,) * 2)
    autosave.sweep()
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in fresh)


def test_a_start_that_another_left_unfinished_is_noticed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    assert not autosave.begin_start()
    assert not autosave.begin_start()  # this process lives: it is starting, and did not crash
    autosave.end_start()
    assert list(autosave.folder().glob("start-*")) == []
    (autosave.folder() / f"start-{DEAD}-1700000000000").touch()
    assert autosave.begin_start()
    assert not autosave.begin_start()


def started(folder: Path, what: str, every: float, preset: str = "") -> tuple[int, dict[str, Any]]:
    """Exit code of a program that was started, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.starting", what, str(every), *([preset] if preset else [])],
        capture_output=True, text=True, timeout=200, cwd=ROOT, check=False,
        env={**os.environ, "TAUSCOPE_SETTINGS": str(folder / "settings.json"), "PYTHONPATH": PATHS},
    )  # fmt: skip
    said: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        if line.startswith("said "):
            said |= json.loads(line.removeprefix("said "))
    assert said, done.stdout + done.stderr
    return done.returncode, said


def test_kill_9_and_the_next_start(tmp_path: Path) -> None:
    """Killed while it starts, with a state: layout and preset are skipped, the run comes back to the bit."""
    settings = {"preset": "two_bodies", "layout": "AAAA", "recording_folder": str(tmp_path)}
    (tmp_path / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    code, killed = started(tmp_path, "killed", 0.3, "two_bodies")
    assert code == -signal.SIGKILL
    code, found = started(tmp_path, "recovered", 30.0, "single_mass")
    assert code == 0
    assert (found["tick"], found["state"], found["digest"]) == (
        killed["tick"],
        killed["state"],
        killed["digest"],
    )
    assert any("did not come to its end" in text for text in found["notes"])
    assert found["layout"] == ""
    left = sorted(path.name.split("-")[0] for path in (tmp_path / "autosave").glob("*"))
    assert left == ["kept"]


@pytest.mark.slow
def test_safe_mode_starts_plain_and_changes_no_setting(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = {"preset": "horizon", "layout": "AAAA", "recording_folder": str(tmp_path)}
    path.write_text(json.dumps(settings), encoding="utf-8")
    code, found = started(tmp_path, "safe", 30.0)
    assert code == 0
    assert found["layout"] == ""
    assert found["preset"] == "everything"
    assert json.loads(path.read_text(encoding="utf-8")) == settings


@pytest.mark.slow
def test_with_the_built_in_interval_a_state_is_never_older_than_a_minute(tmp_path: Path) -> None:
    """Looked at twice a second while the default preset runs for two minutes and a half.

    Counted from its first state: before it, kernels are compiled where nobody has run them yet.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tauscope.app"],
        env={**os.environ, "TAUSCOPE_SETTINGS": str(tmp_path / "settings.json"), "PYTHONPATH": PATHS},
        cwd=ROOT,
    )
    try:
        began, first, oldest = time.monotonic(), math.inf, 0.0
        while time.monotonic() - first < 150:
            time.sleep(0.5)
            assert process.poll() is None
            files = list((tmp_path / "autosave").glob("run-*.tauscope"))
            assert files or time.monotonic() - began < 300, "no state was written"
            if files:
                first = min(first, time.monotonic())
                oldest = max(oldest, time.time() - files[0].stat().st_mtime)
        assert 0 < oldest < 60
    finally:
        process.kill()
        process.wait()
    assert list((tmp_path / "autosave").glob("run-*.tauscope"))
