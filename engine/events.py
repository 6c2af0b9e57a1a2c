"""The event log: every command that changed a world, stamped with its tick, as JSON lines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Event:
    """A command that was applied.

    Parameters
    ----------
    macro_tick : int
        Macro tick of the world before which it was applied.
    engine_tick : int
        Tick of the engine before which it was applied.
    seq : int
        Running number in the log, from 0.
    command : Command
        What was applied.
    result : JSON value
        What the command returned, such as the id of a new source.
    """

    macro_tick: int
    engine_tick: int
    seq: int
    command: Command
    result: Any = None

    def to_json(self) -> str:
        """One JSON line; arrays as base64 with dtype and shape."""
        return json.dumps(
            {
                "macro_tick": self.macro_tick,
                "engine": self.command.engine,
                "engine_tick": self.engine_tick,
                "seq": self.seq,
                "name": self.command.name,
                "args": encode(dict(self.command.args)),
                "origin": self.command.origin,
                "result": encode(self.result),
            },
            sort_keys=True,
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, line: str) -> Event:
        """Event of one JSON line.

        Raises
        ------
        BadInput
            If the line is not a complete event.
        """
        try:
            data = json.loads(line)
            command = Command(
                engine=str(data["engine"]),
                name=str(data["name"]),
                args=decode(data["args"]),
                origin=str(data["origin"]),
            )
            return cls(
                int(data["macro_tick"]),
                int(data["engine_tick"]),
                int(data["seq"]),
                command,
                decode(data["result"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"An entry of the event log cannot be read ({error}).",
                key="event log",
                value=line[:80],
                remedy="The file was edited or is damaged; replay stops here.",
            ) from None


class EventLog:
    """Append-only list of events."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = list(events)

    def __len__(self) -> int:
        return len(self._events)

    def append(self, macro_tick: int, engine_tick: int, command: Command, result: Any) -> Event:
        """Add an applied command and return its event."""
        event = Event(macro_tick, engine_tick, len(self._events), command, result)
        self._events.append(event)
        return event

    def keep(self, event: Event) -> None:
        """Add an event of this log's own past once more."""
        self._events.append(event)

    def since(self, seq: int) -> tuple[Event, ...]:
        """Events from number ``seq`` on."""
        return tuple(self._events[seq:])


def encode(value: Any) -> Any:
    """JSON form of a command's argument; arrays become a tagged object.

    Raises
    ------
    BadInput
        For a value that has no JSON form.
    """
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value)
        text = base64.b64encode(data.tobytes()).decode("ascii")
        return {"__ndarray__": text, "dtype": data.dtype.str, "shape": list(data.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BadInput(
        f"A {type(value).__name__} cannot be kept in the event log.", key="args", value=repr(value)[:80]
    )


def decode(value: Any) -> Any:
    """Inverse of `encode`."""
    if isinstance(value, dict):
        if "__ndarray__" in value:
            raw = base64.b64decode(value["__ndarray__"])
            return np.frombuffer(raw, dtype=np.dtype(value["dtype"])).reshape(value["shape"]).copy()
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value
