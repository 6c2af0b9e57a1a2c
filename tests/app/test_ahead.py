"""Compiling ahead for the first wave: what is missing, for which lattice, and that nothing is left to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import ahead
from tauscope.engine import create
from tauscope.engine.gravity import support
from tauscope.engine.gravity.config import GravityConfig
from tauscope.gpu import jit
from tauscope.gpu.gravity import wave_kernels, waves
from tauscope.gpu.gravity.form import Form

CELLS = [cell for cell, runs in support.matrix().items() if runs]
WAVE = {"kind": "light", "x": 20, "y": 20, "velocity": [1, 0]}

FRESH = """
import json, sys
from tauscope.app import ahead
from tauscope.engine import create
from tauscope.engine.gravity.config import GravityConfig
from tauscope.gpu import compile_log
config = GravityConfig.load({"nx": 40, "ny": 30, "sources": [{"x": 20, "y": 15}]})
engine = create("gravity", config.dump(), device="cpu")
engine.advance(20)
engine.scalars()
needed, before = ahead.is_needed(config), compile_log.compile_count()
if needed:
    assert ahead.start(config).wait() == 0
    assert not ahead.is_needed(config)
engine.command("add_pattern", kind="light", x=20, y=15, velocity=[1, 0])
engine.advance(20)
engine.scalars(), engine.fields(), engine.check(), engine.patterns()
print(needed, compile_log.compile_count() - before)
"""


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(cell))
def test_the_small_lattice_has_the_kernels_of_the_large_one(
    cell: tuple[str, ...], mapped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule, number type, neighbours and map decide; the compiler is asked for the same kernels for both."""
    rule, boundary, dtype, hood = cell
    entries: dict[str, Any] = {"rule": rule, "boundary": boundary, "dtype": dtype, "neighbourhood": hood}
    entries["survival"] = 1.0 if boundary in ("absorbing", "disc") or rule not in support.RELAYING else 0.99
    more = {"capacity_map": [[1.0] * 40] * 30} if mapped else {}
    config = GravityConfig.load({"nx": 40, "ny": 30, **entries, **more})
    asked: list[list[tuple[str, str]]] = []

    def noted(kernel: Any, number: Any) -> bool:
        asked[-1].append((kernel.__qualname__, str(number)))
        return True

    monkeypatch.setattr(waves, "is_kept", noted)
    for one in (config, GravityConfig.load(ahead.small(config))):
        asked.append([])
        assert not ahead.is_needed(one)
    assert asked[0] == asked[1]
    assert len(asked[0]) == 3


def test_nothing_is_compiled_for_a_lattice_that_has_waves() -> None:
    config = GravityConfig.load({"nx": 40, "ny": 40, "dtype": "int32", "patterns": [WAVE]})
    assert not ahead.is_needed(config)


def test_what_is_on_disk_is_told_from_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel counts for its number type, on this machine, and only from its present source."""
    create("gravity", {"nx": 9, "ny": 9, "patterns": [{**WAVE, "x": 4, "y": 4}]}).scalars()
    energy: Any = wave_kernels.energy(False)
    assert jit.is_kept(energy, "float32")
    assert not jit.is_kept(energy, "float16")
    assert not waves.are_compiled(Form(9, 9, "int32", "airtime", "absorbing", "moore"), True) or jit.is_kept(
        wave_kernels.energy(True), "float32"
    )
    monkeypatch.setattr(energy._cache._cache_file, "_source_stamp", "another")
    assert not jit.is_kept(energy, "float32")
    monkeypatch.setattr(energy._cache, "_cache_file", None)
    assert not jit.is_kept(energy, "float32"), "numba's own matter may change"


@pytest.mark.slow
def test_the_first_wave_compiles_nothing_after_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an empty cache, as after installing."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "0"], done.stderr
