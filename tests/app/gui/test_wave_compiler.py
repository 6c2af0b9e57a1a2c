"""The compiler of waves beside the window: once for a kind of lattice, never for one that needs none."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tauscope.app import ahead
from tauscope.app.lab import Lab
from tauscope.app.parts.part import Part
from tauscope.app.parts.sessions import part_of
from tauscope.app.parts.wave_compiler import WaveCompiler
from tests.support.gui import wait_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_a_lattice_is_compiled_for_once_and_closing_ends_it(
    lab: Lab, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    part: Part = part_of(lab, WaveCompiler)
    assert isinstance(part, WaveCompiler)
    started: list[Any] = []

    def start(config: Any) -> subprocess.Popen[bytes]:
        started.append(config)
        return subprocess.Popen(SLEEP)

    monkeypatch.setattr(ahead, "start", start)
    monkeypatch.setattr(ahead, "is_needed", lambda _config: False)
    part._timer.setInterval(10)
    content = lab.document.content
    part.prepared(content)
    wait_for(qapp, lambda: not part._timer.isActive(), "the look")
    assert started == []
    monkeypatch.setattr(ahead, "is_needed", lambda _config: True)
    part.prepared(content)
    wait_for(qapp, lambda: bool(started), "the process")
    assert started[0].nx == content.lattice.config.nx  # type: ignore[attr-defined]
    process = part.process
    assert process is not None
    assert process.poll() is None
    part._look()
    assert len(started) == 1, "one at a time"
    part.close()
    assert process.poll() is not None
    part._look()
    assert len(started) == 1, "a kind of lattice is tried once"
