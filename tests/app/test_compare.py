"""Two recordings compared on the command line, and claims of documents."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np

from tauscope.app import cli_compare, studies
from tauscope.app.compare import compare
from tauscope.app.recording.reader import RecordingFile
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
