"""Patterns of a recording: which there were at each frame, from its events, and where, from their table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from tauscope.app.pattern_looks import ENGINE, Floats, Look
from tauscope.app.pattern_outlines import outlines
from tauscope.app.recording import RecordingFile
from tauscope.engine.base import Array, Command
from tauscope.engine.events import Event
from tauscope.engine.gravity import editing
from tauscope.engine.gravity.config import GravityConfig, PatternConfig
from tauscope.engine.gravity.config_patterns import TRACED
from tauscope.engine.gravity.patterns import COLUMNS

TABLE = "patterns"
WAVE_FIELDS = ("psi", "pi")
MOST_POINTS = 1000
"""Points of a trail that are read at most; of more frames every second, fourth, … is."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What stood on the lattice between two events that changed it.

    Parameters
    ----------
    events : int
        Events of the recording before it.
    config : GravityConfig
        Patterns and worlds.
    begun : dict of str to (int, tuple)
        Events before each pattern began its trail, and the first point of that; none at the first frame.
    """

    events: int
    config: GravityConfig
    begun: dict[str, tuple[int, tuple[float, float, float] | None]]


@dataclass(frozen=True, slots=True)
class RecordedWaves:
    """Waves at a frame of a recording that holds psi and pi."""

    config: GravityConfig
    tick: int
    fields: Mapping[str, Array]

    def field_at(self, name: str, index: Any) -> Any:
        """Values of a field at rows and columns."""
        return self.fields[name][index]


class PatternHistory:
    """Where patterns were at any frame of a recording.

    Parameters
    ----------
    dataset : str
        Table of the patterns in the file.
    start, first, ratio : int
        Macro tick of the first frame, tick of the lattice there, and its ticks in a macro tick.
    stages : list of Stage
        In order; the first one is that of the first frame.
    waves : mapping
        Datasets of psi and pi, where they were recorded.
    """

    def __init__(
        self,
        dataset: str,
        start: int,
        first: int,
        ratio: int,
        stages: list[Stage],
        waves: Mapping[str, str],
    ) -> None:
        self._waves = waves
        self._dataset, self._start, self._first, self._ratio = dataset, start, first, ratio
        self._stages = stages
        self._tables: dict[int, Floats] = {}

    @classmethod
    def of(cls, file: RecordingFile) -> Self | None:
        """History of a recording; None where it holds no table of patterns.

        Raises
        ------
        BadInput
            An event that cannot be read, or does not fit what stood there.
        """
        for dataset in file.fields:
            key, field = file.owner(dataset)
            if field == TABLE and file.engines[key]["name"] == ENGINE:
                engine = file.engines[key]
                config = GravityConfig.load({**engine["config"], "sources": [], "capacity_map": None})
                start = int(file.config["start_tick"])
                waves = {
                    name: one for one in file.fields for name in WAVE_FIELDS if file.owner(one) == (key, name)
                }
                stages = _stages(file, key, config)
                return cls(dataset, start, int(engine["tick"]), int(engine["ratio"]), stages, waves)
        return None

    def stage(self, file: RecordingFile, index: int) -> Stage:
        """What stood on the lattice at a frame."""
        events = int(file.frame_events[index])
        return next(one for one in reversed(self._stages) if one.events <= events)

    def look(self, file: RecordingFile, index: int) -> Look:
        """All patterns at a frame; of no thread but one at a time."""
        stage = self.stage(file, index)
        present, trails = {}, {}
        for row, one in enumerate(stage.config.patterns):
            now = dict(zip(COLUMNS, (float(v) for v in self._table(file, index)[row]), strict=True))
            present[one.id] = {**now, "alive": float(_alive(stage.config, one, now["x"], now["y"]))}
            trails[one.id] = self._trail(file, index, stage, one)
        tick = self._tick(int(file.ticks[index]))
        lines = {}
        if len(self._waves) == len(WAVE_FIELDS) and any(one.is_wave for one in stage.config.patterns):
            fields = {name: file.frame(dataset, index) for name, dataset in self._waves.items()}
            lines = outlines(RecordedWaves(stage.config, tick, fields), present, trails)
        return Look(tick, present, trails, stage.config, lines)

    def _tick(self, macro: int) -> int:
        return self._first + (macro - self._start) * self._ratio

    def _trail(self, file: RecordingFile, index: int, stage: Stage, one: PatternConfig) -> Floats:
        events, point = stage.begun[one.id]
        first = int(np.searchsorted(file.frame_events, events))
        stride = 1 << max(0, math.ceil(math.log2((index - first + 1) / MOST_POINTS)))
        frames = [*(k for k in range(first, index) if k % stride == 0 or k == first), index]
        ids = [(k, self._row(file, k, one.id)) for k in frames]
        columns = ("count", "phase") if one.kind == "clock" else ("x", "y")
        a, b = (COLUMNS.index(name) for name in columns)
        tables = [(self._tick(int(file.ticks[k])), self._table(file, k)[row]) for k, row in ids]
        rows = [(float(tick), float(table[a]), float(table[b])) for tick, table in tables]
        return np.array(([point] if point is not None else []) + rows, np.float64).reshape(-1, 3)

    def _row(self, file: RecordingFile, index: int, name: str) -> int:
        return [one.id for one in self.stage(file, index).config.patterns].index(name)

    def _table(self, file: RecordingFile, index: int) -> Floats:
        if index not in self._tables:
            if len(self._tables) > 4 * MOST_POINTS:
                self._tables.clear()
            self._tables[index] = np.asarray(file.frame(self._dataset, index), np.float64)
        return self._tables[index]


def _stages(file: RecordingFile, key: str, config: GravityConfig) -> list[Stage]:
    """Every set of patterns that a recording went through."""
    found = [Stage(0, config, {one.id: (0, None) for one in config.patterns})]
    for number, line in enumerate(file.event_lines(), start=1):
        if "_pattern" not in line and "set_worlds" not in line:
            continue
        event = Event.from_json(line)
        if event.command.engine != key:
            continue
        before = found[-1]
        after = changed(before.config, event.command, event.result)
        if after == before.config:
            continue
        begun = dict(before.begun)
        known = {one.id: one for one in before.config.patterns}
        for one in after.patterns:
            old = known.get(one.id)
            counts_on = old is not None and old.kind == one.kind and one.kind in ("clock", "agent")
            if old is None or (old.start != one.start and not counts_on):
                place = (float(event.engine_tick), one.x, one.y)
                begun[one.id] = (number, None if one.kind == "clock" else place)
        found.append(Stage(number, after, begun))
    return found


def changed(config: GravityConfig, command: Command, result: Any = None) -> GravityConfig:
    """Patterns and worlds after a command of the lattice; other commands change nothing here.

    Raises
    ------
    BadInput
        If it is refused.
    """
    args: dict[str, Any] = dict(command.args)
    if command.name == "add_pattern":
        return editing.with_pattern(config, {**args, "id": args.get("id") or str(result)})[0]
    if command.name in ("move_pattern", "update_pattern"):
        args = {name: value for name, value in args.items() if value is not None or name == "extent"}
        return editing.with_changed_pattern(config, args.pop("id"), args)
    if command.name == "remove_pattern":
        return editing.without_pattern(config, args["id"])
    if command.name == "set_patterns":
        return editing.with_patterns(config, args["patterns"])
    if command.name == "set_worlds":
        return editing.with_worlds(config, args["worlds"], (), args.get("patterns"))
    return config


def _alive(config: GravityConfig, one: PatternConfig, x: float, y: float) -> bool:
    """Whether a pattern is on the lattice: what fell over a sink's edge is kept where it did."""
    if one.kind not in TRACED or config.boundary in ("periodic", "reflective"):
        return True
    on_edge = x in (-0.5, config.nx - 0.51) or y in (-0.5, config.ny - 0.51)
    off = math.hypot(x - (config.nx - 1) / 2, y - (config.ny - 1) / 2)
    return not (on_edge or (config.boundary == "disc" and off > config.sink_radius))
