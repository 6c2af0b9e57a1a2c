"""Which lattice of links runs on which device; what is not needed is not imported."""

from __future__ import annotations

from typing import Any

from tauscope.gpu.gauge.protocol import Links


def make_links(shape: tuple[int, ...], device: str = "cpu") -> Links:
    """Links of a lattice on a device, all 1.

    Parameters
    ----------
    shape : tuple of int
        Two to four even extents, slowest axis first.
    device : str
        ``cpu`` or ``cuda``.

    Raises
    ------
    ValueError
        Another number of axes, or an extent that is not even.
    RuntimeError
        ``cuda`` without a device.
    """
    made: Any
    if device == "cuda":
        from tauscope.gpu.gauge.cuda import CudaLinks

        made = CudaLinks
    else:
        from tauscope.gpu.gauge.cpu import CpuLinks

        made = CpuLinks
    links: Links = made(shape)
    return links
