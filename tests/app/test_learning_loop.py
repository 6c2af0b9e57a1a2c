"""The learning loop from the command line: logs, consent, seeds, suggestions, before and after."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import presets, smoke
from tauscope.app.stack_log import COLUMNS, NUMBERS
from tauscope.engine import create
from tauscope.engine.kuramoto.analysis.choice import assess_choice
from tests.app.stack_logs import CALM, write_log

Tauscope = Callable[..., tuple[int, str, str]]
LOOSE: dict[str, Any] = {
    "name": "loose",
    "geometry": "circle6_center",
    "K": 0.8,
    "pi": 0.8,
    "offer_two_paths": True,
    "consent_to_log": True,
    "oscillators_per_cluster": 40,
    "frequencies": {"kind": "gaussian", "scale": 1.0, "sampling": "sampled"},
}
CONFIG = {"permeability" if key == "pi" else key: value for key, value in LOOSE.items() if key != "name"}


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Tauscope:
    """Command line in a folder of one's own with the preset file ``loose.json``."""
    from tauscope.app.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAUSCOPE_PRESETS", str(tmp_path / "presets"))
    (tmp_path / "loose.json").write_text(json.dumps(LOOSE), encoding="utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def rows_of(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_log_holds_the_scalars_of_the_engine_and_says_what_ran(loop):
    code, _out, err = loop(
        "run", "loose.json", "--ticks", "42", "--log", "new/folder/a.csv", "--set", "K=1.2"
    )
    assert (code, err) == (0, "")
    rows = rows_of("new/folder/a.csv")
    assert list(rows[0]) == list(COLUMNS)
    assert [int(row["step"]) for row in rows] == list(range(0, 43, 4))
    engine = create("kuramoto", {**CONFIG, "K": 1.2}, seed=1)
    for row in rows:
        engine.advance(int(row["step"]) - engine.tick)
        scalars = engine.scalars()
        assert float(row["t"]) == engine.time
        unmeasured = {"choice_score"} if engine.tick else {"choice_score", "drift", "drift_mean"}
        assert {n for n in NUMBERS if row[n] == ""} == unmeasured
        assert all(float(row[n]) == scalars[n] for n in NUMBERS if n not in unmeasured)
    told = {"preset": "loose", "seed": "1", "K": "1.2", "permeability": "0.8", "metrics": "settled"}
    assert told.items() <= rows[-1].items()
    assert (rows[0]["offer_two_paths"], rows[0]["consent_to_log"]) == ("true", "true")


def test_a_drift_that_nobody_measured_is_blank_and_read_without_a_word(loop):
    """The classic one is that between two samples of the engine, which takes one every log_every ticks."""
    words = ("--ticks", "12", "--every", "2", "--set", "metrics=classic")
    assert loop("run", "loose.json", "--log", "a.csv", "--quiet", *words)[0] == 0
    rows = rows_of("a.csv")
    assert [row["step"] for row in rows if row["drift"] == ""] == ["0", "2"]
    assert [row["step"] for row in rows if row["drift_mean"] == ""] == ["0"]
    assert all(float(row["drift"]) > 0 for row in rows[2:])
    code, _out, err = loop("ingest", "a.csv")
    assert code == 0 and "cells are blank" not in err


def test_without_consent_no_row_is_written_and_that_is_said(loop):
    words = ("run", "loose.json", "--ticks", "20", "--log", "a.csv", "--set", "consent_to_log=false")
    code, _out, err = loop(*words)
    assert code == 0 and "no rows were written" in err
    assert rows_of("a.csv") == []
    assert Path("a.csv").read_text() == ",".join(COLUMNS) + "\n"
    code, _out, err = loop("ingest", "a.csv")
    assert code == 0 and "holds no rows" in err
    assert json.loads(Path("sessions/suggestions.json").read_text())["suggestions"] == []


def test_several_seeds_go_into_one_log_one_after_another(loop):
    code, out, _err = loop(
        "run", "loose.json", "--ticks", "24", "--seeds", "3", "--seed", "5", "--log", "a.csv"
    )
    assert code == 0 and "3 seeds of 24 ticks" in out
    rows = rows_of("a.csv")
    assert [row["seed"] for row in rows] == ["5"] * 7 + ["6"] * 7 + ["7"] * 7
    engine = create("kuramoto", CONFIG, seed=6)
    engine.advance(24)
    assert float(rows[13]["R_total"]) == engine.scalar("R_total")
    code, out, _err = loop("run", "loose.json", "--ticks", "24", "--seeds", "2", "--json")
    found = json.loads(out)["runs"]
    assert [run["seed"] for run in found] == [1, 2]
    assert found[0]["scalars"]["R_total"] != found[1]["scalars"]["R_total"]


def test_a_log_is_never_overwritten(loop):
    assert loop("run", "loose.json", "--ticks", "4", "--log", "a.csv", "--quiet")[0] == 0
    before = Path("a.csv").read_text()
    code, _out, err = loop("run", "loose.json", "--ticks", "4", "--log", "a.csv", "--seeds", "2")
    assert code == 2 and "nothing is overwritten" in err and Path("a.csv").read_text() == before


def test_the_choice_is_assessed_at_its_cadence_and_noted(loop):
    locked = ("--set", "K=3", "--set", "frequencies.scale=0.2", "--set", "choice_every=10")
    code, _out, _err = loop("run", "loose.json", "--ticks", "240", "--log", "a.csv", "--quiet", *locked)
    assert code == 0
    rows = rows_of("a.csv")
    blank = [row["choice_score"] == "" for row in rows]
    assert blank == [int(row["step"]) < 200 for row in rows]
    config = {**CONFIG, "K": 3, "frequencies": {**CONFIG["frequencies"], "scale": 0.2}, "choice_every": 10}
    engine = create("kuramoto", config, seed=1)
    engine.advance(200)
    state = engine.state()

    def fork():
        copy = create("kuramoto", config, seed=1)
        copy.restore(state)
        return copy

    assert float(rows[-1]["choice_score"]) == assess_choice(fork).score > 0.5


def test_suggestions_are_carried_out_for_their_preset(loop, tmp_path):
    write_log(tmp_path / "loose.csv", CALM, preset="loose", K=0.8, permeability=0.8)
    code, out, _err = loop("ingest", "loose.csv")
    assert code == 0
    for part in (
        "loose (K 0.8, π 0.8, 5 seeds)",
        "ΔK = +0.05",
        "more K",
        "suggestions: sessions/suggestions.json",
    ):
        assert part in out
    words = ("run", "loose.json", "--ticks", "8", "--suggestions", "sessions/suggestions.json")
    code, out, _err = loop(*words, "--log", "b.csv")
    assert code == 0 and "K: 0.8 → 0.85" in out
    assert {row["K"] for row in rows_of("b.csv")} == {"0.85"}
    code, _out, err = loop(*words, "--set", "K=1")
    assert code == 2 and "both change K" in err
    (tmp_path / "other.json").write_text(json.dumps({**LOOSE, "name": "other"}))
    code, _out, err = loop("run", "other.json", "--suggestions", "sessions/suggestions.json")
    assert code == 2 and "no suggestion for a preset named “other”" in err and "loose" in err
    write_log(tmp_path / "calm.csv", {**CALM, "R_total": 0.82, "cross_sync": 0.85}, preset="loose", K=0.9)
    assert loop("ingest", "calm.csv", "--quiet")[0] == 0
    code, out, _err = loop(*words, "--log", "c.csv")
    assert code == 0 and "No change is suggested" in out and "K: 0.8 → 0.9" in out
    assert {row["K"] for row in rows_of("c.csv")} == {"0.9"}


def test_suggestions_are_for_phase_oscillators_alone(loop, tmp_path):
    """A log that does not tell its preset is called by its file, which may be that of any preset."""
    write_log(tmp_path / "two_bodies.csv", CALM, preset="")
    assert loop("ingest", "two_bodies.csv", "--quiet")[0] == 0
    code, _out, err = loop("run", "two_bodies", "--suggestions", "sessions/suggestions.json")
    assert code == 2 and "runs the engine “gravity”" in err and "Traceback" not in err


def test_a_choice_that_cannot_be_assessed_does_not_end_the_run(loop):
    """At the largest K there is no path that raises it."""
    strong = (
        "--set",
        "K=100",
        "--set",
        "permeability=0",
        "--set",
        "choice_every=0.5",
        "--set",
        "dt=0.01",
        "--set",
        "oscillators_per_cluster=1",
    )
    code, _out, err = loop("run", "loose.json", "--ticks", "80", "--log", "a.csv", "--quiet", *strong)
    assert code == 0 and "The choice was not assessed at each time: K = 100.15" in err
    rows = rows_of("a.csv")
    assert len(rows) == 21 and all(row["choice_score"] == "" for row in rows)


def test_a_smoke_run_that_is_broken_off_leaves_no_half_log(loop, tmp_path, monkeypatch):
    monkeypatch.setattr(smoke, "TICKS", 8)
    ran = smoke.headless.run
    outcomes = []

    def broken_off(plan):
        outcomes.append(replace(ran(plan), status="interrupted" if plan.seed == 3 else "done"))
        return outcomes[-1]

    monkeypatch.setattr(smoke.headless, "run", broken_off)
    assert smoke.main(tmp_path) == 130
    assert len(outcomes) == 3 and list((tmp_path / "logs").iterdir()) == []


def test_ingest_compares_with_what_was_suggested_before(loop, tmp_path):
    write_log(tmp_path / "a.csv", CALM, preset="loose")
    write_log(tmp_path / "b.csv", {**CALM, "R_total": 0.6, "drift": 0.02}, preset="loose", K=0.85)
    write_log(tmp_path / "c.csv", CALM, preset="other")
    assert loop("ingest", "a.csv", "--quiet") == (0, "", "")
    code, out, _err = loop("ingest", "b.csv", "--compare", "sessions/suggestions.json", "--out", "s2.json")
    assert code == 0
    assert "loose, K 0.8 → 0.85:" in out and "R_total rose from 0.500 to 0.600 with modest drift" in out
    code, out, _err = loop("ingest", "b.csv", "--compare", "sessions/suggestions.json", "--json")
    (entry,) = json.loads(out)["comparisons"]
    assert entry["better"] is True and entry["paired"] is True
    assert entry["changes"][0]["difference"]["mean"] == pytest.approx(0.1, abs=1e-3)
    code, out, _err = loop("ingest", "c.csv", "--compare", "s2.json", "--out", "s3.json")
    assert code == 0 and "nothing to compare" in out
    Path("notes.json").write_text("mine")
    code, _out, err = loop("ingest", "b.csv", "--out", "notes.json")
    assert code == 2 and "exists and is not replaced" in err and Path("notes.json").read_text() == "mine"


@pytest.mark.slow
def test_smoke_takes_less_than_ten_seconds(loop, tmp_path):
    smoke.main(tmp_path / "first")  # kernels are compiled
    started = time.monotonic()
    assert smoke.main(tmp_path / "second") == 0
    assert time.monotonic() - started < 10


def test_smoke_makes_what_is_missing_and_ingests_it(loop, tmp_path, capsys):
    assert smoke.main(tmp_path) == 0
    said = capsys.readouterr().out
    assert "sample_circle.csv: 5 seeds of circle6_center" in said and "The loop works" in said
    before = (tmp_path / "logs" / "sample_grid.csv").read_bytes()
    found = json.loads((tmp_path / "sessions" / "suggestions.json").read_text())
    assert [s["preset"] for s in found["suggestions"]] == ["circle6_center", "grid_rect"]
    assert all(s["basis"] == "seeds" and s["note"] for s in found["suggestions"])
    assert smoke.main(tmp_path) == 0
    assert "is there already" in capsys.readouterr().out
    assert (tmp_path / "logs" / "sample_grid.csv").read_bytes() == before


@pytest.mark.slow
def test_the_quick_start_of_the_document_runs_in_under_a_minute(loop):
    started = time.monotonic()
    for preset, log in (("circle6_center", "logs/circle.csv"), ("grid_rect", "logs/grid.csv")):
        assert loop("run", preset, "--log", log, "--seeds", "5", "--quiet")[0] == 0
    assert loop("ingest", "logs/circle.csv", "logs/grid.csv", "--quiet")[0] == 0
    old = "sessions/suggestions.json"
    for preset, log in (("circle6_center", "logs/circle2.csv"), ("grid_rect", "logs/grid2.csv")):
        words = ("run", preset, "--suggestions", old, "--log", log, "--seeds", "5")
        assert loop(*words, "--quiet")[0] == 0
    code, out, _err = loop(
        "ingest",
        "logs/circle2.csv",
        "logs/grid2.csv",
        "--compare",
        old,
        "--out",
        "sessions/again.json",
        "--json",
    )
    assert code == 0 and time.monotonic() - started < 60
    found = json.loads(out)["comparisons"]
    assert [entry["preset"] for entry in found] == ["circle6_center", "grid_rect"]
    assert all(entry["verdict"].startswith("R_total") for entry in found)


def test_seeds_do_not_decide_the_sign_of_what_is_suggested(loop):
    """Two disjoint sets of five seeds of a real preset: no change of opposite sign."""
    signs = []
    for first in (1, 6):
        log, out = f"{first}.csv", f"{first}.json"
        words = ("run", "loose.json", "--ticks", "600", "--seeds", "5", "--seed", str(first), "--log", log)
        assert loop(*words, "--quiet")[0] == 0 and loop("ingest", log, "--out", out, "--quiet")[0] == 0
        (found,) = json.loads(Path(out).read_text())["suggestions"]
        signs.append((found["dK"], found["dpi"]))
    assert all(a * b >= 0 for a, b in zip(*signs, strict=True)) and signs[0][0] > 0


def test_the_presets_of_the_loop_are_there():
    for name in smoke.SAMPLES.values():
        config = presets.load(name).engine_config()
        assert config.consent_to_log
