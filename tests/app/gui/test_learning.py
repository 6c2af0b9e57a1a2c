"""The learning loop in the window: assess, read, apply as one step, run again and compare, log."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tauscope.app.lab import Lab
from tauscope.app.parts.learning import NO_CONSENT, Learning
from tauscope.app.stack_log import COLUMNS
from tests.app.stack_logs import CALM, write_log
from tests.support.gui import LEFT, distinct_colours, in_front, screen_of, wait_for

PRESET = {
    "name": "loose",
    "geometry": "circle6_center",
    "K": 0.8,
    "pi": 0.8,
    "offer_two_paths": True,
    "consent_to_log": True,
    "oscillators_per_cluster": 40,
    "frequencies": {"kind": "gaussian", "scale": 1.0, "sampling": "sampled"},
}


def learning_of(lab: Lab) -> Learning:
    return next(part for part in lab.parts if isinstance(part, Learning))


@pytest.fixture
def learning(qapp: QApplication, make_lab, tmp_path: Path) -> Learning:
    """Suggestions dock of a running lab of phase oscillators with little order, in front."""
    path = tmp_path / "loose.json"
    path.write_text(json.dumps(PRESET), encoding="utf-8")
    lab = make_lab(str(path))
    lab.window.docks["suggestions"].show()
    lab.window.docks["suggestions"].raise_()
    in_front(qapp, learning_of(lab).panel)
    return learning_of(lab)


def config(learning: Learning):
    return learning.lab.document.content.config


def accept(qapp: QApplication, name: str, path: str) -> None:
    """Type a path into the file dialog of that name and press Enter."""
    found: list[QFileDialog] = []

    def look() -> bool:
        found[:] = [
            w for w in qapp.topLevelWidgets() if isinstance(w, QFileDialog) and w.objectName() == name
        ]
        return bool(found) and found[0].isVisible()

    wait_for(qapp, look, f"the dialog “{name}”")
    found[0].selectFile(path)
    QTest.keyClick(found[0], Qt.Key.Key_Return)
    wait_for(qapp, lambda: not (shiboken6.isValid(found[0]) and found[0].isVisible()), "the dialog closes")


@pytest.mark.slow
def test_assess_apply_run_again_compare_and_stop(qapp, learning):
    lab, panel = learning.lab, learning.panel
    assert "Assess this run" in panel.empty.text() and panel.empty.isVisible()
    panel.ticks.set_value(400)
    steps = lab.history.stack.count()
    told: list[float] = []
    learning.job.advanced.connect(lambda fraction, _text: told.append(fraction))
    QTest.mouseClick(panel.assess, LEFT)
    assert panel.assess.text() == "Cancel" and panel.progress.isVisible()
    wait_for(qapp, lambda: bool(panel.cards), "a suggestion", 120)
    assert told == sorted(told) and told[-1] == 1.0 and not panel.progress.isVisible()
    (card,) = panel.cards.values()
    (found,) = learning.found.suggestions
    assert found.seeds == (1, 2, 3, 4, 5) and (found.dK, found.dpi) == (0.05, 0.0)
    assert "more K" in card.note.text()
    assert lab.history.stack.count() == steps and not panel.again.isVisible()
    wait_for(qapp, card.apply.isVisible, "the card is laid out")
    QTest.mouseClick(card.apply, LEFT)
    assert pytest.approx(config(learning).K) == 0.85
    assert lab.history.stack.count() == steps + 1
    assert lab.history.stack.undoText() == "Apply suggestion (K 0.8 → 0.85)"
    assert not next(iter(panel.cards.values())).apply.isEnabled()
    wait_for(qapp, lambda: lab.simulation.loop.world.engine("kuramoto").config.K == 0.85, "the run has it")
    lab.undo()
    assert config(learning).K == 0.8
    lab.redo()
    wait_for(qapp, panel.again.isVisible, "it can be run again")
    QTest.mouseClick(panel.again, LEFT)
    wait_for(qapp, lambda: learning.comparison is not None, "a comparison", 120)
    assert learning.comparison.paired and learning.comparison.K == (0.8, 0.85)
    assert panel.verdict.text() == learning.comparison.verdict and panel.verdict.isVisible()
    assert "R_total" in panel.verdict.text()
    panel.ticks.set_value(1_000_000)
    QTest.mouseClick(panel.assess, LEFT)
    told.clear()
    wait_for(qapp, lambda: bool(told), "progress", 120)
    QTest.mouseClick(panel.assess, LEFT)
    wait_for(qapp, lambda: panel.trouble.isVisible(), "the end")
    assert "stopped" in panel.trouble.text() and panel.assess.text() == "Assess this run"
    assert not panel.progress.isVisible()
    for dark in (False, True):
        lab.shell.set_dark(dark)
        wait_for(qapp, lambda: distinct_colours(screen_of(panel)) > 20, "the panel is drawn")


def test_logs_and_the_run_are_read_and_only_what_fits_can_be_applied(qapp, learning, tmp_path):
    panel = learning.panel
    fitting = {"preset": "loose", "K": 0.8, "permeability": 0.8}
    mine = write_log(tmp_path / "mine.csv", CALM, **fitting)
    QTest.mouseClick(panel.read, LEFT)
    accept(qapp, "file:Read logs", str(mine))
    wait_for(qapp, lambda: len(panel.cards) == 1, "the log is read")
    assert panel.cards["0"].apply.isEnabled()
    other = write_log(tmp_path / "other.csv", CALM, preset="grid_rect")
    learning.read([str(mine), str(other)])
    wait_for(qapp, lambda: len(panel.cards) == 2, "both logs are read")
    assert panel.cards["0"].apply.isEnabled() and not panel.cards["1"].apply.isEnabled()
    learning.lab.editing.set_parameter("K", 1.5)
    wait_for(qapp, lambda: not panel.cards["0"].apply.isEnabled(), "it fits no more")
    assert "K is 1.5 now" in panel.cards["0"].apply.toolTip()
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    learning.read([str(tmp_path / "wrong.csv")])
    wait_for(qapp, lambda: "no column R_total" in panel.trouble.text(), "the refusal")
    assert len(panel.cards) == 2
    wait_for(qapp, lambda: panel.reading.text().startswith("R_total"), "a reading")
    learning.lab.editing.set_parameter("K", 5.0)
    wait_for(qapp, lambda: "over-locking" in panel.reading.text(), "a reading of a locked run", 120)


def test_the_run_is_logged_as_it_goes_with_consent_and_until_a_new_run(qapp, learning, tmp_path):
    lab, panel, path = learning.lab, learning.panel, tmp_path / "logs" / "live.csv"
    learning.logging.start(str(path))
    wait_for(qapp, lambda: "rows in" in panel.logging.text(), "rows")
    assert panel.log.text() == "Stop log"
    wait_for(qapp, lambda: path.exists() and path.read_text().count("\n") > 20, "rows in the file")
    lab.editing.set_parameter("consent_to_log", False)
    log = learning.logging.log
    wait_for(qapp, lambda: log.withheld > 3, "rows withheld")
    QTest.mouseClick(panel.log, LEFT)
    wait_for(qapp, lambda: panel.log.text() == "Log…", "the end of the log")
    assert "withheld" in panel.logging.text()
    wait_for(qapp, lambda: path.read_text().count("\n") == log.rows + 1, "the rest of the rows")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    steps = [int(row["step"]) for row in rows]
    assert all(b - a == 4 for a, b in itertools.pairwise(steps)) and steps[0] % 4 == 0
    assert {row["consent_to_log"] for row in rows} == {"true"} and {row["preset"] for row in rows} == {
        "loose"
    }
    QTest.mouseClick(panel.log, LEFT)
    assert "no log is written" in panel.logging.text() and learning.logging.log is None
    action = lab.actions["assess_run"]
    assert not panel.assess.isEnabled() and not panel.again.isEnabled() and not action.isEnabled()
    assert action.toolTip() == panel.again.toolTip() == NO_CONSENT
    lab.editing.set_parameter("consent_to_log", True)
    assert panel.assess.isEnabled() and panel.again.isEnabled() and action.isEnabled()
    assert "several seeds" in action.toolTip()
    learning.logging.start(str(tmp_path / "second.csv"))
    wait_for(qapp, lambda: learning.logging.log.rows > 5, "rows of another log")
    lab.reset()
    wait_for(qapp, lambda: "started anew" in panel.logging.text(), "a new run ends its log")
    assert learning.logging.log is None
