"""The macro trace: a run as the Python lines that make it again, with the public names only."""

from __future__ import annotations

import keyword
import math
import pprint
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tauscope.app.session import Origin
from tauscope.engine.base import Command
from tauscope.engine.events import Event, encode

SHORT = 60
"""Characters of a value in a line of the log; the script has all of them."""
WIDTH = 110


def create_line(origin: Origin) -> str:
    """Line that makes the run at tick 0: an engine, or a world of several."""
    if origin.companions:
        parts = (origin.config, origin.companions, origin.ticks, list(origin.couplings))
        shown = [
            pprint.pformat(_plain(part), width=WIDTH - 4, sort_dicts=False, compact=True) for part in parts
        ]
        made = f"Setup.of({', '.join([repr(origin.engine), *shown])})"
        return f"world = World.of({made}, seed={origin.seed}, device={origin.device!r})"
    config = pprint.pformat(_plain(origin.config), width=WIDTH - 4, sort_dicts=False, compact=True)
    return f"eng = create({origin.engine!r}, {config}, seed={origin.seed}, device={origin.device!r})"


def command_line(command: Command, *, short: bool = False, alone: bool = True) -> str:
    """Line that gives a command again.

    Parameters
    ----------
    command : Command
        What was applied.
    short : bool
        For the eye: long values are cut, and arrays named by their shape.
    alone : bool
        Whether one engine runs, which the script calls ``eng``.
    """
    target = "eng" if alone else f"world.engine({command.engine!r})"
    show = _short if short else _exact
    if command.name == "set":
        return f"{target}.set({str(command.args['path'])!r}, {show(command.args['value'])})"
    named = {key: value for key, value in command.args.items() if key.isidentifier()}
    named = {key: value for key, value in named.items() if not keyword.iskeyword(key)}
    rest = {key: value for key, value in command.args.items() if key not in named}
    words = [f"{key}={show(value)}" for key, value in named.items()]
    if rest:
        words.append(f"**{show(rest)}")
    return f"{target}.command({', '.join([repr(command.name), *words])})"


def advance_line(ticks: int, *, alone: bool = True) -> str:
    """Line that does ticks, of a world of several engines macro ticks."""
    return f"{'eng' if alone else 'world'}.advance({ticks})"


def script(origin: Origin, events: Iterable[Event], tick: int, title: str = "") -> str:
    """Python script that does a run again, to the last bit on the same kind of processor.

    Parameters
    ----------
    origin : Origin
        What the run was made from.
    events : iterable of Event
        Every command since tick 0, in order.
    tick : int
        Engine tick at which the run stands, macro tick where several engines run.
    title : str
        For its first line.
    """
    about = " ".join(title.replace("\\", " ").replace('"', "'").split()) or "a run"
    body = [create_line(origin)]
    now, decoded, alone = 0, False, not origin.companions
    for event in events:
        at = event.engine_tick if alone else event.macro_tick
        if at > now:
            body.append(advance_line(at - now, alone=alone))
            now = at
        body.append(command_line(event.command, alone=alone))
        decoded |= _has_array(event.command.args)
    if tick > now:
        body.append(advance_line(tick - now, alone=alone))
    head = [f'"""Trace of {about}, made by Tauscope: python THIS_FILE does it again."""', ""]
    if alone:
        head.append("from tauscope.engine import create")
    if decoded:
        head.append("from tauscope.engine.events import decode")
    if not alone:
        head += ["from tauscope.engine.setup import Setup", "from tauscope.engine.world import World"]
    tail = ["", *(_PRINT_ONE if alone else _PRINT_ALL), ""]
    return "\n".join([*head, "", *body, *tail])


_PRINT_ONE = (
    'print("tick", eng.tick)',
    "for name, value in eng.scalars().items():",
    '    print(f"{name:20} {value:.9g}")',
)
_PRINT_ALL = (
    'print("tick", world.macro_tick)',
    "for key, engine in world.engines.items():",
    "    for name, value in engine.scalars().items():",
    '        print(f"{key}.{name:20} {value:.9g}")',
)


def _plain(value: Any) -> Any:
    """Python data whose ``repr`` is Python again."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return _Raw(f'float("{value}")')
    return value


class _Raw(str):
    """Text that stands in a literal as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _exact(value: Any) -> str:
    if _has_array(value):
        return f"decode({_plain(encode(value))!r})"
    return repr(_plain(value))


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<array {'×'.join(map(str, value.shape))} {value.dtype}>"
    if isinstance(value, Mapping) and "__array__" in value:
        return f"<array {'×'.join(map(str, value.get('shape', ())))}>"
    if isinstance(value, Mapping):
        text = f"{{{', '.join(f'{key!r}: {_short(item)}' for key, item in value.items())}}}"
    else:
        text = repr(_plain(value))
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _has_array(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return True
    if isinstance(value, Mapping):
        return any(_has_array(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_has_array(item) for item in value)
