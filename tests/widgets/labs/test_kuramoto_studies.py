"""Panels that ask for work: sweep, attractors, laws; what they emit and how they say that it is under way."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tauscope.widgets.labs.kuramoto.attractors import Attractor, AttractorPlot, AttractorsPanel
from tauscope.widgets.labs.kuramoto.laws import CLASSIC, OURS, Law, LawsPanel, Line
from tauscope.widgets.labs.kuramoto.sweep import Branch, SweepCurves, SweepPanel, SweepWish
from tests.support.canvas import Heard

K = np.linspace(0.0, 3.0, 5)
UP = Branch(K, np.array([0.02, 0.03, 0.5, 0.7, 0.8]), np.full(5, 0.01))
CURVES = SweepCurves(
    {"up": UP, "down": Branch(K[::-1], UP.R[::-1], UP.error)}, (K, UP.R), "Kuramoto", 1.0, "Done."
)
OFFERED = {
    "logistic": Attractor("Logistic map", "x ← r x (1 − x)", ("bifurcation",)),
    "circle": Attractor("Circle map", "θ ← θ + Ω", ("rotation", "bifurcation")),
}


def test_a_sweep_is_asked_for_with_what_the_form_says(shown):
    panel = shown(SweepPanel(), 420, 400)
    heard, cancelled = Heard(panel.run_requested), Heard(panel.cancel_requested)
    panel.suggest(0.5, 2.5)
    panel.points.set_value(9)
    panel.run.click()
    assert heard.last == (SweepWish(0.5, 2.5, 9, 40.0, 40.0, 3),)
    panel.set_progress(0.25, "K = 1")
    assert panel.progress.isVisible() and panel.progress.value() == 250 and panel.run.text() == "Cancel"
    panel.run.click()
    assert len(cancelled.calls) == 1 and len(heard.calls) == 1
    panel.set_progress(None)
    assert not panel.progress.isVisible() and panel.run.text() == "Run sweep"


def test_in_a_low_dock_the_curve_has_the_room_of_the_form(shown, qapp):
    panel = shown(SweepPanel(), 400, 270)
    assert panel.form.isVisible()
    panel.set_curves(CURVES)
    qapp.processEvents()
    assert not panel.form.isVisible() and panel.more.isVisible()
    plot = panel.plane.plot
    assert plot.getPlotItem().getViewBox().height() >= 60
    assert plot.mapTo(panel, plot.rect().bottomLeft()).y() < panel.height()
    panel.more.click()
    assert panel.form.isVisible()
    panel.resize(400, 500)
    qapp.processEvents()
    assert panel.form.isVisible() and not panel.more.isVisible()


def test_a_stopped_sweep_leaves_what_was_said_of_the_curve(shown):
    panel = shown(SweepPanel(), 420, 400)
    panel.set_curves(CURVES)
    panel.set_remark("Of another set-up.")
    panel.set_progress(0.0, "Stopping…")
    assert panel.status.text() == "Stopping…"
    panel.set_progress(None)
    assert "Of another set-up." in panel.status.text() and "Done." in panel.status.text()


def test_an_empty_range_is_refused_with_a_sentence(shown):
    panel = shown(SweepPanel(), 420, 400)
    heard = Heard(panel.run_requested)
    panel.suggest(2.0, 1.0)
    panel.run.click()
    assert not heard.calls and "range of K is empty" in panel.complaint.text() and panel.complaint.isVisible()


def test_a_click_on_a_point_of_the_sweep_sets_its_coupling_unless_edits_are_locked(shown, qapp):
    panel = shown(SweepPanel(), 420, 400)
    panel.set_curves(CURVES)
    panel.set_coupling(1.8)
    for _ in range(5):
        qapp.processEvents()
    heard = Heard(panel.coupling_chosen)
    plot = panel.plane.plot
    where = plot.to_pixel(K[3], UP.R[3]).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert heard.last == (pytest.approx(K[3]),)
    assert [mark.at for mark in panel.plane.marks] == [1.8, 1.0]
    panel.set_locked("A recording is shown.")
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert len(heard.calls) == 1 and "A recording is shown." in panel.status.text()


def test_attractors_offer_only_the_plots_they_have(shown):
    panel = shown(AttractorsPanel(), 420, 320)
    panel.set_offered(OFFERED, "logistic")
    assert panel.shown == ("logistic", "bifurcation") and "r x" in panel.formula.text()
    heard, driven = Heard(panel.view_changed), Heard(panel.drive_requested)
    panel.choose("circle")
    assert panel.shown == ("circle", "bifurcation") and len(heard.calls) == 1, (
        "the plot is kept where it can be"
    )
    assert [panel.view.itemData(k) for k in range(panel.view.count())] == ["rotation", "bifurcation"]
    panel.set_drive("logistic")
    panel.drive.click()
    assert driven.last == ("circle",)
    panel.set_drive("circle")
    assert not panel.drive.isEnabled() and panel.drive.text() == "Drives the run"


def test_the_present_parameter_is_marked(shown, qapp):
    panel = shown(AttractorsPanel(), 420, 320)
    panel.set_offered(OFFERED, "logistic")
    x = np.linspace(2.5, 4.0, 300)
    panel.set_plot(
        AttractorPlot(x, x / 4, "r", "x", 4.0, "r = 4", (np.array([4.0]), np.array([0.5])), "note")
    )
    qapp.processEvents()
    assert panel.plane.marks[0].at == 4.0 and panel.note.text() == "note"
    assert [one.key for one in panel.plane.series] == ["now"]
    np.testing.assert_array_equal(panel.plane.plot.cloud.x, x)
    panel.set_plot(AttractorPlot(x, x / 4, "Ω", "rotation number", curve=True))
    assert [one.key for one in panel.plane.series] == ["curve"] and not len(panel.plane.plot.cloud.x)


def test_laws_show_their_numbers_and_whose_they_are(shown, qapp):
    panel = shown(LawsPanel(), 380, 600)
    mirror = Law(
        "mirror",
        "Mirror law",
        ("Σ|J + Jᵀ| / Σ|J|",),
        (Line("residual", 4.7e-15, "", "good", "≤ 1e-12"),),
        "Holds.",
    )
    panel.set_laws([mirror], classic=False)
    assert panel.remark.text() == OURS
    name, value, remark = panel.boxes["mirror"].numbers[0]
    assert (name.text(), value.text(), remark.text()) == ("residual", "4.700e−15", "≤ 1e-12")
    panel.set_laws([Law("mirror", "Mirror law", (), (Line("residual", float("nan")),))], classic=True)
    assert panel.remark.text() == CLASSIC and value.text() == "–"
    assert panel.table()["quantity"] == ["residual"]


def test_the_choice_is_assessed_and_cancelled_with_one_button(shown):
    panel = shown(LawsPanel(), 380, 600)
    asked, ended = Heard(panel.assess_requested), Heard(panel.cancel_requested)
    panel.assess.click()
    panel.set_progress(0.5)
    assert panel.assess.text() == "Cancel" and panel.progress.value() == 500
    panel.assess.click()
    assert len(asked.calls) == 1 and len(ended.calls) == 1
    panel.set_progress(None)
    panel.set_choice("Consent to log is off.")
    panel.assess.click()
    assert len(asked.calls) == 1 and panel.assess.toolTip() == "Consent to log is off."


def test_the_gate_is_a_matrix_or_a_hint(shown):
    panel = shown(LawsPanel(), 380, 600)
    assert not panel.gate.isVisible()
    panel.set_gate(np.eye(3), list("abc"))
    assert panel.gate_hint.isHidden() and not panel.gate.isHidden()
    chosen = Heard(panel.pair_chosen)
    panel.gate.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.gate, Qt.Key.Key_Right)
    assert chosen.last == (0, 1)
