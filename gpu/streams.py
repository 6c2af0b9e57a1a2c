"""Every random-number stream of the product; nothing draws from an unnamed one."""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Stream(IntEnum):
    """Stream number, the low half of the second counter word of Philox; numbers are never used again."""

    GRAVITY_AIRTIME_DEBT = 1
    """Airtime debt that a gravity lattice starts with, uniform in [0, C)."""
    KURAMOTO_NOISE = 2
    """Noise on the phases of an ensemble, normal: tick, internal step (as trial) and pair of oscillators."""
