"""``tauscope atomx``: a scan for synthetic atoms into a folder, and the check of such a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tauscope.app import atomx_check, atomx_files
from tauscope.app.atomx_mapper import mapper
from tauscope.app.cli_output import Output
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.scan import Scan, scan
from tauscope.engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Choice:
    """Arguments of ``tauscope atomx`` as they were given."""

    out: Path | None
    kappa: str = ""
    r_screen: str = ""
    timestamp: str = ""
    workers: int | None = None
    scheduler: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def run(choice: Choice, output: Output) -> int:
    """Scan, write the files, and say what came out; 0 also where the region is empty.

    Raises
    ------
    BadInput
        A refused option, or a folder that is not empty; nothing has run then.
    """
    if choice.out is None:
        raise BadInput(
            "No folder is named for the files.", key="--out", remedy="Give --out DIR, or “atomx verify DIR”."
        )
    if choice.workers is not None and (choice.scheduler or choice.workers < 1):
        raise BadInput(
            "--workers and --scheduler exclude each other."
            if choice.scheduler
            else f"--workers is {choice.workers}.",
            key="--workers",
            value=choice.workers,
            allowed="1, 2, …, without --scheduler",
        )
    atomx_files.check_folder(choice.out)
    origin = atomx_files.origin(choice.timestamp)
    values = {**choice.values, **axis("kappa", choice.kappa), **axis("r_screen", choice.r_screen)}
    config = AtomxConfig.load(values)
    direct = config.method == "direct" and config.mode == "physical"
    if choice.scheduler and not direct:
        raise BadInput(
            "Only voxels that are solved by themselves can go to a cluster; a table is read at once here.",
            key="--scheduler",
            value=choice.scheduler,
            remedy="Add --method direct, or leave --scheduler out.",
        )
    workers = choice.workers or os.cpu_count() or 1
    where = (workers, choice.scheduler) if direct else (1, "")
    with output.progress("Scan", 1.0) as advance, mapper(*where) as mapped:
        found = scan(**values, mapper=mapped, progress=advance)
    written = atomx_files.write(choice.out, found, origin)
    _say(found, written, output)
    return 0


def verify(folder: Path, output: Output) -> int:
    """Check a folder; 1 when anything in it is not right.

    Raises
    ------
    BadInput
        No such folder.
    """
    found = atomx_check.check(folder)
    passed = all(one.right for one in found)
    if output.json:
        output.data(
            {
                "passed": passed,
                "findings": [{"what": f.what, "right": f.right, "text": f.text} for f in found],
            }
        )
    rows = [[one.what, "right" if one.right else "WRONG", one.text] for one in found]
    output.table(["what", "verdict", "seen"], rows, folding="seen")
    return 0 if passed else 1


def axis(name: str, text: str) -> dict[str, float | int]:
    """Entries of a configuration for ``start:stop:n``; none for an empty text.

    Raises
    ------
    BadInput
        Another form.
    """
    if not text:
        return {}
    parts = text.split(":")
    try:
        start, stop, count = float(parts[0]), float(parts[1]), int(parts[2])
        if len(parts) != 3:
            raise ValueError
    except (ValueError, IndexError):
        raise BadInput(
            f"“{text}” is no range.",
            key=f"--{name.replace('_', '-')}",
            value=text,
            allowed="start:stop:n, as in 1e-10:5e-10:20",
        ) from None
    return {f"{name}_start": start, f"{name}_stop": stop, f"{name}_count": count}


def _say(found: Scan, written: atomx_files.Written, output: Output) -> None:
    if output.json:
        report = written.report
        output.data(
            {
                "sentence": found.sentence,
                "files": [str(path) for path in written.files],
                **{name: report[name] for name in ("verdict", "counts", "robustness_tau", "tau_phys")},
                "notes": report["notes"],
            }
        )
    output.say(found.sentence)
    for note in found.levels.notes:
        output.say(note)
    if found.region.count:
        tau = written.report["robustness_tau"]
        low, high = tau["ci95"]
        output.say(f"tau {tau['mean']:.4g} ua, {low:.4g} to {high:.4g} ({tau['meaning']}).")
    for path in written.files:
        output.result(str(path))
