"""A painting tool in hand is to be seen on every canvas, and Esc puts it down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.painting import Painting
from tauscope.app.parts.sessions import part_of
from tauscope.widgets.canvas.plates import TextPlate
from tauscope.widgets.field_view import FieldView
from tests.support.gui import pump, wait_for


def texts(view: FieldView) -> list[str]:
    view._composer.resolve()
    plates = view.stage.scene.plates
    return [plate.text.replace("\n", " ") for plate in plates if isinstance(plate, TextPlate)]


def test_the_tool_in_hand_is_shown_until_esc(lab: Lab, qapp: QApplication) -> None:
    view, painting = lab.window.views["hero"], part_of(lab, Painting)
    wait_for(qapp, lambda: view.array is not None, "a picture")
    view.canvas_native.setFocus()
    assert not any("Esc" in text for text in texts(view))
    QTest.keyClick(view.canvas_native, Qt.Key.Key_5)
    assert str(painting.tool) == "fill"
    wanted = f"Fill · emission of {painting.world} · Esc: select"
    assert wanted in texts(view) and painting.world
    shown = [one for one in lab.window.views.values() if one.isVisible() and one.array is not None]
    assert all(wanted in texts(one) for one in shown)
    painting.set_target("capacity")
    assert "Fill · capacity · Esc: select" in texts(view)
    view.set_interactive(False)
    assert not any("Esc" in text for text in texts(view)), "what cannot paint says nothing"
    view.set_interactive(True)
    lab.notify("info", "Stays until the tool is put down.")
    QTest.keyClick(view.canvas_native, Qt.Key.Key_Escape)
    wait_for(qapp, lambda: str(painting.tool) == "select", "Esc puts the tool down")
    pump(qapp, 0.1)
    assert not any("Esc" in text for text in texts(view))
    assert "Stays until the tool is put down." in lab.window.notifications.texts()
    QTest.keyClick(view.canvas_native, Qt.Key.Key_2)
    QTest.keyClick(lab.window, Qt.Key.Key_Escape)
    assert str(painting.tool) == "select", "Esc counts wherever the focus is"
