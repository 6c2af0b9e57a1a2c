"""Studies run in spawned workers, report progress, can be cancelled, and say how they ended."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from tauscope.app import studies
from tauscope.app.studies import StudyFailed, StudyRun, StudyRunner, StudyTask
from tauscope.engine.errors import BadInput, Cancelled
from tauscope.engine.study import Report

PATIENCE = 60.0


def task(name: str, **options: object) -> StudyTask:
    return StudyTask("", f"tests.app.sample_studies:{name}", seed=7, quick=True, options=options)


@pytest.fixture
def runner() -> Iterator[StudyRunner]:
    with StudyRunner() as found:
        yield found
    assert not [c for c in psutil.Process().children() if "spawn_main" in " ".join(c.cmdline())]


def wait_until_started(run: StudyRun) -> None:
    end = time.monotonic() + PATIENCE
    while not run.text and not run.done:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_report_comes_back_whole_from_another_process(runner: StudyRunner) -> None:
    seen: list[tuple[float, str]] = []
    threads: set[int] = set()
    ended = threading.Event()

    def on_progress(fraction: float, text: str) -> None:
        seen.append((fraction, text))
        threads.add(threading.get_ident())

    run = runner.start(task("Counting", n=4, pause=0.05), on_progress, lambda _run: ended.set())
    report = run.result(PATIENCE)
    assert report.passed
    assert [check.quantity for check in report.checks] == ["count", "seed", "quick"]
    assert report.tables[0].rows == ((0, 0), (1, 1), (2, 4), (3, 9))
    assert report.figures[0].curves[0].y == (0.0, 1.0)
    assert report.notes != (f"pid {os.getpid()}",)
    assert report.seconds >= 0.2
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    assert seen[-1] == (1.0, "done")
    assert threads == {run._watcher.ident}
    assert ended.wait(PATIENCE)
    assert report.to_json()["passed"] is True


def test_cancelling_ends_a_study_that_listens(runner: StudyRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Force would come after this test has lost its patience."""
    monkeypatch.setattr(studies, "PATIENCE", 2 * PATIENCE)
    run = runner.start(task("Counting", n=100_000, pause=0.01))
    wait_until_started(run)
    run.cancel()
    with pytest.raises(Cancelled, match="was cancelled"):
        run.result(PATIENCE)
    assert runner.running == []


def test_cancelling_ends_a_study_that_is_deaf(runner: StudyRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "PATIENCE", 0.5)
    run = runner.start(task("Deaf"))
    wait_until_started(run)
    pid = run.pid
    run.cancel()
    with pytest.raises(Cancelled):
        run.result(PATIENCE)
    run.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_refusal_keeps_key_value_and_range(runner: StudyRunner) -> None:
    with pytest.raises(BadInput) as caught:
        runner.start(task("Refusing")).result(PATIENCE)
    error = caught.value
    assert (error.key, error.value, error.allowed, error.nearest) == ("n", 0, "at least 1", "m")
    assert str(error) == "n = 0 is too small. Allowed: at least 1. Did you mean “m”?"


def test_a_fault_becomes_a_sentence_with_its_traceback(runner: StudyRunner) -> None:
    with pytest.raises(StudyFailed, match="ZeroDivisionError: division by zero") as caught:
        runner.start(task("Failing")).result(PATIENCE)
    assert "sample_studies.py" in caught.value.details
    assert "please report it" in caught.value.remedy


def test_a_killed_worker_is_named(runner: StudyRunner) -> None:
    with pytest.raises(StudyFailed, match="ended by signal SIGKILL, without a report") as caught:
        runner.start(task("Dying")).result(PATIENCE)
    assert "memory" in caught.value.remedy


def test_a_report_that_no_pipe_carries_is_a_failure(runner: StudyRunner) -> None:
    with pytest.raises(StudyFailed):
        runner.start(task("Unpicklable")).result(PATIENCE)


def test_a_listener_that_fails_does_not_leave_anyone_waiting(runner: StudyRunner) -> None:
    def fail(_fraction: float, _text: str) -> None:
        raise RuntimeError("the panel is gone")

    run = runner.start(task("Counting", n=1000, pause=0.01), fail)
    with pytest.raises(StudyFailed, match="the panel is gone"):
        run.result(PATIENCE)


def test_closing_the_runner_ends_what_runs() -> None:
    runner = StudyRunner()
    runs = [runner.start(task("Counting", n=100_000, pause=0.01)) for _ in range(2)]
    for run in runs:
        wait_until_started(run)
    runner.close()
    for run in runs:
        with pytest.raises(Cancelled):
            run.result(0)


@pytest.mark.parametrize(
    ("engine", "study", "nearest"), [("gravty", "verify", "gravity"), ("gravity", "verfy", "verify")]
)
def test_an_unknown_study_is_refused_before_anything_starts(engine: str, study: str, nearest: str) -> None:
    runner = StudyRunner()
    with pytest.raises(BadInput) as caught:
        runner.start(StudyTask(engine, study))
    assert caught.value.nearest == nearest
    assert runner.running == []


def test_a_nan_never_passes_a_check(runner: StudyRunner) -> None:
    report: Report = runner.start(task("FailedCheck")).result(PATIENCE)
    assert [check.passed for check in report.checks] == [True, False, False]
    assert not report.passed
