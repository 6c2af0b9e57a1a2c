"""Plots of the Kuramoto lab in the window: they follow the run while seen, and agree with the engine."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tauscope.app.lab import Lab
from tauscope.app.parts.kuramoto_attractors import KuramotoAttractors
from tauscope.app.parts.kuramoto_laws import KuramotoLaws
from tauscope.app.parts.kuramoto_links import KuramotoLinks
from tauscope.app.parts.kuramoto_plots import KuramotoPlots
from tauscope.app.parts.kuramoto_sweep import KuramotoSweep
from tauscope.app.parts.sessions import part_of
from tauscope.app.sheets import write_sheet
from tauscope.engine import create
from tauscope.engine.kuramoto.laws import gate_matrix
from tauscope.widgets.amounts import measured
from tests.support.gui import distinct_colours, in_front, paused, pump, screen_of, still, wait_for

PRESET: dict[str, Any] = {
    "schema_version": 1,
    "engine": "kuramoto",
    "title": "Seven clusters",
    "summary": "A hub and six.",
    "config": {
        "geometry": "circle6_center",
        "oscillators_per_cluster": 60,
        "K": 1.2,
        "frequencies": {"kind": "gaussian", "scale": 0.3},
    },
}
PANELS = ("traces", "pooled", "scatter", "links", "sweep", "attractors", "laws")


@pytest.fixture
def lab(make_lab, tmp_path: Path) -> Lab:
    """A window that runs seven clusters."""
    return running(make_lab(write_preset(tmp_path)))


def running(lab: Lab) -> Lab:
    """Held at 400 ticks a second: what a small run does as fast as it can leaves the window little time."""
    lab.simulation.loop.speed = 400.0
    return lab


def write_preset(folder: Path, **config: Any) -> str:
    path = folder / "seven.json"
    path.write_text(json.dumps({**PRESET, "config": {**PRESET["config"], **config}}), encoding="utf-8")
    return str(path)


def show(qapp, lab: Lab, *keys: str) -> None:
    """Only these docks of the lab's, each in front."""
    for key in PANELS:
        lab.window.docks[key].setVisible(key in keys)
    for key in keys:
        lab.window.docks[key].raise_()
    for key in keys[-1:]:
        in_front(qapp, lab.window.docks[key].widget())
    pump(qapp, 0.1)


def pause(qapp, lab: Lab) -> None:
    paused(qapp, lab)


def subscribed(lab: Lab) -> set[str]:
    return {
        r.field
        for key, rs in lab.simulation.loop._requests.items()
        for r in rs
        if key in ("pooled", "scatter")
    }


def test_panels_ask_for_nothing_while_they_are_hidden(qapp, lab):
    links = part_of(lab, KuramotoLinks)
    show(qapp, lab)
    wait_for(qapp, lambda: not subscribed(lab) and links.tracker is None, "nothing is asked for")
    show(qapp, lab, "pooled")
    wait_for(qapp, lambda: subscribed(lab) == {"theta"}, "the circle asks")
    show(qapp, lab, "links", "scatter")
    wait_for(qapp, lambda: subscribed(lab) == {"frequency", "omega"}, "the scatter asks")
    wait_for(qapp, lambda: links.tracker is None, "what stands behind its tab does not")
    lab.window.docks["links"].raise_()
    wait_for(qapp, lambda: subscribed(lab) == set(), "and the other way round")
    wait_for(qapp, lambda: links.tracker in lab.simulation.loop.trackers, "the tracker samples")
    tracker = links.tracker
    show(qapp, lab)
    wait_for(qapp, lambda: subscribed(lab) == set(), "nothing is subscribed again")
    wait_for(qapp, lambda: tracker not in lab.simulation.loop.trackers, "the tracker is gone")


def test_the_pooled_circle_and_the_traces_agree_with_the_engine(qapp, lab):
    plots = part_of(lab, KuramotoPlots)
    show(qapp, lab, "pooled", "traces")
    wait_for(qapp, lambda: plots.pooled.circle.pooled is not None, "a pooled circle")
    pause(qapp, lab)
    engine = lab.simulation.loop.world.engine("kuramoto")
    wait_for(
        qapp,
        lambda: abs(abs(plots.pooled.circle.pooled.z) - engine.scalar("R_total")) < 1e-9,
        "the circle shows the last frame",
    )
    assert plots.pooled.circle.pooled.number == 420
    times, values, label = plots._series()
    assert label == "t / time" and times[-1] == pytest.approx(engine.time)
    assert values["R_total"][-1] == pytest.approx(engine.scalar("R_total"))

    def curves():
        return {curve.key: curve for pane in plots.traces.chart.panes for curve in pane.curves}

    wait_for(
        qapp,
        lambda: "R_total" in curves() and abs(curves()["R_total"].y[-1] - engine.scalar("R_total")) < 1e-9,
        "the curve has the last frame",
    )
    assert {"R_total:ready: R 0.4", "R_total:ready: R 0.8"} <= set(curves())
    wait_for(qapp, lambda: distinct_colours(screen_of(plots.pooled.circle)) >= 50, "it is drawn")


