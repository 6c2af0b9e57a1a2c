"""Before and after: what changed, by how much, and whether it is better."""

from __future__ import annotations

import pytest

from tauscope.app.ingest import ingest
from tauscope.app.parts.learning import Setting
from tauscope.app.suggestions_cards import also_changed, table_of
from tauscope.app.suggestions_model import Mean
from tauscope.app.suggestions_reading import compare, is_modest, shown
from tauscope.engine.kuramoto.config import KuramotoConfig
from tests.app.stack_logs import CALM, write_log


def summary(path, means, **more):
    return ingest([write_log(path, {**CALM, **means}, **more)]).suggestions[0]


@pytest.mark.parametrize(
    ("before", "after", "better", "said"),
    [
        ({}, {"R_total": 0.6}, True, "with modest drift"),
        ({}, {"R_total": 0.6, "drift": 0.001}, False, "clamped rather than resonant"),
        ({}, {"R_total": 0.6, "drift": 0.05}, False, "but drift rose too"),
        ({}, {"R_total": 0.4}, False, "fell from 0.500 to 0.400"),
        ({"drift": 0.001}, {"R_total": 0.45, "drift": 0.01}, False, "the lock is looser"),
        ({}, {}, None, "inside its spread"),
    ],
)
def test_the_verdict_says_whether_order_rose_with_modest_drift(tmp_path, before, after, better, said):
    old = summary(tmp_path / "a.csv", before)
    new = summary(tmp_path / "b.csv", after, first_seed=11, K=0.85)
    found = compare(old, new)
    assert found.better is better and said in found.verdict
    assert not found.paired and found.K == (0.8, 0.85)
    assert [change.column for change in found.changes] == ["R_total", "cross_sync", "drift", "ready"]


def test_the_same_seeds_are_compared_with_themselves(tmp_path):
    """Seeds that differ by a third hide a rise of 5 %, but not from a comparison seed by seed."""
    old = summary(tmp_path / "a.csv", {}, seed_noise=0.3)
    new = summary(tmp_path / "b.csv", {"R_total": 0.525, "drift": 0.029}, seed_noise=0.3, K=0.85)
    found = compare(old, new)
    change = found.changes[0]
    assert found.paired and found.better
    assert change.difference.spread < 0.1 * change.before.spread
    others = summary(tmp_path / "c.csv", {"R_total": 0.525, "drift": 0.029}, seed_noise=0.3, first_seed=21)
    assert compare(old, others).better is None


def test_other_definitions_are_not_compared(tmp_path):
    old = summary(tmp_path / "a.csv", {}, metrics="classic")
    found = compare(old, summary(tmp_path / "b.csv", {"R_total": 0.9}))
    assert found.better is None and "different metric sets" in found.verdict


def test_modest_drift_is_neither_near_zero_nor_above_what_it_was():
    assert is_modest(0.02, 0.03) and is_modest(0.0314, 0.03) and not is_modest(0.033, 0.03)
    assert is_modest(0.033, 0.03, spread=0.004) and not is_modest(0.0039, 0.03)
    assert not is_modest(float("nan"), 0.03) and not is_modest(0.02, float("nan"))


@pytest.mark.parametrize(
    ("mean", "spread", "column", "text"),
    [
        (0.9937, 0.00013, "R_total", "0.994 ± 0.00013"),
        (-0.00014, 0.00002, "R_total", "-0.00014 ± 2e-05"),
        (0.5, 0.0, "R_total", "0.500 ± 0.000"),
        (0.0, None, "ready", "0.000"),
        (5.15e-6, 4.8e-6, "drift", "5.15e-06 ± 4.8e-06"),
    ],
)
def test_a_number_that_is_not_nothing_never_reads_as_nothing(mean, spread, column, text):
    assert shown(Mean(mean=mean, spread=spread), column) == text


def test_what_else_changed_is_said_beside_a_comparison(tmp_path):
    found = [ingest([write_log(tmp_path / f"{K}.csv", CALM, K=K)]).suggestions[0] for K in (0.8, 0.85)]
    before = KuramotoConfig.load({"K": 0.8})
    after = before.with_value("K", 0.85).with_value("offer_two_paths", not before.offer_two_paths)
    assert also_changed(before, after) == ()
    noisy = after.with_value("noise", 0.1).with_value("drive.amplitude", 0.3)
    also = also_changed(before, noisy)
    assert also == ("noise", "drive")
    assert "Not by K and π alone: noise, drive changed as well." in table_of(compare(*found), also).remark
    assert "alone" not in table_of(compare(*found)).remark
    assert Setting(noisy, 400).apart_from(Setting(after, 800)) == ("noise", "drive", "the number of ticks")
    assert Setting(after, 400).apart_from(Setting(before)) == ()
