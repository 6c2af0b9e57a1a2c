"""Acceptance tests 2 to 5, 7, 10 and 11 over neighbourhoods, capacity maps and whole units.

The engine's own public names only. What was measured stands in docs/measurements.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tauscope.engine import create
from tauscope.engine.gravity.analysis import (
    exact_steady_state,
    fit_coefficients,
    fit_kappa,
    relaxation_ticks,
    screening,
)
from tauscope.engine.gravity.analysis.verify_rules import over_the_edge, units
from tests.engine.gravity.physics import (
    BOUNDARIES,
    SURVIVAL,
    burnt,
    counted,
    gaussian,
    lattice,
    relative,
    warmed,
)

Tolerances = dict[str, Any]
everywhere = pytest.mark.parametrize("boundary", BOUNDARIES)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
both_hoods = pytest.mark.parametrize("hood", ["von_neumann", "moore"])

LATTICES = [
    pytest.param(hood, mapped, dtype, marks=[pytest.mark.slow] if dtype == "float64" else [])
    for hood in ("von_neumann", "moore")
    for mapped in (False, True)
    for dtype in ("float32", "float64", "int32")
    if (hood, mapped) != ("von_neumann", False) or dtype == "int32"
]
"""All but the plain lattice of floats, which `test_acceptance_field` has; those of float64 are slow tests."""


def wavy(side: int) -> list[list[float]]:
    """Factors of the capacity from 0.5 to 1.5."""
    y, x = np.indices((side, side))
    return [[float(v) for v in row] for row in 1 + 0.5 * np.sin(0.3 * x) * np.cos(0.2 * y)]


def narrow(side: int) -> list[list[float]]:
    """The same, with a column that can pass a fiftieth: its nodes are congested near a source."""
    found = wavy(side)
    for row in found:
        row[side // 2 + 6] = 0.02
    return found


def made(side: int, boundary: str, strength: float, hood: str, mapped: bool, dtype: str) -> dict[str, Any]:
    more = {"capacity_map": wavy(side)} if mapped else {}
    return lattice(side, boundary, [gaussian(side, strength)], neighbourhood=hood, dtype=dtype, **more)


@everywhere
@pytest.mark.parametrize(("hood", "mapped", "dtype"), LATTICES)
def test_3_and_4_weak_field_equals_the_exact_equation(
    hood: str, mapped: bool, dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Tests 3 and 4 at 65^2, peak 4e-3, T = 1e4 from the empty lattice: |f - f_exact| T <= 2."""
    allowed = tolerances["gravity"]
    config = made(65, boundary, 4e-3, hood, mapped, dtype)
    f = counted(burnt(config), 10_000)
    exact = exact_steady_state(config)
    free = ~exact.sinks
    assert np.abs(f - exact.f)[free].max() * 10_000 <= allowed["utilisation"]["f_error_times_T"]
    error = relative((1 - f)[free], (1 - exact.f)[free]) * 10_000
    assert error <= allowed["weak_field"]["relative_l2_times_T"]


