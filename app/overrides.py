"""Exceptions in what Qt calls: kept from PySide, in whose hands they can end the program.

On Python 3.11 an exception that C code raises (an index out of range, say) is no object yet when it leaves
an override such as ``paintEvent``. Where Qt was called from Python, as the redraw budget does for every
picture, PySide 6.11 takes its text for that object: a segmentation fault. After others that leave a handler
of events, a function of a class may be counted once too little, and a later collection of garbage ends the
program. What a handler of events raises therefore goes straight to `sys.excepthook`; the rest passes a
handler and is an object.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import shiboken6

OURS = ("tauscope.", "pyqtgraph.")
"""Modules whose classes are looked at."""


def guard(modules: tuple[str, ...] = OURS) -> int:
    """Let no exception of an override of the classes that are known by now reach PySide as it is.

    Parameters
    ----------
    modules : tuple of str
        How the names of the classes' modules begin.

    Returns
    -------
    int
        Methods that were wrapped; 0 from Python 3.12 on, which knows no such exceptions.
    """
    if sys.version_info >= (3, 12):
        return 0
    count = 0
    for kind in _kinds(shiboken6.Object):
        if not kind.__module__.startswith(modules):
            continue
        qt = [base for base in kind.__mro__ if base.__module__.startswith("PySide6.")]
        for name, method in list(vars(kind).items()):
            plain = isinstance(method, types.FunctionType) and not name.startswith("__")
            if plain and not hasattr(method, "__wrapped__") and any(name in vars(base) for base in qt):
                setattr(kind, name, _guarded(method))
                count += 1
    return count


def _kinds(kind: type) -> Iterator[type]:
    """All classes below one, each once."""
    found: dict[type, None] = {}
    waiting = [kind]
    while waiting:
        below: list[type] = type.__subclasses__(waiting.pop())
        fresh = [one for one in below if one not in found]
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return iter(found)


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    handles = method.__name__.endswith("Event")  # and returns nothing that Qt would wait for

    @functools.wraps(method)
    def guarded(*args: Any, **named: Any) -> Any:
        try:
            return method(*args, **named)
        except Exception as error:
            if not handles:
                raise
            sys.excepthook(type(error), error, error.__traceback__)
            return None
        except BaseException:  # it is an object from here on
            raise

    return guarded
