"""What the commands of the command line share: common options, and how a command ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from tauscope.engine.errors import Cancelled

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
PresetName = Annotated[str, typer.Argument(metavar="PRESET", help="Name of a preset, or its JSON file.")]

EXPERIMENTS = (
    "flat_background",
    "time_dilation",
    "free_fall",
    "lensing",
    "horizon",
    "dark_matter",
    "rotation_curve",
    "superposition",
    "literal_null",
)
"""Experiments that have a name; named here too, so that help needs no engine."""
ExperimentName = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help=f"One of {', '.join(EXPERIMENTS)}, or a JSON file that describes an experiment."
    ),
]


def finish(work: Callable[[], int]) -> NoReturn:
    """Do a command's work and leave with its exit code; typer would swallow Ctrl-C without a word."""
    try:
        code = work()
    except KeyboardInterrupt:
        raise Cancelled("The command") from None
    raise typer.Exit(code)
