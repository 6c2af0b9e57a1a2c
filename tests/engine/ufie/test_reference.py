"""The reference against its equations: operator, splitting, energy balance, exact modes, literal faults."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tauscope.engine.ufie import reference_literal as literal
from tauscope.engine.ufie.exact import ExactWave
from tauscope.engine.ufie.reference import WaveReference, less_logarithm
from tauscope.engine.ufie.reference_operator import Geometry

SHAPE = (4, 3, 5, 2, 1)
AXES = len(SHAPE)


def noise(rng: np.random.Generator, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape))


def inverse(rng: np.random.Generator, shape: tuple[int, ...] = SHAPE, strength: float = 0.3) -> np.ndarray:
    """Positive g^ij of white noise, [axes, axes, *shape]."""
    axes = len(shape)
    root = rng.normal(size=(*shape, axes, axes))
    g = np.eye(axes) + strength * root @ np.swapaxes(root, -1, -2)
    return np.asarray(np.moveaxis(g, (-2, -1), (0, 1)))


def geometries(rng: np.random.Generator) -> dict[str, Geometry]:
    present = rng.random(SHAPE) < 0.6
    return {
        "flat": Geometry.flat(SHAPE),
        "diagonal": Geometry.of_diagonal(SHAPE, 0.5 + rng.random((AXES, *SHAPE))),
        "rank one": Geometry.of_rank_one(SHAPE, rng.normal(size=(AXES, *SHAPE))),
        "full": Geometry.of_full(SHAPE, inverse(rng)),
        "holes": Geometry.of_full(SHAPE, inverse(rng), present),
        "flat with holes": Geometry.flat(SHAPE, present),
    }


KINDS = tuple(geometries(np.random.default_rng(0)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("single", [False, True])
def test_the_operator_is_symmetric_positive_and_kills_constants(
    kind: str, single: bool, tolerances: dict[str, Any]
) -> None:
    rng = np.random.default_rng(1)
    geometry, allowed = geometries(rng)[kind], tolerances["ufie"]["operator"]
    dtype = np.complex64 if single else np.complex128
    a, b = noise(rng).astype(dtype), noise(rng).astype(dtype)
    one, other = np.vdot(a, geometry.stiffness(b)), np.vdot(geometry.stiffness(a), b)
    limit = allowed["adjoint_float32" if single else "adjoint"]
    scale = np.linalg.norm(a) * np.linalg.norm(geometry.stiffness(b))
    assert abs(one - other) <= limit * scale
    assert geometry.stiffness(a).dtype == dtype
    assert np.abs(geometry.stiffness(np.ones(SHAPE, dtype))).max() == 0.0
    if single:
        return
    units = np.eye(a.size).reshape(a.size, *SHAPE).astype(complex)
    matrix = np.array([geometry.stiffness(unit).ravel() for unit in units])
    values = np.linalg.eigvalsh(matrix)
    assert values[0] >= -allowed["least_eigenvalue"] * values[-1]
    if geometry.present is None:
        assert values[1] > 0.1


def test_metric_modes_agree_where_they_say_the_same() -> None:
    rng = np.random.default_rng(2)
    psi = noise(rng)
    diagonal = 0.5 + rng.random((AXES, *SHAPE))
    full = np.zeros((AXES, AXES, *SHAPE))
    for axis in range(AXES):
        full[axis, axis] = diagonal[axis]
    one, other = Geometry.of_diagonal(SHAPE, diagonal), Geometry.of_full(SHAPE, full)
    np.testing.assert_allclose(one.stiffness(psi), other.stiffness(psi), rtol=1e-13, atol=1e-13)
    flat = Geometry.flat(SHAPE).stiffness(psi)
    for geometry in (
        Geometry.of_diagonal(SHAPE, np.ones(AXES)),
        Geometry.of_rank_one(SHAPE, np.zeros(AXES)),
        Geometry.of_full(SHAPE, np.eye(AXES)),
    ):
        np.testing.assert_allclose(geometry.stiffness(psi), flat, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("kind", ["full", "rank one"])
def test_a_uniform_tilted_metric_has_the_dispersion_of_its_differences(kind: str) -> None:
    """Symbols: 2 - 2 cos k on links, sin k for centred differences; no rolling of arrays in this formula."""
    shape, waves = (8, 6, 5), np.array([1, 2, 1])
    u = np.array([0.3, -0.5, 0.8])
    g = np.eye(3) + np.outer(u, u)
    k = 2 * np.pi * waves / np.array(shape)
    link, slope = 2 - 2 * np.cos(k), np.sin(k)
    if kind == "full":
        geometry = Geometry.of_full(shape, g)
        expected = np.diag(g) @ link + slope @ (g - np.diag(np.diag(g))) @ slope
    else:
        geometry = Geometry.of_rank_one(shape, u)
        expected = link.sum() + (u @ slope) ** 2
    wave = np.exp(1j * np.tensordot(k, np.indices(shape), 1))
    np.testing.assert_allclose(-geometry.laplacian(wave) / wave, expected, rtol=1e-12)


def test_the_step_is_its_five_substeps() -> None:
    """Damping, kick, drift, kick, damping by halves, with the drive in the kicks, against the fused step."""
    rng = np.random.default_rng(3)
    dt, gamma = 5e-3, 4.0 * rng.random(SHAPE)
    wave = WaveReference(
        Geometry.of_full(SHAPE, inverse(rng)), dt, c0=12, damping=gamma, state_index=rng.random(SHAPE),
        beta=0.7, mass=3.0, saturation=2.0,
    )  # fmt: skip
    profile = noise(rng)

    def drive(n: int) -> np.ndarray:
        return np.asarray(30 * profile * np.exp(0.2j * n))

    psi, v = noise(rng), 5 * noise(rng)
    wave.start(psi, v, drive(0))
    decay = np.exp(-0.5 * gamma * dt)
    for n in range(20):
        wave.step(drive(n))
        v = decay * v + 0.5 * dt * (wave.force(psi) + drive(n))
        psi = psi + dt * v
        v = decay * (v + 0.5 * dt * (wave.force(psi) + drive(n + 1)))
    np.testing.assert_allclose(wave.psi, psi, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(wave.velocity(drive(20)), v, rtol=1e-10, atol=1e-10)


def test_the_force_is_the_gradient_of_the_energy() -> None:
    rng = np.random.default_rng(4)
    s = rng.random(SHAPE)
    for saturation in (None, 1.3):
        wave = WaveReference(
            Geometry.of_full(SHAPE, inverse(rng)), 1e-3, c0=7, state_index=s, beta=2.0, mass=3.0,
            saturation=saturation,
        )  # fmt: skip
        psi, way = noise(rng), noise(rng)

        def potential(point: np.ndarray, wave: WaveReference = wave) -> float:
            wave.start(point)
            found = wave.balance()
            return found.inertia + found.gradient - found.focusing

        h = 1e-5
        slope = (potential(psi + h * way) - potential(psi - h * way)) / (2 * h)
        wave.start(psi)
        pull = -float((wave.weight * (wave.force() * way.conj()).real).sum())
        assert slope == pytest.approx(pull, rel=1e-7)


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-4, 0.0199, 0.0201, 1.0, 1e6])
def test_less_logarithm(x: float) -> None:
    """x - log(1 + x) is the integral of t/(1 + t): summed by quadrature here."""
    t, weight = np.polynomial.legendre.leggauss(60)
    place = 0.5 * x * (t + 1)
    exact = 0.5 * x * (weight * place / (1 + place)).sum() if x < 10 else x - math.log1p(x)
    assert float(less_logarithm(x)) == pytest.approx(exact, rel=1e-12)


def test_exact_modes_against_the_matrix_exponential() -> None:
    """Under-, critically and overdamped modes, and the uniform one without mass."""
    from scipy.linalg import expm

    for gamma in (0.0, 0.3, 40.0, 2 * math.sqrt(4.0) * 3.0):
        wave = ExactWave((4,), 0.07, c=3.0, damping=gamma)
        laplacian = np.roll(np.eye(4), 1, 0) + np.roll(np.eye(4), -1, 0) - 2 * np.eye(4)
        generator = np.block([[np.zeros((4, 4)), np.eye(4)], [9.0 * laplacian, -gamma * np.eye(4)]])
        rng = np.random.default_rng(5)
        wave.psi, wave.velocity = noise(rng, (4,)), noise(rng, (4,))
        exact = expm(3 * 0.07 * generator) @ np.concatenate([wave.psi, wave.velocity])
        for _ in range(3):
            wave.step()
        np.testing.assert_allclose(np.concatenate([wave.psi, wave.velocity]), exact, rtol=1e-9, atol=1e-11)


def test_exact_energy_is_the_references() -> None:
    rng = np.random.default_rng(6)
    shape = (4, 3, 1, 2, 5)
    for saturation in (None, 1.5):
        exact = ExactWave(shape, 1e-3, c=20.0, beta=3.0, mass=5.0, saturation=saturation)
        exact.psi, exact.velocity = noise(rng, shape), noise(rng, shape)
        wave = WaveReference(Geometry.flat(shape), 1e-3, c0=20.0, beta=3.0, mass=5.0, saturation=saturation)
        wave.start(exact.psi, exact.velocity)
        assert exact.energy() == pytest.approx(wave.balance().H, rel=1e-12)


def test_exact_balance_of_drive_and_friction() -> None:
    """Loss against a fine trapezoid of gamma |v|^2, and the balance kept to the order of the splitting."""
    rng = np.random.default_rng(7)
    start, profile = noise(rng, (16,)), noise(rng, (16,))
    left, losses = [], []
    for dt in (2e-3, 1e-3):
        wave = ExactWave((16,), dt, c=20.0, damping=5.0, beta=4.0, mass=6.0)
        wave.psi = start.copy()
        H, work, loss, trapezoid = wave.energy(), 0.0, 0.0, 0.0
        for n in range(round(0.2 / dt)):
            before = 5.0 * float((np.abs(wave.velocity) ** 2).sum())
            found = wave.step(profile * n * dt, profile * (n + 1) * dt, balance=True)
            assert found is not None
            work, loss = work + found.work, loss + found.loss
            trapezoid -= 0.5 * dt * (before + 5.0 * float((np.abs(wave.velocity) ** 2).sum()))
        left.append(abs(wave.energy() - H - work - loss) / H)
        losses.append(abs(loss - trapezoid) / abs(loss))
    assert left[1] < 1e-4
    assert left[0] / left[1] == pytest.approx(4.0, abs=0.5)
    assert losses[0] / losses[1] == pytest.approx(4.0, abs=0.5)


def test_the_stale_force_gains_energy_at_every_step() -> None:
    """A mode's energy grows by 1 + (w dt)^2/2 a step in the mean, at half the step half as fast a time."""
    rates = []
    for dt in (5e-4, 2.5e-4):
        model = literal.StaleForce(Geometry.flat((8,)), dt, c0=300, beta=0.0)
        model.psi = np.exp(2j * np.pi * np.arange(8) * 3 / 8)
        rate = 300 * math.sqrt(2 - 2 * math.cos(2 * math.pi * 3 / 8))
        model.velocity = 1j * rate * model.psi
        steps = 400
        start = np.linalg.norm(model.psi) * rate
        for _ in range(steps):
            model.step()
        end = math.hypot(np.linalg.norm(model.velocity), rate * np.linalg.norm(model.psi)) / math.sqrt(2)
        rates.append(2 * math.log(end / start) / steps)
        assert rates[-1] == pytest.approx(math.log1p((rate * dt) ** 2 / 2), rel=5e-3)
    assert rates[0] / rates[1] == pytest.approx(4.0, rel=0.1)


