"""The command line: what it prints and writes, its exit codes, and that it starts without a window."""

from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import psutil
import pytest

from tauscope.app import checkpoint, cli_open
from tauscope.app.compose import moment_text
from tauscope.app.snapshot import read_snapshot
from tauscope.engine import registry
from tauscope.engine.base import hash_state
from tauscope.engine.world import World
from tests.app import sample_studies
from tests.app.conftest import HEAT, Place
from tests.support.saved import PATIENCE, wait_for_frames

Tauscope = Callable[..., tuple[int, str, str]]


def heat(ticks: int, **changes: Any) -> World:
    world = World.single("toy", {**HEAT["config"], **changes}, seed=1)  # type: ignore[dict-item]
    world.advance(ticks)
    return world


def hashes(world: World) -> dict[str, str]:
    return hash_state(world.engine("toy").state())


# -- run ----------------------------------------------------------------------------------------------------


def test_run_gives_the_state_of_the_engine_itself(tauscope: Tauscope) -> None:
    code, out, err = tauscope("run", "heat", "--ticks", "250", "--set", "dt=0.1", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["hashes"] == hashes(heat(250, dt=0.1))
    assert found["scalars"] == heat(250, dt=0.1).engine("toy").scalars()
    assert (found["status"], found["tick"], found["ticks"], found["time"]) == (
        "done",
        250,
        250,
        pytest.approx(25.0),
    )
    assert (found["preset"], found["engine"]) == ("heat", "toy")


def test_run_says_what_came_out_unless_quiet(tauscope: Tauscope) -> None:
    code, out, _err = tauscope("run", "heat", "--ticks", "5")
    assert code == 0
    assert "Heat: 5 ticks" in out
    assert "mean" in out
    assert tauscope("run", "heat", "--ticks", "5", "--quiet") == (0, "", "")


def test_the_seed_decides(tauscope: Tauscope) -> None:
    found = [json.loads(tauscope("run", "heat", "--seed", s, "--json")[1])["hashes"] for s in ("1", "2", "1")]
    assert found[0] == found[2] != found[1]


def test_a_preset_file_can_be_run_by_its_path(tauscope: Tauscope, place: Place) -> None:
    path = place.folder / "elsewhere.json"
    path.write_text(json.dumps(HEAT), encoding="utf-8")
    for name in (str(path), "elsewhere.json", "./elsewhere.json"):
        assert tauscope("run", name, "--ticks", "1", "--quiet")[0] == 0


def test_the_log_is_a_table_of_scalars(tauscope: Tauscope) -> None:
    assert tauscope("run", "heat", "--ticks", "35", "--every", "10", "--log", "a.csv", "--quiet") == (
        0,
        "",
        "",
    )
    with open("a.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["tick", "time", "mean", "largest", "spots"]
    assert [row["tick"] for row in rows] == ["0", "10", "20", "30"]
    for row in rows:
        world = heat(int(row["tick"]))
        assert float(row["time"]) == world.engine("toy").time
        assert {k: float(row[k]) for k in ("mean", "largest", "spots")} == world.engine("toy").scalars()


def test_a_recording_and_a_log_sample_the_same_ticks(tauscope: Tauscope) -> None:
    words = ("--ticks", "47", "--every", "7", "--record", "a.h5", "--log", "a.csv", "--fields", "u,slope")
    code, out, err = tauscope("run", "heat", *words, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["files"] == {"log": "a.csv", "record": "a.h5"}
    with h5py.File("a.h5", "r") as file:
        ticks = file["fields/tick"][:].tolist()
        assert ticks == [0, 7, 14, 21, 28, 35, 42]
        assert bytes(file["status"].attrs["state"]).strip() == b"closed"
        for index, tick in enumerate(ticks):
            np.testing.assert_array_equal(file["fields/u"][index], heat(tick).field("toy", "u"))
            np.testing.assert_array_equal(file["fields/slope"][index], heat(tick).field("toy", "slope"))
    with open("a.csv", encoding="utf-8") as table:
        assert [line.split(",")[0] for line in table][1:] == [str(tick) for tick in ticks]


def test_a_run_goes_on_from_a_checkpoint_bit_for_bit(tauscope: Tauscope) -> None:
    assert tauscope("run", "heat", "--ticks", "40", "--set", "D=0.3", "--state", "a.npz", "--quiet")[0] == 0
    code, out, _err = tauscope("run", "heat", "--ticks", "60", "--from", "a.npz", "--json")
    assert code == 0
    assert json.loads(out)["hashes"] == hashes(heat(100, D=0.3))
    assert json.loads(out)["tick"] == 100
    changed = heat(40, D=0.3)
    changed.engine("toy").set("dt", 0.1)
    changed.advance(60)
    code, out, _err = tauscope("run", "heat", "--ticks", "60", "--from", "a.npz", "--set", "dt=0.1", "--json")
    assert json.loads(out)["hashes"] == hashes(changed)


def test_a_snapshot_is_a_picture_with_its_data(tauscope: Tauscope, place: Place) -> None:
    assert tauscope("run", "heat", "--ticks", "5", "--snapshot", "a.png", "--quiet") == (0, "", "")
    assert (place.folder / "a.png").read_bytes().startswith(b"\x89PNG")
    assert len([p for p in place.folder.iterdir() if p.stem == "a"]) == 2


def test_a_snapshot_of_many_axes_is_a_plane_through_the_middle(tauscope: Tauscope, place: Place) -> None:
    """An engine without a time has none in its picture."""
    words = ("--set", "shape=[4,4,6,8]", "--ticks", "3", "--snapshot", "a.png", "--quiet")
    assert tauscope("run", "gauge_coulomb_4d", *words) == (0, "", "")
    (data,) = (p for p in place.folder.iterdir() if p.stem == "a" and p.suffix != ".png")
    array, described = read_snapshot(data)
    engine = registry.create("gauge", described["config"], seed=described["seed"])
    engine.advance(3)
    np.testing.assert_array_equal(array, engine.field("plaquette")[2, 2])
    assert "time" not in moment_text(engine.field_specs()["plaquette"], 3, engine.time, 1)


def test_a_blow_up_ends_with_3_and_a_good_state(tauscope: Tauscope, place: Place) -> None:
    assert tauscope("run", "heat", "--ticks", "20", "--state", "a.npz", "--quiet")[0] == 0
    words = ("--from", "a.npz", "--set", "dt=3", "--record", "b.h5", "--log", "b.csv")
    code, _out, err = tauscope("run", "heat", *words)
    assert code == 3
    for word in ("toy broke a limit", "u is", "cell (", "tick 21", "time ", "dt · D ≤ 0.25", "Go back"):
        assert word in err
    saved = place.folder / "heat-tick20.npz"
    assert str(saved) in err
    again = checkpoint.load(saved).world()
    assert np.isfinite(again.field("toy", "u")).all()
    assert again.macro_tick == 20
    with h5py.File("b.h5", "r") as file:
        assert np.isfinite(file["fields/u"][:]).all()


def test_a_run_that_stops_by_itself_ends_there_with_its_picture(tauscope: Tauscope, place: Place) -> None:
    """State, picture and tick are those of the last good step, however the run was cut into pieces."""
    words = ("--ticks", "600", "--snapshot", "a.png", "--log", "a.csv", "--every", "25")
    code, _out, err = tauscope("run", "charge_blow_up", *words)
    assert code == 3
    assert "of tick 412" in err and "Its picture is in" in err
    assert checkpoint.load(place.folder / "charge_blow_up-tick412.npz").world().engine("charge").tick == 412
    (data,) = (p for p in place.folder.iterdir() if p.stem == "a" and p.suffix == ".npz")
    array, described = read_snapshot(data)
    assert described["tick"] == 412
    engine = registry.create("charge", described["config"], seed=described["seed"])
    engine.advance(600)
    np.testing.assert_array_equal(array, engine.field("rho"))


def imported(place: Place, watched: tuple[str, ...], *words: str) -> list[str]:
    """Which of the watched packages a command imports."""
    script = (
        "import sys; from tauscope.app.cli import main; code = main(sys.argv[1:]);"
        f"print(*sorted({{m.split('.')[0] for m in sys.modules}} & set({watched!r})), file=sys.stderr);"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=place.folder, env=place.environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr.split()


def test_run_imports_no_window(place: Place) -> None:
    windows = ("PySide6", "shiboken6", "vispy", "pyqtgraph", "OpenGL")
    assert (
        imported(place, windows, "run", "heat", "--ticks", "5", "--record", "a.h5", "--snapshot", "a.png")
        == []
    )


def test_lists_and_help_start_without_the_heavy_libraries(place: Place) -> None:
    heavy = ("PySide6", "vispy", "numba", "scipy", "h5py", "xarray", "matplotlib")
    assert imported(place, heavy, "--help") == []
    assert imported(place, heavy, "presets", "--json") == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_closes_its_files(place: Place, number: signal.Signals) -> None:
    words = (
        "--ticks",
        "100000000",
        "--record",
        "a.h5",
        "--log",
        "a.csv",
        "--state",
        "a.npz",
        "--every",
        "1000",
    )
    process = place.start("run", "heat", *words)
    end = time.monotonic() + PATIENCE
    log = place.folder / "a.csv"
    while not (log.exists() and log.read_text(encoding="utf-8").count("\n") > 3):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Interrupted at tick" in err
    assert "record: a.h5" in out
    with h5py.File(place.folder / "a.h5", "r") as file:
        frames = file["fields/u"].shape[0]
        assert frames == file["fields/t"].shape[0] >= 3
    assert checkpoint.load(place.folder / "a.npz").tick > 1000
    assert log.read_text(encoding="utf-8").endswith("\n")


# -- lists and questions ------------------------------------------------------------------------------------


def test_presets_are_listed_for_people_and_programs(tauscope: Tauscope, place: Place) -> None:
    place.preset("broken", config={"nx": 0})
    code, out, err = tauscope("presets", "--json")
    found = json.loads(out)
    assert code == 0
    assert [list(entry) for entry in found] == [["name", "engine", "title", "summary"]] * len(found)
    assert {"name": "heat", "engine": "toy", "title": "Heat", "summary": "A warm torus."} in found
    assert {"single_mass", "two_bodies", "ring_galaxy", "horizon"} <= {entry["name"] for entry in found}
    assert "broken.json is left out" in err
    code, out, _err = tauscope("presets")
    assert code == 0
    assert all(entry["name"] in out and entry["title"] in out for entry in found)


def test_info_tells_versions_machine_paths_and_classes(tauscope: Tauscope) -> None:
    code, out, _err = tauscope("info", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["versions"]["numpy"] == np.__version__
    assert found["engines"]["toy"]["reproducibility"] == registry.engine_type("toy").reproducibility
    assert found["engines"]["gravity"]["repeats"].startswith("bit for bit")
    assert found["machine"]["numba_threads"] >= 1
    assert {"display", "opengl"} <= set(found["graphics"])
    assert "own presets" in found["paths"]
    code, out, _err = tauscope("info")
    assert code == 0
    assert np.__version__ in out


def test_help_names_every_command(tauscope: Tauscope) -> None:
    code, out, _err = tauscope("--help")
    assert code == 0
    for command in ("run", "presets", "replay", "recover", "info", "verify"):
        assert f"  {command} " in out
    assert "open" not in [line.split()[0] for line in out.splitlines() if line.startswith("  ")]


# -- replay and recover -------------------------------------------------------------------------------------


def test_a_recording_replays_and_an_edited_one_does_not(tauscope: Tauscope, place: Place) -> None:
    assert tauscope("run", "heat", "--ticks", "30", "--record", "a.h5", "--quiet")[0] == 0
    code, out, err = tauscope("replay", "a.h5", "--verify")
    assert (code, err) == (0, "")
    assert "replays bit for bit" in out
    assert json.loads(tauscope("replay", "a.h5", "--json")[1])["passed"] is True
    with h5py.File("a.h5", "r+") as file:
        frame = file["fields/u"][1]
        frame[3, 4] += 1e-9
        file["fields/u"][1] = frame
    code, _out, err = tauscope("replay", "a.h5", "--verify")
    assert code == 1
    assert "tick 10" in err
    assert "u" in err
    code, out, _err = tauscope("replay", "a.h5", "--verify", "--json")
    assert code == 1
    assert json.loads(out)["mismatch"]["tick"] == 10


def test_a_killed_recording_is_recovered_and_replays(tauscope: Tauscope, place: Place) -> None:
    process = place.start(
        "run", "heat", "--ticks", "100000000", "--record", "a.h5", "--every", "200", "--log", "a.csv"
    )
    end = time.monotonic() + PATIENCE
    log = place.folder / "a.csv"
    while not (log.exists() and log.read_text(encoding="utf-8").count("\n") > 20):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    wait_for_frames(place.folder / "a.h5", 20, lambda: process.poll() is None)
    process.kill()
    process.communicate()
    code, _out, err = tauscope("replay", "a.h5")
    assert code == 2
    assert "tauscope recover" in err
    code, out, err = tauscope("recover", "a.h5", "--quiet")
    assert (code, err) == (0, "")
    readable = Path(out.strip())
    with h5py.File(readable, "r") as file:
        assert file["fields/u"].shape[0] >= 20
    assert tauscope("replay", str(readable), "--verify", "--quiet")[0] == 0
    assert json.loads(tauscope("recover", str(readable), "--json")[1])["frames"] >= 20


# -- verify -------------------------------------------------------------------------------------------------


@pytest.fixture
def checked(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Place whose registry has engines with a verification: one that fails, one without end."""
    folder = sample_studies.write_plugin(place.folder.parent / "checked")
    monkeypatch.syspath_prepend(str(folder))
    registry.entries.cache_clear()
    path = os.pathsep.join((str(folder), place.environment["PYTHONPATH"]))
    return Place(place.folder, {**place.environment, "PYTHONPATH": path})


@pytest.mark.usefixtures("checked")
def test_verify_prints_a_table_and_ends_with_1(tauscope: Tauscope) -> None:
    code, out, _err = tauscope("verify", "checked")
    assert code == 1
    lines = out.splitlines()
    assert lines[1].split() == ["quantity", "expected", "measured", "tolerance", "verdict"]
    assert lines[2].split() == ["good", "1", "1", "0.1", "holds"]
    assert lines[3].split() == ["bad", "(bits)", "1", "2", "0.1", "FAILS"]
    assert lines[-1] == "checked: 2 of 3 checks FAIL."
    code, out, _err = tauscope("verify", "checked", "--quick", "--json")
    found = json.loads(out)
    assert (code, found["passed"]) == (1, False)
    assert found["reports"]["checked"]["checks"][2]["measured"] is None


def test_ctrl_c_cancels_a_verification(checked: Place) -> None:
    process = checked.start("verify", "endless")
    parent = psutil.Process(process.pid)
    end = time.monotonic() + PATIENCE
    while not any("spawn_main" in " ".join(child.cmdline()) for child in parent.children()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    workers = parent.children()
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Interrupted" in err
    psutil.wait_procs(workers, timeout=PATIENCE)
    assert not [worker for worker in workers if worker.is_running()]


def test_verify_refuses_what_it_does_not_know(tauscope: Tauscope) -> None:
    code, _out, err = tauscope("verify", "gravty")
    assert code == 2
    assert "Did you mean “gravity”?" in err
    code, _out, err = tauscope("verify", "toy")
    assert code == 2
    assert "no study named “verify”" in err


# -- without a display --------------------------------------------------------------------------------------


def test_without_a_display_a_preset_runs_and_leaves_files(place: Place) -> None:
    done = place.command("heat")
    assert done.returncode == 0, done.stderr
    assert "There is no display" in done.stdout
    (record,) = (place.folder / "recordings").glob("heat-*.h5")
    files = dict(
        line.split(": ", 1)
        for line in done.stdout.splitlines()
        if line.startswith(("record: ", "snapshot: "))
    )
    assert Path(files["record"]) == record
    picture = Path(files["snapshot"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    with h5py.File(record, "r") as file:
        assert file["fields/tick"][-1] == 2000


def test_without_a_display_a_recording_is_not_shown(place: Place) -> None:
    assert place.command("run", "heat", "--ticks", "3", "--record", "a.h5").returncode == 0
    done = place.command("a.h5")
    assert done.returncode == 2
    assert "no display" in done.stderr


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({}, False),
        ({"DISPLAY": ":1"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
        ({"QT_QPA_PLATFORM": "xcb"}, False),
    ],
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux runs without a display")
def test_where_a_display_is(
    environment: dict[str, str], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cli_open.has_display() is shown


def test_numbers_that_json_lacks_become_null(capsys: pytest.CaptureFixture[str]) -> None:
    from tauscope.app.cli_output import Output

    Output(json=True).data({"a": math.nan, "b": [math.inf, 1.0]})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.0]}


def test_what_a_configuration_warns_of_is_told_and_a_lone_engine_may_be_named(
    tauscope: Tauscope, tmp_path: Path
) -> None:
    preset = tmp_path / "thin.json"
    config = {"shape": [1, 1, 1, 1, 1, 2, 8, 8, 1], "emitters": []}
    preset.write_text(
        json.dumps({"schema_version": 1, "engine": "ufie", "title": "T", "summary": "t", "config": config})
    )
    code, _out, err = tauscope("run", str(preset), "--ticks", "1", "--set", "ufie.c0=100", "--quiet")
    assert code == 0
    assert err.startswith("Warning: Axis w has two sites")
