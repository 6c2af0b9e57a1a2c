"""The whole program in a window under the private X server, driven by real events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow

from tauscope.app import settings
from tauscope.app.faults import Faults
from tauscope.app.lab import Lab
from tauscope.widgets.canvas import gl
from tests.support.gui import pump, wait_for


@pytest.fixture(scope="module", autouse=True)
def _painter_of_shared_windows() -> Iterator[None]:
    """Let the program choose how it paints: windows that the tests of a module share are made here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(gl.RASTER_VARIABLE, raising=False)
        gl.problem.cache_clear()
        yield
    gl.problem.cache_clear()


@pytest.fixture(autouse=True)
def _painter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test marked ``opengl`` insists on OpenGL, emulated here."""
    if request.node.get_closest_marker("opengl") is not None:
        monkeypatch.setenv(gl.RASTER_VARIABLE, "0")
    gl.problem.cache_clear()
    yield
    monkeypatch.undo()
    gl.problem.cache_clear()


def open_lab(app: QApplication, kept: settings.Settings, preset: str, size: tuple[int, int]) -> Lab:
    """Lab in a window of a size that was told to run a preset."""
    if not any(isinstance(widget, QMainWindow) for widget in app.topLevelWidgets()):
        app.setStyleSheet("")  # as in a new process: a window is built before it is dressed, in half the time
    lab = Lab(app, Faults(), kept)
    lab.window.resize(*size)
    lab.window.show()
    lab.start(preset)
    lab.window.activateWindow()
    return lab


def end(app: QApplication, labs: Sequence[Lab]) -> None:
    """Close labs as a user would, and delete what Qt has of them."""
    for lab in labs:
        lab.window.close()
    wait_for(app, lambda: not any(lab.simulation.alive for lab in labs), "the simulation threads end")
    for lab in labs:
        lab.window.deleteLater()
        lab.deleteLater()
    pump(app, 0.05)


@pytest.fixture
def make_lab(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Lab]]:
    """Build a lab that runs a preset, and close it as a user would at the end."""
    monkeypatch.setenv("TAUSCOPE_SETTINGS", str(tmp_path / "settings.json"))
    made: list[Lab] = []

    def make(
        preset: str = "two_bodies",
        width: int = 1280,
        height: int = 800,
        theme: str = "dark",
        running: bool = True,
    ) -> Lab:
        kept = settings.Settings.model_validate({"theme": theme, "recording_folder": str(tmp_path)})
        lab = open_lab(qapp, kept, preset, (width, height))
        made.append(lab)
        wait_for(qapp, lab.window.isActiveWindow, "the window is active")
        wait_for(
            qapp,
            lambda: lab.frame is not None and (lab.frame.macro_tick > 0 or not running),
            "the first frames",
            120.0,
        )
        return lab

    yield make
    end(qapp, made)


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A running lab with two bodies, at 1280 x 800."""
    return make_lab()
