"""Lines that the verify studies take from here."""

from __future__ import annotations

from typing import Any

import pytest

from tauscope.engine.potential import checks, green


def test_every_check_holds(tolerances: dict[str, Any]) -> None:
    found = checks.green_checks() + checks.ranking_checks()
    assert len(found) == 10
    assert [check for check in found if not check.passed] == []
    allowed = tolerances["potential"]["green"]
    for name in ("sum", "infinite", "finite_size"):
        assert checks.TOLERANCES[name] <= allowed[name]


def test_a_green_function_that_is_one_per_cent_off_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = green.spectrum
    monkeypatch.setattr(green, "spectrum", lambda shape: 1.01 * exact(shape))
    failed = [check.quantity for check in checks.green_checks() if not check.passed]
    assert any("Green function" in name for name in failed)
