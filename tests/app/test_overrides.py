"""An exception of C code in an override is an exception, and not the end of the program."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tauscope.app.overrides import guard
from tests.conftest import ROOT

PAINTS = """
import os, sys
from PySide6.QtWidgets import QApplication, QWidget
from tauscope.app.overrides import guard

class Broken(QWidget):
    def paintEvent(self, event):
        [].pop()

    def sizeHint(self):
        return {}["planted"]

app = QApplication([])
if "guarded" in sys.argv:
    guard(("__main__",))
widget = Broken()
for call in (widget.adjustSize, widget.grab):
    try:
        call()
    except (IndexError, KeyError) as error:
        print(type(error).__name__, flush=True)
os._exit(0)  # what the interpreter does with a widget that is left is not looked at
"""

before_312 = pytest.mark.skipif(sys.version_info >= (3, 12), reason="no such exceptions from Python 3.12 on")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", PAINTS, *arguments],
        capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment, check=False,
    )  # fmt: skip


@before_312
def test_an_error_while_painting_is_told_and_others_go_to_who_asked() -> None:
    done = run("guarded")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["KeyError"]
    assert "IndexError: pop from empty list" in done.stderr


@before_312
def test_every_override_of_ours_is_guarded_once() -> None:
    from tauscope.app import lab  # noqa: F401 - what the window is made of
    from tauscope.widgets.canvas.raster import RasterSurface

    guard()
    assert hasattr(RasterSurface.paintEvent, "__wrapped__")
    assert guard() == 0
