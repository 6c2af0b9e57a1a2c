"""Sweeps: results against runs by hand, kills, resumption, lost workers, Ctrl-C, a cluster, and refusals."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
import time
from collections.abc import Iterator

import h5py
import numpy as np
import psutil
import pytest

from tauscope.app import presets, sweep_presets
from tauscope.app.recording import lock
from tauscope.app.repairing import to_repair
from tauscope.app.sweep import check, resumed, sweep
from tauscope.app.sweep_cluster import ClusterPool
from tauscope.app.sweep_file import Journal, SweepData, journal_path, load, new, read_journal, save
from tauscope.app.sweep_local import TRIES, LocalPool, Worker
from tauscope.app.sweep_task import Result, Task, run
from tauscope.app.sweep_wish import unfinished
from tauscope.engine.errors import BadInput
from tauscope.engine.sweep_plan import Plan, Point, parse_axis
from tauscope.engine.world import World
from tests.app.conftest import Place

PATIENCE = 60.0


class Here:
    """Runs in this process, one after another."""

    title = "this process"

    def ready(self) -> None:
        pass

    def results(self, task, points) -> Iterator[Result | None]:
        for point in points:
            yield run(task, point)


def heat(*words: str, seeds: int = 1, **changes) -> SweepData:
    task = Task(presets.load("heat").dump(), **{"settle": 20, **changes})
    return new("Heat", task, Plan("grid", tuple(parse_axis(word) for word in words), seeds=seeds))


def numbers(data: SweepData) -> dict[int, tuple]:
    """What must be the same wherever and however a sweep was done."""
    return {
        index: (one.status, dict(one.scalars), dict(one.errors), one.message)
        for index, one in sorted(data.results.items())
    }


def test_every_run_is_that_of_its_values_and_seed(place, tmp_path):
    data = heat("D=0.1:0.5:3", "amplitude=1,2", seeds=2)
    check(data)
    outcome = sweep(tmp_path / "a.h5", data, Here())
    assert not outcome.paused and not journal_path(tmp_path / "a.h5").exists()
    for point in data.plan.runs():
        config = presets.load("heat").with_values(dict(point.values)).setup()
        world = World.of(config, point.seed)
        world.advance(20)
        assert data.results[point.index].scalars["mean"] == world.engine("toy").scalars()["mean"]
        assert data.results[point.index].scalars["end_tick"] == 20.0
    mean, error = data.mean("mean")
    values = data.values("mean").reshape(3, 2, 2)
    assert mean.shape == (3, 2) and np.allclose(mean, values.mean(axis=2), rtol=1e-15)
    assert np.allclose(error, np.abs(values[..., 0] - values[..., 1]) / 2, rtol=1e-12)


def test_the_file_holds_plan_results_and_provenance(place, tmp_path):
    path = tmp_path / "a.h5"
    data = heat("D=0.125:0.375:3", "dtype=float32,float64", measure=40, every=4)
    sweep(path, data, Here())
    again = load(path)
    assert numbers(again) == numbers(data) and again.describe() == data.describe()
    assert again.provenance["versions"]["numpy"] == np.__version__
    with h5py.File(path, "r") as file:
        assert file.attrs["status"] == b"done"
        assert file["values/D"][()].tolist() == [0.125, 0.125, 0.25, 0.25, 0.375, 0.375]
        assert json.loads(file["values/dtype"][1]) == "float64"
        assert file["scalars/mean"].attrs["points"].tolist() == [3, 2]
        assert np.isfinite(file["errors/largest"][()]).all()
        assert not {"path", "environ"} & set(json.loads(bytes(file["provenance"][()])))


def test_names_with_a_slash_come_back(place, tmp_path):
    data = heat("D=0.1:0.3:3")
    for n in range(3):
        data.results[n] = Result(n, "done", {"energy / launch": 0.5 * n}, {"energy / launch": 0.1})
    save(tmp_path / "a.h5", data)
    assert numbers(load(tmp_path / "a.h5")) == numbers(data)


def test_means_are_taken_over_the_ticks_that_were_asked_for(place):
    task = Task(presets.load("heat").dump(), settle=7, measure=20, every=5, scalars=("largest",))
    found = run(task, Point(0, {}, 3))
    world = World.of(presets.load("heat").setup(), 3)
    world.advance(7)
    series = []
    for _ in range(4):
        world.advance(5)
        series.append(world.engine("toy").scalars()["largest"])
    assert found.scalars["largest"] == pytest.approx(np.mean(series), rel=1e-14)
    assert found.errors["largest"] > 0 and found.scalars["end_tick"] == 27


def test_what_goes_wrong_in_one_run_is_kept_and_the_others_go_on(place, tmp_path):
    data = heat("D=0.5,1000,2.0,0.25")
    check(data)
    sweep(tmp_path / "a.h5", data, Here())
    assert [data.results[index].status for index in range(4)] == ["done", "failed", "blow-up", "done"]
    assert "D" in data.results[1].message and "1000" in data.results[1].message
    assert data.values("blow_up")[[0, 2, 3]].tolist() == [0, 1, 0] and np.isnan(data.values("blow_up")[1])
    assert np.isnan(data.values("mean")[2])
    assert numbers(load(tmp_path / "a.h5")) == numbers(data)


def test_a_broken_limit_ends_at_the_same_tick_everywhere(place):
    """Looks come after fixed numbers of ticks, and not as fast as the machine is."""
    task = Task(presets.load("heat").dump(), settle=1000)
    ends = {run(task, Point(0, {"D": 2.0}, 1)).scalars["end_tick"] for _ in range(3)}
    assert ends == {64.0}


@pytest.mark.parametrize(
    ("number", "runs"),
    [
        (signal.SIGKILL, 20),
        (signal.SIGINT, 20),
        pytest.param(signal.SIGKILL, 100, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 100, marks=pytest.mark.slow),
    ],
)
def test_a_sweep_stopped_midway_and_resumed_equals_an_uninterrupted_one(place: Place, number, runs):
    words = ("sweep", "heat", "--vary", f"D=0.05:1.2:{runs // 2}", "--seeds", "2", "--ticks", "1200")
    process = place.start(*words, "--workers", "2", "--out", "a.h5")
    path = place.folder / "a.h5"
    workers = []
    end = time.monotonic() + PATIENCE
    while len(read_journal(journal_path(path))) < runs // 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        workers = psutil.Process(process.pid).children()
        time.sleep(0.01)
    process.send_signal(number)
    _out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == (-9 if number == signal.SIGKILL else 130), err
    psutil.wait_procs(workers, timeout=PATIENCE)
    assert not [worker for worker in workers if worker.is_running()]
    known = len(load(path).results)
    assert runs // 5 <= known < runs
    if number == signal.SIGINT:
        assert "Interrupted" in err and not journal_path(path).exists()
        assert not lock.lock_path(path).exists()
        with h5py.File(path, "r") as file:
            assert file.attrs["status"] == b"paused"

    else:
        assert unfinished(place.folder) == [path]
    assert to_repair(place.folder) == []  # it is no recording

    data = resumed(path)
    assert len(data.results) == known
    sweep(path, data, LocalPool(2))
    whole = new(data.title, data.task, data.plan)
    sweep(place.folder / "b.h5", whole, Here())
    assert len(numbers(load(path))) == runs
    assert numbers(load(path)) == numbers(load(place.folder / "b.h5"))


def test_a_worker_killed_in_a_run_loses_nothing(place, tmp_path):
    data = heat("D=0.05:1.2:12", settle=800)
    before = set(psutil.Process().children())
    killed = []

    def kill(_result: Result, _done: int) -> None:
        if len(killed) < 2:
            worker = next(iter(set(psutil.Process().children()) - before - set(killed)), None)
            if worker is not None:
                worker.kill()
                killed.append(worker)

    sweep(tmp_path / "a.h5", data, LocalPool(2), on_result=kill)
    whole = heat("D=0.05:1.2:12", settle=800)
    sweep(tmp_path / "b.h5", whole, Here())
    assert len(killed) == 2 and numbers(data) == numbers(whole)


def test_a_run_that_always_loses_its_process_fails_after_some_tries(place, tmp_path, monkeypatch):
    given = []

    def give(self, point, real=Worker.give):
        real(self, point)
        if point.index == 1:
            given.append(point)
            self.process.kill()

    monkeypatch.setattr(Worker, "give", give)
    data = heat("D=0.1:0.3:3", settle=2000)
    sweep(tmp_path / "a.h5", data, LocalPool(1))
    assert len(given) == TRIES
    assert [data.results[index].status for index in range(3)] == ["done", "failed", "done"]
    assert "ended 3 times" in data.results[1].message


def test_a_pause_keeps_what_is_known(place, tmp_path):
    data, stop = heat("D=0.1:1.2:9"), threading.Event()
    outcome = sweep(
        tmp_path / "a.h5", data, Here(), stop=stop, on_result=lambda _r, done: done == 4 and stop.set()
    )
    assert outcome.paused and len(load(tmp_path / "a.h5").results) == 4
    outcome = sweep(tmp_path / "a.h5", resumed(tmp_path / "a.h5"), Here())
    assert not outcome.paused and len(outcome.data.results) == 9


def test_a_torn_line_of_the_journal_costs_one_run(place, tmp_path):
    path = tmp_path / "a.h5"
    data = heat("D=0.1:1.2:3")
    save(path, data)
    journal = Journal(path)
    for point in list(data.plan.runs())[:2]:
        journal.append(run(data.task, point))
    journal.close(remove=False)
    text = journal_path(path).read_bytes()
    journal_path(path).write_bytes(text[:-20])
    assert sorted(load(path).results) == [0]
    journal = Journal(path)
    journal.append(Result(2, "done", {"mean": float("nan")}))
    journal.close(remove=False)
    assert sorted(load(path).results) == [0, 2] and np.isnan(load(path).values("mean")[2])


def test_a_file_in_use_another_sweep_and_no_sweep_are_refused(place, tmp_path):
    path = tmp_path / "a.h5"
    data = heat("D=0.1:1.2:3")
    sweep(path, data, Here())
    with pytest.raises(BadInput, match="another sweep"):
        resumed(path, heat("D=0.1:1.2:4"))
    assert resumed(path, heat("D=0.1:1.2:3")).status == "done"
    lock.acquire(path)
    with pytest.raises(BadInput, match="process"):
        sweep(path, data, Here())
    lock.release(path)
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(BadInput, match="no sweep"):
        load(tmp_path / "text.h5")
    with pytest.raises(BadInput, match="no file"):
        load(tmp_path / "none.h5")


def test_two_workers_of_a_cluster_give_the_same_numbers_and_one_may_be_killed(place, tmp_path):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    data = heat("D=0.05:1.2:12", settle=800)
    killed = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        pids = [nanny.pid for nanny in cluster.workers.values()]

        def kill(_result: Result, _done: int) -> None:
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        sweep(tmp_path / "a.h5", data, ClusterPool(cluster.scheduler_address), on_result=kill)
    whole = heat("D=0.05:1.2:12", settle=800)
    sweep(tmp_path / "b.h5", whole, Here())
    assert killed and os.getpid() not in pids and numbers(data) == numbers(whole)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "carrier://pigeon", "tcp://127.0.0.1:x"]
)
def test_a_scheduler_that_does_not_answer_is_told(place, tmp_path, monkeypatch, address):
    monkeypatch.setattr("tauscope.app.sweep_cluster.CONNECT_SECONDS", 0.2)
    with pytest.raises(BadInput) as refused:
        sweep(tmp_path / "a.h5", heat("D=0.1:0.5:3"), ClusterPool(address))
    assert refused.value.key == "--scheduler" and address in refused.value.message
    assert not (tmp_path / "a.h5").exists(), "the name is free for another try"


def test_a_name_is_free_after_a_scheduler_that_does_not_answer(tauscope, place, monkeypatch):
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr("tauscope.app.sweep_cluster.CONNECT_SECONDS", 0.2)
    words = ("sweep", "heat", "--vary", "D=0.1:0.5:3", "--ticks", "3", "--out", "a.h5")
    code, _out, err = tauscope(*words, "--scheduler", "tcp://127.0.0.1:9")
    assert code == 2 and "No scheduler answers" in err and not list(place.folder.glob("a.h5*"))
    code, _out, err = tauscope(*words, "--workers", "1")
    assert code == 0, err


def test_a_cluster_without_workers_is_told(place, tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.setattr("tauscope.app.sweep_cluster.CONNECT_SECONDS", 3)
    options = {"n_workers": 0, "dashboard_address": None, "silence_logs": 50, "protocol": "tcp"}
    with distributed.LocalCluster(**options) as cluster, pytest.raises(BadInput, match="no worker"):
        sweep(tmp_path / "a.h5", heat("D=0.1:0.5:3"), ClusterPool(cluster.scheduler_address))


def test_the_command_sweeps_resumes_and_prints(tauscope, place):
    words = ("sweep", "heat", "--vary", "D=0.1:0.5:3", "--ticks", "30", "--workers", "1", "--out", "a.h5")
    code, out, err = tauscope(*words, "--scalars", "mean")
    assert code == 0, err
    assert "3 runs are done" in out and "a.h5" in out.splitlines()[-1]
    code, _out, err = tauscope(*words)
    assert code == 2 and "nothing is overwritten" in err
    code, out, err = tauscope("sweep", "--resume", "--out", "a.h5", "--json")
    found = json.loads(out)
    assert code == 0 and found["counts"] == {"done": 3, "blow-up": 0, "failed": 0}
    assert [point["values"]["D"] for point in found["points"]] == pytest.approx([0.1, 0.3, 0.5])
    assert set(found["points"][0]["scalars"]) == {"mean", "blow_up", "end_tick"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("heat",), "Nothing is varied"),
        (("heat", "--vary", "d=1:2:3"), "D"),
        (("heat", "--vary", "D=1:2:3", "--scalars", "meen"), "mean"),
        (("heat", "--vary", "D=1:2:3", "--set", "D=1"), "set and varied"),
        (("heat", "--vary", "D=1:2"), ""),
        (("heet", "--vary", "D=1:2:3"), "heat"),
        (("beta_scn",), "beta_scan"),
        (("heat", "--vary", "D=1:2:3", "--workers", "0"), "--workers"),
        (("heat", "--vary", "D=1:2:3", "--workers", "1", "--scheduler", "tcp://x:1"), "exclude"),
        (("heat", "--vary", "D=1:2:3", "--every", "0"), "--every"),
        (("heat", "--vary", "D=1:2:3", "--ticks", "-5"), "--ticks is -5"),
        (("heat", "--vary", "D=0.1,abc"), "abc"),
        (("heat", "--vary", "dtype=float32,float33"), "float33"),
        (("heat", "--vary", "D=0.1:0.5:1000000000"), "at most 1,000,000"),
        (("--resume",), "--out"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(tauscope, place, words, said):
    if said:
        code, _out, err = tauscope("sweep", *words)
        assert code == 2 and said in err
    else:  # two ends without a number are two values
        assert len(parse_axis(words[-1]).values) == 2
    assert not list(place.folder.glob("*.h5"))


def test_a_sweep_in_which_every_run_fails_ends_with_1(tauscope, place):
    words = ("--vary", "D=1000,2000", "--ticks", "3", "--workers", "1", "--out", "a.h5")
    code, out, err = tauscope("sweep", "heat", *words)
    assert code == 1 and "2 failed" in out and "Run 0 failed." in err


@pytest.mark.parametrize("name", sweep_presets.names())
def test_every_preset_of_a_sweep_can_be_run(name):
    preset = sweep_presets.load(name)
    data = preset.sweep()
    check(data)
    assert preset.summary and preset.see and 16 <= len(data.plan) <= 500
    small = {"side": 161, "ticks": 9, "rays": 64} if name == "lensing" else {}
    task = dataclasses.replace(data.task, settle=4, measure=min(data.task.measure, 8), every=2, fixed=small)
    found = run(task, next(iter(data.plan.runs())))
    assert found.status == "done" and found.message == ""
    assert set(task.scalars) <= set(found.scalars)


def test_the_preset_of_the_existence_region_equals_a_scan(tmp_path):
    data = sweep_presets.load("existence_region").sweep()
    axes = tuple(dataclasses.replace(axis, values=axis.values[::4]) for axis in data.plan.axes)
    data = new(data.title, data.task, dataclasses.replace(data.plan, axes=axes))
    sweep(tmp_path / "a.h5", data, Here())
    from tauscope.engine.atomx import physical, radial

    kappa, r_screen = np.meshgrid(*(np.array(axis.values) for axis in axes), indexing="ij")
    bound = physical.screening(kappa, r_screen) < radial.critical(2)
    assert np.array_equal(data.mean("valid")[0] == 1, bound) and data.values("passed").sum() > 5
