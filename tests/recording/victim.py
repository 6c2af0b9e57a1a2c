"""A process that records at full speed and is killed; its arguments: file, engine, seconds until it closes.

It prints, some fifty times a second, a clock shared with the killer, and the frames handed over and saved.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tauscope.app import presets
from tauscope.app.recording import Recorder
from tauscope.engine.base import Command
from tauscope.engine.world import World

CONFIGS: dict[str, dict[str, Any]] = {
    "toy": {"nx": 48, "ny": 32},
    "gravity": {
        "nx": 48,
        "ny": 48,
        "boundary": "absorbing",
        "sources": [{"kind": "gaussian", "x": 20, "y": 20, "strength": 4e-3, "width": 3}],
    },
}
COUPLED = "redshifted_clocks"
"""Preset of two engines that stands for an engine's name."""
FIELDS = {
    "toy": ("u", "visits"),
    "gravity": ("f", "tau"),
    COUPLED: ("theta", "Z", "gravity:f", "gravity:tau"),
}


def event(engine: str, number: int) -> Command:
    """Return the change made before the ``number``-th report."""
    if engine == "toy":
        return Command("toy", "add_spot", {"x": number % 48, "y": number % 32, "amount": 0.01})
    if engine == COUPLED:
        return Command("gravity", "set", {"path": "sources.mass.x", "value": 40.0 + number % 20})
    return Command("gravity", "set", {"path": "sources.s1.x", "value": 10.0 + number % 30})


def world_of(engine: str) -> World:
    """World of one engine, or of a preset."""
    if engine == COUPLED:
        return World.of(presets.load(engine).setup(), seed=5)
    return World.single(engine, CONFIGS[engine], seed=5)


def main(path: Path, engine: str, close_after: float) -> None:
    """Record until killed, or close the file after some seconds and go on printing."""
    world = world_of(engine)
    world.advance(1)
    recorder = Recorder(path, FIELDS[engine], every=3, hash_every=50, reserve_bytes=0, checkpoint_seconds=0.2)
    recorder.start(world)
    started = last = time.monotonic()
    number, handed = 0, 1
    while time.monotonic() - started < close_after:
        world.advance((recorder.next_due(world.macro_tick) or 0) - world.macro_tick)
        recorder.sample(world)
        handed = (world.macro_tick - 1) // 3 + 1
        if time.monotonic() - last > 0.02:
            last = time.monotonic()
            print(json.dumps([last, handed, recorder.status().saved]), flush=True)
            world.apply(event(engine, number))
            number += 1
    recorder.stop(world)
    while recorder.status().active:
        print(json.dumps([time.monotonic(), handed, recorder.status().saved]), flush=True)
        time.sleep(0.005)
    print(json.dumps([time.monotonic(), handed, recorder.close().saved]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
