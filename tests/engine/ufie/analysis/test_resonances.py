"""Relations of the golden tones in whole numbers, torus filling, near returns, third-order products."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.analysis import resonances as res

FREQUENCIES = [golden.frequency(name) for name in golden.NAMES]


def test_whole_coordinates_give_the_frequencies() -> None:
    basis = np.array([1.0, golden.RATIO, math.sqrt(2), math.sqrt(2) * golden.RATIO]) * math.pi / 27
    np.testing.assert_allclose(res.golden_matrix(golden.NAMES) @ basis, FREQUENCIES, rtol=1e-14)


def test_rank_two_with_the_eight_three_with_the_synchroniser() -> None:
    assert res.rank(golden.RATIO_NAMES) == 2
    assert res.rank(golden.NAMES) == 3
    assert np.linalg.matrix_rank(res.golden_matrix(golden.NAMES)) == 3


def test_relations_among_the_eight() -> None:
    found = res.relations(res.golden_matrix())
    assert res.orders(found) == {3: 12, 4: 8, 5: 4, 6: 24, 7: 8}
    assert [1, 1, -1, 0, 0, 0, 0, 0] in found.tolist()
    values = found @ np.array(FREQUENCIES[:8])
    assert np.abs(values).max() < 1e-12
    assert len(res.relations(np.eye(8, dtype=int))) == 0


def test_the_search_finds_the_relation_and_none_where_there_is_none() -> None:
    assert res.relation_among(FREQUENCIES[:3]) == (1, 1, -1)
    assert res.relation_among([3.0, 2.0]) == (2, -3)
    assert res.relation_among([*FREQUENCIES[:2], FREQUENCIES[8]], largest=200) == ()
    assert res.relation_among([*FREQUENCIES[:2], 1.001 * FREQUENCIES[2]]) == ()


def test_dials_are_multiples_of_the_phase_control() -> None:
    np.testing.assert_allclose(np.degrees(res.golden_dials(1.0)), [25, 23, 19, 17, 13, 9], rtol=1e-13)
    np.testing.assert_allclose(res.golden_dials(2.5), 2.5 * res.golden_dials(1.0), rtol=1e-13)


@pytest.mark.parametrize("time", [0.0, 17.3, 1e4])
def test_dials_stand_while_the_tones_run(time: float) -> None:
    angles = [
        math.radians(prime) + 2 * math.pi * f * time
        for prime, f in zip(golden.PRIMES, FREQUENCIES, strict=False)
    ]
    turned = res.dials(angles) - res.golden_dials(1.0)
    assert np.abs(np.angle(np.exp(1j * turned))).max() < 1e-7


def test_three_golden_tones_stay_on_a_plane_of_the_torus() -> None:
    """An eighth of the boxes with phases 0; with others the plane cuts three boxes in a row, not two."""
    assert res.box_fill(FREQUENCIES[:3]) == 0.125
    phases = [math.radians(prime) for prime in golden.PRIMES[:3]]
    assert res.box_fill(FREQUENCIES[:3], phases) == 0.1875
    assert res.box_fill([*FREQUENCIES[:2], FREQUENCIES[8]]) == 1.0
    assert res.box_fill([*FREQUENCIES[:2], 1.001 * FREQUENCIES[2]]) == 1.0


@pytest.mark.parametrize(("n", "time", "error"), [(12, 45.8, 0.41), (15, 194, 0.097), (17, 508, 0.037)])
def test_near_returns(n: int, time: float, error: float, tolerances: dict[str, Any]) -> None:
    allowed = tolerances["ufie"]["resonances"]
    found, exact = res.near_return(n)
    assert found == pytest.approx(time, rel=allowed["page_figures"])
    assert exact == pytest.approx(error, rel=allowed["page_figures"])
    assert res.phase_error(found) == pytest.approx(exact, abs=allowed["near_return"])


def test_the_claimed_period_is_none() -> None:
    """The phases are 2.64 rad off then: constants in a phase cannot change a period."""
    assert res.claimed_period() == pytest.approx(111_546_435 * 2 * math.pi)
    assert res.phase_error(res.claimed_period()) == pytest.approx(2.64, abs=0.01)
    assert res.claimed_period(2.0) == pytest.approx(res.claimed_period() / 2)


def test_third_order_products_pile_up() -> None:
    assert res.third_order_products(res.golden_matrix()) == (816, 99, 12)
    assert res.third_order_products(np.eye(8, dtype=int)) == (816, 352, 0)


def test_an_unknown_tone_is_refused() -> None:
    with pytest.raises(BadInput, match="e10"):
        res.coordinates("e10")
