"""Two recordings compared on the command line, and claims of documents."""

from __future__ import annotations

import csv
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tauscope.app import cli_compare, studies
from tauscope.app.compare import compare, compare_sides
from tauscope.app.compare_files import HEADS, sheet_of, text_of, write_json
from tauscope.app.compare_views import summary
from tauscope.app.recording.reader import RecordingFile
from tauscope.app.sheets import write_sheet
from tauscope.engine.errors import BadInput
from tests.engine.kuramoto.analysis.context import Context


def record(tauscope, name: str, *words: str) -> None:
    code, _out, err = tauscope("run", "heat", "--record", name, "--every", "5", "-q", *words)
    assert code == 0, err


def test_copies_differ_by_exactly_zero_and_changed_runs_by_what_was_changed(tauscope, place):
    record(tauscope, "a.h5", "--ticks", "40")
    record(tauscope, "b.h5", "--ticks", "60")
    record(tauscope, "c.h5", "--ticks", "40", "--set", "D=0.4", "--seed", "2")
    shutil.copy("a.h5", "copy.h5")
    for other in ("copy.h5", "b.h5"):
        found = compare(place.folder / "a.h5", place.folder / other)
        assert found.identical and found.ticks == tuple(range(0, 41, 5)) and found.parameters == ()
        assert all(one.worst.largest == 0.0 for one in found.fields) and found.fields

    found = compare(place.folder / "a.h5", place.folder / "c.h5")
    assert not found.identical
    assert {(one.path, one.first, one.second) for one in found.parameters} == {
        ("toy.config.D", 0.5, 0.4),
        ("toy.seed", 1, 2),
    }
    with RecordingFile("a.h5") as a, RecordingFile("c.h5") as c:
        apart = [float(np.abs(c.frame("u", n) - a.frame("u", n)).max()) for n in range(9)]
    u = next(one for one in found.fields if one.name == "u")
    assert u.worst.largest == max(apart) and u.worst_tick == 5 * int(np.argmax(apart))
    assert u.last.largest == apart[-1]


def test_other_shapes_are_told_and_not_compared(tauscope, place):
    record(tauscope, "a.h5", "--ticks", "10")
    record(tauscope, "b.h5", "--ticks", "10", "--set", "nx=8")
    found = compare(place.folder / "a.h5", place.folder / "b.h5")
    assert "shapes" in found.left_out["u"] and not found.identical
    code, out, _err = tauscope("compare", "a.h5", "b.h5")
    assert code == 0 and "toy.config.nx" in out and "u is not compared" in out


def test_the_command_prints_and_refuses(tauscope, place):
    record(tauscope, "a.h5", "--ticks", "10")
    code, out, _err = tauscope("compare", "a.h5", "a.h5")
    assert code == 0 and "differ by exactly zero" in out
    code, out, _err = tauscope("compare", "a.h5", "a.h5", "--json")
    assert json.loads(out)["identical"] is True
    (place.folder / "x.h5").write_text("nothing")
    assert tauscope("compare", "a.h5", "x.h5")[0] == 2


def test_bits_are_compared_too_and_said(tauscope, place):
    record(tauscope, "a.h5", "--ticks", "40")
    record(tauscope, "b.h5", "--ticks", "60")
    shutil.copy("a.h5", "copy.h5")
    same = compare(place.folder / "a.h5", place.folder / "copy.h5")
    assert same.bitwise and "identical bit by bit" in summary(same)
    longer = compare(place.folder / "a.h5", place.folder / "b.h5")
    assert longer.identical and not longer.bitwise and "bit" not in summary(longer)
    code, out, _err = tauscope("compare", "a.h5", "copy.h5")
    assert code == 0 and "identical bit by bit" in out
    with RecordingFile("a.h5") as a, RecordingFile("copy.h5") as b:
        real = b.frame
        a.frame, b.frame = lambda *_: np.zeros(3), lambda *_: -np.zeros(3)
        found = compare_sides(a, b)
        assert found.identical and not found.bitwise and "bit" not in summary(found)
        a.frame = real
        b.frame = lambda name, index: real(name, index).astype(np.float32 if index else np.float64)
        assert not compare_sides(a, b).bitwise


def test_what_was_found_is_saved_with_the_entries_that_differ(tauscope, place):
    record(tauscope, "a.h5", "--ticks", "40")
    record(tauscope, "c.h5", "--ticks", "40", "--set", "D=0.4", "--seed", "2")
    found = compare(place.folder / "a.h5", place.folder / "c.h5")
    path = write_sheet(place.folder / "s.csv", sheet_of(found, ("a.h5", "c.h5")))
    lines = path.read_text().splitlines()
    assert lines[:2] == ["# A: a.h5", "# B: c.h5"]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    by = {(row["kind"], row["name"]): row for row in rows}
    u = next(one for one in found.fields if one.name == "u")
    assert float(by["field", "u"]["largest |B - A|"]) == u.worst.largest
    assert int(by["field", "u"]["worst tick"]) == u.worst_tick
    assert float(by["field", "u"]["largest at the end"]) == u.last.largest
    assert float(by["scalar", "mean"]["rms"]) == found.scalars["mean"].rms
    with RecordingFile("a.h5") as one, RecordingFile("c.h5") as other:
        far = np.abs(other.scalars["mean"] - one.scalars["mean"])
        tick = int(one.ticks[np.argmax(far)])
    assert int(by["scalar", "mean"]["worst tick"]) == tick == found.scalar_ticks["mean"]
    assert by["scalar", "mean"]["at"] == "" and by["field", "u"]["at"] == u.place
    assert u.place == ", ".join(f"{d} = {i}" for d, i in reversed(list(zip(u.dims, u.worst.at, strict=True))))
    entry = by["parameter", "toy.config.D"]
    assert (float(entry["A"]), float(entry["B"])) == (0.5, 0.4) and by["parameter", "toy.seed"]["B"] == "2"
    text = text_of(found, ("a.h5", "c.h5"))
    assert text.startswith("A: a.h5\nB: c.h5\n") and repr(u.worst.largest) in text
    whole = {line.count("\t") for line in text.splitlines()[3:]}
    assert whole == {len(HEADS) - 1}, "every line has all columns"
    data = json.loads(write_json(place.folder / "s.json", found, ("a.h5", "c.h5")).read_text(),
                      parse_constant=pytest.fail)  # fmt: skip
    assert data["parameters"][0] == {"path": "toy.config.D", "first": 0.5, "second": 0.4}
    assert data["fields"][0]["worst"]["largest"] == found.fields[0].worst.largest
    with pytest.raises(BadInput):
        write_json(place.folder / "s.json", found, ("a.h5", "c.h5"))


class InThisProcess(studies.StudyRunner):
    """Runs studies where it stands; that they run in processes is tested elsewhere."""

    def start(self, task, on_progress=None, on_done=None):
        report = task.make().run(Context(quick=task.quick))
        return SimpleNamespace(result=lambda: report)


def test_claims_are_listed_with_numbers_and_verdicts(tauscope, monkeypatch):
    monkeypatch.setattr(cli_compare, "StudyRunner", InThisProcess)
    code, out, _err = tauscope("claims", "atomx", "--json")
    found = json.loads(out)
    assert code == 0 and len(found) == 6 and {one["document"] for one in found} == {"atomx"}
    assert found[0]["verdict"] == "fails" and "0 of 400" in found[0]["measured"]
    code, out, _err = tauscope("claims", "atomx")
    assert code == 0 and "holds only if: r_screen" in out
    assert tauscope("claims", "kuramoto")[0] == 2
