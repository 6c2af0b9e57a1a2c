"""Protections taken out one at a time; as a plugin of pytest it plants the one that the environment names.

``TAUSCOPE_MUTANT=journal python -m pytest -p tests.faults.mutants …``
"""

from __future__ import annotations

import os
import sys
from types import FunctionType
from typing import Any

import pytest

from tests.faults import mutants_of_files, mutants_of_runs, mutants_of_windows
from tests.faults.planting import MUTANTS, Mutant

__all__ = ["MUTANTS", "VARIABLE", "Mutant", "mutants_of_files", "mutants_of_runs", "mutants_of_windows"]

VARIABLE = "TAUSCOPE_MUTANT"
LEAST_PATIENCE = 30.0
"""Seconds that a test waits for what never comes; the wait is a minute and more where nothing is missing."""
WAITS = {"tests.support.gui": "wait_for", "tests.faults.test_writer_process": "until"}

_patch = pytest.MonkeyPatch()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Plant the mutant once the tests are imported."""
    del session
    if name := os.environ.get(VARIABLE):
        MUTANTS[name].plant(_patch)
        for module, wait in WAITS.items():
            found: Any = getattr(sys.modules.get(module), wait, None)
            if isinstance(found, FunctionType):
                found.__defaults__ = (LEAST_PATIENCE,)


def plant_in_child() -> None:
    """Plant the mutant in a process that a test started."""
    found = MUTANTS[os.environ[VARIABLE]]
    if found.children:
        found.plant(_patch)


def pytest_unconfigure() -> None:
    """Take it out again."""
    _patch.undo()
