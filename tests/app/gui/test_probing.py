"""Behaviour 10: probes placed and moved with the mouse, sampled at every tick, shown, undone, saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.probing import Probing
from tauscope.app.probe_files import read_samples
from tauscope.engine.errors import BadInput
from tests.support.gui import (
    LEFT,
    PLAIN,
    distinct_colours,
    drag,
    in_front,
    paused,
    point_of,
    pump,
    screen_of,
    wait_for,
)


def probing_of(lab: Lab) -> Probing:
    return next(part for part in lab.parts if isinstance(part, Probing))


def show(qapp: QApplication, lab: Lab, key: str) -> None:
    lab.window.docks[key].show()
    lab.window.docks[key].raise_()
    in_front(qapp, lab.window.docks[key].widget())
    pump(qapp, 0.1)


def click(lab: Lab, x: float, y: float) -> None:
    view = lab.window.views["hero"]
    QTest.mouseClick(view.canvas_native, LEFT, PLAIN, point_of(view, x, y))


@pytest.fixture
def probing(qapp: QApplication, lab: Lab) -> Probing:
    """Probes dock of a running lab, in front."""
    show(qapp, lab, "probes")
    return probing_of(lab)


def press(probing: Probing, kind: str) -> None:
    QTest.mouseClick(probing.panel.tools[kind], LEFT)


def a_click_places_a_point_where_it_was_made_and_undo_takes_it_back(qapp, lab, probing):
    press(probing, "point")
    assert probing.panel.tools["point"].isChecked()
    click(lab, 40, 25)
    (probe,) = lab.document.content.probes
    assert (probe.kind, probe.x, probe.y, probe.quantity) == ("point", 40, 25, "f_live")
    assert not probing.panel.tools["point"].isChecked() and probe.name == "Point 1"
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 50, "samples")
    lab.undo()
    assert lab.document.content.probes == ()
    wait_for(qapp, lambda: probing.sampler.probes == (), "the sampler forgets it")
    lab.redo()
    assert lab.document.content.probes == (probe,)


def drags_place_lines_and_regions_and_escape_gives_up(qapp, lab, probing):
    view = lab.window.views["hero"]
    press(probing, "line")
    drag(qapp, view.canvas_native, point_of(view, 20, 30), point_of(view, 60, 45), steps=4)
    press(probing, "region")
    drag(qapp, view.canvas_native, point_of(view, 50, 70), point_of(view, 35, 62), steps=4)
    line, region = lab.document.content.probes
    assert (line.x, line.y, line.x2, line.y2) == (20, 30, 60, 45)
    assert (region.x, region.y, region.x2, region.y2) == (50, 70, 35, 62)
    press(probing, "line")
    QTest.mousePress(view.canvas_native, LEFT, PLAIN, point_of(view, 5, 5))
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.canvas_native, LEFT, PLAIN, point_of(view, 50, 50))
    assert len(lab.document.content.probes) == 2 and not probing.panel.tools["line"].isChecked()


def dragging_a_mark_moves_it_in_one_step_and_an_end_moves_alone(qapp, lab, probing):
    view = lab.window.views["hero"]
    probing.add("line", "phi", 10, 12, 50, 12)
    before = lab.history.stack.count()
    drag(qapp, view.canvas_native, point_of(view, 30, 12), point_of(view, 36, 20), steps=4)
    (line,) = lab.document.content.probes
    assert (line.x, line.y, line.x2, line.y2) == (16, 20, 56, 20)
    assert lab.history.stack.count() == before + 1
    drag(qapp, view.canvas_native, point_of(view, 56, 20), point_of(view, 60, 50), steps=4)
    (line,) = lab.document.content.probes
    assert (line.x, line.y, line.x2, line.y2) == (16, 20, 60, 50)
    lab.undo()
    lab.undo()
    assert lab.document.content.probes[0].x == 10


def a_probe_on_a_source_leaves_the_source_to_the_mouse(qapp, lab, probing):
    view = lab.window.views["hero"]
    source = lab.document.content.config.dump()["sources"][0]
    probing.add("point", "f_live", round(source["x"]), round(source["y"]))
    probing.add("global", "f_live_mean")
    start = point_of(view, source["x"], source["y"])
    drag(qapp, view.canvas_native, start, start + QPoint(40, 0), steps=4)
    assert lab.document.content.config.dump()["sources"][0]["x"] != source["x"]
    assert lab.document.content.probes[0].x == round(source["x"])


def marks_are_seen_on_the_canvas(qapp, lab, probing):
    view = lab.window.views["hero"]
    paused(qapp, lab)

    def green() -> int:
        picture = screen_of(view.canvas_native).astype(int)
        found = (picture[:, :, 1] > 180) & (picture[:, :, 0] < 120) & (picture[:, :, 2] < 120)
        return int(found.sum())

    probing.add("region", "f_live", 60, 80, 90, 100)
    probing.edit(lab.document.content.probes[0].id, {"color": "#00ff00", "name": ""})
    wait_for(qapp, lambda: green() > 100, "the mark is drawn")
    probing.edit(lab.document.content.probes[0].id, {"shown": False})
    wait_for(qapp, lambda: green() == 0, "the mark is gone")


def series_spectrum_and_phase_are_drawn(qapp, lab, probing):
    probing.add("point", "f_live", 40, 25)
    probing.add("global", "traffic_total")
    panel = probing.panel
    wait_for(qapp, lambda: len(panel.chart.panes) == 2, "two panes of series")
    assert "Point 1" in panel.chart.value_text() and "Scalar 1" in panel.chart.value_text()
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 300, "samples")
    QTest.mouseClick(panel.switches["spectrum"], LEFT)
    wait_for(qapp, lambda: "peak at" in panel.peaks.text(), "a peak")
    assert all(pane.log for pane in panel.chart.panes)
    QTest.mouseClick(panel.switches["phase"], LEFT)
    wait_for(qapp, lambda: [c.key for c in panel.chart.panes[0].curves] == ["phase", "now"], "a portrait")
    wait_for(qapp, lambda: distinct_colours(screen_of(panel.chart)) > 5, "it is drawn")
    QTest.mouseClick(panel.switches["series"], LEFT)
    for dark in (False, True):
        lab.shell.set_dark(dark)
        wait_for(
            qapp,
            lambda d=dark: bool(screen_of(panel.chart)[8, -8].mean() > 200) is not d,
            "the ground of the theme",
        )


def samples_are_cleared_by_a_reset_and_survive_a_parameter(qapp, lab, probing):
    probing.add("point", "f_live", 40, 25)
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 200, "samples")
    lab.editing.set_parameter("survival", 0.999)
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 400, "samples go on")
    ticks = probing.sampler.data().ticks
    assert np.all(np.diff(ticks) == 1)
    paused(qapp, lab)
    lab.reset()
    wait_for(qapp, lambda: probing.sampler.data().ticks.tolist() == [0], "cleared by the reset")


def the_profile_follows_the_line_and_a_theory_is_fitted(qapp, lab, probing):
    show(qapp, lab, "profile")
    lab.warm_start()
    probing.add("line", "phi", 100, 20, 20, 100)
    panel = probing.profile
    wait_for(qapp, lambda: len(panel.chart.panes) == 1, "the profile")
    assert panel.chart.panes[0].curves[0].name == "ϕ(x)"
    panel.toggle("f_live", True)
    wait_for(qapp, lambda: len(panel.chart.panes[0].curves) == 2, "a second field")
    panel.theory.set_text("a + b*r + c*r**2")
    wait_for(qapp, lambda: "not fitted" in panel.theory.result.text(), "the theory")
    assert panel.chart.panes[-1].label == "measured − theory"
    QTest.mouseClick(panel.theory.fit, LEFT)
    wait_for(qapp, lambda: "fitted at tick" in panel.theory.result.text(), "the fit")
    panel.theory.set_text("a + b*")
    wait_for(qapp, lambda: "no formula" in panel.theory.result.text(), "the refusal")


def no_profile_of_an_old_run_or_of_a_deleted_line_is_exported(qapp, lab, probing, tmp_path: Path):
    show(qapp, lab, "profile")
    paused(qapp, lab)
    lab.step(3)
    probing.add("line", "phi", 10, 20, 60, 20)
    wait_for(qapp, lambda: probing.shown.newest_profile is not None, "the profile")
    wait_for(qapp, lambda: probing.shown.newest_profile.tick > 0, "a profile of the run")
    generation = lab.simulation.loop.world.generation
    lab.reset()
    wait_for(qapp, lambda: lab.simulation.loop.world.generation > generation, "a new run")
    kept = lambda: probing.shown.newest_profile  # noqa: E731
    wait_for(qapp, lambda: kept() is not None and kept().tick == 0, "a profile of the new run")
    path = tmp_path / "cut.csv"
    probing.exports.profile(str(path))
    wait_for(qapp, path.exists, "the file")
    probing.delete(lab.document.content.probes[0].id)
    wait_for(qapp, lambda: kept() is None, "no profile without a line")
    with pytest.raises(BadInput, match="no profile"):
        probing.exports.profile(str(tmp_path / "none.csv"))


def export_writes_what_was_sampled_and_refuses_what_exists(qapp, lab, probing, tmp_path: Path):
    probing.add("point", "f_live", 40, 25)
    wait_for(qapp, lambda: len(probing.sampler.data().ticks) > 20, "samples")
    paused(qapp, lab)
    path = tmp_path / "samples.h5"
    probing.exports.samples(str(path))
    wait_for(qapp, lambda: path.exists() and lab.background.idle, "the file is written")
    data = probing.sampler.data()
    np.testing.assert_array_equal(read_samples(path).values["Point 1"], data.values["p1"])
    size = path.stat().st_size
    probing.exports.samples(str(path))
    log = lab.window.log
    wait_for(qapp, lambda: any("exists" in str(m) for m in messages(log)), "the refusal")
    assert path.stat().st_size == size


def messages(log) -> list[str]:
    model = log.model if hasattr(log, "model") else log._model
    return [
        str(model.data(model.index(row, column)))
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]


def names_numbers_and_deletion_in_the_list(qapp, lab, probing):
    probing.add("point", "f_live", 40, 25)
    inspector = probing.panel.list.inspector
    inspector.places["x"].edit.setFocus()
    inspector.places["x"].edit.selectAll()
    QTest.keyClicks(inspector.places["x"].edit, "44")
    QTest.keyClick(inspector.places["x"].edit, Qt.Key.Key_Return)
    assert lab.document.content.probes[0].x == 44
    inspector.name.setFocus()
    inspector.name.selectAll()
    QTest.keyClicks(inspector.name, "Core")
    QTest.keyClick(inspector.name, Qt.Key.Key_Return)
    assert lab.document.content.probes[0].name == "Core"
    QTest.mouseClick(probing.panel.list.rows["p1"].delete, LEFT)
    assert lab.document.content.probes == ()
    for _ in range(3):
        lab.undo()
    assert (lab.document.content.probes[0].name, lab.document.content.probes[0].x) == ("Point 1", 40)


def a_shown_recording_locks_probes(qapp, lab, probing):
    probing.add("point", "f_live", 40, 25)
    lab.lock_edits("x.h5 is shown, and a recording cannot be edited.")
    probing.delete("p1")
    press(probing, "point")
    assert len(lab.document.content.probes) == 1 and not probing.panel.tools["point"].isChecked()
    lab.lock_edits("")


GROUPS = [
    (a_click_places_a_point_where_it_was_made_and_undo_takes_it_back, names_numbers_and_deletion_in_the_list,
     a_shown_recording_locks_probes),
    (drags_place_lines_and_regions_and_escape_gives_up,
     dragging_a_mark_moves_it_in_one_step_and_an_end_moves_alone,
     a_probe_on_a_source_leaves_the_source_to_the_mouse),
    (marks_are_seen_on_the_canvas, series_spectrum_and_phase_are_drawn),
    (samples_are_cleared_by_a_reset_and_survive_a_parameter,
     the_profile_follows_the_line_and_a_theory_is_fitted),
]  # fmt: skip
"""Checks that share a window: a lab takes seconds to open."""


@pytest.mark.parametrize("checks", GROUPS, ids=lambda checks: checks[0].__name__)
def test_probes(qapp, lab, probing, checks):
    for check in checks:
        lab.document.replace(replace(lab.document.content, probes=()))
        lab.history.clear()
        lab.set_playing(True)
        show(qapp, lab, "probes")
        check(qapp, lab, probing)


def test_export(qapp, lab, probing, tmp_path: Path):
    export_writes_what_was_sampled_and_refuses_what_exists(qapp, lab, probing, tmp_path)
    lab.document.replace(replace(lab.document.content, probes=()))
    no_profile_of_an_old_run_or_of_a_deleted_line_is_exported(qapp, lab, probing, tmp_path)
