"""Files of the autosave: whose each is, which belong to nobody any more, and what a start left behind.

Every file names the process that it belongs to by number and start, so that several windows never touch one
another's, and the number of a dead process that is given again deceives nobody.
"""

from __future__ import annotations

import os
import platform
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tauscope.app.recording.lock import Holder
from tauscope.app.session import SUFFIX
from tauscope.app.settings import settings_path

SAVED, STARTING, KEPT = "run", "start", "kept"
MOST_KEPT = 5
"""States that were recovered and stay as files for a while."""
STALE_SECONDS = 600.0
"""Age from which a half-written file is nobody's."""
_OWNED = re.compile(rf"({SAVED}|{STARTING})-(\d+)-(\d+)(?:-\d+)?(?:\.\w+)?$")


@dataclass(frozen=True, slots=True)
class Lost:
    """A state that a program left behind which ended without closing.

    Parameters
    ----------
    path : Path
        The file, which belongs to this process now.
    age : float
        Seconds since it was written.
    others : int
        States of other programs that are left for the next time.
    """

    path: Path
    age: float
    others: int = 0


def folder() -> Path:
    """Folder of the autosave, beside the settings."""
    return settings_path().parent / "autosave"


def own_path(kind: str = SAVED, suffix: str = SUFFIX) -> Path:
    """File of this process."""
    own = psutil.Process()
    return folder() / f"{kind}-{own.pid}-{round(1000 * own.create_time())}{suffix}"


def claim() -> Lost | None:
    """Newest state of a program that ended without closing, made this process's own; None where none is.

    Of two windows that start at once only one gets it.
    """
    lost = sorted((path for path in _orphans(SAVED) if path.suffix == SUFFIX), key=_written, reverse=True)
    for index, path in enumerate(lost):
        own = own_path()
        mine = own.with_name(f"{own.stem}-{time.time_ns() // 1_000_000}{SUFFIX}")
        written = _written(path)
        try:
            os.rename(path, mine)
        except OSError:
            continue  # another window was faster
        return Lost(mine, max(time.time() - written, 0.0), len(lost) - index - 1)
    return None


def keep(path: Path) -> Path:
    """Put a state aside that was opened, where it stays as it is; the oldest of these are let go."""
    kept = folder() / f"{KEPT}-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}{SUFFIX}"
    os.rename(path, kept)
    for old in sorted(folder().glob(f"{KEPT}-*{SUFFIX}"), key=_written)[:-MOST_KEPT]:
        with suppress(OSError):  # one too many is no harm
            old.unlink()
    return kept


def forget_own() -> None:
    """Remove this process's state: it closes in order, and nothing is lost."""
    with suppress(OSError):  # it is offered at the next start, which is no loss
        own_path().unlink(missing_ok=True)


def begin_start() -> bool:
    """Note that this process starts; tells whether one before it ended while it did."""
    crashed = _orphans(STARTING)
    for path in crashed:
        with suppress(OSError):  # the next start is a careful one, too
            path.unlink()
    with suppress(OSError):  # a start that leaves no mark is like any other
        folder().mkdir(parents=True, exist_ok=True)
        own_path(STARTING, "").touch()
    return bool(crashed)


def end_start() -> None:
    """Note that this process has started, or ends by itself."""
    with suppress(OSError):  # the next start is a careful one then
        own_path(STARTING, "").unlink(missing_ok=True)


def sweep() -> None:
    """Remove half-written files that killed programs left beside settings and autosave."""
    for place in (settings_path().parent, folder()):
        for pattern in (f".*{SUFFIX}", f".{settings_path().stem}.*"):
            for path in place.glob(pattern):
                if time.time() - _written(path) > STALE_SECONDS:
                    with suppress(OSError):  # tried again at the next start
                        path.unlink()


def _orphans(kind: str) -> list[Path]:
    """Files of a kind whose process is gone."""
    found = []
    for path in folder().glob(f"{kind}-*"):
        owned = _OWNED.match(path.name)
        if owned is None:
            continue
        if not Holder(int(owned[2]), int(owned[3]) / 1000, platform.node()).alive():
            found.append(path)
    return found


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0  # gone meanwhile: the oldest of all
