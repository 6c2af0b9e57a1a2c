"""Acceptance 1 to 9 and 14 of the design: dispersion, energy, order, damping, operator, limits, blow-up."""

from __future__ import annotations

import math
import os
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tauscope.engine.ufie.analysis import dispersion
from tauscope.engine.ufie.analysis.soliton import charge
from tauscope.engine.ufie.exact import ExactWave
from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry
from tauscope.gpu.ufie.layout import slow_shape
from tests.conftest import cuda_missing
from tests.engine.ufie.beds import (
    FAST,
    KERNELS,
    PRECISE,
    REFERENCE,
    Bed,
    Medium,
    curved,
    noise,
    residuals,
    trapezoids,
)

SHAPE = (4, 1, 3, 1, 1, 1, 8, 4, 2)
FLAT = Medium(SHAPE, 5e-4, c0=300.0)


@pytest.fixture
def allowed(tolerances: dict[str, Any]) -> dict[str, Any]:
    return dict(tolerances["ufie"]["acceptance"])


def limit(allowed: dict[str, Any], name: str, kind: str) -> float:
    return float(allowed[f"{name}_fast" if kind == FAST else name])


def plane(shape: tuple[int, ...], waves: tuple[int, ...]) -> np.ndarray:
    turns = np.array(waves) / np.array(shape)
    return np.asarray(np.exp(2j * np.pi * np.tensordot(turns, np.indices(shape), 1)))


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize(("beta", "amplitude"), [(0.0, 1.0), (10.0, 1.0), (40.0, 0.5)])
def test_1_plane_waves_turn_as_the_formula_says(
    kind: str, beta: float, amplitude: float, allowed: dict[str, Any]
) -> None:
    """sin^2(w dt/2) = (dt/2)^2 (c0^2 lam + m^2 - beta A^2) after 1000 steps."""
    waves = (1, 0, 1, 0, 0, 0, 2, 1, 1)
    lam = dispersion.eigenvalue(SHAPE, waves)
    rate = dispersion.leapfrog_frequency(lam, 300, 5e-4, 0.0, beta, amplitude)
    bed = Bed(kind, Medium(SHAPE, 5e-4, c0=300.0, beta=beta))
    wave = amplitude * plane(SHAPE, waves)
    bed.start(wave, -1j * math.sin(rate * 5e-4) / 5e-4 * wave)
    bed.run(1000)
    turned = complex(np.vdot(wave, bed.psi)) / amplitude**2 / wave.size
    assert abs(np.angle(turned * np.exp(1j * rate * 0.5))) <= limit(allowed, "phase", kind)
    assert np.abs(bed.psi - turned * wave).max() <= limit(allowed, "phase", kind) * amplitude


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("wave", ["standing", "random"])
def test_2_energy_is_kept_over_ten_thousand_steps(kind: str, wave: str, allowed: dict[str, Any]) -> None:
    """H_hat at beta = .01; plain H swings by (w dt)^2/4 and does not drift."""
    bed = Bed(kind, Medium(SHAPE, 5e-4, c0=300.0, beta=0.01))
    waves = (1, 0, 1, 0, 0, 0, 2, 1, 1)
    bed.start(plane(SHAPE, waves).real if wave == "standing" else noise(SHAPE, 1, 0.7))
    start = bed.observe()
    drift, swing = [], []
    for _ in range(100):
        rows = bed.advance(100)
        drift.append(np.abs(rows[:, 0] / start[0] - 1).max())
        swing.append(np.ptp(rows[:, 3]) / start[3])
    assert max(drift) <= limit(allowed, "energy", kind)
    if wave == "standing":
        lam = dispersion.eigenvalue(SHAPE, waves)
        assert swing[-1] == pytest.approx(300**2 * lam * 5e-4**2 / 4, rel=0.05)


@pytest.mark.slow
def test_2_energy_is_kept_over_a_million_steps(allowed: dict[str, Any]) -> None:
    """The page's slow test: drift below 1e-4, in single precision too."""
    for kind in KERNELS:
        bed = Bed(kind, Medium(SHAPE, 5e-4, c0=300.0, beta=0.01))
        bed.start(plane(SHAPE, (1, 0, 1, 0, 0, 0, 2, 1, 1)).real)
        start = bed.observe()[0]
        worst = 0.0
        for _ in range(100):
            bed.run(10_000)
            worst = max(worst, abs(bed.observe()[0] / start - 1))
        assert worst <= allowed["energy_million"]


def rich(beta: float, dt: float = 5e-4) -> Medium:
    """Metric, s, r and drive together, on a small torus."""
    rng = np.random.default_rng(5)
    profile = rng.normal(size=SHAPE)
    return Medium(
        SHAPE,
        dt,
        c0=150.0,
        damping=5.0 * rng.random(SHAPE),
        state_index=rng.random(SHAPE),
        beta=beta,
        metric="full",
        values=curved(SHAPE, 6),
        emitters=[profile - profile.mean()],
    )


