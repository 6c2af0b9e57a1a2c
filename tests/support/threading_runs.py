"""Hashes of presets after some ticks, by a process that was told how many threads it has."""

from __future__ import annotations

import json
import sys

from tauscope.app import presets
from tauscope.engine.base import Engine, hash_state
from tauscope.engine.setup import Member, Setup
from tauscope.engine.world import World
from tauscope.gpu.ufie import cpu

Hashes = dict[str, dict[str, str]]


def hashes(setup: Setup, ticks: int, threads: int) -> Hashes:
    """Of the engines of a set-up, each with so many threads where its configuration has them."""
    members = {
        key: Member(member.name, member.config.with_value("threads", threads), member.ticks)
        if "threads" in type(member.config).model_fields
        else member
        for key, member in setup.engines.items()
    }
    world = World.of(Setup(members, setup.couplings), seed=1)
    world.advance(ticks)
    return {key: state_of(engine) for key, engine in world.engines.items()}


def state_of(engine: Engine) -> dict[str, str]:
    """Hashes of a state, of whose configuration the number of threads is left out."""
    state = dict(engine.state())
    config = json.loads(str(state["config"]))
    config.pop("threads", None)
    return hash_state({**state, "config": json.dumps(config)})


def main() -> None:
    """Print hashes as JSON; told ticks and threads."""
    ticks, threads = (int(word) for word in sys.argv[1:])
    cpu.WORTH = 1  # small waves are shared among threads too
    found = {preset.name: hashes(preset.setup(), ticks, threads) for preset in presets.list_presets()}
    wave = {"shape": [1, 1, 1, 1, 1, 1, 16, 16, 12], "c0": 4.0, "dt": 2e-4}
    for integrator in ("kdk", "etd", "literal"):
        for precision in ("fast", "precise"):
            options = {**wave, "integrator": integrator, "precision": precision}
            found[f"{integrator}, {precision}"] = hashes(Setup.of("ufie", options), ticks, threads)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
