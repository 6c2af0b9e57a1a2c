"""The charge lab: charges on the canvas by mouse and keys, the mode chooser, and a run that blows up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.charge_growth import ChargeGrowth
from tauscope.app.parts.charges import Charges
from tauscope.app.parts.sessions import part_of
from tests.support.canvas import PaletteDrag
from tests.support.gui import (
    distinct_colours,
    drag,
    in_place,
    paused,
    point_of,
    pump,
    screen_of,
    served,
    wait_for,
)

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def charge(make_lab: Callable[..., Lab], tmp_path: Path) -> Callable[..., Lab]:
    """Open a lab with a configuration of the charge engine."""

    def opened(**config: Any) -> Lab:
        path = tmp_path / "charge.json"
        preset = {"engine": "charge", "title": "Charges", "summary": "A pair", "config": config}
        path.write_text(json.dumps(preset), encoding="utf-8")
        return make_lab(str(path))

    return opened


def charges(app: QApplication, lab: Lab) -> dict[str, tuple[float, float, float, float]]:
    """Charges that the engine has, once it has done what was asked: x, y, value, width by id."""
    served(app, lab)
    found: Any = lab.simulation.loop.world.engine("charge").config
    return {one.id: (one.x, one.y, one.value, one.width) for one in found.charges}


def test_charges_are_placed_moved_copied_and_deleted_on_the_canvas(
    charge: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = charge(mode="D", size=32, density=0.05)
    window, view = lab.window, lab.window.views["hero"]
    assert window.lab.key == "charge"
    assert "charges" in window.offered() and "sources" not in window.offered()
    assert [view.options.field for view in window.views.values()] == ["rho", "n", "p", "phi"]
    wait_for(qapp, lambda: lab.frame is not None and lab.frame.macro_tick > 1000, "a thousand steps")
    tick = paused(qapp, lab)
    assert tick > 1000
    pump(qapp, 0.1)
    assert distinct_colours(screen_of(view.canvas_native)) >= 50
    assert view.array is not None
    of_engine = lab.simulation.loop.world.field("charge", "rho")
    for cell in ((16, 12), (16, 20), (0, 0), (10, 14), (31, 3)):
        assert view.array[cell] == of_engine[cell]

    first = charges(qapp, lab)
    assert first == {"plus": (12.0, 16.0, 1.0, 0.0), "minus": (20.0, 16.0, -1.0, 0.0)}
    canvas, steps = view.canvas_native, lab.history.stack.index()
    drag(qapp, canvas, point_of(view, 12, 16), point_of(view, 9, 24))
    moved = charges(qapp, lab)
    assert moved["plus"] == (9.0, 24.0, 1.0, 0.0)
    assert lab.history.stack.index() == steps + 1
    lab.undo()
    assert charges(qapp, lab) == first
    lab.redo()

    drag(qapp, canvas, point_of(view, 9, 24), point_of(view, 3, 3), release=False)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, LEFT, NONE, point_of(view, 3, 3))
    assert charges(qapp, lab) == moved

    carried = PaletteDrag(view, "negative")
    assert carried.over(point_of(view, 25, 5), enter=True)
    assert view.ghost is not None and (view.ghost.x, view.ghost.y) == (25.0, 5.0)
    assert carried.drop(point_of(view, 25.3, 4.8))
    assert charges(qapp, lab)["q1"] == (25.0, 5.0, -1.0, 0.0)

    panel = part_of(lab, Charges).panel
    panel.palette_row.value_changed.emit(2.5)  # type: ignore[attr-defined]
    PaletteDrag(view, "cloud").drop(point_of(view, 6, 8))
    x, y, value, width = charges(qapp, lab)["q2"]
    away = view.world_to_pixel(x, y)
    place = point_of(view, 6, 8)
    assert abs(away[0] - place.x()) <= 1 and abs(away[1] - place.y()) <= 1
    assert (value, width) == (2.5, 1.5)
    panel.inspector.fields["strength"].edited.emit(-3.0, "commit")
    assert charges(qapp, lab)["q2"][2] == -3.0

    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert charges(qapp, lab)["q2"][0] == pytest.approx(x + 1, abs=0.01)
    QTest.keyClick(canvas, Qt.Key.Key_D, CONTROL)
    assert len(charges(qapp, lab)) == 5
    QTest.keyClick(canvas, Qt.Key.Key_A, CONTROL)
    assert len(lab.document.selection) == 5
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert charges(qapp, lab) == {}
    lab.undo()
    assert list(charges(qapp, lab)) == ["plus", "minus", "q1", "q2", "q3"]


def test_a_charge_goes_round_the_torus(charge: Callable[..., Lab], qapp: QApplication) -> None:
    lab = charge(mode="D", size=32, charges=[{"id": "edge", "x": 31, "y": 31}])
    canvas = lab.window.views["hero"].canvas_native
    lab.document.select(frozenset({"edge"}))
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert charges(qapp, lab)["edge"][:2] == (0.0, 0.0)


def test_a_run_that_blows_up_says_why_and_keeps_its_state(
    charge: Callable[..., Lab], qapp: QApplication
) -> None:
    pair = [{"x": 15, "y": 16, "value": 1.0}, {"x": 17, "y": 16, "value": -1.0}]
    lab = charge(mode="rho2", size=32, charges=pair)
    part = part_of(lab, ChargeGrowth)
    wait_for(qapp, lambda: part.ended is not None, "the run blows up")
    assert part.ended is not None and part.ended.kept
    assert part.ended.time == pytest.approx(4.15, abs=0.05)
    assert part.panel.message.isVisible()
    assert part.panel.message.text().startswith("Ended at t = 4.1")
    assert "ill-posed" in part.panel.message.toolTip()
    tick = paused(qapp, lab)
    view = lab.window.views["hero"]
    assert view.array is not None and np.isfinite(view.array).all() and view.array.max() > 10.0
    wait_for(qapp, lambda: bool(part.panel.chart.panes), "the traces are drawn")
    assert part.panel.chart.panes[0].label.startswith("growth rate")
    assert "theory for the present ρ at most" in part.panel.meter.text()
    assert len(part.series()[0]) > 30  # a sample every ten steps, whatever was drawn
    pump(qapp, 0.05)
    assert tick == paused(qapp, lab)  # it stays where it is

    index = part.panel.mode.findData("D")
    part.panel.mode.setCurrentIndex(index)
    part.panel.mode.activated.emit(index)
    in_place(qapp, lab)
    assert not part.panel.message.isVisible() and part.ended is None
    fields = [view.options.field for view in lab.window.views.values()]
    assert fields == ["rho", "n", "p", "phi"]
    lab.undo()
    in_place(qapp, lab)
    assert [view.options.field for view in lab.window.views.values()] == ["rho", "rho", "intent", "phi"]
