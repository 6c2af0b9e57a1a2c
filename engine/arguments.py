"""Arguments of commands, checked against what the command takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from tauscope.engine.base import Json
from tauscope.engine.errors import BadInput


def check_arguments(name: str, function: Callable[..., Json], args: Mapping[str, Json]) -> None:
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
