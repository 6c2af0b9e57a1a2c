"""The compile timer sees a compilation, and only that."""

import numba
import pytest

from tauscope.gpu import compile_log, jit


def test_compiling_is_counted_and_timed():
    assert jit.kernel is not None  # importing it starts the timer
    count, seconds = compile_log.compile_count(), compile_log.compile_seconds()

    @numba.njit
    def doubled(x):
        return 2 * x

    assert doubled(21) == 42
    assert compile_log.compile_count() == count + 1
    taken = compile_log.compile_seconds() - seconds
    assert 0 < taken < 60
    assert doubled(4) == 8
    assert compile_log.compile_seconds() - seconds == pytest.approx(taken, abs=0)
