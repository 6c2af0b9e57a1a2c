"""What a set-up takes in memory, and whether the machine has it: told before anything is allocated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from tauscope.engine.config import EngineConfig
from tauscope.engine.errors import BadInput
from tauscope.engine.setup import Setup
from tauscope.engine.ufie import memory
from tauscope.engine.ufie.config import UfieConfig

SMALL = 256 << 20
"""Bytes below which nobody looks what is free."""
GIB = 1 << 30
_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Limit and use of the control group that a container lives in, versions 2 and 1."""


def wave_bytes(config: UfieConfig) -> int:
    """Bytes that a run of the wave takes at most.

    Those of `engine.ufie.memory`, and the last good state that a run keeps: psi and velocity once more.
    """
    found = memory.estimate(config)
    return found.total + 2 * found.parts["field"] // 3


def needed(configs: Iterable[EngineConfig]) -> int:
    """Bytes that engines take at most, as far as it is known: those of the wave."""
    return sum(wave_bytes(config) for config in configs if isinstance(config, UfieConfig))


def free() -> int:
    """Bytes that a program can have now: of the machine, or of the container that it runs in."""
    found = int(psutil.virtual_memory().available)
    for limit, use in _GROUPS:
        try:
            found = min(found, int(limit.read_text()) - int(use.read_text()))
        except (OSError, ValueError):  # no such group, or one without a limit
            continue
    return max(found, 0)


def refuse(setup: Setup, key: str = "shape") -> None:
    """Refuse a set-up that would take more than is free; nothing of that size is allocated to find out.

    Raises
    ------
    BadInput
        Saying what is needed and what is free.
    """
    _refuse(needed(member.config for member in setup.engines.values()), key)


def refuse_growth(before: Mapping[str, EngineConfig], after: Mapping[str, EngineConfig]) -> None:
    """Refuse an edit that takes more than is free, and more than what it changes.

    Parameters
    ----------
    before, after : mapping of str to EngineConfig
        Configurations of the engines, by key.

    Raises
    ------
    BadInput
        As `refuse`.
    """
    wanted = needed(after.values())
    if wanted >= SMALL and wanted > needed(before.values()):
        _refuse(wanted, "shape")


def _refuse(wanted: int, key: str) -> None:
    if wanted < SMALL:
        return
    room = free()
    if wanted > room:
        raise BadInput(
            f"{gib(wanted)} of memory are needed, {gib(room)} are free.",
            key=key,
            value=gib(wanted),
            allowed=f"up to {gib(room)}",
            remedy="Take fewer sites, or the precision fast; without SCRAM there are no checkpoints.",
        )


def gib(size: int) -> str:
    """Bytes as ``12.4 GiB``, below a tenth of one as ``37 MiB``."""
    return f"{size / GIB:,.1f} GiB" if size >= GIB / 10 else f"{size / (1 << 20):,.0f} MiB"
