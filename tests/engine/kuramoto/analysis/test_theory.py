"""The theories against exact special cases and against independent integration (scipy, DOP853)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, special

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis import locking, populations, theory

GAUSS = math.sqrt(8 / math.pi)


def self_consistent(K: float, r: float, density: Any, points: list[float]) -> float:
    """``K * integral of cos^2 g(K r sin)``: 1 at the steady r (Kuramoto 1984)."""
    return float(
        K
        * integrate.quad(
            lambda a: np.cos(a) ** 2 * density(K * r * np.sin(a)),
            -np.pi / 2,
            np.pi / 2,
            points=points,
            limit=400,
        )[0]
    )


def gaussian(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize("K", [1.7, 2.0, 3.0, 6.0])
def test_gaussian(K: float) -> None:
    r = theory.steady_order(K, "gaussian", 1.0)
    assert 0.3 < r < 1
    assert self_consistent(K, r, gaussian, []) == pytest.approx(1.0, abs=1e-9)
    assert theory.steady_order(0.3 * K, "gaussian", 0.3) == pytest.approx(r, abs=1e-10), "scales"


@pytest.mark.parametrize("K", [1.2733, 1.3, 2.0, 5.0])
def test_uniform_jumps(K: float) -> None:
    r = theory.steady_order(K, "uniform", 1.0)
    assert r >= math.pi / 4
    edge = math.asin(min(1.0, 1 / (K * r)))
    found = self_consistent(K, r, lambda x: 0.5 if abs(x) <= 1 else 0.0, [-edge, edge])
    assert found == pytest.approx(1.0, abs=1e-7)
    assert theory.steady_order(1.273, "uniform", 1.0) == 0.0


@pytest.mark.parametrize(
    ("kind", "exact"), [("lorentzian", 2.0), ("gaussian", GAUSS), ("uniform", 4 / math.pi)]
)
def test_critical_coupling(kind: str, exact: float) -> None:
    assert theory.critical_coupling(kind, 1.0) == pytest.approx(exact)
    limit = theory._coupling_of(kind, 1.0, 0.0, 0.0)(1e-6)[0]
    assert limit == pytest.approx(exact, abs=1e-5), "the same from a vanishing field"
    assert theory.steady_order(0.99 * exact, kind, 1.0) == 0.0
    assert theory.steady_order(1.02 * exact, kind, 1.0) > 0.1


@pytest.mark.parametrize("kind", ["gaussian", "uniform"])
@pytest.mark.parametrize("noise", [0.05, 0.5])
def test_critical_coupling_with_noise(kind: str, noise: float) -> None:
    def smeared(x: float) -> float:
        g = gaussian(x) if kind == "gaussian" else 0.5 * (abs(x) <= 1)
        return noise / (noise**2 + x * x) * g

    integral = integrate.quad(
        smeared, -9 if kind == "gaussian" else -1, 9 if kind == "gaussian" else 1, points=[0.0]
    )
    assert theory.critical_coupling(kind, 1.0, noise=noise) == pytest.approx(2 / integral[0], rel=1e-6)


@pytest.mark.parametrize("K", [0.5, 1.0, 3.0])
def test_identical_with_noise(K: float) -> None:
    """``r = I1(K r / D) / I0(K r / D)``: the von Mises distribution is exact."""
    noise = 0.2
    r = theory.steady_order(K, "identical", 0.0, noise=noise)
    assert r == pytest.approx(float(special.i1(K * r / noise) / special.i0(K * r / noise)), abs=1e-10)
    assert theory.steady_order(0.39, "identical", 0.0, noise=noise) == 0.0


def test_lorentzian_with_noise_is_the_average_over_its_frequencies() -> None:
    """The pole at i gamma stands for the whole integral."""
    field, gamma, noise = 0.7, 0.3, 0.1
    angle = (np.arange(40_000) + 0.5) / 40_000 * np.pi - np.pi / 2
    averaged = theory.mean_phasor(field, gamma * np.tan(angle), noise).mean()
    assert complex(theory.mean_phasor(field, 1j * gamma, noise)) == pytest.approx(averaged, abs=1e-6)
    assert complex(theory.mean_phasor(field, 1j * gamma, 0.0)) == pytest.approx(
        theory.mean_phasor(field, gamma * np.tan(angle), 0.0).mean(), abs=1e-6
    )


def test_mean_phasor_against_a_stationary_density() -> None:
    """Fokker-Planck on a grid: the null vector of the drift-diffusion operator."""
    field, x, noise, count = 1.0, 0.6, 0.15, 400
    wave = np.fft.fftfreq(count, 1 / count)
    angle = 2 * np.pi * np.arange(count) / count
    turn = np.exp(1j * np.outer(wave, angle)) / count
    derivative = (np.exp(1j * np.outer(angle, wave)) * (1j * wave)) @ turn.conj()
    operator = (-derivative @ np.diag(x - field * np.sin(angle)) + noise * derivative @ derivative).real
    operator[0] = 1.0
    density = np.linalg.solve(operator, np.eye(count)[0])
    exact = (density * np.exp(1j * angle)).sum()
    assert complex(theory.mean_phasor(field, x, noise)) == pytest.approx(complex(exact), abs=1e-8)


@pytest.mark.parametrize("alpha", [0.3, -0.8])
def test_lag_weakens_a_lorentzian_population(alpha: float) -> None:
    """The general solution of field and turning agrees with Ott-Antonsen's closed form."""
    K, gamma = 3.0, 0.5
    r = theory.steady_order(K, "lorentzian", gamma, alpha)
    assert r == pytest.approx(math.sqrt(1 - 2 * gamma / (K * math.cos(alpha))))
    solver = theory._coupling_of("lorentzian", gamma, alpha, 0.0)
    assert theory._most_ordered(K, solver, gamma) == pytest.approx(r, abs=1e-9)


