"""Measures between two phase signals: PLV, PPC, entropy coherence, mutual information, each with its bias.

Lachaux et al., Hum. Brain Mapp. 8, 194 (1999); Vinck et al., NeuroImage 51, 112 (2010); Tass et al.,
Phys. Rev. Lett. 81, 3291 (1998); Miller-Madow: G. A. Miller in Information Theory in Psychology (1955).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

from tauscope.engine.autocorrelation import effective_samples
from tauscope.engine.errors import BadInput

Floats = npt.NDArray[np.float64]

MI_BINS = 16
"""Bins of each phase for the mutual information."""
EDGE_SHARE = 0.05
"""Share of a series cut off at each end after a Hilbert transform, which is wrong there."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of two signals, with what is known of its bias.

    Parameters
    ----------
    value : float
        The measure as it is defined.
    bias : float
        Expected excess of ``value`` over the truth at this number of samples.
    corrected : float
        ``value - bias``, kept within the range of the measure.
    samples : int
        Samples used.
    effective : float
        Independent samples that are worth as much (`effective_samples` of ``exp(i d)``).
    bins : int
        Bins of each phase, 0 where the measure has none.
    """

    value: float
    bias: float
    corrected: float
    samples: int
    effective: float
    bins: int = 0


@dataclass(frozen=True, slots=True)
class PhaseRelation:
    """All four measures of two phase signals."""

    plv: Measure
    ppc: Measure
    entropy: Measure
    information: Measure


def plv(a: npt.ArrayLike, b: npt.ArrayLike) -> Measure:
    """Phase-locking value ``|<exp(i (a - b))>|``, 0 to 1.

    Its square is too large by ``(1 - PLV^2) / n`` for n independent samples: unrelated phases give
    ``sqrt(pi / 4n)``, not 0. The correction is the root of `ppc` with the effective number of samples.

    Parameters
    ----------
    a, b : array_like [n]
        Phases in rad, wrapped or not.

    Raises
    ------
    BadInput
        Series of different length, of fewer than 2 samples, or not finite.
    """
    turn = _turns(a, b)
    effective = effective_samples(turn)
    value = min(1.0, float(abs(turn.mean())))
    corrected = math.sqrt(max(0.0, _pairwise(value, effective)))
    return Measure(value, value - corrected, corrected, len(turn), effective)


def ppc(a: npt.ArrayLike, b: npt.ArrayLike) -> Measure:
    """Pairwise phase consistency ``(n PLV^2 - 1) / (n - 1)``, mean cosine between two samples' differences.

    Without bias for independent samples, where it may fall below 0. Samples of a run follow one another
    closely; ``corrected`` takes the effective number for n, and ``bias`` is the difference.

    Parameters
    ----------
    a, b : array_like [n]
        Phases in rad.

    Raises
    ------
    BadInput
        As in `plv`.
    """
    turn = _turns(a, b)
    effective = effective_samples(turn)
    locking = min(1.0, float(abs(turn.mean())))
    value, corrected = _pairwise(locking, len(turn)), _pairwise(locking, effective)
    return Measure(value, value - corrected, corrected, len(turn), effective)


def entropy_bins(samples: int) -> int:
    """Bins of the entropy coherence, ``exp(0.626 + 0.4 ln(n - 1))`` (Tass)."""
    return max(2, int(math.exp(0.626 + 0.4 * math.log(max(samples - 1, 1)))))


def entropy_coherence(a: npt.ArrayLike, b: npt.ArrayLike) -> Measure:
    """Entropy coherence ``(ln B - S) / ln B`` of the distribution of ``a - b`` over B bins, 0 to 1 (Tass).

    A histogram of n samples has too little entropy, by ``(m - 1) / 2n`` with m occupied bins (Miller-Madow),
    so the coherence is too large by that over ``ln B``; this is ``bias``. It counts samples as independent;
    compare ``effective``. A narrow distribution loses what is finer than a bin (-0.006 at 0.46, B = 22).

    Parameters
    ----------
    a, b : array_like [n]
        Phases in rad.

    Raises
    ------
    BadInput
        As in `plv`.
    """
    turn = _turns(a, b)
    bins = entropy_bins(len(turn))
    counts = np.bincount(_bin(np.angle(turn), bins), minlength=bins)
    entropy, occupied = _entropy(counts)
    top = math.log(bins)
    value = (top - entropy) / top
    bias = (occupied - 1) / (2 * len(turn) * top)
    return Measure(value, bias, max(0.0, value - bias), len(turn), effective_samples(turn), bins)


def mutual_information(a: npt.ArrayLike, b: npt.ArrayLike, bins: int = MI_BINS) -> Measure:
    """Mutual information of two phases over ``bins`` x ``bins`` equal bins, in nats, 0 to ``ln(bins)``.

    Too large by ``(m_ab - m_a - m_b + 1) / 2n`` with the numbers m of occupied bins (Miller-Madow): 0.056 for
    unrelated phases, 16 bins, n = 2000. It also misses what is finer than a bin (1.34 for 1.42 at von Mises
    kappa = 8), so the number of bins belongs to every value.

    Parameters
    ----------
    a, b : array_like [n]
        Phases in rad.
    bins : int
        Bins of each phase, 2 or more.

    Raises
    ------
    BadInput
        As in `plv`, or fewer than 2 bins.
    """
    if bins < 2:
        raise BadInput(f"{bins} bins cannot tell phases apart.", key="bins", value=bins, allowed="2 or more")
    one, other = _pair(a, b)
    joint = np.bincount(_bin(one, bins) * bins + _bin(other, bins), minlength=bins * bins)
    table = joint.reshape(bins, bins)
    (both, m_both), (first, m_first), (second, m_second) = (
        _entropy(counts) for counts in (joint, table.sum(axis=1), table.sum(axis=0))
    )
    value = first + second - both
    bias = (m_both - m_first - m_second + 1) / (2 * len(one))
    effective = effective_samples(np.exp(1j * (one - other)))
    return Measure(value, bias, max(0.0, value - bias), len(one), effective, bins)


def phase_relation(a: npt.ArrayLike, b: npt.ArrayLike) -> PhaseRelation:
    """All four measures of two series of phases [n] in rad.

    Raises
    ------
    BadInput
        As in `plv`.
    """
    return PhaseRelation(plv(a, b), ppc(a, b), entropy_coherence(a, b), mutual_information(a, b))


def phases_of(series: npt.ArrayLike) -> Floats:
    """Phases in rad of a recorded real channel: angle of its analytic signal (Hilbert transform).

    The straight-line trend is taken off first and `EDGE_SHARE` of the samples at each end are left out, where
    the transform is wrong. Give two channels in equal length, so that their phases stay side by side.

    Parameters
    ----------
    series : array_like of float [n]
        Evenly spaced samples.

    Raises
    ------
    BadInput
        Fewer than 20 samples, or one that is not finite.
    """
    values = np.asarray(series, np.float64)
    if len(values) < 20 or not np.all(np.isfinite(values)):
        raise BadInput(
            f"A phase needs 20 or more finite samples; there are {int(np.isfinite(values).sum())}.",
            key="samples",
            value=len(values),
            allowed="20 or more",
        )
    edge = math.ceil(EDGE_SHARE * len(values))
    with np.errstate(under="ignore"):
        analytic = signal.hilbert(signal.detrend(values))
    return np.asarray(np.angle(analytic)[edge:-edge], np.float64)


def _pairwise(locking: float, samples: float) -> float:
    """PPC from PLV; of less than two effective samples nothing is known, and it is 0."""
    return (samples * locking * locking - 1) / (samples - 1) if samples >= 2 else 0.0


def _pair(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    one, other = np.asarray(a, np.float64).ravel(), np.asarray(b, np.float64).ravel()
    if len(one) != len(other):
        raise BadInput(
            f"The signals have {len(one)} and {len(other)} samples.",
            key="samples",
            value=len(other),
            allowed="the same number",
        )
    if len(one) < 2 or not (np.all(np.isfinite(one)) and np.all(np.isfinite(other))):
        raise BadInput(
            f"Two signals of 2 or more finite samples are compared; these have {len(one)}.",
            key="samples",
            value=len(one),
            allowed="2 or more, finite",
        )
    return one, other


def _turns(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.complex128]:
    one, other = _pair(a, b)
    return np.asarray(np.exp(1j * (one - other)), np.complex128)


def _bin(phases: Floats, bins: int) -> npt.NDArray[np.int64]:
    """Number of the bin of each phase, 0 to ``bins - 1``."""
    places = np.floor(np.mod(phases, 2 * np.pi) * (bins / (2 * np.pi))).astype(np.int64)
    return np.minimum(places, bins - 1)


def _entropy(counts: npt.NDArray[np.int64]) -> tuple[float, int]:
    """Entropy of a histogram in nats, and its number of occupied bins."""
    full = counts[counts > 0]
    share = full / full.sum()
    return float(-(share * np.log(share)).sum()), len(full)
