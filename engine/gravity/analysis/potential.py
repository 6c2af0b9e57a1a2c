"""Potential phi from the update fraction f."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name

PhiMode = Literal["linear", "log", "custom"]

SMALLEST_F = 1e-10
"""Where the logarithm clips f: a node that never updated has f = 0."""


def phi_from_f(
    f: npt.ArrayLike,
    mode: str = "linear",
    alpha: float = 1.0,
    fn: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None = None,
) -> npt.NDArray[Any]:
    """Potential phi from an update fraction f, of the same shape; dimensionless.

    Parameters
    ----------
    f : array
        Update fraction, 0 to 1; float32 stays float32.
    mode : str
        ``linear``: ``alpha (f - 1)``, exactly Poissonian on the lattice. ``log``: ``alpha ln f`` with f
        clipped at 1e-10. ``custom``: ``alpha fn(f)``.
    alpha : float
        Scale.
    fn : callable, optional
        For ``custom``: maps the array f to an array of its shape.

    Raises
    ------
    BadInput
        Unknown mode, ``custom`` without ``fn`` (or ``fn`` with another mode), a result of another shape.

    Examples
    --------
    >>> float(phi_from_f([0.25])[0])
    -0.75
    """
    values = np.asarray(f)
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    if mode not in get_args(PhiMode):
        raise unknown_name("mode", mode, get_args(PhiMode), key="mode")
    if (fn is not None) != (mode == "custom"):
        raise BadInput(
            f"The mode “{mode}” was given {'a function' if fn is not None else 'no function'}.",
            key="fn",
            remedy='Pass fn together with mode="custom", and only then.',
        )
    if fn is not None:
        made = np.asarray(fn(values))
        if made.shape != values.shape:
            raise BadInput(f"fn made an array of shape {made.shape}, not {values.shape}.", key="fn")
        return np.asarray(alpha * made)
    if mode == "log":
        return np.asarray(alpha * np.log(np.maximum(values, values.dtype.type(SMALLEST_F))))
    return np.asarray(alpha * (values - 1))
