"""Cleanness of synthesised tones, of ours and of the document's variants."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.analysis import dds_figures as figures


def test_ours_is_clean(tolerances: dict[str, Any]) -> None:
    found = figures.cleanness(dds.sine)
    assert found.sfdr > tolerances["ufie"]["dds"]["sfdr"]
    assert found.sfdr == pytest.approx(168.5, abs=0.5)
    assert found.error == pytest.approx(figures.largest_error(), rel=1e-3)


@pytest.mark.parametrize("sampler", [figures.plain_table, figures.document_interpolation])
def test_the_documents_mask_interpolates_nothing(sampler: Callable[..., Any]) -> None:
    """84.2 dB with and without its interpolation: the mask cuts the upper eight bits of the fraction."""
    found = figures.cleanness(sampler)
    assert found.sfdr == pytest.approx(84.2, abs=0.1)
    assert found.error == pytest.approx(3.8e-4, rel=0.03)


def test_a_fault_of_one_part_in_a_million_is_seen() -> None:
    assert figures.cleanness(lambda phase: dds.sine(phase) + 1e-6 * dds.sine(phase) ** 2).sfdr < 130


@pytest.mark.parametrize("dt", [5e-4, 2.5e-4, 1e-5])
def test_tuning_words_add_up_exactly(dt: float) -> None:
    words = figures.golden_words(dt)
    assert figures.word_residue(words) == 0
    for name, word in zip(golden.RATIO_NAMES, words, strict=True):
        exact = golden.frequency(name) * dt % 1.0
        assert word / dds.TURN == pytest.approx(exact, abs=1e-14)


def test_words_rounded_one_by_one_do_not() -> None:
    assert figures.word_residue(figures.rounded_words(5e-4)) > 0


def test_words_add_up_over_a_million_steps() -> None:
    words = np.array(figures.golden_words(2.5e-4), np.uint64)
    late = dds.phases(np.zeros(8, np.uint64), words, 1_000_001)[-1]
    assert [int(v) for v in late] == [int(w) * 1_000_000 % dds.TURN for w in words.tolist()]
    for (first, second), third in zip(pairwise(late.tolist()), late[2:].tolist(), strict=False):
        assert (first + second) % dds.TURN == third
