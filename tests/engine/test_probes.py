"""Probes as data: which cells they cover, what they make of them, and what a file of them may say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.engine.errors import BadInput
from tauscope.engine.probes import (
    MOST,
    REDUCTIONS,
    Probe,
    cells_of,
    distances,
    dump_probes,
    free_probe_id,
    load_probes,
    reduced,
)

NX, NY = 24, 16
places = st.floats(-0.5, NX - 0.51), st.floats(-0.5, NY - 0.51)


def line(x, y, x2, y2):
    return Probe("p1", "line", "f", x, y, x2, y2)


def test_a_point_is_the_cell_that_holds_it():
    assert cells_of(Probe("p1", "point", "f", 3.49, 7.5), NX, NY) == (8, 3)
    assert cells_of(Probe("p1", "point", "f", -0.5, -0.5), NX, NY) == (0, 0)


def test_lines_along_the_axes_and_the_diagonal_have_every_cell_once():
    rows, columns = cells_of(line(2, 5, 9, 5), NX, NY)
    assert rows.tolist() == [5] * 8 and columns.tolist() == list(range(2, 10))
    rows, columns = cells_of(line(3, 12, 3, 4), NX, NY)
    assert rows.tolist() == list(range(12, 3, -1)) and columns.tolist() == [3] * 9
    rows, columns = cells_of(line(1, 1, 6, 6), NX, NY)
    assert rows.tolist() == columns.tolist() == list(range(1, 7))


@given(*places, *places)
def test_a_line_is_connected_near_the_segment_and_ends_at_its_ends(x, y, x2, y2):
    rows, columns = cells_of(line(x, y, x2, y2), NX, NY)
    assert (rows[0], columns[0]) == (math.floor(y + 0.5), math.floor(x + 0.5))
    assert (rows[-1], columns[-1]) == (math.floor(y2 + 0.5), math.floor(x2 + 0.5))
    steps = np.maximum(abs(np.diff(rows)), abs(np.diff(columns)))
    assert np.all(steps == 1)
    length = math.hypot(x2 - x, y2 - y)
    if length > 0:
        away = abs((columns - x) * (y2 - y) - (rows - y) * (x2 - x)) / length
        assert away.max() <= math.sqrt(0.5) + 1e-6


def test_distances_are_those_of_the_cells_centres_from_the_start():
    probe = line(2.25, 3, 8, 9)
    index = cells_of(probe, NX, NY)
    wanted = [math.dist((2.25, 3), (c, r)) for r, c in zip(*index, strict=True)]
    np.testing.assert_allclose(distances(probe, index), wanted)


def test_a_region_is_its_rectangle_whatever_corner_comes_first():
    field = np.arange(NX * NY).reshape(NY, NX)
    one = cells_of(Probe("p1", "region", "f", 4, 3, 9.4, 6.6), NX, NY)
    other = cells_of(Probe("p1", "region", "f", 9.4, 6.6, 4, 3), NX, NY)
    assert one == other
    np.testing.assert_array_equal(field[one], field[3:8, 4:10])


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reductions_equal_numpy_in_double_precision(reduction):
    cells = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    exact = cells.astype(np.float64)
    wanted = math.sqrt((exact**2).sum() / exact.size) if reduction == "rms" else getattr(np, reduction)(exact)
    assert reduced(cells, reduction) == pytest.approx(float(wanted), rel=1e-14)


@pytest.mark.parametrize("place", [(-0.6, 3), (NX - 0.5, 3), (3, NY), (math.nan, 1)])
def test_places_outside_are_refused_with_the_range(place):
    with pytest.raises(BadInput, match=f"{NX} × {NY}"):
        cells_of(Probe("p1", "point", "f", *place), NX, NY)


def test_ids_fill_gaps():
    assert free_probe_id([]) == "p1"
    assert free_probe_id([Probe("p1", "global", "f"), Probe("p3", "global", "f")]) == "p2"


def test_probes_survive_plain_data():
    probes = (
        Probe("p1", "point", "f", 3, 4, name="Centre"),
        Probe("p2", "line", "phi", 3, 4, 9, 4, "rms", shown=False),
    )
    assert load_probes(dump_probes(probes)) == probes
    assert load_probes({"probes": dump_probes(probes)}) == probes


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"points": []}, "probes"),
        ([7], "probes.0"),
        ([{"kind": "dot", "quantity": "f"}], "probes.0.kind"),
        ([{"kind": "point"}], "probes.0.quantity"),
        ([{"kind": "point", "quantity": "f", "X": 3}], "probes.0.X"),
        ([{"kind": "point", "quantity": "f", "x": "3"}], "probes.0.x"),
        ([{"kind": "point", "quantity": "f", "y": 10**400}], "probes.0.y"),
        ([{"kind": "point", "quantity": "f", "y": math.nan}], "probes.0.y"),
        ([{"kind": "line", "quantity": "f", "reduction": "median"}], "probes.0.reduction"),
        ([{"kind": "point", "quantity": "f", "color": "red"}], "probes.0.color"),
        ([{"kind": "global", "quantity": "f", "id": "a"}] * 2, "probes.1.id"),
        ([{"kind": "global", "quantity": "f"}] * (MOST + 1), "probes"),
    ],
)
def test_wrong_files_are_refused_by_key(data, key):
    with pytest.raises(BadInput) as refused:
        load_probes(data)
    assert refused.value.key == key
