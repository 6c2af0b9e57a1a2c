"""Domain colours: processor time of the GUI thread for one plane of complex numbers, coloured and painted.

Of many frames the best is taken, since others use the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from tauscope.widgets.canvas.camera import Camera
from tauscope.widgets.canvas.raster import colored, paint_scene, window_of
from tauscope.widgets.canvas.ring import RING
from tauscope.widgets.canvas.scene import Scene

pytestmark = pytest.mark.benchmark

SIDE = 512
COLOR_SECONDS = {"wave": 0.006, "noise": 0.009}
"""A plane of `SIDE` x `SIDE` numbers is coloured in no more; the colours of noise are in no cache."""
PAINT_SECONDS = 0.016
"""Coloured and painted on a canvas of 900 x 700 it holds the GUI thread no longer."""
FRAMES = 40


def planes() -> dict[str, Any]:
    """A wave, and noise, whose colours lie anywhere in the table."""
    y, x = np.mgrid[:SIDE, :SIDE]
    wave = np.exp(1j * (x / 20 + y / 33) - ((x - 200) ** 2 + (y - 300) ** 2) / 1e5)
    random = np.random.default_rng(1).standard_normal((2, SIDE, SIDE))
    return {"wave": wave.astype(np.complex64), "noise": (random[0] + 1j * random[1]).astype(np.complex64)}


def best(act: Callable[[], object]) -> float:
    """Least processor time of this thread, in seconds."""
    found = []
    for _ in range(FRAMES):
        start = time.thread_time()
        act()
        found.append(time.thread_time() - start)
    return min(found)


@pytest.mark.parametrize("thresh", [0.0, 0.01])
@pytest.mark.parametrize("kind", ["wave", "noise"])
def test_domain_colours(qapp: Any, capsys: Any, kind: str, thresh: float) -> None:
    scene = Scene(limits=(0.0, 2.0), thresh=thresh, cmap=RING, camera=Camera.fit(SIDE, SIDE, 900, 700))
    scene.set_field(planes()[kind], 0.0, 2.0)
    image = QImage(900, 700, QImage.Format.Format_RGB32)

    def draw() -> None:
        painter = QPainter(image)
        paint_scene(painter, scene, colored(scene, window_of(scene)))
        painter.end()

    color, whole = best(lambda: colored(scene, window_of(scene))), best(draw)
    with capsys.disabled():
        print(
            f"\ndomain colours, {SIDE} x {SIDE} {kind}, {'symlog' if thresh else 'linear'}: "
            f"{1e3 * color:.1f} ms coloured, {1e3 * whole:.1f} ms with painting"
        )
    assert color < COLOR_SECONDS[kind]
    assert whole < PAINT_SECONDS
