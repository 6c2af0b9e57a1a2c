"""The oracle of a recording: its series, the events of SCRAM, and what the banner said at a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tauscope.app import scram_alarm
from tauscope.app.oracle_sampler import ENGINE
from tauscope.app.recording import RecordingFile
from tauscope.engine.notices import Notice
from tauscope.engine.ufie.scram import ScramStatus
from tauscope.widgets.labs.ufie.oracle import NAMES, Floats
from tauscope.widgets.labs.ufie.scram_banner import Alarm
from tauscope.widgets.plots.chart import Mark


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a recording tells at a frame.

    Parameters
    ----------
    path : str
        The recording.
    tick : int
        Tick of the wave at the frame.
    times : float64 array [frames]
        Places of the frames.
    label : str
        What these are.
    values : mapping of str to float64 array [frames]
        Scalars by name.
    events : tuple of Notice
        All of them, oldest first.
    marks : tuple of Mark
        Their places.
    alarm : Alarm or None
        What the banner says at the frame.
    """

    path: str
    tick: int
    times: Floats
    label: str
    values: Mapping[str, Floats]
    events: tuple[Notice, ...]
    marks: tuple[Mark, ...]
    alarm: Alarm | None

    def passed(self, before: Recorded | None) -> list[Notice]:
        """Events between another frame and this one; none where it goes back."""
        same = before is not None and before.path == self.path
        since = before.tick if same and before is not None else -1
        return [event for event in self.events if since < event.tick <= self.tick]


def read_recorded(file: RecordingFile, index: int) -> Recorded | None:
    """Series and events of a recording of the wave; None of another. Not for the GUI thread."""
    if ENGINE not in file.engines or not file.frames:
        return None
    prefix = f"{ENGINE}." if len(file.engines) > 1 else ""
    scalars = {
        name.removeprefix(prefix): values
        for name, values in file.scalars.items()
        if name.startswith(prefix) and len(values) == file.frames
    }
    values = {name: np.asarray(scalars[name]) for name in NAMES if name in scalars}
    events = tuple(item.notice for item in file.notices() if item.engine == ENGINE)
    entry = file.engines[ENGINE]
    first, ratio = int(entry.get("tick", 0)), int(entry.get("ratio", 1))
    ticks = first + (np.asarray(file.ticks, np.int64) - int(file.config.get("start_tick", 0))) * ratio
    # Times of a recording are those of the main engine.
    is_main = next(iter(file.engines)) == ENGINE
    times = np.asarray(file.times if is_main else ticks, np.float64)
    place = {event.number: event.time if is_main else float(event.tick) for event in events}
    marks = tuple(
        Mark(place[e.number], scram_alarm.COLORS.get(e.level, "muted"), scram_alarm.told(e)) for e in events
    )
    tick = int(ticks[index])
    status = _status(scalars, index)
    alarm = scram_alarm.alarm_of([event for event in events if event.tick <= tick], status)
    label = "t / s" if is_main else "step"
    return Recorded(str(file.path), tick, times, label, values, events, marks, alarm)


def _status(scalars: Mapping[str, Floats], index: int) -> ScramStatus:
    """Where the policy stood at a frame, as far as scalars tell."""
    level, attempts, gain, step = (
        float(scalars[name][index]) if name in scalars else default
        for name, default in (
            ("scram_level", 0.0),
            ("scram_attempts", 0.0),
            ("drive_gain", 1.0),
            ("step_size", 0.0),
        )
    )
    return ScramStatus(min(max(int(level), 0), 3), int(attempts), gain, step)
