"""The number beside Poisson's potential, and a view of a field that the rule does not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.engine import registry
from tests.support.gui import paused, wait_for


def test_a_steady_field_agrees_with_poisson(lab: Lab, qapp: QApplication) -> None:
    """relL2 of the warm field is that of the same fields on the command line; 1e-2 is far above both."""
    lab.warm_start()
    wait_for(qapp, lambda: lab.frame is not None and lab.scalars["gravity"]["efolds"] > 6.9, "warm")
    view = lab.window.views["phi"]
    lab.editing.set_view("phi", replace(view.options, field="phi_residual"))
    wait_for(qapp, lambda: "relL2" in view.header.note.text(), "the number is shown")
    paused(qapp, lab)
    engine = lab.simulation.loop.world.engine("gravity")
    found = registry.derived_scalars("gravity", engine.config)["phi_mismatch"]
    own = found.function(engine.config, **{name: engine.field(name) for name in found.inputs})
    shown = float(view.header.note.text().partition("relL2 ")[2])
    assert 0 < own < 1e-2
    assert 0 < shown < 1e-2


def test_a_rule_without_a_field_says_so(make_lab: Callable[..., Lab], qapp: QApplication) -> None:
    lab = make_lab("literal_rule")
    view = lab.window.views["phi"]
    wait_for(qapp, lambda: "no such field" in view.empty_text, "the view says why it is empty")
    assert view.array is None