@pytest.mark.slow
def test_a_reset_begins_the_traces_anew(qapp, lab):
    plots = part_of(lab, KuramotoPlots)
    show(qapp, lab, "traces")
    wait_for(qapp, lambda: len(plots._series()[0]) > 20, "samples")
    last = plots._series()[0][-1]
    pause(qapp, lab)
    lab.reset()
    wait_for(qapp, lambda: len(plots._series()[0]) and plots._series()[0][-1] < last, "a new run")
    assert np.all(np.diff(plots._series()[0]) > 0)


def test_frequencies_lock_to_a_level_line(qapp, lab):
    plots = part_of(lab, KuramotoPlots)
    show(qapp, lab, "scatter")
    wait_for(qapp, lambda: plots.scatter.data is not None and plots.mean.frames > 30, "a mean of frames")
    wait_for(qapp, lambda: "frames" in plots.scatter.note.text(), "the mean is shown")
    pause(qapp, lab)
    engine = lab.simulation.loop.world.engine("kuramoto")
    wait_for(
        qapp,
        lambda: np.allclose(np.sort(plots.scatter.data.x), np.sort(engine.field("omega"))),
        "the frequencies of the paused run",
    )
    assert len(set(plots.scatter.data.cluster.tolist())) == 7
    plots.scatter.against.set_value("theta")
    plots.scatter.over.set_value("now")
    plots.scatter._changed()
    lab.step(1)
    wait_for(
        qapp,
        lambda: plots.scatter.drawn == "theta" and "frames" not in plots.scatter.note.text(),
        "the present",
    )
    wait_for(
        qapp,
        lambda: np.allclose(np.sort(plots.scatter.data.x), np.sort(engine.field("theta"))),
        "the phases of the last step",
    )
    wait_for(
        qapp,
        lambda: np.allclose(np.sort(plots.scatter.data.y), np.sort(engine.field("frequency"))),
        "the frequencies of the last step",
    )


def test_the_link_matrix_is_that_of_the_window_and_a_click_chooses_two_clusters(qapp, lab):
    links = part_of(lab, KuramotoLinks)
    show(qapp, lab, "links")
    wait_for(qapp, lambda: links.panel.data is not None, "a matrix")
    pause(qapp, lab)
    links._again()
    window = links.tracker.data()
    wait_for(
        qapp,
        lambda: np.allclose(links.panel.data.values, window.plv(), rtol=0, atol=1e-12),
        "the matrix of the paused run",
    )
    np.testing.assert_array_equal(np.diff(window.ticks), 4)
    chosen = []
    links.clusters_chosen.connect(chosen.append)
    matrix = links.panel.matrix
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.centre_of(0, 3))
    assert chosen == [frozenset((0, 3))]
    wait_for(qapp, links.panel.pair_title.isVisible, "the pair in numbers")
    assert links.panel.pair_title.text() == "centre – 3"
    relation = window.relation(0, 3)
    assert links.panel._cells[0][1].text() == measured(relation.plv.value, "", 4)
    assert "16 bins" in links.panel._cells[3][2].text()


def test_a_wish_for_links_that_comes_while_they_rest_is_granted_later(qapp, lab, monkeypatch):
    """After a window that took long, the pair that was clicked and the last ticks before a pause show too."""
    links = part_of(lab, KuramotoLinks)
    show(qapp, lab, "links")
    wait_for(qapp, lambda: links.panel.data is not None, "a matrix")
    pause(qapp, lab)
    wait_for(qapp, lambda: not links._job._busy and links._job._result is None, "all is shown")
    shown: list[object] = []
    monkeypatch.setattr(links.panel, "set_data", lambda *what: shown.append(what))
    links._rested = time.monotonic() + 0.5
    links._job.again()
    wait_for(qapp, lambda: bool(shown), "the matrix, after the rest")
    monkeypatch.undo()


def test_the_window_of_the_links_follows_its_box(qapp, lab):
    links = part_of(lab, KuramotoLinks)
    show(qapp, lab, "links")
    links.panel.window_box.set_value(32)
    assert links.tracker.samples == 32
    wait_for(qapp, lambda: links.panel.data is not None and links.panel.data.samples == 32, "a full window")
    assert "32 samples" in links.panel.note.text()


