"""Normal numbers, logarithm, sine and cosine of the kernels against extended precision and known answers."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.gpu import elementary, normals, philox
from tauscope.gpu.streams import Stream

SEED, TICK, TRIAL = 0x0123456789ABCDEF, 5, 2

KNOWN = [
    -0.7503245763628404,
    0.02008122915078933,
    1.7547913182145767,
    -0.01392999977865143,
    -0.17719396707690643,
]


def ulps(got, exact):
    """Largest distance in units of the last place of float64."""
    got = np.asarray(got, np.float64)
    return np.max(np.abs((exact - got.astype(np.longdouble)) / np.spacing(np.abs(got))))


wide = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant <= np.finfo(np.float64).nmant,
    reason="long double is no wider than float64 on this machine",
)


@wide
def test_logarithm(functions=elementary):
    draw = np.random.default_rng(1)
    x = np.concatenate((1 - draw.random(500), 2.0 ** -draw.uniform(0, 53, 500), [1.0, 0.5, 2.0**-53]))
    got = [functions.log(np.float64(number)) for number in x]
    assert got[-3] == 0.0
    assert ulps(got, np.log(x.astype(np.longdouble))) <= 1.0


@wide
def test_sine_and_cosine(functions=elementary, reaches=(1.0, 100.0)):
    draw = np.random.default_rng(2)
    for reach in reaches:
        x = draw.uniform(-reach, reach, 500)
        got = np.array([functions.sincos(np.float64(number)) for number in x])
        exact = x.astype(np.longdouble)
        assert ulps(got[:, 0], np.sin(exact)) <= 1.6
        assert ulps(got[:, 1], np.cos(exact)) <= 1.6
    turns = draw.random(500)
    got = np.array([functions.sincos_turns(np.float64(number)) for number in turns])
    sine, cosine = of_turns(turns)
    assert ulps(got[:, 0], sine) <= 2.0
    assert ulps(got[:, 1], cosine) <= 2.0


@wide
def test_angle(functions=elementary):
    edges = np.array([0.0, np.pi / 2, -np.pi / 2, np.pi, -np.pi, np.pi / 4, 3e-9, np.pi - 1e-9])
    theta = np.concatenate((np.random.default_rng(3).uniform(-np.pi, np.pi, 1000), edges))
    x, y = np.cos(theta), np.sin(theta)
    got = np.array([functions.atan2(*pair) for pair in zip(y, x, strict=True)])
    assert ulps(got[got != 0], np.arctan2(y.astype(np.longdouble), x.astype(np.longdouble))[got != 0]) <= 3.0
    assert got[1000] == 0.0


def of_turns(turns):
    """Sine and cosine of whole turns in extended precision, whole quarters taken off first."""
    quarters = np.rint(4 * turns)
    half_pi = np.longdouble("1.5707963267948966192313216916397514")
    rest = (4 * turns - quarters).astype(np.longdouble) * half_pi
    s, c, k = np.sin(rest), np.cos(rest), quarters.astype(int) % 4
    return np.choose(k, [s, c, -s, -c]), np.choose(k, [c, -s, -c, s])


@wide
def test_normals_are_box_and_mullers_of_the_words():
    """Within 3.5 ulp of the exact numbers for their uniform ones."""
    count = 20_001
    got = normals.normal(count, SEED, Stream.KURAMOTO_NOISE, TICK)
    words = philox.words(count // 2 + 1, SEED, Stream.KURAMOTO_NOISE, TICK).astype(np.int64)
    first = (words[:, 0] >> 5) * 2**26 + (words[:, 1] >> 6)
    second = (words[:, 2] >> 5) * 2**26 + (words[:, 3] >> 6)
    radius = np.sqrt(-2 * np.log((1 - first / 2**53).astype(np.longdouble)))
    sine, cosine = of_turns(second / 2**53)
    exact = np.stack((radius * cosine, radius * sine), axis=1).ravel()[:count]
    assert ulps(got, exact) <= 3.5


def test_known_answers(functions=normals):
    """Numbers computed once with 60 digits from Philox's words in unbounded integers."""
    got = functions.normal(len(KNOWN), SEED, Stream.KURAMOTO_NOISE, TICK, TRIAL)
    assert np.allclose(got, KNOWN, rtol=1e-15, atol=0)


def test_an_odd_count_draws_the_same_numbers():
    assert np.array_equal(
        normals.normal(7, 3, Stream.KURAMOTO_NOISE), normals.normal(8, 3, Stream.KURAMOTO_NOISE)[:7]
    )


def test_moments_are_those_of_the_normal_distribution():
    # 2^20 draws: standard errors of mean, variance, third and fourth moment; five of them allowed.
    numbers = normals.normal(2**20, 11, Stream.KURAMOTO_NOISE)
    for power, moment, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((numbers**power).mean() - moment) < 5 * np.sqrt(spread / numbers.size)
