"""The sweep of a coupled set-up: all of it runs, and an edit of any engine outdates the curve."""

from __future__ import annotations

from dataclasses import replace

from tauscope.app.parts.kuramoto_sweep import KuramotoSweep
from tauscope.app.parts.sessions import part_of
from tauscope.engine.kuramoto.analysis.sweep import OrderSweep
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
