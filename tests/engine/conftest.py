"""Fixtures of the engine tests: the toy engine in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tauscope.engine.registry import entries
from tests import toy_engine


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of the toy engine, registered for one test."""
    toy_engine.install(tmp_path / "plugin", monkeypatch)
    yield "toy"
    entries.cache_clear()
