"""What a comparison found, as CSV, JSON and lines of text: statistics, and the entries that differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tauscope.app.compare import Comparison
from tauscope.app.compare_views import summary
from tauscope.app.outputs import check_output
from tauscope.app.reports import plain
from tauscope.app.sheets import Sheet
from tauscope.app.storage import replacing
from tauscope.engine.comparison import Deviation

HEADS = (
    "kind", "name", "ticks", "worst tick", "largest |B - A|", "at", "rms", "mean", "relative",
    "places with one number only", "largest at the end", "A", "B",
)  # fmt: skip


def sheet_of(found: Comparison, names: Sequence[str]) -> Sheet:
    """Fields and scalars with how far they lie apart, then entries of the set-ups that differ, as rows.

    Parameters
    ----------
    found : Comparison
        What came out.
    names : sequence of str
        What A and B are.
    """
    rows: list[tuple[object, ...]] = []
    ends = found.ends.values
    for one in found.fields:
        tail = (one.last.largest, "", "")
        rows.append(
            ("field", one.name, len(found.ticks), one.worst_tick, *_numbers(one.worst, one.place), *tail)
        )
    for name, far in found.scalars.items():
        tick = found.scalar_ticks.get(name, "")
        rows.append(("scalar", name, len(found.ticks), tick, *_numbers(far), "", *ends.get(name, ("", ""))))
    for name, pair in ends.items():
        if name not in found.scalars:
            rows.append(("scalar at the end", name, 0, *[""] * 8, *pair))
    for name, why in found.left_out.items():
        rows.append(("not compared", name, 0, *[""] * 8, why, ""))
    rows += [
        ("parameter", entry.path, *[""] * 9, _text(entry.first), _text(entry.second))
        for entry in found.parameters
    ]
    columns = {head: [row[place] for row in rows] for place, head in enumerate(HEADS)}
    return Sheet(columns, (f"A: {names[0]}", f"B: {names[1]}", summary(found)))


def _numbers(far: Deviation, place: str = "") -> tuple[object, ...]:
    return far.largest, place, far.rms, far.mean, far.relative, far.odd


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def text_of(found: Comparison, names: Sequence[str]) -> str:
    """The sheet as lines with tabs, for a clipboard."""
    sheet = sheet_of(found, names)
    rows = zip(*sheet.columns.values(), strict=True)
    lines = ["\t".join(sheet.columns), *("\t".join(map(_cell, row)) for row in rows)]
    return "\n".join([*sheet.notes, *lines]) + "\n"


def _cell(value: object) -> str:
    return repr(value) if isinstance(value, float) else " ".join(str(value).split())


def write_json(path: Path, found: Comparison, names: Sequence[str]) -> Path:
    """Write all that was found to a new ``.json`` file; an infinite ratio is null.

    Raises
    ------
    BadInput
        The file exists, its folder is missing, or its name ends otherwise.
    OSError
        The disk refuses it.
    """
    check_output(path, "path", (".json",))
    data = {"A": names[0], "B": names[1], "summary": summary(found), **found.to_json()}
    with replacing(path, "comparison") as part:
        text = json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False)
        part.write_text(text + "\n", encoding="utf-8")
    return path
