"""Reports of studies as JSON files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from tauscope.app.outputs import check_output
from tauscope.app.storage import replacing
from tauscope.engine.study import Report


def write_report(path: Path, report: Report, origin: tuple[str, ...] = ()) -> Path:
    """Write a report to a new ``.json`` file; what is not finite becomes null.

    Parameters
    ----------
    path : Path
        New file.
    report : Report
        All of it is written: checks, tables, figures, notes.
    origin : tuple of str
        Where it comes from, under ``origin``.

    Raises
    ------
    BadInput
        The file exists, its folder is missing, or its name ends otherwise.
    OSError
        The disk refuses it.
    """
    check_output(path, "path", (".json",))
    text = json.dumps(
        {"origin": list(origin), **plain(report.to_json())}, indent=2, ensure_ascii=False, allow_nan=False
    )
    with replacing(path, "report") as part:
        part.write_text(text + "\n", encoding="utf-8")
    return path


def plain(value: Any) -> Any:
    """JSON data with null in the place of what is not finite."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
