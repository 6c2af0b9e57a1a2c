"""Tones, phases, ramps and profiles of the emitters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_emitters import EmitterConfig
from tauscope.engine.ufie.drive import Drive, tuning_words
from tauscope.engine.ufie.emitters import dense, place, support
from tauscope.gpu.ufie.protocol import Separable, Support

SHAPE = (4, 4, 1, 1, 1, 1, 16, 12, 3)


def drive(**entries: Any) -> Drive:
    return Drive(UfieConfig.load({"shape": SHAPE, **entries}))


def test_frequencies_come_from_the_formula() -> None:
    phi = (1 + math.sqrt(5)) / 2
    for number in range(1, 9):
        assert golden.frequency(f"e{number}") == pytest.approx(math.pi * phi**number, rel=1e-15)
    assert golden.frequency("e9") == pytest.approx(3.254344, abs=5e-7)
    assert [golden.prime(f"e{n}") for n in range(1, 10)] == [23, 19, 17, 13, 11, 7, 5, 3, 0]


def test_tuning_words_add_up_exactly_unless_detuned() -> None:
    emitters = [EmitterConfig(name=f"e{n}") for n in range(1, 9)]
    words = [int(w) for w in tuning_words(emitters, 2.5e-4)]
    assert all((a + b - c) % 2**64 == 0 for a, b, c in zip(words, words[1:], words[2:], strict=False))
    for word, emitter in zip(words, emitters, strict=True):
        assert word / 2**64 == pytest.approx(emitter.tone * 2.5e-4, rel=1e-12)
    detuned = tuning_words([EmitterConfig(name="e3", detune=0.07)], 2.5e-4)[0]
    assert int(detuned) / 2**64 == pytest.approx(1.07 * golden.frequency("e3") * 2.5e-4, rel=1e-14)


def test_the_table_of_sines_is_as_good_as_the_page_says() -> None:
    phase = np.linspace(0, 1, 200_001)[:-1]
    words = np.array([dds.word(turn) for turn in phase], np.uint64)
    assert np.abs(dds.sine(words) - np.sin(2 * np.pi * phase)).max() < 1.9e-8
    assert np.abs(dds.cosine(words) - np.cos(2 * np.pi * phase)).max() < 1.9e-8
    assert dds.word(-0.25) == 3 * 2**62
    assert dds.word(7.5) == 2**63


def test_the_control_turns_phases_by_degrees_of_primes() -> None:
    names = [{"name": f"e{n}", "ramp": 0.0} for n in (1, 8)]
    for dphi, reference in ((0.0, 0.0), (1.0, 0.0), (2.5, -0.7)):
        found = drive(emitters=names, dphi=dphi, reference_phase=reference).values(1, (0, 1))[0]
        expected = [1000 * math.sin(math.radians(prime) * dphi + reference) for prime in (23, 3)]
        np.testing.assert_allclose(found, expected, atol=5e-5)


def test_tones_are_sines_or_exponentials_and_the_same_in_any_chunk() -> None:
    config = [
        {"name": "real", "frequency": 20.0, "ramp": 0.0, "amplitude": 2.0, "phase": 0.5},
        {"name": "analytic", "frequency": 31.0, "ramp": 0.1, "complex": True, "detune": 0.1},
    ]
    whole = drive(emitters=config).values(1000, (0, 1))
    t = 2.5e-4 * np.arange(1000)
    np.testing.assert_allclose(whole[:, 0], 2.0 * np.sin(2 * np.pi * 20 * t + 0.5), atol=1e-7)
    level = np.minimum(1, t / 0.1)
    swell = level**2 * (3 - 2 * level)
    expected = 1000 * swell * np.exp(2j * np.pi * 31 * 1.1 * t)
    np.testing.assert_allclose(whole[:, 1], expected, atol=1e-4)
    parts = drive(emitters=config)
    for start in range(0, 1000, 7):
        count = min(7, 1000 - start)
        np.testing.assert_array_equal(parts.values(count, (0, 1)), whole[start : start + count])
        parts.go_to(start + count)


def test_muting_ramps_down_and_sounding_again_ramps_up() -> None:
    tone = {"name": "tone", "frequency": 0.0, "phase": math.pi / 2, "ramp": 0.01, "amplitude": 1.0}
    muted = UfieConfig.load({"shape": SHAPE, "emitters": [{**tone, "on": False}]})
    loud = UfieConfig.load({"shape": SHAPE, "emitters": [tone]})
    sound = Drive(loud)
    assert sound.sounding() == (0,)
    sound.go_to(40)
    assert sound.values(1, (0,))[0, 0] == pytest.approx(1.0)
    sound.change(muted, 2.5e-4, 40)
    assert sound.sounding() == (0,)
    values = sound.values(60, (0,))[:, 0].real
    assert values[0] == pytest.approx(1.0)
    assert values[20] == pytest.approx(0.5)
    assert (values[40:] == 0.0).all()
    sound.go_to(100)
    assert sound.sounding() == ()
    sound.change(loud, 2.5e-4, 100)
    assert sound.values(21, (0,))[20, 0] == pytest.approx(0.5)


def test_emitters_stand_at_antipodes_and_the_ninth_at_the_centre() -> None:
    assert place(EmitterConfig(name="e9"), SHAPE) == (2, 2, 0, 0, 0, 0, 8, 6, 1)
    assert place(EmitterConfig(name="e1"), SHAPE) == (0, 2, 0, 0, 0, 0, 8, 6, 1)
    assert place(EmitterConfig(name="e7"), SHAPE) == (2, 2, 0, 0, 0, 0, 0, 6, 1)


@pytest.mark.parametrize("sigma", [0.6, 2.5])
@pytest.mark.parametrize("varied", [False, True])
def test_profiles_have_no_weighted_mean(sigma: float, varied: bool) -> None:
    emitter = EmitterConfig(name="e7", sigma=sigma)
    mu = np.linspace(1, 9, 16).reshape(16, 1, 1) * np.ones(SHAPE) if varied else np.ones((1,) * 9)
    found = support(emitter, SHAPE, mu)
    assert isinstance(found, Separable if sigma > 1 else Support)
    weights = dense(found, SHAPE)
    assert abs((mu * weights).sum()) < 1e-10 * np.abs(weights).sum() * mu.max()
    center = tuple(int(at) for at in place(emitter, SHAPE))
    assert weights.max() == weights[center]
    listed = support(emitter, SHAPE, mu, sparse=True)
    assert isinstance(listed, Support)
    if isinstance(found, Separable):
        assert np.abs(dense(listed, SHAPE) - weights).max() < 0.12
    whole = support(emitter.model_copy(update={"zero_mean": False}), SHAPE)
    assert dense(whole, SHAPE)[center] == pytest.approx(1.0)


def test_a_uniform_profile_is_one_everywhere() -> None:
    found = support(EmitterConfig(name="push", frequency=1.0, profile="uniform"), SHAPE)
    np.testing.assert_array_equal(dense(found, SHAPE), np.ones(SHAPE))


def test_an_emitter_that_is_put_back_is_locked_to_the_others_again() -> None:
    """Theta_1 + theta_2 - theta_3 of the golden array is a constant; a new phase of e3 would break it."""
    whole = UfieConfig.load({})
    less = whole.with_value("emitters", [e.dump() for e in whole.emitters if e.name != "e3"])
    drive = Drive(whole)

    def lock() -> int:
        tones = drive.tones()
        a, b, c = (int(tones.phases[tones.names.index(name)]) for name in ("e1", "e2", "e3"))
        return (a + b - c) % 2**64

    before = lock()
    drive.go_to(777)
    drive.change(less, less.dt, 777)
    drive.change(whole, whole.dt, 1234)
    drive.go_to(5000)
    assert lock() == before
