"""What an observer who sees some worlds only makes of the field that all worlds cause: hidden mass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import unknown_name
from tauscope.engine.gravity.analysis.poisson import solve_poisson
from tauscope.engine.gravity.analysis.potential import phi_from_f
from tauscope.engine.gravity.analysis.steady import coupling, rho_realized, screening
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.sources import emission_map

Floats = npt.NDArray[np.float64]


def rho_from_sources(
    config: GravityConfig,
    worlds: Iterable[str] | None = None,
    realized: bool = True,
    f: npt.ArrayLike | None = None,
) -> Floats:
    """Emission of the sources of some worlds, [ny, nx] in bits per tick (realized) or per update (nominal).

    The background belongs to no world and is left out, unless ``worlds`` is None, which takes everything.

    Parameters
    ----------
    config : GravityConfig
        Sources and worlds.
    worlds : iterable of str, optional
        Names; all and the background unless given.
    realized : bool
        Whether each node's emission is multiplied by its f: what really drives the field.
    f : array [ny, nx], optional
        Update fraction; needed where ``realized``.

    Raises
    ------
    BadInput
        An unknown world.
    ValueError
        Realized emission without f.
    """
    names = [world.name for world in config.worlds]
    chosen = names if worlds is None else list(worlds)
    for name in chosen:
        if name not in names:
            raise unknown_name("world", name, names, key="worlds")
    kept = tuple(source for source in config.sources if source.world in chosen)
    living = tuple(pattern for pattern in config.patterns if pattern.world in chosen)
    background = config.background if worlds is None else 0.0
    changes = {"sources": kept, "patterns": living, "background": background}
    emission = emission_map(config.model_copy(update=changes))
    if not realized:
        return emission
    if f is None:
        raise ValueError("Realized emission needs the update fraction f.")
    return rho_realized(f, emission)


@dataclass(frozen=True)
class DarkMatter:
    """Report of an observer; arrays [ny, nx] float64, masses in bits per tick.

    Parameters
    ----------
    rho_visible, rho_engine, rho_dark : array
        Realized emission of the visible worlds, of all, and the difference.
    rho_dark_nominal : array
        Nominal emission of the hidden worlds.
    phi_engine : array
        f - 1, measured.
    phi_expected_visible, phi_expected_total : array
        Potential of the visible emission and of all.
    phi_dark : array
        phi_engine - phi_expected_visible: what visible mass does not explain.
    kappa : float
        Coupling used.
    inferred, true, nominal : float
        Hidden mass inferred from phi_dark alone, realized and nominal.
    """

    rho_visible: Floats
    rho_engine: Floats
    rho_dark: Floats
    rho_dark_nominal: Floats
    phi_engine: Floats
    phi_expected_visible: Floats
    phi_expected_total: Floats
    phi_dark: Floats
    kappa: float
    inferred: float
    true: float
    nominal: float

    @property
    def fraction(self) -> float:
        """Share of the hidden in all realized emission."""
        whole = float(np.abs(self.rho_engine).sum())
        return float(np.abs(self.rho_dark).sum()) / whole if whole > 0 else 0.0


def analyze(
    config: GravityConfig, f: npt.ArrayLike, visible: Iterable[str], kappa: float | None = None
) -> DarkMatter:
    """What an observer of the ``visible`` worlds finds in a measured f [ny, nx].

    The hidden mass is what makes the potential of the hidden emission's shape fit ``phi_dark`` best: the
    projection ``<phi_dark, u> / <u, u>`` of the one on the other, which takes no derivative of a counted f.

    Parameters
    ----------
    config : GravityConfig
        Lattice of a relaying rule, with one capacity.
    f : array [ny, nx]
        Measured update fraction; counted over T ticks it is right to 1 / T.
    visible : iterable of str
        Worlds that the observer sees.
    kappa : float, optional
        Coupling of one calibration; that of the law, 4 / (p C), unless given.
    """
    counted = np.asarray(f, np.float64)
    chosen = list(visible)
    strength = coupling(config.capacity, config.survival, config.neighbourhood) if kappa is None else kappa
    rho_visible = rho_from_sources(config, chosen, f=counted)
    rho_engine = rho_from_sources(config, f=counted)
    phi = phi_from_f(counted)
    expected_visible, expected_total = (potential(config, rho, strength) for rho in (rho_visible, rho_engine))
    hidden = [world.name for world in config.worlds if world.name not in chosen]
    rho_dark = rho_engine - rho_visible
    phi_dark = phi - expected_visible
    unit = potential(config, rho_dark, strength)
    true = float(rho_dark.sum())
    share = float((unit * phi_dark).sum() / (unit * unit).sum()) if unit.any() else 0.0
    nominal = rho_from_sources(config, hidden, realized=False)
    return DarkMatter(
        rho_visible,
        rho_engine,
        rho_dark,
        nominal,
        phi,
        expected_visible,
        expected_total,
        phi_dark,
        strength,
        share * true,
        true,
        float(nominal.sum()),
    )


def potential(config: GravityConfig, rho: Floats, kappa: float) -> Floats:
    """Solution of ``lap phi - m^2 phi = kappa rho`` on a configuration's lattice."""
    m2 = screening(config.survival, config.neighbourhood)
    radius, hood = config.disc_radius, config.neighbourhood
    return solve_poisson(rho, kappa, config.boundary, m2, disc_radius=radius, neighbourhood=hood)


def calibrate(config: GravityConfig, f: npt.ArrayLike, realized: bool = True) -> float:
    """Coupling from one run: ``<phi, u> / <u, u>``, u that of its emission at kappa 1.

    With the nominal emission it comes out too small, by 3 per cent where 1 - f reaches 0.04 and by a factor
    where sources saturate.
    """
    counted = np.asarray(f, np.float64)
    unit = potential(config, rho_from_sources(config, realized=realized, f=counted), 1.0)
    return float((phi_from_f(counted) * unit).sum() / (unit * unit).sum())
