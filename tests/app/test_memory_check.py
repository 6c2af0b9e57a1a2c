"""What a set-up takes is told, and refused where the machine does not have it, before it is allocated."""

from __future__ import annotations

import gc
import json
import tracemalloc

import pytest

from tauscope.app import memory_check
from tauscope.app.document import Document, content_of
from tauscope.app.editing import Editing
from tauscope.app.undo import History
from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.ufie.config import UfieConfig

GIB = 1 << 30
HUNDRED_MILLION = [10, 1, 10, 10, 1, 1, 100, 100, 10]
SMALL = [3, 1, 1, 1, 1, 1, 12, 10, 3]


def config(shape=SMALL, **more):
    return UfieConfig.load({"shape": shape, "emitters": [], **more})


def test_a_hundred_million_sites_are_told_without_allocating_them():
    tracemalloc.start()
    fast = memory_check.wave_bytes(config(HUNDRED_MILLION, c0=100.0))
    precise = memory_check.wave_bytes(config(HUNDRED_MILLION, c0=100.0, precision="precise"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    n = 10**8
    bricks = n // 100
    # psi twice, velocity, the good state's two, four checkpoints of two; r, s and their rows; neighbours
    assert fast == 8 * n * (3 + 2 + 8) + 16 * n + 16 * n + 14 * 4 * bricks
    assert precise == 16 * n * (3 + 2 + 8) + 16 * n + 32 * n + 14 * 4 * bricks


def test_the_estimate_is_no_less_than_what_the_arrays_of_a_run_take():
    """State and scratch of a run, with the ring of checkpoints full; measured by what NumPy allocates."""
    given = {"shape": [4, 1, 4, 1, 1, 1, 32, 32, 4], "scram": {"checkpoint_every": 1e-3}, "alpha": 1.0}
    create("ufie", given).advance(20)  # compiled and imported: only the run counts
    gc.collect()
    tracemalloc.start()
    engine = create("ufie", given)
    engine.advance(120)
    good = engine.state()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    wanted = memory_check.wave_bytes(UfieConfig.load(given))
    assert good and 0.3 * wanted < used < wanted


def test_what_is_free_is_the_machines_or_the_containers(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_check, "_GROUPS", ())
    whole = memory_check.free()
    assert whole > 0
    limit, use = tmp_path / "memory.max", tmp_path / "memory.current"
    monkeypatch.setattr(memory_check, "_GROUPS", ((limit, use),))
    limit.write_text(f"{300 << 20}\n")
    use.write_text(f"{200 << 20}\n")
    assert memory_check.free() == 100 << 20
    limit.write_text("max\n")
    assert memory_check.free() > 100 << 20


def test_too_large_a_setup_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory_check, "free", lambda: 7 * GIB)
    setup = Setup.of("ufie", config(HUNDRED_MILLION, c0=100.0))
    with pytest.raises(BadInput) as refused:
        memory_check.refuse(setup)
    assert "12.7 GiB of memory are needed, 7.0 GiB are free" in str(refused.value)
    assert refused.value.key == "shape"
    memory_check.refuse(Setup.of("ufie", config()))
    monkeypatch.setattr(memory_check, "free", lambda: 13 * GIB)
    memory_check.refuse(setup)


def test_an_edit_of_the_document_is_refused_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(memory_check, "free", lambda: GIB)
    document = Document(content_of("ufie", config(c0=100.0).dump()))
    told = []
    editing = Editing(document, History(document), lambda error, path: told.append((str(error), path)))
    editing.set_parameter("shape", HUNDRED_MILLION)
    assert len(told) == 1 and told[0][1] == "shape" and "1.0 GiB are free" in told[0][0]
    assert list(document.content.config.shape) == SMALL
    editing.set_parameter("alpha", 2.0)
    assert document.content.config.alpha == 2.0 and len(told) == 1


def test_the_command_line_refuses_before_it_begins(tmp_path, monkeypatch, capsys):
    from tauscope.app.cli import main

    monkeypatch.setattr(memory_check, "free", lambda: GIB)
    path = tmp_path / "large.json"
    entry = {"schema_version": 1, "engine": "ufie", "title": "Large", "summary": "Too large."}
    path.write_text(json.dumps({**entry, "config": {"shape": HUNDRED_MILLION, "c0": 100.0, "emitters": []}}))
    assert main(["run", str(path), "--ticks", "1"]) == 2
    assert "12.7 GiB of memory are needed" in capsys.readouterr().err.replace("\n", " ")
