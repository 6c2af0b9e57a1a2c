"""Errors as sentences: what happened, why, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TauscopeError(Exception):
    """An error whose text is meant for the user.

    Parameters
    ----------
    message : str
        What happened and why, as a sentence.
    remedy : str, optional
        What to do about it, as a sentence.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())


class BadInput(TauscopeError, ValueError):
    """Input that was refused before anything was changed.

    Parameters
    ----------
    message : str
        Why it was refused.
    key : str
        Dotted path of the offending entry.
    value : object
        The value that was given.
    allowed : str
        The allowed range or the allowed names, in words.
    nearest : str
        The nearest right name, where a name was misspelt.
    remedy : str
        What to do, where the allowed range does not say it.
    """

    def __init__(
        self,
        message: str,
        *,
        key: str = "",
        value: object = None,
        allowed: str = "",
        nearest: str = "",
        remedy: str = "",
    ) -> None:
        self.key = key
        self.value = value
        self.allowed = allowed
        self.nearest = nearest
        parts = []
        if allowed:
            parts.append(f"Allowed: {allowed}.")
        if nearest:
            parts.append(f"Did you mean “{nearest}”?")
        if remedy:
            parts.append(remedy)
        super().__init__(message, " ".join(parts))

    def placed(self, where: str) -> BadInput:
        """The same with the place where it stands, such as a file, before its sentence."""
        found = BadInput(
            f"{where}: {self.message}",
            key=self.key,
            value=self.value,
            allowed=self.allowed,
            nearest=self.nearest,
        )
        found.remedy = self.remedy
        found.args = (f"{found.message} {found.remedy}".strip(),)
        return found


class Cancelled(TauscopeError):
    """The user cancelled a study or an export."""

    def __init__(self, what: str = "The work") -> None:
        super().__init__(f"{what} was cancelled.")


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Nearest known name to a misspelt one, or an empty string."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


def unknown_name(what: str, name: str, known: Iterable[str], key: str = "") -> BadInput:
    """Error for a name that does not exist, listing those that do.

    Parameters
    ----------
    what : str
        Kind of thing that was named, as in "preset".
    name : str
        The unknown name.
    known : iterable of str
        The names that exist.
    key : str
        Dotted path at which the name was given.
    """
    names = sorted(known)
    return BadInput(
        f"There is no {what} named “{name}”.",
        key=key or what,
        value=name,
        allowed=", ".join(names) if names else f"no {what} is known here",
        nearest=nearest_name(name, names),
    )
