"""Logs into suggestions: what is read, what is suggested, and when nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tauscope.app.ingest import ingest, read_log
from tauscope.app.suggestions_model import Suggestions
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto import laws
from tests.app.stack_logs import CALM, write_log, write_old_log

LOCKED = {"R_total": 0.97, "R_mean": 0.97, "cross_sync": 0.98, "drift": 0.001, "ready": 0.98}
APART = {"R_total": 0.5, "R_mean": 0.8, "cross_sync": 0.3, "drift": 0.02, "ready": 0.1}
GOOD = {"R_total": 0.82, "R_mean": 0.85, "cross_sync": 0.85, "drift": 0.01, "ready": 0.9}


def only(path: Path, last: Suggestions | None = None):
    (found,) = ingest([path], last).suggestions
    return found


@pytest.mark.parametrize(
    ("means", "expected"),
    [(CALM, (0.05, 0.0)), (APART, (0.0, 0.05)), (LOCKED, (-0.05, -0.05)), (GOOD, (0, 0))],
)
def test_five_seeds_that_agree_give_the_step_of_the_return_spiral(tmp_path, means, expected):
    found = only(write_log(tmp_path / "a.csv", means, noise=0.002))
    rule = laws.return_spiral(
        means["R_total"], means["cross_sync"], means["drift"], means["ready"], means["R_mean"]
    )
    assert (rule.dK, rule.dpi) == expected == (found.dK, found.dpi)
    assert found.basis == "seeds" and found.seeds == (1, 2, 3, 4, 5) and found.rows == 5 * 60
    assert (found.preset, found.K, found.permeability, found.metrics) == ("grid_rect", 0.8, 0.5, "settled")
    assert rule.reason.lower() in found.note.lower()
    assert found.means["R_total"].mean == pytest.approx(means["R_total"], rel=1e-3)
    assert found.refused == () and found.missing == ()


def test_the_spread_is_students_interval_over_the_seeds(tmp_path):
    """0.2, 0.4 … 1.0 times the same: t(0.975, 4) s / sqrt 5 with s the standard deviation of five."""
    lines = (write_log(tmp_path / "a.csv", noise=0.0, rows=60)).read_text().splitlines()
    head = lines[0].split(",")
    place, seed = head.index("R_total"), head.index("seed")
    rows = [line.split(",") for line in lines[1:]]
    for row in rows:
        row[place] = repr(0.2 * int(row[seed]))
    (tmp_path / "b.csv").write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")
    found = only(tmp_path / "b.csv")
    assert found.means["R_total"].mean == pytest.approx(0.6)
    assert found.means["R_total"].spread == pytest.approx(2.7764451 * 0.31622777 / 5**0.5, rel=1e-6)
    assert found.means["drift"].spread == 0.0


def test_nothing_is_suggested_inside_the_spread_and_it_is_said(tmp_path):
    """R_mean at the rule's bound 0.6: some seeds say more K, some more π."""
    found = only(write_log(tmp_path / "a.csv", {**APART, "R_mean": 0.6}, seed_noise=0.05, first_seed=3))
    samples = [
        laws.return_spiral(
            s.means["R_total"], s.means["cross_sync"], s.means["drift"], s.means["ready"], s.means["R_mean"]
        )
        for s in found.samples
    ]
    assert {(s.dK > 0, s.dpi > 0) for s in samples} == {(True, False), (False, True)}
    assert (found.dK, found.dpi) == (0.0, 0.0)
    assert [text[:2] for text in found.refused] == ["ΔK", "Δπ"]
    assert all("inside the spread" in text for text in found.refused)
    assert found.note.startswith("Nothing is suggested")


def test_suggestions_do_not_flip_with_the_seeds(tmp_path):
    """Ten sets of five seeds with R_total scattered about the rule's bound 0.75: no two of opposite sign."""
    signs = set()
    for turn in range(10):
        log = write_log(
            tmp_path / f"{turn}.csv",
            {**GOOD, "R_total": 0.75, "cross_sync": 0.9},
            first_seed=1 + 5 * turn,
            seed_noise=0.2,
        )
        found = only(log)
        signs |= {found.dK > 0, -1 if found.dK < 0 else 0}
    assert -1 not in signs


