"""Sweeps in the window: set up, started, paused, gone on with, looked at, opened run by run, and saved."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tauscope.app.heat_figures import write_views
from tauscope.app.lab import Lab
from tauscope.app.labs import SWEEPS
from tauscope.app.parts import sweeps as module
from tauscope.app.parts.atomx_map import AtomxMap
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.sweeps import Sweeps
from tauscope.app.sheets import write_sheet
from tauscope.app.sweep_file import load
from tauscope.app.sweep_task import Result, Task, run
from tauscope.app.sweep_views import views_of
from tauscope.app.sweep_wish import OF_FILE, parameters, unfinished
from tauscope.engine.base import hash_state
from tauscope.engine.sweep_plan import Point
from tests.support.gui import LEFT, PLAIN, in_place, paused, screen_of, wait_for

SURVIVALS, CAPACITIES = (0.99, 0.995, 1.0), (1.0, 2.0)


class Gate:
    """Runs in this process, each when it is let through."""

    title = "this process"

    def __init__(self) -> None:
        self.may = threading.Semaphore(0)

    def ready(self) -> None:
        """Always."""

    def results(self, task: Task, points: Sequence[Point]) -> Iterator[Result | None]:
        """Results, and None while nothing is let through."""
        for point in points:
            while not self.may.acquire(timeout=0.02):
                yield None
            yield run(task, point)


def is_said(lab: Lab, words: str) -> bool:
    """Whether a note of the window has these words."""
    return any(words in text for text in lab.window.notifications.texts())


def typed(line: Any, text: str) -> None:
    """Type into a line as someone who clicked there."""
    QTest.mouseClick(line, LEFT)
    line.selectAll()
    QTest.keyClicks(line, text)
    if line.completer() is not None:
        line.completer().popup().hide()


def a_sweep_is_set_up_by_hand(qapp: QApplication, lab: Lab, part: Sweeps) -> None:
    panel = part.panel
    lab.actions["sweep_runs"].trigger()
    assert lab.window.lab is SWEEPS and panel.isVisible()
    assert {"survival", "capacity"} <= parameters(lab.document.content).keys()
    row = panel.axes.rows[0]
    typed(row.path, "surv")
    completer = row.path.completer()
    completer.setCompletionPrefix("surv")
    assert completer.currentCompletion() == "survival", "found by a part of its name"
    typed(row.path, "survival")
    typed(row.values, "0.99:1:3")
    QTest.mouseClick(panel.axes.more, LEFT)
    typed(panel.axes.rows[1].path, "capacity")
    typed(panel.axes.rows[1].values, "1,2")
    for name, value in (("settle", 20.0), ("seeds", 2.0), ("workers", 1.0)):
        panel.form.set_value(name, value)
    assert panel.estimate.text().startswith("12 runs (6 points × 2 seeds)")
    typed(panel.axes.rows[1].values, "1:")
    assert "names no values" in panel.estimate.text()
    typed(panel.axes.rows[1].values, "1,2")


def it_is_paused_and_gone_on_with(
    qapp: QApplication, lab: Lab, part: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, gate = part.panel, Gate()
    monkeypatch.setattr(module, "LocalPool", lambda _workers: gate)
    QTest.mouseClick(panel.run, LEFT)
    assert panel.run.text() == "Pause"
    gate.may.release(5)
    wait_for(qapp, lambda: part.data is not None and len(part.data.results) == 5, "five runs")
    wait_for(qapp, lambda: "5 of 12" in panel.estimate.text() and "left" in panel.estimate.text(), "is told")
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Go on", "it pauses")
    assert part.path is not None and unfinished(part.path.parent) == [part.path]
    assert len(load(part.path).results) == 5
    # As after a kill: nothing is shown, and the file is offered.
    path = part.path
    QTest.mouseClick(panel.fresh, LEFT)
    assert part.data is None and panel.run.text() == "Start" and panel.path.text() != str(path)
    assert len(panel.axes.axes) == 2, "what was typed is there still"
    panel.axes.set_axes((("capacity", "3,4"),))
    panel.form.set_value("settle", 7.0)
    height = panel.estimate.height()
    wait_for(qapp, lambda: panel.waiting.isVisible(), "it is offered")
    panel.waiting.setFocus()
    QTest.keyClick(panel.waiting, Qt.Key.Key_Down)
    wait_for(qapp, lambda: panel.run.text() == "Go on" and part.path == path, "it is shown again")
    assert panel.axes.axes == (("survival", "0.99,0.995,1"), ("capacity", "1,2")), "as in the file"
    assert panel.form.values["settle"] == 20 and panel.path.text() == str(path)
    assert panel.base.value == OF_FILE and part.data is not None and panel.estimate.height() == height
    assert part.wish().sweep(lab.document.content).describe() == part.data.describe(), "and a new one as it"
    gate.may.release(20)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Done", "the rest")
    assert load(path).status == "done" and not unfinished(path.parent)


def results_are_looked_at(part: Sweeps) -> None:
    panel, data = part.panel, part.data
    assert data is not None
    panel.scalar.set_value("f_mean")
    part._draw()
    heat = panel.results.map.heat
    assert heat is not None and heat.values.shape == (2, 3)
    assert np.array_equal(heat.values, data.mean("f_mean")[0].T)
    assert (
        heat.y.label == "Capacity C [bits/tick]" and panel.upwards.currentText() == "↑ Capacity C [bits/tick]"
    )
    tip = panel.upwards.itemData(panel.upwards.currentIndex(), Qt.ItemDataRole.ToolTipRole)
    assert tip == "capacity" and heat.label == panel.scalar.currentText() != "f_mean"
    assert len(np.unique(screen_of(panel.results.map.plot).reshape(-1, 3), axis=0)) > 5
    for kind, count in (("lines", 1), ("multiples", len(data.names))):
        shown = views_of(data, kind, "f_mean", "survival", "capacity")
        assert len(shown) == count
        for one in shown:
            assert sorted(one.cells.points.ravel().tolist()) == list(range(6)), "every point stands somewhere"
        panel.kind.set_value(kind)
        part._draw()
    assert len(panel.results.parts) == len(data.names)
    panel.kind.set_value("runs")
    part._draw()
    table = panel.results.table.table
    assert table is not None and len(table.rows) == 12
    assert (
        "Capacity C [bits/tick]" in table.heads and panel.results.table.headerItem().toolTip(3) == "capacity"
    )
    panel.kind.set_value("map")
    part._draw()


def a_click_opens_its_run(qapp: QApplication, lab: Lab, part: Sweeps) -> None:
    before, panel = lab.document.content, part.panel
    in_place(qapp, lab)
    lab.shell.leave_tool()
    tick = paused(qapp, lab)
    lab.step(7)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick == tick + 7, "it has a state to lose")
    state = hash_state(lab.simulation.loop.call(lambda world: world.engine("gravity").state()).result())
    lab.actions["sweep_runs"].trigger()
    place = panel.results.map.pixel_of(1, 2).toPoint()
    QTest.mouseClick(panel.results.map.plot.viewport(), LEFT, PLAIN, place)
    wait_for(qapp, lambda: lab.window.lab is not SWEEPS, "it is made beside")
    content = lab.document.content
    assert (content.config.survival, content.config.capacity, content.seed) == (1.0, 2.0, 1)  # type: ignore[attr-defined]
    in_place(qapp, lab)
    capacity = lab.simulation.loop.call(lambda world: world.engine("gravity").config.capacity)  # type: ignore[attr-defined]
    assert capacity.result() == 2.0, "the engine runs with it"
    wait_for(qapp, lambda: is_said(lab, "Run 10: "), "it is said")
    lab.undo()
    assert lab.document.content.digest() == before.digest(), "one step"
    wait_for(
        qapp,
        lambda: is_said(lab, "of the run before"),
        "and that",
    )
    assert not is_said(lab, "Run 10: ")
    again = lab.simulation.loop.call(lambda world: world.engine("gravity").state()).result()
    assert hash_state(again) == state, "the run before is back as it stood"
    assert not lab.simulation.loop.will_run, "and stands, as it did"
    lab.redo()
    wait_for(qapp, lambda: is_said(lab, "Run 10: "), "done again")
    lab.undo()
    wait_for(qapp, lambda: is_said(lab, "of the run before"), "undone")
    in_place(qapp, lab)
    lab.actions["sweep_runs"].trigger()
    assert panel.results.map.heat is not None, "the sweep is still there"


def it_is_saved(lab: Lab, part: Sweeps, folder: Path) -> None:
    sheet = part.sheet()
    assert sheet is not None and part.data is not None
    write_sheet(folder / "a.csv", sheet)
    lines = [line for line in (folder / "a.csv").read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert len(rows) == 12
    assert [float(row["f_mean"]) for row in rows] == part.data.values("f_mean").tolist()
    for kind in ("map", "lines", "multiples"):
        views = views_of(part.data, kind, "f_mean", "survival", "capacity")
        path = write_views(folder / f"{kind}.svg", [(v.title, v.view) for v in views], "Sweep", "from a test")
        assert "f_mean" in path.read_text() or path.stat().st_size > 10_000
    part.ask_figure()
    dialog = lab.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.reject()


def what_is_refused_and_what_fails_is_said(
    qapp: QApplication, lab: Lab, part: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, gate = part.panel, Gate()
    gate.may.release(100)
    monkeypatch.setattr(module, "LocalPool", lambda _workers: gate)
    QTest.mouseClick(panel.fresh, LEFT)
    panel.axes.set_axes((("surival", "0.9,1"),))
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: bool(panel.complaint.text()), "it is refused")
    assert "surival" in panel.complaint.text() and panel.run.text() == "Start"
    panel.axes.set_axes((("survival", "0.9,7"),))
    for name, value in (("settle", 5.0), ("seeds", 1.0)):
        panel.form.set_value(name, value)
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Done", "it ends")
    assert "1 failed" in panel.estimate.text()
    panel.kind.set_value("runs")
    part._draw()
    table = panel.results.table.table
    assert table is not None and table.rows[0][1] == "failed" and "7" in str(table.rows[0][-1])


def presets_are_offered_and_a_voxel_is_opened(qapp: QApplication, lab: Lab, part: Sweeps) -> None:
    panel = part.panel
    QTest.mouseClick(panel.fresh, LEFT)
    assert panel.axes.axes == (("survival", "0.9,7"),) and panel.form.values["settle"] == 5, "the form stays"
    names = [panel.base.itemData(k) for k in range(panel.base.count())]
    assert {"", "order_map", "existence_region", "beta_scan", "blow_up_threshold"} <= set(names)
    part.choose_base("existence_region")
    assert "151 of 400" in panel.see.text()
    panel.axes.set_axes((("kappa", "3e-10:4e-10:2"), ("r_screen", "1.2e-7:1.3e-7:2")))
    QTest.mouseClick(panel.run, LEFT)
    wait_for(qapp, lambda: panel.run.text() == "Done", "the voxels")
    panel.kind.set_value("map")
    part._draw()
    place = panel.results.map.pixel_of(1, 1).toPoint()
    QTest.mouseClick(panel.results.map.plot.viewport(), LEFT, PLAIN, place)
    atoms = part_of(lab, AtomxMap)
    wait_for(qapp, lambda: atoms.scan is not None and atoms.panel.isVisible(), "the map of atoms")
    wait_for(qapp, lambda: not atoms._busy, "its scan")
    marked = atoms.panel.map.chosen
    assert atoms.scan is not None and marked is not None, "the voxel is marked"
    assert part.data is not None and part.path is not None
    config = atoms.scan.config
    assert config.kappa[marked[1]] == pytest.approx(4e-10, rel=0.05)
    assert config.r_screen[marked[0]] == pytest.approx(1.3e-7, rel=0.05)
    assert panel.scalar.value == "passed" == part.data.names[0] == load(part.path).names[0]
    assert config.kappa_stop == pytest.approx(6e-10)


def test_a_sweep_in_the_window(
    qapp: QApplication, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = part_of(lab, Sweeps)
    a_sweep_is_set_up_by_hand(qapp, lab, part)
    it_is_paused_and_gone_on_with(qapp, lab, part, monkeypatch)
    results_are_looked_at(part)
    a_click_opens_its_run(qapp, lab, part)
    it_is_saved(lab, part, tmp_path)
    what_is_refused_and_what_fails_is_said(qapp, lab, part, monkeypatch)
    presets_are_offered_and_a_voxel_is_opened(qapp, lab, part)


def test_closing_the_window_pauses_a_sweep_whose_file_can_be_gone_on_with(
    qapp: QApplication, lab: Lab, tmp_path: Path
) -> None:
    part = part_of(lab, Sweeps)
    part.show()
    part.panel.axes.set_axes((("capacity", "1:3:40"),))
    part.panel.form.set_value("workers", 1.0)
    part.panel.form.set_value("settle", 20000.0)
    part.panel.path.setText(str(tmp_path / "long.h5"))
    QTest.mouseClick(part.panel.run, LEFT)
    wait_for(qapp, lambda: (tmp_path / "long.h5").exists(), "it runs")
    lab.window.close()
    wait_for(qapp, lambda: lab.ended, "the window closes")
    assert not part.job.running
    assert load(tmp_path / "long.h5").status == "paused" and unfinished(tmp_path) == [tmp_path / "long.h5"]
