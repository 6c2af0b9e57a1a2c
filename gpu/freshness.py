"""Whether a compiled kernel is still that of its source: stamps of files with what they import."""

from __future__ import annotations

import hashlib
import linecache
import re
from functools import cache
from pathlib import Path

PACKAGE = "tauscope.gpu"

_IMPORT = re.compile(rf"^from ({re.escape(PACKAGE)}[.\w]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_NAME = re.compile(r"\w+")


@cache
def stamp(file: str, root: Path | None = None) -> str:
    """Digest of a source file and of all files of `tauscope.gpu` that it imports, directly or not.

    Parameters
    ----------
    file : str
        Path of the file.
    root : Path, optional
        Folder of the package; that of this file unless given.

    Returns
    -------
    str
        Hexadecimal digits; those of no text for what is no readable file.
    """
    folder, found = root or Path(__file__).resolve().parent, set[Path]()
    left = [Path(file)]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left.extend(_imported(_text(path), folder))
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(_text(path).encode())
    return digest.hexdigest()


@cache
def _text(path: Path) -> str:
    """Source text as Python has it for its tracebacks; empty for what it cannot read."""
    return "".join(linecache.getlines(str(path)))


def _imported(text: str, root: Path) -> list[Path]:
    """Files of the package that a source text imports."""
    found: list[Path] = []
    for module, names in _IMPORT.findall(text):
        base = root.joinpath(*module.removeprefix(PACKAGE).split(".")[1:])
        candidates = [base.with_suffix(".py"), *(base / f"{name}.py" for name in _NAME.findall(names))]
        found.extend(path for path in candidates if path.is_file())
    return found
