"""Spectra: a driven peak within one bin, an amplitude, and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tauscope.engine.base import Command
from tauscope.engine.errors import BadInput
from tauscope.engine.probes import Probe
from tauscope.engine.sampler import Sampler
from tauscope.engine.spectrum import LEAST, WINDOWS, spectrum
from tauscope.engine.world import World


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("stride", [1, 4])
def test_a_sine_lands_within_a_bin_with_its_amplitude(window, stride, tolerances):
    ticks = np.arange(0, 2000, stride)
    frequency = 0.0437
    series = 3 + 1e-4 * ticks + 0.25 * np.sin(2 * math.pi * frequency * ticks)
    found = spectrum(series, stride, window)
    assert abs(found.peak - frequency) < found.bin
    assert found.bin == pytest.approx(1 / (len(ticks) * stride))
    assert found.amplitude == pytest.approx(0.25, rel=tolerances["probes"]["amplitude"])


def test_a_driven_source_shows_its_frequency_in_the_traffic_beside_it():
    world = World.single(
        "gravity",
        {"nx": 24, "ny": 24, "sources": [{"id": "s1", "kind": "point", "x": 12, "y": 12, "strength": 0.05}]},
    )
    sampler = Sampler([Probe("p1", "point", "traffic", 14, 12)])
    sampler.start(world)
    frequency, ticks = 1 / 37.3, 1500
    for tick in range(ticks):
        strength = 0.05 * (1 + 0.8 * math.sin(2 * math.pi * frequency * tick))
        world.apply(Command("gravity", "set", {"path": "sources.s1.strength", "value": strength}))
        world.advance(1)
        sampler.sample(world)
    found = spectrum(sampler.data().values["p1"][500:])
    assert abs(found.peak - frequency) < found.bin


def test_gaps_at_the_start_are_left_out():
    series = np.concatenate((np.full(100, np.nan), np.sin(np.arange(400) * 0.5)))
    assert spectrum(series).samples == 400


def test_too_few_samples_and_unknown_windows_are_refused():
    with pytest.raises(BadInput, match="too few"):
        spectrum(np.zeros(LEAST - 1))
    with pytest.raises(BadInput, match="window"):
        spectrum(np.zeros(100), 1, "hanning")


def test_a_constant_has_no_power():
    found = spectrum(np.full(64, 2.5))
    assert found.power.max() < 1e-20 and found.amplitude < 1e-9
