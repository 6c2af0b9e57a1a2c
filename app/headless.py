"""Runs without a window: a preset advanced by whole ticks, with recording, log, checkpoint and picture."""

from __future__ import annotations

import contextlib
import csv
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import IO, Any, Literal, TypeVar

import platformdirs

from tauscope.app import checkpoint
from tauscope.app.outputs import check_output, folder_of, fresh
from tauscope.app.presets import Preset, PresetView
from tauscope.app.probe_files import ENDINGS as PROBE_ENDINGS
from tauscope.app.probe_files import ProbeLog
from tauscope.app.stack_log import ENGINE as STACK_ENGINE
from tauscope.app.stack_log import StackLog
from tauscope.engine.base import BlowUp, Command, Engine, Limits, hash_state
from tauscope.engine.errors import BadInput, TauscopeError, unknown_name
from tauscope.engine.loop import Tracker, unchecked
from tauscope.engine.probes import Probe
from tauscope.engine.world import World

Value = TypeVar("Value")

CHUNK_SECONDS = 0.1
GOOD_EVERY_SECONDS = 1.0
DEFAULT_TICKS = 1000
FALLBACK_TICKS = 2000
FALLBACK_EVERY = 20
DEFAULT_CMAPS = {"sequential": "viridis", "diverging": "vik", "cyclic": "twilight"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run and what to write.

    Parameters
    ----------
    preset : Preset
        Where it starts, changed entries included.
    ticks : int
        Macro ticks to do.
    seed : int
        Seed of every random stream.
    device : str
        ``cpu``, ``cuda`` or ``auto``.
    every : int
        Ticks between two recorded frames and two rows of the log.
    log_every : int or None
        Ticks between two rows of the log, where they are others.
    log_goes_on : bool
        Whether the log holds the rows of other seeds already, and these follow.
    fields : tuple of str
        Fields to record, of companions as ``engine:field``; empty for the recorder's choice.
    record, snapshot, log, state : Path or None
        Files to write.
    probes : tuple of Probe
        What to sample.
    probe_out : Path or None
        File of their samples.
    probe_every : int
        Ticks between two samples of the probes.
    start : Checkpoint or None
        Where to go on from.
    changes : mapping of str to object
        Live parameters changed there, by dotted path.
    """

    preset: Preset
    ticks: int = DEFAULT_TICKS
    seed: int = 1
    device: str = "cpu"
    every: int = 10
    log_every: int | None = None
    log_goes_on: bool = False
    fields: tuple[str, ...] = ()
    record: Path | None = None
    snapshot: Path | None = None
    log: Path | None = None
    state: Path | None = None
    probes: tuple[Probe, ...] = ()
    probe_out: Path | None = None
    probe_every: int = 1
    start: checkpoint.Checkpoint | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    status : str
        ``done``, ``interrupted`` or ``blow-up``.
    tick : int
        Macro tick at the end.
    time : float
        Time of the main engine.
    ticks : int
        Macro ticks done.
    seconds : float
        Wall clock.
    scalars : mapping
        Scalars at the end; those of companions as ``engine.scalar``.
    hashes : mapping
        blake2b-16 of every array of the state; those of companions as ``engine.array``.
    files : mapping
        Files written, by purpose.
    message : str
        Sentence about a blow-up.
    notes : tuple of str
        What to say about the files.
    """

    status: Literal["done", "interrupted", "blow-up"]
    tick: int
    time: float
    ticks: int
    seconds: float
    scalars: Mapping[str, float]
    hashes: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    notes: tuple[str, ...] = ()


class SeriesLog:
    """Tracker that writes every scalar to a CSV file: ``tick,time,…``, one row a sample.

    Parameters
    ----------
    path : Path
        New file.
    every : int
        Ticks between two rows, counted from the first.

    Raises
    ------
    BadInput
        If the file exists or cannot be made.
    """

    def __init__(self, path: Path, every: int) -> None:
        check_output(path, "--log", makes_folder=True)
        self.path = path
        self._every = every
        self._start = 0
        self._file: IO[str] | None = None
        self._columns: list[str] = []
        self._flushed = 0.0

    def start(self, world: World) -> None:
        """Write the header and the first row."""
        folder_of(self.path, "--log")
        self._file = self.path.open("x", encoding="utf-8", newline="")
        self._start = world.macro_tick
        self._columns = list(next(iter(world.engines.values())).scalars())
        self._write(["tick", "time", *self._columns])
        self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval after the start."""
        return self._start + ((macro_tick - self._start) // self._every + 1) * self._every

    def sample(self, world: World) -> None:
        """Write a row."""
        engine = next(iter(world.engines.values()))
        values = engine.scalars()
        self._write([str(world.macro_tick), repr(engine.time), *(repr(values[c]) for c in self._columns)])

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, row: list[str]) -> None:
        if self._file is None:
            raise TauscopeError(f"The log {self.path} is closed.")
        csv.writer(self._file, lineterminator="\n").writerow(row)
        if time.monotonic() - self._flushed > 0.5:
            self._file.flush()
            self._flushed = time.monotonic()


class _Guarded:
    """Tracker whose trouble with its file ends the run in order, so that the run's state can be kept.

    Parameters
    ----------
    tracker : SeriesLog, StackLog or ProbeLog
        Whose file may be refused by the disk at any time.
    failed : callable
        Told of the trouble, once.
    """

    def __init__(
        self, tracker: SeriesLog | StackLog | ProbeLog, failed: Callable[[BaseException, str], None]
    ) -> None:
        self._tracker, self._failed = tracker, failed
        self._ended = False
        self.light = getattr(tracker, "light", False)

    def next_due(self, macro_tick: int) -> int | None:
        """As the tracker, until its file fails."""
        return None if self._ended else self._tracker.next_due(macro_tick)

    def sample(self, world: World) -> None:
        """Let it take its sample."""
        self._try(lambda: self._tracker.sample(world))

    @property
    def note(self) -> str:
        """What to say about its file, "" where it is as asked for."""
        return str(getattr(self._tracker, "note", ""))

    def close(self) -> None:
        """Let it write the rest."""
        self._try(self._tracker.close)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            if not self._ended:
                self._ended = True
                path = str(self._tracker.path)
                self._failed(TauscopeError(f"{path} cannot be written ({error.strerror or error})."), path)


def run(plan: Plan, on_tick: Callable[[int], None] | None = None) -> Outcome:
    """Run a plan to its end, a blow-up or an interruption; files are closed in each case.

    SIGINT and SIGTERM end it after the present chunk when it runs on the main thread.

    Raises
    ------
    BadInput
        Before anything has run: refused configuration, unknown field, a file that exists, a folder
        that cannot be written to.
    """
    _refuse(plan)
    world = _world(plan)
    _check_fields(world, plan)
    files: dict[str, str] = {}
    failures: list[tuple[BaseException, str]] = []
    started = time.perf_counter()
    first = world.macro_tick
    with contextlib.ExitStack() as stack, _interruptible() as stop:
        trackers = _open(plan, world, stack, files, failures, stop)
        found, good = drive(world, plan.ticks, trackers, on_tick, stop)
    if failures:
        # What the run has reached is worth as much as before; only a file is not what was asked for.
        error, path = failures[0]
        kept = ""
        if plan.state is not None:
            with contextlib.suppress(BadInput, OSError):  # the same disk, most likely, and told already
                _save_end(plan, world, files, whole=False)
                kept = f" The state of tick {world.macro_tick} is in {plan.state}."
        what = "recording" if path == str(plan.record) else "run"
        raise TauscopeError(f"The {what} ended early. {error}", f"What was saved is in {path}.{kept}")
    ended = stop.is_set() and world.macro_tick < first + plan.ticks
    message = ""
    if found is not None:
        message = f"{found.sentence()} {_save_good(plan, world, good, files)}"
    else:
        _save_end(plan, world, files, whole=not ended)
    engine = world.engine(world.main)
    scalars = {} if found is not None else _named(world, lambda one: one.scalars())
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
        notes=tuple(t.note for t in trackers if isinstance(t, _Guarded) and t.note),
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
) -> tuple[BlowUp | None, Mapping[str, Any]]:
    """Advance a world, sampling trackers at their ticks; ends early at a blow-up or when ``stop`` is set.

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
        world.advance(min([end, here + chunk, *(d for d, _ in wishes)]) - here)
        due = [tracker for tick, tracker in wishes if tick == world.macro_tick]
        whole = world.macro_tick == end or not due or not unchecked(due) or before - checked > CHUNK_SECONDS
        if whole:
            checked = before
            found = world.check()
            if found is not None:
                return found, good
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


def fallback_plan(preset: Preset, now: datetime | None = None) -> Plan:
    """Plan of a start without a display: the preset, recorded and pictured under fresh names.

    Files go to ``recordings`` under the present folder, or, where that cannot be written to, under
    the user's documents.

    Raises
    ------
    BadInput
        If neither folder can be written to.
    """
    stem = f"{preset.name or 'run'}-{(now or datetime.now()):%Y%m%d-%H%M%S}"
    refusal: BadInput | None = None
    for folder in (Path.cwd() / "recordings", Path(platformdirs.user_documents_dir()) / "Tauscope"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            record = fresh(folder / f"{stem}.h5")
            check_output(record, "recordings")
        except OSError as error:
            refusal = BadInput(
                f"The folder {folder} cannot be made: {error.strerror}.",
                key="recordings",
                value=str(folder),
                remedy="Start in a folder of your own.",
            )
        except BadInput as error:
            refusal = error
        else:
            snapshot = fresh(record.with_suffix(".png")) if _has_lattice(preset) else None
            return Plan(preset, FALLBACK_TICKS, record=record, snapshot=snapshot, every=FALLBACK_EVERY)
    raise refusal or BadInput("No folder can be written to.", key="recordings")


def _has_lattice(preset: Preset) -> bool:
    """Whether one of its engines has a lattice of rows and columns, of which there are pictures."""
    configs = [member.config for member in preset.setup().engines.values()]
    return any({"nx", "ny"} <= type(config).model_fields.keys() for config in configs)


def _refuse(plan: Plan) -> None:
    """Refuse what can be refused before anything runs."""
    if plan.snapshot is not None and not _has_lattice(plan.preset):
        raise BadInput(
            f"“{plan.preset.title}” has no field of rows and columns that a picture could show.",
            key="--snapshot",
            value=str(plan.snapshot),
            remedy="Record it with --record, and take the picture in the window.",
        )
    for key, value in (
        ("--ticks", plan.ticks),
        ("--every", plan.every),
        ("--probe-every", plan.probe_every),
    ):
        if value < 1:
            raise BadInput(f"{key} is {value}.", key=key, value=value, allowed="1, 2, …")
    outputs = {
        "--record": (plan.record, (".h5",)),
        "--snapshot": (plan.snapshot, (".png",)),
        "--log": (plan.log, ()),
        "--state": (plan.state, (".npz",)),
        "--probe-out": (plan.probe_out, PROBE_ENDINGS),
    }
    given: dict[Path, str] = {}
    for key, (path, endings) in outputs.items():
        if path is None:
            continue
        if not (key == "--log" and plan.log_goes_on):
            check_output(path, key, endings, makes_folder=key == "--log")
        for file in (path, *_beside(key, path)):
            if file != path:
                check_output(file, key)
            if file.absolute() in given:
                raise BadInput(
                    f"{given[file.absolute()]} and {key} would both write {file}.",
                    key=key,
                    value=str(path),
                    remedy="Choose two names.",
                )
            given[file.absolute()] = key


def _beside(key: str, path: Path) -> list[Path]:
    """Files that are written beside an output: the data of a picture."""
    return [path.with_suffix(".npz")] if key == "--snapshot" else []


def _world(plan: Plan) -> World:
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


def _check_fields(world: World, plan: Plan) -> None:
    known = set(world.specs(world.main))
    known |= {f"{key}:{name}" for key in world.engines if key != world.main for name in world.specs(key)}
    for name in plan.fields:
        if name.removeprefix(f"{world.main}:") not in known:
            raise unknown_name("field", name, known, key="--fields")


def _save_good(plan: Plan, world: World, good: Mapping[str, Any], files: dict[str, str]) -> str:
    """Save the last state that passed every check, and say where."""
    name = plan.preset.name or "run"
    kept = checkpoint.of(world, name, good)
    path = plan.state or fresh(Path.cwd() / f"{name}-tick{kept.tick}.npz")
    try:
        checkpoint.save(path, kept)
    except (BadInput, OSError):  # the folder went read-only or full meanwhile; the state is worth another try
        path = fresh(Path(tempfile.gettempdir()) / path.name)
        checkpoint.save(path, kept)
    files["state"] = str(path)
    return f"The last good state, of tick {kept.tick}, is in {path}."


def _save_end(plan: Plan, world: World, files: dict[str, str], *, whole: bool) -> None:
    """Write the checkpoint, and the picture of a run that came to its end."""
    if plan.state is not None:
        checkpoint.save(plan.state, checkpoint.of(world, plan.preset.name))
        files["state"] = str(plan.state)
    if plan.snapshot is not None and whole:
        picture, data = _save_picture(plan.snapshot, plan, world)
        files["snapshot"], files["data"] = str(picture), str(data)


def _save_picture(path: Path, plan: Plan, world: World) -> tuple[Path, Path]:
    """Picture of the field that the preset shows first, with its data beside it."""
    from tauscope.app.snapshot import save_snapshot

    offered = {key: world.specs(key) for key in world.engines}
    key = next(k for k, specs in offered.items() if any(spec.dims == ("y", "x") for spec in specs.values()))
    specs, engine = offered[key], world.engine(key)
    asked = [name.rpartition(":")[2] for name in plan.fields]
    wanted = [*asked, *plan.preset.views, *specs]
    name = next(field for field in wanted if field in specs and len(specs[field].dims) == 2)
    view = plan.preset.views.get(name, PresetView())
    array = world.field(key, name)
    found = Limits.of(array)
    limits = (found.low if view.low is None else view.low, found.high if view.high is None else view.high)
    if view.autoscale == "symmetric":
        center = specs[name].center or 0.0
        reach = max(abs(found.low - center), abs(found.high - center))
        limits = (center - reach, center + reach)
    return save_snapshot(
        path,
        array,
        specs[name],
        engine=key,
        config=engine.config.dump(),
        seed=engine.seed,
        tick=world.macro_tick,
        time=engine.time,
        cmap=view.cmap or DEFAULT_CMAPS[specs[name].palette],
        limits=limits,
        title=plan.preset.title,
    )


def _open(
    plan: Plan,
    world: World,
    stack: contextlib.ExitStack,
    files: dict[str, str],
    failures: list[tuple[BaseException, str]],
    stop: threading.Event,
) -> list[Tracker]:
    """Open the log, the probes' file and the recording; the stack closes them whatever happens."""
    trackers: list[Tracker] = []

    def failed(error: BaseException, path: str) -> None:
        failures.append((error, path))
        stop.set()

    if plan.log is not None:
        series = _log_of(plan, plan.log)
        guarded = _Guarded(series, failed)
        stack.callback(guarded.close)
        series.start(world)
        trackers.append(guarded)
        files["log"] = str(plan.log)
    if plan.probe_out is not None:
        key, engine = world.main, world.engine(world.main)
        metadata = {"engine": key, "preset": plan.preset.name, "seed": engine.seed}
        metadata["config"] = engine.config.dump()
        probes = ProbeLog(plan.probe_out, plan.probes, plan.probe_every, metadata)
        guarded = _Guarded(probes, failed)
        stack.callback(guarded.close)
        probes.start(world)
        trackers.append(guarded)
        files["probes"] = str(plan.probe_out)
    if plan.record is not None:
        from tauscope.app.recording import Recorder

        target = str(plan.record)
        recorder = Recorder(
            plan.record,
            fields=plan.fields,
            every=plan.every,
            on_error=lambda error: failed(error, target),
            title=plan.preset.title,
        )
        recorder.start(world)
        stack.callback(recorder.close)
        trackers.append(recorder)
        files["record"] = str(plan.record)
    return trackers


def _log_of(plan: Plan, path: Path) -> SeriesLog | StackLog:
    """Log of the scalars, or that of the learning loop where phase oscillators run."""
    every = plan.log_every or plan.every
    if plan.preset.engine != STACK_ENGINE:
        return SeriesLog(path, every)
    from tauscope.app.stack_choice import assessed

    return StackLog(path, every, plan.preset.name, plan.log_goes_on, assessed)


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
