"""Two coupled engines on disk: recorded, replayed bit for bit, kept in sessions and in checkpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tauscope.app import checkpoint, session
from tauscope.app.document import content_of
from tauscope.app.recording import Recorder, RecordingFile, replay, rerun
from tauscope.app.recording.layout import CONFIG, write_json
from tauscope.app.recording.rerun import setup_of
from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.engine.redshift import LATTICE, clocks, coupling, hashes, setup
from tests.recording.running import drive, edit_event

EVENTS = {
    7: Command("kuramoto", "set", {"path": "K", "value": 0.4}),
    12: Command("gravity", "update_source", {"id": "m", "strength": 0.02}),
    21: Command("kuramoto", "kick", {"clusters": [1], "amount": 1.0, "spread": 0.1}),
}


def world(ticks: int = 3) -> World:
    return World.of(setup(ticks={"gravity": ticks}, noise=0.01), seed=3)


def recorded(path: Path, made: World | None = None, **options: Any) -> Path:
    running = made or world()
    recorder = Recorder(path, every=5, hash_every=10, reserve_bytes=0, **options)
    recorder.start(running)
    drive(running, recorder, running.macro_tick + 40, EVENTS if made is None else {})
    assert recorder.close().error == ""
    return path


def test_two_coupled_engines_replay_in_a_new_process(tmp_path: Path) -> None:
    fields = ("kuramoto:theta", "kuramoto:clock_rate", "gravity:f_traffic")
    report = replay(recorded(tmp_path / "run.h5", fields=fields), verify=True)
    assert report.passed, report.sentence
    assert (report.frames, report.events, set(report.classes)) == (9, 3, {"kuramoto", "gravity"})


def test_the_recorder_chooses_fields_of_both(tmp_path: Path) -> None:
    with RecordingFile(recorded(tmp_path / "run.h5")) as file:
        assert {file.owner(name)[0] for name in file.fields} == {"kuramoto", "gravity"}
        assert setup_of(file) == setup(ticks={"gravity": 3}, noise=0.01)
        assert "kuramoto.R_total" in file.scalars
        assert "gravity.f_traffic_min" in file.scalars


def test_meshes_of_several_engines_have_names_that_openpmd_admits(tmp_path: Path) -> None:
    """The validator takes letters, digits and underscores, and ends in a fault at anything else."""
    with h5py.File(recorded(tmp_path / "run.h5", fields=("gravity:f_traffic",)), "r") as file:
        meshes = [name for iteration in file["data"].values() for name in iteration["meshes"]]
        assert set(meshes) == {"gravity_f_traffic"}
        found = file["data/20/meshes/gravity_f_traffic"][:]
        np.testing.assert_array_equal(found, file["fields/gravity.f_traffic"][4])


def test_a_recording_that_begins_in_the_middle_replays(tmp_path: Path) -> None:
    made = world()
    made.advance(17)
    made.apply(EVENTS[7])
    made.advance(6)
    assert rerun.rerun(recorded(tmp_path / "run.h5", made), True, lambda _f, _t: None).passed


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_edited_event_of_either_engine_is_found(tmp_path: Path, number: int) -> None:
    path = recorded(tmp_path / "run.h5")

    def change(event: dict[str, Any]) -> None:
        args = event["args"]
        key = next(key for key in ("value", "strength", "amount") if key in args)
        args[key] = 1.01 * args[key]

    edit_event(path, number, change, chain=True)
    report = rerun.rerun(path, True, lambda _f, _t: None)
    assert report.mismatch is not None
    assert report.mismatch.tick <= {0: 10, 1: 20, 2: 30}[number]


@pytest.mark.parametrize(
    ("kept", "key"),
    [
        ([{**coupling(), "interpolation": "nearest"}], None),
        ([], None),
        ([{"kind": "function"}], "couplings"),
        (1, "couplings"),
        ([{**coupling(), "source": "ufie"}], "couplings.source"),
    ],
)
def test_an_edited_coupling_is_found_or_refused(tmp_path: Path, kept: Any, key: str | None) -> None:
    path = recorded(tmp_path / "run.h5")
    with RecordingFile(path) as file:
        config = {**file.config, "couplings": kept}
    with h5py.File(path, "r+") as raw:
        del raw[CONFIG]
        write_json(raw, CONFIG, config)
    if key is None:
        report = rerun.rerun(path, True, lambda _f, _t: None)
        assert report.mismatch is not None
        return
    with pytest.raises(BadInput) as caught:
        rerun.rerun(path, True, lambda _f, _t: None)
    assert caught.value.key == key


def test_a_session_goes_on_with_both_engines_bit_for_bit(tmp_path: Path) -> None:
    content = content_of(
        "kuramoto",
        clocks(noise=0.01),
        seed=3,
        companions={"gravity": LATTICE},
        ticks={"gravity": 3},
        couplings=[coupling()],
    )
    whole, first = world(), world()
    for made in (whole, first):
        made.advance(10)
        made.apply(EVENTS[12])
        made.advance(9)
    looked = content.focused("gravity")
    path = session.save(
        tmp_path / "a.tauscope", looked, session.Moment.of(first), origin=session.Origin.of(looked)
    )
    found, again = session.open_run(path)
    assert hashes(again) == hashes(whole)
    assert (found.content.engine, found.content.main, found.tick) == ("gravity", "kuramoto", 19)
    assert found.content.digest() == content.digest()
    assert found.origin == session.Origin.of(content)
    for made in (whole, again):
        made.advance(11)
    assert hashes(again) == hashes(whole)
    assert [event.command.name for event in again.events.since(0)] == ["update_source"]


def test_a_session_whose_engines_were_edited_is_refused(tmp_path: Path) -> None:
    content = content_of("kuramoto", clocks(), seed=3)
    path = session.save(tmp_path / "a.tauscope", content, session.Moment.of(world()))
    with pytest.raises(BadInput, match="holds a state of kuramoto, gravity and a set-up of kuramoto"):
        session.load(path)


def test_a_checkpoint_goes_on_with_both_engines_bit_for_bit(tmp_path: Path) -> None:
    first = world()
    first.advance(13)
    first.apply(EVENTS[7])
    checkpoint.save(tmp_path / "a.npz", checkpoint.of(first, "redshift"))
    kept = checkpoint.load(tmp_path / "a.npz")
    assert (kept.engine, kept.seed, kept.tick, kept.preset) == ("kuramoto", 3, 13, "redshift")
    again = kept.world()
    assert hashes(again) == hashes(first)
    for made in (first, again):
        made.advance(20)
    assert hashes(again) == hashes(first)


def test_a_checkpoint_of_before_there_were_several_engines_is_read(tmp_path: Path) -> None:
    single = World.single("gravity", LATTICE, seed=2)
    single.advance(5)
    checkpoint.save(tmp_path / "a.npz", checkpoint.of(single, "lattice"))
    with np.load(tmp_path / "a.npz") as data:
        members = dict(data)
    header = json.loads(members["checkpoint"].tobytes())
    made = header.pop("setup")["engines"]["gravity"]
    header |= {"engine": "gravity", "config": made["config"], "seed": header.pop("seeds")["gravity"]}
    members["checkpoint"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(tmp_path / "b.npz", **members)
    assert hashes(checkpoint.load(tmp_path / "b.npz").world()) == hashes(single)
