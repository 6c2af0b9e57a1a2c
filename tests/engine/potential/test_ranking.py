"""Fits, ranking and verdict: figures of the page, its traps, and noisy sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.potential import green
from tauscope.engine.potential.data import PotentialData, listed
from tauscope.engine.potential.fits import Ranking, rank
from tauscope.engine.potential.verdict import verdict_of

R = np.array([2.0, 3, 4, 5, 6, 7, 8, 10, 12])
FREE_FORMS = ("constant", "log", "coulomb", "yukawa")
"""Forms of the prototype: without K0, contact and lattice fields."""


def exact(V: Any, shape: tuple[int, ...] = (), at: Any = R, error: Any = 0.0, **more: Any) -> PotentialData:
    return PotentialData(at, V, np.broadcast_to(error, np.shape(V)), shape, **more)


def behind(ranking: Ranking, key: str) -> float:
    fit = ranking.of(key)
    assert fit is not None
    return fit.delta


@pytest.mark.parametrize(("size", "slope", "lead"), [(32, 0.143, 17.0), (512, 0.1612, 65.0)])
def test_poissons_equation_in_the_plane_gives_a_logarithm(size: int, slope: float, lead: float) -> None:
    ranking = rank(exact(green.potential((size, size), R)), FREE_FORMS)
    assert ranking.best.candidate.key == "log"
    assert ranking.best.parameters["a"] == pytest.approx(slope, abs=5e-4 if size == 32 else 5e-5)
    assert behind(ranking, "coulomb") == pytest.approx(lead, abs=0.5)


def test_the_lattice_field_of_the_plane_is_met_to_rounding() -> None:
    ranking = rank(exact(green.potential((32, 32), R) * 2.5 + 1.0, (32, 32), origin="imposed", source="So"))
    assert ranking.best.candidate.key == "lattice2"
    assert ranking.best.parameters["q²"] == pytest.approx(2.5, abs=1e-12)
    verdict = verdict_of(ranking)
    assert verdict.law == "logarithmic"
    assert "put in by hand: So." in verdict.sentence
    assert "R = 2 to 8, 10 and 12 cells" in verdict.sentence
    assert any("no statistical error" in warning for warning in verdict.warnings)
    assert any("R = 10 and 12" in warning for warning in verdict.warnings)


CONTACT = {
    "one point": [268.5, 0, 0, 0, 0, 0, 0, 0, 0],
    "two points": [268.5, -22.4, 0, 0, 0, 0, 0, 0, 0],
}


@pytest.mark.parametrize("values", CONTACT.values(), ids=CONTACT)
@pytest.mark.parametrize("shape", [(32, 32), ()])
def test_contact_data_are_no_law(values: list[float], shape: tuple[int, ...]) -> None:
    ranking = rank(exact(values, shape))
    verdict = verdict_of(ranking)
    assert verdict.law == "contact" and not verdict.is_coulomb
    trapped = rank(exact(values, shape), ("constant", "log", "coulomb"))
    assert trapped.best.candidate.key == "coulomb", "the trap is there"
    assert verdict_of(trapped).law == "contact", "and is not walked into even without the right candidate"


def test_contact_data_with_noise_are_no_law() -> None:
    noise = 1e-2 * np.random.default_rng(3).standard_normal(len(R))
    values = np.array(CONTACT["two points"]) / 100 + noise
    verdict = verdict_of(rank(exact(values, (32, 32), error=1e-2)))
    assert verdict.law == "contact"


def test_a_massive_field_is_screened() -> None:
    values = green.potential((64, 64), R, 0.04)
    trapped = rank(exact(values), FREE_FORMS)
    assert trapped.best.candidate.key == "coulomb", "the trap: K0 is not among the candidates"
    assert behind(trapped, "yukawa") == pytest.approx(7.2, abs=0.5)
    assert not verdict_of(trapped).is_coulomb
    whole = rank(exact(values, (64, 64)))
    assert whole.best.candidate.key == "lattice2m"
    assert whole.best.parameters["m²"] == pytest.approx(0.04, abs=1e-9)
    assert verdict_of(whole).law == "screened"


def test_images_of_a_torus_are_seen_through() -> None:
    values = green.potential((48,) * 3, R)
    trapped = rank(exact(values), FREE_FORMS)
    assert trapped.best.candidate.key == "yukawa", "the trap: images look like screening"
    assert behind(trapped, "coulomb") == pytest.approx(13.0, abs=0.5)
    blind = verdict_of(trapped)
    assert blind.law == "undecided" and not blind.is_coulomb
    assert "images" in blind.sentence
    whole = rank(exact(values, (48,) * 3))
    assert whole.best.candidate.key == "lattice3"
    assert whole.best.parameters["q²"] == pytest.approx(1.0, abs=1e-12)


def test_a_mass_that_noise_hides_is_bounded() -> None:
    places = np.arange(1.0, 13.0)
    noise = 1e-3 * np.random.default_rng(9).standard_normal(12)
    data = exact(green.potential((64, 64), places) + noise, (64, 64), places, 1e-3)
    told = next(text for text in verdict_of(rank(data)).warnings if "not excluded" in text)
    bound = float(told.split("m² = ")[1].split()[0])
    assert 1e-5 < bound < 0.01
    heavier = green.potential((64, 64), places, 2 * bound)
    alone = rank(exact(heavier + noise, (64, 64), places, 1e-3), ("lattice2", "lattice2m"))
    assert alone.chosen.candidate.key == "lattice2m"
    sure = verdict_of(rank(exact(green.potential((64, 64), places), (64, 64), places)))
    assert not any("not excluded" in text for text in sure.warnings)


def test_images_of_the_plane_are_not_coulomb() -> None:
    for size in (24, 32, 48):
        verdict = verdict_of(rank(exact(green.potential((size, size), R), (size, size))))
        assert verdict.law == "logarithmic"


def shares(dimensions: int, m2: float, sets: int) -> float:
    """Share of noisy sets whose best candidate is of the right kind."""
    kind = "screened" if m2 else {2: "logarithmic", 3: "Coulomb"}[dimensions]
    places = np.arange(1.0, 13.0)
    shape = (64,) * dimensions
    random = np.random.default_rng(7)
    values = green.potential(shape, places, m2)
    right = 0
    for _ in range(sets):
        noisy = values + 1e-3 * random.standard_normal(len(places))
        right += rank(exact(noisy, shape, places, 1e-3)).chosen.candidate.family == kind
    return right / sets


@pytest.mark.parametrize("m2", [0.0, 0.04])
def test_noisy_sets_are_told_apart(m2: float, tolerances: dict[str, Any]) -> None:
    allowed = tolerances["potential"]["noise"]["few"]
    assert shares(2, m2, 25) >= allowed


@pytest.mark.slow
@pytest.mark.parametrize(("dimensions", "m2"), [(2, 0.0), (2, 0.04), (3, 0.0)])
def test_two_hundred_noisy_sets(dimensions: int, m2: float, tolerances: dict[str, Any]) -> None:
    allowed = tolerances["potential"]["noise"]
    assert shares(dimensions, m2, 200) >= allowed["massive" if m2 else "massless"]


# -- words and guards


def test_a_string_confines_and_four_values_are_enough() -> None:
    errors = [0.0012, 0.0051, 0.0205, 0.134]
    data = exact([0.3605, 0.7207, 1.0856, 1.484], (16,), np.arange(1.0, 5.0), errors, origin="emergent")
    verdict = verdict_of(rank(data))
    assert verdict.law == "confining"
    assert "emerges" in verdict.sentence and "σ = 0.360" in verdict.sentence
    assert any("Too few separations" in warning for warning in verdict.warnings)


def test_coulombs_law_in_four_dimensions() -> None:
    """Values of the page: (4, 8, 8, 8), beta = 1.2."""
    data = exact(
        [0.1935, 0.2438, 0.2590, 0.2627], (8, 8, 8), np.arange(1.0, 5.0), [4e-4, 6e-4, 7e-4, 8e-4],
        origin="emergent",
    )  # fmt: skip
    ranking = rank(data)
    verdict = verdict_of(ranking)
    assert ranking.best.candidate.key == "lattice3"
    assert ranking.best.parameters["q²"] == pytest.approx(1.184, abs=9e-3)
    assert verdict.is_coulomb and "emerges" in verdict.sentence


def test_a_falling_line_is_no_string() -> None:
    verdict = verdict_of(rank(exact(-R, (32, 32)), ("constant", "linear", "coulomb")))
    assert verdict.law == "unfit"
    assert "falls" in verdict.sentence


def test_nothing_that_depends_on_the_separation() -> None:
    assert verdict_of(rank(exact(np.full(9, 19854.7), (32, 32)))).law == "none"
    noisy = exact(np.random.default_rng(1).standard_normal(9), (32, 32), error=1.0)
    assert verdict_of(rank(noisy)).law in ("none", "undecided")


def test_what_no_candidate_describes() -> None:
    values = np.cos(2.0 * R)
    for error in (0.0, 1e-3):
        verdict = verdict_of(rank(exact(values, (32, 32), error=error)))
        assert verdict.law == "unfit"
        assert "No candidate" in verdict.sentence


def test_laws_that_are_not_told_apart() -> None:
    values = np.log(R) + 0.05 * np.random.default_rng(5).standard_normal(9)
    verdict = verdict_of(rank(exact(values, (256, 256), error=0.3)))
    assert verdict.law == "undecided"
    assert "do not tell" in verdict.sentence


def test_values_that_are_missing_are_named() -> None:
    values = np.log(R)
    values[:2] = np.nan
    ranking = rank(exact(values, (32, 32)))
    assert len(ranking.data.R) == 7
    assert any("R = 2 and 3" in warning for warning in verdict_of(ranking).warnings)
    few = verdict_of(rank(exact(np.where(R > 4, np.nan, R), (32, 32))))
    assert few.law == "undecided"
    assert "Only R = 2, 3 and 4 have a value" in few.sentence and "1, 1 a cell" in few.sentence
    with pytest.raises(BadInput):
        rank(exact(np.full(9, np.nan), (32, 32)))


@pytest.mark.parametrize(
    ("at", "values", "error"),
    [([1.0, 2], [1.0], [0.0]), ([2.0, 1], [1.0, 2], [0.0, 0]), ([1.0, 2], [1.0, 2], [0.0, -1])],
)
def test_what_is_no_potential(at: list[float], values: list[float], error: list[float]) -> None:
    with pytest.raises(BadInput):
        PotentialData(np.array(at), np.array(values), np.array(error))


def test_errors_of_parameters_are_the_scatter_of_fits() -> None:
    random = np.random.default_rng(11)
    places = np.arange(1.0, 13.0)
    values = green.potential((64, 64), places, 0.09)
    fits = [
        rank(exact(values + 1e-3 * random.standard_normal(12), (64, 64), places, 1e-3), ("lattice2m",)).best
        for _ in range(60)
    ]
    for name in ("q²", "m²"):
        scatter = np.std([fit.parameters[name] for fit in fits], ddof=1)
        assert np.mean([fit.errors[name] for fit in fits]) == pytest.approx(scatter, rel=0.3)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "none"),
        ([2], "2"),
        ([2, 3], "2 and 3"),
        ([2, 3, 4], "2, 3 and 4"),
        ([2, 3, 4, 5, 6, 7, 8, 10, 12], "2 to 8, 10 and 12"),
        ([1.5, 2.5, 3.5, 4.5], "1.5, 2.5, 3.5 and 4.5"),
    ],
)
def test_separations_in_a_row_are_told_as_a_range(values: list[float], text: str) -> None:
    assert listed(values) == text