def test_fewer_seeds_are_judged_by_blocks_in_time(tmp_path):
    found = only(write_log(tmp_path / "a.csv", seeds=1, rows=400))
    assert found.basis == "blocks" and len(found.samples) == 20
    assert found.dK == 0.05 and "blocks in time" in found.note
    assert 0 < found.means["R_total"].spread < 0.01


def test_a_run_that_still_drifts_has_no_independent_blocks(tmp_path):
    path = write_log(tmp_path / "a.csv", seeds=1, rows=400, noise=0.0)
    lines = path.read_text().splitlines()
    place = lines[0].split(",").index("R_total")
    rows = [line.split(",") for line in lines[1:]]
    for index, row in enumerate(rows):
        row[place] = repr(0.2 + index / 800)
    path.write_text("\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")
    found = only(path)
    assert (found.dK, found.dpi) == (0.0, 0.0) and "fewer than 5 independent pieces" in found.note
    assert found.means["R_total"].spread is None


def test_a_step_shrinks_where_it_turns_round(tmp_path):
    first = ingest([write_log(tmp_path / "a.csv", CALM)])
    locked = write_log(tmp_path / "b.csv", LOCKED, noise=0.001, K=0.85)
    assert only(locked).dK == -0.05
    turned = only(locked, first)
    assert turned.dK == pytest.approx(-0.05 * laws.SIGN_FLIP) and turned.step_K == pytest.approx(0.03)
    again = only(write_log(tmp_path / "c.csv", CALM, K=0.82), Suggestions(suggestions=(turned,)))
    assert again.dK == pytest.approx(0.05 * laws.SIGN_FLIP**2)


def test_output_is_the_same_each_time_and_follows_the_order_of_the_logs(tmp_path):
    one = write_log(tmp_path / "a.csv", CALM, seed_noise=0.02)
    two = write_log(tmp_path / "b.csv", LOCKED, preset="circle6_center", noise=0.001)
    texts = {json.dumps(ingest([one, two]).dump()) for _ in range(3)}
    assert len(texts) == 1
    assert [s.preset for s in ingest([two, one]).suggestions] == ["circle6_center", "grid_rect"]


def test_only_what_ran_after_the_last_change_counts(tmp_path):
    before = write_log(tmp_path / "a.csv", LOCKED, seeds=1, rows=100)
    after = write_log(tmp_path / "b.csv", CALM, seeds=1, rows=300, K=0.9)
    rows = after.read_text().splitlines()[1:]
    shifted = [",".join([str(int(r.split(",")[0]) + 400), *r.split(",")[1:]]) for r in rows]
    log = tmp_path / "live.csv"
    log.write_text(before.read_text() + "\n".join(shifted) + "\n")
    (run,), _told = read_log(log)
    assert (run.K, run.rows) == (0.9, 300)


def test_the_same_seed_counts_once(tmp_path):
    log = write_log(tmp_path / "a.csv")
    other = tmp_path / "copy.csv"
    other.write_text(log.read_text())
    found = ingest([log, other])
    assert found.suggestions[0].seeds == (1, 2, 3, 4, 5)
    assert sum("counts once" in text for text in found.warnings) == 5


def test_two_logs_of_other_seeds_belong_together(tmp_path):
    logs = [write_log(tmp_path / f"{n}.csv", seeds=3, first_seed=n) for n in (1, 4)]
    (found,) = ingest(logs).suggestions
    assert found.seeds == (1, 2, 3, 4, 5, 6) and found.basis == "seeds" and len(found.files) == 2


def test_rows_without_consent_are_left_out(tmp_path):
    log = write_log(tmp_path / "a.csv", consent_to_log="false")
    found = ingest([log])
    assert found.suggestions == () and "nobody consented" in found.warnings[0]
    head = tmp_path / "head.csv"
    head.write_text(log.read_text().splitlines()[0] + "\n")
    assert "holds no rows" in ingest([head]).warnings[0]


# -- logs of the published project


