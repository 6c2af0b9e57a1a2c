"""Plans of runs without a window: what to run, what to write, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import platformdirs

from tauscope.app import checkpoint, placed
from tauscope.app.outputs import check_output, fresh
from tauscope.app.presets import Preset
from tauscope.app.probe_files import ENDINGS as PROBE_ENDINGS
from tauscope.app.slice_planes import ENGINE
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.probes import Probe
from tauscope.engine.world import World

DEFAULT_TICKS = 1000
FALLBACK_TICKS = 2000
FALLBACK_EVERY = 20


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
        What to say about the files, and about what was done to go on.
    events : tuple of mapping
        What the engines saw and did by themselves, oldest first: engine, number, tick, time, level, attempt,
        reason, action.
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
    events: tuple[Mapping[str, Any], ...] = ()


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
            snapshot = fresh(record.with_suffix(".png")) if has_picture(preset) else None
            return Plan(preset, FALLBACK_TICKS, record=record, snapshot=snapshot, every=FALLBACK_EVERY)
    raise refusal or BadInput("No folder can be written to.", key="recordings")


def has_picture(preset: Preset) -> bool:
    """Whether one of its engines has a lattice of rows and columns, or planes, that a picture can show."""
    engines = preset.setup().engines
    lattices = [placed.sides(member.config) is not None for member in engines.values()]
    return any(lattices) or ENGINE in engines


def refuse(plan: Plan) -> None:
    """Refuse what can be refused before anything is built.

    Raises
    ------
    BadInput
        A number out of range, a picture of what has no rows and columns, or a file that cannot be written.
    """
    if plan.snapshot is not None and not has_picture(plan.preset):
        raise BadInput(
            f"“{plan.preset.title}” has no field that a picture could show.",
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


def check_fields(world: World, plan: Plan) -> None:
    """Refuse a field that none of the engines has; raises BadInput."""
    known = set(world.specs(world.main))
    known |= {f"{key}:{name}" for key in world.engines if key != world.main for name in world.specs(key)}
    for name in plan.fields:
        if name.removeprefix(f"{world.main}:") not in known:
            raise unknown_name("field", name, known, key="--fields")
