"""Memory that was freed goes back to the system, where the C library would keep it for the next time."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_back() -> bool:
    """Hand free pages back to the system; tells whether the C library has a way to (glibc's `malloc_trim`).

    A recording, a saved state and a picture each need some 50 MB for a moment, in thousands of blocks among
    others that stay. Takes some milliseconds, in which others may wait for memory: for a worker thread.
    """
    trim = _trim()
    if trim is None:
        return False
    trim(0)
    return True


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another C library
        return None
