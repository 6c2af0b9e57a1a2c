"""V(R) bench and phase map in the window: run, judged, compared, picked from, saved."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.bench_figures import write_figure
from tauscope.app.lab import Lab
from tauscope.app.parts.potential_bench import CHANGED, KEPT, PotentialBench
from tauscope.app.parts.potential_bench_list import BENCHES, ENGINES, STUDIES, task_options
from tauscope.app.parts.potential_results import result_of
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_bench_results import sheet_of
from tauscope.app.reports import write_report
from tauscope.app.sheets import write_sheet
from tauscope.engine import registry
from tauscope.engine.study import Report
from tauscope.widgets.labs.ufie.bench_table import text_of
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.labs.ufie.benches import LEAST
from tests.engine.kuramoto.analysis.context import Context
from tests.support.gui import LEFT, in_front, paused, wait_for

SMALL = {"shape": [4, 16], "beta": 3.0}
FAST: dict[str, dict[str, Any]] = {
    "charge": {"separations": "2, 3, 4, 6, 8"},
    "gauge": {"lattice": "plane", "beta": 3.0, "sweeps": 2000, "thermalise": 50},
    "phase_map": {"lattice": "small", "low": 0.9, "high": 1.1, "points": 2, "sweeps": 100, "thermalise": 20},
}


@pytest.fixture
def lab(make_lab: Callable[..., Lab], tmp_path: Path) -> Lab:
    """A window with a small gauge theory in it."""
    path = tmp_path / "plane.json"
    preset = {
        "schema_version": 1,
        "engine": "gauge",
        "title": "Plane",
        "summary": "It confines.",
        "config": SMALL,
    }
    path.write_text(json.dumps(preset), encoding="utf-8")
    return make_lab(str(path))


def report_of(part: PotentialBench, key: str, **more: Any) -> Report:
    """Report of a bench as its form stands, made here instead of in a worker."""
    panel = part.panel
    panel.choose(key)
    for name, value in {**FAST[key], **more}.items():
        panel.forms[key].set_value(name, value)
    shown = part.lab.document.content.configs.get(ENGINES[key])
    options = task_options(key, panel.options, None if shown is None else shown.dump())
    report = registry.study(ENGINES[key], STUDIES[key]).run(Context(options=options))
    part._asked = key, panel.options, shown
    part._done(report)
    return report


def a_potential_is_measured_in_a_process(
    qapp: QApplication, lab: Lab, part: PotentialBench, to: Path
) -> None:
    panel = part.panel
    assert panel.key == "gauge", "the bench of the engine that runs"
    for name, value in (("sweeps", 2000.0), ("thermalise", 50.0)):
        panel.forms["gauge"].set_value(name, value)
    lab.actions["measure_potential"].trigger()
    assert panel.run.text() == "Cancel" and panel.progress.isVisible()
    wait_for(qapp, lambda: "gauge" in panel.results, "the measurement ends", 120.0)
    assert panel.verdict.text() == "confined, emergent"
    assert panel.words.isVisible() and panel.result is not None
    assert panel.result.summary.split(". ")[0] in panel.words.text() and "Tested at R" in panel.words.text()
    assert all(text in panel.words.text() for text in panel.result.warnings) and panel.result.warnings
    view = panel.view
    assert isinstance(view, BenchPlot) and view.key == "potential" and view.x == "R / cells"
    assert view.series[0].error is not None and view.series[0].style == "dots"
    assert {one.key for one in panel.results["gauge"].views} >= {"residuals", "ranking", "runs"}
    panel.forms["gauge"].set_value("sweeps", 1e7)
    assert "options were changed" in panel.remark.text()
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.progress.value() > 0, "it goes on", 120.0)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: not part.job.running, "it is cancelled", 120.0)
    assert panel.run.text() == "Run" and not panel.complaint.isVisible()
    panel.forms["gauge"].reset()


def another_set_up_outdates_it(qapp: QApplication, lab: Lab, part: PotentialBench, to: Path) -> None:
    report_of(part, "gauge", lattice="shown")
    assert CHANGED not in part.panel.remark.text()
    part.set_beta(2.5)
    assert CHANGED in part.panel.remark.text()
    lab.undo()
    assert CHANGED not in part.panel.remark.text()
    report_of(part, "gauge")
    part.set_beta(2.5)
    assert CHANGED not in part.panel.remark.text(), "a lattice of its own"
    lab.undo()


def the_charge_model_and_its_rival_on_one_plot(
    qapp: QApplication, lab: Lab, part: PotentialBench, to: Path
) -> None:
    part.kept.clear()
    report_of(part, "gauge")
    report_of(part, "charge")
    panel = part.panel
    assert panel.verdict.text() == "logarithm, put in by hand"
    result = panel.result
    assert result is not None and "Poisson" in result.summary
    compared, shapes = result.view("compare"), result.view("shapes")
    assert isinstance(compared, BenchPlot) and isinstance(shapes, BenchPlot)
    assert [one.name for one in compared.series] == ["2D, β = 3", "charge, mode D"]
    assert all(one.y[0] == 0.0 and one.y[-1] == 1.0 for one in shapes.series)
    assert compared.series[0].error is not None and compared.series[1].error is None
    panel.unit.chosen.emit("angstrom")
    seen = part.panel.results["charge"].view("potential")
    assert isinstance(seen, BenchPlot) and seen.x == "R / Å"
    np.testing.assert_array_equal(seen.series[0].x, [1.0, 1.5, 2.0, 3.0, 4.0])
    panel.unit.chosen.emit("cells")
    for mode in ("B", "rho2", "regularised", "A", "C"):
        report_of(part, "charge", mode=mode, separations="3, 4, 5, 6, 8", begin=0.1, end=0.5)
    assert len(part.kept) == KEPT and "2D, β = 3" not in part.kept, "the latest are kept"
    panel.forms["charge"].reset()


def a_point_of_the_phase_map_sets_beta_in_one_step(
    qapp: QApplication, lab: Lab, part: PotentialBench, to: Path
) -> None:
    report_of(part, "phase_map")
    panel, steps = part.panel, lab.history.stack.index()
    view = panel.view
    assert isinstance(view, BenchPlot) and view.pickable
    in_front(qapp, panel)
    panel.plane.picked.emit(view.series[0].key, 1)
    config: Any = lab.document.content.config
    assert config.beta == pytest.approx(1.1) and lab.history.stack.index() == steps + 1
    assert [mark.text for mark in panel.plane.marks] == ["β now"]
    lab.undo()
    config = lab.document.content.config
    assert config.beta == 3.0


def results_are_saved(qapp: QApplication, lab: Lab, part: PotentialBench, to: Path) -> None:
    report = report_of(part, "gauge")
    sheet, view = part.sheet(), part.panel.view
    assert sheet is not None and isinstance(view, BenchPlot)
    with write_sheet(to / "v.csv", sheet).open(encoding="utf-8") as text:
        rows = [row for row in csv.reader(text) if not row[0].startswith("#")]
    assert rows[0] == ["curve", "R [cells]", "V [lattice units]", "standard error"]
    potential = next(table for table in report.tables if table.name == "potential").rows
    assert [float(row[3]) for row in rows[1 : 1 + len(potential)]] == [row[3] for row in potential]
    for ending in ("png", "svg", "pdf"):
        made = write_figure(to / f"v.{ending}", view, "V(R)", "plane")
        assert made.stat().st_size > 4000
    data = json.loads(write_report(to / "v.json", report, part._origin()).read_text(encoding="utf-8"))
    assert data["study"] == "v_of_r" and data["origin"][0].startswith("Tauscope, study v_of_r")
    assert data["tables"][0]["rows"][0][2] == potential[0][2]


def every_view_is_shown_and_every_form_is_taken(
    qapp: QApplication, lab: Lab, part: PotentialBench, to: Path
) -> None:
    for spec in BENCHES:
        report = report_of(part, spec.key)
        assert {entry.name for entry in spec.entries} == set(part.panel.options)
        result = result_of(report, part.panel.options, "cells", ())
        for view in result.views:
            part.panel.views.chosen.emit(view.key)
            assert sheet_of(view, ()).columns
            if isinstance(view, BenchTable):
                assert len(view.rows) and all(len(row) == len(view.heads) for row in view.rows)
        part.panel.forms[spec.key].reset()


def the_bench_follows_the_document(qapp: QApplication, lab: Lab, part: PotentialBench, to: Path) -> None:
    report_of(part, "charge")
    assert "No charge model runs" in part.panel.remark.text()
    part.prepared(lab.document.content)
    assert part.panel.key == "gauge" and "No charge model" not in part.panel.remark.text()
    assert not part.panel.unit.isVisible()
    report_of(part, "phase_map")
    part.prepared(lab.document.content)
    assert part.panel.key == "phase_map", "a bench of the engine that runs stays"


def times_are_asked_only_where_they_count(
    qapp: QApplication, lab: Lab, part: PotentialBench, to: Path
) -> None:
    part.panel.choose("charge")
    form = part.panel.forms["charge"]
    for mode, begin, end in (("D", False, False), ("published_v1", False, False), ("B", True, True)):
        form.set_value("mode", mode)
        assert (form.fields["begin"].isEnabled(), form.fields["end"].isEnabled()) == (begin, end)
    form.reset()


def it_never_raises_its_dock(qapp: QApplication, lab: Lab, part: PotentialBench, to: Path) -> None:
    report_of(part, "gauge")
    for key in ("gauge", "charge", "phase_map"):
        part.panel.choose(key)
        assert part.panel.minimumSizeHint().height() <= LEAST
    form = part.panel.forms["gauge"]
    form.fit_width(200)
    grid: Any = form.layout()
    places = {grid.getItemPosition(grid.indexOf(field))[1] for field in form.fields.values()}
    assert places == {1}, "one option in a row"
    form.fit_width(2000)
    assert {grid.getItemPosition(grid.indexOf(field))[1] for field in form.fields.values()} == {1, 3}


def what_cannot_be_is_said(qapp: QApplication, lab: Lab, part: PotentialBench, to: Path) -> None:
    panel = part.panel
    panel.choose("gauge")
    panel.forms["gauge"].set_value("separations", "1, 99")
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: bool(panel.complaint.text()), "it is refused", 120.0)
    assert "1 to" in panel.complaint.text()
    panel.forms["gauge"].reset()


CHECKS = (
    a_potential_is_measured_in_a_process,
    another_set_up_outdates_it,
    the_charge_model_and_its_rival_on_one_plot,
    a_point_of_the_phase_map_sets_beta_in_one_step,
    results_are_saved,
    every_view_is_shown_and_every_form_is_taken,
    the_bench_follows_the_document,
    times_are_asked_only_where_they_count,
    it_never_raises_its_dock,
    what_cannot_be_is_said,
)
"""Checks that share a window: a lab takes seconds to open."""


def test_the_bench_of_potentials(qapp: QApplication, lab: Lab, tmp_path: Path) -> None:
    part = part_of(lab, PotentialBench)
    dock = lab.window.docks["potential"]
    dock.show()
    dock.raise_()
    in_front(qapp, part.panel)
    paused(qapp, lab)
    for check in CHECKS:
        folder = tmp_path / check.__name__
        folder.mkdir()
        check(qapp, lab, part, folder)


def test_cells_of_tables_have_the_digits_that_are_asked() -> None:
    assert text_of(-25908.7512, 7) == "−25908.75" and text_of(10608.2801, 7) == "10608.28"
    assert text_of(math.nan) == "–" and text_of(math.inf) == "∞"
    assert text_of(8.3817e-100, 3) == "8.38 × 10⁻¹⁰⁰"
