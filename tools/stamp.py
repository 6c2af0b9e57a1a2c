"""The stamp of an environment: it changes when the environment must be installed again.

    python tools/stamp.py ROOT WANT     hash of constraints, pyproject, Python version and packages

Runs with the standard library of the machine's own Python, before anything is installed.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from pathlib import Path

PACKAGES = ("app", "engine", "gpu", "presets", "resources", "widgets")


def stamp(root: Path, want: str) -> str:
    """Return the hash for the clone at `root`; an editable install holds its path, so that counts too."""
    inits = sorted(
        path.relative_to(root).as_posix() for name in PACKAGES for path in (root / name).rglob("__init__.py")
    )
    parts = [
        want, str(root), platform.python_version(), *inits,
        (root / "constraints.txt").read_text(encoding="utf-8"),
        (root / "pyproject.toml").read_text(encoding="utf-8"),
    ]  # fmt: skip
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    print(stamp(Path(sys.argv[1]).resolve(), sys.argv[2]))
