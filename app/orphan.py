"""A worker process must not outlive the program that has started it, however that program ends."""

from __future__ import annotations

import multiprocessing
import os
import threading

GONE = 1
"""Exit code of a process whose parent is gone."""


def end_with_parent() -> None:
    """Let this process end as soon as the one that spawned it is gone, in the middle of whatever it does.

    A parent that was killed sends nothing, and a worker in a long run reads nothing. What tells is the end of
    a pipe that the parent holds open, on which a thread waits. Nothing happens in a process without such a
    parent.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(GONE)  # an orderly end would wait for the run

    threading.Thread(target=watch, name="watch parent", daemon=True).start()
