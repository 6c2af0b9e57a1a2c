"""Files looked through in this process: for tests that recover hundreds of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tauscope.app.recording import checks, inspection, vetting


def _vet(path: Path) -> None:
    checks.check_head(path)
    vetting.look_through(path)


def look_here(patch: Any) -> None:
    """Do by the same code what a process with limits does otherwise, which takes half a second to begin."""
    patch.setattr(vetting, "examined", inspection.examine)
    patch.setattr(vetting, "vet", _vet)
