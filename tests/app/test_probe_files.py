"""Files of probes: what was sampled comes back to the bit, and what cannot be written is refused first."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import h5py
import numpy as np
import pytest

from tauscope.app import probe_files
from tauscope.app.headless import drive
from tauscope.app.probe_files import ProbeLog, read_samples, save_profile, save_samples
from tauscope.engine import create
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe, dump_probes
from tauscope.engine.sampler import Sampler, profile_of
from tauscope.engine.world import World

PROBES = (
    Probe("p1", "point", "traffic", 8, 8, name="Core, inner"),
    Probe("p2", "line", "phi", 8, 8, 15, 8, "min", name="Cut"),
    Probe("p3", "global", "f_live_mean", name="Cut"),
)
HEADS = ["Core, inner [bits/tick]", "p2 Cut", "p3 Cut"]


def make_world():
    return World.single(
        "gravity",
        {"nx": 20, "ny": 16, "sources": [{"id": "s1", "kind": "point", "x": 8, "y": 8, "strength": 0.05}]},
    )


@pytest.fixture
def data():
    world, sampler = make_world(), Sampler(PROBES)
    sampler.start(world)
    drive(world, 120, [sampler])
    return sampler.data()


@pytest.mark.parametrize("ending", [".csv", ".h5"])
def test_samples_come_back_to_the_bit(tmp_path, data, ending):
    path = save_samples(tmp_path / f"run{ending}", data, {"seed": 3})
    found = read_samples(path)
    np.testing.assert_array_equal(found.ticks, data.ticks)
    assert list(found.values) == HEADS
    for head, probe in zip(HEADS, PROBES, strict=True):
        np.testing.assert_array_equal(found.values[head], data.values[probe.id])
    assert found.metadata == ({"seed": 3} if ending == ".h5" else {})


def test_csv_begins_with_tick_and_names_with_units(tmp_path, data):
    path = save_samples(tmp_path / "run.csv", data, {})
    lines = path.read_text().splitlines()
    assert lines[0] == 'tick,"Core, inner [bits/tick]",p2 Cut,p3 Cut'
    assert lines[1].startswith("0,") and len(lines) == 122


@pytest.mark.parametrize("ending", [".csv", ".h5"])
@pytest.mark.parametrize("stride", [1, 7])
def test_a_run_that_writes_as_it_goes_equals_one_that_keeps(tmp_path, monkeypatch, data, ending, stride):
    monkeypatch.setattr(probe_files, "BUFFER", 32)
    path = tmp_path / f"log{ending}"
    world, log = make_world(), ProbeLog(path, PROBES, stride)
    log.start(world)
    drive(world, 120, [log])
    log.close()
    log.close()
    found = read_samples(path)
    np.testing.assert_array_equal(found.ticks, np.arange(0, 121, stride))
    for head, probe in zip(HEADS, PROBES, strict=True):
        np.testing.assert_array_equal(found.values[head], data.values[probe.id][::stride])


@pytest.mark.parametrize("ending", [".csv", ".h5"])
def test_a_profile_comes_back(tmp_path, ending):
    world = make_world()
    world.advance(50)
    profile = profile_of(world, PROBES[1], ["phi", "traffic"])
    path = save_profile(tmp_path / f"cut{ending}", profile, {"traffic": "bits/tick", "phi": "1"}, {})
    if ending == ".csv":
        table = np.genfromtxt(path, delimiter=",", skip_header=1)
        head = path.read_text().splitlines()[0]
        assert head == "r [cells],x [cells],y [cells],phi,traffic [bits/tick]"
        np.testing.assert_array_equal(table[:, 3], profile.values["phi"])
    else:
        with h5py.File(path) as file:
            np.testing.assert_array_equal(file["fields/traffic"][...], profile.values["traffic"])
            np.testing.assert_array_equal(file["r"][...], profile.r)
            assert file["fields/traffic"].attrs["unit"] == "bits/tick" and file.attrs["tick"] == 50


def test_what_exists_is_not_overwritten_and_leaves_nothing_beside(tmp_path, data):
    path = tmp_path / "run.csv"
    path.write_text("mine")
    with pytest.raises(BadInput, match="exists"):
        save_samples(path, data, {})
    assert path.read_text() == "mine" and [p.name for p in tmp_path.iterdir()] == ["run.csv"]


def test_missing_folders_and_other_endings_are_refused(tmp_path, data):
    with pytest.raises(BadInput, match="folder"):
        save_samples(tmp_path / "gone" / "run.csv", data, {})
    with pytest.raises(BadInput, match="csv"):
        save_samples(tmp_path / "run.txt", data, {})
    with pytest.raises(BadInput, match="no samples"):
        save_samples(tmp_path / "run.csv", Sampler(PROBES).data(), {})
    assert not list(tmp_path.iterdir())


def test_the_command_line_samples_probes(place, tauscope):
    (place.folder / "probes.json").write_text(
        json.dumps(dump_probes([Probe("p1", "point", "u", 3, 4, name="Here", engine="toy")]))
    )
    code, _, err = tauscope(
        "run", "heat", "--ticks", "50", "--probes", "probes.json", "--probe-out", "out.csv", "--quiet"
    )
    assert (code, err) == (0, ""), err
    found = read_samples(place.folder / "out.csv")
    np.testing.assert_array_equal(found.ticks, np.arange(51))
    assert np.isfinite(next(iter(found.values.values()))).all()


def documented() -> str:
    return (Path(__file__).parents[2] / "docs" / "probes.md").read_text(encoding="utf-8")


def test_the_documented_example_runs(place, tauscope):
    """What a reader copies from the page is taken, samples every probe, and keeps what the page says."""
    example = documented().split("```json\n")[1].split("```")[0]
    wanted = json.loads(example)
    (place.folder / "probes.json").write_text(example)
    words = ("run", "two_bodies", "--ticks", "20", "--probes", "probes.json", "--quiet")
    for ending in ("csv", "h5"):
        code, _, err = tauscope(*words, "--probe-out", f"out.{ending}")
        assert (code, err) == (0, ""), err
    found = read_samples(place.folder / "out.csv")
    np.testing.assert_array_equal(found.ticks, np.arange(21))
    assert len(found.values) == len(wanted)
    assert all(np.isfinite(values).all() for values in found.values.values())
    with h5py.File(place.folder / "out.h5") as file:
        assert file["tick"].attrs["unit"] == "ticks"
        assert {"probes", "stride", "dropped", "metadata"} <= set(file.attrs)
        for number, (entry, values) in enumerate(zip(wanted, found.values.values(), strict=True), 1):
            dataset = file[f"probes/p{number}"]
            assert {"name", "quantity", "unit", "head"} <= set(dataset.attrs)
            assert dataset.attrs["quantity"] == entry["quantity"]
            np.testing.assert_array_equal(dataset[...], values)


def test_the_page_names_every_entry_of_a_probe_and_no_other():
    rows = [line.split("|")[1] for line in documented().splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall("`([^`]+)`", row)]
    assert sorted(named) == sorted(found.name for found in fields(Probe))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--probes", "probes.json"), "--probe-out"),
        (("--probe-out", "out.csv"), "--probes"),
        (("--probes", "gone.json", "--probe-out", "out.csv"), "cannot be read"),
        (("--probes", "probes.json", "--probe-out", "out.txt"), ".csv"),
        (("--probes", "outside.json", "--probe-out", "out.csv"), "outside the lattice"),
    ],
)
def test_the_command_line_refuses(place, tauscope, words, said):
    (place.folder / "probes.json").write_text(json.dumps([{"kind": "point", "quantity": "u"}]))
    (place.folder / "outside.json").write_text(json.dumps([{"kind": "point", "quantity": "u", "x": 99}]))
    code, _, err = tauscope("run", "heat", "--ticks", "5", *words)
    assert code == 2 and said in err
    assert not (place.folder / "out.csv").exists()


def test_the_command_line_samples_a_site_as_the_engine_has_it(tmp_path, tauscope):
    shape, site = [1, 1, 1, 1, 1, 1, 8, 8, 3], [0, 0, 0, 0, 0, 0, 3, 5, 1]
    start = {"kind": "gaussian", "amplitude": 1.0}
    entry = {"schema_version": 1, "engine": "ufie", "title": "Wave", "summary": "A bump."}
    config = {"shape": shape, "emitters": [], "start": start}
    preset, probes, out = (tmp_path / name for name in ("wave.json", "probes.json", "out.csv"))
    preset.write_text(json.dumps({**entry, "config": config}))
    named = [{"kind": "site", "quantity": name, "site": site, "name": name} for name in ("real", "imaginary")]
    probes.write_text(json.dumps(named))
    words = ("run", str(preset), "--ticks", "30", "--probes", str(probes), "--probe-out", str(out))
    assert tauscope(*words)[0] == 0
    found = read_samples(out)
    assert found.ticks.tolist() == list(range(31)) and list(found.values) == ["real", "imaginary"]
    engine = create("ufie", config)
    for tick in range(31):
        psi = engine.field("psi")[tuple(site)]
        assert (found.values["real"][tick], found.values["imaginary"][tick]) == (psi.real, psi.imag)
        engine.advance(1)
    probes.write_text(json.dumps([{**named[0], "site": [0, 0, 0, 0, 0, 0, 8, 0, 0]}]))
    code, _, err = tauscope(*words[:-1], str(tmp_path / "other.csv"))
    assert code == 2 and "outside the torus" in err
