"""Logs of Kuramoto runs, ours and the published project's, read into runs.

Rows are read one after the other and kept as numbers alone: a log of a million rows is 170 MB of text.
"""

from __future__ import annotations

import contextlib
import csv
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from tauscope.app.stack_log import COLUMNS, NUMBERS
from tauscope.app.suggestions import suggest
from tauscope.app.suggestions_model import Suggestions
from tauscope.app.suggestions_reading import DRIFTS
from tauscope.app.suggestions_summary import LoggedRun, Metrics
from tauscope.engine.errors import BadInput

LARGEST_FILE = 512 * 2**20
OTHER_NAMES = {"pi": "permeability", "tick": "step", "time": "t"}
"""Names of the same columns elsewhere."""
HAIR = 1e-6
"""How far beyond its range a number may lie: logs of others are rounded."""
RANGES = {
    "R_total": (0.0, 1.0),
    "R_mean": (0.0, 1.0),
    "cross_sync": (-1.0, 1.0),
    "drift": (0.0, math.pi),
    "drift_mean": (-1e6, 1e6),
    "ready": (0.0, 1.0),
    "choice_score": (0.0, 1.0),
}
"""What the definitions of the columns allow; drifts in rad a step."""
NOT_ALWAYS = ("choice_score",)
"""Columns that may be without value in any row; of the others a log has a number in each, or in none."""

Row = Mapping[str, str]


class BadCell(BadInput):
    """A cell of a log that is not what its column holds; the sentence begins with the cell."""


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
        A file that cannot be read, has no column R_total, or has a cell that is no number or out of range
        (names line and column).
    """
    with _opened(path) as file:
        text = _Text(file)
        reader = csv.reader(text)
        known = _heads(next((cells for cells in reader if cells), []), path)
        missing = tuple(name for name in COLUMNS if name not in known)
        consenting = _Consenting(_rows(reader, known, path))
        try:
            runs = runs_of(consenting, str(path), path.stem, missing)
        except BadCell as error:
            raise error.placed(f"{path}, line {reader.line_num}") from None
    told = []
    if missing:
        told.append(f"{path}: the log lacks {', '.join(missing)}; what is missing is left out.")
    if text.cut:
        told.append(f"{path}: the last line does not end, so it was cut off and is left out.")
    if not consenting.count:
        told.append(f"{path} holds no rows: its run did not consent to be logged, or was cut off.")
    told += _blanks(runs, path)
    if consenting.silent:
        told.append(
            f"{path}: {consenting.silent} rows say that nobody consented to the log; they are left out."
        )
    return runs, told


def _blanks(runs: Sequence[LoggedRun], path: Path) -> list[str]:
    """What to say about cells that are blank in a column that has numbers elsewhere."""
    told = []
    for column in dict.fromkeys(name for run in runs for name in run.columns if name not in NOT_ALWAYS):
        found = [np.isnan(run.columns[column]) for run in runs]
        if all(blank.all() for blank in found):
            continue
        if column in DRIFTS:  # blank until something has moved
            found = [blank if blank.all() else blank[int(blank.argmin()) :] for blank in found]
        if count := sum(int(blank.sum()) for blank in found):
            told.append(f"{column} in {count}")
    if not told:
        return []
    rows = sum(run.rows for run in runs)
    return [f"{path}: of {rows} rows, cells are blank: {', '.join(told)}; each mean is over the others."]


def runs_of(rows: Iterable[Row], file: str, name: str, missing: Sequence[str] = ()) -> list[LoggedRun]:
    """Runs in the rows of a log: each from the last change of K, π or metrics on.

    Parameters
    ----------
    rows : iterable of mapping of str to str
        Cells by column.
    file, name : str
        Where they come from, and the preset's name where the rows do not tell.
    missing : sequence of str
        Columns that the log lacks.

    Raises
    ------
    BadCell
        A cell that is no number, or out of the range of its column.
    """
    found: list[_Run] = []
    number = -1
    columns = [column for column in NUMBERS if column not in missing]
    for run, row in _numbered(rows):
        setting = tuple(row.get(entry, "") for entry in SETTING)
        if run != number:
            found.append(_Run.begun(row, setting, columns))
            number = run
        elif setting != found[-1].setting:
            found[-1] = _Run.begun(row, setting, columns)
        found[-1].add(row)
    return [run.logged(file, name, tuple(missing)) for run in found]


SETTING = ("K", "permeability", "metrics")
"""Columns whose change begins a run anew."""


@dataclass(slots=True)
class _Run:
    """A run that is being read: what was in force at its first row, and its numbers so far."""

    setting: tuple[str, ...]
    preset: str
    seed: int | None
    K: float | None
    permeability: float | None
    metrics: Metrics
    numbers: dict[str, array[float]]
    two_paths: bool | None = None

    @classmethod
    def begun(cls, row: Row, setting: tuple[str, ...], columns: Iterable[str]) -> _Run:
        """A run that begins with a row, which is not added yet."""
        return cls(
            setting,
            row.get("preset", ""),
            _seed(row.get("seed", "")),
            _finite(row.get("K", ""), "K"),
            _finite(row.get("permeability", ""), "permeability"),
            _metrics(row),
            {column: array("d") for column in columns},
        )

    def add(self, row: Row) -> None:
        """Keep the numbers of a row."""
        for column, values in self.numbers.items():
            values.append(_cell(row.get(column, ""), column))
        self.two_paths = _flag(row, "offer_two_paths")

    def logged(self, file: str, name: str, missing: tuple[str, ...]) -> LoggedRun:
        """The run, once all its rows are read."""
        return LoggedRun(
            file=file,
            preset=self.preset or name,
            seed=self.seed,
            K=self.K,
            permeability=self.permeability,
            metrics=self.metrics,
            offer_two_paths=self.two_paths,
            columns={column: np.array(values, np.float64) for column, values in self.numbers.items()},
            missing=missing,
        )


def _numbered(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Rows with the run they belong to: a new one begins where preset or seed change or the step falls."""
    run, before, step = 0, None, -math.inf
    for row in rows:
        key = (row.get("preset", ""), row.get("seed", ""))
        now = _float(row.get("step", ""))
        if before is not None and (key != before or now <= step):
            run += 1
        before, step = key, now if math.isfinite(now) else step
        yield run, row


