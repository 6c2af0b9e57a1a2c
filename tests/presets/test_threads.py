"""Results on the processor are the same bits for one thread and for two, of every kind of run there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tauscope.app import presets
from tauscope.engine import registry
from tests.conftest import ROOT

TICKS = 10


def started(threads: int) -> subprocess.Popen[str]:
    """Process with so many threads, of numba, of OpenMP and of the linear algebra too."""
    paths = os.pathsep.join((str(ROOT), *(part for part in sys.path if part)))
    pools = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, "PYTHONPATH": paths, **dict.fromkeys(pools, str(threads))}
    command = [sys.executable, "-m", "tests.support.threading_runs", str(TICKS), str(threads)]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_one_thread_and_two_give_the_same_bits() -> None:
    """Where a design let them differ, the engine would be of class C and would be left out here."""
    found: list[dict[str, Any]] = []
    for process in [started(threads) for threads in (1, 2)]:
        out, trouble = process.communicate(timeout=240)
        assert process.returncode == 0, trouble
        found.append(json.loads(out))
    one, two = found
    assert set(one) > {preset.name for preset in presets.list_presets()}
    assert {name for runs in one.values() for name in runs} == set(registry.names())
    assert [name for name in one if one[name] != two[name]] == []
    classes = {name: registry.engine_type(name).reproducibility for name in registry.names()}
    assert set(classes.values()) <= {"A", "B"}, classes
