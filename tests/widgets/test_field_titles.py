"""Titles of the fields that the engines offer fit the header of a narrow view."""

from __future__ import annotations

import pytest

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