def driven(bed: Bed, seconds: float, frequency: float = 31.0) -> np.ndarray:
    """Rows of a run from noise under a tone of 31 Hz, the last one observed."""
    dt = bed.medium.dt
    steps = round(seconds / dt)
    tone = 100 * np.exp(2j * np.pi * frequency * dt * np.arange(steps + 1))
    bed.start(noise(SHAPE, 2, 0.5), 0.0, (tone[0],))
    rows = bed.advance(steps, tone[:-1, None])
    return np.vstack([rows, bed.observe((tone[-1],))])


def test_3_second_order_in_the_step(allowed: dict[str, Any]) -> None:
    """Trajectories against a sixteenth of the step, with metric, s, r, emitters and beta = 100."""
    seconds, ends = 0.04, {}
    for factor in (1, 2, 4, 64):
        bed = Bed(PRECISE, rich(100.0, 5e-4 / factor))
        driven(bed, seconds)
        ends[factor] = bed.psi
    errors = [float(np.linalg.norm(ends[factor] - ends[64])) for factor in (1, 2, 4)]
    orders = [math.log2(errors[0] / errors[1]), math.log2(errors[1] / errors[2])]
    assert allowed["order_least"] <= min(orders) <= max(orders) <= allowed["order_most"], orders


@pytest.mark.parametrize("kind", [REFERENCE, *KERNELS])
def test_4_damping_is_exact(kind: str, allowed: dict[str, Any]) -> None:
    """The charge sum Im(Psi* v) falls as exp(-gamma t) to rounding, so amplitudes fall at gamma/2."""
    bed = Bed(kind, Medium(SHAPE, 5e-4, c0=300.0, damping=0.1, beta=1.0))
    wave = noise(SHAPE, 3)
    bed.start(wave, -1j * 300 * wave)
    first = charge(bed.psi, bed.velocity())
    bed.run(1000)
    rate = -math.log(charge(bed.psi, bed.velocity()) / first) / 0.5
    assert rate / 2 == pytest.approx(0.05, abs=limit(allowed, "damping", kind))


METRICS: dict[str, Any] = {
    "flat": None,
    "diagonal": np.random.default_rng(7).uniform(0.5, 2.0, (*slow_shape(SHAPE), 9)),
    "rank1": np.random.default_rng(8).normal(size=(*SHAPE, 9)) / 3,
    "full": curved(SHAPE, 9),
}


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("metric", METRICS)
def test_5_the_operator_is_self_adjoint(kind: str, metric: str, allowed: dict[str, Any]) -> None:
    """In the weight mu = sqrt|g| (1 + s)^2, from the kernel's own force; in sqrt|g| alone it is not."""
    s = np.random.default_rng(10).random(SHAPE)
    medium = Medium(SHAPE, 5e-4, c0=300.0, state_index=s, metric=metric, values=METRICS[metric])
    bed = Bed(kind, medium)
    one, other = noise(SHAPE, 11), noise(SHAPE, 12)
    forces = []
    for field in (one, other):
        bed.wave.set_psi(field)
        forces.append(bed.wave.force(linear=True))
    for weight, right in ((bed.reference.weight, True), (medium.geometry().volume, False)):
        product = np.vdot(weight * one, forces[1])
        apart = abs(product - np.vdot(forces[0], weight * other))
        scale = np.linalg.norm(weight * one) * np.linalg.norm(forces[1])
        assert (apart <= limit(allowed, "adjoint", kind) * scale) == right
    bed.wave.set_psi(np.ones(SHAPE))
    assert np.abs(bed.wave.force(linear=True)).max() <= limit(allowed, "constant", kind)


