"""Tools of the Kuramoto lab in one window: files, probes of clusters, camera, fit, highlights and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from tauscope.app.parts.kuramoto_lab import KuramotoLab
from tauscope.app.parts.kuramoto_laws import KuramotoLaws
from tauscope.app.parts.kuramoto_plots import KuramotoPlots
from tauscope.app.parts.probing import Probing
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.app.sheets import write_sheet
from tauscope.engine.kuramoto.laws import gate_matrix
from tests.support.circles import wheel
from tests.support.gui import LEFT, in_front, paused, pump, wait_for

CONTROL = Qt.KeyboardModifier.ControlModifier
PRESET: dict[str, Any] = {
    "schema_version": 1,
    "engine": "kuramoto",
    "title": "Seven clusters",
    "summary": "A hub and six.",
    "config": {
        "geometry": "circle6_center",
        "oscillators_per_cluster": 30,
        "K": 1.2,
        "frequencies": {"kind": "gaussian", "scale": 0.3},
    },
}


@pytest.fixture
def lab(make_lab: Callable[..., Any], tmp_path: Path) -> Any:
    """A window that runs seven clusters, slowly."""
    path = tmp_path / "seven.json"
    path.write_text(json.dumps(PRESET), encoding="utf-8")
    lab = make_lab(str(path))
    lab.set_speed(60.0)
    return lab


def view_of(lab):
    return part_of(lab, KuramotoLab).view


def front(qapp, lab, key):
    lab.window.docks[key].show()
    lab.window.docks[key].raise_()
    in_front(qapp, lab.window.docks[key].widget())
    pump(qapp, 0.1)


def config_of(lab):
    return lab.document.content.config


def a_graph_file_is_read_into_the_document_and_undo_takes_it_back(qapp, lab, tmp_path):
    path = tmp_path / "path.edges"
    path.write_text("# a path\n0 1\n1 2\n2 3 0.5\n", encoding="utf-8")
    row = lab.window.parameters.form.rows["geometry.file"]
    lab.window.parameters.scroller.ensureWidgetVisible(row)
    QTest.mouseClick(row.choose, LEFT)
    dialog = next(d for d in lab.window.findChildren(QFileDialog) if d.isVisible())
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    wait_for(qapp, lambda: config_of(lab).geometry.kind == "edges", "the graph is in the document")
    assert config_of(lab).clusters == 4 and config_of(lab).geometry.edges.array[2].tolist() == [2, 3, 0.5]
    assert lab.history.stack.undoText() == "Read path.edges" and row.editor.text() == "path.edges"
    wait_for(qapp, lambda: view_of(lab).circles.clusters == 4, "the circles show it")
    wait_for(qapp, lambda: lab.simulation.loop.world.engine("kuramoto").config == config_of(lab), "it runs")
    lab.window.parameters.form.rows["geometry.kind"].editor.chosen.emit("ring")
    assert config_of(lab).geometry.kind == "ring" and config_of(lab).geometry.file == ""
    lab.undo()
    lab.undo()
    assert config_of(lab).geometry.kind == "circle6_center" and row.editor.text() == "none"


def a_file_that_cannot_be_taken_says_why_and_changes_nothing(qapp, lab, tmp_path):
    rows, content = lab.window.parameters.form.rows, lab.document.content
    wrong = tmp_path / "words.txt"
    wrong.write_text("one two three four\n", encoding="utf-8")
    for path, file, words in (
        ("geometry.file", wrong, "words.txt was not taken"),
        ("geometry.file", tmp_path / "none.gml", "no such file"),
        ("frequencies.file", wrong, "words.txt was not taken"),
    ):
        lab.window.parameters.set_error("", "")
        lab.window.parameters.file_wished.emit(path, str(file))
        wait_for(qapp, lambda p=path: bool(rows[p].error()), "the row says why")
        assert words in rows[path].error()
        assert any(words in text for text in lab.window.notifications.texts())
    numbers = tmp_path / "omega.csv"
    numbers.write_text("1, 2, 3\n", encoding="utf-8")
    lab.window.parameters.file_wished.emit("frequencies.file", str(numbers))
    wait_for(qapp, lambda: "3 frequencies" in rows["frequencies.file"].error(), "too few are refused")
    assert lab.document.content is content
    numbers.write_text("1 2 3 4 5 6 7\n", encoding="utf-8")
    lab.window.parameters.file_wished.emit("frequencies.file", str(numbers))
    wait_for(qapp, lambda: config_of(lab).frequencies.kind == "values", "seven are taken")
    assert rows["frequencies.file"].editor.text() == "omega.csv"
    lab.undo()


def a_probe_follows_the_order_of_each_selected_cluster(qapp, lab, tmp_path):
    probing = part_of(lab, Probing)
    front(qapp, lab, "probes")
    tools = probing.panel.tools
    assert tools["cluster"].isVisible() and tools["global"].isVisible()
    assert not any(tools[kind].isVisible() for kind in ("point", "line", "region")), "there is no field"
    view_of(lab).choose(frozenset())
    QTest.mouseClick(tools["cluster"], LEFT)
    assert lab.document.content.probes == () and any(
        "Select the clusters" in text for text in lab.window.notifications.texts()
    )
    view_of(lab).choose(frozenset({0, 3}))
    QTest.mouseClick(tools["cluster"], LEFT)
    assert [(p.kind, p.x, p.name) for p in lab.document.content.probes] == [
        ("cluster", 0.0, "R centre"), ("cluster", 3.0, "R 3"),
    ]  # fmt: skip
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 3, "samples")
    paused(qapp, lab)
    data, engine = probing.sampler.data(), lab.simulation.loop.world.engine("kuramoto")
    assert [data.values[p][-1] for p in ("p1", "p2")] == engine.field("R")[[0, 3]].tolist()
    assert np.all(np.diff(data.ticks) == 1), "every tick is sampled"
    place = probing.panel.list.inspector.places["x"]
    assert place.isVisible() and not probing.panel.list.inspector.places["y"].isVisible()
    probing.edit("p2", {"x": 99.0})
    wait_for(qapp, lambda: "does not exist" in probing.sampler.data().problems.get("p2", ""), "it is told")
    lab.undo()
    lab.undo()
    assert lab.document.content.probes == ()


def the_scatter_follows_the_selection(qapp, lab, tmp_path):
    scatter = part_of(lab, KuramotoPlots).scatter
    front(qapp, lab, "scatter")
    view_of(lab).choose(frozenset({2, 5}))
    wait_for(qapp, lambda: scatter.data is not None and scatter.data.chosen_number == 60, "two clusters")
    assert set(scatter.data.cluster[scatter.data.chosen].tolist()) == {2, 5}
    assert scatter.note.text().startswith("chosen 60, mean ")
    paused(qapp, lab)
    view_of(lab).choose(frozenset({1}))
    wait_for(qapp, lambda: scatter.data.chosen_number == 30, "a paused run follows, too")
    view_of(lab).choose(frozenset())
    wait_for(qapp, lambda: scatter.data.chosen_number == 0, "and lets go")


def the_factors_of_the_gate_are_saved_as_a_table(qapp, lab, tmp_path):
    laws = part_of(lab, KuramotoLaws)
    front(qapp, lab, "laws")
    wait_for(qapp, lambda: laws.gate_sheet() is not None, "the gate's matrix")
    assert laws.panel.gate_export.isEnabled()
    path = write_sheet(tmp_path / "gate.csv", laws.gate_sheet())
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split(",") for line in lines]
    assert rows[0] == [
        "cluster i", "cluster j", "name i", "name j", "Omega i [rad/time]", "Omega j [rad/time]", "g",
    ]  # fmt: skip
    assert len(rows) == 1 + 21 and rows[1][2] == "centre"
    means = lab.simulation.loop.world.engine("kuramoto").field("omega").reshape(7, 30).mean(axis=1)
    found = np.array([float(row[6]) for row in rows[1:]])
    np.testing.assert_allclose(found, gate_matrix(means)[np.triu_indices(7, 1)], atol=1e-12)


def fit_shows_all_clusters_and_control_a_selects_them(qapp, lab, tmp_path):
    view = view_of(lab)
    native = view.canvas_native
    native.setFocus()
    wheel(view, QPoint(100, 100), 6)
    assert not view.stage.is_fitted
    QTest.keyClick(native, Qt.Key.Key_F)
    wait_for(qapp, lambda: view.stage.is_fitted, "F fits the circles")
    wheel(view, QPoint(100, 100), 6)
    lab.actions["fit"].trigger()
    assert view.stage.is_fitted, "and so does the menu"
    QTest.keyClick(native, Qt.Key.Key_A, CONTROL)
    wait_for(qapp, lambda: view.selection() == view.everything, "all clusters are selected")
    assert not lab.actions["autoscale"].isEnabled(), "circles have no limits that could be scaled"
    view.choose(frozenset())


def a_session_keeps_where_the_circles_were_looked_at(qapp, lab, tmp_path):
    view, sessions = view_of(lab), part_of(lab, Sessions)
    wheel(view, QPoint(60, 90), 5)
    view.pan(12, -30)
    kept = view.camera
    path = tmp_path / "zoomed.tauscope"
    sessions.save(path)
    wait_for(qapp, path.exists, "the session is written")
    view.fit()
    sessions.open(path)
    wait_for(qapp, lambda: not view.stage.is_fitted, "the camera is back")
    again = view.camera
    assert (again.cx, again.cy) == (kept.cx, kept.cy)
    assert again.width / again.scale == pytest.approx(kept.width / kept.scale)
    view.fit()
    sessions.save(tmp_path / "whole.tauscope")
    wait_for(qapp, (tmp_path / "whole.tauscope").exists, "the session is written")
    wheel(view, QPoint(60, 90), 5)
    sessions.open(tmp_path / "whole.tauscope")
    wait_for(qapp, lambda: view.stage.is_fitted, "all of it was shown, and is")


GROUPS = [
    (a_graph_file_is_read_into_the_document_and_undo_takes_it_back,
     a_file_that_cannot_be_taken_says_why_and_changes_nothing,
     a_probe_follows_the_order_of_each_selected_cluster),
    (the_scatter_follows_the_selection, the_factors_of_the_gate_are_saved_as_a_table,
     fit_shows_all_clusters_and_control_a_selects_them, a_session_keeps_where_the_circles_were_looked_at),
]  # fmt: skip
"""Checks that share a window: a lab takes seconds to open."""


@pytest.mark.slow
@pytest.mark.parametrize("checks", GROUPS, ids=lambda checks: checks[0].__name__)
def test_tools(qapp, lab, tmp_path, checks):
    for check in checks:
        lab.set_playing(True)
        check(qapp, lab, tmp_path)
