"""Benches of the wave in the window: run, shown, picked from, saved; and the live scan of Δϕ."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.bench_figures import write_figure
from tauscope.app.lab import Lab
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.ufie_bench_results import FLOOR_DB, result_of, sheet_of, typeset
from tauscope.app.parts.ufie_benches import CHANGED, UfieBenches
from tauscope.app.sheets import write_sheet
from tauscope.engine import registry
from tauscope.engine.study import Check, Report
from tauscope.engine.ufie.analysis.scan import PhaseScan, ResponseMap
from tauscope.engine.world import World
from tauscope.widgets.amounts import measured
from tauscope.widgets.labs.ufie.bench_types import BenchMap, BenchPlot, BenchTable
from tests.engine.kuramoto.analysis.context import Context
from tests.support.gui import LEFT, PLAIN, in_front, paused, wait_for

TONE = {"frequency": 20.0, "amplitude": 500.0, "sigma": 1.5, "ramp": 0.0}
PRESET: dict[str, Any] = {
    "schema_version": 1,
    "engine": "ufie",
    "title": "Two tones",
    "summary": "Of one frequency, turned against one another by the phase control.",
    "config": {
        "shape": [1, 1, 1, 1, 1, 1, 10, 8, 1],
        "c0": 300.0,
        "alpha": 10.0,
        "resonance": 0.0,
        "emitters": [{**TONE, "name": "a", "prime": 0.0}, {**TONE, "name": "b", "prime": 60.0}],
    },
}


@pytest.fixture
def lab(make_lab: Callable[..., Lab], tmp_path: Path) -> Lab:
    """A window with a small wave in it."""
    path = tmp_path / "two.json"
    path.write_text(json.dumps(PRESET), encoding="utf-8")
    return make_lab(str(path))


def pause(qapp: QApplication, lab: Lab) -> None:
    paused(qapp, lab)


def dphi(lab: Lab) -> float:
    config: Any = lab.document.content.config
    return float(config.dphi)


def engine_dphi(qapp: QApplication, lab: Lab) -> float:
    def look(world: World) -> float:
        config: Any = world.engine("ufie").config
        return float(config.dphi)

    future = lab.simulation.loop.call(look)
    wait_for(qapp, future.done, "the simulation answers")
    return future.result()


def scan_report(part: UfieBenches, **options: Any) -> Report:
    config: Any = part.lab.document.content.config
    return PhaseScan().run(Context(options={"config": config.dump(), **options}))


def show_scan(part: UfieBenches) -> ResponseMap:
    """A small scan's result in the panel, as a run of it would put it there."""
    options: dict[str, Any] = {
        "low": 0.0,
        "high": 3.0,
        "points": 4,
        "settle": 0.01,
        "measure": 0.02,
        "axis": "x",
    }
    config: Any = part.lab.document.content.config
    part.panel.choose("scan")
    for name, value in options.items():
        part.panel.forms["scan"].set_value(name, value)
    part._asked = "scan", part.panel.options, config
    report = scan_report(part, **options)
    part._done(report)
    return ResponseMap.of(report)


def a_scan_runs_in_a_process_and_is_cancelled(
    qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path
) -> None:
    panel = part.panel
    panel.choose("scan")
    form = panel.forms["scan"]
    for name, value in (("points", 3.0), ("settle", 0.01), ("measure", 0.01), ("high", 2.0), ("axis", "y")):
        form.set_value(name, value)
    QTest.mouseClick(panel.run, LEFT)
    assert panel.run.text() == "Cancel" and panel.progress.isVisible()
    wait_for(qapp, lambda: "scan" in panel.results, "the scan ends", 120.0)
    shown = panel.view
    assert isinstance(shown, BenchMap) and shown.values.shape == (3, 8) and panel.run.text() == "Run"
    known = ResponseMap.of(scan_report(part, points=3, settle=0.01, measure=0.01, high=2.0, axis="y"))
    np.testing.assert_array_equal(shown.values, known.profile)
    form.set_value("points", 9000.0)
    assert "options were changed" in panel.remark.text()
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.progress.value() > 0, "the scan goes on", 120.0)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: not part.job.running, "it is cancelled", 120.0)
    assert panel.run.text() == "Run" and not panel.complaint.isVisible()
    form.reset()


