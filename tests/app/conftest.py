"""Fixtures of the application tests: a place of one's own with the toy engine and a preset of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tauscope.engine.registry import entries
from tests import toy_engine

ROOT = Path(__file__).resolve().parents[2]
HEAT = {
    "schema_version": 1,
    "engine": "toy",
    "title": "Heat",
    "summary": "A warm torus.",
    "config": {"nx": 16, "ny": 12, "D": 0.5, "dt": 0.2},
}


@dataclass(frozen=True)
class Place:
    """Folder in which a command runs: own presets in ``presets``, the toy engine on the path."""

    folder: Path
    environment: dict[str, str]

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``tauscope`` with these words in a process of its own, without a display."""
        return subprocess.run(
            [sys.executable, "-m", "tauscope.app", *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start ``tauscope`` with these words and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-m", "tauscope.app", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def preset(self, name: str, **changes: Any) -> Path:
        """Write an own preset of the toy engine."""
        path = self.folder / "presets" / f"{name}.json"
        path.write_text(json.dumps({**HEAT, **changes}), encoding="utf-8")
        return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Place with the preset ``heat``; this process works in it as well."""
    plugin = toy_engine.write_plugin(tmp_path / "plugin")
    toy_engine.install(tmp_path / "plugin", monkeypatch)
    folder = tmp_path / "here"
    (folder / "presets").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TAUSCOPE_PRESETS", str(folder / "presets"))
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    paths = (str(plugin), str(ROOT), *filter(None, [kept.get("PYTHONPATH")]))
    environment = {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "error"}
    made = Place(folder, environment)
    made.preset("heat")
    yield made
    entries.cache_clear()


@pytest.fixture
def tauscope(place: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: words in; exit code, output and errors out."""
    from tauscope.app.cli import main

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
