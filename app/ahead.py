"""Compiling ahead, in a process of its own, what the first wave on a lattice will need.

A world is compiled before it is shown, but only for what lives on it: the kernels of waves take a second or
two, once for each kind of lattice, and nobody who uses no waves shall wait for them. They are compiled while
the window is used already, by a process of the lowest priority, into numba's cache on disk; the first wave
then loads them in a few hundredths of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from tauscope.engine import create
from tauscope.engine.gravity.config import GravityConfig
from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.waves import are_compiled

SIDE, TICKS = 12, 20
"""A small lattice of the same kind, and ticks in which a wave is found and weighed."""

LOWEST = 19
"""Priority of the process: it takes what nobody else wants."""


def is_needed(config: GravityConfig) -> bool:
    """Whether the first wave on this lattice would have to wait for the compiler."""
    if any(one.is_wave for one in config.patterns):
        return False  # the run was compiled with them
    form = Form(config.ny, config.nx, config.dtype, config.rule, config.boundary, config.neighbourhood)
    return not are_compiled(form, config.capacity_map is not None)


def small(config: GravityConfig) -> dict[str, Any]:
    """A lattice of the same kind whose kernels are those of ``config``."""
    kept = ("rule", "dtype", "boundary", "neighbourhood", "survival")
    found: dict[str, Any] = {"nx": SIDE, "ny": SIDE, **{name: getattr(config, name) for name in kept}}
    if config.capacity_map is not None:
        found["capacity_map"] = np.ones((SIDE, SIDE)).tolist()
    return found


def start(config: GravityConfig) -> subprocess.Popen[bytes]:
    """Begin to compile; nothing is said if it cannot be done, since the first wave compiles as well."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    return subprocess.Popen(
        [sys.executable, "-m", __name__, json.dumps(small(config))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def compile_for(config: Mapping[str, Any]) -> None:
    """Call everything that a wave needs, on a lattice of this kind."""
    engine = create("gravity", dict(config), device="cpu")
    engine.advance(2)
    engine.command("add_pattern", kind="light", x=SIDE // 2, y=SIDE // 2, velocity=[1, 0], extent=2)
    engine.advance(TICKS)
    engine.scalars()
    engine.fields()
    engine.check()


if __name__ == "__main__":
    with contextlib.suppress(AttributeError, OSError):  # not every system has priorities
        os.nice(LOWEST)
    compile_for(json.loads(sys.argv[1]))
