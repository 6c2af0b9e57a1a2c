"""What a recording says beside its numbers, units, names, titles and axes, written down a second time.

Whatever is said when a file is laid out comes into one JSON text with its digest, which `unchanged` holds the
file against.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.app.recording import layout

LATER = (layout.VIEW, layout.SESSION.partition("/")[0])
"""Groups that come when a file is closed, or for a session."""


class Statements:
    """Collects what is said while a file is laid out."""

    def __init__(self) -> None:
        self._attributes: dict[str, dict[str, Any]] = {}
        self._axes: dict[str, list[str]] = {}

    def put(self, target: Any, attributes: Mapping[str, Any]) -> None:
        """Set attributes of a group or dataset, and remember them."""
        layout.write_attributes(target, attributes)
        said = self._attributes.setdefault(target.name.strip("/"), {})
        for name, value in attributes.items():
            said[name] = plain(layout.fixed(value) if isinstance(value, str) else value)

    def axes(self, target: Any, names: list[str]) -> None:
        """Remember the names of the axes of a field."""
        self._axes[target.name.strip("/")] = names

    def keep(self, file: Any) -> None:
        """Write all of it down, once everything is laid out."""
        objects = sorted([*names(file), layout.STATEMENTS])
        said = {"attributes": self._attributes, "axes": self._axes, "objects": objects}
        layout.write_json(file, layout.STATEMENTS, said)


def plain(value: Any) -> Any:
    """Value of an attribute as JSON, whatever strings are made of."""
    array = np.asarray(value)
    return _text(array.tolist())


def names(file: Any) -> list[str]:
    """Every group and dataset once, but for what comes when a file is closed."""
    found: list[str] = []
    file.visit(found.append)
    return [name for name in found if name.partition("/")[0] not in LATER]


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
