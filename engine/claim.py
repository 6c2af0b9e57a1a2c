"""A claim of a source document, and what came out when it was tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["holds", "fails", "holds only if"]


@dataclass(frozen=True)
class Claim:
    """A claim and what came out.

    Parameters
    ----------
    section : str
        Where it stands in the document.
    claim : str
        What is claimed.
    test : str
        What was done.
    measured : str
        Numbers.
    verdict : Verdict
        Whether it holds.
    condition : str
        On what it holds, or what is right instead.
    """

    section: str
    claim: str
    test: str
    measured: str
    verdict: Verdict
    condition: str = ""


COLUMNS = ("section", "claim", "test", "measured", "verdict", "condition")
