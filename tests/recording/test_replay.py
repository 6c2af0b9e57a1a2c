"""Replay in a new process: equal bit for bit, and every edit found, with tick and array."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app.recording import Recorder, RecordingFile, ReplayReport, layout, replay, rerun
from tauscope.app.recording.rerun import difference
from tauscope.app.recording.writer import pack_state
from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError
from tauscope.engine.world import World
from tests.recording.conftest import Recording
from tests.recording.running import drive, edit_event


def rerun_here(path: Path) -> ReplayReport:
    """Replay in this process, which is quicker; one test below does it in a new one."""
    return rerun.rerun(path, True, lambda _fraction, _text: None)


def test_a_recording_replays_in_a_new_process(recorded: Recording) -> None:
    path = recorded()
    seen: list[float] = []
    report = replay(path, verify=True, progress=lambda fraction, _text: seen.append(fraction))
    assert report.passed
    assert (report.frames, report.hashes, report.events) == (11, 7, 3)
    assert report.classes == {"toy": "B"}
    assert "class B" in report.sentence
    assert "bit for bit" in report.sentence
    assert seen
    assert all(0 <= fraction <= 1 for fraction in seen)
    quick = replay(path)
    assert quick.passed
    assert (quick.frames, quick.hashes) == (0, 7)


def test_an_edited_event_is_found_in_a_new_process(recorded: Recording) -> None:
    path = recorded()
    edit_event(path, 0, lambda event: event["args"].update(amount=0.5000001))
    report = replay(path, verify=True)
    assert not report.passed
    assert report.mismatch is not None
    assert (report.mismatch.tick, report.mismatch.array) == (15, "u")
    assert "differs at tick 15 in u" in report.sentence


def test_a_process_that_cannot_be_started_is_a_sentence(
    recorded: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refused)
    with pytest.raises(TauscopeError, match="cannot be started"):
        replay(recorded())


def test_progress_may_cancel(recorded: Recording) -> None:
    def stop(_fraction: float, _text: str) -> None:
        raise Cancelled("The replay")

    with pytest.raises(Cancelled):
        replay(recorded(), verify=True, progress=stop)


EDITS: list[tuple[str, int, Callable[[dict[str, Any]], Any], int, str]] = [
    ("amount", 0, lambda e: e["args"].update(amount=0.75), 15, "u"),
    ("place", 0, lambda e: e["args"].update(x=4), 15, "u"),
    ("parameter", 1, lambda e: e["args"].update(value=0.71), 25, "u"),
    ("refused value", 1, lambda e: e["args"].update(value=-1.0), 23, "event 1 (set)"),
    ("outside", 2, lambda e: e["args"].update(x=99), 34, "event 2 (add_spot)"),
    ("unknown command", 2, lambda e: e.update(name="explode"), 34, "event 2 (explode)"),
    ("unknown engine", 2, lambda e: e.update(engine="gravity"), 34, "event 2 (add_spot)"),
    ("unknown argument", 2, lambda e: e["args"].update(colour="red"), 34, "event 2 (add_spot)"),
    ("result", 2, lambda e: e.update(result="spot9"), 34, "event 2 (add_spot)"),
    ("tick", 0, lambda e: e.update(macro_tick=12), 12, "event 0 (add_spot)"),
    ("tick and engine tick", 0, lambda e: e.update(macro_tick=12, engine_tick=12), 15, "u"),
    ("later than its frame", 0, lambda e: e.update(macro_tick=17, engine_tick=17), 15, "the next comparison"),
    ("before the one before", 2, lambda e: e.update(macro_tick=12, engine_tick=12), 12, "event 2"),
    ("no event at all", 1, lambda e: e.pop("name"), 0, "event 1"),
    ("origin", 1, lambda e: e.update(origin="somebody"), 23, "event log"),
]


@pytest.mark.parametrize(
    ("what", "number", "change", "tick", "array"), EDITS, ids=[edit[0] for edit in EDITS]
)
def test_every_edit_is_found(
    recorded: Recording,
    what: str,
    number: int,
    change: Callable[[dict[str, Any]], Any],
    tick: int,
    array: str,
) -> None:
    path = recorded()
    assert rerun_here(path).passed
    edit_event(path, number, change)
    found = rerun_here(path).mismatch
    assert found is not None, what
    assert found.array == array
    assert found.tick == tick


def test_a_forged_running_hash_does_not_hide_an_edit(recorded: Recording) -> None:
    path = recorded()
    edit_event(path, 0, lambda event: event["args"].update(amount=0.75), chain=True)
    found = rerun_here(path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (15, "u")


def change(path: Path, name: str, index: Any, value: Any) -> None:
    with h5py.File(path, "r+") as file:
        file[name][index] = value


def test_one_changed_bit_of_a_frame_is_found(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r") as file:
        old = file["fields/u"][7, 3, 2]
    change(path, "fields/u", (7, 3, 2), np.nextafter(old, 2.0))
    report = rerun_here(path)
    assert report.mismatch is not None
    assert (report.mismatch.tick, report.mismatch.array) == (35, "u")
    assert "At cell (3, 2)" in report.mismatch.detail
    assert "1 cells differ" in report.mismatch.detail


def test_a_changed_hash_is_found(recorded: Recording) -> None:
    path = recorded()
    change(path, f"{layout.HASH_STATE}/toy/visits", 3, b"0" * 32)
    found = rerun_here(path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (30, "visits")


def test_a_changed_start_is_found(recorded: Recording) -> None:
    path = recorded()
    change(path, f"{layout.INITIAL}/toy/arrays/u", (0, 0), 0.123)
    found = rerun_here(path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (0, "u")


@pytest.mark.parametrize(
    ("name", "place", "value", "what"),
    [
        (layout.TIME, 4, 20.125, "time axis"),
        (layout.DROPPED, slice(3, None), 1, "dropped"),
        (f"{layout.FIELDS}/x", 5, 5.5, "axis x"),
        (layout.FRAME_EVENTS, 10, 7, "counted events"),
        (layout.HASH_EVENTS, 6, 9, "counted events"),
        (f"{layout.HASH_STATE}/toy/%all", 2, b"0" * 32, "state of toy"),
        (layout.CHECKPOINT_TICK, ..., [-1, 37], "checkpoint"),
        (layout.CHECKPOINT_TICK, ..., [51, -1], "checkpoint"),
        (layout.SOURCE, 40, 0x58, "program text"),
    ],
)
def test_a_change_of_what_is_not_run_is_found(
    recorded: Recording, name: str, place: Any, value: Any, what: str
) -> None:
    path = recorded(checkpoint_seconds=0.0)
    assert rerun_here(path).passed
    change(path, name, place, value)
    found = rerun_here(path).mismatch
    assert found is not None and found.array == what


def replaced(file: h5py.File) -> None:
    shape = file["fields/u"].shape
    del file["fields/u"]
    file["fields/u"] = np.zeros(shape)


def deleted(file: h5py.File) -> None:
    del file["fields/u"]


def without_series(file: h5py.File) -> None:
    del file[layout.SERIES][next(iter(file[layout.SERIES]))]


def without_hashes(file: h5py.File) -> None:
    del file[layout.HASH_STATE]["toy"]["visits"]


@pytest.mark.parametrize("edit", [replaced, deleted, without_series, without_hashes])
def test_what_was_recorded_and_is_gone_is_found(
    recorded: Recording, edit: Callable[[h5py.File], None]
) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        edit(file)
    found = rerun_here(path).mismatch
    assert found is not None
    assert "does not hold it" in found.detail


def test_a_field_that_belongs_to_nobody_is_damage(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        del file["fields/u"].attrs["field"]
    with pytest.raises(BadInput, match="is damaged"):
        replay(path, verify=True)


def test_a_series_of_an_engine_that_is_not_there_is_found(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        next(iter(file[layout.SERIES].values()))["value"].attrs["engine"] = np.bytes_(b"toyx")
    found = rerun_here(path).mismatch
    assert found is not None and "toyx" in found.detail


def test_hashes_that_are_all_gone_are_missed(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        for name in list(file[layout.HASH_STATE]["toy"]):
            del file[layout.HASH_STATE]["toy"][name]
    found = rerun_here(path).mismatch
    assert found is not None and "hash" in found.array


@pytest.mark.parametrize("name", [layout.CONFIG, layout.ENVIRONMENT])
def test_a_change_of_a_text_without_effect_is_found(recorded: Recording, name: str) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        text = bytes(file[name][()])
        new = text.replace(b'"hash_every": 10', b'"hash_every": 20').replace(b'"python": "3', b'"python": "4')
        assert new != text
        file[name][()] = np.bytes_(new)
    found = rerun_here(path).mismatch
    assert found is not None
    assert found.array in ("configuration", "environment")


def test_a_checkpoint_of_another_state_is_found(recorded: Recording) -> None:
    path = recorded(checkpoint_seconds=0.0)
    with RecordingFile(path) as file:
        kept = file.checkpoint()
        assert kept is not None
    tick, states = kept
    states["toy"]["u"][1, 1] += 1e-12
    blob = np.frombuffer(pack_state(states), np.uint8)
    with h5py.File(path, "r+") as file:
        slot = int(np.argmax(file[layout.CHECKPOINT_TICK][:]))
        file[f"{layout.CHECKPOINTS}/{slot}"].resize((len(blob),))
        file[f"{layout.CHECKPOINTS}/{slot}"][:] = blob
        file[layout.CHECKPOINT_SIZE][slot] = len(blob)
    found = rerun_here(path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (tick, "checkpoint")


def edit_config(path: Path, old: str, new: str) -> None:
    with h5py.File(path, "r+") as file:
        text = bytes(file[layout.CONFIG][()]).decode()
        assert old in text
        del file[layout.CONFIG]
        file[layout.CONFIG] = np.bytes_(text.replace(old, new).encode())


def test_a_changed_seed_is_found(recorded: Recording) -> None:
    path = recorded()
    edit_config(path, '"seed": 3', '"seed": 4')
    found = rerun_here(path).mismatch
    assert found is not None
    assert found.tick == 0
    assert found.array == "configuration and seed give another start in u"


@pytest.mark.parametrize("restored", [False, True])
def test_a_start_is_known_to_come_from_the_configuration(
    tmp_path: Path, world: World, restored: bool
) -> None:
    """A world that was swapped in is as its configuration says; one that was restored at tick 0 is not."""
    state = world.state()
    if restored:
        state["engines"]["toy"]["u"][0, 0] = 0.5
    world.restore(state)
    assert world.generation == 1
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 5)
    recorder.close()
    with RecordingFile(recorder.path) as file:
        assert file.config["from_config"] is not restored
    assert rerun_here(recorder.path).passed


def test_a_changed_parameter_is_found(recorded: Recording) -> None:
    path = recorded()
    edit_config(path, '"D": 0.5', '"D": 0.25')
    found = rerun_here(path).mismatch
    assert found is not None
    assert found.tick == 0


def test_a_changed_parameter_is_found_where_the_start_is_a_state_of_its_own(
    tmp_path: Path, world: World
) -> None:
    """A run that went on from elsewhere starts at its initial state, and the text beside it must say so."""
    world.advance(4)
    recorder = Recorder(tmp_path / "run.h5", ("u",), reserve_bytes=0)
    recorder.start(world)
    drive(world, recorder, 9)
    recorder.close()
    assert rerun_here(recorder.path).passed
    edit_config(recorder.path, '"D": 0.5', '"D": 0.25')
    found = rerun_here(recorder.path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (4, "configuration of toy, D")


def test_a_changed_scalar_is_found(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r") as file:
        old = float(file["series/mean/value"][5])
    change(path, "series/mean/value", 5, np.nextafter(old, 2.0))
    found = rerun_here(path).mismatch
    assert found is not None
    assert (found.tick, found.array) == (25, "mean")


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_run_that_stopped_at_its_last_good_state_replays(tmp_path: Path, acknowledged: bool) -> None:
    """That the next step was refused is part of the engine's state, of which a replay learns by trying it."""
    dipole = [{"x": 15, "y": 16, "value": 1}, {"x": 17, "y": 16, "value": -1}]
    world = World.single("charge", {"mode": "rho2", "size": 32, "charges": dipole})
    recorder = Recorder(tmp_path / "run.h5", ("rho",), every=40, reserve_bytes=0)
    recorder.start(world)
    while world.check() is None:
        world.advance(40 - world.macro_tick % 40)
        if world.check() is None:
            recorder.sample(world)
    if acknowledged:
        world.apply(Command("charge", "acknowledge"))
        recorder.look(world)
        world.advance(1)
    recorder.close()
    report = rerun_here(recorder.path)
    assert report.mismatch is None
    assert 400 < report.last_tick < 420


