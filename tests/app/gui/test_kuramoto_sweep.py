"""The sweep of a coupled set-up: all of it runs, and an edit of any engine outdates the curve."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from tauscope.app.parts import kuramoto_sweep_kept
from tauscope.app.parts.kuramoto_sweep import KuramotoSweep, _swept, curves_of
from tauscope.app.parts.sessions import Sessions, part_of
from tauscope.engine.kuramoto.analysis.sweep import OrderSweep
from tauscope.widgets.labs.kuramoto.sweep import Branch, SweepCurves
from tests.engine.kuramoto.analysis.context import Context
from tests.support.gui import in_front, wait_for


def test_a_sweep_runs_with_the_engines_beside_it(qapp, make_lab, monkeypatch):
    lab = make_lab("redshifted_clocks", running=False)
    part = part_of(lab, KuramotoSweep)
    panel, sent = part.panel, []
    monkeypatch.setattr(part.job, "start", sent.append)
    lab.window.docks["sweep"].show()
    lab.window.docks["sweep"].raise_()
    in_front(qapp, panel)
    content = lab.document.content
    assert panel.wish.high > 0.3, "beyond the K of 0.24 where they lock"
    panel.run.click()
    (task,) = sent
    assert task.options["setup"] == content.setup().dump() and "gravity" in task.options["setup"]["engines"]

    short = {"points": 2, "settle": 1.0, "measure": 1.0, "seeds": 1}
    part._done(OrderSweep().run(Context(options={**task.options, **short})))
    wait_for(qapp, lambda: panel.curves is not None, "the curves")
    assert panel.curves.theory is None, "no theory knows clocks with rates of their own"
    for height in (250, 500):
        panel.resize(400, height)
        assert "Gravity ran along" in panel.status.text() and "changed since" not in panel.status.text()

    part.set_coupling(0.2)
    assert "changed since" not in panel.status.text(), "a sweep has all K"
    lattice = lab.document.content.focused("gravity")
    changed = replace(lattice, config=lattice.config.with_value("capacity", 2.0))
    lab.history.push(changed.focused(content.engine), "Double C")
    assert "changed since" in panel.status.text()
    lab.undo()
    assert "changed since" not in panel.status.text()


def test_a_session_keeps_the_curve_and_undo_brings_the_one_before(qapp, make_lab, tmp_path):
    lab = make_lab("lorentzian_transition", running=False)
    part, sessions = part_of(lab, KuramotoSweep), part_of(lab, Sessions)
    lab.window.docks["sweep"].show()
    lab.window.docks["sweep"].raise_()
    in_front(qapp, part.panel)
    short = {"low": 0.5, "high": 3.0, "points": 3, "settle": 1.0, "measure": 1.0, "seeds": 1}
    setup = {"setup": lab.document.content.setup().dump()}
    part._shown = _swept(lab.document.content)
    part.panel.set_curves(curves_of(OrderSweep().run(Context(options={**setup, **short}))))
    path, found = tmp_path / "a.tauscope", part.panel.curves
    sessions.save(path)
    wait_for(qapp, lambda: sessions.path == path, "the session is written")

    other = replace(found, branches={**found.branches, "up": replace(found.branches["up"], R=np.zeros(3))})
    part.panel.set_curves(other)
    sessions.open(path)
    wait_for(qapp, lambda: part.panel.curves is not other, "the curve of the session")
    again = part.panel.curves
    for name, branch in found.branches.items():
        for column in ("K", "R", "error"):
            np.testing.assert_array_equal(getattr(again.branches[name], column), getattr(branch, column))
    np.testing.assert_array_equal(again.theory, found.theory)
    assert (again.critical, again.theory_name) == (found.critical, found.theory_name)
    assert (again.summary, again.notes, again.caveats) == (found.summary, found.notes, found.caveats)
    assert "changed since" not in part.panel.status.text()
    assert part.sheet() is not None

    lab.undo()
    wait_for(qapp, lambda: part.panel.curves is not again, "the curve before")
    assert not part.panel.curves.branches["up"].R.any()
    lab.redo()
    wait_for(qapp, lambda: part.panel.curves.branches["up"].R.any(), "the curve of the session again")


def test_a_curve_that_cannot_be_read_is_left_out_with_a_word(qapp, make_lab):
    lab = make_lab("two_oscillators", running=False)
    part, notes = part_of(lab, KuramotoSweep), lab.window.notifications
    for damage in (7, {}, {"branches": {"up": {"K": [1.0], "R": [], "error": []}}}):
        part.bring_results({"kuramoto_sweep": damage}, lab.document.content)
        assert any("was left out" in text for text in notes.texts())
        notes.clear()
        assert part.panel.curves is None and part._brought is None


def test_a_curve_of_an_earlier_set_up_is_said_to_be_one():
    errors = np.array([0.1, np.nan])
    branch = Branch(np.array([0.0, 1.0]), np.array([0.2, 0.9]), errors)
    kept = kuramoto_sweep_kept.dump(SweepCurves({"up": branch, "down": branch}), False)
    curves, of_present = kuramoto_sweep_kept.load(json.loads(json.dumps(kept, allow_nan=False)))
    assert not of_present
    assert curves.theory is None and np.isnan(curves.critical)
    np.testing.assert_array_equal(curves.branches["down"].error, errors)
