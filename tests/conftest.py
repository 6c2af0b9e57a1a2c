"""What every test stands on: an own display, own folders, strict NumPy, tolerances, leak checks."""

from __future__ import annotations

import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Both must stand before anything imports a Qt binding.
os.environ["QT_API"] = "pyside6"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
# The tests' display emulates OpenGL, where the program would paint with the processor.
os.environ.setdefault("TAUSCOPE_RASTER", "0")
# A process for each of hundreds of short recordings would cost minutes; tests/faults uses them.
os.environ.setdefault("TAUSCOPE_WRITER", "thread")
# Tests record a few MB each; a disk with less free than a user's recording needs is no fault of theirs.
os.environ.setdefault("TAUSCOPE_RESERVE_MB", "50")

import hypothesis
import numpy as np
import pytest

from tests.support import display, leaks

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).resolve().parent.parent
SLOW_TIMEOUT_SECONDS = 3600
SECOND_TRIES = int(os.environ.get("TAUSCOPE_SECOND_TRIES", "1"))
"""For tests with a window, which a machine that is busy with other things may fail; each one is listed."""
_WORKERS: list[tuple[int, float]] = []
_CALL_FAILED = pytest.StashKey[bool]()
_DISPLAY = pytest.StashKey[display.TestDisplay]()

hypothesis.settings.register_profile("tauscope", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "tauscope")


def pytest_configure(config: pytest.Config) -> None:
    """Start the private display and point every per-user folder away from the developer's own."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A suite started in the background ignores Ctrl-C, and so would the programs that tests interrupt.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_DISPLAY] = display.TestDisplay.start(ROOT)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the private display."""
    running = config.stash.get(_DISPLAY, None)
    if running is not None:
        running.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark benchmarks by their folder; give slow tests an hour, unless the test has an own timeout mark."""
    for item in items:
        if ROOT / "tests" / "benchmarks" in item.path.parents:
            item.add_marker(pytest.mark.benchmark)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_TIMEOUT_SECONDS))
        if "qapp" in getattr(item, "fixturenames", ()) and SECOND_TRIES:
            item.add_marker(pytest.mark.flaky(reruns=SECOND_TRIES))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember a failed call, so that the leak check stays silent about its debris."""
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[_CALL_FAILED] = report.failed  # type: ignore[attr-defined]
    return report


def compiled() -> tuple[int, float]:
    """Kernels that this process has compiled, and the seconds it took."""
    log = sys.modules.get("tauscope.gpu.compile_log")
    return (0, 0.0) if log is None else (log.compile_count(), log.compile_seconds())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that started this one what was compiled here."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["compiled"] = compiled()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Keep what a worker has compiled."""
    _WORKERS.append(tuple(getattr(node, "workeroutput", {}).get("compiled", (0, 0.0))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long compiling kernels took: 0 s with a warm cache, the cold cost without; and second tries."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.write_line(f"needed a second try, which is a defect to find: {report.nodeid}")
    for count, seconds in [compiled(), *_WORKERS]:
        if count or not _WORKERS:
            terminalreporter.write_line(f"kernels compiled in one process: {count} in {seconds:.1f} s")


@pytest.fixture(autouse=True)
def _strict_floats() -> Iterator[None]:
    """Turn overflow, division by zero and invalid operations of NumPy into errors."""
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """Return the application class, after asking Qt to share GL contexts between windows."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return QApplication


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a Qt test that leaves a running QThread or QTimer, a window, or a Python thread behind.

    An autouse fixture is set up before the test's own, hence torn down after them and after
    pytest-qt has closed the widgets it was given.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("qapp")
    before = leaks.snapshot()
    yield
    if request.node.stash.get(_CALL_FAILED, False):
        return
    left = leaks.left_behind(before)
    assert not left, "this test left behind: " + "; ".join(left)


@pytest.fixture(scope="session")
def tolerances() -> dict[str, Any]:
    """Return tests/tolerances.toml as nested dictionaries; the reasons stand in that file."""
    return tomllib.loads((ROOT / "tests" / "tolerances.toml").read_text(encoding="utf-8"))


def cuda_missing() -> str | None:
    """Return why no CUDA device can be used, or None when one can."""
    try:
        import cupy
    except ImportError:
        return "CuPy is not installed"
    try:
        count = int(cupy.cuda.runtime.getDeviceCount())
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"CUDA does not start: {error}"
    return None if count else "no CUDA device"


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def device(request: pytest.FixtureRequest) -> str:
    """Return each device in turn; without CUDA skip, or fail when TAUSCOPE_REQUIRE_CUDA=1."""
    name = str(request.param)
    reason = cuda_missing() if name == "cuda" else None
    if reason is not None:
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    return name
