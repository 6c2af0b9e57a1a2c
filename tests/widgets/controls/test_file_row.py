"""Entries that name a file: shown by name, chosen with a button, dropped; the form itself reads nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.engine.config import leaves
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.widgets.controls.file_row import FileRow
from tauscope.widgets.controls.parameter_form import ParameterForm
from tests.support.controls import Spy

Show = Callable[[QWidget, int, int], QWidget]
MOUSE, KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def form(shown: Show) -> ParameterForm:
    form = ParameterForm()
    form.set_config_type(KuramotoConfig)
    shown(form, 280, 1900)
    return form


def dropped(row: FileRow, *files: Path) -> bool:
    """Drop files on a row, as Qt does; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    enter = QDragEnterEvent(QPoint(5, 5), COPY, data, MOUSE, KEYS)
    enter.ignore()
    QApplication.sendEvent(row, enter)
    if enter.isAccepted():
        QApplication.sendEvent(row, QDropEvent(QPointF(5, 5), COPY, data, MOUSE, KEYS))
    return enter.isAccepted()


def test_files_of_a_configuration_have_rows_that_show_and_wish_for_files(
    form: ParameterForm, tmp_path: Path
) -> None:
    named = [leaf.path for leaf in leaves(KuramotoConfig) if leaf.file]
    assert named == ["geometry.file", "frequencies.file"]
    row, wished, edited = form.rows["geometry.file"], Spy(), Spy()
    assert isinstance(row, FileRow)
    form.file_wished.connect(wished)
    form.edited.connect(edited)
    assert row.editor.text() == "none"
    form.set_values({"geometry.file": str(tmp_path / "karate.gml")})
    assert row.editor.text() == "karate.gml" and row.value == str(tmp_path / "karate.gml")
    QTest.mouseClick(row.choose, MOUSE)
    assert dropped(row, tmp_path / "other.net")
    assert wished == [("geometry.file", ""), ("geometry.file", str(tmp_path / "other.net"))]
    assert edited == [] and row.editor.text() == "karate.gml", "what is shown is the model's"
    assert not dropped(row, tmp_path / "a.gml", tmp_path / "b.gml"), "one at a time"
    form.set_error("geometry.file", "karate.gml was not taken.")
    assert row.message.isVisible() and row.error() == "karate.gml was not taken."
    form.search.setText("graph file")
    assert form.shown() == ["geometry.file"]
