"""The folder of an existence scan: what is written, what sha256sum says, and what a check finds wrong."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from importlib import resources

import pytest

from tauscope.app import atomx_check, atomx_files, cli, cli_atomx
from tauscope.app.atomx_model import FILES, json_schema
from tauscope.engine.atomx import scan
from tauscope.engine.atomx.analysis.verify import SECOND_GRID, SHA_FIRST
from tauscope.engine.atomx.records import CSV, REGION, REPORT
from tauscope.engine.errors import BadInput
from tests.engine.atomx import document

STAMP = "2025-09-25T16:10:00Z"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "second"
    atomx_files.write(path, scan("reference", **SECOND_GRID), atomx_files.origin(STAMP))
    return path


def wrong(folder) -> set[str]:
    return {one.what for one in atomx_check.check(folder) if not one.right}


def test_the_shipped_schemas_are_those_of_the_models():
    """Written by ``python tools/atomx_schemas.py``."""
    for name in FILES:
        text = resources.files("tauscope.resources").joinpath("schemas", name).read_text("utf-8")
        assert json.loads(text) == json.loads(json.dumps(json_schema(name)))


@pytest.mark.parametrize(
    ("mode", "grid"),
    [
        ("reference", SECOND_GRID),
        ("reference", {}),  # an empty region: null where there is nothing
        ("physical", {"kappa_count": 3, "r_screen_count": 3, "method": "direct"}),
    ],
)
def test_a_validator_of_others_accepts_the_files_and_the_schemas(tmp_path, mode, grid):
    """JSON Schema 2020-12, by the package jsonschema and not by what has made the schemas."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    atomx_files.write(tmp_path / "out", scan(mode, **grid), atomx_files.origin(STAMP))
    for name, file in zip(sorted(FILES), (REGION, REPORT), strict=True):
        text = resources.files("tauscope.resources").joinpath("schemas", name).read_text("utf-8")
        schema = json.loads(text)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        data = json.loads((tmp_path / "out" / file).read_text(), parse_constant=pytest.fail)
        assert [one.message for one in validator.iter_errors(data)] == []
        assert list(validator.iter_errors({**data, "mood": 1})), "an unknown key is refused"
        lacking = {key: value for key, value in data.items() if key != "thresholds"}
        assert any("thresholds" in one.message for one in validator.iter_errors(lacking))
        assert list(validator.iter_errors({**data, "sha256": {"input_csv": "0"}}))


