"""Which lab engines are shown in, and what is offered there."""

from __future__ import annotations

import pytest

from tauscope.app.document import content_of
from tauscope.app.labs import (
    EVERYTHING,
    GRAVITY,
    KURAMOTO,
    LABS,
    REDSHIFT,
    REFRACTION,
    UFIE,
    WAVES,
    by_key,
    engines_of,
    lab_of,
    offered,
)


@pytest.mark.parametrize(
    ("engines", "lab"),
    [
        ({"gravity"}, GRAVITY),
        ({"kuramoto"}, KURAMOTO),
        ({"gravity", "kuramoto"}, REDSHIFT),
        ({"ufie"}, UFIE),
        ({"gravity", "ufie"}, REFRACTION),
        ({"kuramoto", "ufie"}, WAVES),
        ({"gravity", "kuramoto", "ufie"}, EVERYTHING),
        ({"toy", "kuramoto", "ufie"}, EVERYTHING),
        ({"toy"}, GRAVITY),  # an engine without a lab of its own is shown as the lattice is
        ({"toy", "kuramoto"}, REDSHIFT),
        (set(), GRAVITY),
    ],
)
def test_engines_are_shown_in_their_lab(engines, lab):
    assert lab_of(engines) is lab


def test_the_lab_of_a_document_does_not_depend_on_the_focus():
    content = content_of("gravity", {"nx": 32, "ny": 32}, companions={"kuramoto": {}})
    assert engines_of(content) == {"gravity", "kuramoto"}
    assert lab_of(engines_of(content.focused("kuramoto"))) is REDSHIFT


def test_what_is_made_for_an_engine_is_offered_where_it_runs():
    assert [lab for lab in LABS if offered(("gravity",), lab)] == [EVERYTHING, GRAVITY, REDSHIFT, REFRACTION]
    assert [lab for lab in LABS if offered(("kuramoto",), lab)] == [EVERYTHING, KURAMOTO, REDSHIFT, WAVES]
    assert all(offered((), lab) for lab in LABS)


def test_labs_are_found_by_key():
    assert [by_key(lab.key) for lab in LABS] == [*LABS]
    assert by_key("nothing") is GRAVITY
    assert len({lab.title for lab in LABS}) == len(LABS)


def test_every_set_of_engines_has_a_lab_that_holds_no_others():
    kinds = ("gravity", "kuramoto", "ufie")
    for chosen in range(1, 8):
        engines = {name for bit, name in enumerate(kinds) if chosen >> bit & 1}
        assert lab_of(engines).engines == engines
