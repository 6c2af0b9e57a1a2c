"""Colour bar: no number touches an edge of its plate."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas.plates import bar_plate, pixels_of, render

LIMITS = [(0.0, 402_000.0), (25_000.0, 65_000.0), (-0.59, 0.59), (0.42, 1.0), (0.0, 3.2e-5)]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("height", [120, 164, 165, 300, 440])
def test_the_ink_keeps_clear_of_the_edges(
    qapp: QApplication, limits: tuple[float, float], height: int
) -> None:
    plate = bar_plate("viridis", limits, "updates", limits[0] < 0, 480, height)
    assert plate is not None
    pixels = pixels_of(render(plate, 1.0))
    middle = pixels[12:-12]
    ink = middle[..., :3].max(axis=2) > 90
    columns = np.flatnonzero(ink.any(axis=0))
    assert columns[0] >= 5
    assert columns[-1] <= pixels.shape[1] - 6
    assert plate.x + plate.width <= 480 - 8


@pytest.mark.parametrize("limits", LIMITS)
def test_in_a_narrow_panel_the_bar_leaves_the_field_its_room(
    qapp: QApplication, limits: tuple[float, float]
) -> None:
    def covered(width: float) -> float:
        plate = bar_plate("viridis", limits, "updates", limits[0] < 0, width, 240)
        assert plate is not None
        ink = pixels_of(render(plate, 1.0))[..., 3] > 0
        columns = ink[plate_rows(ink)].sum(axis=1).max()  # between the ends
        return float(columns) / width

    assert covered(190) < 0.13
    assert covered(480) * 480 > 30  # where there is room, values stand beside the bar


def plate_rows(ink: np.ndarray) -> slice:
    """Rows between the texts at both ends."""
    return slice(40, len(ink) - 60)
