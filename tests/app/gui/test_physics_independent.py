"""Behaviour 1: the display never changes the physics, and the window stays responsive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numba
import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tauscope.app import presets
from tauscope.app.lab import Lab
from tauscope.engine.base import hash_state
from tauscope.engine.world import World
from tests.support.gui import PATIENCE, in_place, pump, wait_for

STEPS = 10_000


def headless_hash(preset: str, ticks: int) -> dict[str, str]:
    chosen = presets.load(preset)
    world = World.single(chosen.engine, chosen.config, seed=1)
    world.advance(ticks)
    return hash_state(world.engine(chosen.engine).state())


@pytest.mark.parametrize("hertz", [1.0, 30.0, 60.0])
def test_the_state_after_10000_ticks_is_that_of_a_run_without_a_window(
    make_lab: Callable[..., Lab], qapp: QApplication, hertz: float
) -> None:
    lab = make_lab("two_bodies")
    lab.simulation.loop.display_interval = 1.0 / hertz
    lab.set_playing(False)
    lab.reset()
    in_place(qapp, lab)
    assert lab.simulation.loop.world.macro_tick == 0
    done = lab.simulation.loop.run_to(STEPS)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick >= STEPS, "10,000 ticks", 180.0)
    assert done.exception() is None
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the pause at the target")
    state = lab.simulation.loop.call(lambda world: hash_state(world.engine("gravity").state())).result(
        PATIENCE
    )
    assert lab.simulation.loop.world.macro_tick == STEPS
    assert state == headless_hash("two_bodies", STEPS)


@pytest.mark.slow
def test_no_turn_of_ours_is_longer_than_16_ms_in_five_minutes(
    make_lab: Callable[..., Lab], qapp: QApplication
) -> None:
    """Turns without the drawing itself, which software GL makes slow; 99.9 % of them, and none beyond 50 ms.

    On two shared cores the scheduler alone delays single turns; the bound of 16 ms is asserted for the
    time the turn itself used on its core.
    """
    lab = make_lab("two_bodies")
    longest = 0.0
    turn, tick, drawing = lab._turn, lab.window.redraw.tick, [0.0]

    def timed_tick(spent: float = 0.0) -> int:
        before = time.thread_time()
        drawn = tick(spent)
        drawing[0] += time.thread_time() - before
        return drawn

    lab.window.redraw.tick = timed_tick  # type: ignore[method-assign]

    def timed() -> None:
        nonlocal longest
        before = time.thread_time()
        drawing[0] = 0.0
        turn()
        longest = max(longest, time.thread_time() - before - drawing[0])

    lab._timer.timeout.disconnect()
    lab._timer.timeout.connect(timed)
    pump(qapp, 300.0)
    assert longest < 0.016


@numba.njit(nogil=True)
def spin(rounds: int) -> float:
    """Plain load that holds a core and not the interpreter."""
    total = 0.0
    for i in range(rounds):
        total += i * 1e-9
    return total


@pytest.mark.slow
def test_turns_come_as_regularly_as_with_empty_canvases_and_a_plain_load(
    make_lab: Callable[..., Lab],
) -> None:
    """Behaviour 1: p95 of the interval <= 1.3 x that on empty canvases beside a plain nogil load."""
    lab = make_lab("two_bodies")
    spin(10)

    times: list[float] = []
    # Before the program's own slot, so that the interval is the timer's and not how long two slots took.
    lab._timer.timeout.disconnect()
    lab._timer.timeout.connect(lambda: times.append(time.perf_counter()))
    lab._timer.timeout.connect(lab._turn)

    def p95(seconds: float) -> float:
        times.clear()
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()  # sleeps between events, as the program does
        return float(np.percentile(np.diff(times), 95))

    p95(2.0)
    busy = p95(20.0)
    lab.set_playing(False)
    p95(0.5)
    lab.live.enabled = False
    for view in lab.window.views.values():
        view.clear()
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            spin(8_000_000)

    thread = threading.Thread(target=load)
    thread.start()

    def touch() -> None:
        for view in lab.window.views.values():
            lab.window.redraw.changed(view.stage)

    lab._timer.timeout.connect(touch)
    empty = p95(20.0)
    stop.set()
    thread.join()
    print(f"p95 of the interval: running {busy * 1e3:.1f} ms, empty canvases {empty * 1e3:.1f} ms")
    assert busy <= 1.3 * empty
