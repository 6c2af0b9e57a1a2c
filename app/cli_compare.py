"""``tauscope compare`` and ``tauscope claims``: two recordings side by side, and documents against tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tauscope.app.cli_output import Output
from tauscope.app.compare import compare
from tauscope.app.studies import StudyRunner, StudyTask
from tauscope.engine import registry
from tauscope.engine.comparison import Deviation
from tauscope.engine.study import Report

CLAIMS = "claims"


def run(first: Path, second: Path, output: Output) -> int:
    """Compare two recordings and say how they differ; 0, whether they do or not.

    Raises
    ------
    BadInput
        A file that is no closed recording.
    """
    with output.progress("Compare", 1.0) as advance:
        found = compare(first, second, advance)
    if output.json:
        output.data({"first": str(first), "second": str(second), **found.to_json()})
    output.say(f"{len(found.ticks)} ticks are in both recordings.")
    if found.parameters:
        rows = [[one.path, _short(one.first), _short(one.second)] for one in found.parameters]
        output.table(["entry", first.name, second.name], rows, folding="entry")
    else:
        output.say("Every entry of the set-ups is the same.")
    rows = [
        [one.name, str(one.worst_tick), *_numbers(one.worst, one.place), f"{one.last.largest:.4g}"]
        for one in found.fields
    ]
    rows += [
        [name, str(found.scalar_ticks.get(name, "")), *_numbers(one), ""]
        for name, one in found.scalars.items()
    ]
    if rows:
        output.table(["", "worst tick", "largest", "rms", "relative", "at the end"], rows)
    ends = found.ends
    if not found.ticks and ends.values:
        heads = ["", *(f"{side} at tick {at:,}" for side, at in zip("AB", ends.ticks, strict=True)), "B - A"]
        pairs = [[name, f"{a:.6g}", f"{b:.6g}", f"{b - a:.4g}"] for name, (a, b) in ends.values.items()]
        output.table(heads, pairs)
    for name, why in found.left_out.items():
        output.say(f"{name} is not compared: {why}.")
    if found.identical:
        output.say("The recordings differ by exactly zero.")
    if found.identical and found.bitwise:
        output.say("They are identical bit by bit, in every field and scalar at every tick.")
    return 0


def claims(owners: Sequence[str], *, quick: bool, output: Output) -> int:
    """Test the claims of the source documents and print each with its numbers and verdict; 0.

    Raises
    ------
    BadInput
        Unknown engine, or one whose document's claims are not tested.
    """
    chosen = list(dict.fromkeys(owners)) or registry.with_study(CLAIMS)
    for name in chosen:
        registry.study(name, CLAIMS)
    reports: dict[str, Report] = {}
    with StudyRunner() as runner, output.progress("Claims", 1.0) as advance:
        for name in chosen:
            run = runner.start(StudyTask(name, CLAIMS, quick=quick), on_progress=advance)
            reports[name] = run.result()
    tables = {
        name: next(table for table in report.tables if table.name == CLAIMS)
        for name, report in reports.items()
    }
    if output.json:
        output.data(
            [
                {"document": name, **dict(zip(table.columns, row, strict=True))}
                for name, table in tables.items()
                for row in table.rows
            ]
        )
    for name, table in tables.items():
        output.say(f"{reports[name].title} ({name}, {reports[name].seconds:.1f} s)")
        for row in table.rows:
            entry = dict(zip(table.columns, row, strict=True))
            output.say(f"  {entry['section']}: {entry['claim']}")
            output.say(f"    {entry['test']}: {entry['measured']}")
            condition = entry["condition"]
            output.say(f"    {entry['verdict']}{f': {condition}' if condition else ''}")
    return 0


def _numbers(found: Deviation, place: str = "") -> list[str]:
    text = f"{found.largest:.4g}"
    if place:
        text += f" at {place}"
    return [text, f"{found.rms:.4g}", f"{found.relative:.4g}"]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
