"""Files that a command is about to write: refused before it runs, never overwritten."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tauscope.engine.errors import BadInput


def check_output(path: Path, key: str, endings: tuple[str, ...] = (), makes_folder: bool = False) -> None:
    """Refuse a path that cannot become a new file.

    Parameters
    ----------
    path : Path
        File to be written.
    key : str
        Option that named it, for the message.
    endings : tuple of str
        Allowed endings such as ``".h5"``; empty for any.
    makes_folder : bool
        Whether a missing folder will be made by `folder_of`; then the nearest one above it must let it.

    Raises
    ------
    BadInput
        If the file exists, its folder is missing or cannot be written to, or its ending is another.
    """
    shown = str(path)
    if endings and path.suffix.lower() not in endings:
        raise BadInput(
            f"{path.name} ends in “{path.suffix}”.",
            key=key,
            value=shown,
            allowed=f"names that end in {', '.join(endings)}",
        )
    refuse_existing(path, key)
    folder = path.parent
    while makes_folder and not os.path.lexists(folder):
        folder = folder.parent
    if not folder.is_dir():
        raise BadInput(
            f"{folder} is no folder." if os.path.lexists(folder) else f"There is no folder {folder}.",
            key=key,
            value=shown,
            remedy="Make it, or choose another folder.",
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInput(
            f"The folder {folder} cannot be written to: {error.strerror}.",
            key=key,
            value=shown,
            remedy="Choose a folder of your own.",
        ) from None


def folder_of(path: Path, key: str) -> None:
    """Make the folder of a file that is about to be written, where it is missing.

    Raises
    ------
    BadInput
        If it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {path.parent} cannot be made: {error.strerror}.",
            key=key,
            value=str(path),
            remedy="Choose a folder of your own.",
        ) from None


def refuse_existing(path: Path, key: str) -> None:
    """Refuse a path at which something stands already; raises BadInput."""
    if os.path.lexists(path):
        raise BadInput(
            f"{path} exists, and nothing is overwritten.",
            key=key,
            value=str(path),
            remedy=f"Choose another name for {key}." if key.startswith("--") else "Choose another name.",
        )


def fresh(path: Path) -> Path:
    """``path``, or the first of ``name_002.ext``, ``name_003.ext``, … that does not exist."""
    number, candidate = 2, path
    while os.path.lexists(candidate):
        candidate = path.with_name(f"{path.stem}_{number:03d}{path.suffix}")
        number += 1
    return candidate
