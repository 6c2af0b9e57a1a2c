"""Logs of Kuramoto runs, ours and the published project's, read into runs."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from tauscope.app.stack_log import COLUMNS, NUMBERS
from tauscope.app.suggestions import suggest
from tauscope.app.suggestions_model import Suggestions
from tauscope.app.suggestions_summary import LoggedRun, Metrics
from tauscope.engine.errors import BadInput

LARGEST_FILE = 512 * 2**20
OTHER_NAMES = {"pi": "permeability", "tick": "step", "time": "t"}
"""Names of the same columns elsewhere."""

Row = dict[str, str]


def ingest(paths: Sequence[Path], last: Suggestions | None = None) -> Suggestions:
    """Read logs and suggest small changes.

    Parameters
    ----------
    paths : sequence of Path
        CSV files; the order decides the order of what is found, and nothing else.
    last : Suggestions, optional
        What was suggested before.

    Raises
    ------
    BadInput
        A file that cannot be read or is no log.
    """
    runs: list[LoggedRun] = []
    warnings: list[str] = []
    for path in dict.fromkeys(paths):
        found, told = read_log(path)
        runs += found
        warnings += told
    return suggest(runs, last, warnings)


def read_log(path: Path) -> tuple[list[LoggedRun], list[str]]:
    """Runs of a log, and what to say about it.

    Raises
    ------
    BadInput
        A file that cannot be read, has no column R_total, or has a cell that is no number (names line and
        column).
    """
    header, rows = _table(path)
    known = [OTHER_NAMES.get(name.strip(), name.strip()) for name in header]
    if "R_total" not in known:
        raise BadInput(
            f"{path} is no log of a Kuramoto run: it has no column R_total.",
            key="log",
            value=", ".join(known)[:200],
            remedy="Make one with “tauscope run PRESET --log FILE.csv”.",
        )
    missing = tuple(name for name in COLUMNS if name not in known)
    told = []
    if missing:
        told.append(f"{path}: the log lacks {', '.join(missing)}; what is missing is left out.")
    named = [dict(zip(known, cells, strict=True)) for cells in rows]
    if not named:
        told.append(f"{path} holds no rows: its run did not consent to be logged, or was cut off.")
    silent = [row for row in named if _flag(row, "consent_to_log") is False]
    if silent:
        told.append(f"{path}: {len(silent)} rows say that nobody consented to the log; they are left out.")
    kept = [row for row in named if _flag(row, "consent_to_log") is not False]
    return runs_of(kept, str(path), path.stem, missing), told


def runs_of(
    rows: Iterable[Mapping[str, str]], file: str, name: str, missing: Sequence[str] = ()
) -> list[LoggedRun]:
    """Runs in the rows of a log: each from the last change of K, π or metrics on.

    Parameters
    ----------
    rows : iterable of mapping of str to str
        Cells by column.
    file, name : str
        Where they come from, and the preset's name where the rows do not tell.
    missing : sequence of str
        Columns that the log lacks.
    """
    found: list[LoggedRun] = []
    for _, group in groupby(_numbered(rows), key=lambda item: item[0]):
        last = [list(part) for _, part in groupby(group, key=lambda item: _setting(item[1]))][-1]
        cells = [row for _, row in last]
        start = cells[0]
        found.append(
            LoggedRun(
                file=file,
                preset=start.get("preset") or name,
                seed=_seed(start, file),
                K=_number(start.get("K", ""), "K", file),
                permeability=_number(start.get("permeability", ""), "permeability", file),
                metrics=_metrics(start),
                offer_two_paths=_flag(cells[-1], "offer_two_paths"),
                columns={
                    column: np.array([_cell(row.get(column, ""), column, file) for row in cells])
                    for column in NUMBERS
                    if column not in missing
                },
                missing=tuple(missing),
            )
        )
    return found


def _numbered(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows with the run they belong to: a new one begins where preset or seed change or the step falls."""
    run, before, step = 0, None, -math.inf
    for row in rows:
        key = (row.get("preset", ""), row.get("seed", ""))
        text = row.get("step", "")
        now = float(text) if _is_number(text) else math.nan
        if before is not None and (key != before or now <= step):
            run += 1
        before, step = key, now if math.isfinite(now) else step
        yield run, row


def _seed(row: Mapping[str, str], file: str) -> int | None:
    seed = _number(row.get("seed", ""), "seed", file)
    return None if seed is None else int(seed)


def _setting(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in ("K", "permeability", "metrics"))


def _metrics(row: Mapping[str, str]) -> Metrics:
    """Metric set of a row; a log that does not tell is one of the published project."""
    return "settled" if row.get("metrics") == "settled" else "classic"


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a CSV file; a last line that was cut off is left out."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(
                f"{path} is too large for a log.",
                key="log",
                value=f"{path.stat().st_size} bytes",
                allowed=f"at most {LARGEST_FILE} bytes",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(
            f"There is no log {path}.",
            key="log",
            value=str(path),
            remedy="Make one with “tauscope run PRESET --log FILE.csv”.",
        ) from None
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path} is not text: byte {error.start} is no UTF-8.", key="log", value=str(path)
        ) from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", key="log", value=str(path)) from None
    whole = text[: text.rfind("\n") + 1] if not text.endswith("\n") and text.count("\n") > 1 else text
    lines = [cells for cells in csv.reader(whole.splitlines()) if cells]
    if not lines:
        raise BadInput(f"{path} is empty.", key="log", value=str(path))
    header = lines[0]
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise BadInput(
                f"{path}, line {number} has {len(cells)} cells, but the first line names {len(header)}.",
                key="log",
                value=str(path),
                remedy="Remove the line.",
            )
    return header, lines[1:]


def _cell(text: str, column: str, file: str) -> float:
    """Number of a cell; a blank one is NaN."""
    found = _number(text, column, file)
    return math.nan if found is None else found


def _number(text: str, column: str, file: str) -> float | None:
    if not text.strip():
        return None
    if not _is_number(text):
        raise BadInput(
            f"{file}: “{text[:40]}” in the column {column} is no number.",
            key=column,
            value=text[:40],
            remedy="Correct the cell, or leave it blank.",
        )
    return float(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _flag(row: Mapping[str, str], name: str) -> bool | None:
    """Flag of a row: true and false in any spelling, or as a number; None where it is not told."""
    text = row.get(name, "").strip().lower()
    if text in ("true", "yes"):
        return True
    if text in ("false", "no"):
        return False
    return bool(float(text)) if _is_number(text) else None
