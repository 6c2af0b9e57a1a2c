"""What is asked of an engine by number, name and argument, checked before anything is changed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from tauscope.engine.errors import BadInput, unknown_name


def whole_ticks(ticks: Any) -> int:
    """Number of ticks to do, as an int.

    Raises
    ------
    BadInput
        It is negative or not whole.
    """
    if isinstance(ticks, bool) or not isinstance(ticks, int | np.integer) or ticks < 0:
        raise BadInput(f"Cannot advance {ticks!r} ticks.", key="ticks", value=ticks, allowed="0, 1, 2, …")
    return int(ticks)


def check_scalars(names: Collection[str], known: Collection[str]) -> None:
    """See that all scalars asked for are known.

    Raises
    ------
    BadInput
        One is not.
    """
    for name in names:
        if name not in known:
            raise unknown_name("scalar", name, known, key="name")


def check_arguments(name: str, function: Callable[..., Any], args: Mapping[str, Any]) -> None:
    """See that a command's arguments are those it takes.

    Raises
    ------
    BadInput
        One is missing or unknown.
    """
    signature = inspect.signature(function)
    try:
        signature.bind(**args)
    except TypeError as error:
        raise BadInput(
            f"The command {name} was refused: {error}.",
            key=name,
            value=sorted(args),
            allowed=", ".join(signature.parameters),
        ) from None
