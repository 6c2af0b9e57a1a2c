"""An open HDF5 file of ours: reads one at a time, each checked, and damage told as a sentence."""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np

from tauscope.app.recording import checks
from tauscope.engine.base import Array
from tauscope.engine.errors import BadInput

log = logging.getLogger(__name__)

DAMAGE = (
    OSError,
    RuntimeError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    BadZipFile,
    zlib.error,
)
"""What HDF5, JSON and NumPy raise on bytes that were changed."""


class OpenFile:
    """What is common to everything that reads a recording.

    Attributes
    ----------
    path : Path
        The file.
    frames : int
        Number of whole frames.
    """

    path: Path
    frames: int
    _file: Any
    _lock: threading.Lock

    def _read(self, name: str, selection: Any) -> Array:
        try:
            with self._lock:
                if not self._file:
                    raise checks.refusal(self.path, "was closed", "Open it again.")
                return np.asarray(self._file[name][selection])
        except (OSError, RuntimeError) as error:
            log.warning("HDF5 cannot read /%s of %s: %s", name, self.path, error)
            reason = f"is damaged: /{name} cannot be read"
            raise checks.refusal(self.path, reason, "Recover it or copy it again from its origin.") from error

    @contextmanager
    def _damage_refused(self) -> Iterator[None]:
        """Turn what HDF5 and decoders say of a damaged file into a sentence."""
        try:
            yield
        except BadInput:
            raise
        except DAMAGE as error:
            log.warning("%s cannot be read: %s: %s", self.path, type(error).__name__, error)
            reason = "is damaged: parts of it cannot be read"
            raise checks.refusal(self.path, reason, "Recover it or copy it again from its origin.") from error

    def _dataset(self, name: str, kinds: str) -> Any:
        return checks.dataset(self.path, self._file, name, kinds)

    def _whole(self, name: str, kinds: str) -> Array:
        self._dataset(name, kinds)
        return self._read(name, ())

    def _rows(self, name: str, kinds: str) -> Array:
        """First ``frames`` rows of a series."""
        found = self._dataset(name, kinds)
        if found.ndim != 1 or found.shape[0] < self.frames:
            raise checks.refusal(
                self.path, f"has too few rows in /{name}", f"Run “tauscope recover {self.path}”."
            )
        return self._read(name, slice(0, self.frames))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def plain_text(value: Any) -> str:
    """Value of an attribute as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
