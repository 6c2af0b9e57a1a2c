"""Runs without a window: a preset advanced by whole ticks, with recording, log, checkpoint and picture."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from tauscope.app import memory_check
from tauscope.app.run_plan import Outcome, Plan, check_fields, fallback_plan, refuse
from tauscope.app.run_results import save_end, save_good
from tauscope.app.run_trackers import Guarded, open_trackers
from tauscope.app.run_watch import RunWatch
from tauscope.engine.base import BlowUp, Command, Engine, hash_state
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.notices import Noticed
from tauscope.engine.trackers import Tracker, unchecked
from tauscope.engine.world import World

__all__ = ["Outcome", "Plan", "drive", "fallback_plan", "run"]

Value = TypeVar("Value")

CHUNK_SECONDS = 0.1
GOOD_EVERY_SECONDS = 1.0


def run(
    plan: Plan,
    on_tick: Callable[[int], None] | None = None,
    on_notice: Callable[[Noticed], None] | None = None,
) -> Outcome:
    """Run a plan to its end, a blow-up or an interruption; files are closed in each case.

    Parameters
    ----------
    plan : Plan
        What to run and what to write.
    on_tick : callable, optional
        Told of the macro tick now and then.
    on_notice : callable, optional
        Told of what an engine saw and did by itself, soon after that.

    Returns
    -------
    Outcome
        How it ended.

    Raises
    ------
    BadInput
        Before anything has run: refused configuration, unknown field, a file that exists, a folder
        that cannot be written to.

    Notes
    -----
    SIGINT and SIGTERM end it after the present chunk when it runs on the main thread.
    """
    refuse(plan)
    world = _world(plan)
    check_fields(world, plan)
    notes = _acknowledged(world) if plan.start is not None else ()
    files: dict[str, str] = {}
    failures: list[tuple[BaseException, str]] = []
    started = time.perf_counter()
    first = world.macro_tick
    with contextlib.ExitStack() as stack, _interruptible() as stop:
        trackers = open_trackers(plan, world, stack, files, failures, stop)
        watch = RunWatch(world, trackers, on_notice)
        found, good = drive(world, plan.ticks, trackers, on_tick, stop, watch.look)
    if failures:
        # What the run has reached is worth as much as before; only a file is not what was asked for.
        error, path = failures[0]
        kept = ""
        if plan.state is not None:
            with contextlib.suppress(BadInput, OSError):  # the same disk, most likely, and told already
                save_end(plan, world, files, whole=False)
                kept = f" The state of tick {world.macro_tick} is in {plan.state}."
        what = "recording" if path == str(plan.record) else "run"
        # A file that was removed meanwhile is elsewhere, which the error itself says.
        where = f"What was saved is in {path}." if Path(path).exists() else ""
        raise TauscopeError(f"The {what} ended early. {error}", f"{where}{kept}".strip())
    ended = stop.is_set() and world.macro_tick < first + plan.ticks
    message = ""
    if found is not None:
        message = f"{found.sentence()} {save_good(plan, world, good, files, whole=found.kept)}"
    else:
        save_end(plan, world, files, whole=not ended)
    engine = world.engine(world.main)
    is_good = found is None or found.kept
    scalars = _named(world, lambda one: one.scalars()) if is_good else {}
    return Outcome(
        status="blow-up" if found is not None else "interrupted" if ended else "done",
        tick=world.macro_tick,
        time=engine.time,
        ticks=world.macro_tick - first,
        seconds=time.perf_counter() - started,
        scalars=scalars,
        hashes=_named(world, lambda one: hash_state(one.state())),
        files=files,
        message=message,
        notes=(*notes, *watch.notes, *(t.note for t in trackers if isinstance(t, Guarded) and t.note)),
        events=tuple(item.entry() for item in watch.found),
    )


def _named(world: World, values: Callable[[Engine], Mapping[str, Value]]) -> dict[str, Value]:
    """Values of the main engine by their names, and of its companions by ``engine.name``."""
    return {
        name if key == world.main else f"{key}.{name}": value
        for key, engine in world.engines.items()
        for name, value in values(engine).items()
    }


def drive(
    world: World,
    ticks: int,
    trackers: Sequence[Tracker] = (),
    on_tick: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
    look: Callable[[World], None] | None = None,
) -> tuple[BlowUp | None, Mapping[str, Any]]:
    """Advance a world, sampling trackers at their ticks; ends early at a blow-up or when ``stop`` is set.

    ``look`` is called between ticks, some ten times a second and at the end.

    Returns
    -------
    BlowUp or None
        The broken limit that ended it.
    mapping
        Last state that passed every check.
    """
    end = world.macro_tick + ticks
    good = world.state()
    good_at = checked = time.perf_counter()
    chunk = 1
    while world.macro_tick < end and not (stop is not None and stop.is_set()):
        before = time.perf_counter()
        here = world.macro_tick
        wishes = [(d, t) for t in trackers if (d := t.next_due(here)) is not None]
        goal = min([end, here + chunk, *(d for d, _ in wishes)])
        world.advance(goal - here)
        if look is not None:
            look(world)
        due = [tracker for tick, tracker in wishes if tick == world.macro_tick]
        early = world.macro_tick < goal
        whole = early or goal == end or not due or not unchecked(due) or before - checked > CHUNK_SECONDS
        if whole:
            checked = before
            found = world.check()
            if found is not None:
                return found, world.state() if found.kept else good
        spent = time.perf_counter() - before
        done = world.macro_tick - here
        chunk = max(1, min(4 * chunk, int(CHUNK_SECONDS * done / max(spent, 1e-9))))
        for tracker in due:
            tracker.sample(world)
        if whole and time.perf_counter() - good_at > GOOD_EVERY_SECONDS:
            good, good_at = world.state(), time.perf_counter()
        if on_tick is not None:
            on_tick(world.macro_tick)
    return None, good


def _acknowledged(world: World) -> tuple[str, ...]:
    """Let a run that had stopped by itself go on, and say so: whoever starts it again has seen it."""
    found = world.check()
    if found is None or not found.kept:
        return ()
    world.apply(Command(found.engine, "acknowledge", origin="script"))
    return (f"The checkpoint is of a run that {found.engine} had stopped; going on acknowledges that.",)


def _world(plan: Plan) -> World:
    memory_check.refuse(plan.preset.setup() if plan.start is None else plan.start.setup)
    if plan.start is None:
        return World.of(plan.preset.setup(), plan.seed, plan.device)
    if plan.start.engine != plan.preset.engine or plan.start.preset != plan.preset.name:
        raise BadInput(
            f"The checkpoint is of the preset “{plan.start.preset}” ({plan.start.engine}), "
            f"not of “{plan.preset.name}” ({plan.preset.engine}).",
            key="--from",
            value=plan.start.preset,
            allowed=f"checkpoints of {plan.preset.name}",
            remedy=f"Run “tauscope run {plan.start.preset} --from …”.",
        )
    world = plan.start.world(plan.device)
    for path, value in plan.changes.items():
        key, _, rest = path.partition(".")
        if not rest or key not in world.engines or key == world.main:
            key, rest = world.main, path
        world.apply(Command(key, "set", {"path": rest, "value": value}, origin="script"))
    return world


@contextlib.contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Event that SIGINT and SIGTERM set; a second one interrupts at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
