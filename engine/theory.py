"""The user's own theory: a typed formula beside measured values, with residual, chi^2 and a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy import optimize

from tauscope.engine.errors import BadInput
from tauscope.engine.formula import Formula

Floats = npt.NDArray[np.float64]

FREE = ("a", "b", "c")
"""Names of free parameters."""
PLACES = ("r", "x", "y", "t")
"""Variables: distance from the line's start, column, row (cells), tick."""
TRIES = 2000
SINGULAR = 1e-6


@dataclass(frozen=True)
class Comparison:
    """A theory beside measured values.

    Parameters
    ----------
    curve, residual : float64 array [n]
        Theory, and measured minus theory; NaN where the theory has no value.
    parameters : mapping of str to float
        Free parameters that were used.
    errors : mapping of str to float
        Standard errors of fitted ones; empty without a fit.
    rms : float
        Root mean square of the residual.
    chi2 : float or None
        Sum of (residual / sigma)^2; None where no error is known.
    freedom : int
        Values compared less the fitted parameters.
    sigma : float or None
        Error of one value that was used.
    note : str
        What the errors of the parameters stand on.
    """

    curve: Floats
    residual: Floats
    parameters: Mapping[str, float]
    errors: Mapping[str, float] = field(default_factory=dict)
    rms: float = 0.0
    chi2: float | None = None
    freedom: int = 0
    sigma: float | None = None
    note: str = ""


class Theory:
    """A formula of `PLACES` and of the free parameters `FREE`.

    Parameters
    ----------
    text : str
        Formula, as in ``a + b * log(r)``.
    names : sequence of str
        Variables that have values where it is used.

    Raises
    ------
    BadInput
        The formula is refused.
    """

    def __init__(self, text: str, names: Sequence[str] = PLACES) -> None:
        self.formula = Formula(text, (*names, *FREE))
        self.free = tuple(name for name in FREE if name in self.formula.names)
        """Free parameters that occur in it."""

    def at(self, places: Mapping[str, Floats], parameters: Mapping[str, float]) -> Floats:
        """Value at every place, float64 [n]; NaN or infinite where the formula has none."""
        count = len(next(iter(places.values())))
        known = {name: values for name, values in places.items() if name in self.formula.names}
        with np.errstate(all="ignore"):
            found = self.formula(**known, **{name: parameters.get(name, 1.0) for name in self.free})
        return np.array(np.broadcast_to(np.asarray(found, np.float64), (count,)))

    def compare(
        self,
        places: Mapping[str, Floats],
        measured: Floats,
        sigma: float | None = None,
        parameters: Mapping[str, float] | None = None,
        fitted: int = 0,
    ) -> Comparison:
        """Residual and chi^2 with given parameters, 1 where one is not given.

        Parameters
        ----------
        places : mapping of str to float64 array [n]
            Values of the variables.
        measured : float64 array [n]
            What the theory is compared with.
        sigma : float, optional
            Error of one value, taken as independent from value to value.
        parameters : mapping of str to float, optional
            Free parameters.
        fitted : int
            How many of them were fitted to these values.
        """
        chosen = {name: float((parameters or {}).get(name, 1.0)) for name in self.free}
        curve = self.at(places, chosen)
        curve[~np.isfinite(curve)] = np.nan
        residual = measured - curve
        kept = residual[np.isfinite(residual)]
        square = float(kept @ kept)
        return Comparison(
            curve,
            residual,
            MappingProxyType(chosen),
            rms=float(np.sqrt(square / len(kept))) if len(kept) else 0.0,
            chi2=square / sigma**2 if sigma and len(kept) else None,
            freedom=max(len(kept) - fitted, 0),
            sigma=sigma,
        )

    def fit(
        self,
        places: Mapping[str, Floats],
        measured: Floats,
        sigma: float | None = None,
        start: Mapping[str, float] | None = None,
    ) -> Comparison:
        """Least-squares fit of the free parameters (Levenberg-Marquardt, scipy), from 1 or ``start``.

        Values at which the formula is not finite with the start parameters, such as ``log(r)`` at r = 0, are
        left out. With ``sigma`` the errors stand on it, without on the scatter of the residual.

        Raises
        ------
        BadInput
            No free parameter, fewer values than parameters, or no minimum was found.
        """
        if not self.free:
            raise BadInput(
                f"“{self.formula.text}” has no free parameter.",
                key="formula",
                allowed=f"some of {', '.join(FREE)}",
                remedy="Write it with a, b or c, as in a + b*log(r).",
            )
        first = [float((start or {}).get(name, 1.0)) for name in self.free]
        trial = self.at(places, dict(zip(self.free, first, strict=True)))
        usable = np.isfinite(measured) & np.isfinite(trial)
        count = int(usable.sum())
        if count <= len(self.free):
            raise BadInput(
                f"{count} values are too few to fit {len(self.free)} parameters.",
                key="formula",
                value=count,
                allowed=f"more than {len(self.free)}",
            )
        inside = {name: values[usable] for name, values in places.items()}

        def misses(values: Floats) -> Floats:
            curve = self.at(inside, dict(zip(self.free, values.tolist(), strict=True)))
            return (curve - measured[usable]) / (sigma or 1.0)

        try:
            with np.errstate(all="ignore"):
                best = optimize.least_squares(misses, first, method="lm", x_scale="jac", max_nfev=TRIES)
        except ValueError:
            raise self._lost("the formula is not finite on the way there") from None
        if best.status <= 0:
            raise self._lost(f"{TRIES} tries were not enough")
        width = _widths(np.asarray(best.jac, np.float64))
        if sigma is None:
            width = width * np.sqrt(2.0 * float(best.cost) / (count - len(self.free)))
        found = self.compare(
            places, measured, sigma, dict(zip(self.free, map(float, best.x), strict=True)), len(self.free)
        )
        note = "from the stated error" if sigma is not None else "from the scatter"
        return Comparison(
            found.curve,
            found.residual,
            found.parameters,
            MappingProxyType(dict(zip(self.free, map(float, width), strict=True))),
            found.rms,
            found.chi2,
            found.freedom,
            sigma,
            note,
        )

    def _lost(self, why: str) -> BadInput:
        return BadInput(
            f"No fit of “{self.formula.text}” was found: {why}.",
            key="formula",
            remedy="Start nearer to the data, as in 0.01*a where a is large, or use a simpler formula.",
        )


def _widths(jacobian: Floats) -> Floats:
    """Standard errors for unit errors of the data; refused where two parameters do the same.

    The Jacobian is a finite difference, right to about 1e-8, hence the threshold.
    """
    scale = np.sqrt((jacobian * jacobian).sum(axis=0))
    unit = jacobian / np.where(scale > 0, scale, 1.0)
    _, sizes, turn = np.linalg.svd(unit, full_matrices=False)
    if not np.all(scale > 0) or sizes[-1] < SINGULAR * sizes[0]:
        raise BadInput(
            "The data do not determine every parameter of the formula.",
            key="formula",
            remedy="Leave one out: two of them may do the same.",
        )
    with np.errstate(under="ignore"):
        return np.asarray(np.sqrt(((turn.T / sizes) ** 2).sum(axis=1)) / scale)
