"""Scattered points of a sweep on the screen: seen, read by the pointer, clicked, and reached by keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.labs.sweeps.results import SweepResults
from tauscope.widgets.plots.heat_types import Heat, Ladder
from tauscope.widgets.plots.scattered import NOTES, Scattered, interpolated
from tests.support.gui import LEFT, PLAIN, screen_of, wait_for


def points() -> Scattered:
    random = np.random.default_rng(4)
    places = random.random((12, 2)) * (4.0, 30.0)
    found = places[:, 0] - places[:, 1] / 10
    found[3] = np.nan
    x, y = Ladder("K", np.linspace(-0.1, 4.1, 60)), Ladder("noise", np.linspace(-1, 31, 60))
    values, way = interpolated(x, y, places, found, "linear")
    texts = [f"run {n}" for n in range(12)]
    return Scattered(x, y, values, "r", places=places, found=found, texts=texts, way=way)


def test_points_are_seen_read_clicked_and_reached_by_keys(qapp: QApplication, shown) -> None:
    results = shown(SweepResults(), 700, 500)
    heat = points()
    chosen: list[tuple[int, ...]] = []
    results.picked.connect(lambda *cell: chosen.append(cell))
    results.show_map(heat)
    assert results.readout.text() == NOTES["linear"], "what lies between the points is said"
    plot = results.map.plot
    qapp.processEvents()
    picture = screen_of(plot)
    for n in range(12):
        spot = results.map.pixel_of(0, n)
        colour = picture[round(spot.y()), round(spot.x())].astype(int)
        if np.isfinite(heat.found[n]):
            assert np.abs(colour - heat.dots()[n, :3]).max() < 24, "in the colour of its value"
    QTest.mouseMove(plot.viewport(), results.map.pixel_of(0, 7).toPoint())
    wait_for(qapp, lambda: results.readout.text().startswith("run 7"), "its run is read")
    assert f"{heat.found[7]:.5g}" in results.readout.text()
    QTest.mouseClick(plot.viewport(), LEFT, PLAIN, results.map.pixel_of(0, 3).toPoint())
    assert chosen == [(0, 0, 3)], "also one without a value"
    far = results.map.plot.to_pixel(*_emptiest(heat)).toPoint()
    QTest.mouseClick(plot.viewport(), LEFT, PLAIN, far)
    assert len(chosen) == 1, "between the points nothing was run"
    results.map.setFocus()
    results.map.cell = (0, 4)
    QTest.keyClick(results.map, Qt.Key.Key_Right)
    QTest.keyClick(results.map, Qt.Key.Key_Return)
    assert chosen[-1] == (0, 0, 5)
    results.show_map(Heat(heat.x, heat.y, heat.values, "r"))
    assert results.readout.text() == "" and not plot._dots._dots.isVisible()


def _emptiest(heat: Scattered) -> tuple[float, float]:
    """Place that is furthest from all points, in shares of both ranges."""
    grid = np.stack(np.meshgrid(heat.x.at, heat.y.at), axis=-1)
    size = np.array([heat.x.ends[1] - heat.x.ends[0], heat.y.ends[1] - heat.y.ends[0]])
    away = np.hypot(*np.moveaxis((grid[:, :, None, :] - heat.places) / size, -1, 0)).min(axis=-1)
    row, column = np.unravel_index(int(away[5:-5, 5:-5].argmax()), away[5:-5, 5:-5].shape)
    return float(heat.x.at[column + 5]), float(heat.y.at[row + 5])
