"""Sparkline: where the curve runs, gaps, thinning that keeps every extreme."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.widgets.plots.sparkline import MARGIN, Sparkline, pieces


@pytest.fixture
def line(shown):
    return shown(Sparkline(), 204, 38)


def test_the_curve_fills_the_height_and_the_width(line):
    line.set_curve(np.array([0.0, 50.0, 100.0]), np.array([2.0, 4.0, 3.0]))
    line.set_span(0, 100)
    points = line.points()
    np.testing.assert_allclose(points[:, 0], [0, (204 - MARGIN) / 2, 204 - MARGIN])
    np.testing.assert_allclose(points[:, 1], [38 - MARGIN, MARGIN, 19.0])


def test_a_constant_curve_lies_in_the_middle(line):
    for value in (0.0, 3.0, -1e-30, 1e30):
        line.set_curve(np.array([0.0, 1.0]), np.array([value, value * (1 + 1e-15)]))
        np.testing.assert_allclose(line.points()[:, 1], 19.0, atol=1e-6)


def test_gaps_part_the_curve(line):
    values = np.array([np.nan, 1.0, 2.0, np.inf, 3.0, np.nan])
    line.set_curve(np.arange(6.0), values)
    line.set_span(0, 5)
    runs = pieces(line.points())
    assert [len(run) for run in runs] == [2, 1]


def test_thinning_keeps_every_peak_of_a_pixel_column(line):
    ticks = np.arange(20_000.0)
    values = np.sin(ticks / 3000)
    values[[7_003, 15_551]] = [9.0, -9.0]
    line.set_curve(ticks, values)
    line.set_span(0, 19_999)
    (run,) = pieces(line.points())
    drawn = np.array(run)
    assert len(drawn) <= 4 * 204
    assert drawn[:, 1].min() == pytest.approx(MARGIN)
    assert drawn[:, 1].max() == pytest.approx(38 - MARGIN)
    assert np.all(np.diff(drawn[:, 0]) >= 0)


def test_the_cursor_reads_ticks_within_the_range(line):
    line.set_span(100, 300)
    assert line.tick_at(-5) == 100
    assert line.tick_at(100) == pytest.approx(200)
    assert line.tick_at(900) == 300
