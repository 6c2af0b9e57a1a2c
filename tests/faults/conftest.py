"""Fixtures of the fault-injection tests: those of the recording tests, and a recording of each engine."""

from __future__ import annotations

from tests.app.test_exports_of_engines import recordings
from tests.recording.conftest import _toy, recorded, world

__all__ = ["_toy", "recorded", "recordings", "world"]
