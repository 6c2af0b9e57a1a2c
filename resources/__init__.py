"""Files that ship with the program, reached through importlib.resources."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def icon_names() -> tuple[str, ...]:
    """Names of the shipped icons, sorted."""
    found = [entry.name for entry in files("tauscope.resources.icons").iterdir()]
    drawn = [name for name in found if name.endswith(".svg") and not name.startswith("_")]
    return tuple(sorted(name.removesuffix(".svg") for name in drawn))


@lru_cache(maxsize=256)
def icon_text(name: str) -> str:
    """SVG source of one icon, drawn 20 by 20 with ``currentColor``.

    Raises
    ------
    KeyError
        If no icon has this name.
    """
    if name not in icon_names():
        raise KeyError(name)
    return (files("tauscope.resources.icons") / f"{name}.svg").read_text(encoding="utf-8")


def mark_file(name: str, theme: str) -> str:
    """Path of a mark in a theme's own colour, for style sheets, which take pictures as files only.

    Parameters
    ----------
    name : {"check", "chevron", "up", "left", "right"}
        Mark.
    theme : {"dark", "light"}
        Theme.
    """
    return str(files("tauscope.resources.icons") / f"_{name}-{theme}.svg").replace("\\", "/")


@lru_cache(maxsize=1)
def help_pages() -> tuple[str, ...]:
    """Names of the pages of the handbook, sorted."""
    found = [entry.name for entry in files("tauscope.resources.help").iterdir()]
    return tuple(sorted(name.removesuffix(".md") for name in found if name.endswith(".md")))


def help_text(name: str) -> str:
    """Markdown of a page of the handbook.

    Raises
    ------
    KeyError
        If no page has this name.
    """
    if name not in help_pages():
        raise KeyError(name)
    return (files("tauscope.resources.help") / f"{name}.md").read_text(encoding="utf-8")
