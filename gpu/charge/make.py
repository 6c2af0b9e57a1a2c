"""Which lattice runs on which device; what is not needed is not imported."""

from __future__ import annotations

from tauscope.gpu.charge.protocol import DriftLattice, PlasmaLattice


def make_drift(size: int, device: str = "cpu") -> DriftLattice:
    """Lattice of rho, phi and I, all 0.

    Parameters
    ----------
    size : int
        Cells a side.
    device : str
        ``cpu`` or ``cuda``.

    Raises
    ------
    RuntimeError
        ``cuda`` without a device.
    """
    if device == "cuda":
        from tauscope.gpu.charge.cuda import CudaDrift

        return CudaDrift(size)
    from tauscope.gpu.charge.cpu import CpuDrift

    return CpuDrift(size)


def make_plasma(size: int, device: str = "cpu") -> PlasmaLattice:
    """Lattice of two species, empty, without fixed charges; parameters as in `make_drift`."""
    if device == "cuda":
        from tauscope.gpu.charge.cuda import CudaPlasma

        return CudaPlasma(size)
    from tauscope.gpu.charge.cpu import CpuPlasma

    return CpuPlasma(size)
