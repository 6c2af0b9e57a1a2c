"""What is said of devices that cannot be used."""

from __future__ import annotations

import pytest

from tauscope.app import info
from tauscope.gpu import cuda


def test_a_device_that_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "missing", lambda: "CuPy is not installed. Install it.")
    found = {"engines": info.engines(), "paths": info.paths()}
    gravity = found["engines"]["gravity"]
    assert gravity["devices"] == ["cpu", "cuda"], "the keys of --json stay what they were"
    assert gravity["not_usable"] == {"cuda": "CuPy is not installed"}
    shown = info.for_people(found)["engines"]["gravity"]
    assert shown["devices"] == ["cpu", "cuda (not usable: CuPy is not installed)"]
    assert "not_usable" not in shown
    monkeypatch.setattr(cuda, "missing", lambda: "")
    found = {"engines": info.engines()}
    assert "not_usable" not in found["engines"]["gravity"]
    assert info.for_people(found)["engines"]["gravity"]["devices"] == ["cpu", "cuda"]
