"""Spectra of complex probes: amplitudes at lines, weak tones beside strong ones, gaps."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.analysis import lines
from tauscope.engine.ufie.config import UfieConfig

DT = 1e-3
TIMES = DT * np.arange(4000)


def tone(f: float, amplitude: complex = 1.0) -> np.ndarray:
    return np.asarray(amplitude * np.exp(2j * np.pi * f * TIMES))


def test_two_sides_are_told_apart() -> None:
    found = lines.line_spectrum(tone(20.13, 3) + tone(-31.4, 0.5), DT, {"a": 20.13, "b": -31.4, "c": 31.4})
    assert found.marks["a"][1] == pytest.approx(3, rel=1e-3)
    assert found.marks["b"][1] == pytest.approx(0.5, rel=1e-3)
    assert found.marks["c"][1] < 1e-4
    assert found.frequency[np.argmax(found.amplitude)] == pytest.approx(20.13, abs=found.bin)
    assert found.bin == pytest.approx(0.25)


def test_a_weak_tone_beside_a_strong_one_is_seen() -> None:
    """A tone 1e-4 of another, eleven hertz away: the taper's side lobes lie below -92 dB."""
    found = lines.line_spectrum(tone(20.2, 1) + tone(31.3, 1e-4), DT, {"weak": 31.3})
    assert found.marks["weak"][1] == pytest.approx(1e-4, rel=0.1)


def test_a_gap_is_left_out() -> None:
    series = tone(20)
    series[100] = np.nan
    assert lines.line_spectrum(series, DT, {}).samples == 3899
    series[-3] = np.inf
    with pytest.raises(BadInput, match="too few"):
        lines.line_spectrum(series, DT, {})


def test_emitters_that_sound_are_marked() -> None:
    config = UfieConfig.load(
        {"emitters": [{"name": "e1"}, {"name": "e2", "on": False}, {"name": "e3", "detune": 0.1}]}
    )
    assert lines.emitter_lines(config) == {
        "e1": golden.frequency("e1"),
        "e3": pytest.approx(1.1 * golden.frequency("e3")),
    }
    assert "e9" not in lines.emitter_lines(UfieConfig.load({}))


def test_products_of_two_tones() -> None:
    found = lines.products(("f1", "f2"), (20.0, 31.0))
    assert found["f2 - f1"] == 11.0
    assert found["2 f1 - f2"] == 9.0
    assert found["3 f2 - 2 f1"] == 53.0
    assert len(set(found.values())) == len(found)
