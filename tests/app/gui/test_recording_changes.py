"""F14 to F16: runs that change, blow up or end while they are recorded by a process of its own."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.recording import RecordingFile, layout, lock
from tauscope.engine.world import World
from tauscope.widgets.state import RecordingChoice
from tests.app.gui.test_close import run_and_close
from tests.support.gui import PATIENCE, wait_for


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAUSCOPE_WRITER", "process")


def resized(lab: Lab) -> None:
    nx = lab.document.content.lattice.config.dump()["nx"]
    lab.editing.set_parameter("nx", 260 if nx != 260 else 272)


def retyped(lab: Lab) -> None:
    dtype = lab.document.content.lattice.config.dump()["dtype"]
    lab.editing.set_parameter("dtype", "float64" if dtype != "float64" else "float32")


def changed_engine(lab: Lab) -> None:
    lab.gallery.load("two_oscillators" if lab.document.content.engine == "gravity" else "single_mass")


def began_again(lab: Lab) -> None:
    lab.reset()


def whole_parts(folder: Path) -> list[Path]:
    """Parts of a recording, each opened and of one shape with what its configuration says."""
    parts = sorted(folder.glob("run*.h5"))
    for part in parts:
        with RecordingFile(part) as file:
            (engine,) = file.engines.values()
            assert file.state == layout.CLOSED
            if engine["name"] == "gravity":
                assert all(
                    file.shape(n) == (engine["config"]["ny"], engine["config"]["nx"]) for n in file.fields
                )
                assert "float64" in engine["config"]["dtype"] or file.fields["f_live"].dtype == "float32"
            for name in file.fields if file.frames else ():
                assert np.isfinite(file.frame(name, file.frames - 1)).all()
    return parts


@pytest.mark.parametrize(
    ("count", "seed"), [pytest.param(10, number, marks=pytest.mark.slow) for number in range(1, 6)]
)
def test_a_lattice_an_engine_or_a_number_type_that_changes_begins_a_part(
    lab: Lab, qapp: QApplication, tmp_path: Path, count: int, seed: int
) -> None:
    chance = random.Random(seed)
    lab.files.start_recording(RecordingChoice(str(tmp_path / "run.h5"), (), 20))
    wait_for(qapp, lambda: lab.record.status().saved > 0, "the first part")
    kinds: list[Callable[[Lab], None]] = [resized, changed_engine, began_again, retyped]
    for number in range(count):
        change = kinds[number % 4] if lab.document.content.engine == "gravity" else changed_engine
        before, path = lab.simulation.loop.world, lab.record.status().path
        change(lab)
        wait_for(qapp, lambda before=before: lab.simulation.loop.world is not before, f"{change.__name__}")  # type: ignore[misc]
        wait_for(
            qapp,
            lambda path=path: lab.record.status().path != path and lab.record.status().saved > 0,  # type: ignore[misc]
            f"the part after {change.__name__}",
        )
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0.0, 0.1))
    lab.files.stop_recording()
    wait_for(qapp, lambda: any("is complete" in t for t in lab.window.notifications.texts()), "the end")
    wait_for(qapp, lambda: not list(tmp_path.glob("*.lock")), "every part is closed")
    assert len(whole_parts(tmp_path)) == count + 1
    assert not any("stopped" in text or "died" in text for text in lab.window.notifications.texts())


def test_a_run_that_is_replaced_while_its_recording_starts_is_no_error(
    lab: Lab, qapp: QApplication, tmp_path: Path
) -> None:
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        before = lab.simulation.loop.world
        lab.files.start_recording(RecordingChoice(str(folder / "run.h5"), ("f_live",), 20))
        resized(lab)  # before the simulation has answered
        wait_for(qapp, lambda before=before: lab.simulation.loop.world is not before, "the new run")  # type: ignore[misc]
        wait_for(qapp, lambda: lab.record.active and lab.record.status().saved > 2, "it is recorded")
        lab.files.stop_recording()
        wait_for(qapp, lambda: not lab.record.status().active, "the end")
        wait_for(qapp, lambda folder=folder: not list(folder.glob("*.lock")), "it is closed")  # type: ignore[misc]
        assert whole_parts(folder)
    assert not any("was replaced, so" in text for text in lab.window.notifications.texts())


def test_a_run_that_blows_up_leaves_a_recording_that_can_be_read(
    make_lab: Callable[..., Lab], qapp: QApplication, tmp_path: Path
) -> None:
    lab = make_lab("single_mass")
    lab.files.start_recording(RecordingChoice(str(tmp_path / "run.h5"), (), 5))
    wait_for(qapp, lambda: lab.record.status().saved > 2, "frames")

    def poison(world: World) -> None:
        engine: Any = world.engine("gravity")
        state = engine.state()
        state["waiting"][12, 34] = np.nan
        engine.restore(state)

    lab.simulation.loop.call(poison)
    wait_for(qapp, lambda: lab.simulation.loop.blow_up is not None, "the limit is seen")
    found = lab.simulation.loop.blow_up
    assert found is not None
    notes = lab.window.notifications
    wait_for(
        qapp, lambda: any(f"{found.tick}" in text.replace(",", "") for text in notes.texts()), "it is told"
    )
    shown = lab.window.views["hero"].array
    assert shown is None or np.isfinite(shown).all()
    lab.files.stop_recording()
    wait_for(qapp, lambda: any("is complete" in t for t in notes.texts()), "the end")
    with RecordingFile(tmp_path / "run.h5") as file:
        assert file.frames > 2 and file.state == layout.CLOSED
        for name, index in itertools.product(file.fields, range(file.frames)):
            assert np.isfinite(file.frame(name, index)).all(), f"{name} at tick {file.ticks[index]}"


def close_while_recording(folder: Path, what: str, delay_ms: int, within: float | None) -> None:
    path = folder / f"{what}-{delay_ms}.h5"
    run_and_close(folder, "tests.support.closing", what, str(delay_ms), str(path), within=within)
    end = time.monotonic() + PATIENCE
    while lock.holder(path) is not None:
        assert time.monotonic() < end, "the writing process goes on for ever"
        time.sleep(0.02)
    if path.exists():
        with RecordingFile(path) as file:
            assert file.frames > 0 and file.state in (layout.CLOSED, layout.ORPHANED)


def test_the_window_closes_while_a_process_records(tmp_path: Path) -> None:
    close_while_recording(tmp_path, "record", 700, within=None)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(4))
def test_twenty_closes_while_a_process_records(tmp_path: Path, batch: int) -> None:
    chance = random.Random(batch)
    for number in range(5):
        close_while_recording(tmp_path, "record", 10 * number + chance.randrange(0, 1500), within=3.0)
