"""The private X display and the private per-user folders of a test run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import xvfb

_UNWANTED = (
    "WAYLAND_DISPLAY", "QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS", "QT_AUTO_SCREEN_SCALE_FACTOR",
    "QT_STYLE_OVERRIDE", "QT_QPA_PLATFORMTHEME", "QT_PLUGIN_PATH", "XAUTHORITY",
)  # fmt: skip


@dataclass
class TestDisplay:
    """An Xvfb server of this test run and the folder that stands in for the user's home.

    The server picks its own free number (`-displayfd`), so runs side by side never meet, and nothing
    appears on a developer's screen. `TAUSCOPE_TEST_DISPLAY=own` keeps the display that is there.
    """

    __test__ = False
    home: Path
    server: subprocess.Popen[bytes] | None

    @classmethod
    def start(cls, root: Path) -> TestDisplay:
        """Set the environment of the run and start the server where X11 is the platform."""
        home = Path(tempfile.mkdtemp(prefix="tauscope-test-"))
        _own_folders(home, root)
        _own_temporary_folder(home)
        os.environ["MPLBACKEND"] = "Agg"
        os.environ["LIBGL_ALWAYS_SOFTWARE"] = "1"
        if not sys.platform.startswith("linux") or os.environ.get("TAUSCOPE_TEST_DISPLAY") == "own":
            return cls(home, None)
        for name in _UNWANTED:
            os.environ.pop(name, None)
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        try:
            server, number = xvfb.start()
        except RuntimeError as error:
            pytest.exit(f"{error}. `make test` installs it; TAUSCOPE_TEST_DISPLAY=own uses your display.", 2)
        os.environ["DISPLAY"] = f":{number}"
        return cls(home, server)

    def stop(self) -> None:
        """Stop the server and remove the folder."""
        if self.server is not None:
            xvfb.stop(self.server)
        shutil.rmtree(self.home, ignore_errors=True)


def _own_folders(home: Path, root: Path) -> None:
    for variable, name in (
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ):
        folder = home / name
        folder.mkdir(mode=0o700)
        os.environ[variable] = str(folder)
    # Caches outlive the run: fonts and shaders would cost seconds each time.
    cache = root / ".cache" / "tests"
    cache.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(cache)
    os.environ["MPLCONFIGDIR"] = str(cache / "matplotlib")


def _own_temporary_folder(home: Path) -> None:
    """What is rescued to the system's temporary folder goes with the run; pytest's own folders stay."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    folder = home / "tmp"
    folder.mkdir()
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
