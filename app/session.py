"""Sessions: one file that holds a set-up, where its run stands to the last bit, and how the window showed it.

A session is a recording of one frame (`app.recording.layout`) with ``/session/document_json`` beside it:
whatever reads recordings reads the state of a session as well, with the same checks against damaged files.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import h5py

from tauscope.app import memory_check
from tauscope.app.document import Content, content_of
from tauscope.app.outputs import check_output
from tauscope.app.recording import RecordingFile, clock, layout, views
from tauscope.app.recording.checks import check_is_hdf5
from tauscope.app.recording.plan import FrameItem, Plan
from tauscope.app.recording.planning import make_plan
from tauscope.app.recording.rerun import build_world
from tauscope.app.recording.vetting import open_vetted, remember
from tauscope.app.recording.writer import RecordingWriter
from tauscope.app.storage import replacing
from tauscope.engine.errors import BadInput, TauscopeError
from tauscope.engine.events import Event, EventLog
from tauscope.engine.probes import Probe
from tauscope.engine.world import World
from tauscope.widgets.state import SliceOptions, ViewOptions

log = logging.getLogger(__name__)

SUFFIX = ".tauscope"
FORMAT = "tauscope-session"
VERSION = 1
"""Of `/session/document_json`; a reader refuses a greater one."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run was made from at tick 0: with the event log it gives the run again.

    Parameters
    ----------
    engine : str
        Engine name, of the main engine where several run.
    config : mapping
        Configuration at tick 0.
    seed : int
        Seed of every random stream.
    device : str
        Where it runs.
    companions : mapping
        Configurations of the other engines at tick 0, by name.
    ticks : mapping of str to int
        Ticks of each engine in one macro tick, where they are not 1.
    couplings : sequence of mapping
        Descriptions of the couplings.
    """

    engine: str
    config: Mapping[str, Any]
    seed: int = 1
    device: str = "cpu"
    companions: Mapping[str, Any] = field(default_factory=dict)
    ticks: Mapping[str, int] = field(default_factory=dict)
    couplings: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, content: Content) -> Origin:
        """Of a document whose run starts at tick 0."""
        made = content.focused(content.main)
        return cls(
            made.engine,
            made.config.dump(),
            made.seed,
            companions={key: config.dump() for key, config in made.others.items()},
            ticks=dict(made.ticks),
            couplings=tuple(coupling.dump() for coupling in made.couplings),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A world as it stands between two ticks, private to whoever took it.

    Parameters
    ----------
    plan : Plan
        State of every engine, configuration, versions.
    frame : FrameItem
        Fields and scalars for readers of recordings.
    events : tuple of Event
        Every command since tick 0.
    """

    plan: Plan
    frame: FrameItem
    events: tuple[Event, ...]

    @classmethod
    def of(cls, world: World) -> Moment:
        """Moment of a world; to be called where the world advances."""
        plan = make_plan(world, (), 1, 1, "", "")
        values = {key: engine.scalars() for key, engine in world.engines.items()}
        frame = FrameItem(
            tick=world.macro_tick,
            time=clock.moment(world),
            events=0,
            dropped=0,
            arrays=tuple(world.field(item.engine, item.field) for item in plan.fields),
            scalars=tuple(values[item.engine].get(item.scalar, math.nan) for item in plan.scalars),
        )
        return cls(plan, frame, world.events.since(0))


@dataclass(frozen=True, slots=True)
class Session:
    """What a session file holds.

    Parameters
    ----------
    content : Content
        The document.
    tick : int
        Macro tick at which the run stands.
    state : mapping
        Checkpoint of the world, as `World.restore` takes it.
    events : tuple of Event
        Every command since tick 0.
    origin : Origin or None
        What the run was made from.
    window : mapping
        JSON of the window: layout, cameras, speed, condition.
    path : Path
        The file.
    """

    content: Content
    tick: int
    state: Mapping[str, Any]
    events: tuple[Event, ...] = ()
    origin: Origin | None = None
    window: Mapping[str, Any] = field(default_factory=dict)
    path: Path = Path()


@dataclass(slots=True, eq=False, weakref_slot=True)
class Parked:
    """A run that was put aside, to come back as it stands.

    Parameters
    ----------
    world : World
        Its world, which belongs to the simulation thread.
    origin : Origin or None
        What it was made from.
    kept : bool
        Whether it can come back; for the GUI thread.
    """

    world: World
    origin: Origin | None = None
    kept: bool = True

    def release(self) -> None:
        """Let its memory go."""
        self.world = World({})


def save(
    path: Path,
    content: Content,
    moment: Moment,
    *,
    origin: Origin | None = None,
    window: Mapping[str, Any] | None = None,
    over: bool = False,
) -> Path:
    """Write a session: under a temporary name first, so that an older file of that name is never lost.

    Parameters
    ----------
    path : Path
        File to write.
    content : Content
        The document.
    moment : Moment
        Where the run stands.
    origin : Origin, optional
        What the run was made from.
    window : mapping, optional
        JSON of the window.
    over : bool
        Whether a file of that name is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    BadInput
        The file exists and may not be replaced, or its folder or disk refuses it.
    """
    path = path.absolute()
    if not over:
        check_output(path, "path")
    document = {
        "format": FORMAT,
        "version": VERSION,
        "tauscope": metadata.version("tauscope"),
        "content": dump_content(content),
        "origin": asdict(origin) if origin is not None else None,
        "events": [event.to_json() for event in moment.events],
        "window": dict(window or {}),
    }
    with replacing(path, "session", over=over) as part:
        plan = replace(moment.plan, title=content.title or moment.plan.title)
        part.write_bytes(_InMemory(part, plan).whole(moment.frame, document))
    remember(path)
    return path


