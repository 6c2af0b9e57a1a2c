"""What the texts of the wave's presets promise holds in a run of the engine."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

from tauscope.app import presets
from tauscope.engine.errors import BadInput
from tauscope.engine.registry import create
from tauscope.engine.ufie.engine import UfieEngine


def run(name: str, ticks: int, **changes: Any) -> UfieEngine:
    preset = presets.load(name).with_values(changes)
    engine = cast(UfieEngine, create(preset.engine, preset.config, seed=1))
    engine.advance(ticks)
    return engine


def told(name: str) -> str:
    preset = presets.load(name)
    return f"{preset.see} {' '.join(preset.tries)}"


def test_the_golden_drive_shows_the_cubic_and_answers_to_the_control() -> None:
    engine = run("golden_drive", 2000)
    assert engine.scalar("nu") == pytest.approx(0.013, abs=0.002)
    turned = run("golden_drive", 2000, dphi=3.0)
    here, there = (e.slice(("x", "y"), {"t": 1}, "index") for e in (engine, turned))
    assert np.abs(here - there).mean() > 0.2 * np.abs(here).mean()
    strong = run("golden_drive", 2000, beta=1000.0)
    assert strong.scalar("amplitude_limit") == pytest.approx(0.32, abs=0.005)
    assert strong.scalar("scram_level") >= 2.0


def test_the_rings_of_the_single_tone_are_as_long_as_the_lattice_makes_them() -> None:
    c0, rate = 600.0, 2.0 * math.pi * 147.58
    along = 2.0 * math.pi / (2.0 * math.asin(rate / (2.0 * c0)))
    askew = 2.0 * math.pi / (math.sqrt(2.0) * 2.0 * math.asin(rate / (2.0 * math.sqrt(2.0) * c0)))
    assert (round(along, 1), round(askew, 1), round(c0 / 147.58, 2)) == (3.6, 3.8, 4.07)
    assert all(word in told("single_tone") for word in ("3.6", "3.8", "4.07"))
    assert round(400.0 / math.pi) == 127
    engine = run("single_tone", 2000)
    line = engine.field_at("psi", (0,) * 6 + (slice(36, 60), 32, 0))
    assert dominant_length(line) == pytest.approx(along, rel=0.07)
    shown = np.abs(run("single_tone", 700, c0=400.0).slice(("x", "y")))
    assert np.mean([shown[32 + n, 32 + n] for n in range(3, 17)]) > 1.4 * shown[36:56, 32].mean()


def dominant_length(line: np.ndarray[Any, Any]) -> float:
    """Length of the strongest wave along a line, by a spectrum with a window and padding."""
    windowed = line * np.hanning(line.size)
    spectrum = np.abs(np.fft.fft(windowed, 4096))
    return 4096.0 / int(np.argmax(spectrum[1:2048]) + 1)


def test_the_cubic_multiplies_only_with_a_bias() -> None:
    lines = {name: spectrum(run(name, 16_000)) for name in ("heterodyne", "heterodyne_bias")}
    assert lines["heterodyne"][9] > 1e3 * lines["heterodyne"][11]
    assert lines["heterodyne"][42] > 1e3 * lines["heterodyne"][51]
    assert lines["heterodyne_bias"][11] > 0.1 * lines["heterodyne_bias"][9]
    assert lines["heterodyne_bias"][51] > 1e3 * lines["heterodyne"][51]
    complex_tones = {f"emitters.{tone}.complex": True for tone in ("f1", "f2")}
    analytic = spectrum(run("heterodyne", 16_000, **complex_tones))
    assert analytic[60] < 1e-3 * lines["heterodyne"][60]
    assert analytic[9] > 0.3 * lines["heterodyne"][9]


def spectrum(engine: UfieEngine) -> dict[int, float]:
    """Amplitudes of whole frequencies at a site over one second, Hz."""
    found = np.zeros(500, np.complex128)
    for step in range(found.size):
        found[step] = engine.field_at("psi", (0,) * 6 + (7, 0, 0))
        engine.advance(8)
    modes = np.abs(np.fft.fft(found)) / found.size
    return {frequency: float(modes[frequency]) for frequency in (9, 11, 42, 51, 60)}


def test_the_soliton_flies_and_others_collapse() -> None:
    engine = run("soliton_flight", 0)
    start = 126.0
    for _ in range(10):
        engine.advance(200)
        assert engine.scalar("max_amplitude") == pytest.approx(start, rel=0.005)
    square = np.abs(engine.slice(("x", "y"))[:, 0]) ** 2
    assert (square * np.arange(256)).sum() / square.sum() == pytest.approx(84.0, abs=0.1)
    collapsed = run("soliton_flight", 4000, **{"start.ratio": 0.6})
    assert any(event.level == "hard" for event in collapsed.events())
    with pytest.raises(BadInput, match="soliton"):
        run("soliton_flight", 0, mass=0.0)
    losing = run("soliton_flight", 4000, alpha=2.0, resonance=0.0)
    assert losing.scalar("max_amplitude") < 100.0


def test_the_rescue_takes_two_attempts_and_too_strong_a_drive_is_stopped() -> None:
    engine = run("blow_up_and_rescue", 2000)
    assert [(e.attempt, e.level) for e in engine.events()] == [(1, "hard"), (2, "hard")]
    assert engine.events()[0].time == pytest.approx(0.06, abs=0.005)
    assert engine.scalar("amplitude_limit") == pytest.approx(3.23, abs=0.005)
    gentle = run("blow_up_and_rescue", 4000, **{"emitters.overdrive.amplitude": 2000.0})
    assert not gentle.events()
    wild = {"emitters.overdrive.amplitude": 1e5}
    stopped = run("blow_up_and_rescue", 4000, **wild)
    assert [event.level for event in stopped.events()] == ["hard", "hard", "hard", "stop"]
    assert "is 0" in stopped.events()[2].action
    assert np.isfinite(stopped.field("psi")).all()
    free = run("blow_up_and_rescue", 4000, **wild, **{"scram.on": False})
    assert free.check() is not None


def test_the_lens_gathers_and_the_metric_stretches() -> None:
    assert round(200.0 / 1.4) == 143
    behind = []
    for height in (0.4, 0.0):
        engine = run("lens_of_state", 2000, **{"lens.height": height})
        square = 0.0
        for _ in range(12):
            engine.advance(10)
            square += float((np.abs(engine.slice(("x", "y"))[56:75, 30:35]) ** 2).mean())
        behind.append(math.sqrt(square))
    assert behind[0] > 1.25 * behind[1]
    engine = run("curved_metric", 2000)
    shown = np.abs(engine.slice(("x", "y")))
    far = [shown[32 + n, 32 + n] for n in range(8, 14)], [shown[32 + n, 32 - n] for n in range(8, 14)]
    assert sum(far[0]) > 2.0 * sum(far[1]), "the wave is ahead along the diagonal"
    assert engine.config.metric.strength == 2.0
    engine.set("metric.strength", 3.0)
    engine.advance(100)
    assert engine.scalar("residual") < 1e-6


def test_three_phases_are_locked_to_the_last_bit() -> None:
    engine = run("resonance_lock", 0)
    assert engine.config.emitters[2].is_golden
    words = engine._body.drive._words
    assert words[0] + words[1] == words[2]
    angles = [e.angle(engine.config.dphi, 0.0) for e in engine.config.emitters]
    assert math.degrees(angles[0] + angles[1] - angles[2]) == pytest.approx(25.0 * engine.config.dphi)
    tone = engine.config.emitters[2].tone
    assert 1.0 / (1e-3 * tone) == pytest.approx(75.0, abs=0.5)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in presets.names()
        if presets.load(name).engine == "ufie" and name != "blow_up_and_rescue"
    ],
)
def test_a_thousand_steps_pass_without_a_word_of_the_oracle(name: str) -> None:
    engine = run(name, 1000)
    assert engine.events() == () and engine.scalar("scram_level") == 0.0
    assert engine.scalar("drive_gain") == 1.0
