"""Phase circles: processor time of a frame on the GUI thread, by Python and in all.

The time of Python alone is that with the graphics card's functions replaced by ones that do nothing: where
the card is emulated, drawing would count as ours. Processor time of the GUI thread is counted, and of frames
of a card the best is taken, since others use the machine.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.widgets.canvas import gl
from tauscope.widgets.canvas.phase_surface import PaintedPhase
from tauscope.widgets.labs.kuramoto.circles_view import CirclesView
from tests.support.circles import fill, grid, order_of, settle

pytestmark = pytest.mark.benchmark

FRAMES = 60
PYTHON_SECONDS = 0.001
"""Behaviour 13 of the window: at most so much for a frame of 10^5 oscillators."""
PAINTED_SECONDS = 0.008
"""A painted frame holds the GUI thread no longer."""


@pytest.fixture(autouse=True)
def no_collector() -> Any:
    """Collect cycles as the application does: by itself, between frames."""
    gc.disable()
    yield
    gc.enable()


def shown(qtbot: Any, side: int, size: int) -> CirclesView:
    view = CirclesView()
    qtbot.addWidget(view)
    view.resize(1000, 800)
    view.show()
    qtbot.waitExposed(view)
    fill(view, *grid(side), size)
    settle(view)
    return view


def frames_of(view: CirclesView, draw: Any) -> list[tuple[float, float]]:
    """Seconds for taking each frame, and for drawing it."""
    theta = np.array(view.stage.phases.theta)
    order, links = np.array(view.stage.phases.order), np.array(view.stage.phases.alignment)
    spent = []
    for k in range(FRAMES):
        theta, order = theta + 0.01, order * np.exp(0.01j)
        start = time.thread_time()
        assert view.set_frame(theta, order, links, theta)
        middle = time.thread_time()
        draw()
        spent.append((middle - start, time.thread_time() - middle))
        if k % 10 == 9:
            QApplication.processEvents()
    return spent


@pytest.mark.parametrize(("side", "size", "detail"), [
    (10, 1000, "auto"), (10, 1000, "points"), (50, 40, "auto"), (50, 40, "points"), (100, 100, "auto"),
])  # fmt: skip
def test_card(
    qapp: Any, qtbot: Any, monkeypatch: Any, capsys: Any, side: int, size: int, detail: Any
) -> None:
    from dataclasses import replace

    from vispy.gloo import gl as card

    view = shown(qtbot, side, size)
    view.set_options(replace(view.options, detail=detail))
    settle(view)
    native: Any = view.canvas_native
    native.makeCurrent()
    whole = frames_of(view, native.paintGL)
    with monkeypatch.context() as patch:
        for name in dir(card):
            if name.startswith("gl") and name not in ("glGetParameter", "glGetError"):
                patch.setattr(card, name, lambda *_args, **_keys: 0)
        python = frames_of(view, native.paintGL)
    native.doneCurrent()
    view.release()
    taken, drawn = (min(part) for part in zip(*python, strict=True))
    with capsys.disabled():
        seen = getattr(view.stage.phases.seen(2_000_000), "mode", "")
        print(f"\nN {side * side * size:,} in {side * side:,} circles as {seen}:")
        print(f"    Python {1e3 * taken:.2f} ms to take a frame and {1e3 * drawn:.2f} ms to draw it")
        print(f"    with this display's OpenGL {1e3 * min(each for _, each in whole):.1f} ms")
    if side * side * size <= 100_000:
        assert taken + drawn <= PYTHON_SECONDS


@pytest.mark.parametrize(("side", "size"), [(10, 1000), (50, 40), (100, 100)])
def test_painted(qapp: Any, qtbot: Any, monkeypatch: Any, capsys: Any, side: int, size: int) -> None:
    monkeypatch.setattr(gl, "problem", lambda: "OpenGL is switched off by the benchmark.")
    held: list[float] = []
    paint = PaintedPhase.paintEvent

    def timed(surface: PaintedPhase, event: Any) -> None:
        start = time.thread_time()
        paint(surface, event)
        held.append(time.thread_time() - start)

    monkeypatch.setattr(PaintedPhase, "paintEvent", timed)
    view = shown(qtbot, side, size)
    held.clear()
    waited = []
    for k in range(8):
        theta = np.array(view.stage.phases.theta) + 0.05 * k
        view.set_frame(theta, order_of(theta, side * side))
        start = time.perf_counter()
        settle(view)
        waited.append(time.perf_counter() - start)
    view.release()
    with capsys.disabled():
        print(
            f"\nN {side * side * size:,} painted: the GUI thread works {1e3 * np.median(held):.1f} ms a frame"
        )
        print(
            f"    at most {1e3 * max(held):.1f} ms; a picture stands after {1e3 * np.median(waited):.0f} ms"
        )
    assert np.median(held) <= PAINTED_SECONDS
