"""Dispersion, limits on the step, wavelengths, blow-up times: against the page and against integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from tauscope.engine.ufie.analysis import dispersion as d
from tauscope.engine.ufie.exact import lattice_eigenvalues
from tauscope.engine.ufie.reference_operator import Geometry

MASS = 20.45


def test_eigenvalues_of_plane_waves() -> None:
    shape, waves = (4, 3, 8, 1, 2), (1, 2, 3, 0, 1)
    phase = sum(
        2 * np.pi * k * np.arange(n).reshape([-1 if a == b else 1 for b in range(5)]) / n
        for a, (n, k) in enumerate(zip(shape, waves, strict=True))
    )
    wave = np.exp(1j * np.asarray(phase))
    found = Geometry.flat(shape).stiffness(np.broadcast_to(wave, shape).copy()) / wave
    np.testing.assert_allclose(found, d.eigenvalue(shape, waves), rtol=1e-12)
    assert lattice_eigenvalues(shape)[waves] == pytest.approx(d.eigenvalue(shape, waves), rel=1e-14)


@pytest.mark.parametrize(("lam", "dt", "speed"), [(36, 5e-4, 666.7), (36, 1e-4, 3333), (32, 5e-4, 707)])
def test_speed_limits_of_the_page(lam: float, dt: float, speed: float) -> None:
    found = d.speed_limit(lam, dt)
    assert found == pytest.approx(speed, rel=1e-3)
    assert d.step_limit(lam, found) == pytest.approx(dt, rel=1e-12)
    assert d.step_limit(lam, d.speed_limit(lam, dt, MASS), MASS) == pytest.approx(dt, rel=1e-12)
    assert d.step_limit(0.0, 5.0) == math.inf


def test_bands_and_first_modes_of_the_page() -> None:
    assert d.band_top(36, 300) == pytest.approx(286.5, abs=0.1)
    assert d.band_top(4, 300) == pytest.approx(95.5, abs=0.1)
    assert [round(d.first_mode(n, 300), 1) for n in (8, 4, 3)] == [36.5, 67.5, 82.7]


def test_tones_along_an_axis() -> None:
    """At c0 = 600 a wave of e8 is 3.56 sites long and 12.5 % slow; c0/f = 4.07 is the continuum's length."""
    assert math.isnan(d.along_axis(147.58, 300).wavelength)
    tone = d.along_axis(147.58, 600)
    assert tone.wavelength == pytest.approx(3.557, abs=1e-3)
    assert tone.phase_error == pytest.approx(tone.wavelength * 147.58 / 600 - 1, rel=1e-12)
    assert math.isnan(d.along_axis(3.0, 600, mass=MASS).wavelength)


def test_leapfrog_frequency_beyond_the_limit() -> None:
    assert math.isnan(d.leapfrog_frequency(36, 667, 5e-4))
    assert d.leapfrog_frequency(36, 600, 1e-6) == pytest.approx(600 * 6, rel=1e-5)


@pytest.mark.parametrize(
    ("amplitude", "beta", "mass"), [(1, 0.01, 0), (5, 1, 0), (1.001 * MASS, 1, MASS), (40, 1, MASS)]
)
def test_blow_up_times(amplitude: float, beta: float, mass: float) -> None:
    """Against a quadrature of the energy integral from the turning point, y = A + x^2."""

    def slope(x: float) -> float:
        y = amplitude + x * x
        gained = (y + amplitude) * (0.5 * beta * (y * y + amplitude**2) - mass**2)
        return 2.0 / math.sqrt(gained)

    exact, _ = integrate.quad(slope, 0, np.inf, epsabs=0, epsrel=1e-10, limit=500)
    assert d.blow_up_time(amplitude, beta, mass) == pytest.approx(exact, rel=1e-8)


def test_blow_up_of_the_page() -> None:
    assert d.blow_up_time(1, 0.01) == pytest.approx(18.54, abs=5e-3)
    assert d.blow_up_time(5, 1) == pytest.approx(0.371, abs=5e-4)
    assert d.blow_up_time(1.001 * MASS, 1, MASS) == pytest.approx(0.29, abs=5e-3)
    assert d.blow_up_time(0.99 * MASS, 1, MASS) == math.inf
    assert d.blow_up_amplitude(0.01, MASS) == pytest.approx(204.5)
