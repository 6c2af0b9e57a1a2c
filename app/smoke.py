"""``make smoke``: two short runs if their logs are missing, and what they suggest, in one process."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tauscope.app import cli_ingest, headless, presets
from tauscope.app.cli_output import Output
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError

SAMPLES = {"logs/sample_circle.csv": "circle6_center", "logs/sample_grid.csv": "grid_rect"}
"""Logs, and the presets that they are made of."""
SEEDS = 5
TICKS = 600
OUT = Path("sessions/suggestions.json")


def main(folder: Path | None = None) -> int:
    """Make the sample logs that are missing, ingest them, and return an exit code.

    Parameters
    ----------
    folder : Path, optional
        Where ``logs`` and ``sessions`` are; the present folder unless given.
    """
    output, started = Output(), time.perf_counter()
    here = folder or Path()
    try:
        logs = [here / name for name in SAMPLES]
        for log, preset in zip(logs, SAMPLES.values(), strict=True):
            if log.exists():
                output.say(f"{log} is there already.")
            else:
                write_sample(log, preset)
                output.say(f"{log}: {SEEDS} seeds of {preset}, {TICKS} ticks each.")
        code = cli_ingest.run(logs, here / OUT, None, output)
    except Cancelled as error:
        output.error(error, 130)
        return 130
    except BadInput as error:
        output.error(error, 2)
        return 2
    except TauscopeError as error:
        output.error(error, 1)
        return 1
    output.say(f"The loop works; it took {time.perf_counter() - started:.1f} s.")
    return code


def write_sample(log: Path, preset: str) -> None:
    """Write the log of a few seeds of a preset; it takes its name when it is whole.

    Raises
    ------
    Cancelled
        By Ctrl-C; nothing is left then.
    """
    chosen = presets.load(preset)
    every = getattr(chosen.engine_config(), "log_every", None)
    part = log.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        for index in range(SEEDS):
            plan = headless.Plan(
                chosen, TICKS, seed=1 + index, log=part, log_every=every, log_goes_on=index > 0
            )
            if headless.run(plan).status != "done":
                raise Cancelled("The smoke run")
        part.replace(log)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
