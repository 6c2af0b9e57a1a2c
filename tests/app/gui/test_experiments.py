"""Experiments in the window: run in a process, judged, cancelled, and saved as a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tauscope.app.lab import Lab
from tauscope.app.parts.experiment_list import OWN, QUICK, SPECS, settings_of
from tauscope.app.parts.experiments import Experiments
from tauscope.app.parts.sessions import part_of
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.analysis.experiments import EXPERIMENTS
from tauscope.widgets.labs.gravity.experiments import ExperimentsPanel
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tests.support.gui import wait_for

LEFT = Qt.MouseButton.LeftButton


def test_an_experiment_is_run_judged_cancelled_and_saved(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab("single_mass")
    part = part_of(lab, Experiments)
    lab.actions["show_experiments"].trigger()
    panel = part.panel
    assert panel.isVisible() and set(panel.specs) == set(EXPERIMENTS)
    panel.choose("literal_null")
    QTest.mouseClick(panel.run, LEFT)
    assert panel.run.text() == "Cancel" and panel.progress.isVisible()
    wait_for(qapp, lambda: "literal_null" in panel.results, "the experiment ends", 120.0)
    assert panel.verdict.text().startswith("PASS")
    view = panel.view
    assert isinstance(view, BenchTable) and view.good and all(view.good)
    made = part.made["literal_null"].report
    assert [row[2] for row in view.rows] == [check.measured for check in made.checks]
    assert [row[4] for row in view.rows] == [check.tolerance for check in made.checks]
    assert any(isinstance(one, BenchPlot) for one in panel.results["literal_null"].views)

    # Its mutation fails, and says so.
    panel.forms["literal_null"].set_value("rule", "airtime")
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.verdict.text().startswith("FAIL"), "the mutation fails", 120.0)

    panel.report_requested.emit()
    dialog = next(one for one in lab.window.findChildren(QFileDialog) if one.isVisible())
    folder = tmp_path / "report"
    dialog.fileSelected.emit(str(folder))
    dialog.close()
    wait_for(qapp, lambda: (folder / "report.md").exists(), "the report is written")
    assert "FAIL" in (folder / "report.md").read_text(encoding="utf-8")
    assert {path.suffix for path in folder.iterdir()} >= {".json", ".h5", ".md", ".png"}

    panel.choose("horizon")
    panel.forms["horizon"].set_value("ticks", 5_000_000.0)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.progress.value() > 0, "it has begun", 60.0)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Run", "it is cancelled", 60.0)
    assert "horizon" not in panel.results and not panel.complaint.text()
    assert panel.remark.text() == "The run was cancelled." and panel.remark.isVisible()


@pytest.mark.parametrize("key", list(EXPERIMENTS))
def test_what_is_left_alone_is_not_set(key: str) -> None:
    spec = next(one for one in SPECS if one.key == key)
    options = {entry.name: entry.value for entry in spec.entries}
    assert settings_of(key, options, {"nx": 64}) == ({"nx": 64} if key == OWN else {})
    assert settings_of(key, {**options, "rule": "literal"}, {}) == {"rule": "literal"}


def test_the_form_shows_what_will_run(qapp: QApplication) -> None:
    panel = ExperimentsPanel(SPECS)
    panel.choose("lensing")
    form, one = panel.forms["lensing"], EXPERIMENTS["lensing"]
    full, quick = one.settings["rays"], one.quick["rays"]
    assert form.values["rays"] == quick != full
    assert form.values["impacts"] == "32, -32"
    form.set_value("window", 321.0)
    form.set_value(QUICK, False)
    assert form.values["rays"] == full
    assert form.values["impacts"] == "16, 24, 28, 32, 48, 64, -32"
    assert form.values["window"] == 321.0, "what was typed stays"
    assert settings_of("lensing", form.values, None) == {"window": 321.0}
    form.set_value("rays", quick)
    assert settings_of("lensing", form.values, None) == {"window": 321.0, "rays": quick}
    form.reset()
    assert settings_of("lensing", form.values, None) == {}
    shiboken6.delete(panel)


def test_lists_are_read_and_refused() -> None:
    assert settings_of("lensing", {"impacts": "16, -32"}, None) == {"impacts": [16.0, -32.0]}
    with pytest.raises(BadInput, match="no list of numbers"):
        settings_of("lensing", {"impacts": "wide"}, None)
    with pytest.raises(BadInput, match="impacts = 0 was refused"):
        settings_of("lensing", {"impacts": "16, 0"}, None)
    with pytest.raises(BadInput, match="No lattice"):
        settings_of(OWN, {}, None)
