"""Which lattice carries out which rule on which device; what is not needed is not imported."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.gravity.form import Form
from tauscope.gpu.gravity.protocol import GravityLattice


def make_lattice(
    ny: int,
    nx: int,
    dtype: npt.DTypeLike,
    rule: str,
    boundary: str,
    neighbourhood: str = "von_neumann",
    sinks: npt.NDArray[np.bool_] | None = None,
    device: str = "cpu",
    message_size: float = 1.0,
    sizer: str = "message",
    threads: int = 1,
) -> GravityLattice:
    """Lattice of a configuration's entries on a device; its C is 1 until it is set.

    Parameters
    ----------
    ny, nx, dtype, rule, boundary, neighbourhood, message_size, sizer
        As in the configuration of the engine, which says what goes together.
    sinks : bool array (ny, nx), optional
        Nodes outside the disc.
    device : str
        ``cpu`` or ``cuda``.
    threads : int
        Threads of the relaying rules on the CPU, see `tauscope.gpu.gravity.lattice.Lattice`.
    """
    relaying = rule in ("airtime", "fluid")
    options: dict[str, Any] = {}
    if relaying:
        options["sinks"] = sinks
    else:
        options |= {"message_size": message_size, "sizer": sizer}
    made: Any
    if device == "cuda":
        from tauscope.gpu.gravity import cuda

        made = cuda.CudaLattice if relaying else cuda.CudaMessageLattice
    elif relaying:
        from tauscope.gpu.gravity.lattice import Lattice

        made, options["threads"] = Lattice, threads
    else:
        from tauscope.gpu.gravity.messages import MessageLattice

        made = MessageLattice
    lattice: GravityLattice = made(Form(ny, nx, dtype, rule, boundary, neighbourhood), **options)
    return lattice
