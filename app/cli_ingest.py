"""``tauscope ingest``: logs in, suggestions out, and what became of the suggestions made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tauscope.app import suggestions_model
from tauscope.app.cli_output import Output
from tauscope.app.ingest import ingest
from tauscope.app.suggestions_model import Suggestion, Suggestions
from tauscope.app.suggestions_reading import Comparison, compare, shown


def run(logs: Sequence[Path], out: Path, before: Path | None, output: Output) -> int:
    """Read logs, write the suggestions and say what they are; return 0.

    Parameters
    ----------
    logs : sequence of Path
        CSV files.
    out : Path
        File to write.
    before : Path or None
        Suggestions made before, to be compared with.
    output : Output
        Printer.

    Raises
    ------
    BadInput
        A file that is no log or no suggestions, or a place that holds something else.
    """
    suggestions_model.check_place(out)
    last = suggestions_model.load(before) if before is not None else None
    found = ingest(logs, last)
    suggestions_model.save(out, found)
    comparisons = compared(last, found) if last is not None else []
    if output.json:
        data: dict[str, Any] = {"out": str(out), **found.dump()}
        if last is not None:
            data["comparisons"] = [_plain(comparison) for comparison in comparisons]
        output.data(data)
    for warning in found.warnings:
        output.warn(warning)
    for suggestion in found.suggestions:
        _say(suggestion, output)
    for comparison in comparisons:
        _say_change(comparison, output)
    if last is not None and not comparisons:
        output.say("None of the presets was suggested anything before, so there is nothing to compare.")
    output.say(f"suggestions: {out}")
    return 0


def compared(last: Suggestions, found: Suggestions) -> list[Comparison]:
    """Each preset that stands in both, before and after."""
    known = {suggestion.preset for suggestion in last.suggestions}
    return [compare(last.of_preset(s.preset), s) for s in found.suggestions if s.preset in known]


def _say(suggestion: Suggestion, output: Output) -> None:
    where = ", ".join(
        f"{name} {value:g}"
        for name, value in (("K", suggestion.K), ("π", suggestion.permeability))
        if value is not None
    )
    runs = (
        f"{len(suggestion.seeds)} seeds"
        if suggestion.basis == "seeds"
        else f"{len(suggestion.samples)} blocks"
    )
    output.say(f"{suggestion.preset} ({', '.join(part for part in (where, runs) if part)})")
    for name, mean in suggestion.means.items():
        output.say(f"  {name.ljust(12)}  {shown(mean, name)}")
    output.say(f"  note: {suggestion.note}")
    for refused in suggestion.refused:
        output.say(f"  {refused}")
    for reading in suggestion.readings:
        output.say(f"  {reading}")


def _say_change(comparison: Comparison, output: Output) -> None:
    steps = [
        f"{name} {old:g} → {new:g}"
        for name, (old, new) in (("K", comparison.K), ("π", comparison.permeability))
        if old is not None and new is not None and old != new
    ]
    output.say(f"{comparison.preset}, {', '.join(steps) or 'with K and π as before'}:")
    rows = [
        [
            change.column,
            shown(change.before, change.column),
            shown(change.after, change.column),
            shown(change.difference, change.column, signed=True),
        ]
        for change in comparison.changes
    ]
    kind = "difference, seed by seed" if comparison.paired else "difference"
    output.table(["", "before", "after", kind], rows)
    output.say(comparison.verdict)


def _plain(comparison: Comparison) -> dict[str, Any]:
    """JSON of a comparison."""
    data = asdict(comparison)
    for entry, change in zip(data["changes"], comparison.changes, strict=True):
        entry |= {name: getattr(change, name).model_dump() for name in ("before", "after", "difference")}
        entry["rose"] = change.rose
    return data