def test_old_logs_are_read_and_what_they_lack_is_said(tmp_path):
    circle = write_old_log(tmp_path / "circle.csv", {"R_total": 0.8, "cross_sync": 0.7, "drift": 0.02})
    grid = write_old_log(tmp_path / "grid.csv", {"R_total": 0.6, "cross_sync": 0.5, "drift": 0.03})
    found = ingest([circle, grid])
    assert "lacks R_mean, drift_mean, ready, preset, seed, K, permeability, metrics" in found.warnings[0]
    one, two = found.suggestions
    assert (one.preset, one.K, one.metrics, one.rule) == ("circle", None, "classic", "classic_pair")
    assert (one.dK, one.dpi) == (0.02, 0.05) and "R is higher" in one.note
    assert (two.dK, two.dpi) == (-0.02, -0.02) and "no better" in two.note
    # never logged there; from the means, as published: 0.5 R + 0.4 X + 0.1 exp(-3 drift)
    assert one.means["ready"].mean == pytest.approx(0.4 + 0.28 + 0.1 * 0.94176, abs=2e-3)


def test_the_published_rule_takes_more_permeability_back_where_over_locked(tmp_path):
    one = write_old_log(tmp_path / "one.csv", {"R_total": 0.85, "cross_sync": 0.9, "drift": 0.001})
    two = write_old_log(tmp_path / "other.csv", {"R_total": 0.95, "cross_sync": 0.9, "drift": 0.002})
    assert [(s.dK, s.dpi) for s in ingest([one, two]).suggestions] == [(-0.02, -0.05), (-0.02, -0.02)]


def test_the_published_rule_needs_two_logs_that_differ(tmp_path):
    one = write_old_log(tmp_path / "one.csv", {"R_total": 0.7, "cross_sync": 0.6, "drift": 0.02}, noise=0.1)
    two = write_old_log(tmp_path / "other.csv", {"R_total": 0.7, "cross_sync": 0.6, "drift": 0.02}, noise=0.1)
    assert "give a second one" in only(one).note
    for found in ingest([one, two]).suggestions:
        assert not found.changes and "inside the spread" in found.refused[0]


# -- readings


def test_the_three_readings_of_the_document(tmp_path):
    assert "over-locking" in only(write_log(tmp_path / "a.csv", LOCKED, noise=0.001)).readings[0]
    good = {**GOOD, "R_total": 0.93, "cross_sync": 0.92}
    (said,) = only(write_log(tmp_path / "b.csv", good, noise=0.001, choice_score="0.5")).readings
    assert "resonance without coercion" in said
    one_path = write_log(tmp_path / "c.csv", good, noise=0.001, offer_two_paths="false")
    assert "set offer_two_paths" in only(one_path).readings[1]
    scored = write_log(tmp_path / "d.csv", good, noise=0.001, choice_score="0.0")
    assert "choice_score is 0" in only(scored).readings[1]
    assert only(write_log(tmp_path / "e.csv", APART)).readings == ()
    short = write_log(tmp_path / "f.csv", LOCKED, noise=0.001, seeds=2, rows=30)
    assert only(short).readings[0].startswith("Spread unknown: R_total 0.97 is up")


# -- refusals


def test_files_that_are_no_logs_are_refused_with_the_reason(tmp_path):
    wrong = tmp_path / "wrong.csv"
    for text, reason in (
        ("a,b\n1,2\n", "no column R_total"),
        ("", "is empty"),
        ("step,R_total\n0,0.5,3\n1,0.5\n", "line 2 has 3 cells"),
        ("step,R_total\n0,much\n1,0.5\n", "“much” in the column R_total is no number"),
    ):
        wrong.write_text(text)
        with pytest.raises(BadInput, match=reason):
            ingest([wrong])
    with pytest.raises(BadInput, match="There is no log"):
        ingest([tmp_path / "none.csv"])
    wrong.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not text"):
        ingest([wrong])


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    log = write_log(tmp_path / "a.csv", seeds=1, rows=50)
    log.write_text(log.read_text() + "200,10.0,0.5")
    (run,), _told = read_log(log)
    assert run.rows == 50