def smooth_plane(n: int, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A field on an n x n torus, its g^-1 [2, 2, n, n] or u [2, n, n], and Lap_g of it by Fourier series."""
    x, y = 2 * np.pi * np.indices((n, n)) / n
    psi = np.exp(1j * x) * (1 + 0.3 * np.cos(y)) + 0.5 * np.sin(2 * y - x)
    u = np.array([0.6 * np.sin(x + y), 0.8 * np.cos(y)])
    inverse = np.eye(2)[..., None, None] + u[:, None] * u[None, :]
    if kind == "full":
        inverse[0, 0] += 0.3 * np.cos(x)
    volume = 1 / np.sqrt(inverse[0, 0] * inverse[1, 1] - inverse[0, 1] ** 2)
    waves = 1j * np.fft.fftfreq(n, 1 / n) * 2 * np.pi / n

    def slope(values: np.ndarray, axis: int) -> np.ndarray:
        form = waves.reshape((-1, 1) if axis == 0 else (1, -1))
        return np.asarray(np.fft.ifft(form * np.fft.fft(values, axis=axis), axis=axis))

    rows = [sum(volume * inverse[i, j] * slope(psi, j) for j in range(2)) for i in range(2)]
    exact = sum(slope(rows[i], i) for i in range(2)) / volume
    return psi, inverse if kind == "full" else u, exact


@pytest.mark.parametrize("kind", ["full", "rank1"])
def test_6_second_order_in_a_curved_plane(kind: str, tolerances: dict[str, Any]) -> None:
    """Against derivatives by Fourier series; the rank-one kernel too, whose vector stands on every site."""
    errors, sizes = [], (32, 64, 128)
    for n in sizes:
        psi, values, exact = smooth_plane(n, kind)
        if kind == "full":
            found = Geometry.of_full((n, n), values).laplacian(psi)
        else:
            vector = np.zeros((1, 1, 1, 1, 1, 1, n, n, 1, 9))
            vector[..., 6:8] = np.moveaxis(values, 0, -1)[None, None, None, None, None, None, :, :, None]
            bed = Bed(PRECISE, Medium((1, 1, 1, 1, 1, 1, n, n, 1), 1e-3, metric="rank1", values=vector))
            bed.wave.set_psi(psi.reshape(bed.medium.shape))
            found = bed.wave.force(linear=True).reshape(n, n)
        errors.append(float(np.linalg.norm(found - exact) / np.linalg.norm(exact)))
    orders = [math.log2(one / other) for one, other in pairwise(errors)]
    assert min(orders) >= tolerances["ufie"]["operator"]["curved_order"], orders


@pytest.mark.parametrize("kind", [REFERENCE, *KERNELS])
def test_7_the_linear_balance_is_exact(kind: str, allowed: dict[str, Any]) -> None:
    """beta = 0: H_hat less work and loss to rounding, driven, damped, in a random metric."""
    bed = Bed(kind, rich(0.0))
    rows = driven(bed, 0.05)
    scale = np.abs(rows[:, 0]).max()
    assert np.abs(residuals(rows)).max() / scale <= limit(allowed, "residual", kind)
    assert np.abs(trapezoids(rows, bed.medium.dt)).max() / scale > 1e-5


@pytest.mark.parametrize("beta", [1.0, 100.0])
def test_7_the_balance_falls_with_the_square_of_the_step(beta: float, allowed: dict[str, Any]) -> None:
    left = []
    for dt in (2.5e-4, 1.25e-4):
        rows = driven(Bed(PRECISE, rich(beta, dt)), 0.05)
        left.append(np.abs(residuals(rows)).max() / np.abs(rows[:, 0]).max())
    assert left[0] / left[1] == pytest.approx(4.0, abs=allowed["residual_ratio"])
    assert left[0] < 1e-4


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("mass", [0.0, 500.0])
def test_8_the_limit_of_the_step(kind: str, mass: float) -> None:
    """c0 at 0.999 of the limit stays bounded, at 1.001 it runs away, odd axes included."""
    lam = float(sum(4 if n % 2 == 0 else 4 * math.cos(math.pi / 2 / n) ** 2 for n in SHAPE if n > 1))
    top = dispersion.speed_limit(lam, 5e-4, mass)
    largest = {}
    for share in (0.999, 1.001):
        bed = Bed(kind, Medium(SHAPE, 5e-4, c0=share * top, mass=mass))
        bed.start(noise(SHAPE, 4) / 3)
        bed.run(500)
        largest[share] = float(np.abs(bed.psi).max())
    assert largest[0.999] < 20
    assert not largest[1.001] < 1e10


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize(("amplitude", "beta"), [(5.0, 1.0), (20.0, 1.0)])
def test_9_a_uniform_field_blows_up_in_time(
    kind: str, amplitude: float, beta: float, allowed: dict[str, Any]
) -> None:
    """1.854/(A sqrt(beta)) at every amplitude; a thousand times A is reached 0.08 % before the end."""
    exact = dispersion.blow_up_time(amplitude, beta)
    dt = exact / 4000
    bed = Bed(kind, Medium((1,) * 6 + (4, 4, 1), dt, c0=100.0, beta=beta))
    bed.start(amplitude)
    steps = 0
    while float(np.abs(bed.psi).max()) < 1000 * amplitude:
        bed.run(10)
        steps += 10
        assert steps < 5000
    assert steps * dt == pytest.approx(exact, rel=allowed["blow_up"])


@pytest.mark.parametrize(("share", "bounded"), [(0.99, True), (1.001, False)])
def test_9_mass_gives_a_threshold(share: float, bounded: bool, allowed: dict[str, Any]) -> None:
    mass = 20.45
    bed = Bed(PRECISE, Medium((1,) * 6 + (4, 4, 1), 1e-4, c0=100.0, beta=1.0, mass=mass))
    bed.start(share * dispersion.blow_up_amplitude(1.0, mass))
    exact = dispersion.blow_up_time(share * mass, 1.0, mass)
    bed.run(20_000 if bounded else int(0.98 * exact / 1e-4))
    assert float(np.abs(bed.psi).max()) < (1.0001 * mass if bounded else 60 * mass)
    if not bounded:
        bed.run(int(0.04 * exact / 1e-4))
        assert not float(np.abs(bed.psi).max()) < 1e3 * mass


@pytest.mark.parametrize("kind", KERNELS)
def test_14_the_kernels_force_is_the_references(kind: str, allowed: dict[str, Any]) -> None:
    bed = Bed(kind, Medium(SHAPE, 5e-4, c0=300.0, beta=1.0, mass=3.0))
    psi = noise(SHAPE, 13)
    bed.start(psi)
    exact = bed.reference.force(psi)
    assert np.abs(bed.wave.force() - exact).max() / np.abs(exact).max() <= limit(allowed, "force", kind)


@pytest.mark.cuda
@pytest.mark.parametrize("kind", KERNELS)
def test_the_same_on_a_device(kind: str, monkeypatch: pytest.MonkeyPatch, allowed: dict[str, Any]) -> None:
    """Dispersion, energy, damping, operator, balance, limit, blow-up and force, by the kernels of CUDA."""
    if reason := cuda_missing():
        if os.environ.get("TAUSCOPE_REQUIRE_CUDA") == "1":
            pytest.fail(f"TAUSCOPE_REQUIRE_CUDA=1, but {reason}")
        pytest.skip(reason)
    monkeypatch.setattr(Bed, "device", "cuda")
    for beta in (0.0, 10.0):
        test_1_plane_waves_turn_as_the_formula_says(kind, beta, 1.0, allowed)
    test_2_energy_is_kept_over_ten_thousand_steps(kind, "standing", allowed)
    test_4_damping_is_exact(kind, allowed)
    for metric in METRICS:
        test_5_the_operator_is_self_adjoint(kind, metric, allowed)
    test_7_the_linear_balance_is_exact(kind, allowed)
    test_8_the_limit_of_the_step(kind, 0.0)
    test_9_a_uniform_field_blows_up_in_time(kind, 5.0, 1.0, allowed)
    test_14_the_kernels_force_is_the_references(kind, allowed)


@pytest.mark.parametrize("beta", [0.0, 1.0, 100.0])
def test_the_leapfrog_tends_to_the_exact_modes(beta: float, allowed: dict[str, Any]) -> None:
    """Error falls by four with every halving of the step, towards a run of Fourier modes at a fine step."""
    shape = (1, 1, 3, 1, 1, 1, 8, 4, 1)
    exact = ExactWave(shape, 5e-5, c=300.0, damping=0.5, beta=beta, mass=20.0)
    exact.psi = noise(shape, 14)
    start = exact.psi.copy()
    for _ in range(400):
        exact.step()
    errors = []
    for dt in (1e-4, 5e-5, 2.5e-5):
        bed = Bed(PRECISE, Medium(shape, dt, c0=300.0, damping=0.5, beta=beta, mass=20.0))
        bed.start(start)
        bed.run(round(0.02 / dt))
        errors.append(float(np.linalg.norm(bed.psi - exact.psi) / np.linalg.norm(start)))
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=allowed["halving"])
    assert errors[1] / errors[2] == pytest.approx(4.0, abs=allowed["halving"])
    # Richardson: what is left of the exact run itself.
    assert (4 * errors[2] - errors[1]) / 3 < allowed["exact_left"]


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_a_reference_of_either_width_is_the_kernels_peer(dtype: type) -> None:
    """Reference and kernel of the same width, the whole of the equation, after some steps."""
    medium = rich(10.0)
    bed = Bed(FAST if dtype == np.complex64 else PRECISE, medium)
    peer = WaveReference(
        medium.geometry(), medium.dt, c0=medium.c0, damping=medium.damping,
        state_index=medium.state_index, beta=medium.beta, dtype=dtype,
    )  # fmt: skip
    rows = driven(bed, 0.02)
    tone = 100 * np.exp(2j * np.pi * 31.0 * medium.dt * np.arange(len(rows)))
    peer.start(noise(SHAPE, 2, 0.5), 0.0, tone[0] * medium.emitters[0])
    for value in tone[:-1]:
        peer.step(value * medium.emitters[0])
    apart = np.abs(bed.psi - peer.psi).max() / np.abs(peer.psi).max()
    assert apart < (1e-5 if dtype == np.complex64 else 1e-12)
