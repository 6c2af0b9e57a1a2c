"""What a recording says beside its run: axes, counters, texts, checkpoints; nothing of it is run again.

A replay computes fields, series and states anew. What it does not compute is held against itself here, so
that a recording that was changed anywhere is not called equal.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tauscope.app.recording import environment, layout
from tauscope.app.recording.replay import Mismatch
from tauscope.app.recording.skeleton import hash_names
from tauscope.engine.base import hash_state
from tauscope.engine.events import Event

if TYPE_CHECKING:
    from tauscope.app.recording.reader import RecordingFile
    from tauscope.engine.world import World

GONE = "It was recorded, and the file does not hold it any more."
Hashes = Mapping[str, Mapping[str, str]]
"""Of the arrays of each engine."""


def start(file: RecordingFile) -> Iterator[Mismatch]:
    """What is wrong with the initial state: arrays whose hashes are not those taken at the start."""
    first = int(file.config["start_tick"])
    kept = next((states for tick, _events, states in file.hashes()[:1] if tick == first), None)
    for key, state in file.initial().items():
        for name, found in hash_state(state).items() if kept is not None else ():
            if name != "scalars" and kept is not None and kept.get(key, {}).get(name, found) != found:
                detail = f"The initial state of {key} has another {name} than the run began with."
                yield Mismatch(first, name, detail)


def recorded(file: RecordingFile, world: World) -> Iterator[Mismatch]:
    """What is missing of what was recorded: fields and series that are not there or say no owner."""
    first, main = int(file.config["start_tick"]), next(iter(world.engines))
    owners = [(name, file.owner(name)[0]) for name in file.fields]
    for name, key in owners + [(name, file.scalar_owner(name)[0]) for name in file.scalars]:
        if key not in world.engines:
            yield Mismatch(first, name, f"It is said to be of “{key}”, which is no engine of this run.")
    fields = {file.owner(name) for name in file.fields}
    for wish in file.config.get("fields", ()):
        key, _, name = str(wish).rpartition(":")
        if (key or main, name) not in fields:
            yield Mismatch(first, str(wish), GONE)
    for name in file.config.get("series", ()):
        if name not in file.scalars:
            yield Mismatch(first, str(name), GONE)


def hashed(file: RecordingFile) -> Iterator[Mismatch]:
    """What is missing of the hashes: the state at the start, and every array of it."""
    first, rows = int(file.config["start_tick"]), file.hashes()
    if not rows or rows[0][0] != first:
        yield Mismatch(first, "state hashes", "The hash of the initial state is not there any more.")
    for key, state in file.initial().items():
        for name in hash_names(state):
            if rows and name not in rows[0][2].get(key, {}):
                yield Mismatch(first, f"hashes of {key}, {name}", GONE)


def counters(file: RecordingFile, events: Sequence[Event]) -> Iterator[Mismatch]:
    """What is wrong with the axes of fields, with left-out frames and with counted events."""
    first = int(file.config["start_tick"])
    for dim, length in file.axes().items():
        if not np.array_equal(file.axis(dim), np.arange(length, dtype=np.float64)):
            yield Mismatch(first, f"axis {dim}", "Its coordinates are not those of the cells, 0, 1, 2, ….")
    every = int(file.config["every"])
    gaps = np.diff(file.ticks) > every
    more = np.diff(file.dropped)
    for index in np.flatnonzero((more < 0) | ((more > 0) & ~gaps)):
        yield Mismatch(int(file.ticks[index + 1]), "dropped", "It counts frames as left out that are there.")
    ticks = [event.macro_tick for event in events]
    counted = [(int(tick), int(n)) for tick, n in zip(file.ticks, file.frame_events, strict=True)]
    for tick, number in counted + [(tick, number) for tick, number, _states in file.hashes()]:
        if not bisect_left(ticks, tick) <= number <= bisect_right(ticks, tick):
            yield Mismatch(tick, "counted events", f"{number} are counted before it, which is not the log.")


def checkpoints(file: RecordingFile) -> Iterator[Mismatch]:
    """What is wrong with the kept checkpoints: a state whose hashes were not taken at its tick."""
    for tick, states in file.checkpoints():
        yield from _checkpoint(file, tick, states)


def _checkpoint(
    file: RecordingFile, tick: int, states: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mismatch]:
    rows = file.hashes()
    same = [found for at, _events, found in rows if at == tick]
    # Where a writer died, its last checkpoint may be newer than the hashes that were saved.
    if not same and rows and (file.state == layout.CLOSED or tick < rows[-1][0]):
        yield Mismatch(tick, "checkpoint", f"No state was hashed at tick {tick}, which it claims.")
    found = {
        key: {name: one for name, one in hash_state(state).items() if name != "scalars"}
        for key, state in states.items()
    }
    if same and not any(_agree(row, found) for row in same):
        yield Mismatch(tick, "checkpoint", "Its state is not the one that was hashed at its tick.")


def _agree(row: Hashes, found: Hashes) -> bool:
    return all(
        row.get(key, {}).get(name, one) == one for key, state in found.items() for name, one in state.items()
    )


def texts(file: RecordingFile) -> Iterator[Mismatch]:
    """What is wrong with configuration, environment and program text: later changes without effect."""
    first = int(file.config["start_tick"])
    keeps = "series" in file.config  # recordings from before kept no digest of each text
    own = [(layout.CONFIG, "configuration"), (layout.ENVIRONMENT, "environment")]
    own += [(layout.STATEMENTS, "statements")] if layout.STATED in file.config else []
    own += [(layout.SESSION, "session")] if file.session() is not None else []
    for name, what in own:
        digest = file.digest(name)
        if (digest or keeps) and digest != hashlib.sha256(file.text(name)).hexdigest():
            yield Mismatch(first, what, "Its text was changed later, though nothing recorded depends on it.")
    digest = file.digest(layout.SOURCE)
    if (digest or keeps) and digest != environment.source_hash(file.source()):
        yield Mismatch(first, "program text", "It was changed later; it is not the text that ran.")
