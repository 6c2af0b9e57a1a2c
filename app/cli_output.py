"""What the command line prints: sentences and tables for people, one JSON value for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from tauscope.engine.errors import BadInput, TauscopeError

WIDE = 240
"""Columns of a table that goes into a file or another program."""


class Advance(Protocol):
    """Tells a progress bar where the work stands."""

    def __call__(self, done: float, text: str = "", /) -> None:
        """How much of the total is done, and what is being done."""


class Output:
    """Printer of one command.

    Parameters
    ----------
    quiet : bool
        Whether progress and summaries are left out; warnings and errors are not.
    json : bool
        Whether standard output gets one JSON value and nothing else.
    """

    def __init__(self, *, quiet: bool = False, json: bool = False) -> None:
        self.quiet = quiet
        self.json = json

    def say(self, text: str) -> None:
        """Line of a summary."""
        if not self.quiet and not self.json:
            print(text)

    def result(self, text: str) -> None:
        """Line that was asked for, such as a path; --quiet keeps it."""
        if not self.json:
            print(text)

    def warn(self, text: str) -> None:
        """Sentence on standard error."""
        print(text, file=sys.stderr)

    def data(self, value: Any) -> None:
        """The JSON value; numbers that JSON lacks become null."""
        print(json.dumps(_finite(value), ensure_ascii=False, indent=2))

    def error(self, error: TauscopeError, code: int) -> None:
        """Sentence on standard error, and with --json an object with key ``error`` on standard output."""
        self.warn(f"{error.message} {error.remedy}".strip())
        if self.json:
            entry: dict[str, Any] = {"message": error.message, "remedy": error.remedy, "exit": code}
            if isinstance(error, BadInput):
                entry |= {"key": error.key, "value": _plain(error.value), "allowed": error.allowed}
                entry["nearest"] = error.nearest
            self.data({"error": entry})

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], folding: str = "") -> None:
        """Table for people; on a narrow terminal the column ``folding`` is broken into lines."""
        if self.quiet or self.json:
            return
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, no_wrap=column != folding, overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        width = None if sys.stdout.isatty() else WIDE
        Console(width=width, markup=False, highlight=False).print(table)

    def sections(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Nested mapping as headed lists for people."""
        for title, entries in data.items():
            self.say(title)
            width = max((len(key) for key in entries), default=0)
            for key, value in entries.items():
                shown = (
                    ", ".join(f"{k}: {_words(v)}" for k, v in value.items())
                    if isinstance(value, dict)
                    else value
                )
                self.say(f"  {key.ljust(width)}  {shown}")

    @contextmanager
    def progress(self, title: str, total: float) -> Iterator[Advance]:
        """Progress bar on standard error, while a terminal is there to show it."""
        if self.quiet or self.json or not sys.stderr.isatty():
            yield _unseen
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)

            def advance(done: float, text: str = "") -> None:
                bar.update(task, completed=done, description=f"{title}: {text}" if text else title)

            yield advance


def _unseen(_done: float, _text: str = "") -> None:
    """Progress that nobody sees."""


def _words(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)[:200]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