def a_click_on_the_map_sets_the_phase_in_one_step(
    qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path
) -> None:
    found, panel, before = show_scan(part), part.panel, dphi(lab)
    steps = lab.history.stack.count()
    plot = panel.map.plot
    place = panel.map.pixel_of(2, 4.0).toPoint()
    QTest.mouseClick(plot.viewport(), LEFT, PLAIN, place)
    assert dphi(lab) == pytest.approx(found.dphi[2]) and lab.history.stack.count() == steps + 1
    wait_for(qapp, lambda: engine_dphi(qapp, lab) == dphi(lab), "the wave has it")
    assert not panel.remark.text(), "a scan has all Δϕ"
    panel.map.setFocus()
    QTest.keyClick(panel.map, Qt.Key.Key_Right)
    QTest.keyClick(panel.map, Qt.Key.Key_Right)
    QTest.keyClick(panel.map, Qt.Key.Key_Return)
    assert dphi(lab) == pytest.approx(found.dphi[1])
    lab.editing.set_parameter("alpha", 5.0)
    assert panel.remark.text() == CHANGED
    for _ in range(3):
        lab.undo()
    assert dphi(lab) == before and not panel.remark.text()
    panel.views.chosen.emit("response")
    view = panel.view
    assert isinstance(view, BenchPlot)
    np.testing.assert_array_equal(view.series[0].y, found.rms)
    panel.plane.picked.emit(view.series[0].key, 3)
    assert dphi(lab) == pytest.approx(found.dphi[3])
    lab.undo()
    panel.views.chosen.emit("map")


def the_map_shows_the_values(qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path) -> None:
    found, shown = show_scan(part), part.panel.map
    low, high = found.profile.min(), found.profile.max()
    order = np.argsort(((found.profile.T - low) / (high - low)).ravel())

    def light_is_large() -> bool:
        if shown.plot.image.image is None or shown.plot.image.image[..., 0].size != order.size:
            return False
        grey = shown.plot.image.image[..., :3].astype(float) @ np.array([0.2126, 0.7152, 0.0722])
        lightness = grey.ravel()[order]
        return bool(lightness[-1] > lightness[0] + 100 and (np.diff(lightness) >= -2.0).all())

    wait_for(qapp, light_is_large, "light is large")
    shown.pointed((float(found.dphi[1]), 3.0))
    assert shown.readout.text().endswith(f"x 3 sites  ·  rms |Ψ| {measured(found.profile[1, 3], '', 4)}")
    shown.pointed(None)
    assert shown.readout.text() == ""


def a_live_scan_is_followed_ended_by_esc_and_undone(
    qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path
) -> None:
    panel, start = part.panel, dphi(lab)
    panel.choose("scan")
    panel.period.set_value(0.2)
    steps = lab.history.stack.index()
    lab.set_playing(True)
    QTest.mouseClick(panel.live, LEFT)
    assert panel.live.text() == "Stop scan" and lab.actions["scan_phase_live"].isChecked()
    wait_for(qapp, lambda: abs(dphi(lab) - start) > 0.5, "the document follows")
    lab.window.activateWindow()
    wait_for(qapp, lab.window.isActiveWindow, "the window is active")
    QTest.keyClick(lab.window, Qt.Key.Key_Escape)
    assert not part.scanner.running and panel.live.text() == "Scan live"
    wait_for(qapp, lambda: engine_dphi(qapp, lab) == dphi(lab), "document and wave agree")
    assert lab.history.stack.index() == steps + 1 and lab.history.stack.undoText() == "Scan Δϕ"
    lab.undo()
    assert dphi(lab) == start
    wait_for(qapp, lambda: engine_dphi(qapp, lab) == start, "undo tells the wave")
    lab.history.stack.redo()
    wait_for(qapp, lambda: engine_dphi(qapp, lab) == dphi(lab) != start, "redo tells it again")
    lab.undo()
    pause(qapp, lab)


def a_value_by_hand_or_an_undo_ends_a_live_scan(
    qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path
) -> None:
    start = dphi(lab)
    for take in (lambda: lab.editing.set_parameter("dphi", 0.25), lab.undo):
        lab.set_playing(True)
        lab.actions["scan_phase_live"].trigger()
        assert part.scanner.running
        wait_for(qapp, lambda: abs(dphi(lab) - start) > 0.3, "it goes")
        take()
        assert not part.scanner.running and not lab.actions["scan_phase_live"].isChecked()
        wanted = dphi(lab)
        wait_for(qapp, lambda w=wanted: engine_dphi(qapp, lab) == w, "the wave has it")
        pause(qapp, lab)
        assert engine_dphi(qapp, lab) == wanted and dphi(lab) == wanted
        while dphi(lab) != start:
            lab.undo()
        wait_for(qapp, lambda: engine_dphi(qapp, lab) == start, "all is as before")


