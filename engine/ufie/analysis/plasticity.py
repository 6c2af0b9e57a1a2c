"""A metric that learns from the wave: what moves together comes nearer, and forgetting pulls back to flat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

LEAST = 1e-3
"""Least eigenvalue of a metric that is kept: it stays symmetric and positive."""


def correlation(psi: npt.ArrayLike) -> Floats:
    """``Re(Psi_i Psi_j*)`` of the field's slopes along its axes, mean over sites, float64 [axes, axes].

    Psi_i is the centred difference along axis i; an axis of one site has none.
    """
    field = np.asarray(psi)
    slopes = [
        0.5 * (np.roll(field, -1, axis) - np.roll(field, 1, axis)).ravel() for axis in range(field.ndim)
    ]
    rows = np.array(slopes, np.complex128)
    return np.asarray((rows @ rows.conj().T).real / max(field.size, 1))


def learn(
    metric: npt.ArrayLike,
    drive: npt.ArrayLike,
    duration: float,
    *,
    rate: float,
    forgetting: float,
    literal: bool = False,
    least: float = LEAST,
) -> Floats:
    """Metric after a while under a constant correlation, by the exact solution, float64 [..., axes, axes].

    ``dg/dt = -eta Re(Psi_i Psi_j*) - lambda (g - delta)``, then eigenvalues below ``least`` are lifted to it.
    The model's own literature has ``+lambda``: any deviation from flat then grows as exp(lambda t); that is
    offered as ``literal`` only (ufie.md, "What the lab offers", 8).

    Parameters
    ----------
    metric : array_like [..., axes, axes]
        g, symmetric and positive.
    drive : array_like [..., axes, axes]
        ``Re(Psi_i Psi_j*)``, symmetric.
    duration : float
        s.
    rate : float
        eta, 0 or more.
    forgetting : float
        lambda, 1/s, 0 or more.
    literal : bool
        Whether lambda has the other sign.
    least : float
        Least eigenvalue kept; waves run at most ``c0/sqrt(least)``.

    Raises
    ------
    BadInput
        A negative rate, or a metric that is not symmetric and positive.
    """
    g = np.asarray(metric, np.float64)
    for key, value in (("rate", rate), ("forgetting", forgetting), ("duration", duration)):
        if not value >= 0:
            raise BadInput(f"Learning with {key} = {value:g}.", key=key, value=value, allowed="0 or more")
    symmetric = np.allclose(g, np.swapaxes(g, -1, -2), rtol=1e-12, atol=1e-12)
    if not (np.isfinite(g).all() and symmetric and (np.linalg.eigvalsh(g) > 0).all()):
        raise BadInput("The metric is not symmetric and positive.", key="metric")
    pull = -forgetting if literal else forgetting
    flat = np.eye(g.shape[-1])
    decay = np.exp(-pull * duration)
    # (1 - exp(-x))/x goes to 1 where nothing is forgotten.
    span = -np.expm1(-pull * duration) / pull if pull else duration
    moved = flat + (g - flat) * decay - rate * span * np.asarray(drive, np.float64)
    return positive(moved, least)


def positive(metric: npt.ArrayLike, least: float = LEAST) -> Floats:
    """Nearest symmetric metric whose eigenvalues are at least ``least``, float64 [..., axes, axes]."""
    g = np.asarray(metric, np.float64)
    g = 0.5 * (g + np.swapaxes(g, -1, -2))
    values, vectors = np.linalg.eigh(g)
    if (values >= least).all():
        return g
    lifted = vectors * np.maximum(values, least)[..., None, :]
    found = lifted @ np.swapaxes(vectors, -1, -2)
    return np.asarray(0.5 * (found + np.swapaxes(found, -1, -2)))