def test_hashes_hold_and_the_manifest_is_hashed_without_its_last_line(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [CSV, REGION, REPORT, atomx_files.MANIFEST, atomx_files.CHECKSUMS]
    )
    tool = shutil.which("sha256sum")
    if tool is not None:
        done = subprocess.run([tool, "-c", atomx_files.CHECKSUMS], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout.count(": OK") == 4, done.stderr
    lines = (folder / atomx_files.MANIFEST).read_text().splitlines(keepends=True)
    own = hashlib.sha256("".join(lines[:-1]).encode()).hexdigest()
    assert lines[-1] == f"{atomx_files.MANIFEST} {own}\n"
    for line in (folder / atomx_files.CHECKSUMS).read_text().splitlines():
        digest, name = line.split(" ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert wrong(folder) == set()


def test_the_same_moment_gives_the_same_bytes(folder, tmp_path):
    again = tmp_path / "again"
    atomx_files.write(again, scan("reference", **SECOND_GRID), atomx_files.origin(STAMP))
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def rewrite(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, indent=2))


def sealed(folder):
    """Make every hash right again, so that only what the files say can be wrong."""
    (folder / atomx_files.MANIFEST).write_text(atomx_files.manifest_text(folder))
    (folder / atomx_files.CHECKSUMS).write_text(atomx_files.checksums_text(folder))


def test_a_changed_byte_breaks_its_hashes(folder):
    text = (folder / CSV).read_text()
    (folder / CSV).write_text(text.replace("0.17536114794835617", "0.17536114794835618"))
    assert {"checksums", "manifest", "region and CSV", "report and CSV"} <= wrong(folder)


@pytest.mark.parametrize(
    ("file", "change", "found"),
    [
        (REGION, lambda d: d["region_flag"][0].__setitem__(0, True), {"region and CSV"}),
        (REGION, lambda d: d["grid"]["kappa"].__setitem__(3, 1.0), {"region and CSV"}),
        (REPORT, lambda d: d["robustness_tau"].__setitem__("mean", 2.0), {"report and CSV"}),
        (REPORT, lambda d: d.__setitem__("verdict", "not_found"), {"report and CSV"}),
        (REPORT, lambda d: d["counts"].__setitem__("passed", 146), {"report and CSV"}),
        (REPORT, lambda d: d.__setitem__("verdict", "natural"), {"report schema", "report and CSV"}),
        (REPORT, lambda d: d["provenance"].__setitem__("timestamp_utc", "today"), {"report schema"}),
        (REPORT, lambda d: d["thresholds"].__setitem__("split_thr", 0.2), {"report and CSV"}),
        (REGION, lambda d: d.__setitem__("mood", 1), {"region schema"}),
    ],
)
def test_a_wrong_entry_is_found_even_where_every_hash_is_right(folder, file, change, found):
    rewrite(folder / file, change)
    sealed(folder)
    assert wrong(folder) == found


def test_nan_is_no_json_and_a_file_that_is_not_listed_is_named(folder):
    text = (folder / REPORT).read_text().replace('"deltaM_norm": 0.0', '"deltaM_norm": NaN', 1)
    (folder / REPORT).write_text(text)
    sealed(folder)
    (folder / "more.txt").write_text("x")
    assert wrong(folder) == {"report JSON", "checksums"}


def test_a_name_outside_the_folder_is_not_followed(folder):
    (folder.parent / "secret").write_text("x")
    sum_ = hashlib.sha256(b"x").hexdigest()
    with (folder / atomx_files.CHECKSUMS).open("a") as stream:
        stream.write(f"{sum_} ../secret\n")
    found = {one.what: one for one in atomx_check.check(folder)}
    assert not found["checksums"].right and "outside" in found["checksums"].text


def test_the_documents_own_files_are_read_by_their_own_keys(tmp_path):
    document.run(tmp_path, *document.SECOND)
    found = {one.what: one for one in atomx_check.check(tmp_path)}
    assert (
        found["report and CSV"].right and "verdict natural or maintained is" in found["report and CSV"].text
    )
    assert found["manifest"].right and found["region and CSV"].right
    assert not found["region JSON"].right and "NaN" in found["region JSON"].text
    assert not found["checksums"].right


def test_the_command_writes_checks_and_refuses(tmp_path, capsys):
    out = tmp_path / "deep" / "first"
    words = ["atomx", "--mode", "reference", "--out", str(out), "--timestamp", STAMP]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    assert "The region of existence is empty: none of 400 voxels" in said and str(out / CSV) in said
    assert atomx_files.sha256(out / CSV) == SHA_FIRST
    assert cli.main(["atomx", "verify", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True
    assert cli.main(words) == 2 and "not empty" in capsys.readouterr().err
    (out / CSV).write_text("x")
    assert cli.main(["atomx", "verify", str(out)]) == 1
    capsys.readouterr()
    for words, word in (
        (["atomx"], "--out"),
        (["atomx", "--out", str(tmp_path / "n"), "--kappa", "1:2"], "start:stop:n"),
        (["atomx", "--out", str(tmp_path / "n"), "--timestamp", "now"], "YYYY"),
        (["atomx", "--out", str(tmp_path / "n"), "--mode", "physic"], "physical"),
        (["atomx", "--out", str(tmp_path / "n"), "--workers", "0"], "--workers"),
        (["atomx", "--out", str(tmp_path / "n"), "--workers", "2", "--scheduler", "tcp://x:1"], "exclude"),
        (["atomx", "--out", str(tmp_path / "n"), "--scheduler", "tcp://x:1"], "--method direct"),
        (["atomx", "--out", str(tmp_path / "n"), "--kappa", "1e200:1e300:4"], "1e+25"),
        (["atomx", "verify", str(tmp_path)], "no files"),
    ):
        assert cli.main(words) == 2
        assert word in capsys.readouterr().err
    assert not (tmp_path / "n").exists()


def test_the_command_takes_ranges_and_thresholds(tmp_path, capsys):
    out = tmp_path / "o"
    words = ["atomx", "--out", str(out), "--kappa", "1e-10:5e-10:4", "--r-screen", "8e-8:1.8e-7:3", "--json"]
    assert cli.main([*words, "--split-thr", "0.3", "--seed", "5", "--bc-anchor"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"]["voxels"] == 12 and said["notes"]["catalog_verdict"] == "maintained"
    report = json.loads((out / REPORT).read_text())
    assert report["thresholds"]["split_thr"] == 0.3 and report["provenance"]["seed"] == 5
    assert report["provenance"]["grid_size"] == [4, 3]
    assert "no uncertainty of a measurement" in report["robustness_tau"]["meaning"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (os.cpu_count(), "")),
        (["--workers", "3"], (3, "")),
        (["--scheduler", "tcp://there:8786"], (os.cpu_count(), "tcp://there:8786")),
    ],
)
def test_direct_solutions_go_to_all_cores_or_to_a_cluster(tmp_path, monkeypatch, options, expected):
    asked = []

    @contextlib.contextmanager
    def mapper(workers=1, scheduler=""):
        asked.append((workers, scheduler))
        yield map

    monkeypatch.setattr(cli_atomx, "mapper", mapper)
    words = ["atomx", "--out", str(tmp_path / "d"), "--method", "direct", *options]
    assert cli.main([*words, "--kappa", "3e-10:4e-10:2", "--r-screen", "1.2e-7:1.3e-7:2"]) == 0
    assert asked == [expected]


def test_deeply_bound_voxels_are_said_to_exist(tmp_path, capsys):
    """Ranges of hydrogen-like voxels, which a table from mu = .004 left out and counted as not bound."""
    for number, words in enumerate(
        (["--kappa", "1:2:1"], ["--kappa", "3e-20:6e-20:5", "--r-screen", "0.8e-4:1.2e-4:5"])
    ):
        out = tmp_path / str(number)
        assert cli.main(["atomx", "--out", str(out), *words]) == 0
        said = capsys.readouterr().out
        whole = (20, 25)[number]
        assert f"{whole} of {whole} voxels bind two levels" in said and "no second level" not in said
        assert json.loads((out / REPORT).read_text())["counts"]["valid"] == whole
        assert all(one.right for one in atomx_check.check(out))


def test_axis_refuses_four_parts():
    assert cli_atomx.axis("kappa", "1:2:3") == {"kappa_start": 1.0, "kappa_stop": 2.0, "kappa_count": 3}
    with pytest.raises(BadInput):
        cli_atomx.axis("kappa", "1:2:3:4")