def test_the_laws_show_the_engines_numbers_and_the_gate_of_its_frequencies(qapp, lab):
    laws = part_of(lab, KuramotoLaws)
    show(qapp, lab, "laws")
    box = laws.panel.boxes["mirror"]
    wait_for(qapp, lambda: bool(box.numbers) and box.numbers[0][1].text() != "–", "a residual")
    assert box.says.text() == "Action equals reaction."
    wait_for(qapp, lambda: len(laws.panel.gate.values) == 7, "the gate's matrix")
    engine = lab.simulation.loop.world.engine("kuramoto")
    means = engine.field("omega").reshape(7, 60).mean(axis=1)
    wait_for(
        qapp,
        lambda: np.allclose(laws.panel.gate.values, gate_matrix(means), rtol=0, atol=1e-12),
        "the gate of the engine's frequencies",
    )
    lab.editing.set_parameter("phase_lag", 0.5)
    wait_for(qapp, lambda: "phase lag" in box.says.text(), "the lag breaks the symmetry")


def test_the_step_of_the_return_spiral_is_one_that_undo_takes_back(qapp, lab):
    laws = part_of(lab, KuramotoLaws)
    show(qapp, lab, "laws")
    lab.editing.set_parameter("K", 0.05)
    wait_for(qapp, lambda: laws.panel.apply.isEnabled(), "a suggestion")
    wait_for(qapp, lambda: laws.panel.boxes["spiral"].says.text().endswith("more K."), "more K")
    steps = lab.history.stack.count()
    laws.panel.apply.click()
    assert abs(lab.document.content.config.K - 0.1) < 1e-12
    assert lab.history.stack.count() == steps + 1 and lab.history.stack.undoText().startswith(
        "Return Spiral: K +0.05"
    )
    lab.undo()
    assert lab.document.content.config.K == 0.05


def test_attractors_are_worked_out_beside_the_run_and_may_drive_it(qapp, lab):
    part = part_of(lab, KuramotoAttractors)
    show(qapp, lab, "attractors")
    wait_for(qapp, lambda: part.panel.data is not None, "a bifurcation", 120)
    assert part.panel.shown == ("logistic", "bifurcation") and part.panel.plane.marks[0].at == 4.0
    cloud = part.panel.plane.plot.cloud
    one = cloud.y[cloud.x == cloud.x.min()]
    assert np.allclose(one, 1 - 1 / cloud.x.min(), atol=1e-3), "a fixed point at 1 − 1/r"
    part.panel.drive.click()
    assert lab.document.content.config.drive.kind == "logistic"
    assert part.panel.drive.text() == "Drives the run"
    lab.undo()
    assert lab.document.content.config.drive.kind == "none"


@pytest.mark.slow
def test_another_plot_replaces_one_that_is_being_worked_out(qapp, lab):
    part = part_of(lab, KuramotoAttractors)
    show(qapp, lab, "attractors")
    for kind in ("roessler", "henon", "circle"):
        part.panel.choose(kind)
    wait_for(qapp, lambda: part._job is None and part.panel.data is not None, "the last one", 120)
    assert part.panel.shown == ("circle", "bifurcation")
    assert part._job is None and not part.panel.progress.isVisible()
    assert part.panel.data.x_label == "Ω"


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280])
def test_every_panel_can_be_saved_as_a_table(qapp, lab, tmp_path, width):
    plots, links = part_of(lab, KuramotoPlots), part_of(lab, KuramotoLinks)
    show(qapp, lab, "pooled", "traces")
    wait_for(qapp, lambda: plots.pooled.circle.pooled is not None, "a pooled circle")
    show(qapp, lab, "scatter")
    wait_for(qapp, lambda: plots.scatter.data is not None, "a scatter")
    show(qapp, lab, "links")
    wait_for(qapp, lambda: links.panel.data is not None, "a matrix")
    pause(qapp, lab)
    for name, make, rows in (
        ("pooled", plots.pooled_sheet, 180),
        ("scatter", plots.scatter_sheet, 420),
        ("links", links.sheet, 21),
        ("traces", plots.traces_sheet, len(plots._series()[0])),
    ):
        path = write_sheet(tmp_path / f"{name}.csv", make())
        text = path.read_text(encoding="utf-8").splitlines()
        table = list(csv.reader(line for line in text if not line.startswith("#")))
        assert len(table) == rows + 1 and text[0].startswith("# Tauscope, engine kuramoto")
        assert all(len(row) == len(table[0]) for row in table)
    found = np.array([[float(x) for x in row] for row in table[1:]])
    np.testing.assert_array_equal(found[:, 1], plots._series()[0])


