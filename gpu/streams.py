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
    KURAMOTO_FREQUENCY_ORDER = 3
    """Order in which quantiles of natural frequencies are dealt out, uniform in [0, 1): oscillator."""
    KURAMOTO_FREQUENCY = 4
    """Natural frequencies that are drawn one by one, uniform in [0, 1): oscillator."""
    KURAMOTO_START = 5
    """Phases at the start, or the order of their quantiles, uniform in [0, 1): oscillator."""
    KURAMOTO_START_CLUSTER = 6
    """Mean phases of clusters at the start, uniform in [0, 1): cluster."""
    KURAMOTO_KICK = 7
    """Spread of kicks, uniform in [0, 1): number of the kick (as step), oscillator."""
    UFIE_START = 8
    """Random field at the start, normal: real and imaginary parts of the sites in C order, in turn."""
    GRAVITY_AGENT = 20
    """Numbers that an agent's policy may draw, uniform in [0, 1): number of the act (as step), agent."""
    GAUGE_START = 9
    """Random links at a hot start, uniform angles in [0, 2 pi): tick of the start (as step), link."""
    GAUGE_UPDATE = 10
    """Heat bath and Metropolis of links: sweep (as step), number of the trial, link."""
    CHARGE_START = 11
    """Noise of charge densities at the start, normal: cells in C order, of both species in turn."""
