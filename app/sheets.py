"""Sheets: what a plot shows, as columns of a new CSV file with what it belongs to."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.app.outputs import check_output
from tauscope.app.storage import replacing

WHAT = "table"
Column = Sequence[Any] | npt.NDArray[Any]


@dataclass(frozen=True)
class Sheet:
    """Columns by their heads, which carry units in brackets.

    Parameters
    ----------
    columns : mapping of str to sequence
        Of one length; arrays of numbers, or texts.
    notes : tuple of str
        Lines that begin with ``#`` above the heads: where the numbers come from.
    """

    columns: Mapping[str, Column]
    notes: tuple[str, ...] = field(default=())


def write_sheet(path: Path, sheet: Sheet) -> Path:
    """Write a sheet to a new ``.csv`` file; numbers are written so that they read back exactly.

    Raises
    ------
    BadInput
        The file exists, its folder is missing, or its name ends otherwise.
    OSError
        The disk refuses it.
    """
    check_output(path, "path", (".csv",))
    with replacing(path, WHAT) as part, part.open("w", encoding="utf-8", newline="") as text:
        text.writelines(f"# {line}\n" for note in sheet.notes for line in note.splitlines())
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(sheet.columns)
        writer.writerows(zip(*(_plain(column) for column in sheet.columns.values()), strict=True))
    return path


def _plain(column: Column) -> list[Any]:
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return [repr(value) if isinstance(value, float) else value for value in values]