@everywhere
@pytest.mark.parametrize(("hood", "mapped", "dtype"), LATTICES)
def test_3_strong_field_equals_the_exact_equation(
    hood: str, mapped: bool, dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 3 where nodes hardly ever update, at 10 C; with a map some of them are congested."""
    config = made(49, boundary, 10.0, hood, mapped, dtype)
    f = counted(burnt(config), 10_000)
    exact = exact_steady_state(config)
    assert exact.f.min() < 1e-3
    assert (exact.backlog > 0).any() == mapped
    error = np.abs(f - exact.f)[~exact.sinks].max() * 10_000
    assert error <= tolerances["gravity"]["utilisation"]["f_error_times_T"]


@everywhere
@both_hoods
@every_dtype
def test_3_congested_nodes_stand_still_and_their_outboxes_grow(
    dtype: str, hood: str, boundary: str, tolerances: Tolerances
) -> None:
    """A narrow column near a source: f = 0 and the backlog of the exact equation there.

    The window is short for int32, whose outboxes hold some 250 bits.
    """
    allowed = tolerances["gravity"]
    config = {**made(49, boundary, 0.1, hood, False, dtype), "capacity_map": narrow(49)}
    exact = exact_steady_state(config)
    assert (exact.backlog > 1e-4).sum() >= 5
    engine, window = warmed(config), 1500
    engine.advance(500)
    before = engine.field("waiting").astype(np.float64)
    f = counted(engine, window)
    grown = (engine.field("waiting") - before) / window
    assert engine.check() is None
    free = ~exact.sinks
    assert np.abs(f - exact.f)[free].max() * window <= allowed["utilisation"]["f_error_times_T"]
    assert np.abs(grown - exact.backlog)[free].max() <= allowed["capacity_map"]["backlog"]


@everywhere
@every_dtype
@pytest.mark.parametrize(
    ("capacity", "survival"),
    [(0.5, 0.99), (1.0, 1.0), pytest.param(4.0, 0.999, marks=pytest.mark.slow)],
)
def test_5_kappa_of_moore_is_10_over_3_p_C(
    capacity: float, survival: float, dtype: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 5 for Moore neighbours: 3 kappa p C / 10 = 1 within 1e-3; the 5-point Laplacian gives another."""
    p = min(survival, SURVIVAL[boundary])
    source = gaussian(49, 4e-3 * capacity)
    more = {"dtype": dtype, "capacity": capacity, "survival": p, "neighbourhood": "moore"}
    config = lattice(49, boundary, [source], **more)
    f = counted(warmed(config), 20_000)
    exact = exact_steady_state(config)
    realized = f * exact.emission
    kappa = fit_kappa(f - 1, realized, exact.place, screening(p, "moore"), neighbourhood="moore")
    allowed = tolerances["gravity"]["kappa"]["deviation"]
    assert abs(3 * kappa * p * capacity / 10 - 1) <= allowed
    # The other neighbourhood's equation is told apart, by 2 % at least: kappa / m^2 and hence the mean of the
    # field, which is most of it on a closed lattice with few losses, are the same in both.
    wrong = fit_kappa(f - 1, realized, exact.place, screening(p))
    assert abs(wrong * p * capacity / 4 - 1) > 10 * allowed


@everywhere
@both_hoods
@pytest.mark.parametrize(("capacity", "survival"), [(2.0, 0.9), (0.5, 0.98)])
def test_5_kappa_and_m2_of_the_relaxed_fluid_rule(
    capacity: float, survival: float, hood: str, boundary: str, tolerances: Tolerances
) -> None:
    """Both coefficients at once, from a field without noise: lap phi = kappa f a + m^2 phi."""
    more = {"rule": "fluid", "dtype": "float64", "capacity": capacity, "survival": survival}
    config = lattice(41, boundary, [gaussian(41, 4e-3 * capacity)], neighbourhood=hood, **more)
    engine = create("gravity", config)
    engine.advance(int(25 * relaxation_ticks(config)))
    exact = exact_steady_state(config)
    f = 1 - engine.field("traffic") / capacity
    kappa, m2 = fit_coefficients(f - 1, f * exact.emission, exact.place, neighbourhood=hood)
    weight = 10 / 3 if hood == "moore" else 4
    allowed = tolerances["gravity"]["moore"]["fluid_coefficients"]
    assert kappa == pytest.approx(weight / (survival * capacity), rel=allowed)
    assert m2 == pytest.approx(weight * (1 - survival) / survival, rel=allowed)


@everywhere
@both_hoods
@pytest.mark.parametrize("mapped", [False, True])
def test_7_fluid_rule_relaxes_to_the_exact_equation(
    mapped: bool, hood: str, boundary: str, tolerances: Tolerances
) -> None:
    """Test 7 on 49^2 from the empty lattice: relative l2 of the traffic below 1e-6."""
    config = {**made(49, boundary, 4e-3, hood, mapped, "float64"), "rule": "fluid"}
    engine = create("gravity", config)
    engine.advance(int(18 * relaxation_ticks(config)))
    error = relative(engine.field("traffic"), exact_steady_state(config).traffic)
    assert error <= tolerances["gravity"]["fluid"]["residual"]


@both_hoods
@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("strength", [0.3, 100.0])
def test_10_whole_units_are_conserved(
    strength: float, mapped: bool, hood: str, tolerances: Tolerances
) -> None:
    """Test 10 from the engine's fields alone: emitted = waiting + on their way + over the edge, p = 1."""
    engine = create("gravity", made(25, "absorbing", strength, hood, mapped, "int32"))
    left = 0
    for _ in range(400):
        engine.advance(1)
        left += over_the_edge(engine.field("traffic"), hood)
    left -= over_the_edge(engine.field("traffic"), hood)
    emitted = int((units(engine.field("emission")) * engine.field("tau")).sum())
    kept = int(units(engine.field("traffic")).sum() + units(engine.field("waiting")).sum())
    assert left > 1000
    assert abs(emitted - kept - left) <= tolerances["gravity"]["units"]["created_or_lost"]


@both_hoods
@pytest.mark.parametrize("boundary", ["absorbing", "reflective", "periodic"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_2_and_11_rules_without_a_field(dtype: str, boundary: str, hood: str, tolerances: Tolerances) -> None:
    """Test 2: f = 1 / ceil(b/C), 1 beside the sources. Test 11: under strict one clock for all."""
    allowed = tolerances["gravity"]
    config = lattice(65, boundary, [gaussian(65, 5.0)], background=0.1, dtype=dtype, neighbourhood=hood)
    engine = create("gravity", {**config, "rule": "literal"})
    engine.advance(4000)
    ticks = np.maximum(np.ceil(engine.field("emission").astype(np.float64)), 1.0)
    f = engine.field("f")
    assert np.abs(f - 1 / ticks).max() * 4000 <= allowed["literal"]["f_error_times_T"]
    assert (f[ticks == 1] == 1.0).all()
    assert set(np.unique(ticks)) == {1, 2, 3, 4, 5, 6}
    engine = create("gravity", {**config, "rule": "strict"})
    engine.advance(2000)
    spread = np.ptp(counted(engine, 2000))
    assert spread < allowed["strict"]["spread"]