def results_are_saved(qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path) -> None:
    found = show_scan(part)
    sheet = part.sheet()
    assert sheet is not None
    with write_sheet(folder / "map.csv", sheet).open(encoding="utf-8") as text:
        rows = [row for row in csv.reader(text) if not row[0].startswith("#")]
    assert rows[0][:2] == ["Δϕ [rad]", "x [sites] = 0"]
    np.testing.assert_array_equal(np.array(rows[1:], float)[:, 1:], found.profile)
    view = part.panel.view
    assert isinstance(view, BenchMap)
    for ending in ("png", "svg"):
        made = write_figure(folder / f"map.{ending}", view, "Scan of Δϕ", "two tones")
        assert made.stat().st_size > 4000


def every_bench_takes_its_form(qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path) -> None:
    """Defaults of the form are options of the study, which refuses none of them."""
    fast = {"settle": 0.01, "measure": 0.01, "points": 2, "seconds": 0.05}
    for key, spec in part.panel.specs.items():
        options = dict(part.panel.forms[key].values)
        options |= {name: value for name, value in fast.items() if name in options}
        config: Any = lab.document.content.config
        given = {**options, "config": config.dump()} if key == "scan" else options
        report = registry.study("ufie", key).run(Context(options=given))
        result = result_of(key, report, options)
        part.panel.choose(key)
        part.panel.set_result(key, result, options)
        assert {entry.name for entry in spec.entries} <= set(options)
        for view in result.views:
            part.panel.views.chosen.emit(view.key)
            assert part.panel.view is view
            assert sheet_of(view, ()).columns
        assert (result.passed is None) == (not report.checks)
        if key == "heterodyne":
            levels_and_verdicts_are_those_of(report, part)


def levels_and_verdicts_are_those_of(report: Report, part: UfieBenches) -> None:
    panel = part.panel
    panel.views.chosen.emit("levels")
    levels = panel.view
    assert isinstance(levels, BenchPlot)
    words = {label.text: label for label in levels.labels}
    assert words["f₁"].x == 20.0 and words["2f₁ − f₂"].x == 9.0
    assert panel.plane.words() == tuple(words)
    spectrum = next(table for table in report.tables if table.name == "spectrum").rows
    tips = {one.name: one.y[1::3] for one in levels.series}
    for place, name in ((1, "without bias"), (2, "with bias")):
        wanted = [20 * np.log10(row[place] / spectrum[20][1]) for row in spectrum[: len(tips[name])]]
        np.testing.assert_allclose(tips[name], np.maximum(wanted, FLOOR_DB), atol=1e-9)
    panel.views.chosen.emit("verdicts")
    verdicts = panel.view
    assert isinstance(verdicts, BenchTable) and len(verdicts.rows) == len(report.checks)
    assert panel.table.topLevelItemCount() == len(report.checks)
    assert list(sheet_of(verdicts, ()).columns["measured"]) == [c.measured for c in report.checks]


def a_verdict_that_fails_is_seen(qapp: QApplication, lab: Lab, part: UfieBenches, folder: Path) -> None:
    check = Check.within("2 f1 - f2", 1.0, 2.0, 0.1, "1", "why")
    report = Report("soliton", "Soliton", (check,))
    made = result_of("soliton", report, {})
    part.panel.choose("soliton")
    part.panel.set_result("soliton", made, {})
    assert made.passed is False and part.panel.verdict.text() == "Not all hold"
    item = part.panel.table.topLevelItem(0)
    assert item is not None and item.text(0) == typeset("2 f1 - f2") == "2f₁ − f₂"
    assert item.text(1) == "fails" and item.toolTip(0) == "why"


CHECKS = (
    a_scan_runs_in_a_process_and_is_cancelled,
    a_click_on_the_map_sets_the_phase_in_one_step,
    the_map_shows_the_values,
    a_live_scan_is_followed_ended_by_esc_and_undone,
    a_value_by_hand_or_an_undo_ends_a_live_scan,
    results_are_saved,
    every_bench_takes_its_form,
    a_verdict_that_fails_is_seen,
)
"""Checks that share a window: a lab takes seconds to open."""


def test_benches(qapp: QApplication, lab: Lab, tmp_path: Path) -> None:
    pause(qapp, lab)
    dock = lab.window.docks["benches"]
    dock.show()
    dock.raise_()
    in_front(qapp, dock.widget())
    for check in CHECKS:
        check(qapp, lab, part_of(lab, UfieBenches), tmp_path)
