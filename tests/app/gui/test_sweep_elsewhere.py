"""Sweeps of the window that end elsewhere: a window killed midway, and runs on a cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tauscope.app.lab import Lab
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.sweeps import Sweeps
from tauscope.app.sweep_file import journal_path, load, read_journal
from tauscope.app.sweep_task import run
from tests.conftest import ROOT
from tests.support.gui import LEFT, wait_for

PATHS = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
PATIENCE = 200.0


class Late:
    """Client that is known after nobody waits for it any more."""

    closed = threading.Event()

    def close(self) -> None:
        """Note that it was closed."""
        self.closed.set()


def wait_until(process: subprocess.Popen[bytes], path: Path, runs: int) -> list[psutil.Process]:
    """Processes of a window, once so many runs of its sweep have ended."""
    end = time.monotonic() + PATIENCE
    while len(read_journal(journal_path(path))) < runs:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.slow
def test_a_window_killed_in_a_sweep_goes_on_to_the_same_numbers(
    qapp: QApplication, lab: Lab, tmp_path: Path
) -> None:
    path = tmp_path / "killed.h5"
    folder = tmp_path / "other"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.sweeping", str(path), "capacity", "1:3:41", "2500"],
        env={**os.environ, "TAUSCOPE_SETTINGS": str(folder / "settings.json"), "PYTHONPATH": PATHS},
        cwd=ROOT,
    )
    workers = wait_until(process, path, 8)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    psutil.wait_procs(workers, timeout=PATIENCE)
    assert workers and not [one for one in workers if one.is_running()], "no process outlives its window"
    before = load(path).results
    assert 8 <= len(before) < 41 and journal_path(path).exists()

    part = part_of(lab, Sweeps)
    part.show()
    wait_for(qapp, lambda: part.panel.waiting.isVisible(), "it is offered")
    part.panel.waiting.chosen.emit(str(path))
    wait_for(qapp, lambda: part.path == path and part.panel.run.text() == "Go on", "it is shown")
    assert part.data is not None and part.data.results.keys() == before.keys()
    QTest.mouseClick(part.panel.run, LEFT)
    wait_for(qapp, lambda: part.panel.run.text() == "Done", "the rest", PATIENCE)
    data = load(path)
    assert data.status == "done" and not journal_path(path).exists()
    for point in data.plan.runs():
        found = data.results[point.index]
        if point.index in before:
            assert found == before[point.index], "what was known is not done again"
        alone = run(data.task, point)
        assert (found.status, found.scalars, found.errors) == (alone.status, alone.scalars, alone.errors)


def test_a_sweep_of_the_window_on_a_cluster(qapp: QApplication, lab: Lab, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    part = part_of(lab, Sweeps)
    panel = part.panel
    part.show()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tauscope.app.sweep_cluster.CONNECT_SECONDS", 0.3)
        panel.axes.set_axes((("capacity", "1:2:6"),))
        for name, value in (("settle", 40.0), ("scheduler", "tcp://127.0.0.1:9")):
            panel.form.set_value(name, value)
        panel.path.setText(str(tmp_path / "cluster.h5"))
        QTest.mouseClick(panel.run, LEFT)
        wait_for(qapp, lambda: bool(panel.complaint.text()), "nobody answers")
    assert "No scheduler answers at tcp://127.0.0.1:9" in panel.complaint.text()
    assert panel.run.text() == "Start" and not (tmp_path / "cluster.h5").exists()
    assert "--" not in panel.complaint.text(), "no option of the command line"
    answered = threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tauscope.app.sweep_cluster.connect", lambda _address: answered.wait(60.0) and Late())
        QTest.mouseClick(panel.run, LEFT)
        assert panel.run.text() == "Pause"
        QTest.mouseClick(panel.run, LEFT)
        wait_for(qapp, lambda: panel.run.text() == "Start", "nobody waits for the answer")
        assert not panel.complaint.text() and not answered.is_set()
        answered.set()
        wait_for(qapp, Late.closed.is_set, "who answers late is let go")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(processes=False, protocol="tcp", **options) as cluster:
        panel.form.set_value("scheduler", cluster.scheduler_address)
        QTest.mouseClick(panel.run, LEFT)
        assert panel.complaint.text() == "" and cluster.scheduler_address in panel.status.text()
        wait_for(qapp, lambda: part.data is not None and len(part.data.results) > 0, "the first run")
        if panel.run.text() == "Pause":
            QTest.mouseClick(panel.run, LEFT)
        wait_for(qapp, lambda: panel.run.text() in ("Go on", "Done"), "it pauses")
        if panel.run.text() == "Go on":
            QTest.mouseClick(panel.run, LEFT)
        wait_for(qapp, lambda: panel.run.text() == "Done", "it ends", PATIENCE)
    data = load(tmp_path / "cluster.h5")
    for point in data.plan.runs():
        assert data.results[point.index].scalars == run(data.task, point).scalars
