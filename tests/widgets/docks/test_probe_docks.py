"""Docks of probes and profile in little room: nothing is cut, plots keep theirs, buttons stand still."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.probe_touch import drawn
from tauscope.widgets.docks.probe_state import ProbeMark
from tauscope.widgets.docks.probes import ProbesPanel
from tauscope.widgets.docks.profile import ProfilePanel
from tauscope.widgets.plots.chart import Curve, Pane, scrolled

T = np.arange(50.0)
PANES = (Pane("f", (Curve("p1", "Point 1", "#5aa9f0", T, np.sin(T)),)),)
MARKS = (
    ProbeMark("p1", "point", "Point 1", "#5aa9f0", "f_live", "f(x)", "mean", x=3.0, y=4.0),
    ProbeMark("p2", "line", "Line 1", "#f2b84b", "f_live", "f(x)", "mean", x=3.0, y=40.0, x2=30.0, y2=4.0),
)
LONG = "f(x): a = 0.62 ± 0.01, b = 0.24 ± 0.02, c = 7.93 ± 0.12 (from the stated error), χ² = 2.7e5. " * 3


@pytest.mark.parametrize(("width", "height"), [(400, 270), (460, 296), (620, 300)])
def test_the_probes_fit_into_their_dock_and_the_curves_have_room(shown, qapp: QApplication, width, height):
    panel = ProbesPanel()
    area = shown(scrolled(panel), width, height)
    panel.set_marks(MARKS, "p2")
    for view in ("series", "spectrum", "phase", "series"):
        panel.set_view(view)
        panel.set_data(PANES, ("tick", "tick"), {}, {}, "ticks 0 to 49")
        qapp.processEvents()
        assert panel.width() <= area.viewport().width()
        plot = panel.chart.plots[0].getPlotItem().getViewBox().rect()
        assert plot.width() > 0.3 * width
        assert plot.height() >= 40


@pytest.mark.parametrize("clusters", [{}, {"R": "R"}], ids=["lattice", "both"])
@pytest.mark.parametrize("width", [525, 545, 575])
def test_list_and_curves_side_by_side_do_not_overlap(shown, qapp: QApplication, width, clusters):
    panel = ProbesPanel()
    panel.set_quantities({"f": "f"}, {}, clusters)
    shown(panel, width, 260)
    panel.set_data(PANES, ("tick", "tick"), {}, {}, "ticks 0 to 49")
    qapp.processEvents()
    left = [*(tool for tool in panel.tools.values() if tool.isVisible()), panel.stride, panel.export]
    row = [one.geometry() for one in (*left, *panel.switches.values(), panel.own)]
    if row[0].top() != row[-1].top():
        assert clusters and width < 560, "with one more tool the list stands above the curves"
        return
    assert all(a.right() < b.left() for a, b in pairwise(row))
    assert row[-1].right() < width
    assert all(one.width() >= one.sizeHint().width() for one in (*panel.switches.values(), panel.own))


def test_the_theory_of_a_series_is_one_press_away_where_there_is_no_room_for_it(shown, qapp: QApplication):
    panel = shown(ProbesPanel(), 400, 270)
    assert not panel.theory.isVisible()
    panel.own.click()
    assert panel.theory.isVisible()
    panel.set_view("spectrum")
    assert not panel.theory.isVisible() and not panel.own.isVisible()
    panel.set_view("series")
    panel.own.click()
    assert not panel.theory.isVisible()
    panel.theory.set_text("a + b*t")
    panel.resize(400, 271)
    qapp.processEvents()
    assert panel.theory.isVisible(), "a theory in force is never hidden"


@pytest.mark.parametrize("kind", [ProbesPanel, ProfilePanel])
def test_fit_stands_still_whatever_comes_out(shown, qapp: QApplication, kind):
    panel = shown(kind(), 420, 420)
    bar, places = panel.theory, []
    for text in ("", "Residual rms 0.1.", LONG, "", LONG):
        bar.set_result(text)
        for _ in range(3):
            qapp.processEvents()
        places.append(bar.fit.mapTo(panel, QPoint(0, 0)).toTuple())
        assert not text or (bar.result.isVisible() and bar.result.toolTip() == text)
    assert len(set(places)) == 1, places


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ((3.0, 40.0, 30.0, 4.0), (30.0, 4.0)),
        ((30.0, 4.0, 3.0, 40.0), (30.0, 4.0)),
        ((3.0, 4.0, 30.0, 40.0), (30.0, 40.0)),
    ],
)
def test_the_name_of_a_line_stands_at_its_right_end(place, at):
    camera = Camera.fit(64, 64, 640.0, 640.0)
    x, y, x2, y2 = place
    line = ProbeMark("p2", "line", "Line 1", "#f2b84b", "f", "f", "mean", x=x, y=y, x2=x2, y2=y2)
    (plate,) = drawn([line], "p2", camera)[1]
    px, py = camera.to_pixel(*at)
    assert np.hypot(plate.x - px, plate.y - py) < 16


@pytest.mark.parametrize("make", [ProbesPanel, ProfilePanel])
def test_the_readout_stays_in_sight_below_many_panes(shown, qapp: QApplication, make):
    panel = shown(make(), 460, 290)
    panes = tuple(Pane(str(k), (Curve(str(k), f"P{k}", "#5aa9f0", T, np.sin(T)),)) for k in range(4))
    if isinstance(panel, ProbesPanel):
        panel.set_data(panes, ("tick", "tick"), {}, {}, "ticks 0 to 49")
    else:
        panel.set_data(panes, "tick 3")
    qapp.processEvents()
    readout = panel.chart.readout
    assert readout.isVisible()
    assert readout.visibleRegion().boundingRect().size() == readout.size()


def test_a_long_result_of_a_theory_is_shown_in_full_and_the_buttons_stand_still(shown, qapp: QApplication):
    panel = shown(ProfilePanel(), 440, 296)
    panel.set_data(PANES, "tick 3")
    bar = panel.theory
    qapp.processEvents()
    place = bar.fit.mapTo(panel, QPoint(0, 0))
    for text, trouble in ((LONG, False), ("“q*log(r” is no formula. " * 9, True), ("short", False)):
        bar.set_result(text, trouble)
        qapp.processEvents()
        assert bar.result.height() >= bar.result.heightForWidth(bar.result.width())
        assert bar.fit.mapTo(panel, QPoint(0, 0)) == place


def test_names_of_probes_at_one_place_do_not_print_over_each_other():
    camera = Camera.fit(64, 64, 480, 480)
    for x, y in ((30.0, 30.0), (63.0, 0.0), (0.0, 63.0)):
        marks = [ProbeMark(f"p{k}", "point", f"Point {k}", "#5aa9f0", "tau", x=x, y=y) for k in range(6)]
        marks.append(ProbeMark("l", "line", "Line 1", "#f2b84b", "tau", x=x, y=y, x2=x, y2=y))
        _shapes, plates = drawn(marks, "p2", camera)
        assert len(plates) == len(marks)
        boxes = [QRectF(plate.x, plate.y, *plate.size()) for plate in plates]
        assert not any(a.intersects(b) for a, b in combinations(boxes, 2))
        assert all(QRectF(0, 0, camera.width, camera.height).contains(box) for box in boxes)
