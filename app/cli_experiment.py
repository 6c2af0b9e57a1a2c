"""``tauscope experiment``: a named experiment, or one from a file, with its report as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tauscope.app import cli_verify, experiment_files
from tauscope.app.cli_output import Output
from tauscope.app.cli_run import assignments_of
from tauscope.app.studies import StudyRunner, StudyTask
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity.analysis import experiments

FILE_KEYS = (
    "name",
    "description",
    "config",
    "ticks",
    "output_interval",
    "phi_mode",
    "track_trajectories",
    "measure_time_dilation",
    "export_format",
)
"""Entries of an experiment's file."""


def run(name: str, words: Sequence[str], out: Path, *, seed: int, quick: bool, output: Output) -> int:
    """Run an experiment, write its report, and return 0 if every check holds, else 1.

    Parameters
    ----------
    name : str
        Name of an experiment, or path of a JSON file that describes one.
    words : sequence of str
        ``path=value`` assignments.
    out : Path
        New folder.
    seed : int
        Seed of all engines.
    quick : bool
        Whether the shorter version is wanted.
    output : Output
        Where to speak.

    Raises
    ------
    BadInput
        An unknown name, a refused setting or file, a folder that is there already.
    """
    settings = assignments_of(tuple(words))
    formats: tuple[str, ...] = experiment_files.FORMATS
    if name.endswith(".json"):
        settings, formats = _of_file(Path(name), settings)
        chosen = "own"
    else:
        chosen = experiments.named(name).name
    folder = experiment_files.make_folder(out)
    task = StudyTask("gravity", "experiment", seed, quick, {"name": chosen, "set": settings})
    try:
        with StudyRunner() as runner, output.progress(experiments.named(chosen).title, 1.0) as advance:
            report = runner.start(task, on_progress=advance).result()
    except BaseException:
        folder.rmdir()  # nothing was written
        raise
    files = experiment_files.write(report, folder, settings, formats)
    if output.json:
        output.data({**report.to_json(), "files": [str(path) for path in files]})
    output.say(f"{report.title}. {report.notes[0]}" if report.notes else report.title)
    output.table(cli_verify.COLUMNS, [cli_verify.row(check) for check in report.checks], folding="quantity")
    failed = sum(not check.passed for check in report.checks)
    if not report.checks:
        output.say("No verdict: nothing was compared.")
    else:
        output.say(
            f"FAIL: {failed} of {len(report.checks)} checks." if failed else "PASS: every check holds."
        )
    output.say(f"Report: {folder / 'report.md'}")
    return 0 if report.passed else 1


def _of_file(path: Path, changes: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Settings of an experiment from a file, and the formats it asks for."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(
            f"The experiment {path} cannot be read: {error}.", key="name", value=str(path)
        ) from None
    if not isinstance(data, dict):
        raise BadInput(f"{path} holds no experiment.", key="name", value=str(path), allowed="a JSON object")
    for key in data:
        if key not in FILE_KEYS:
            raise unknown_name("entry", key, FILE_KEYS, key=key)
    wanted = data.pop("export_format", None)
    if wanted is not None and wanted not in experiment_files.FORMATS:
        raise BadInput(
            f"export_format = {wanted!r} was refused.",
            key="export_format",
            value=wanted,
            allowed=", ".join(experiment_files.FORMATS),
        )
    config = data.pop("config", {})
    if not isinstance(config, dict):
        raise BadInput("config needs the entries of a lattice.", key="config", allowed="a JSON object")
    title = str(data.pop("name", path.stem))
    description = str(data.pop("description", ""))
    settings = {**data, **config, **changes, "title": f"{title}: {description}" if description else title}
    return settings, experiment_files.FORMATS if wanted is None else (wanted,)
