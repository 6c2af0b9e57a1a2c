"""A look at a file from elsewhere, by a process of its own with limits, before this one opens it.

Damaged and hostile HDF5 files have crashed every version of the library so far, and some ask for terabytes.
So a file that this process did not write is first read by one that may crash, that gets little memory and
processor time, can write nothing and loads no filter from outside. Only plain answers come back.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from tauscope.app.recording import checks
from tauscope.app.recording.inspection import examine, look_at
from tauscope.app.recording.reader import RecordingFile
from tauscope.engine.errors import BadInput

log = logging.getLogger(__name__)

MEMORY_BYTES = 1 << 30
"""Beyond what the process has when it begins; one frame has 256 MiB at most."""
CPU_SECONDS = 20
WALL_SECONDS = 60.0
START = "import sys; from tauscope.app.recording.vetting import main; main(*sys.argv[1:])"
RECOVERY = "recovery"
"""Second argument of that process: what is looked at is to be recovered."""

_own: set[tuple[int, int, int, int]] = set()
_lock = threading.Lock()


def remember(path: Path) -> None:
    """Take a file as this program's own: it has just been written and closed here."""
    with suppress(OSError), _lock:  # else it is looked through like a foreign one
        _own.add(_identity(path))


def open_vetted(path: Path | str) -> RecordingFile:
    """Open a recording after a process of its own has looked through it.

    Parameters
    ----------
    path : Path or str
        File to open; one that was written here is opened at once.

    Raises
    ------
    BadInput
        As `RecordingFile`; or the process that looked died, took too long or needed too much memory.
    """
    vet(Path(path))
    return RecordingFile(path)


def vet(path: Path) -> None:
    """Have a file looked through by a process with limits.

    Raises
    ------
    BadInput
        As `open_vetted`.
    """
    path = path.absolute()
    checks.check_head(path)  # what its first bytes tell needs no process
    with suppress(OSError), _lock:  # the process below says what is wrong
        if _identity(path) in _own:
            return
    _ask(path)


def examined(path: Path) -> int | None:
    """Have a file that is to be recovered looked at by a process with limits; nothing in it is changed.

    Returns
    -------
    int or None
        Frames of the file once its header is repaired; None where only copying its frames could help.

    Raises
    ------
    BadInput
        It must not be recovered: as `tauscope.app.recording.inspection.examine`, and as `vet`.
    """
    frames = _ask(path, RECOVERY)["frames"]
    return None if frames is None else int(frames)


def _ask(path: Path, purpose: str = "") -> dict[str, Any]:
    """Run the process that looks, and return its answer."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "HDF5_PLUGIN_PATH": os.devnull,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-c", START, str(path), *([purpose] if purpose else [])],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise checks.refusal(path, "takes too long to look through", "It is damaged or hostile.") from None
    except OSError as error:
        raise checks.refusal(
            path, f"cannot be looked through ({error.strerror or error})", "Close other programs."
        ) from None
    return _judge(path, done.returncode, done.stdout)


def _judge(path: Path, code: int, answer: bytes) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(answer)
    except ValueError:
        how = f"signal {-code}" if code < 0 else f"code {code}"
        raise checks.refusal(
            path, f"ended the process that looked through it ({how})", "It is damaged or hostile."
        ) from None
    if told["refused"]:
        kind = checks.NotClosed if told["not_closed"] else BadInput
        if cause := told.get("cause"):
            log.warning("%s was refused: %s", path, cause)
        raise kind(told["message"], key="path", value=str(path), remedy=told["remedy"])
    return told


def main(name: str, purpose: str = "") -> None:
    """Look through a file and print what was found as JSON; in a process of its own."""
    path = Path(name)
    _limit()
    told: dict[str, Any] = {"refused": False}
    try:
        if purpose == RECOVERY:
            told["frames"] = examine(path)
        else:
            look_through(path)
    except BadInput as error:
        told = {"refused": True, "message": error.message, "remedy": error.remedy}
        told["not_closed"] = isinstance(error, checks.NotClosed)
        told["cause"] = repr(error.__cause__) if error.__cause__ is not None else ""
    except MemoryError:
        told = {"refused": True, "message": f"“{path.name}” asks for more memory than a recording needs."}
        told |= {"remedy": "It is damaged or hostile.", "not_closed": False}
    print(json.dumps(told), flush=True)
    os._exit(0)


def look_through(path: Path) -> None:
    """Read every part of a recording, and of its frames the first, the middle one and the last.

    Raises
    ------
    BadInput
        As `RecordingFile` and its methods.
    """
    with RecordingFile(path) as file:
        look_at(file)


def _limit() -> None:
    """Limit memory, processor time and writing of this process; nothing where the system has no limits."""
    with suppress(ImportError):  # Windows has no such limits
        import resource

        def lower(kind: int, value: int) -> None:
            _soft, hard = resource.getrlimit(kind)
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with suppress(ValueError, OSError):  # lower already, or not to be had; the others still hold
                resource.setrlimit(kind, (least, least))

        lower(resource.RLIMIT_AS, _memory_now() + MEMORY_BYTES)
        lower(resource.RLIMIT_CPU, CPU_SECONDS)
        lower(resource.RLIMIT_FSIZE, 0)
        lower(resource.RLIMIT_CORE, 0)


def _memory_now() -> int:
    import psutil

    return int(psutil.Process().memory_info().vms)


def _identity(path: Path) -> tuple[int, int, int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
