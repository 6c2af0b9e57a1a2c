"""The re-execution behind `replay`: a world from a recording, its events at their ticks, all compared."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tauscope.app import memory_check
from tauscope.app.recording import clock, consistency, environment, tables, unchanged
from tauscope.app.recording.reader import RecordingFile
from tauscope.app.recording.replay import Mismatch, ReplayReport
from tauscope.app.recording.writer import link, whole_hash
from tauscope.engine.base import Array, Command, hash_state
from tauscope.engine.coupling import KINDS
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.events import Event, encode
from tauscope.engine.notices import Noticed, Watch
from tauscope.engine.setup import Setup
from tauscope.engine.world import World

CHUNK_TICKS = 1000


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to compare: tick, events before it, frame index (-1: none), hashes of arrays and of states."""

    tick: int
    events: int
    frame: int = -1
    hashes: dict[str, dict[str, str]] | None = None
    whole: dict[str, str] | None = None


class _DiffersError(Exception):
    """Carries the first mismatch out of the run."""

    def __init__(self, mismatch: Mismatch) -> None:
        super().__init__(mismatch.detail)
        self.mismatch = mismatch


def rerun(path: Path | str, verify: bool, progress: Callable[[float, str], None]) -> ReplayReport:
    """Run a recording again in this process; see `tauscope.app.recording.replay.replay`."""
    with RecordingFile(path) as file:
        return _Rerun(file, verify, progress).run()


def build_world(file: RecordingFile) -> World:
    """World of a recording's set-up and seeds, at tick 0.

    Raises
    ------
    BadInput
        Unknown engine, refused configuration, or a coupling that this program does not know.
    """
    seeds = {key: int(item["seed"]) for key, item in file.engines.items()}
    devices = {key: str(item["device"]) for key, item in file.engines.items()}
    setup = setup_of(file)
    memory_check.refuse(setup)
    return World.of(setup, seeds, devices)


def setup_of(file: RecordingFile) -> Setup:
    """Set-up of a recording at its first frame.

    Raises
    ------
    BadInput
        Unknown engine, refused configuration, or a coupling that this program does not know.
    """
    kept = file.config.get("couplings") or []
    couplings = kept if isinstance(kept, list) else [{"kind": "unknown"}]  # once only their number was kept
    for item in couplings:
        if not isinstance(item, dict) or item.get("kind") not in KINDS:
            raise BadInput(
                f"“{file.path.name}” was recorded with engines coupled in a way that this program does not "
                "know, and cannot be run again.",
                key="couplings",
                allowed=", ".join(KINDS),
            )
    engines = {
        key: {"name": item["name"], "config": item["config"], "ticks": item["ratio"]}
        for key, item in file.engines.items()
    }
    return Setup.load({"engines": engines, "couplings": couplings})


