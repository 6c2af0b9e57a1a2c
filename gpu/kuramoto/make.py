"""Which ensemble runs on which device; what is not needed is not imported."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from tauscope.gpu.kuramoto.protocol import Ensemble


def make_ensemble(offsets: npt.ArrayLike, device: str = "cpu") -> Ensemble:
    """Ensemble on a device: phases 0, frequencies 0, h = 0, no coupling, nothing frozen.

    Parameters
    ----------
    offsets : int array (C + 1,)
        First oscillator of each cluster and the end; every cluster has at least one oscillator.
    device : str
        ``cpu`` or ``cuda``.

    Raises
    ------
    ValueError
        If the offsets do not start at 0 or do not increase.
    RuntimeError
        ``cuda`` without a device.
    """
    made: Any
    if device == "cuda":
        from tauscope.gpu.kuramoto.cuda import CudaEnsemble

        made = CudaEnsemble
    else:
        from tauscope.gpu.kuramoto.cpu import CpuEnsemble

        made = CpuEnsemble
    ensemble: Ensemble = made(offsets)
    return ensemble
