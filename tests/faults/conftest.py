"""Fixtures of the fault-injection tests: those of the recording tests."""

from __future__ import annotations

from tests.recording.conftest import _toy, recorded, world

__all__ = ["_toy", "recorded", "world"]
