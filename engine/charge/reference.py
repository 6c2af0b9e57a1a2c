"""The charge model in plain NumPy, straight from its equations; slow, and what every kernel is compared with.

Source: charge-and-gauge.md, "charge: the PDE, settled" and "The published experiment".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def shifted(field: Floats, dy: int, dx: int) -> Floats:
    """Value of the neighbour dy rows up and dx columns to the right, on a torus."""
    return np.roll(field, (-dy, -dx), (0, 1))


def laplacian(field: Floats, spacing: float = 1.0) -> Floats:
    """Five-point Laplacian."""
    around = shifted(field, 0, 1) + shifted(field, 0, -1) + shifted(field, 1, 0) + shifted(field, -1, 0)
    return np.asarray((around - 4 * field) / spacing**2)


def gradient(field: Floats, spacing: float = 1.0) -> tuple[Floats, Floats]:
    """Central differences along x and y."""
    return (
        np.asarray((shifted(field, 0, 1) - shifted(field, 0, -1)) / (2 * spacing)),
        np.asarray((shifted(field, 1, 0) - shifted(field, -1, 0)) / (2 * spacing)),
    )


def current_divergence(rho: Floats, phi: Floats, scheme: str, spacing: float = 1.0) -> Floats:
    """div(rho grad phi): central twice, or through faces with the mean of both cells or the cell upwind."""
    if scheme == "central":
        jx, jy = (rho * part for part in gradient(phi, spacing))
        return np.asarray(gradient(jx, spacing)[0] + gradient(jy, spacing)[1])
    found = np.zeros_like(rho)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        rise, near = shifted(phi, dy, dx) - phi, shifted(rho, dy, dx)
        carried = 0.5 * (rho + near) if scheme == "compact" else np.where(rise < 0, rho, near)
        found += carried * rise / spacing**2
    return found


@dataclass
class DriftReference:
    """rho, phi, I by explicit Euler: j and rho, phi, I, in this order.

    Parameters
    ----------
    rho, phi, intent : array [L, L]
        State, which `step` replaces.
    held : bool array [L, L], optional
        Cells that keep their rho.
    """

    rho: Floats
    phi: Floats
    intent: Floats
    dt: float = 0.01
    alpha: float = 1.0
    gamma: float = 0.1
    g: float = 1.0
    lam: float = 0.0
    D: float = 0.0
    nu: float = 0.0
    beta: float = 0.0
    spacing: float = 1.0
    scheme: str = "central"
    relaxes: bool = True
    held: npt.NDArray[np.bool_] | None = None

    def step(self) -> None:
        """One step."""
        h = self.spacing
        rate = self.g * current_divergence(self.rho, self.phi, self.scheme, h)
        rate += self.D * laplacian(self.rho, h) - self.lam * self.rho
        rho = self.rho + self.dt * rate
        if self.held is not None:
            rho = np.where(self.held, self.rho, rho)
        turn = (
            self.alpha * laplacian(self.intent, h) + self.nu * laplacian(self.phi, h) - self.beta * self.rho
        )
        if self.relaxes:
            self.intent = self.intent - self.dt * self.gamma * (self.intent - rho**2)
        self.rho, self.phi = rho, self.phi + self.dt * turn

    def field_energy(self) -> float:
        """½ Σ |∇φ|² with differences between neighbours."""
        parts = [(shifted(self.phi, *step) - self.phi) / self.spacing for step in ((0, 1), (1, 0))]
        return 0.5 * float(sum((part**2).sum() for part in parts))


def bernoulli(d: Floats) -> Floats:
    """B(d) = d / (e^d - 1), from |d| and mirrored."""
    size = np.abs(d)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        low = np.where(size > 0, size / np.expm1(size), 1.0)
    return np.asarray(np.where(d < 0, low + size, low))


@dataclass
class PlasmaReference:
    """Two species in their own potential and that of fixed charges, by Scharfetter and Gummel's fluxes.

    Parameters
    ----------
    p, n : array [L, L]
        Densities, which `step` replaces.
    fixed : array [L, L]
        Charges that do not move.
    """

    p: Floats
    n: Floats
    fixed: Floats
    T: float = 0.1
    D: float = 1.0
    m2: float = 0.0

    def potential(self) -> Floats:
        """Phi with -lap Phi + m2 Phi = p - n + fixed, less the mean where m2 is 0."""
        size = self.p.shape[0]
        along = 2 - 2 * np.cos(2 * np.pi * np.fft.fftfreq(size))
        symbol = along[:, None] + along[None, :] + self.m2
        if self.m2 == 0:
            symbol[0, 0] = np.inf
        return np.asarray(np.fft.ifft2(np.fft.fft2(self.p - self.n + self.fixed) / symbol).real)

    def step(self, dt: float) -> None:
        """One step of length dt."""
        phi = self.potential()
        for name, sign in (("p", 1.0), ("n", -1.0)):
            density = getattr(self, name)
            after = density.copy()
            for dy, dx in ((0, 1), (1, 0)):
                d = sign * (shifted(phi, dy, dx) - phi) / self.T
                flux = self.D * (bernoulli(d) * density - bernoulli(-d) * shifted(density, dy, dx))
                after += dt * (shifted(flux, -dy, -dx) - flux)
            setattr(self, name, after)

    def free_energy(self) -> float:
        """F = ½ Σ (p - n + fixed) Phi + T Σ (p ln p + n ln n)."""
        entropy = sum(
            np.where(s > 0, s * np.log(np.where(s > 0, s, 1.0)), 0.0).sum() for s in (self.p, self.n)
        )
        return float(0.5 * ((self.p - self.n + self.fixed) * self.potential()).sum() + self.T * entropy)
