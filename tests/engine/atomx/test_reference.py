"""The document's rules: its own grid is empty, and the CSV is that of its own code, byte for byte."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from tauscope.engine.atomx import scan
from tauscope.engine.atomx.analysis.verify import SECOND_GRID, SHA_FIRST, SHA_SECOND
from tauscope.engine.atomx.records import Origin, csv_text, read_csv, region_data, report_data, sanitize
from tests.engine.atomx import document

ORIGIN = Origin("abc", "python3", "2025-09-25T16:10:00Z")


@pytest.mark.parametrize(
    ("ranges", "grid", "valid", "passed", "sha"),
    [({}, document.FIRST, 0, 0, SHA_FIRST), (SECOND_GRID, document.SECOND, 352, 145, SHA_SECOND)],
    ids=["first", "second"],
)
def test_csv_region_and_report_are_those_of_the_documents_code(
    tmp_path, tolerances, ranges, grid, valid, passed, sha
):
    assert document.run(tmp_path, *grid) == valid
    found = scan("reference", **ranges)
    text = csv_text(found.levels)
    assert text.encode() == (tmp_path / "synthetic_atom_scan.csv").read_bytes()
    assert hashlib.sha256(text.encode()).hexdigest() == sha
    assert (int(found.levels.valid.sum()), found.region.count) == (valid, passed)

    rows = read_csv(text)
    region = rows.region(found.config.thresholds)
    ours = region_data(found.config, rows, region, sha)
    theirs = sanitize(json.loads((tmp_path / "EXISTENCE_REGION_atomX.json").read_text()))
    near = {"rtol": tolerances["atomx"]["files"]["tau"], "atol": 0.0, "equal_nan": True}
    tau = [np.array(data.pop("tau_mean_grid"), np.float64) for data in (ours, theirs)]
    assert np.allclose(*tau, **near) and np.isfinite(tau[0]).sum() == passed
    assert ours["provenance"].pop("grid_size_order") == ["r_screen", "kappa"]
    assert {name: ours[name] for name in theirs} == theirs

    legacy = report_data(found.config, rows, region, sha, ORIGIN)["legacy"]
    theirs = sanitize(json.loads((tmp_path / "EXISTENCE_REPORT_atomX.json").read_text()))
    robust = [data.pop("robustness") for data in (legacy, theirs)]
    assert np.allclose(*([r["tau_mean"], *r["tau_ci95"]] for r in robust), **near)
    compat = [data.pop("compat_norm") for data in (legacy, theirs)]
    linear = [data.pop("stability_linear")["R2"] for data in (legacy, theirs)]
    for one, other in (compat, linear):
        assert one == other or one == pytest.approx(other, rel=near["rtol"])
    assert legacy == theirs


def test_an_empty_region_says_so_and_calls_nothing_maintained():
    found = scan("reference")
    assert found.sentence.startswith("The region of existence is empty: none of 400 voxels")
    rows = read_csv(csv_text(found.levels))
    report = report_data(found.config, rows, rows.region(found.config.thresholds), "0" * 64, ORIGIN)
    assert report["verdict"] == "not_found"
    assert report["notes"]["catalog_verdict"] is None
    assert report["maintenance_cost"]["tau"] is None
    assert report["robustness_tau"]["mean"] is None and report["robustness_tau"]["ci95"] == [None, None]
    assert report["legacy"]["verdict"] == "maintained"
    assert report["provenance"]["random_columns"] == ["compat_norm", "R2"]


def test_another_seed_changes_the_random_columns_alone():
    one, other = (scan("reference", seed=seed, **SECOND_GRID).levels for seed in (1, 2))
    assert np.array_equal(one.E1, other.E1, equal_nan=True)
    assert np.nanmax(np.abs(one.compat - other.compat)) > 1e-3
    assert np.nanmax(np.abs(one.R2 - other.R2)) > 1e-3


def test_anchored_edges_are_called_maintained():
    found = scan("reference", bc_anchor=True, **SECOND_GRID)
    rows = read_csv(csv_text(found.levels))
    report = report_data(found.config, rows, rows.region(found.config.thresholds), "0" * 64, ORIGIN)
    assert report["verdict"] == "exists" and report["notes"]["catalog_verdict"] == "maintained"
    assert report["legacy"]["verdict"] == "maintained"
    assert report["maintenance_cost"]["deltaM_norm"] == 0.1
