"""Behaviour 12: a broken limit pauses the run, names itself, and the last good state comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.engine.base import hash_state
from tauscope.engine.world import World
from tests.support.gui import PATIENCE, wait_for


def poison(world: World) -> None:
    """Put a NaN into the running state, as a fault of the machine or of a kernel would."""
    engine: Any = world.engine("gravity")
    state = engine.state()
    state["waiting"][12, 34] = np.nan
    engine.restore(state)


def test_a_nan_pauses_names_the_cell_and_the_good_state_returns(lab: Lab, qapp: QApplication) -> None:
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > 1000, "some ticks")
    lab.simulation.loop.call(poison)
    wait_for(qapp, lambda: lab.simulation.loop.blow_up is not None, "the limit is seen")
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the run pauses")
    found = lab.simulation.loop.blow_up
    assert found is not None
    texts = lab.window.notifications.texts
    wait_for(qapp, lambda: any(f"tick {found.tick}" in text for text in texts()), "it is told")
    text = next(text for text in texts() if f"tick {found.tick}" in text)
    assert "waiting" in text or "traffic" in text
    shown = lab.window.views["hero"].array
    assert shown is not None and np.isfinite(shown).all()
    lab.go_back()
    wait_for(qapp, lambda: lab.simulation.loop.blow_up is None, "the good state")
    state = lab.simulation.loop.call(lambda world: world.engine("gravity").state()).result(PATIENCE)
    assert all(
        np.isfinite(v).all() for v in state.values() if isinstance(v, np.ndarray) and v.dtype.kind == "f"
    )
    tick = lab.simulation.loop.world.macro_tick
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > tick + 100, "the run goes on")
    assert hash_state(state) != {}


def test_an_exception_of_the_engine_becomes_a_notification_and_the_window_lives(
    lab: Lab, qapp: QApplication
) -> None:
    def broken(_ticks: int) -> None:
        raise RuntimeError("planted for this test")

    engine: Any = lab.simulation.loop.world.engine("gravity")
    engine.advance = broken
    wait_for(qapp, lambda: not lab.simulation.loop.running, "the pause")
    texts = lab.window.notifications.texts
    wait_for(qapp, lambda: any("planted for this test" in text for text in texts()), "it is told")
    del engine.advance
    tick = lab.simulation.loop.world.macro_tick
    lab.set_playing(True)
    wait_for(qapp, lambda: lab.simulation.loop.world.macro_tick > tick, "the run goes on")


@pytest.mark.parametrize("way", ["reset", "preset"])
def test_what_a_note_of_a_broken_limit_offers_goes_with_its_run(
    lab: Lab, qapp: QApplication, way: str
) -> None:
    """Its buttons would go back in, or change a parameter of, a run that it does not speak of."""
    lab.simulation.loop.call(poison)
    texts = lab.window.notifications.texts
    wait_for(qapp, lambda: lab.simulation.loop.blow_up is not None, "the limit is seen")
    wait_for(qapp, lambda: any("waiting" in text or "traffic" in text for text in texts()), "it is told")
    if way == "reset":
        lab.reset()
    else:
        lab.load_preset("single_mass")
    wait_for(qapp, lambda: not lab.simulation.preparing and not lab.gallery.reading, "the next run")
    wait_for(qapp, lambda: lab.simulation.loop.blow_up is None, "which is sound")
    wait_for(
        qapp, lambda: not any("waiting" in text or "traffic" in text for text in texts()), "none is left"
    )
