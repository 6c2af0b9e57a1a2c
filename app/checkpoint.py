"""Checkpoints on disk: everything that advances, bit for bit, in one .npz file without pickles."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tauscope.app.outputs import check_output
from tauscope.app.storage import replacing
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.world import World

FORMAT = "tauscope checkpoint 1"
LARGEST = 8 * 2**30
HEADER = "checkpoint"
DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What the readers of archives, arrays and JSON raise on bytes that were changed or encrypted."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A world at one tick.

    Parameters
    ----------
    setup : Setup
        Engines at that tick, their ratio and couplings.
    seeds : mapping of str to int
        Seed of each engine.
    state : mapping
        What `World.restore` takes.
    preset : str
        Name of the preset it started from.
    """

    setup: Setup
    seeds: Mapping[str, int]
    state: Mapping[str, Any]
    preset: str = ""

    @property
    def engine(self) -> str:
        """Name of the main engine."""
        return self.setup.engines[self.setup.main].name

    @property
    def seed(self) -> int:
        """Seed of the main engine."""
        return self.seeds[self.setup.main]

    @property
    def tick(self) -> int:
        """Macro tick."""
        return int(self.state["macro_tick"])

    def world(self, device: str = "cpu") -> World:
        """New world that stands at the checkpoint.

        Raises
        ------
        BadInput
            If the configuration or the state is refused.
        """
        world = World.of(self.setup, self.seeds, device)
        world.restore(self.state)
        return world


def of(world: World, preset: str = "", state: Mapping[str, Any] | None = None) -> Checkpoint:
    """Checkpoint of a world, at its present tick or in a state it had before."""
    seeds = {key: engine.seed for key, engine in world.engines.items()}
    return Checkpoint(world.setup, seeds, world.state() if state is None else state, preset)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to a new file: under a temporary name first, so that it is whole or not there.

    Raises
    ------
    BadInput
        If the file exists, or folder or disk refuse it.
    """
    check_output(path, "--state")
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    plain = _strip(checkpoint.state, "state", arrays)
    header = {
        "format": FORMAT,
        "preset": checkpoint.preset,
        "setup": checkpoint.setup.dump(),
        "seeds": dict(checkpoint.seeds),
        "state": plain,
    }
    text = json.dumps(header, allow_nan=True).encode()
    members: dict[str, Any] = {HEADER: np.frombuffer(text, dtype=np.uint8), **arrays}
    with replacing(path, "checkpoint") as part, part.open("xb") as file:
        np.savez(file, **members)


def load(path: Path) -> Checkpoint:
    """Checkpoint of a file; nothing in it is executed, and sizes are checked before anything is read.

    Raises
    ------
    BadInput
        If the file is missing, no checkpoint, damaged or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > LARGEST:
            raise _refusal(path, f"it would take {size} bytes of memory, more than {LARGEST}")
        with np.load(path, allow_pickle=False) as data:
            if HEADER not in data.files:
                raise _refusal(path, "it holds arrays, but no description of a run")
            header = json.loads(data[HEADER].tobytes())
            if header["format"] != FORMAT:
                raise _refusal(path, f"its format is “{header['format']}”, not “{FORMAT}”")
            state = _fill(header["state"], data)
        setup = _setup(header)
        seeds = {key: int(seed) for key, seed in header.get("seeds", {}).items()}
        seeds = {key: seeds[key] if seeds else int(header["seed"]) for key in setup.engines}
        return Checkpoint(setup, seeds, state, str(header["preset"]))
    except FileNotFoundError:
        raise BadInput(
            f"There is no file {path}.", key="--from", value=str(path), remedy="Check the path."
        ) from None
    except DAMAGE as error:
        if isinstance(error, BadInput):
            raise
        raise _refusal(path, f"it cannot be read ({error})") from None


def _setup(header: Mapping[str, Any]) -> Setup:
    """Set-up of a checkpoint; those of one engine alone were once kept without ratio and couplings."""
    if "setup" in header:
        return Setup.load(header["setup"])
    return Setup.of(str(header["engine"]), header["config"])


def _refusal(path: Path, why: str) -> BadInput:
    return BadInput(
        f"{path} is no checkpoint: {why}.",
        key="--from",
        value=str(path),
        remedy="Give a file that “tauscope run … --state FILE” wrote.",
    )


def _strip(value: Any, name: str, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    """Plain JSON of a state; each array is put aside under its path and named in its place."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"__array__": name}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): _strip(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strip(item, f"{name}/{index}", arrays) for index, item in enumerate(value)]
    return value


def _fill(value: Any, data: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if "__array__" in value:
            return data[value["__array__"]]
        return {key: _fill(item, data) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, data) for item in value]
    return value
