"""Writing files so that a full disk or a folder that is gone never costs what was there before."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from tauscope.app.owned import name_beside
from tauscope.engine.errors import BadInput

CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space, or choose another folder."),
    errno.EDQUOT: ("your share of the disk is used up", "Free some space, or choose another folder."),
    errno.EROFS: ("the disk can only be read", "Choose another folder."),
    errno.EACCES: ("you may not write there", "Choose a folder of your own."),
    errno.EPERM: ("you may not write there", "Choose a folder of your own."),
    errno.ENOENT: ("the folder is gone", "Make it again, or choose another folder."),
    errno.ENOTDIR: ("a part of the path is no folder", "Choose another folder."),
    errno.EISDIR: ("a folder has that name", "Choose another name."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
    errno.EEXIST: ("a file of that name has appeared meanwhile", "Choose another name."),
    errno.EFBIG: ("it is larger than the disk allows a file to be", "Choose another disk."),
    errno.EIO: ("the disk reports a fault", "Choose another disk."),
    errno.ESTALE: ("the network folder is gone", "Connect it again, or choose another folder."),
    errno.ENODEV: ("the disk is gone", "Connect it again, or choose another folder."),
    errno.ENXIO: ("the disk is gone", "Connect it again, or choose another folder."),
}
"""Cause and remedy by error number of the system."""


class StorageTrouble(BadInput):
    """A file could not be written, though nothing is wrong with its content: another folder may do."""


def why(error: OSError) -> tuple[str, str]:
    """Cause and remedy of an error of the system."""
    if error.errno == errno.EFBIG and (most := file_limit()):
        cause = f"files of this program may have {most / 1e6:,.1f} MB at most"
        return cause, "Raise that limit (ulimit -f) where Tauscope is started."
    return CAUSES.get(error.errno or 0, (error.strerror or str(error), "Choose another folder."))


def file_limit() -> int:
    """Bytes that a file of this process may have by the limits of the process, 0 for any number."""
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        soft, _hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        return 0 if soft == resource.RLIM_INFINITY else int(soft)
    return 0


def trouble(error: OSError, path: Path, what: str) -> StorageTrouble:
    """An error of the system as a sentence.

    Parameters
    ----------
    error : OSError
        What the system said.
    path : Path
        File that was to be written.
    what : str
        Its name in the sentence, as in "session".
    """
    cause, remedy = why(error)
    return StorageTrouble(
        f"The {what} {path} was not written: {cause}.", key="path", value=str(path), remedy=remedy
    )


@contextlib.contextmanager
def replacing(path: Path, what: str, *, over: bool = False) -> Iterator[Path]:
    """Give a temporary name beside a path; when all is written, the file takes its name in one step.

    Parameters
    ----------
    path : Path
        File to be.
    what : str
        Its name in messages.
    over : bool
        Whether a file of that name is replaced; else it is refused.

    Raises
    ------
    BadInput
        Where the file cannot be written; what had the name before is untouched.
    """
    part: Path | None = None
    try:
        part = name_beside(path)
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        if over:
            os.replace(part, path)
        else:
            take_name(part, path)
    except FileExistsError:
        raise BadInput(
            f"{path} exists, and nothing is overwritten.",
            key="path",
            value=str(path),
            remedy="Choose another name.",
        ) from None
    except OSError as error:
        raise trouble(error, path, what) from None
    finally:
        if part is not None:
            with contextlib.suppress(OSError):  # what went wrong is raised already
                part.unlink(missing_ok=True)


def take_name(part: Path, path: Path) -> None:
    """Give a finished file its name, unless somebody took that name meanwhile.

    Raises
    ------
    FileExistsError
        If the name is taken.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, "exists", str(path)) from None
        os.replace(part, path)


def nearest_folder(path: Path) -> Path:
    """The nearest folder above a path that is there; the home folder where only the root is."""
    folder = path.absolute().parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder if folder != folder.parent else Path.home()


def may_be_elsewhere(error: BaseException) -> bool:
    """Whether the same work in another folder might succeed."""
    return isinstance(error, StorageTrouble) or (
        isinstance(error, BadInput) and error.key in ("path", "--out")
    )
