"""Fixtures of the recording tests: the toy engine in the registry, and short recordings of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tauscope.app.recording import Recorder
from tauscope.engine.base import Command
from tauscope.engine.registry import entries
from tauscope.engine.world import World
from tests import toy_engine
from tests.recording.running import drive

Recording = Callable[..., Path]


@pytest.fixture(autouse=True)
def _toy(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Register the toy engine, here and in spawned processes."""
    toy_engine.install(tmp_path_factory.mktemp("plugin"), monkeypatch)
    yield
    entries.cache_clear()


@pytest.fixture
def world() -> World:
    """Return a small world of the toy engine at tick 0."""
    return World.single("toy", {"nx": 16, "ny": 12}, seed=3)


@pytest.fixture
def recorded(tmp_path: Path) -> Recording:
    """Return a function that records 50 ticks with three events and closes the file."""

    def make(name: str = "run.h5", ticks: int = 50, **options: Any) -> Path:
        world = World.single("toy", {"nx": 16, "ny": 12}, seed=3)
        events = {
            11: Command("toy", "add_spot", {"x": 3, "y": 4, "amount": 0.5}),
            23: Command("toy", "set", {"path": "D", "value": 0.7}),
            34: Command("toy", "add_spot", {"x": 9, "y": 2, "amount": 0.25}),
        }
        settings = {"fields": ("u", "visits"), "every": 5, "hash_every": 10, "reserve_bytes": 0, **options}
        recorder = Recorder(tmp_path / name, **settings)
        recorder.start(world)
        drive(world, recorder, ticks, events)
        status = recorder.close()
        assert status.error == ""
        return recorder.path

    return make
