"""Which wave runs on which device; what is not needed is not imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from tauscope.gpu.ufie.protocol import Wave


def make_wave(
    shape: Sequence[int],
    *,
    precision: str = "fast",
    device: str = "cpu",
    threads: int = 1,
    present: npt.ArrayLike | None = None,
) -> Wave:
    """Wave on a device: psi and velocity 0, flat metric, no emitters; `Wave.set_material` comes first.

    Parameters
    ----------
    shape : nine ints
        Sizes of the axes r s t u v w x y z, each at least 1.
    precision : str
        ``fast`` (complex64) or ``precise`` (complex128).
    device : str
        ``cpu`` or ``cuda``.
    threads : int
        Threads on the CPU; they change no bit.
    present : int array, optional
        Numbers of the bricks that are there at the start; all unless given.

    Raises
    ------
    ValueError
        If sizes, precision or bricks are none that can be.
    RuntimeError
        ``cuda`` without a device.
    """
    made: Any
    options: dict[str, Any] = {}
    if device == "cuda":
        from tauscope.gpu.ufie.cuda import CudaWave

        made = CudaWave
    else:
        from tauscope.gpu.ufie.cpu import CpuWave

        made, options["threads"] = CpuWave, threads
    wave: Wave = made(shape, precision=precision, present=present, **options)
    return wave