@pytest.mark.slow
def test_a_sweep_finds_the_onset_and_a_click_on_a_point_sets_its_coupling(qapp, make_lab, tmp_path):
    config = {"geometry": "single", "oscillators_per_cluster": 800, "K": 0.5}
    frequencies = {"kind": "lorentzian", "scale": 0.25}
    lab = running(make_lab(write_preset(tmp_path, **config, frequencies=frequencies)))
    part = part_of(lab, KuramotoSweep)
    show(qapp, lab, "sweep")
    panel = part.panel
    assert panel.wish.high == pytest.approx(1.5), "three times K_c = 2γ"
    panel.points.set_value(7)
    panel.seeds.set_value(2)
    panel.run.click()
    assert panel.progress.isVisible()
    wait_for(qapp, lambda: panel.curves is not None, "the sweep ends", 240)
    assert panel.curves.critical == pytest.approx(0.5)
    up = panel.curves.branches["up"]
    expected = np.sqrt(np.maximum(1 - 0.5 / np.maximum(up.K, 1e-9), 0))
    above = up.K > 0.7
    assert np.all(np.abs(up.R - expected)[above] < 4 / np.sqrt(800) + 4 * up.error[above])
    plot = panel.plane.plot
    where = still(qapp, lambda: plot.to_pixel(up.K[5], up.R[5]).toPoint(), "the plot")
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert abs(lab.document.content.config.K - up.K[5]) < 1e-3
    lab.undo()
    assert lab.document.content.config.K == 0.5
    assert part.sheet() is not None and len(part.sheet().columns["R"]) == 14 + 121
    lab.editing.set_parameter("noise", 0.1)
    assert "changed since" in panel.status.text()
    panel.run.click()
    panel.run.click()
    wait_for(qapp, lambda: not part.job.running, "the second sweep is stopped")
    assert "changed since" in panel.status.text(), "the curve is still that of the set-up before"


def test_a_sweep_is_stopped_with_its_button_and_by_closing(qapp, lab):
    part = part_of(lab, KuramotoSweep)
    show(qapp, lab, "sweep")
    part.panel.settle.set_value(1e5)
    part.panel.run.click()
    assert part.job.running
    wait_for(qapp, lambda: part.panel.progress.value() > 0 or "seed" in part.panel.status.text(), "it runs")
    part.panel.run.click()
    wait_for(qapp, lambda: not part.job.running, "it stopped")
    assert part.panel.run.text() == "Run sweep" and part.panel.curves is None
    assert not part.panel.complaint.isVisible()
    part.panel.run.click()
    assert part.job.running  # and the window closes over it


def test_the_choice_is_assessed_on_copies_and_noted_in_the_run(qapp, lab):
    laws = part_of(lab, KuramotoLaws)
    show(qapp, lab, "laws")
    wait_for(qapp, lambda: lab.scalars["kuramoto"]["ready"] == 1.0, "the run is ready")
    laws.panel.assess.click()
    wait_for(qapp, lambda: laws.choice is not None, "a score", 120)
    wait_for(
        qapp,
        lambda: lab.scalars["kuramoto"]["choice_score"] == pytest.approx(laws.choice.score),
        "the score is noted",
    )
    assert 0 < laws.choice.score <= 1
    names = [row[0].text() for row in laws.panel.boxes["choice"].numbers if not row[0].isHidden()]
    assert {"rev_A", "rev_B", "choice score"} <= set(names)
    lab.editing.set_parameter("consent_to_log", False)
    wait_for(qapp, lambda: not laws.panel.assess.isEnabled(), "nothing is assessed without consent")
    assert "consent" in laws.panel.assess.toolTip()


@pytest.mark.slow
def test_a_lattice_has_none_of_these_docks(qapp, make_lab):
    lab = make_lab("two_bodies")
    assert not any(lab.window.docks[key].isVisible() for key in PANELS)
    assert not subscribed(lab) and part_of(lab, KuramotoLinks).tracker is None


def test_a_large_run_is_pooled_off_the_window_thread(qapp, make_lab, tmp_path):
    lab = make_lab(write_preset(tmp_path, geometry="single", oscillators_per_cluster=80_000))
    plots = part_of(lab, KuramotoPlots)
    show(qapp, lab, "pooled", "scatter")
    wait_for(qapp, lambda: plots.scatter.data is not None and plots.pooled.circle.pooled is not None, "both")
    assert plots.scatter.data.stride == 2 and len(plots.scatter.data.x) == 40_000
    assert "one in 2 of 80,000" in plots.scatter.note.text()
    reference = create("kuramoto", lab.document.content.config, seed=lab.document.content.seed)
    assert plots.pooled.circle.pooled.number == reference.config.oscillators
    assert plots.pooled.circle.tip() != QPoint(0, 0)
