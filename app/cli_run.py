"""``tauscope run``, and the run that stands in for the window where there is no display."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tauscope.app import checkpoint, headless, presets
from tauscope.app.cli_output import Output
from tauscope.app.probe_files import read_probe_file
from tauscope.engine.errors import BadInput

CODES = {"done": 0, "blow-up": 3, "interrupted": 130}


@dataclass(frozen=True, slots=True)
class Choice:
    """Arguments of ``tauscope run`` as they were given; see `headless.Plan` for their meaning."""

    preset: str
    ticks: int
    assignments: tuple[str, ...]
    seed: int | None
    device: str
    record: Path | None
    every: int
    fields: tuple[str, ...]
    snapshot: Path | None
    log: Path | None
    state: Path | None
    origin: Path | None
    probes: Path | None = None
    probe_out: Path | None = None
    probe_every: int = 1


def run(choice: Choice, output: Output) -> int:
    """Run a preset, say what came out, and return the exit code.

    Raises
    ------
    BadInput
        Before anything has run.
    """
    return _report(plan_of(choice), output)


def fallback(target: str | None, output: Output) -> int:
    """Run a preset for a while, leave a recording and a picture, and say so.

    Raises
    ------
    BadInput
        Unknown preset, or no folder to write to.
    """
    preset = presets.load(target) if target is not None else presets.default()
    plan = headless.fallback_plan(preset)
    output.say(f"There is no display, so “{preset.title}” runs without a window for {plan.ticks} ticks.")
    return _report(plan, output)


def plan_of(choice: Choice) -> headless.Plan:
    """Plan of the given arguments.

    Raises
    ------
    BadInput
        Unknown preset, refused value, or a checkpoint that does not fit.
    """
    preset = presets.load(choice.preset)
    values = assignments_of(choice.assignments)
    start = checkpoint.load(choice.origin) if choice.origin is not None else None
    if start is not None and choice.seed not in (None, start.seed):
        raise BadInput(
            f"The checkpoint was made with seed {start.seed}, not {choice.seed}.",
            key="--seed",
            value=choice.seed,
            allowed=str(start.seed),
            remedy="Leave --seed out.",
        )
    if (choice.probes is None) != (choice.probe_out is None):
        given, missing = ("--probes", "--probe-out") if choice.probes else ("--probe-out", "--probes")
        raise BadInput(
            f"{given} is given without {missing}.",
            key=missing,
            remedy="Give both: --probes says what to sample, --probe-out where to.",
        )
    return headless.Plan(
        preset=preset.with_values(values) if start is None else preset,
        ticks=choice.ticks,
        seed=1 if choice.seed is None else choice.seed,
        device=choice.device,
        every=choice.every,
        fields=choice.fields,
        record=choice.record,
        snapshot=choice.snapshot,
        log=choice.log,
        state=choice.state,
        probes=() if choice.probes is None else read_probe_file(choice.probes, preset.engine),
        probe_out=choice.probe_out,
        probe_every=choice.probe_every,
        start=start,
        changes=values if start is not None else {},
    )


def assignments_of(words: tuple[str, ...]) -> dict[str, Any]:
    """Values by dotted path of ``path=value`` words; a value is JSON, or else text.

    Raises
    ------
    BadInput
        A word without ``=``, or a path that is given twice.
    """
    found: dict[str, Any] = {}
    for word in words:
        path, equals, text = word.partition("=")
        path = path.strip()
        if not equals or not path:
            raise BadInput(
                f"“--set {word}” is no assignment.",
                key="--set",
                value=word,
                allowed="path=value, as in survival=0.999",
            )
        if path in found:
            raise BadInput(f"{path} is set twice.", key=path, value=text, remedy="Give it once.")
        try:
            found[path] = json.loads(text)
        except json.JSONDecodeError:
            found[path] = text
    return found


def _report(plan: headless.Plan, output: Output) -> int:
    first = plan.start.tick if plan.start is not None else 0
    with output.progress(plan.preset.title, plan.ticks) as advance:
        outcome = headless.run(plan, lambda tick: advance(tick - first, f"tick {tick}"))
    rate = outcome.ticks / outcome.seconds if outcome.seconds > 0 else 0.0
    if output.json:
        output.data({"preset": plan.preset.name, "engine": plan.preset.engine, **asdict(outcome)})
    output.say(
        f"{plan.preset.title}: {outcome.ticks} ticks in {outcome.seconds:.2f} s ({rate:.0f} a second), "
        f"now at tick {outcome.tick}."
    )
    width = max((len(name) for name in outcome.scalars), default=0)
    for name, value in outcome.scalars.items():
        output.say(f"  {name.ljust(width)}  {value:.6g}")
    for purpose, path in outcome.files.items():
        output.say(f"{purpose}: {path}")
    if outcome.status == "blow-up":
        output.warn(outcome.message)
    if outcome.status == "interrupted":
        output.warn(f"Interrupted at tick {outcome.tick}; files are closed.")
    return CODES[outcome.status]