def test_an_unknown_engine_is_refused(recorded: Recording) -> None:
    path = recorded()
    edit_config(path, '"name": "toy"', '"name": "tow"')
    with pytest.raises(BadInput, match=r"no engine named “tow”.*Did you mean “toy”"):
        replay(path)


def test_changed_program_text_is_named(recorded: Recording) -> None:
    path = recorded()
    with h5py.File(path, "r+") as file:
        text = file[layout.SOURCE][:].tobytes().replace(b"class ToyEngine", b"class TOyEngine")
        del file[layout.SOURCE]
        file[layout.SOURCE] = np.frombuffer(text, np.uint8)
    edit_event(path, 0, lambda event: event["args"].update(amount=0.75))
    report = rerun_here(path)
    assert any("tests.toy_engine" in note for note in report.notes)
    assert "The program has changed since" in report.sentence


@pytest.mark.parametrize(
    ("kept", "found", "words"),
    [
        (np.zeros(3), np.zeros(3), ""),
        (np.array([np.nan]), np.array([np.nan]), ""),
        (np.zeros((2, 2)), np.array([[0.0, 0.0], [-0.0, 0.0]]), r"cell \(1, 0\)"),
        (np.zeros(3), np.zeros(3, np.float32), "float32"),
        (np.zeros(3), np.zeros(4), r"\(4,\)"),
    ],
)
def test_differences_are_of_bits(kept: Any, found: Any, words: str) -> None:
    assert bool(difference(kept, found)) == bool(words)
    if words:
        import re

        assert re.search(words, difference(kept, found))


def test_a_difference_is_told_in_plain_numbers() -> None:
    kept = np.array([[0.5, 0.66]], np.float32)
    found = np.array([[0.5, 0.67]], np.float32)
    text = difference(kept, found)
    assert "np." not in text and "float32" not in text
    assert text.startswith("At cell (0, 1) it is 0.67") and "1 cells differ" in text
