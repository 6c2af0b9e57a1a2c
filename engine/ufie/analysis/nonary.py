"""Balanced nonary: digits -4 to 4 as amplitudes with phase 0 or half a turn, written and read at sites.

Source: the wave-interference document, section 4.2.1 and its reference to balanced nonary encoding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

BASE = 9
LARGEST = 4
"""Largest digit."""


@dataclass(frozen=True)
class Reading:
    """Digits read from amplitudes.

    Parameters
    ----------
    digits : int64 array
        -4 to 4.
    margin : float64 array
        Distance of each amplitude from the nearest boundary between two digits, in units of a digit; below
        0 where it lies beyond the largest one.
    across : float64 array
        Part of each amplitude that is a quarter of a turn off, in units of a digit: phase that is no sign.
    """

    digits: Integers
    margin: Floats
    across: Floats


def digits_of(value: int) -> list[int]:
    """Digits of a whole number, lowest first: ``value = sum digit_k 9^k``; [0] for 0."""
    found = []
    while value:
        digit = (value + LARGEST) % BASE - LARGEST
        found.append(digit)
        value = (value - digit) // BASE
    return found or [0]


def value_of(digits: npt.ArrayLike) -> int:
    """Whole number of digits, lowest first.

    Raises
    ------
    BadInput
        A digit out of range.
    """
    found = 0
    for digit in reversed(_digits(digits).tolist()):
        found = BASE * found + digit
    return found


def write(digits: npt.ArrayLike, unit: float, phase: float = 0.0) -> Complexes:
    """Amplitudes ``digit unit exp(i phase)`` of digits, complex128: a negative one has half a turn more.

    Raises
    ------
    BadInput
        A digit out of range.
    """
    return np.asarray(_digits(digits) * unit * np.exp(1j * phase), np.complex128)


def read(amplitudes: npt.ArrayLike, unit: float, phase: float = 0.0) -> Reading:
    """Nearest digits of complex amplitudes, at sites or of projections.

    Parameters
    ----------
    amplitudes : complex array_like
        What stands there.
    unit : float
        Amplitude of the digit 1, more than 0.
    phase : float
        Phase of positive digits, rad.

    Raises
    ------
    BadInput
        A unit that is not positive.
    """
    if not unit > 0:
        raise BadInput("The unit of a digit is not positive.", key="unit", value=unit, allowed="above 0")
    turned = np.asarray(amplitudes, np.complex128) * np.exp(-1j * phase) / unit
    along = turned.real
    digits = np.clip(np.rint(along), -LARGEST, LARGEST).astype(np.int64)
    return Reading(digits, np.asarray(0.5 - np.abs(along - digits)), np.asarray(np.abs(turned.imag)))


def _digits(digits: npt.ArrayLike) -> Integers:
    found = np.asarray(digits)
    whole: Integers = np.rint(found).astype(np.int64)
    if (whole != found).any() or (np.abs(whole) > LARGEST).any():
        raise BadInput("A digit is out of range.", key="digits", allowed="whole numbers from -4 to 4")
    return whole