# -- the file


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """A log that is open for reading; what goes wrong while it is read becomes a sentence."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(
                f"{path} is too large for a log.",
                key="log",
                value=f"{path.stat().st_size} bytes",
                allowed=f"at most {LARGEST_FILE} bytes",
            )
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except FileNotFoundError:
        raise BadInput(
            f"There is no log {path}.",
            key="log",
            value=str(path),
            remedy="Make one with “tauscope run PRESET --log FILE.csv”.",
        ) from None
    except UnicodeDecodeError:
        raise BadInput(
            f"{path} is not text in UTF-8.", key="log", value=str(path), remedy="Save it as UTF-8."
        ) from None
    except csv.Error as error:
        raise BadInput(
            f"{path} is no table of comma-separated values ({error}).",
            key="log",
            value=str(path),
            remedy="Make a log with “tauscope run PRESET --log FILE.csv”.",
        ) from None
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}.", key="log", value=str(path), remedy="Check the path."
        ) from None


class _Text:
    """Lines of a file without a last one that was cut off, as a killed program leaves it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.cut = False
        """Whether one was left out; true at the end alone."""

    def __iter__(self) -> Iterator[str]:
        first = True
        for line in self._file:
            if line.endswith(("\n", "\r")) or first:
                yield line
            else:
                self.cut = True
            first = False


class _Consenting:
    """Rows that consent to be logged, and how many there are of both kinds."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = self.silent = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            if _flag(row, "consent_to_log") is False:
                self.silent += 1
            else:
                yield row


def _heads(cells: Sequence[str], path: Path) -> list[str]:
    """Names of the columns, as they are called here."""
    known = [OTHER_NAMES.get(name.strip(), name.strip()) for name in cells]
    if not known:
        raise BadInput(
            f"{path} is empty.",
            key="log",
            value=str(path),
            remedy="Make a log with “tauscope run PRESET --log FILE.csv”.",
        )
    if "R_total" not in known:
        raise BadInput(
            f"{path} is no log of a Kuramoto run: it has no column R_total.",
            key="log",
            value=", ".join(known)[:200],
            remedy="Make one with “tauscope run PRESET --log FILE.csv”.",
        )
    if twice := next((name for name in known if known.count(name) > 1), ""):
        raise BadInput(
            f"{path} has two columns for {twice}.", key="log", value=twice, remedy="Remove one of them."
        )
    return known


def _rows(lines: Iterator[list[str]], known: Sequence[str], path: Path) -> Iterator[Row]:
    for cells in lines:
        if not cells:
            continue
        if len(cells) != len(known):
            line = getattr(lines, "line_num", 0)
            raise BadInput(
                f"{path}, line {line} has {len(cells)} cells, but the first line names {len(known)}.",
                key="log",
                value=str(path),
                remedy="Remove the line.",
            )
        yield dict(zip(known, cells, strict=True))


# -- cells


def _cell(text: str, column: str) -> float:
    """Number of a cell; a blank one is NaN."""
    value = _number(text, column)
    low, high = RANGES[column]
    if not low - HAIR <= value <= high + HAIR and not math.isnan(value):
        raise BadCell(
            f"{column} = {text.strip()[:40]} is out of range.",
            key=column,
            value=text[:40],
            allowed=f"{low:.4g} to {high:.4g}",
        )
    return value


def _number(text: str, column: str) -> float:
    """Number of a cell; a blank one is NaN, but a NaN that is written is what a failed calculation leaves."""
    try:
        value = float(text)
    except ValueError:
        if not text.strip():
            return math.nan
    else:
        if not math.isnan(value) or column in NOT_ALWAYS:
            return value
    raise BadCell(
        f"“{text.strip()[:40]}” in the column {column} is no number.",
        key=column,
        value=text[:40],
        remedy="Correct the cell, or leave it blank.",
    )


def _finite(text: str, column: str) -> float | None:
    """Number of a parameter, None where the cell is blank."""
    value = _number(text, column)
    if math.isinf(value):
        raise BadCell(f"{column} = {text.strip()} is not finite.", key=column, value=text)
    return None if math.isnan(value) else value


def _seed(text: str) -> int | None:
    """Seed of a cell, None where it is blank; as a whole number, for a float would round the large ones."""
    if not text.strip():
        return None
    with contextlib.suppress(ValueError):  # read as a number below, which complains
        return int(text)
    value = _number(text, "seed")
    if not value.is_integer():  # written by a program whose numbers all have a point
        raise BadCell(
            f"seed = {text.strip()[:40]} is no whole number.", key="seed", value=text[:40], allowed="0, 1, …"
        )
    return int(value)


def _metrics(row: Row) -> Metrics:
    """Metric set of a row; a log that does not tell is one of the published project."""
    return "settled" if row.get("metrics") == "settled" else "classic"


def _flag(row: Row, name: str) -> bool | None:
    """Flag of a row: true and false in any spelling, or as a number; None where it is not told."""
    text = row.get(name, "").strip().lower()
    if text in ("true", "yes"):
        return True
    if text in ("false", "no"):
        return False
    value = _float(text)
    return None if math.isnan(value) else bool(value)


def _float(text: str) -> float:
    """Number of a text, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