def test_gaussian_with_lag_against_a_population() -> None:
    """2000 quantiles, integrated by DOP853, reach the r of Sakaguchi and Kuramoto."""
    K, alpha, count = 2.5, 0.5, 2000
    omega = special.ndtri((np.arange(count) + 0.5) / count)
    rng = np.random.default_rng(3)
    rng.shuffle(omega)

    def slope(_t: float, theta: np.ndarray) -> np.ndarray:
        force = K * np.exp(-1j * alpha) * np.exp(1j * theta).mean()
        return np.asarray(omega + (force * np.exp(-1j * theta)).imag)

    solved = integrate.solve_ivp(
        slope, (0, 60), 0.1 * omega, "DOP853", t_eval=np.arange(30, 60, 0.25), rtol=1e-6
    )
    measured = np.abs(np.exp(1j * solved.y).mean(axis=0))
    assert measured.mean() == pytest.approx(
        theory.steady_order(K, "gaussian", 1.0, alpha), abs=4 / math.sqrt(count)
    )


@pytest.mark.parametrize(("K", "r0"), [(2.0, 0.2), (0.8, 0.2), (1.0, 0.5), (4.0, 1.0)])
def test_transient_solves_its_equation(K: float, r0: float) -> None:
    times = np.linspace(0, 12, 40)
    solved = integrate.solve_ivp(
        lambda _t, r: -0.5 * r + 0.5 * K * math.cos(0.2) * r * (1 - r * r),
        (0, 12), [r0], "DOP853", t_eval=times, rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    assert theory.ott_antonsen(times, K, 0.5, r0, 0.2) == pytest.approx(solved.y[0], abs=1e-9)


def test_populations_reduce_to_one() -> None:
    times = np.linspace(0, 10, 21)
    z = populations.ott_antonsen_populations(times, [[2.0]], [0.2], 0.3, 0.5, 1.7)
    assert np.abs(z[:, 0]) == pytest.approx(theory.ott_antonsen(times, 2.0, 0.5, 0.2, 0.3), abs=1e-8)


@pytest.mark.parametrize(("detuning", "exact"), [(1.05, 0.32015), (1.2, 0.66333), (2.0, 1.73205), (0.9, 0.0)])
def test_beat(detuning: float, exact: float) -> None:
    assert populations.beat_frequency(detuning, 1.0) == pytest.approx(exact, abs=1.1e-5)
    assert populations.beat_frequency(-detuning, 1.0) == pytest.approx(-exact, abs=1.1e-5)


def test_locked_difference() -> None:
    assert math.sin(populations.locked_difference(0.9, 1.0)) == pytest.approx(0.9)
    with pytest.raises(BadInput):
        populations.locked_difference(1.1, 1.0)


@pytest.mark.parametrize("alpha", [0.0, 0.4])
@pytest.mark.parametrize("reach", [1, 3])
def test_twisted_rates_are_those_of_the_jacobian(alpha: float, reach: int) -> None:
    count, twist, weight = 15, 2, 0.7
    theta = 2 * np.pi * twist * np.arange(count) / count
    jacobian = np.zeros((count, count))
    for j in range(count):
        for k in [*range(-reach, 0), *range(1, reach + 1)]:
            other = (j + k) % count
            slope = weight * np.cos(theta[other] - theta[j] - alpha)
            jacobian[j, other] += slope
            jacobian[j, j] -= slope
    exact = np.sort_complex(np.round(np.linalg.eigvals(jacobian), 9))
    found = np.sort_complex(np.round(populations.twisted_rates(count, twist, weight, alpha, reach), 9))
    assert found == pytest.approx(exact, abs=1e-6)


def test_twisted_states_of_a_ring() -> None:
    """Nearest neighbours: stable up to a quarter of the ring."""
    stable = [q for q in range(20) if populations.twisted_is_stable(40, q, 1.0)]
    assert stable == list(range(10))


def test_mean_frequency_and_groups() -> None:
    rng = np.random.default_rng(4)
    t = np.arange(0, 200, 0.25)
    rates = np.array([0.3, 1.1, 0.3005, -0.2])
    phases = np.outer(t, rates) + 0.1 * rng.standard_normal((len(t), 4))
    found = locking.mean_frequencies(t, np.angle(np.exp(1j * phases)))
    assert found.mean == pytest.approx(rates, abs=5 * 0.1 * np.sqrt(12 / len(t)) / 200)
    assert found.scatter == pytest.approx(np.full(4, 0.1), rel=0.15)
    assert list(locking.locked_groups(found.mean, 0.03)) == [1, 2, 1, 0]


def test_locking_coupling_of_two_and_three() -> None:
    two = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert locking.locking_coupling([0.4, 1.0], two) == pytest.approx(0.3, rel=1e-7)
    assert locking.locking_coupling([0.4, 1.0], two, 0.5) == pytest.approx(0.3 / math.cos(0.5), rel=1e-7)
    # A chain: each link carries the sum of what lies on one side of it.
    omega = np.array([0.0, 0.2, 1.0])
    chain = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0.0]])
    apart = omega - omega.mean()
    exact = max(abs(apart[0]), abs(apart[2]))
    assert locking.locking_coupling(omega, chain) == pytest.approx(exact, rel=1e-7)


