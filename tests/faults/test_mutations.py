"""Tests of protections fail where the protection is taken out, and pass where it stands."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.mutants import MUTANTS, VARIABLE

SECONDS = 900.0
PLANTED = ROOT / "tests" / "faults" / "planted"


def outcome(test: str, mutant: str) -> tuple[int, str]:
    """Exit code and words of pytest, which runs one test in a process of its own."""
    environment = {
        **os.environ,
        VARIABLE: mutant,
        "PYTHONPATH": os.pathsep.join((str(PLANTED), str(ROOT), *(part for part in sys.path if part))),
        "TAUSCOPE_SECOND_TRIES": "0",
    }
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.faults.mutants", "-m", ""]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--benchmark-disable", test],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_protection_that_is_taken_out_is_missed(name: str) -> None:
    test = MUTANTS[name].test
    code, words = outcome(test, "")
    assert code == 0 and "1 passed" in words, words[-3000:]
    code, words = outcome(test, name)
    assert code not in (0, 2) and "1 failed" in words, f"nothing is missed without {name}:\n{words[-3000:]}"
    assert MUTANTS[name].words in words
