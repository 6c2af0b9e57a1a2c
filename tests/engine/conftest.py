"""Fixtures of the engine tests: the toy engine in the registry, and loops that run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tauscope.engine.loop import Loop
from tauscope.engine.mailbox import Mailbox
from tauscope.engine.registry import entries
from tauscope.engine.world import World
from tests import toy_engine
from tests.support.clock import Clock, clocked
from tests.support.looping import Running


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of the toy engine, registered for one test."""
    toy_engine.install(tmp_path / "plugin", monkeypatch)
    yield "toy"
    entries.cache_clear()


@pytest.fixture
def start(toy: str) -> Iterator[Callable[..., Running]]:
    """Makes running loops of the toy engine and ends them."""
    made: list[Running] = []

    def make(config: dict[str, Any] | None = None, *, engine: str = toy) -> Running:
        made.append(Running(World.single(engine, config or {}, seed=5)))
        return made[-1]

    yield make
    for running in made:
        running.close()


@pytest.fixture
def loop(toy: str) -> Loop:
    """Loop that the test itself turns."""
    return Loop(World.single(toy, {}, seed=5), Mailbox())


@pytest.fixture
def clock(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Clock of `loop`, from its beginning on; every tick takes 0.1 ms by it."""
    return clocked(loop, monkeypatch)
