"""A report of a study as files: JSON and Markdown, tables as CSV, all numbers as HDF5, figures as PNG."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from tauscope.engine.errors import BadInput
from tauscope.engine.study import Figure, Report, Table

FORMATS = ("csv", "json", "hdf5")
"""What tables and curves are written as; a report always has report.json, report.md and its figures."""

INCHES = (6.4, 4.2)
DOTS = 160


def make_folder(path: Path) -> Path:
    """New folder for a report, or one that is empty.

    Raises
    ------
    BadInput
        Something else is there.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BadInput(
            f"{path} is there already.",
            key="--out",
            value=str(path),
            remedy="Name a new folder; nothing is ever overwritten.",
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {path} cannot be made: {error.strerror}.", key="--out", value=str(path)
        ) from None
    return path


def write(report: Report, folder: Path, settings: dict[str, Any], formats: tuple[str, ...]) -> list[Path]:
    """Write a report into a folder that is empty; the files, in the order of writing.

    Parameters
    ----------
    report : Report
        What a study found.
    folder : Path
        Where to; `make_folder` made it.
    settings : dict
        What the user set.
    formats : tuple of str
        Of `FORMATS`: what tables and curves are written as besides.
    """
    whole = {**report.to_json(), "settings": settings}
    if "json" not in formats:
        whole["tables"] = [table.name for table in report.tables]
        whole["figures"] = [figure.name for figure in report.figures]
    path = folder / "report.json"
    path.write_text(json.dumps(_finite(whole), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    files = [path]
    for figure in report.figures:
        files.append(folder / f"{_slug(figure.name)}.png")
        _draw(figure, files[-1])
    if "csv" in formats:
        for table in report.tables:
            files.append(folder / f"{_slug(table.name)}.csv")
            _write_csv(table, files[-1])
    if "hdf5" in formats:
        files.append(folder / "report.h5")
        _write_hdf5(report, files[-1])
    files.append(folder / "report.md")
    files[-1].write_text(markdown(report, settings), encoding="utf-8")
    return files


def markdown(report: Report, settings: dict[str, Any]) -> str:
    """Report as a page: expectation, verdict a quantity, tables, figures."""
    verdict = "no verdict" if not report.checks else "PASS" if report.passed else "FAIL"
    lines = [f"# {report.title}: {verdict}", "", *(f"{note}\n" for note in report.notes)]
    if settings:
        lines += ["Set: " + ", ".join(f"`{path} = {value}`" for path, value in settings.items()), ""]
    lines += ["| quantity | expected | measured | tolerance | verdict | why |", "|---|---|---|---|---|---|"]
    for check in report.checks:
        unit = f" ({check.unit})" if check.unit not in ("", "1") else ""
        expected, measured, tolerance = (
            f"{value:.6g}" for value in (check.expected, check.measured, check.tolerance)
        )
        numbers = (
            (f"{check.bound} {expected}", measured, "") if check.bound else (expected, measured, tolerance)
        )
        cells = (f"{check.quantity}{unit}", *numbers, "PASS" if check.passed else "FAIL", check.reason)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for table in report.tables:
        if len(table.rows) <= 40:
            lines += ["", f"## {table.name}", "", "| " + " | ".join(table.columns) + " |"]
            lines.append("|" + "---|" * len(table.columns))
            lines += ["| " + " | ".join(_shown(value) for value in row) + " |" for row in table.rows]
        else:
            lines += ["", f"## {table.name}", "", f"{len(table.rows)} rows, in `{_slug(table.name)}.csv`."]
    for figure in report.figures:
        lines += ["", f"![{figure.name}]({_slug(figure.name)}.png)"]
    return "\n".join([*lines, "", f"{report.seconds:.1f} s", ""])


def _draw(figure: Figure, path: Path) -> None:
    drawing = Drawing(figsize=INCHES, layout="constrained")
    FigureCanvasAgg(drawing)
    axes = drawing.add_subplot()
    axes.set_title(figure.name, fontsize=10, loc="left")
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)
    for curve in figure.curves:
        if curve.error:
            axes.errorbar(curve.x, curve.y, curve.error, fmt="o", ms=3, label=curve.label)
        else:
            axes.plot(curve.x, curve.y, marker="." if len(curve.x) < 30 else "", label=curve.label)
    # Beside the curves, as there is no place within that they are known to leave free.
    drawing.legend(loc="outside right upper", fontsize=8, frameon=False)
    drawing.savefig(path, format="png", dpi=DOTS)


def _write_csv(table: Table, path: Path) -> None:
    with path.open("x", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(table.columns)
        rows.writerows(
            [[repr(cell) if isinstance(cell, float) else cell for cell in row] for row in table.rows]
        )


def _write_hdf5(report: Report, path: Path) -> None:
    with h5py.File(path, "x") as file:
        file.attrs["title"], file.attrs["passed"] = report.title, report.passed
        for table in report.tables:
            group = file.create_group(f"tables/{_slug(table.name)}")
            for index, name in enumerate(table.columns):
                column = [row[index] for row in table.rows]
                words = any(isinstance(cell, str) for cell in column)
                data = [str(cell) for cell in column] if words else np.array(column, np.float64)
                group.create_dataset(_slug(name), data=data)
        for figure in report.figures:
            group = file.create_group(f"figures/{_slug(figure.name)}")
            for number, curve in enumerate(figure.curves):  # two labels may give one word
                group.create_dataset(f"{number}_{_slug(curve.label)}", data=np.array([curve.x, curve.y]))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "table"


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _finite(value: Any) -> Any:
    """JSON data without NaN and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