def test_isolated_sites_keep_their_energy_and_meet_nobody() -> None:
    model = literal.IsolatedSites((4,), 1e-3, c0=30, beta=1.0)
    model.psi[1] = 1.0

    def energy() -> float:
        square = abs(model.psi[1]) ** 2
        return float(0.5 * abs(model.velocity[1]) ** 2 + 450 * square - 0.25 * square**2)

    start = energy()
    for _ in range(2000):
        model.step()
        assert energy() == pytest.approx(start, rel=(30e-3) ** 2 / 2)
    assert np.count_nonzero(model.psi) == 1


def run_six_steps(beta: float, seconds: float = 1.0) -> float:
    """H over its start for the document's six steps, undriven and undamped, after a while."""
    x = np.arange(8)
    model = literal.SixSteps(Geometry.flat((8,)), 5e-4, c0=300, beta=beta)
    wave = WaveReference(Geometry.flat((8,)), 5e-4, c0=300, beta=beta)
    model.psi = np.cos(2 * np.pi * x / 8).astype(complex)

    def energy() -> float:
        wave.start(model.psi, model.velocity)
        return wave.balance().H

    start = energy()
    for _ in range(round(seconds / model.dt)):
        model.step()
    return energy() / start


def test_the_cubic_on_psi_gains_energy() -> None:
    """As an acceleration the cubic stays bounded; added to Psi it feeds the wave."""
    assert run_six_steps(0.1) > 1.04
    assert run_six_steps(0.0) == pytest.approx(1.0, abs=2e-2)


