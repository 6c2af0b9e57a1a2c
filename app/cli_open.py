"""What a first word that is no command opens: the window with a preset, a session or a recording."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tauscope.app.cli_output import Output
from tauscope.engine.errors import BadInput, nearest_name, unknown_name

RECORDINGS = (".h5", ".hdf5")
SESSION = ".tauscope"


def open_window(target: str | None, safe: bool = False) -> int:
    """Open the window with a preset or a file; without a display run the preset and leave files behind.

    Raises
    ------
    BadInput
        A recording where there is no display to show it on.
    """
    if has_display():
        from tauscope.app.window import run as run_window

        return run_window(target, safe)
    if target is not None and Path(target).suffix.lower() in (*RECORDINGS, SESSION):
        raise BadInput(
            f"There is no display to show {target} on.",
            key="DISPLAY",
            remedy=f"Start it in a desktop session, or run “tauscope replay {target}”.",
        )
    from tauscope.app import cli_run

    return cli_run.fallback(target, Output())


def has_display() -> bool:
    """Whether a window can be shown: not on Linux without X11, Wayland or a platform named to Qt."""
    if not sys.platform.startswith("linux"):
        return True
    environment = os.environ
    if environment.get("QT_QPA_PLATFORM", "").split(":")[0] in (
        "offscreen",
        "minimal",
        "vnc",
        "eglfs",
        "linuxfb",
    ):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def check_target(target: str, commands: Sequence[str] = ()) -> str:
    """Name or path that a window can open.

    Raises
    ------
    BadInput
        Unknown preset (names the nearest preset or command), missing file, or a file that is no recording
        and no session.
    """
    if Path(target).suffix.lower() in RECORDINGS:
        from tauscope.app import cli_files

        cli_files.check_recording(Path(target))
        return target
    if Path(target).suffix.lower() == SESSION:
        from tauscope.app import session

        session.check(Path(target))
        return target
    from tauscope.app import presets as library

    if Path(target).is_file() and not target.endswith(".json") and target not in library.names():
        raise BadInput(
            f"{target} is neither a preset, a session nor a recording.",
            key="file",
            value=target,
            allowed="files that end in .json, .tauscope or .h5",
        )
    if (
        os.sep not in target
        and "/" not in target
        and not target.endswith(".json")
        and ".json#" not in target
        and target not in library.names()
    ):
        error = unknown_name("preset", target, library.names(), key="preset")
        near = nearest_name(target, [*library.names(), *commands])
        raise BadInput(
            error.message,
            key="preset",
            value=target,
            allowed=f"{error.allowed}; or a command: {', '.join(commands)}",
            nearest=near,
        )
    library.load(target)
    return target
