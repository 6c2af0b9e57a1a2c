"""How much of its disk a recording leaves free, and what is said where there is less."""

from __future__ import annotations

from pathlib import Path

import pytest

from tauscope.app.recording import Recorder
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World


def test_a_disk_without_room_is_refused_before_the_start(tmp_path: Path, world: World) -> None:
    recorder = Recorder(tmp_path / "run.h5", reserve_bytes=1 << 60)
    with pytest.raises(BadInput, match=r"Only .* free.*TAUSCOPE_RESERVE_MB"):
        recorder.start(world)
    assert list(tmp_path.iterdir()) == []


def test_how_much_a_recording_leaves_free_can_be_named(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tauscope.app.recording.guard.DiskGuard.free", lambda _self: 100 << 20)
    monkeypatch.delenv("TAUSCOPE_RESERVE_MB")
    with pytest.raises(BadInput, match=r"Only 105 MB are free.* more than 508 MB free"):
        Recorder(tmp_path / "run.h5").start(world)
    monkeypatch.setenv("TAUSCOPE_RESERVE_MB", "20")
    recorder = Recorder(tmp_path / "run.h5")
    recorder.start(world)
    recorder.stop()
    monkeypatch.setenv("TAUSCOPE_RESERVE_MB", "½")
    with pytest.raises(BadInput, match=r"TAUSCOPE_RESERVE_MB is “½”.*a number of MB"):
        Recorder(tmp_path / "other.h5")