def test_the_speed_of_the_six_steps_is_another() -> None:
    assert 300**2 / 9 / literal.speed_squared_of_six_steps(300, 2.0) == pytest.approx(9.0)


def test_the_documents_mixed_term_is_quadratic() -> None:
    rng = np.random.default_rng(8)
    psi = noise(rng)
    np.testing.assert_allclose(literal.mixed_term(2 * psi, 0, 1), 4 * literal.mixed_term(psi, 0, 1))


def test_the_documents_reset_leaves_another_metric() -> None:
    """Six of nine diagonals are zeroed again and six off-diagonals are left."""
    found = literal.reset_metric(np.full(45, 7.0))
    diagonal = [literal.metric_index(d, d) for d in range(9)]
    assert [found[place] for place in diagonal] == [0.0] * 6 + [1.0] * 3
    assert sum(found[place] != 0 for place in range(45) if place not in diagonal) == 6


def test_the_documents_oracle() -> None:
    """It passes NaN, trips on its first call, and trips at rest."""
    assert literal.Oracle().holds(math.nan, 0.0, 0.0, 1e-3)
    assert not literal.Oracle().holds(1.0, 0.0, 0.0, 1e-3)
    oracle = literal.Oracle()
    oracle.holds(1.0, 0.0, 0.0, 1e-3)
    assert not oracle.holds(1.0 + 1e-13, 0.0, 0.0, 1e-3)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("make", [lambda d: WaveReference(Geometry.flat((6,)), 1e-3, c0=9, dtype=d)])
def test_it_stays_in_its_dtype(make: Callable[[Any], WaveReference], dtype: type) -> None:
    wave = make(dtype)
    wave.start(np.arange(6))
    wave.advance(3, 0.5)
    assert wave.psi.dtype == wave.u.dtype == dtype
    assert wave.velocity().dtype == np.complex128
