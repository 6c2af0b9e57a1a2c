"""Bad input at the command line: exit code 2, and a sentence with key, value, range and nearest name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.conftest import HEAT, Place

Tauscope = Callable[..., tuple[int, str, str]]


def read_only_folder(place: Place) -> str:
    """Folder in which nobody, root included, may make a file."""
    if os.geteuid() == 0:
        return "/proc"
    folder = place.folder / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    return str(folder)


CASES: dict[str, tuple[list[str], list[str]]] = {
    "unknown preset": (
        ["run", "two_bodes"],
        ["no preset named “two_bodes”", "two_bodies", "Did you mean “two_bodies”?"],
    ),
    "survival 1 with a closed boundary": (
        ["run", "two_bodies", "--set", "boundary=periodic", "--set", "survival=1"],
        ["survival = 1", "periodic", "less than 1"],
    ),
    "source outside the lattice": (
        ["run", "two_bodies", "--set", "sources.heavy.x=9999"],
        ["sources.heavy.x = 9999", "outside the lattice", "-0.5 to less than"],
    ),
    "NaN": (
        ["run", "heat", "--set", "D=NaN"],
        ["D is nan", "not a finite number", "at least 0 and at most 100"],
    ),
    "misspelt parameter": (
        ["run", "two_bodies", "--set", "survivl=0.9"],
        ["“survivl”", "Did you mean “survival”?"],
    ),
    "out of range": (["run", "two_bodies", "--set", "capacity=-1"], ["capacity = -1", "at least 1e-06"]),
    "text posing as a recording": (["replay", "fake.h5"], ["fake.h5", "text file"]),
    "text posing as a recording, to the window": (["fake.h5"], ["fake.h5", "text file"]),
    "text posing as a recording, to recover": (["recover", "fake.h5"], ["fake.h5", "text file"]),
    "another kind of file": (
        ["notes.txt"],
        ["notes.txt is neither a preset, a session nor a recording", ".json, .tauscope or .h5"],
    ),
    "read-only folder": (["run", "heat", "--record", "LOCKED/a.h5"], ["LOCKED", "cannot be written to"]),
    "existing file": (["run", "heat", "--record", "taken.h5"], ["taken.h5 exists", "--record"]),
    "unknown command": (["rnu", "heat"], ["no command named “rnu”", "Did you mean “run”?"]),
    "unknown option": (["run", "heat", "--tikcs", "5"], ["--tikcs", "--ticks"]),
    "unknown device": (["run", "heat", "--device", "cdua"], ["“cdua”", "Did you mean “cuda”?"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_ends_with_2_and_a_sentence(place: Place, case: str) -> None:
    (place.folder / "fake.h5").write_text("this is only text\n" * 50, encoding="utf-8")
    (place.folder / "notes.txt").write_text("notes", encoding="utf-8")
    (place.folder / "taken.h5").write_text("somebody's work", encoding="utf-8")
    locked = read_only_folder(place)
    words, expected = CASES[case]
    before = sorted(place.folder.iterdir())
    done = place.command(*(word.replace("LOCKED", locked) for word in words))
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for phrase in expected:
        assert phrase.replace("LOCKED", locked) in done.stderr
    assert sorted(place.folder.iterdir()) == before
    assert (place.folder / "taken.h5").read_text(encoding="utf-8") == "somebody's work"


def test_with_json_the_error_is_an_object(tauscope: Tauscope) -> None:
    code, out, err = tauscope("run", "heat", "--set", "D=101", "--json")
    found = json.loads(out)["error"]
    assert code == found["exit"] == 2
    assert (found["key"], found["value"], found["allowed"]) == ("D", 101, "at least 0 and at most 100")
    assert found["message"] in err
    code, out, _err = tauscope("run", "haet", "--json")
    assert json.loads(out)["error"]["nearest"] == "heat"


@pytest.mark.parametrize(
    ("words", "key", "phrase"),
    [
        (["--ticks", "0"], "--ticks", "1, 2, …"),
        (["--ticks", "x"], "--ticks", "--ticks = x was refused"),
        (["--every", "0"], "--every", "1, 2, …"),
        (["--seed", "-1"], "seed", "0 to 2^64 - 1"),
        (["--fields", "slpe", "--record", "a.h5"], "--fields", "Did you mean “slope”?"),
        (["--set", "D"], "--set", "path=value"),
        (["--set", "D=1", "--set", "D=2"], "D", "set twice"),
        (["--set", "D.x=1"], "D.x", "deeper"),
        (["--record", "a.hdf"], "--record", "names that end in .h5"),
        (["--snapshot", "a.jpg"], "--snapshot", "names that end in .png"),
        (["--state", "a.bin"], "--state", "names that end in .npz"),
        (["--log", "taken.npz/a.csv"], "--log", "taken.npz is no folder"),
        (["--seeds", "0"], "--seeds", "1, 2, …"),
        (["--seeds", "2", "--record", "a.h5"], "--record", "about a single run"),
        (["--seeds", "2", "--log", "a.csv"], "--seeds", "does not tell seeds apart"),
        (["--suggestions", "missing.json"], "suggestions", "no file missing.json"),
        (["--suggestions", "taken.npz"], "suggestions", "is no file of suggestions"),
        (["--from", "missing.npz"], "--from", "no file missing.npz"),
        (["--from", "fake.npz"], "--from", "no checkpoint"),
        (["--record", "same.h5", "--log", "same.h5"], "--log", "would both write same.h5"),
        (["--snapshot", "a.png", "--state", "a.npz"], "--state", "would both write a.npz"),
        (["--snapshot", "taken.png"], "--snapshot", "taken.npz exists"),
    ],
)
def test_wrong_options_name_themselves(
    tauscope: Tauscope, place: Place, words: list[str], key: str, phrase: str
) -> None:
    for name in ("fake.npz", "taken.npz"):
        (place.folder / name).write_text("text", encoding="utf-8")
    code, out, err = tauscope("run", "heat", *words, "--json")
    assert code == 2
    assert json.loads(out)["error"]["key"] == key
    assert phrase in err
    assert {p.name for p in place.folder.iterdir()} == {"presets", "fake.npz", "taken.npz"}


@pytest.mark.parametrize("option", ["--record", "--snapshot", "--log", "--state"])
def test_no_output_overwrites_anything(tauscope: Tauscope, place: Place, option: str) -> None:
    name = {"--record": "a.h5", "--snapshot": "a.png", "--log": "a.csv", "--state": "a.npz"}[option]
    (place.folder / name).write_text("precious", encoding="utf-8")
    code, _out, err = tauscope("run", "heat", "--ticks", "5", option, name)
    assert code == 2
    assert f"{name} exists" in err
    assert (place.folder / name).read_text(encoding="utf-8") == "precious"


def test_a_dangling_link_counts_as_a_file(tauscope: Tauscope, place: Place) -> None:
    (place.folder / "a.csv").symlink_to(place.folder / "nowhere")
    assert tauscope("run", "heat", "--log", "a.csv")[0] == 2
    assert not (place.folder / "nowhere").exists()


def test_a_checkpoint_of_another_preset_or_seed_is_refused(tauscope: Tauscope, place: Place) -> None:
    place.preset("cold")
    assert tauscope("run", "heat", "--ticks", "5", "--seed", "3", "--state", "a.npz", "--quiet")[0] == 0
    code, _out, err = tauscope("run", "cold", "--from", "a.npz")
    assert code == 2
    assert "the preset “heat”" in err
    code, _out, err = tauscope("run", "heat", "--from", "a.npz", "--seed", "4")
    assert code == 2
    assert "seed 3" in err
    assert tauscope("run", "heat", "--from", "a.npz", "--seed", "3", "--ticks", "1", "--quiet")[0] == 0
    code, _out, err = tauscope("run", "heat", "--from", "a.npz", "--set", "nx=8")
    assert code == 2
    assert "restart" in err


def test_a_preset_with_wrong_json_names_line_and_column(tauscope: Tauscope, place: Place) -> None:
    Path("odd.json").write_text('{\n  "engine": "toy",\n  "title": oops\n}', encoding="utf-8")
    code, _out, err = tauscope("run", "odd.json")
    assert code == 2
    assert "odd.json, line 3, column 12" in err


def test_a_fault_of_the_program_is_a_sentence_too(
    tauscope: Tauscope, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("tauscope.app.headless.drive", fail)
    code, _out, err = tauscope("run", "heat")
    assert code == 1
    assert "The program has a fault: RuntimeError: planted." in err
    assert HEAT["title"] == "Heat"
