"""Acceptance test 23: what a lattice takes grows with its sites, for every rule and number type."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest

from tauscope.engine import create

CASES = [
    ("airtime", "float32", "von_neumann"),
    ("airtime", "float64", "moore"),
    ("airtime", "int32", "von_neumann"),
    ("fluid", "float32", "von_neumann"),
    ("literal", "float32", "von_neumann"),
    ("strict", "float32", "moore"),
]
SOURCE = {"kind": "gaussian", "x": 20, "y": 20, "strength": 4e-3}


def bytes_of(side: int, config: dict[str, Any]) -> int:
    """Bytes that a running engine of so many columns and rows keeps."""
    gc.collect()
    tracemalloc.start()
    engine = create("gravity", {**config, "nx": side, "ny": side, "sources": [SOURCE]})
    engine.advance(20)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert engine.tick == 20
    return kept


@pytest.mark.parametrize(("rule", "dtype", "hood"), CASES)
def test_memory_grows_with_the_sites(rule: str, dtype: str, hood: str) -> None:
    """Bytes at 50^2 and 200^2 are in the ratio of the sites within 0.5 to 2 (design); so are 200^2, 400^2."""
    config = {"rule": rule, "dtype": dtype, "neighbourhood": hood}
    bytes_of(50, config)  # what is imported and compiled once
    small, middle, large = (bytes_of(side, config) for side in (50, 200, 400))
    print(f"{rule} {dtype} {hood}: {small / 50**2:.0f}, {middle / 200**2:.0f}, {large / 400**2:.0f} B/site")
    assert 0.5 <= middle / small / 16 <= 2
    assert 0.5 <= large / middle / 4 <= 2
