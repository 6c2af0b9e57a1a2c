"""The verdict in words: which law, put in by hand or emergent, where it was tested, and what may mislead."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from tauscope.engine.potential.data import LEAST, PotentialData, listed
from tauscope.engine.potential.fits import Fit, Ranking

CLOSE = 2.0
"""AICc within which two laws are not told apart."""
UNLIKELY = 1e-3
"""Probability of chi^2 below which a law does not describe the data."""
COARSE = 0.05
"""Deterministic residual over the range of V from which a law does not describe the data."""
EXACT = 1e-9
"""The same up to which a lattice field is met to rounding."""
IMAGES = 0.25
"""Separation over side of the torus from which images count."""

SAID = {
    "none": "V does not depend on the separation",
    "contact": "the charges act on one another in contact only",
    "logarithmic": "V is logarithmic: the field of a massless particle in two dimensions",
    "Coulomb": "V is Coulomb’s: the field of a massless particle in three dimensions",
    "screened": "V is screened: the field of a massive particle, which ends within some cells",
    "confining": "V rises as a string does: charges are confined",
    "mixed": "V rises as a string with a 1/R part: charges are confined",
}
ORIGINS = {
    "imposed": "That law was put in by hand",
    "emergent": "That law emerges from local rules",
    "local": "The equations hold no force at a distance",
}


@dataclass(frozen=True)
class Verdict:
    """What came out.

    Parameters
    ----------
    law : str
        Family of the law, or ``undecided`` or ``unfit``.
    sentence : str
        All of it in words.
    warnings : tuple of str
        What may mislead, as sentences.
    separations : tuple of float
        Where it was tested.
    """

    law: str
    sentence: str
    warnings: tuple[str, ...] = field(default=())
    separations: tuple[float, ...] = ()

    @property
    def is_coulomb(self) -> bool:
        """Whether a Coulomb law is claimed."""
        return self.law == "Coulomb"


def verdict_of(ranking: Ranking) -> Verdict:
    """Judge a ranking.

    A law needs an interaction that is seen at four separations or more, a fit that describes the data, and no
    other kind of law that is as simple within two units of AICc. Images need lattice candidates: without them
    massless and screened laws are not told apart.
    """
    data = ranking.data
    places = tuple(data.R.tolist())
    if not ranking.fits:
        said = f"Only R = {listed(data.R)} have a value; {LEAST} are needed to name a law{_steps(data)}"
        return _told("undecided", data, said, data.warnings, places)
    best, warnings = ranking.chosen, _warnings(ranking)
    seen = int(data.seen.sum())
    if seen == 0:
        return _told("none", data, SAID["none"], warnings, places)
    fits = describes(data, best)
    flat = best.candidate.family == "none" and not data.deterministic
    if fits and (flat or best.candidate.family == "contact"):
        return _told(best.candidate.family, data, SAID[best.candidate.family], warnings, places)
    if seen < LEAST - 1 or (seen < LEAST and len(data.R) > LEAST):
        law = "contact" if data.deterministic else "undecided"
        said = (
            f"V differs from its value at the largest separation at R = {listed(data.R[data.seen])} only; "
            f"{LEAST} such separations are needed to name a law"
        )
        return _told(law, data, said, warnings, places)
    if not fits:
        said = f"No candidate describes the data; the nearest is {best.candidate.title}"
        return _told("unfit", data, said, warnings, places)
    rivals = [fit for fit in ranking.fits if _is_rival(fit, best)]
    if rivals:
        others = " and ".join(fit.candidate.title for fit in rivals)
        said = f"The data do not tell {best.candidate.title} from {others}"
        return _told("undecided", data, said, warnings, places)
    if _needs_lattice(ranking):
        said = (
            f"{_capital(best.candidate.title)} ranks first among forms without a lattice, but images of the "
            "torus make massless and screened laws look like one another"
        )
        return _told("undecided", data, said, warnings, places)
    if best.parameters.get("σ", 1.0) <= 0:
        said = f"V falls with the separation as no string does ({amounts(best)}): no law is named"
        return _told("unfit", data, said, warnings, places)
    way = "rises" if data.V[-1] > data.V[0] else "falls"
    said = f"{SAID[best.candidate.family]} ({best.candidate.title}; {amounts(best)}{_ahead(ranking)})"
    return _told(best.candidate.family, data, f"{said}; V {way} with R", warnings, places)


def describes(data: PotentialData, fit: Fit) -> bool:
    """Whether a law describes the data: chi^2 that chance allows, or a small deterministic residual."""
    if data.deterministic:
        return float(np.abs(fit.residual).max()) <= COARSE * max(float(np.ptp(data.V)), 1e-300)
    return bool(stats.chi2.sf(fit.chi2, max(fit.freedom, 1)) >= UNLIKELY)


def amounts(fit: Fit) -> str:
    """Parameters of a fit with their errors: ``a = 0.1612 ± 0.0004``."""
    parts = []
    for name, value in fit.parameters.items():
        if name == "c":
            continue
        error = fit.errors[name]
        known = np.isfinite(error) and error > 0
        parts.append(f"{name} = {value:.4g} ± {error:.2g}" if known else f"{name} = {value:.4g}")
    return ", ".join(parts) if parts else f"c = {fit.parameters['c']:.4g}"


def _told(
    law: str, data: PotentialData, said: str, warnings: tuple[str, ...], places: tuple[float, ...]
) -> Verdict:
    sentences = [f"{_capital(said)}."]
    if data.origin == "local" or law in ("logarithmic", "Coulomb", "screened", "confining", "mixed"):
        sentences.append(f"{ORIGINS[data.origin]}{f': {data.source}' if data.source else ''}.")
    sentences.append(f"Tested at R = {listed(places)} cells.")
    return Verdict(law, " ".join(sentences), warnings, places)


def _steps(data: PotentialData) -> str:
    """How V goes on from one separation to the next, as words."""
    if len(data.R) < 2:
        return ""
    slopes = np.diff(data.V) / np.diff(data.R)
    errors = np.hypot(data.error[1:], data.error[:-1]) / np.diff(data.R)
    pairs = zip(slopes, errors, strict=True)
    told = [f"{slope:.3g} ± {error:.1g}" if error > 0 else f"{slope:.3g}" for slope, error in pairs]
    return f". From one to the next V changes by {', '.join(told)} a cell"


def _is_rival(fit: Fit, best: Fit) -> bool:
    """Whether a law of another kind that is no richer does about as well."""
    same = fit.candidate.family == best.candidate.family
    return not same and fit.candidate.count <= best.candidate.count and fit.aicc - best.aicc < CLOSE


def _ahead(ranking: Ranking) -> str:
    """By how much the law is ahead of the next kind."""
    best = ranking.chosen
    other = next((fit for fit in ranking.fits if fit.candidate.family != best.candidate.family), None)
    if other is None:
        return ""
    gap = other.aicc - best.aicc
    if gap < 0:
        return f"; {other.candidate.title} has more parameters and leads by no more than {-gap:.1f} in AICc"
    return f"; {other.candidate.title} is behind by ΔAICc = {gap:.1f}"


def _needs_lattice(ranking: Ranking) -> bool:
    """Whether images may pass for another law and no lattice candidate was there to tell them."""
    if ranking.chosen.candidate.family not in ("logarithmic", "Coulomb", "screened"):
        return False
    return not any(fit.candidate.lattice for fit in ranking.fits)


def _warnings(ranking: Ranking) -> tuple[str, ...]:
    data, best = ranking.data, ranking.chosen
    found = list(data.warnings)
    if data.deterministic:
        left, largest = float(np.abs(best.residual).max()), float(np.abs(data.V).max())
        share = 0.0 if left <= 1e-12 * largest else left / max(float(np.ptp(data.V)), 1e-300)
        how = "is rounding" if share <= EXACT else f"of up to {100 * share:.2g} % of its range is systematic"
        found.append(
            "These values have no statistical error: what the best fit leaves "
            f"{how}, and AICc ranks it as if it were noise."
        )
    else:
        found.append("Errors at different separations are correlated; χ² takes them as independent.")
    side = data.shape[0] if data.shape else 0
    far = data.R[IMAGES * side < data.R] if side else np.zeros(0)
    if len(far):
        found.append(
            f"Beyond a quarter of the torus (L = {side}), at R = {listed(far)}, images bend any law: the "
            "lattice candidates have them, the others have not."
        )
    if (bound := _mass_bound(ranking)) > 0:
        found.append(f"A mass of up to m² = {bound:.2g} per cell² is not excluded by these data.")
    if best.candidate.free:
        low, high = best.candidate.bounds
        if not 1.01 * low < best.free < 0.99 * high:
            found.append(f"{best.candidate.free} of the best fit stands at the end of its range.")
    if ranking.skipped:
        found.append(f"Too few separations to fit {', '.join(ranking.skipped)}.")
    return tuple(found)


def _mass_bound(ranking: Ranking) -> float:
    """Squared mass that noise allows a field called massless, two errors up; 0 where that is not asked."""
    best = ranking.chosen.candidate
    massive = ranking.of({"logarithmic": "lattice2m", "Coulomb": "lattice3m"}.get(best.family, ""))
    if massive is None or ranking.data.deterministic:
        return 0.0
    error = massive.errors["m²"]
    return massive.parameters["m²"] + 2.0 * error if np.isfinite(error) else 0.0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
