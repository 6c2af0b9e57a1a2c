"""Sources of a recorded lattice: which there were at each frame, from its set-up and its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from tauscope.app.document import plain
from tauscope.app.recording import RecordingFile
from tauscope.app.source_marks import marks_of_config
from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Command
from tauscope.engine.events import Event
from tauscope.engine.gravity import editing
from tauscope.engine.gravity.config import GravityConfig
from tauscope.widgets.state import SourceMark

ENGINE = "gravity"
Entries = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """Sources and worlds between two events that changed them, as plain data that nobody changes.

    Parameters
    ----------
    events : int
        Events of the recording before it.
    sources, worlds : tuple of mapping
        Entries of each.
    """

    events: int
    sources: tuple[Entries, ...]
    worlds: tuple[Entries, ...]


class SourceHistory:
    """Sources at any frame of a recording.

    Parameters
    ----------
    config : GravityConfig
        Of the lattice at the first frame.
    stages : list of Placed
        In order; the first one is that of the first frame.
    """

    def __init__(self, config: GravityConfig, stages: list[Placed]) -> None:
        self._config, self._stages = config, stages
        self._made: tuple[Placed, tuple[SourceMark, ...]] | None = None

    @classmethod
    def of(cls, file: RecordingFile) -> Self | None:
        """History of a recording; None where it holds no lattice with sources.

        Raises
        ------
        BadInput
            A configuration or an event that cannot be read.
        """
        for key, engine in file.engines.items():
            if engine["name"] != ENGINE:
                continue
            config = GravityConfig.load({**engine["config"], "patterns": [], "capacity_map": None})
            data = plain(config, ("sources", "worlds"))
            found = [Placed(0, tuple(data["sources"]), tuple(data["worlds"]))]
            for number, line in enumerate(file.event_lines(), start=1):
                if "source" not in line and "set_worlds" not in line:
                    continue
                event = Event.from_json(line)
                if event.command.engine == key:
                    now = found[-1]
                    sources, worlds = changed(now.sources, now.worlds, event.command, event.result)
                    if sources is not now.sources or worlds is not now.worlds:
                        found.append(Placed(number, sources, worlds))
            return cls(config, found)
        return None

    def marks(self, file: RecordingFile, index: int) -> tuple[SourceMark, ...]:
        """Sources at a frame, as canvases show them; of no thread but one at a time."""
        events = int(file.frame_events[index])
        stage = next(one for one in reversed(self._stages) if one.events <= events)
        if self._made is None or self._made[0] is not stage:
            config = editing.with_worlds(self._config, stage.worlds, stage.sources)
            self._made = stage, marks_of_config(plain(config))
        return self._made[1]


def changed(
    sources: tuple[Entries, ...], worlds: tuple[Entries, ...], command: Command, result: Any = None
) -> tuple[tuple[Entries, ...], tuple[Entries, ...]]:
    """Sources and worlds after a command of the lattice; other commands change nothing here."""
    args: dict[str, Any] = dict(command.args)
    name = command.name
    if name == "add_source":
        return (*sources, {**args, "id": args.get("id") or str(result)}), worlds
    if name == "remove_source":
        return tuple(one for one in sources if one["id"] != args["id"]), worlds
    if name in ("set_sources", "set_worlds"):
        return tuple(args["sources"]), tuple(args.get("worlds", worlds))
    if name == "set" and args.get("path") == "sources":
        return tuple(args["value"]), worlds
    if name == "move_source":
        args = {key: value for key, value in args.items() if value is not None}
    elif name == "paint_source":
        map_of = next(one["array"] for one in sources if one["id"] == args["id"])
        array = editing.patched(FrozenArray.read(map_of), args["x"], args["y"], args["patch"])
        args = {"id": args["id"], "array": array}
    elif name != "update_source":
        return sources, worlds
    return tuple({**one, **args} if one["id"] == args["id"] else one for one in sources), worlds
