"""Candidate laws V(R): forms of the continuum, and fields of periodic lattices, each with a constant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from tauscope.engine.potential import green

Floats = npt.NDArray[np.float64]
Family = Literal["none", "contact", "logarithmic", "Coulomb", "screened", "confining", "mixed"]

LENGTHS = (0.05, 200.0)
"""Screening lengths that are tried, cells."""
MASSES = (1e-5, 10.0)
"""Squared masses that are tried, per cell squared."""
NEAR = 2
"""Separations at most to which a contact interaction may reach."""


@dataclass(frozen=True)
class Candidate:
    """A law with a constant and amplitudes in front of known shapes, of which one parameter may be free.

    Parameters
    ----------
    key, title, formula : str
        Name in code, for people, and what it says.
    family : Family
        Which kind of law it is: those of one family differ in images and spacing only.
    names : tuple of str
        Of the amplitudes.
    shapes : callable
        ``shapes(R, free) -> float64 [n, amplitudes]``.
    free : str
        Name of the parameter that enters otherwise than as a factor, "" without.
    bounds : tuple of float
        Of that parameter.
    lattice : bool
        Whether it is the field of a periodic lattice, images and spacing included.
    """

    key: str
    title: str
    formula: str
    family: Family
    names: tuple[str, ...]
    shapes: Callable[[Floats, float], Floats]
    free: str = ""
    bounds: tuple[float, float] = (0.0, 0.0)
    lattice: bool = False

    @property
    def count(self) -> int:
        """Fitted parameters, the constant among them."""
        return 1 + len(self.names) + bool(self.free)

    def design(self, R: Floats, free: float) -> Floats:
        """Constant and shapes, float64 [n, 1 + amplitudes]."""
        return np.concatenate((np.ones((len(R), 1)), self.shapes(R, free)), axis=1)


def continuum() -> tuple[Candidate, ...]:
    """Forms without a lattice: constant, logarithm, Coulomb, Yukawa, K0, string, string with Coulomb part."""

    def one(shape: Callable[[Floats, float], Floats]) -> Callable[[Floats, float], Floats]:
        return lambda R, free: np.asarray(shape(R, free)[:, None], np.float64)

    return (
        Candidate("constant", "constant", "c", "none", (), lambda R, _: np.empty((len(R), 0))),
        Candidate("log", "logarithm", "c + a ln R", "logarithmic", ("a",), one(lambda R, _: np.log(R))),
        Candidate("coulomb", "1/R", "c − a/R", "Coulomb", ("a",), one(lambda R, _: -1.0 / R)),
        Candidate(
            "yukawa", "Yukawa", "c − a exp(−R/l)/R", "screened", ("a",),
            one(lambda R, length: -np.exp(-R / length) / R), "l", LENGTHS,
        ),
        Candidate(
            "k0", "K₀", "c − a K₀(R/l)", "screened", ("a",), one(lambda R, length: -special.k0(R / length)),
            "l", LENGTHS,
        ),
        Candidate("linear", "string", "c + σ R", "confining", ("σ",), one(lambda R, _: R)),
        Candidate(
            "cornell", "string and 1/R", "c + σ R − a/R", "mixed", ("σ", "a"),
            lambda R, _: np.stack((R, -1.0 / R), axis=1),
        ),
    )  # fmt: skip


def contacts(R: Floats) -> tuple[Candidate, ...]:
    """Any values at the first one or two separations, and a constant beyond."""
    return tuple(
        Candidate(
            f"contact{reach}",
            "contact" if reach == 1 else f"contact, to {R[reach - 1]:g} cells",
            f"c, and free values up to R = {R[reach - 1]:g}",
            "contact",
            tuple(f"V({at:g}) − c" for at in R[:reach]),
            _near(tuple(R[:reach].tolist())),
        )
        for reach in range(1, 1 + min(NEAR, len(R) - 2))
    )


def lattices(shape: Sequence[int]) -> tuple[Candidate, ...]:
    """Fields of periodic lattices in two and three dimensions, massless and massive.

    In the number of dimensions of ``shape`` that torus is taken, else a square or a cube with its first side.
    """
    found = []
    for dimensions, name in ((2, "2D"), (3, "3D")):
        torus = tuple(shape) if len(shape) == dimensions else (shape[0],) * dimensions
        found.append(
            Candidate(
                f"lattice{dimensions}", f"{name} lattice, massless", f"c + q² [G(0) − G(R)], {name}, m = 0",
                "logarithmic" if dimensions == 2 else "Coulomb", ("q²",), _field(torus, massive=False),
                lattice=True,
            )
        )  # fmt: skip
        found.append(
            Candidate(
                f"lattice{dimensions}m", f"{name} lattice, massive", f"c + q² [G(0) − G(R)], {name}, m > 0",
                "screened", ("q²",), _field(torus, massive=True), "m²", MASSES, lattice=True,
            )
        )  # fmt: skip
    return tuple(found)


def offered(R: Floats, shape: Sequence[int], wanted: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """All candidates for these separations; lattice fields where the torus is known and R whole sites.

    ``wanted`` keeps those named; contact forms go by ``contact``.
    """
    found = (*continuum(), *contacts(R))
    if shape and np.all(np.round(R) == R):
        found += lattices(shape)
    if not wanted:
        return found
    return tuple(
        one for one in found if one.key in wanted or ("contact" in wanted and one.family == "contact")
    )


def _near(places: tuple[float, ...]) -> Callable[[Floats, float], Floats]:
    return lambda R, _: np.asarray(R[:, None] == np.array(places), np.float64)


def _field(torus: tuple[int, ...], *, massive: bool) -> Callable[[Floats, float], Floats]:
    def shapes(R: Floats, m2: float) -> Floats:
        return green.potential(torus, R, m2 if massive else 0.0)[:, None]

    return shapes