def test_locking_coupling_of_a_triangle_by_integration() -> None:
    omega, full = np.array([-1.0, 0.1, 0.9]), np.ones((3, 3)) - np.eye(3)
    threshold = locking.locking_coupling(omega, full)

    def spread(K: float) -> float:
        def slope(_t: float, psi: np.ndarray) -> np.ndarray:
            return np.asarray(omega + K * (full * np.sin(psi[None, :] - psi[:, None])).sum(axis=1))

        end = integrate.solve_ivp(slope, (0, 3000), np.zeros(3), "DOP853", t_eval=[1500, 3000], rtol=1e-8).y
        return float(np.ptp(end[:, 1] - end[:, 0])) / 1500

    assert spread(1.002 * threshold) < 1e-6
    assert spread(0.99 * threshold) > 0.01


@pytest.mark.parametrize(
    "call",
    [
        lambda: theory.critical_coupling("cauchy", 1.0),
        lambda: theory.steady_order(-1.0, "gaussian", 1.0),
        lambda: theory.steady_order(1.0, "gaussian", -1.0),
        lambda: theory.steady_order(1.0, "gaussian", 1.0, alpha=2.0),
        lambda: theory.ott_antonsen([0.0], 1.0, 1.0, 0.0),
        lambda: populations.twisted_rates(2, 0, 1.0),
        lambda: locking.mean_frequencies([0.0, 1.0], [[0.0], [1.0]]),
        lambda: locking.locking_coupling([0.0, 1.0], np.eye(2)),
    ],
)
def test_refusals(call: Any) -> None:
    with pytest.raises(BadInput):
        call()


def test_nothing_is_worked_out_while_it_is_imported() -> None:
    """Nodes of a quadrature took up to four seconds of each start on a busy machine."""
    assert not [name for name, value in vars(theory).items() if isinstance(value, np.ndarray)]
