"""Philox4x32-10: counter-based random numbers, the same 32-bit words on every device.

A draw is addressed, not stepped to: key = seed (64 bits), counter = (site, stream + trial * 2^16, step low,
step high). Draws can be made in any order, on any number of threads, and again.

Source: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.gpu.jit import kernel
from tauscope.gpu.streams import Stream

Word4 = tuple[Any, Any, Any, Any]
"""Four 32-bit words."""

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint32(0x9E3779B9)
WEYL_1 = np.uint32(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@kernel
def philox4x32(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Word4:
    """Four random words of a counter and a key.

    Parameters
    ----------
    c0, c1, c2, c3 : uint32
        Counter.
    k0, k1 : uint32
        Key.

    Returns
    -------
    tuple of four uint32
    """
    for turn in range(10):
        if turn > 0:
            k0 = np.uint32(k0 + WEYL_0)
            k1 = np.uint32(k1 + WEYL_1)
        product0 = MULTIPLIER_0 * np.uint64(c0)
        product1 = MULTIPLIER_1 * np.uint64(c2)
        high0, low0 = np.uint32(product0 >> _HALF), np.uint32(product0 & _LOW)
        high1, low1 = np.uint32(product1 >> _HALF), np.uint32(product1 & _LOW)
        c0 = np.uint32(high1 ^ c1 ^ k0)
        c1 = low1
        c2 = np.uint32(high0 ^ c3 ^ k1)
        c3 = low0
    return c0, c1, c2, c3


@kernel
def uniform32(word: Any) -> Any:
    """Multiple of 2^-24 in [0, 1), float32, from the high bits of a word."""
    return np.float32(np.uint32(word) >> np.uint32(8)) * np.float32(2.0**-24)


@kernel
def uniform64(high: Any, low: Any) -> Any:
    """Multiple of 2^-53 in [0, 1), float64, from the high 27 bits of one word and 26 of another."""
    a = np.float64(np.uint32(high) >> np.uint32(5))
    b = np.float64(np.uint32(low) >> np.uint32(6))
    return (a * 67108864.0 + b) * 2.0**-53


@kernel
def _fill_words(out: Any, k0: Any, k1: Any, c1: Any, c2: Any, c3: Any, first: Any) -> None:
    for i in range(out.shape[0]):
        words = philox4x32(np.uint32(first + i), c1, c2, c3, k0, k1)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = words


@kernel
def _fill_uniform32(out: Any, k0: Any, k1: Any, c1: Any, c2: Any, c3: Any, first: Any) -> None:
    for i in range(out.size):
        out[i] = uniform32(philox4x32(np.uint32(first + i), c1, c2, c3, k0, k1)[0])


@kernel
def _fill_uniform64(out: Any, k0: Any, k1: Any, c1: Any, c2: Any, c3: Any, first: Any) -> None:
    for i in range(out.size):
        words = philox4x32(np.uint32(first + i), c1, c2, c3, k0, k1)
        out[i] = uniform64(words[0], words[1])


def address(seed: int, stream: Stream, step: int = 0, trial: int = 0) -> tuple[np.uint32, ...]:
    """Key and the upper three counter words of a draw: k0, k1, c1, c2, c3.

    Parameters
    ----------
    seed : int
        0 to 2^64 - 1.
    stream : Stream
        Which stream.
    step : int
        Tick of the draw, 0 to 2^64 - 1.
    trial : int
        Number of the trial of a rejection method, 0 to 65535.

    Raises
    ------
    ValueError
        If a number does not fit its words.
    """
    if not 0 <= seed < 2**64 or not 0 <= step < 2**64 or not 0 <= trial < 2**16:
        raise ValueError(
            f"seed {seed}, step {step} or trial {trial} does not fit the counter and key of Philox."
        )
    words = (seed, seed >> 32, int(stream) | trial << 16, step, step >> 32)
    return tuple(np.uint32(word & 0xFFFFFFFF) for word in words)


def _at(seed: int, stream: Stream, step: int, first_site: int) -> tuple[Any, Any, Any, Any, Any, Any]:
    k0, k1, c1, c2, c3 = address(seed, stream, step)
    return k0, k1, c1, c2, c3, np.uint32(first_site)


def words(
    count: int, seed: int, stream: Stream, step: int = 0, first_site: int = 0
) -> npt.NDArray[np.uint32]:
    """Random words of ``count`` sites, shape (count, 4), uint32; parameters as in `address`."""
    out = np.empty((count, 4), np.uint32)
    _fill_words(out, *_at(seed, stream, step, first_site))
    return out


def uniform(
    count: int,
    seed: int,
    stream: Stream,
    step: int = 0,
    first_site: int = 0,
    dtype: npt.DTypeLike = np.float64,
) -> npt.NDArray[Any]:
    """Uniform numbers in [0, 1), one a site, shape (count,).

    Parameters
    ----------
    count : int
        Number of sites.
    seed, stream, step
        See `address`.
    first_site : int
        Number of the first site; site s gets the same number whatever ``first_site`` is.
    dtype : float32 or float64
        24 or 53 random bits.

    Raises
    ------
    ValueError
        Another dtype.
    """
    out = np.empty(count, dtype)
    if out.dtype == np.float32:
        _fill_uniform32(out, *_at(seed, stream, step, first_site))
    elif out.dtype == np.float64:
        _fill_uniform64(out, *_at(seed, stream, step, first_site))
    else:
        raise ValueError(f"Uniform numbers are float32 or float64, not {out.dtype}.")
    return out