class _InMemory(RecordingWriter):
    """Writes into memory: the HDF5 library crashes when it closes a file on a disk that is full."""

    def whole(self, frame: FrameItem, document: Mapping[str, Any]) -> bytes:
        """Bytes of the closed file."""
        self.append_hashes(frame.tick, 0, self._plan.initial)
        self.append_frame(frame)
        self.flush()
        layout.write_json(self._file, layout.SESSION, document)
        views.complete(self._file)
        self.close()
        return self._stream.getvalue()

    def _create(self, path: Path) -> Any:
        self._stream = io.BytesIO()
        return h5py.File(self._stream, "w", libver=layout.LIBVER)

    def _begin(self) -> None:
        """Nobody reads it meanwhile."""

    def _sync(self) -> None:
        """There is no disk yet."""


def load(path: Path) -> Session:
    """Session of a file; nothing in it is executed, and sizes are checked before anything is read.

    Raises
    ------
    BadInput
        Missing, no session, damaged, from a newer version, or with a configuration that its engine refuses.
    """
    check_is_hdf5(path, "session", SUFFIX)
    with open_vetted(path) as file:
        document = file.session()
        if document is None:
            raise refused(
                path, "is a recording, not a session", "Open it as a recording (File > Open recording)."
            )
        _check_version(path, document)
        try:
            return _session(file, document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, TauscopeError):
                raise
            log.warning("%s holds no whole session: %s: %s", path, type(error).__name__, error)
            reason = "is damaged: what it says of its run cannot be read"
            raise refused(path, reason, "Use a copy of it.") from error


def open_run(path: Path) -> tuple[Session, World]:
    """Session of a file, and its world, standing at its tick with its event log; it goes on bit for bit.

    Raises
    ------
    BadInput
        As `load`, or a state that does not fit its configuration.
    """
    session = load(path)
    with RecordingFile(path) as file:
        world = build_world(file)
    try:
        world.restore(session.state)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, TauscopeError):
            raise
        log.warning("The state in %s was refused: %s: %s", path, type(error).__name__, error)
        missing = f" (“{error.args[0]}” is missing)" if isinstance(error, KeyError) else ""
        why = f"holds a state that does not fit its set-up{missing}"
        raise refused(path, why, "Use a copy of it.") from error
    world.events = EventLog(session.events)
    return session, world


def world_of(path: Path) -> World:
    """World of a session; see `open_run`."""
    return open_run(path)[1]


def check(path: Path) -> None:
    """Refuse a file that is no session, without building its world."""
    load(path)


def refused(path: Path, why: str, remedy: str) -> BadInput:
    """Error about a session file."""
    return BadInput(f"“{path.name}” {why}.", key="path", value=str(path), remedy=remedy)


def dump_content(content: Content) -> dict[str, Any]:
    """JSON of a document."""
    return {
        "engine": content.engine,
        "config": content.config.dump(),
        "seed": content.seed,
        "views": {key: asdict(view) for key, view in content.views.items()},
        "preset": content.preset,
        "title": content.title,
        "probes": [asdict(probe) for probe in content.probes],
        "others": {key: config.dump() for key, config in content.others.items()},
        "main": content.main,
        "ticks": dict(content.ticks),
        "couplings": [coupling.dump() for coupling in content.couplings],
        "slices": {key: asdict(options) for key, options in content.slices.items()},
    }


def load_content(data: Mapping[str, Any]) -> Content:
    """Document of its JSON; entries of views, slices and probes that this version does not know are left out.

    Raises
    ------
    BadInput
        Unknown engine or refused configuration.
    """
    content = content_of(
        str(data["engine"]),
        data["config"],
        seed=int(data["seed"]),
        views={str(key): known(ViewOptions, view) for key, view in data["views"].items()},
        preset=str(data["preset"]),
        title=str(data["title"]),
        companions=data.get("others") or {},
        ticks={str(key): int(count) for key, count in (data.get("ticks") or {}).items()},
        couplings=data.get("couplings") or (),
    )
    main = str(data.get("main") or "")
    return replace(
        content,
        probes=tuple(known(Probe, probe) for probe in data["probes"]),
        main_engine=main if main in content.others else "",
        slices={
            str(key): known(SliceOptions, options) for key, options in (data.get("slices") or {}).items()
        },
    )


def known(kind: type[Item], data: Mapping[str, Any]) -> Item:
    """Frozen data of a kind from JSON, without the entries that it does not have."""
    names = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    return kind(**{key: _frozen(value) for key, value in data.items() if key in names})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _session(file: RecordingFile, document: Mapping[str, Any]) -> Session:
    content = load_content(document["content"])
    memory_check.refuse(content.setup())
    kept = document["origin"]
    running = {key: str(item["name"]) for key, item in file.engines.items()}
    if running != {key: key for key in content.configs}:
        raise refused(
            file.path,
            f"holds a state of {', '.join(running.values())} and a set-up of {', '.join(content.configs)}",
            "It was edited.",
        )
    tick = int(file.config["start_tick"])
    return Session(
        content=content,
        tick=tick,
        state={"macro_tick": tick, "engines": file.initial()},
        events=tuple(Event.from_json(str(line)) for line in document["events"]),
        origin=known(Origin, kept) if isinstance(kept, Mapping) else None,
        window=dict(document["window"]),
        path=file.path,
    )


def _check_version(path: Path, document: Any) -> None:
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise refused(path, "holds no session that can be read", "It was edited or is damaged.")
    version = document.get("version")
    if not isinstance(version, int) or version > VERSION:
        made = document.get("tauscope", "a newer version")
        raise refused(
            path,
            f"was saved by a newer Tauscope ({made}, session format {version}; this one reads {VERSION})",
            "Install the newer version to open it.",
        )
