"""Fixtures of the conformance suite: the toy engine stands in the registry beside the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tauscope.engine.registry import entries
from tests import toy_engine


@pytest.fixture(autouse=True)
def _toy_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register the toy engine, in this process and in those it spawns."""
    toy_engine.install(tmp_path / "plugin", monkeypatch)
    yield
    entries.cache_clear()