class _Rerun:
    def __init__(self, file: RecordingFile, verify: bool, progress: Callable[[float, str], None]) -> None:
        self._file, self._verify, self._progress = file, verify, progress
        self._world = World({})
        self._events: list[Event] = []
        self._watch = Watch()
        self._noticed: list[Noticed] = []
        self._missed = 0
        self._applied = self._frames = self._hashes = 0
        self._first = int(file.config["start_tick"])
        self._last = max([self._first, *(int(tick) for tick in file.ticks[-1:])])

    def run(self) -> ReplayReport:
        started = time.perf_counter()
        mismatch: Mismatch | None = None
        try:
            self._world = build_world(self._file)
            self._compare_all()
        except _DiffersError as found:
            mismatch = found.mismatch
        classes = {key: engine.reproducibility for key, engine in self._world.engines.items()}
        return ReplayReport(
            path=str(self._file.path),
            passed=mismatch is None,
            verified=self._verify,
            first_tick=self._first,
            last_tick=self._world.macro_tick,
            frames=self._frames,
            hashes=self._hashes,
            events=self._applied,
            classes={key: str(kind) for key, kind in classes.items()},
            mismatch=mismatch,
            notes=self._notes() if mismatch is not None else (),
            seconds=time.perf_counter() - started,
        )

    def _compare_all(self) -> None:
        stops = self._stops()
        if self._file.config.get("from_config") and stops and stops[0].hashes is not None:
            self._compare_hashes(
                stops[0].hashes, self._first, "configuration and seed give another start in "
            )
        self._insist(consistency.hashed(self._file))
        self._insist(consistency.start(self._file))
        state = {"macro_tick": self._first, "engines": self._file.initial()}
        try:
            self._world.restore(state)
        except TauscopeError as error:
            raise _DiffersError(Mismatch(self._first, "initial state", f"It was refused. {error}")) from None
        self._watch.begin(self._world)
        self._compare_configurations()
        if self._verify:
            self._insist(consistency.recorded(self._file, self._world))
        self._read_events()
        for stop in stops:
            self._reach(stop)
        self._apply_until(len(self._events))
        self._check_chain()
        self._compare_notices()
        file = self._file
        self._insist(consistency.counters(file, self._events))
        self._insist(consistency.checkpoints(file))
        self._insist(consistency.texts(file))
        if self._verify:
            self._insist(unchanged.differences(file))

    @staticmethod
    def _insist(found: Iterator[Mismatch]) -> None:
        for mismatch in found:
            raise _DiffersError(mismatch)

    def _compare_configurations(self) -> None:
        """See that the configuration of the file is that of its initial state, which alone is run."""
        for key, engine in self._world.engines.items():
            run = engine.config.dump()
            told = type(engine.config).load(self._file.engines[key]["config"]).dump()
            if differing := [name for name in run if run[name] != told.get(name)]:
                name = differing[0]
                detail = f"The initial state has {run[name]!r}, the configuration {told.get(name)!r}."
                raise _DiffersError(Mismatch(self._first, f"configuration of {key}, {name}", detail))

    def _stops(self) -> list[Stop]:
        file = self._file
        rows, whole = file.hashes(), file.whole_hashes()
        stops = [
            Stop(tick, events, hashes=found, whole=whole[row] if row < len(whole) else None)
            for row, (tick, events, found) in enumerate(rows)
        ]
        if self._verify:
            numbers = zip(file.ticks, file.frame_events, strict=True)
            stops += [Stop(int(tick), int(n), frame=index) for index, (tick, n) in enumerate(numbers)]
        stops.sort(key=lambda stop: (stop.events, stop.tick, stop.frame))
        self._last = max([self._last, *(stop.tick for stop in stops)])
        return stops

    def _read_events(self) -> None:
        for number, line in enumerate(self._file.event_lines()):
            try:
                self._events.append(Event.from_json(line))
            except BadInput as error:
                raise _DiffersError(Mismatch(self._world.macro_tick, f"event {number}", str(error))) from None

    def _check_chain(self) -> None:
        """Find an edited event whose change had no effect on anything recorded."""
        chain = b""
        kept = self._file.event_chain()
        for number, line in enumerate(self._file.event_lines()):
            chain = link(chain, line)
            if number < len(kept) and chain != kept[number]:
                tick = self._events[number].macro_tick
                detail = f"Event {number} was changed later, though nothing recorded depends on it."
                raise _DiffersError(Mismatch(tick, "event log", detail))

    def _reach(self, stop: Stop) -> None:
        self._apply_until(min(stop.events, len(self._events)))
        self._advance_to(stop.tick, "the next comparison")
        if stop.hashes is not None:
            self._try_the_next_step(stop.hashes)
            self._compare_hashes(stop.hashes, stop.tick)
            self._compare_whole(stop)
            self._hashes += 1
        else:
            self._compare_frame(stop)
            self._frames += 1

    def _apply_until(self, count: int) -> None:
        while self._applied < count:
            number = self._applied
            event = self._events[number]
            self._advance_to(event.macro_tick, f"event {number}")
            self._apply(number, event)
            self._applied += 1

    def _apply(self, number: int, event: Event) -> None:
        name = f"event {number} ({event.command.name})"
        tick = event.macro_tick
        if event.command.engine not in self._world.engines:
            raise _DiffersError(Mismatch(tick, name, f"There is no engine “{event.command.engine}”."))
        now = self._world.engines[event.command.engine].tick
        if now != event.engine_tick:
            raise _DiffersError(
                Mismatch(tick, name, f"It is stamped engine tick {event.engine_tick}, not {now}.")
            )
        command = Command(event.command.engine, event.command.name, event.command.args, origin="replay")
        try:
            again = self._world.apply(command)
            self._look()
        except (TauscopeError, KeyError, TypeError) as error:
            raise _DiffersError(Mismatch(tick, name, f"It was refused. {error}")) from None
        if encode(again.result) != encode(event.result):
            detail = f"It returned {again.result!r} where {event.result!r} was recorded."
            raise _DiffersError(Mismatch(tick, name, detail))

    def _advance_to(self, tick: int, what: str) -> None:
        world = self._world
        if tick < world.macro_tick:
            detail = f"It is stamped tick {tick}, but the run already stands at tick {world.macro_tick}."
            raise _DiffersError(Mismatch(tick, what, detail))
        while world.macro_tick < tick:
            before = world.macro_tick
            world.advance(min(CHUNK_TICKS, tick - before))
            self._look()
            if world.macro_tick == before:
                detail = f"The run stands still at tick {before}, its last good state."
                raise _DiffersError(Mismatch(tick, what, detail))
            span = max(self._last - self._first, 1)
            self._progress(min((world.macro_tick - self._first) / span, 1.0), f"tick {world.macro_tick}")

    def _try_the_next_step(self, kept: dict[str, dict[str, str]]) -> None:
        """Let engines that had stopped at their last good state find that out, which is part of their state.

        The run that was recorded stood there because its next step was refused; one that is brought to the
        same tick has not tried it yet.
        """
        world, here = self._world, self._world.macro_tick
        if here < self._last or self._agree(kept):
            return
        before = world.state()
        world.advance(1)
        if world.macro_tick != here or not self._agree(kept):
            world.restore(before)

    def _agree(self, kept: dict[str, dict[str, str]]) -> bool:
        return all(hash_state(one.state()) == kept.get(key) for key, one in self._world.engines.items())

    def _look(self) -> None:
        news = self._watch.look(self._world)
        self._noticed += news.new
        self._missed += news.missed

    def _compare_notices(self) -> None:
        """See that the engines saw and did the same, as far as this run has come."""
        found = {(item.engine, item.notice.number): item for item in self._noticed}
        for item in self._file.notices():
            engine, notice = self._world.engines.get(item.engine), item.notice
            if engine is None or notice.tick > engine.tick:
                continue
            again = found.get((item.engine, notice.number))
            if again != item and not (again is None and self._missed):
                said = again.notice.sentence if again is not None else "nothing of the kind"
                detail = f"“{notice.sentence}” was recorded, and now {said}"
                raise _DiffersError(Mismatch(notice.tick, f"notice {notice.number} of {item.engine}", detail))

    def _compare_hashes(self, kept: dict[str, dict[str, str]], tick: int, what: str = "") -> None:
        for key, engine in self._world.engines.items():
            found = hash_state(engine.state())
            for name, expected in sorted(kept.get(key, {}).items(), key=lambda item: item[0] == "scalars"):
                if found.get(name, "") != expected:
                    array = name if len(self._world.engines) == 1 else f"{key}.{name}"
                    detail = (
                        f"The state hash is {found.get(name, 'missing')}, {expected or 'none'} was recorded."
                    )
                    raise _DiffersError(Mismatch(tick, f"{what}{array}", detail))

    def _compare_whole(self, stop: Stop) -> None:
        """Compare whole states too: arrays that an engine has only had since the start count in them."""
        for key, kept in (stop.whole or {}).items():
            engine = self._world.engines.get(key)
            found = whole_hash(hash_state(engine.state())) if engine is not None else "missing"
            if kept and found != kept:
                detail = f"The hash of the whole state is {found}, {kept} was recorded."
                raise _DiffersError(Mismatch(stop.tick, f"state of {key}", detail))

    def _compare_time(self, stop: Stop) -> None:
        kept, found = float(self._file.clock[stop.frame]), clock.moment(self._world)
        if self._file.counts == clock.counted(self._file.config) and kept != found:
            detail = f"It is {found!r}, {kept!r} was recorded."
            raise _DiffersError(Mismatch(stop.tick, "time axis", detail))

    def _compare_frame(self, stop: Stop) -> None:
        self._compare_time(stop)
        for dataset in self._file.fields:
            kept = self._file.frame(dataset, stop.frame)
            found = self._table_or_field(dataset, kept)
            detail = difference(kept, found)
            if detail:
                raise _DiffersError(Mismatch(stop.tick, dataset, detail))
        self._compare_scalars(stop)

    def _compare_scalars(self, stop: Stop) -> None:
        values = {key: engine.scalars() for key, engine in self._world.engines.items()}
        for series, rows in self._file.scalars.items():
            key, name = self._file.scalar_owner(series)
            kept, found = float(rows[stop.frame]), values[key].get(name, math.nan)
            if kept != found and not (math.isnan(kept) and math.isnan(found)):
                raise _DiffersError(Mismatch(stop.tick, series, f"It is {found!r}, {kept!r} was recorded."))

    def _table_or_field(self, dataset: str, kept: Array) -> Array:
        key, name = self._file.owner(dataset)
        if not tables.changes(self._file.fields[dataset].dims):
            return self._world.field(key, name)
        try:
            return tables.read(self._world, key, name, kept.shape)
        except ValueError:  # more rows than were recorded
            return self._world.field(key, name)

    def _notes(self) -> tuple[str, ...]:
        file = self._file
        notes = []
        modules = environment.engine_source(type(e).__module__ for e in self._world.engines.values())
        changed = environment.changed_modules(file.source(), modules)
        if changed:
            notes.append(f"The program has changed since: {', '.join(changed)}.")
        now, then = environment.environment(), file.environment
        if then.get("processor") != now["processor"]:
            notes.append(f"It was recorded on “{then.get('processor')}”, this is “{now['processor']}”.")
        old, new = then.get("versions", {}), now["versions"]
        other = [
            f"{name} {old[name]} → {new[name]}" for name in old if name in new and old[name] != new[name]
        ]
        if other:
            notes.append(f"Versions differ: {', '.join(other)}.")
        return tuple(notes)


def difference(kept: Array, found: Array) -> str:
    """First difference of two arrays, bit for bit, as a sentence; empty if there is none."""
    if kept.dtype != found.dtype or kept.shape != found.shape:
        return f"It is {found.dtype} {found.shape}, {kept.dtype} {kept.shape} was recorded."
    left, right = np.ascontiguousarray(kept), np.ascontiguousarray(found)
    if left.tobytes() == right.tobytes():
        return ""
    width = left.dtype.itemsize
    bits = [np.frombuffer(item.tobytes(), np.uint8).reshape(-1, width) for item in (left, right)]
    bad = (bits[0] != bits[1]).any(axis=1)
    first = np.unravel_index(int(np.argmax(bad)), left.shape)
    cell = ", ".join(str(int(index)) for index in first)
    count = int(bad.sum())
    now, recorded = right[first].item(), left[first].item()
    return f"At cell ({cell}) it is {now!r}, {recorded!r} was recorded; {count} cells differ."
