"""Clocks of the redshift preset: where they stand on the lattice, in pixels, and gone with the coupling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.clocks import marks_of
from tauscope.engine.coupling import places_of
from tests.support.canvas import as_array
from tests.support.gui import wait_for


@pytest.mark.slow
def test_clocks_stand_on_the_lattice_where_they_take_their_rate(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    lab = make_lab("redshifted_clocks", width=1440, height=900)
    content = lab.document.content
    marks = marks_of(content)
    assert [(mark.x, mark.y) for mark in marks] == [tuple(p) for p in places_of(content.configs["kuramoto"])]
    assert [mark.name for mark in marks] == ["1", "2", "3"]
    view = lab.window.views["tau"]
    wait_for(qapp, lambda: view.isVisible() and view.array is not None, "proper time is shown")
    lab.set_playing(False)
    wait_for(qapp, lambda: len(view.labels) >= 3, "the clocks are named")
    assert {"1", "2", "3"} <= {plate.text for plate in view.labels}
    picture = as_array(view.picture())
    ratio = view.canvas_native.devicePixelRatioF()
    for mark in marks:
        x, y = (round(value * ratio) for value in view.world_to_pixel(mark.x, mark.y))
        near = picture[y - 9 : y + 10, x - 9 : x + 10, :3].astype(int)
        assert (near.min(axis=2) > 225).sum() >= 12, f"the face of {mark.name} is white"
        assert np.ptp(near) > 100
    lab.load_preset("single_mass")
    wait_for(qapp, lambda: lab.document.content.preset == "single_mass", "a preset without clocks")
    wait_for(qapp, lambda: not {"1", "2", "3"} & {plate.text for plate in view.labels}, "no clocks are left")
