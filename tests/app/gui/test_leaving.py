"""Logout: the run is kept at once, nothing is asked, and a logout that is called off changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import SIGNAL
from PySide6.QtWidgets import QApplication

from tauscope.app import autosave, session
from tauscope.app.lab import Lab
from tauscope.app.parts import recovery
from tauscope.app.parts.recovery import Recovery
from tauscope.app.parts.sessions import part_of
from tauscope.widgets.dialogs import SmallDialog
from tests.support.closing import NoManager
from tests.support.gui import paused

ASKED = SIGNAL("commitDataRequest(QSessionManager&)")


def dialogs(lab: Lab) -> list[SmallDialog]:
    """Questions that stand open."""
    return [one for one in lab.window.findChildren(SmallDialog) if one.isVisible()]


def test_the_lab_listens_until_it_closes(lab: Lab, qapp: QApplication) -> None:
    before = qapp.receivers(ASKED)
    assert before >= 1
    lab.close()
    assert qapp.receivers(ASKED) == before - 1


def test_the_run_is_written_before_the_answer_and_stays(lab: Lab, qapp: QApplication) -> None:
    tick, path = paused(qapp, lab), autosave.own_path()
    path.unlink(missing_ok=True)
    part_of(lab, Recovery).every = 3600.0
    hints: list[Any] = []
    manager = NoManager()
    manager.setRestartHint = hints.append  # type: ignore[assignment,method-assign]
    lab.leaving.commit(manager)  # type: ignore[arg-type]
    assert session.load(path).tick == tick
    assert [hint.name for hint in hints] == ["RestartNever"]
    lab.close()
    assert path.exists()


def test_closing_asks_nothing_though_frames_would_be_lost(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(qapp, lab)
    full = replace(lab.record.status(), path="/full/run.h5", waits_for_room=True, at_risk=5, missing=1e6)
    monkeypatch.setattr(lab.record, "status", lambda: full)
    lab.window.close()
    (asked,) = dialogs(lab)
    asked.reject()
    assert not lab.window.close_accepted, "without a logout it asks"
    lab.leaving.commit(NoManager())  # type: ignore[arg-type]
    lab.window.close()
    assert not dialogs(lab) and lab.window.close_accepted


def test_a_logout_that_was_called_off_long_ago_changes_nothing(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused(qapp, lab)
    monkeypatch.setattr(recovery, "STAYS_SECONDS", 0.0)
    monkeypatch.setattr("tauscope.app.leaving.STAYS_SECONDS", 0.0)
    lab.leaving.commit(NoManager())  # type: ignore[arg-type]
    assert autosave.own_path().exists() and not lab.leaving.wanted
    lab.close()
    assert not autosave.own_path().exists()
