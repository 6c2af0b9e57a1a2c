"""Scans in the physical mode: counts, edges, thresholds, notes, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tauscope.engine import registry
from tauscope.engine.atomx import physical, radial, scan, table
from tauscope.engine.atomx.config import AtomxConfig
from tauscope.engine.atomx.region import gates, spread_of_mean
from tauscope.engine.errors import BadInput
from tests.engine.kuramoto.analysis.context import Context


@pytest.fixture(scope="module")
def levels() -> table.LevelTable:
    return table.LevelTable.build()


def test_the_page_of_the_design_is_met(levels):
    found = scan(table=levels)
    assert found.levels.valid.sum() == 274 and found.region.count == 151
    assert (found.levels.split <= 0.19).sum() == 164 and (found.levels.R2 >= 0.98).sum() == 261
    assert found.region.mean == pytest.approx(2.586, abs=1e-3)
    assert scan(table=levels, r_screen_start=5e-8, r_screen_stop=2e-7).region.count == 105


def test_no_voxel_of_the_documents_range_binds(levels):
    found = scan(table=levels, r_screen_start=1e-15, r_screen_stop=5e-15)
    assert not found.levels.valid.any()
    assert "no synthetic atom exists in this range" in found.sentence
    mu = physical.screening(found.levels.kappa, found.levels.r_screen)
    assert mu.min() > 1e28


def test_table_and_direct_solutions_agree_and_a_pool_gives_the_same(levels, tolerances):
    ranges = {"kappa_count": 6, "r_screen_count": 6}
    read, solved = scan(table=levels, **ranges), scan(method="direct", **ranges)
    near = solved.levels.R2 > 0.95
    assert np.abs(read.levels.R2 - solved.levels.R2)[near].max() < tolerances["atomx"]["scan"]["R2"]
    assert np.array_equal(read.region.passed, solved.region.passed) and read.region.count > 3
    with ThreadPoolExecutor(2) as pool:
        again = scan(method="direct", mapper=pool.map, **ranges)
    assert np.array_equal(again.levels.E2, solved.levels.E2, equal_nan=True)


def test_voxels_at_the_edge_of_a_gate_are_solved_anew(levels):
    """The gate is put just beside a voxel's R2 near the threshold, where the table is coarse."""
    first = scan(table=levels)
    mu = physical.screening(first.levels.kappa, first.levels.r_screen)
    steep = np.where((mu > 0.29) & first.levels.valid, first.levels.R2, np.nan)
    place = np.unravel_index(np.nanargmax(steep), steep.shape)
    direct = radial.state(float(mu[place]))
    assert first.levels.R2[place] != direct.R2.min()
    again = scan(table=levels, r2_thr=float(first.levels.R2[place]))
    assert again.levels.R2[place] == direct.R2.min()


def test_every_voxel_is_decided_whatever_its_screening(levels):
    """Bound iff mu < mu_c, from hydrogen to the last layer before the threshold, by table and directly."""
    mu = np.array([1e-12, 0.002, 0.1, 0.3096, 0.31018, 0.310209, 0.3103, 1e9])
    r_screen = 1e-7
    kappa = np.array([radial_kappa(m, r_screen) for m in mu])
    thresholds = AtomxConfig().thresholds
    for direct in (False, True):
        found = physical.levels(kappa, np.array([r_screen]), thresholds, table=levels, direct=direct)
        assert found.valid[0].tolist() == [True] * 6 + [False] * 2, direct
        assert np.isfinite(found.compat[0]).tolist() == found.valid[0].tolist()
        assert found.notes == ("2 of 8 voxels have no second level: their screening is 0.310209 or more.",)
    whole = physical.levels(kappa[:6], np.array([r_screen]), thresholds, table=levels)
    assert whole.notes == (), "nothing is said of none"


@pytest.mark.parametrize(
    "ranges",
    [
        {"kappa_start": 1.0, "kappa_stop": 2.0, "kappa_count": 1},
        {"kappa_start": 1e20, "kappa_stop": 1e25, "r_screen_start": 1e20, "r_screen_stop": 1e25},
        {"kappa_start": 3e-20, "kappa_stop": 6e-20, "r_screen_start": 0.8e-4, "r_screen_stop": 1.2e-4},
    ],
)
def test_deeply_bound_voxels_exist_and_fail_their_split(levels, ranges):
    """Hydrogen-like voxels, that a table from mu = .004 leaves out, as if nothing were bound."""
    found = scan(table=levels, **ranges)
    mu = physical.screening(found.levels.kappa, found.levels.r_screen)
    assert mu.min() < 0.004 and (found.levels.valid == (mu < radial.critical(2))).all()
    assert found.levels.valid.all() and np.isfinite(found.levels.split).all()
    assert "none of" not in found.sentence and found.sentence.count(f"{mu.size} of {mu.size}") == 1


def radial_kappa(mu: float, r_screen: float) -> float:
    one = physical.screening(np.array(1.0), np.array(r_screen))
    return float(one) / mu


def test_levels_scale_as_the_units_say(levels):
    """Hydrogen of the same strength: at little screening E1 goes to -m (kappa r^3)^2 / 2 hbar^2."""
    kappa, r_screen = radial_kappa(0.005, 1e-7), 1e-7
    found = physical.levels(np.array([kappa]), np.array([r_screen]), AtomxConfig().thresholds, table=levels)
    strength = kappa * r_screen**3
    rydberg = 9.109e-31 * strength**2 / (2.0 * 1.054571817e-34**2) / 1.602e-22
    assert found.E1[0, 0] / -rydberg == pytest.approx(1.0 - 2 * 0.005, abs=1e-4)


def test_an_infinite_margin_is_no_gate():
    nan = np.full((1, 3), np.nan)
    region = gates(nan, nan, nan, AtomxConfig().thresholds)
    assert region.verdict == "not_found" and np.isnan(region.mean)
    assert all(np.isnan(spread_of_mean(np.empty(0), 100, 1)))


def test_resampling_is_repeatable_and_as_wide_as_the_standard_error():
    values = np.random.default_rng(3).normal(2.0, 0.5, 400)
    low, high = spread_of_mean(values, 4000, 7)
    assert (low, high) == spread_of_mean(values, 4000, 7) != spread_of_mean(values, 4000, 8)
    assert (high - low) / (2 * 1.96 * values.std() / 20.0) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"mode": "physics"}, "mode"),
        ({"kappa_start": 2.0, "kappa_stop": 1.0}, "kappa_stop"),
        ({"kappa_count": 10_000, "r_screen_count": 10_000}, "kappa_count"),
        ({"r2_thr": 1.5}, "r2_thr"),
        ({"seed": -1}, "seed"),
        ({"kappa_start": 1e200, "kappa_stop": 1e300}, "kappa_start"),
        ({"r_screen_start": 1e-200}, "r_screen_start"),
    ],
)
def test_what_makes_no_sense_is_refused(values, key):
    with pytest.raises(BadInput) as refused:
        scan(**values)
    assert refused.value.key == key


def test_studies_report_the_scan_and_the_claims():
    report = registry.study("atomx", "scan").run(Context(options={"kappa_count": 5, "r_screen_count": 4}))
    voxels, region = report.tables
    assert len(voxels.rows) == 20 and len(voxels.columns) == 8
    assert dict(region.rows)["passed"] == sum(row[7] == row[7] for row in voxels.rows) > 0
    claims = registry.study("atomx", "claims").run(Context()).tables[0]
    verdicts = [row[claims.columns.index("verdict")] for row in claims.rows]
    assert verdicts == ["fails", "holds only if", "fails", "fails", "fails", "fails"]
