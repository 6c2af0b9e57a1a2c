"""Which lattice runs on which device."""

from __future__ import annotations

from tauscope.gpu.charge.cpu import CpuDrift, CpuPlasma
from tauscope.gpu.charge.protocol import DriftLattice, PlasmaLattice


def make_drift(size: int, _device: str = "cpu") -> DriftLattice:
    """Lattice of rho, phi and I, all 0, so many cells a side."""
    return CpuDrift(size)


def make_plasma(size: int, _device: str = "cpu") -> PlasmaLattice:
    """Lattice of two species, empty, without fixed charges, so many cells a side."""
    return CpuPlasma(size)
