"""Policies of one's own from a Python file: on the command line, in worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tauscope.app import policy_files
from tauscope.app.cli import main
from tauscope.app.recording import replay
from tauscope.engine.errors import BadInput
from tauscope.engine.gravity import policies
from tests.support.policies import OWN, policy_file, preset


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of policies."""
    with policy_file(tmp_path, monkeypatch) as path:
        yield path


def test_functions_of_two_arguments_are_policies_and_a_file_is_loaded_again(own: Path) -> None:
    assert policy_files.load(own) == ("east", "breaks")
    assert policies.known_policies()[-2:] == ("east", "breaks")
    seen: Any = None
    memory: dict[str, Any] = {}
    assert policies.policy_of("east")(seen, memory) == (1.0, 0.0)
    assert memory == {"acts": 1}
    own.write_text(OWN.replace("STEP = 1.0", "STEP = 0.5"), encoding="utf-8")
    policy_files.load_given()
    assert policies.policy_of("east")(seen, {}) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def east(seen, memory):\n    return (\n", "SyntaxError"),
        ("STEP = 1\nSTEP / 0\n", r"ZeroDivisionError: division by zero \(line 2\)"),
        ("raise SystemExit(3)\n", "SystemExit"),
        ("STEP = 1\n", "defines no policy"),
        ("def climb(seen, memory):\n    return 0, 0\n", "built-in policy"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(own: Path, text: str, told: str) -> None:
    own.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told):
        policy_files.load(own)
    assert "east" not in policies.known_policies()
    with pytest.raises(BadInput, match="is no Python file"):
        policy_files.load(own.with_suffix(".txt"))


def test_the_command_line_takes_policies_and_replays_with_them(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(preset(tmp_path, "east")), "--ticks", "100", "--quiet"]
    assert main(words) == 2
    assert "policy" in capsys.readouterr().err
    record = tmp_path / "run.h5"
    assert main(["--policies", str(own), *words, "--record", str(record), "--fields", "f_live"]) == 0
    report = replay(record, verify=True)  # in a process of its own
    assert report.passed, report.sentence
    breaking = ["--policies", str(own), "run", str(preset(tmp_path, "breaks")), "--quiet"]
    assert main(breaking) == 2
    said = capsys.readouterr().err
    assert "The policy breaks of “p1” failed: ValueError: no way out." in said
