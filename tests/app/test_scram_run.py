"""SCRAM without a window: exit code, the state that is kept, events on the screen, in JSON and in a log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.app import checkpoint
from tauscope.app.recording import RecordingFile
from tauscope.app.scram_log import LARGEST, ScramLog, log_path
from tauscope.engine.notices import Notice, Noticed
from tests.app.conftest import Place

Tauscope = Callable[..., tuple[int, str, str]]
LINE: dict[str, Any] = {
    "schema_version": 1,
    "engine": "ufie",
    "title": "Runaway",
    "summary": "A uniform drive that nothing bounds.",
    "config": {
        "shape": [1, 1, 1, 1, 1, 1, 8, 1, 1],
        "precision": "precise",
        "c0": 300.0,
        "beta": 1.0,
        "emitters": [
            {"name": "push", "frequency": 3.254, "amplitude": 3e4, "profile": "uniform", "ramp": 0.0}
        ],
    },
}
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| Attempt (\d) \| (.+)")


@pytest.fixture
def runaway(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """A place with a preset that SCRAM stops after three attempts, and a log of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place.preset("runaway", **LINE)
    return place


def noticed(number: int = 0, reason: str = "|Ψ| is 5.") -> Noticed:
    return Noticed("ufie", Notice(number, 20 * number, 0.1 * number, "hard", 1, reason, "Back."))


# -- the command line


def test_a_stop_of_scram_ends_with_3_and_the_engine_s_good_state(
    tauscope: Tauscope, runaway: Place, tmp_path: Path
) -> None:
    code, out, err = tauscope("run", "runaway", "--ticks", "6000", "--record", "a.h5", "--every", "100")
    assert code == 3
    assert "ufie has stopped" in err
    assert "three attempts within 60 s" in err
    lines = [line for line in err.splitlines() if re.match(r"ufie, tick \d+, [\d.]+ s: ", line)]
    assert len(lines) == 4
    assert "with half the drive" in lines[0]
    assert "has stopped at the newest good state" in lines[3]
    saved = next(runaway.folder.glob("runaway-tick*.npz"))
    assert str(saved) in err
    assert f"state: {saved}" in out
    world = checkpoint.load(saved).world()
    engine = world.engine("ufie")
    assert [event.level for event in engine.events()] == ["hard", "hard", "hard", "stop"]
    assert np.isfinite(engine.field("psi")).all()
    with RecordingFile("a.h5") as file:
        assert [item.notice for item in file.notices()] == list(engine.events())
    written = log_path().read_text(encoding="utf-8").splitlines()
    assert log_path().is_relative_to(tmp_path / "state")
    found = [STAMP.fullmatch(line) for line in written]
    assert [match[1] for match in found if match] == ["1", "2", "3", "4"]


def test_quiet_keeps_events_to_the_log_and_json_lists_them(tauscope: Tauscope, runaway: Place) -> None:
    code, out, err = tauscope("run", "runaway", "--ticks", "6000", "--json", "--quiet")
    assert code == 3
    assert "ufie, tick" not in err
    found = json.loads(out)
    assert found["status"] == "blow-up"
    assert [event["level"] for event in found["events"]] == ["hard", "hard", "hard", "stop"]
    assert [event["attempt"] for event in found["events"]] == [1, 2, 3, 4]
    assert found["events"][0]["engine"] == "ufie"
    assert "site (x " in found["events"][0]["reason"]
    assert found["scalars"]["scram_level"] == 3.0
    assert found["scalars"]["max_amplitude"] < found["scalars"]["amplitude_limit"]


def test_a_stopped_run_goes_on_from_its_state_and_says_what_that_means(
    tauscope: Tauscope, runaway: Place
) -> None:
    assert tauscope("run", "runaway", "--ticks", "6000", "--state", "a.npz", "--quiet")[0] == 3
    stopped = checkpoint.load(Path("a.npz")).tick
    words = ("--from", "a.npz", "--set", "emitters.push.amplitude=1", "--ticks", "50", "--json")
    code, out, err = tauscope("run", "runaway", *words)
    assert code == 0
    assert "ufie had stopped; going on acknowledges that" in err
    assert json.loads(out)["tick"] == stopped + 50


@pytest.mark.parametrize("integrator", ["kdk", "literal"])
@pytest.mark.parametrize(
    ("entry", "why"), [("dt=1e-3", "third harmonic of e8"), ("c0=5000", "is too long: waves would cross")]
)
def test_what_is_beyond_the_limits_of_the_step_is_refused_before_anything_runs(
    tauscope: Tauscope, runaway: Place, integrator: str, entry: str, why: str
) -> None:
    words = ("--set", f"integrator={integrator}", "--set", entry, "--ticks", "10")
    code, _out, err = tauscope("run", "runaway", *words)
    assert code == 2
    assert why in err


# -- the log


def test_a_line_of_the_log_has_date_attempt_and_reason(tmp_path: Path) -> None:
    log = ScramLog(tmp_path / "logs" / "scram.log")
    assert log.write([noticed(0), noticed(1, "Two\nlines.")]) == ""
    assert log.write([noticed(2)]) == ""
    lines = log.path.read_text(encoding="utf-8").splitlines()
    assert [STAMP.fullmatch(line)[2] for line in lines] == [  # type: ignore[index]
        "|Ψ| is 5. Back.",
        "Two lines. Back.",
        "|Ψ| is 5. Back.",
    ]


def test_the_log_begins_anew_at_a_megabyte_and_keeps_the_former_one(tmp_path: Path) -> None:
    log = ScramLog(tmp_path / "scram.log")
    log.path.write_bytes(b"x" * (LARGEST - 10))
    assert log.write([noticed()]) == ""
    assert log.path.with_name("scram.log.1").stat().st_size == LARGEST - 10
    assert len(log.path.read_text(encoding="utf-8").splitlines()) == 1
    log.path.write_bytes(b"y" * LARGEST)
    log.write([noticed()])
    assert log.path.with_name("scram.log.1").read_bytes() == b"y" * LARGEST


def test_a_log_that_cannot_be_written_is_told_once_and_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "logs"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    log = ScramLog(blocked / "scram.log")
    told = log.write([noticed()])
    assert "The log of SCRAM" in told
    assert str(log.path) in told
    assert log.write([noticed()]) == ""
    blocked.unlink()
    assert log.write([noticed()]) == ""
    assert log.path.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    log = ScramLog(tmp_path / "scram.log")
    log.path.symlink_to("/dev/full")
    assert "the disk is full" in log.write([noticed()])
    assert log.write([noticed()]) == ""


def test_a_run_whose_log_is_refused_goes_on_and_says_so(
    tauscope: Tauscope, runaway: Place, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("no folder", encoding="utf-8")
    code, _out, err = tauscope("run", "runaway", "--ticks", "6000")
    assert code == 3
    assert err.count("The log of SCRAM") == 1
