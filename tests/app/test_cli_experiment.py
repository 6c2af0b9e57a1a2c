"""``tauscope experiment``: reports as files, exit codes, experiments from a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import h5py
import pytest

from tauscope.app import cli, experiment_files
from tauscope.app.cli_kit import EXPERIMENTS
from tauscope.engine.gravity.analysis import experiments
from tauscope.engine.study import Check, Curve, Figure, Report, Table


def run(*words: str) -> int:
    return cli.main(["experiment", *words, "--quiet"])


def test_a_report_is_written_and_a_failure_is_1(tmp_path: Path) -> None:
    out = tmp_path / "null"
    out.mkdir()  # as a run that was killed leaves it
    assert run("literal_null", "--quick", "--set", "ticks=400", "--out", str(out)) == 0
    data = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert data["passed"] is True
    assert data["settings"] == {"ticks": 400}
    assert {check["passed"] for check in data["checks"]} == {True}
    assert "# Literal rule: no field: PASS" in (out / "report.md").read_text(encoding="utf-8")
    assert (out / "the_literal_rule.png").read_bytes()[:4] == b"\x89PNG"
    assert run("literal_null", "--quick", "--out", str(out)) == 2, "nothing is overwritten"
    other = tmp_path / "airtime"
    assert run("literal_null", "--quick", "--set", "rule=airtime", "--out", str(other)) == 1
    assert "FAIL" in (other / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["lensng"],
        ["lensing", "--set", "rule=litral"],
        ["nowhere.json"],
        ["time_dilation", "--set", "ticks=0"],
    ],
)
def test_bad_input_is_2_and_leaves_nothing(words: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(*words, "--out", str(out)) == 2
    assert not out.exists()


def test_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(EXPERIMENTS) == set(experiments.EXPERIMENTS) - {"own"}
    assert cli.main(["experiment", "--out", "nowhere"]) == 2
    told = capsys.readouterr().err
    assert all(name in told for name in EXPERIMENTS)
    assert cli.main(["experiment", "--help"]) == 0
    told = "".join(character for character in capsys.readouterr().out if character not in " \n│")
    assert all(name in told for name in EXPERIMENTS)


def of_file(tmp_path: Path, **entries: Any) -> tuple[int, Path]:
    path, out = tmp_path / "mine.json", tmp_path / "out"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return run(str(path), "--out", str(out)), out


def test_an_experiment_from_a_file(tmp_path: Path) -> None:
    """The document's keys, its own time-dilation set-up made small, and one format."""
    code, out = of_file(
        tmp_path,
        name="dilation",
        description="one source, two clocks",
        config={
            "nx": 30, "ny": 30, "sources": [{"x": 15, "y": 15, "strength": 0.05, "width": 2}],
            "patterns": [{"kind": "clock", "x": 15, "y": 15}, {"kind": "clock", "x": 3, "y": 3}],
        },
        ticks=500, output_interval=100, phi_mode="both", track_trajectories=True,
        measure_time_dilation=True, export_format="csv",
    )  # fmt: skip
    assert code == 0
    assert not (out / "report.h5").exists()
    with (out / "readings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["clock", "tick", "clock_ticks", "phase"]
    assert len(rows) == 1 + 2 * 51
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["title"].startswith("dilation: one")


@pytest.mark.parametrize(
    "entries",
    [{}, {"ticsk": 3}, {"export_format": "xls"}, {"config": 3}, {"config": {"nxx": 3}}, {"ticks": -1}],
)
def test_a_wrong_file_is_refused(entries: dict[str, Any], tmp_path: Path) -> None:
    assert of_file(tmp_path, **entries)[0] == 2


def test_numbers_words_and_missing_values_survive(tmp_path: Path) -> None:
    curves = (Curve("b = 3", (1.0, 2.0), (0.1, 0.2)), Curve("b = -3", (1.0,), (0.5,), (0.1,)))
    report = Report(
        "s",
        "T",
        (Check.within("q | r", float("nan"), 1.0, 0.1, "cells", "why"),),
        (Table("a b", ("name", "x"), (("one", 0.1), ("two", 1 / 3))), Table("long", ("x",), ((1.0,),) * 50)),
        (Figure("F g", "x", "y", curves),),
    )
    files = experiment_files.write(report, tmp_path, {"p": 1}, experiment_files.FORMATS)
    assert {path.name for path in files} == {path.name for path in tmp_path.iterdir()}
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["checks"][0]["expected"] is None
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "q \\| r (cells)" in page
    assert "50 rows, in `long.csv`" in page
    assert (tmp_path / "a_b.csv").read_text(encoding="utf-8").splitlines()[2] == f"two,{1 / 3!r}"
    with h5py.File(tmp_path / "report.h5") as file:
        assert file["tables/a_b/x"][1] == 1 / 3
        assert sorted(file["figures/f_g"]) == ["0_b_3", "1_b_3"]
