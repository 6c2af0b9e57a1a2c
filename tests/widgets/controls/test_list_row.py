"""Entries of several numbers in a form: a line for few, a dialog for many, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.config import list_leaves
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.widgets.controls.list_row import ListRow, numbers_of, summary, text_of
from tauscope.widgets.controls.parameter_form import Group, ParameterForm
from tests.support.controls import Spy, type_text

Show = Callable[[QWidget, int, int], QWidget]
LEAVES = {leaf.path: leaf for leaf in list_leaves(KuramotoConfig)}


@pytest.fixture
def form(shown: Show) -> ParameterForm:
    form = ParameterForm()
    form.set_config_type(KuramotoConfig)
    shown(form, 280, 1900)
    return form


def test_entries_of_numbers_are_found_with_what_they_hold_and_when_they_take_effect() -> None:
    assert LEAVES["detuning"].live
    assert LEAVES["frozen"].live
    assert LEAVES["frozen"].whole
    assert not LEAVES["detuning"].whole
    assert LEAVES["geometry.edges"].table
    assert not LEAVES["layer_K"].live
    assert "drive.clusters" in LEAVES
    assert list(list_leaves(GravityConfig)) == []  # sources, worlds and maps have panels of their own


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("detuning", "0.1, −2  3e-2", [0.1, -2.0, 0.03]),
        ("detuning", "", []),
        ("layer_K", "  ", None),
        ("frozen", "0 2,5", [0, 2, 5]),
        ("geometry.edges", "0 1\n1, 2, 0.5", [[0.0, 1.0], [1.0, 2.0, 0.5]]),
        ("geometry.edges", "0 1; 1 2", [[0.0, 1.0], [1.0, 2.0]]),
    ],
)
def test_a_text_gives_numbers(path: str, text: str, value: object) -> None:
    assert numbers_of(text, LEAVES[path]) == value


@pytest.mark.parametrize(("path", "text"), [("detuning", "0.1, x"), ("frozen", "1.5"), ("frozen", "one")])
def test_what_is_no_number_is_refused_by_name(path: str, text: str) -> None:
    with pytest.raises(BadInput, match=LEAVES[path].label):
        numbers_of(text, LEAVES[path])


def test_numbers_survive_their_text() -> None:
    values = np.random.default_rng(3).normal(size=(4, 3)) * 10.0 ** np.arange(3)
    leaf = LEAVES["frequencies.values"]
    assert numbers_of(text_of(FrozenArray(values)), leaf) == values.tolist()
    assert summary(FrozenArray(np.zeros((40, 2)))) == "40 rows of 2"
    assert summary(tuple(range(30))) == "30 numbers"
    assert summary(()) == "none"


def test_a_short_list_is_typed_in_its_line_and_refused_text_stays(
    form: ParameterForm, qapp: QApplication
) -> None:
    row, spy = form.rows["detuning"], Spy()
    assert isinstance(row, ListRow)
    form.edited.connect(spy)
    row.editor.setFocus()
    type_text(row.editor, "0.5, 0, oops")
    assert "oops" in row.error()
    assert spy == []
    row.editor.selectAll()
    type_text(row.editor, "0.5, 0, -0.25")
    assert spy == [("detuning", [0.5, 0.0, -0.25], "commit", True)]
    assert row.error() == ""
    row.set_value((0.5, 0.0, -0.25))
    assert row.editor.text() == "0.5, 0, -0.25"
    assert not row.back.isHidden()


def test_many_numbers_are_edited_in_a_dialog(form: ParameterForm, qapp: QApplication) -> None:
    row, spy = form.rows["geometry.edges"], Spy()
    assert isinstance(row, ListRow)
    form.edited.connect(spy)
    row.set_value(FrozenArray([[k, k + 1] for k in range(20)]))
    assert row.editor.isReadOnly()
    assert row.editor.text() == "20 rows of 2"
    row.more.click()
    dialog = row.ask()
    assert dialog.text.toPlainText().startswith("0, 1\n1, 2\n")
    dialog.text.setPlainText("0 1\n1 ?")
    dialog.accept_button.click()
    assert "“?”" in dialog.problem.text()
    assert spy == []
    dialog.text.setPlainText("0 1\n1 2 2")
    dialog.accept_button.click()
    assert spy == [("geometry.edges", [[0.0, 1.0], [1.0, 2.0, 2.0]], "commit", False)]


def test_parts_of_a_configuration_have_headings_and_marks(form: ParameterForm) -> None:
    groups = {group.objectName(): group for group in form.findChildren(Group)}
    assert list(groups) == [
        "group:live", "group:restart", "group:geometry", "group:frequencies", "group:start", "group:drive",
        "group:gate",
    ]  # fmt: skip
    assert [row.leaf.path for row in groups["group:gate"].rows] == ["gate.on", "gate.sigma", "gate.order"]
    marked = {row.leaf.path for row in groups["group:drive"].rows if row.names.count() == 3}
    assert marked == {"drive.kind", "drive.target", "drive.interval", "drive.clusters"}
    assert all(row.names.count() == 2 for row in groups["group:live"].rows)


def test_a_search_finds_nested_parameters(form: ParameterForm) -> None:
    form.search.setText("lorenz")
    assert set(form.shown()) == {"drive.kind"}
    form.search.setText("drive freq")
    assert form.shown() == ["drive.frequency"]
