"""Philox4x32-10 against the authors' known answers and against plain Python integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tauscope.gpu import philox
from tauscope.gpu.streams import Stream

KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def plain(counter, key):
    """Philox4x32-10 in unbounded Python integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 % 2**32, (p0 >> 32) ^ c3 ^ k1, p0 % 2**32
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def compiled(counter, key, module=philox):
    return tuple(int(w) for w in module.philox4x32(*(np.uint32(c) for c in (*counter, *key))))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter, key, answer, module=philox):
    assert compiled(counter, key, module) == answer
    assert plain(counter, key) == answer


WORD = st.integers(0, 2**32 - 1)


@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_equals_plain_integers(counter, key):
    assert compiled(counter, key) == plain(counter, key)


def test_words_are_addressed_by_seed_stream_step_and_site():
    seed, step = 0x0123456789ABCDEF, 0xFEDCBA9876543210
    got = philox.words(5, seed, Stream.GRAVITY_AIRTIME_DEBT, step, first_site=1000)
    expected = [
        plain((1000 + i, int(Stream.GRAVITY_AIRTIME_DEBT), 0x76543210, 0xFEDCBA98), (0x89ABCDEF, 0x01234567))
        for i in range(5)
    ]
    assert got.tolist() == [list(words) for words in expected]


@pytest.mark.parametrize(("dtype", "bits"), [(np.float32, 24), (np.float64, 53)])
def test_uniform_numbers_are_the_words_high_bits(dtype, bits):
    got = philox.uniform(64, 7, Stream.GRAVITY_AIRTIME_DEBT, dtype=dtype)
    words = philox.words(64, 7, Stream.GRAVITY_AIRTIME_DEBT).astype(object)
    whole = words[:, 0] >> 8 if bits == 24 else (words[:, 0] >> 5) * 2**26 + (words[:, 1] >> 6)
    assert got.dtype == dtype
    assert [float(u) for u in got] == [int(w) / 2**bits for w in whole]


def test_the_largest_word_stays_below_one(module=philox):
    top = np.uint32(0xFFFFFFFF)
    assert module.uniform32(top) == np.float32(1 - 2**-24)
    assert module.uniform64(top, top) == 1 - 2**-53


def test_a_site_draws_the_same_number_from_any_start():
    whole = philox.uniform(100, 3, Stream.GRAVITY_AIRTIME_DEBT)
    part = philox.uniform(40, 3, Stream.GRAVITY_AIRTIME_DEBT, first_site=60)
    assert np.array_equal(whole[60:], part)


def test_mean_and_variance_are_those_of_the_uniform_distribution():
    # 2^20 draws: standard error of the mean 2.8e-4, of the variance 7.3e-5; five of them allowed.
    numbers = philox.uniform(2**20, 11, Stream.GRAVITY_AIRTIME_DEBT)
    assert abs(numbers.mean() - 0.5) < 5 * 2.8e-4
    assert abs(numbers.var() - 1 / 12) < 5 * 7.3e-5


@pytest.mark.parametrize(("seed", "step"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**64)])
def test_numbers_that_do_not_fit_are_refused(seed, step):
    with pytest.raises(ValueError, match="does not fit"):
        philox.address(seed, Stream.GRAVITY_AIRTIME_DEBT, step)


def test_whole_numbers_are_not_uniform_numbers():
    with pytest.raises(ValueError, match="float32 or float64"):
        philox.uniform(4, 1, Stream.GRAVITY_AIRTIME_DEBT, dtype=np.int32)
