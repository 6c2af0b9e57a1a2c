"""Before and after: what changed, by how much, and whether it is better."""

from __future__ import annotations

import pytest

from tauscope.app.ingest import ingest
from tauscope.app.parts.learning import Setting
from tauscope.app.suggestions_cards import also_changed, table_of
from tauscope.app.suggestions_model import Mean
from tauscope.app.suggestions_reading import compare, is_locked, is_modest, readings, shown
from tauscope.engine.kuramoto.config import KuramotoConfig
from tests.app.stack_logs import CALM, write_log


def summary(path, means, **more):
    return ingest([write_log(path, {**CALM, **means}, **more)]).suggestions[0]


@pytest.mark.parametrize(
    ("before", "after", "better", "said"),
    [
        ({}, {"R_total": 0.6}, True, "with modest drift"),
        ({}, {"R_total": 0.97, "drift": 0.001, "ready": 0.98}, False, "clamped rather than resonant"),
        ({}, {"R_total": 0.6, "drift": 0.001}, True, "but R_total and ready are not both so high"),
        ({"drift": 0.0005}, {"R_total": 0.6, "drift": 0.001}, False, "but drift rose too"),
        ({}, {"R_total": 0.6, "drift": 0.05}, False, "but drift rose too"),
        ({}, {"R_total": 0.4}, False, "fell from 0.500 to 0.400"),
        (
            {"R_total": 0.97, "ready": 0.98, "drift": 0.001},
            {"R_total": 0.85, "drift": 0.01},
            False,
            "the lock is looser",
        ),
        ({"drift": 0.001}, {"R_total": 0.45, "drift": 0.01}, False, "while drift came up from near zero."),
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


@pytest.mark.parametrize("R", [0.56, 0.72, 0.85, 0.97])
def test_the_verdict_does_not_say_clamped_where_the_same_run_is_advised_more(tmp_path, R):
    """With little noise, so that each bound is passed by more than the spread; the drift is near zero."""
    means = {"cross_sync": 0.69, "drift": 0.001, "ready": 0.85, "R_mean": 0.9}
    old = summary(tmp_path / "a.csv", {**means, "R_total": R - 0.04}, noise=0.001)
    new = summary(tmp_path / "b.csv", {**means, "R_total": R}, noise=0.001, K=0.85)
    asked_for_less = new.dK < 0 or new.dpi < 0
    assert asked_for_less is (R > 0.9) and new.changes
    found = compare(old, new)
    assert found.changes[0].rose and ("clamped rather than" in found.verdict) is asked_for_less
    assert any("over-locking" in reading for reading in new.readings) is asked_for_less


def test_a_lock_inside_its_spread_is_not_claimed(tmp_path):
    """Each seed rises by the same, to 0.93 on the average, but by so much more or less among themselves."""
    means = {"cross_sync": 0.9, "drift": 0.001, "ready": 0.9}
    old = summary(tmp_path / "a.csv", {**means, "R_total": 0.87}, seed_noise=0.06, noise=0.001)
    new = summary(tmp_path / "b.csv", {**means, "R_total": 0.9}, seed_noise=0.06, noise=0.001, K=0.85)
    R = new.means["R_total"]
    assert R.mean - R.spread < 0.9 < R.mean + R.spread
    found = compare(old, new)
    assert found.changes[0].rose and found.better is None and "lies inside the spread" in found.verdict
    assert not any("over-locking" in reading for reading in new.readings)


def test_the_published_rule_and_the_document_may_differ_and_the_verdict_says_so(tmp_path):
    more = {"metrics": "classic", "noise": 0.001}
    locked = {"R_total": 0.97, "cross_sync": 0.98, "drift": 0.001, "ready": 0.98}
    other = write_log(tmp_path / "o.csv", {**locked, "R_total": 0.8, "drift": 0.002}, preset="o", **more)
    old = write_log(tmp_path / "a.csv", {**locked, "R_total": 0.93, "drift": 0.0015}, **more)
    new = write_log(tmp_path / "b.csv", locked, K=0.85, **more)
    before, after = (ingest([other, path]).suggestions[1] for path in (old, new))
    assert after.dK > 0
    found = compare(before, after)
    assert found.better is None and "though the published rule asks for more" in found.verdict


def test_readings_hold_beyond_their_spread_alone():
    head = {"R_total": 0.2, "cross_sync": 0.2, "drift": 0.02}
    tail = {"R_total": 0.96, "cross_sync": 0.9, "drift": 0.01, "ready": 0.81}
    assert len(readings(head, tail, False)) == 2
    assert len(readings(head, tail, False, spreads={"ready": 0.005, "R_total": 0.01, "drift": 0.001})) == 2
    assert len(readings(head, tail, False, spreads={"ready": 0.53})) == 1
    assert readings(head, tail, True, spreads={"drift": 0.007}) == ()
    assert readings(head, tail, True, spreads={"cross_sync": 0.7}) == ()
    locked = {**tail, "drift": 0.001}
    (said,) = readings(head, locked, True)
    assert "over-locking" in said
    for spreads in ({"ready": 0.02}, {"R_total": 0.07}, {"drift": 0.0031}):
        assert is_locked(locked, spreads) is None and readings(head, locked, True, spreads=spreads) == ()
    assert is_locked({**locked, "R_total": 0.56}, {}) is False
    assert is_locked({"R_total": 0.99, "drift": 0.0}, {}) is False


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
