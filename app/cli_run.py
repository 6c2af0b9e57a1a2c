"""``tauscope run``, for one seed or several, and the run that stands in for a window without a display."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tauscope.app import checkpoint, headless, presets, stack_log, suggestions_model
from tauscope.app.cli_output import Output
from tauscope.app.probe_files import read_probe_file
from tauscope.engine.errors import BadInput
from tauscope.engine.notices import Noticed

EVERY = 10
"""Ticks between two recorded frames and two rows of a log, where neither --every nor the engine says."""
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
    every: int | None
    fields: tuple[str, ...]
    snapshot: Path | None
    log: Path | None
    state: Path | None
    origin: Path | None
    probes: Path | None = None
    probe_out: Path | None = None
    probe_every: int = 1
    seeds: int = 1
    suggestions: Path | None = None


def run(choice: Choice, output: Output) -> int:
    """Run a preset, say what came out, and return the exit code.

    Raises
    ------
    BadInput
        Before anything has run.
    """
    plan = plan_of(choice)
    if choice.suggestions is not None:
        plan = _suggested(plan, choice, output)
    if choice.seeds == 1:
        return _report(plan, output)
    _check_seeds(choice)
    return _report_seeds(plan, choice.seeds, output)


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
        every=EVERY if choice.every is None else choice.every,
        log_every=_log_every(choice, preset),
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


def _log_every(choice: Choice, preset: presets.Preset) -> int | None:
    """Ticks between two rows of a log where --every is left out: the engine's own, if it samples then."""
    return getattr(preset.engine_config(), "log_every", None) if choice.every is None else None


def _suggested(plan: headless.Plan, choice: Choice, output: Output) -> headless.Plan:
    """Plan with the suggestions for its preset carried out; says what is changed, and why.

    Raises
    ------
    BadInput
        Another engine's preset, no suggestion for it, or one for what --set sets.
    """
    assert choice.suggestions is not None
    if plan.start is not None:
        raise BadInput(
            "A run that goes on from a checkpoint takes no suggestions.",
            key="--suggestions",
            remedy="Leave out --from or --suggestions.",
        )
    found = suggestions_model.load(choice.suggestions).of_preset(plan.preset.name)
    if plan.preset.engine != stack_log.ENGINE:
        raise BadInput(
            f"Suggestions change K and π, and “{plan.preset.name}” runs the engine “{plan.preset.engine}”.",
            key="--suggestions",
            allowed=f"presets of the engine {stack_log.ENGINE}",
        )
    config: Any = plan.preset.engine_config()
    values = found.values(config.K, config.permeability)
    if twice := set(values) & set(assignments_of(choice.assignments)):
        raise BadInput(
            f"--set and --suggestions both change {' and '.join(sorted(twice))}.",
            key="--suggestions",
            remedy="Leave out one of them.",
        )
    told = "Suggested for" if found.changes else "No change is suggested for"
    output.say(f"{told} “{plan.preset.name}”{':' if found.changes else '.'} {found.note}")
    for name, value in values.items():
        output.say(f"  {name}: {getattr(config, name):g} → {value:g}")
    return replace(plan, preset=plan.preset.with_values(values))


def _check_seeds(choice: Choice) -> None:
    if choice.seeds < 1:
        raise BadInput(f"--seeds is {choice.seeds}.", key="--seeds", value=choice.seeds, allowed="1, 2, …")
    given = {
        "--record": choice.record,
        "--snapshot": choice.snapshot,
        "--state": choice.state,
        "--from": choice.origin,
        "--probe-out": choice.probe_out,
    }
    if one := next((name for name, value in given.items() if value is not None), ""):
        raise BadInput(
            f"{one} is about a single run, and --seeds asks for {choice.seeds}.",
            key=one,
            remedy=f"Leave out {one} or --seeds; several seeds go into one --log.",
        )


def _report_seeds(plan: headless.Plan, seeds: int, output: Output) -> int:
    """Run several seeds after each other into one log, and say what came out."""
    if plan.log is not None and plan.preset.engine != stack_log.ENGINE:
        raise BadInput(
            f"The log of the engine “{plan.preset.engine}” does not tell seeds apart.",
            key="--seeds",
            value=seeds,
            allowed=f"1 with --log, or presets of the engine {stack_log.ENGINE}",
        )
    outcomes: list[headless.Outcome] = []
    with output.progress(plan.preset.title, plan.ticks * seeds) as advance:
        for index in range(seeds):
            seed, done = plan.seed + index, index * plan.ticks

            def tell(tick: int, seed: int = seed, done: int = done) -> None:
                advance(done + tick, f"seed {seed}, tick {tick}")

            present = replace(plan, seed=seed, log_goes_on=index > 0)
            outcomes.append(headless.run(present, tell, _told(output, f"seed {seed}, ")))
            if outcomes[-1].status != "done":
                break
    if output.json:
        runs = [{"seed": plan.seed + i, **asdict(outcome)} for i, outcome in enumerate(outcomes)]
        output.data({"preset": plan.preset.name, "engine": plan.preset.engine, "runs": runs})
    seconds = sum(outcome.seconds for outcome in outcomes)
    output.say(f"{plan.preset.title}: {len(outcomes)} seeds of {plan.ticks} ticks in {seconds:.2f} s.")
    names = [name for name in outcomes[-1].scalars if all(name in o.scalars for o in outcomes)]
    rows = [
        [str(plan.seed + index), *(f"{outcome.scalars[name]:.4g}" for name in names)]
        for index, outcome in enumerate(outcomes)
    ]
    output.table(["seed", *names], rows)
    for purpose, path in outcomes[0].files.items():
        output.say(f"{purpose}: {path}")
    return _end(outcomes[-1], dict.fromkeys(note for outcome in outcomes for note in outcome.notes), output)


def _told(output: Output, before: str = "") -> Callable[[Noticed], None]:
    """Print what engines see and do by themselves on standard error as it comes, unless quiet."""

    def tell(found: Noticed) -> None:
        if not output.quiet:
            notice = found.notice
            output.warn(f"{before}{found.engine}, tick {notice.tick}, {notice.time:g} s: {notice.sentence}")

    return tell


def _report(plan: headless.Plan, output: Output) -> int:
    for member in plan.preset.setup().engines.values():
        for text in member.config.warnings():
            output.warn(f"Warning: {text}")
    first = plan.start.tick if plan.start is not None else 0
    with output.progress(plan.preset.title, plan.ticks) as advance:
        outcome = headless.run(plan, lambda tick: advance(tick - first, f"tick {tick}"), _told(output))
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
    return _end(outcome, outcome.notes, output)


def _end(outcome: headless.Outcome, notes: Iterable[str], output: Output) -> int:
    """Warnings about the end of a run, and the exit code."""
    for note in notes:
        output.warn(note)
    if outcome.status == "blow-up":
        output.warn(outcome.message)
    if outcome.status == "interrupted":
        output.warn(f"Interrupted at tick {outcome.tick}; files are closed.")
    return CODES[outcome.status]
