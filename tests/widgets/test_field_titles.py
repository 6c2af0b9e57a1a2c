"""Titles of the fields that the engines offer fit the header of a narrow view."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from tauscope.engine import registry
from tauscope.engine.base import FieldSpec
from tauscope.widgets.field_header import FieldHeader, title_of
from tauscope.widgets.state import ViewOptions

WIDTH = 400


def specs() -> dict[str, FieldSpec]:
    config = registry.config_type("gravity").load({"nx": 8, "ny": 8})
    engine = registry.create("gravity", config)
    return {
        **engine.field_specs(),
        **{name: made.spec for name, made in registry.derived_fields("gravity").items()},
    }


@pytest.mark.parametrize("name", specs())
def test_a_title_is_read_whole_beside_the_buttons(name, qtbot):
    header = FieldHeader(None)
    qtbot.addWidget(header)
    header.set_specs(specs())
    header.set_options(ViewOptions(name, "bids:magma"))
    header.resize(WIDTH, header.height())
    header.show()
    qtbot.waitExposed(header)
    needed = header.title.fontMetrics().horizontalAdvance(title_of(specs()[name]))
    assert header.title.width() >= needed
    assert header._more.geometry().right() <= WIDTH


def test_titles_differ():
    titles = [title_of(spec) for spec in specs().values()]
    assert len(set(titles)) == len(titles)


def test_a_narrow_header_gives_the_name_and_whole_parts_of_the_note(qtbot):
    dock = QWidget()  # as in a dock, the header takes what it is given
    qtbot.addWidget(dock)
    dock.resize(800, 40)
    header = FieldHeader(dock)
    header.set_specs(specs())
    header.set_options(ViewOptions("phi_poisson", "bids:magma"))
    header.set_note("relL2 4.9e-04 · steady 8.7 e-folds")
    dock.show()
    qtbot.waitExposed(dock)
    spec = specs()["phi_poisson"]
    whole, first = "relL2 4.9e-04 · steady 8.7 e-folds", "relL2 4.9e-04"
    for width, title, notes, buttons in (
        (700, title_of(spec), {whole}, {True}),
        (330, spec.label, {first}, {True}),
        (230, spec.label, {first, ""}, {True, False}),  # by the font
        (170, spec.label, {""}, {False}),
    ):
        header.resize(width, header.height())
        qtbot.wait(20)

        def named(title=title):
            assert header.title.text() == title
            assert header.title.width() >= header.title.fontMetrics().horizontalAdvance(title)

        qtbot.waitUntil(named)
        note = header.note.fitting(header.note.width())
        assert note in notes
        assert header._fit.isVisible() == header._snapshot.isVisible()
        assert header._fit.isVisible() in buttons
        assert header._more.geometry().right() <= width
        assert title_of(spec) in header.title.toolTip()
        assert ("relL2" in header.note.toolTip()) == (note != header.note.text())
