"""A file of policies for agents, and a preset whose agent acts by one of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import policy_files
from tauscope.engine.gravity import policies

OWN = '''
"""Policies for a test."""
import math
from math import hypot

STEP = 1.0


def east(seen, memory):
    """Go east; count the acts."""
    memory["acts"] = memory.get("acts", 0) + 1
    return STEP, 0.0


def _helper(seen, memory):
    return 0.0, 0.0


def one_argument(seen):
    return 0.0, 0.0


def breaks(seen, memory):
    raise ValueError("no way out")
'''


@contextmanager
def policy_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of policies; what it registers is forgotten afterwards."""
    monkeypatch.setenv(policy_files.VARIABLE, "")
    known = dict(policies._OWN)
    path = folder / "mine.py"
    path.write_text(OWN, encoding="utf-8")
    yield path
    policies._OWN.clear()
    policies._OWN.update(known)


def preset(folder: Path, policy: str) -> Path:
    """Preset of one agent."""
    agent = {"kind": "agent", "x": 5, "y": 8, "policy": policy, "period": 10}
    config = {"nx": 32, "ny": 16, "boundary": "absorbing", "patterns": [agent]}
    path = folder / f"{policy}.json"
    text: dict[str, Any] = {"engine": "gravity", "title": policy, "summary": "An agent", "config": config}
    path.write_text(json.dumps(text), encoding="utf-8")
    return path
