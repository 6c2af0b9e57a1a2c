"""Driving a world with a recorder, as the loop does, and editing a closed recording, as somebody might."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tauscope.app.recording import Recorder, layout
from tauscope.engine.base import Command
from tauscope.engine.world import World


def drive(world: World, recorder: Recorder, ticks: int, events: Mapping[int, Command] | None = None) -> None:
    """Advance a world to ``ticks``, sampling when due and applying commands before their tick."""
    waiting = dict(sorted((events or {}).items()))
    while world.macro_tick < ticks:
        if world.macro_tick in waiting:
            world.apply(waiting.pop(world.macro_tick))
        due = recorder.next_due(world.macro_tick)
        stops = [ticks, *waiting, *([] if due is None else [due])]
        world.advance(min(stop for stop in stops if stop > world.macro_tick) - world.macro_tick)
        if recorder.next_due(world.macro_tick - 1) == world.macro_tick:
            recorder.sample(world)


def edit_event(
    path: Path, number: int, change: Callable[[dict[str, Any]], None], *, chain: bool = False
) -> None:
    """Change one event of a closed recording; ``chain`` forges the running hash as well."""
    from tauscope.app.recording.writer import link

    with h5py.File(path, "r+") as file:
        ends = file[layout.EVENT_END][:]
        log = file[layout.EVENT_LOG][:].tobytes()
        lines = log.decode().splitlines()
        event = json.loads(lines[number])
        change(event)
        lines[number] = json.dumps(event, sort_keys=True)
        data = "".join(f"{line}\n" for line in lines).encode()
        file[layout.EVENT_LOG].resize(len(data), axis=0)
        file[layout.EVENT_LOG][:] = np.frombuffer(data, np.uint8)
        file[layout.EVENT_END][:] = np.cumsum([len(line.encode()) + 1 for line in lines])
        assert len(ends) == len(lines)
        if chain:
            running = b""
            for row, line in enumerate(lines):
                running = link(running, line)
                file[layout.EVENT_CHAIN][row] = running
