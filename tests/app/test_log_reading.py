"""Logs that somebody else wrote, edited or cut off: read as meant, or refused with line and reason."""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.app.ingest import ingest, read_log
from tauscope.engine.errors import BadInput
from tests.app.stack_logs import CALM, write_log


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("step,R_total\n0,0.5\n\n4,57\n", 4, "R_total = 57 is out of range"),
        ("step,R_total\n0,inf\n", 2, "R_total = inf is out of range"),
        ("step,R_total,cross_sync\n0,0.5,-1.2\n", 2, "cross_sync = -1.2 is out of range"),
        ("step,R_total,seed\n0,0.5,nan\n", 2, "“nan” in the column seed is no number"),
        ("step,R_total,K\n0,0.5,nan\n", 2, "“nan” in the column K is no number"),
        ("step,R_total\n0,0.5\n4,nan\n", 3, "“nan” in the column R_total is no number"),
        ("step,R_total,ready\n0,0.5,NaN\n", 2, "“NaN” in the column ready is no number"),
        ("step,R_total,cross_sync\n0,0.5, -nan\n", 2, "“-nan” in the column cross_sync is no number"),
        ("step,R_total,seed\n0,0.5,1\n4,0.5,2.5\n", 3, "seed = 2.5 is no whole number"),
        ("step,R_total,K\n0,0.5,inf\n", 2, "K = inf is not finite"),
        ("step,R_total,K\n0,0.5,strong\n", 2, "“strong” in the column K is no number"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_with_its_line(tmp_path, text, line, reason):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=rf"a\.csv, line {line}: {reason}"):
        ingest([path])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("step,R_total\n0,0.5\n".encode("utf-16"), r"is not text in UTF-8\. Save it as UTF-8"),
        (b"step,R_total\n0,0.5\n\xe4,0.5\n", r"is not text in UTF-8\. Save it as UTF-8"),
        (b'step,R_total\n0,"' + b"5" * 200_000 + b'"\n', "is no table of comma-separated values"),
        (b"step,R_total,pi,permeability\n0,0.5,1,2\n", "has two columns for permeability. Remove one"),
        (b"step;R_total\n0;0.5\n", "no column R_total. Make one with"),
        (b"\n\n", "is empty. Make a log with"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path, data, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=reason):
        ingest([path])


def test_a_blank_is_nothing_and_a_large_seed_stays_exact(tmp_path):
    path = tmp_path / "a.csv"
    seed = 2**60 + 1
    path.write_text(f"step,R_total,drift,choice_score,K,seed\n0,0.5,,nan,,{seed}\n4,0.7, ,,,{seed}\n")
    (run,), told = read_log(path)
    assert (run.K, run.seed, run.rows) == (None, seed, 2)
    assert run.tail()["R_total"].tolist() == [0.7] and np.isnan(run.columns["drift"]).all()
    assert np.isnan(run.columns["choice_score"]).all()
    assert not any("cells are blank" in text for text in told)  # it has no numbers at all


def test_blank_cells_between_others_are_counted_and_said(tmp_path):
    path = write_log(tmp_path / "a.csv", seeds=2, rows=60)
    head, *lines = path.read_text().splitlines()
    names = head.split(",")
    for index, line in enumerate(lines):
        cells = line.split(",")
        if index % 2:
            cells[names.index("R_total")] = ""
        if index % 60 == 0 or index == 70:  # the first of each run has no drift, and that is no loss
            cells[names.index("drift")] = ""
        lines[index] = ",".join(cells)
    path.write_text("\n".join([head, *lines]) + "\n")
    said = f"{path}: of 120 rows, cells are blank: R_total in 60, drift in 1; each mean is over the others."
    assert ingest([path]).warnings == (said,)


def test_other_line_ends_and_a_mark_at_the_start_change_nothing(tmp_path):
    path = write_log(tmp_path / "a.csv", seeds=1, rows=50)
    (expected,), _told = read_log(path)
    text = path.read_text()
    for number, end in enumerate(("\r\n", "\r")):
        other = tmp_path / f"{number}.csv"
        other.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
        (run,), told = read_log(other)
        assert told == [] and run.rows == 50
        assert run.columns["R_total"].tobytes() == expected.columns["R_total"].tobytes()


def test_a_cut_off_last_line_is_said_even_if_it_is_the_only_one(tmp_path):
    log = write_log(tmp_path / "a.csv", seeds=1, rows=50)
    whole = log.read_text()
    log.write_text(whole[:-9])
    (run,), told = read_log(log)
    assert run.rows == 49 and "cut off" in told[0]
    log.write_text(whole.splitlines()[0] + "\n0,0.0,0.5")
    runs, told = read_log(log)
    assert runs == [] and "cut off" in told[0] and "holds no rows" in told[1]


def test_a_mixed_log_keeps_what_consents_and_tells_presets_apart(tmp_path):
    one = write_log(tmp_path / "a.csv", CALM)
    two = write_log(tmp_path / "b.csv", CALM, preset="other", consent_to_log="false")
    three = write_log(tmp_path / "c.csv", CALM, preset="third")
    mixed = tmp_path / "mixed.csv"
    rows = [text for path in (one, two, three) for text in path.read_text().splitlines(keepends=True)[1:]]
    mixed.write_text(one.read_text().splitlines(keepends=True)[0] + "".join(rows))
    found = ingest([mixed])
    assert [(s.preset, len(s.seeds)) for s in found.suggestions] == [("grid_rect", 5), ("third", 5)]
    assert found.warnings == (f"{mixed}: 600 rows say that nobody consented to the log; they are left out.",)


def test_seeds_that_lack_different_columns_give_no_suggestion(tmp_path):
    """No single piece holds all that the rule needs, though each column has numbers somewhere."""
    path = write_log(tmp_path / "a.csv", rows=60)
    head, *lines = path.read_text().splitlines()
    names = head.split(",")
    for index, line in enumerate(lines):
        cells = line.split(",")
        cells[names.index("drift" if int(cells[names.index("seed")]) % 2 else "ready")] = ""
        lines[index] = ",".join(cells)
    path.write_text("\n".join([head, *lines]) + "\n")
    (found,) = ingest([path]).suggestions
    assert not found.changes
    assert "only 0 of 5 pieces of the log have numbers in" in found.note and "drift" in found.note
