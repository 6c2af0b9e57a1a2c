"""What the commands of the command line share: common options, and how a command ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from tauscope.engine.errors import Cancelled

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
PresetName = Annotated[str, typer.Argument(metavar="PRESET", help="Name of a preset, or its JSON file.")]


def finish(work: Callable[[], int]) -> NoReturn:
    """Do a command's work and leave with its exit code; typer would swallow Ctrl-C without a word."""
    try:
        code = work()
    except KeyboardInterrupt:
        raise Cancelled("The command") from None
    raise typer.Exit(code)
