"""Kernels of charges against the NumPy reference and against the page's own bounds.

Tests that `test_mutations` and `tests.gpu` call take what is tested as arguments with defaults.
"""

from __future__ import annotations

import numpy as np
import pytest

from tauscope.engine.charge.poisson import inverse_symbol
from tauscope.engine.charge.reference import DriftReference, PlasmaReference, bernoulli
from tauscope.gpu.charge import drift, plasma
from tauscope.gpu.charge.cpu import CpuDrift, CpuPlasma
from tauscope.gpu.charge.protocol import DriftStep, bounded

SCHEMES = ("central", "compact", "upwind")
SIZE, STEPS = 9, 6
FIELDS = ("rho", "phi", "intent")


def drift_problem(scheme, **more):
    """Random fields with every term, and the same step for the kernels."""
    draw = np.random.default_rng(3)
    held = draw.random((SIZE, SIZE)) < 0.1
    fields = [draw.normal(size=(SIZE, SIZE)) for _ in FIELDS]
    rates = {"alpha": 1.3, "gamma": 0.7, "g": 0.9, "lam": 0.4, "D": 0.3, "nu": 0.2, "beta": 0.6}
    rates |= {"dt": 0.02, "spacing": 0.8, **more}
    reference = DriftReference(*(field.copy() for field in fields), scheme=scheme, held=held, **rates)
    step = DriftStep(**rates, scheme=SCHEMES.index(scheme), relaxes=reference.relaxes)
    return fields, held, reference, step


def start(lattice, fields, held):
    for name, value in zip(FIELDS, fields, strict=True):
        lattice.write(name, value)
    lattice.set_held(held)
    return lattice


@pytest.mark.parametrize("scheme", SCHEMES)
def test_drift_equals_the_reference(scheme, tolerances, kernels=drift, made=None):
    limit = tolerances["charge"]["kernels"]["reference"]
    fields, held, reference, step = drift_problem(scheme)
    lattice = start(made or CpuDrift(SIZE, kernels), fields, held)
    assert lattice.advance(STEPS, step) == STEPS
    for _ in range(STEPS - 1):
        reference.step()
    before = reference.rho
    reference.step()
    for name in FIELDS:
        assert np.abs(lattice.read(name) - getattr(reference, name)).max() <= limit, name
    assert np.array_equal(lattice.read("rho")[held], fields[0][held])
    assert np.abs(lattice.last_change() - (reference.rho - before)).max() <= limit


@pytest.mark.parametrize("broken", [1e6, np.finfo(np.float64).max])
def test_a_step_that_runs_away_is_not_taken(broken, kernels=drift, made=None):
    """Whatever the parity of the good steps before it, and however it is cut into calls."""
    fields, held, reference, step = drift_problem("central", g=900.0, gamma=5.0, dt=0.1)
    if broken > 1e300:  # where rho has no square, I stands still, as in the published experiment
        step, reference.relaxes = step._replace(relaxes=False), False
    step = step._replace(limit=float(broken))
    for cut in (1, 2, 50):
        lattice = start(made or CpuDrift(SIZE, kernels), fields, held)
        done = 0
        while (now := lattice.advance(cut, step)) == cut and done < 100:
            done += now
        done += now
        kept = [lattice.read(name) for name in FIELDS]
        assert all(np.isfinite(field).all() for field in kept)
        assert np.abs(kept[0]).max() <= broken
        assert lattice.advance(3, step) == 0
        assert all(
            np.array_equal(lattice.read(name), field) for name, field in zip(FIELDS, kept, strict=True)
        )
        if cut == 1:
            expected = done, kept
        assert done == expected[0]
        assert all(np.array_equal(one, other) for one, other in zip(kept, expected[1], strict=True))
    with np.errstate(all="ignore"):
        for _ in range(done + 1):
            reference.step()
    assert not np.abs(reference.rho).max() <= broken


def plasma_problem(T=0.1):
    draw = np.random.default_rng(5)
    p, n = draw.random((2, SIZE, SIZE))
    fixed = np.zeros((SIZE, SIZE))
    fixed[2, 3], fixed[6, 1] = 1.0, -1.5
    return PlasmaReference(p, n, fixed, T=T, D=0.8, m2=0.05)


def furnish(lattice, model):
    lattice.write("p", model.p)
    lattice.write("n", model.n)
    lattice.set_field(model.fixed, inverse_symbol(SIZE, model.m2))
    return lattice


@pytest.mark.parametrize("T", [0.02, 0.1, 0.5])
def test_plasma_equals_the_reference(T, tolerances, kernels=plasma, made=None):
    """Densities, potential and length of the steps; what is on the way stays."""
    limit = tolerances["charge"]["kernels"]["reference"]
    model = plasma_problem(T)
    lattice = furnish(made or CpuPlasma(SIZE, kernels), model)
    time = elapsed = 0.0
    for _ in range(STEPS):
        phi = model.potential()
        steepest = max(np.abs(np.roll(phi, -1, axis) - phi).max() for axis in (0, 1))
        dt = bounded(0.05, model.D, T, steepest, (model.p + model.n).max())
        elapsed += dt
        model.step(dt)
        time, last = lattice.advance(1, 0.05, model.D, T, time)
        assert last == pytest.approx(dt, rel=1e-12)
    assert time == pytest.approx(elapsed, rel=1e-12)
    for name in "pn":
        assert np.abs(lattice.read(name) - getattr(model, name)).max() <= limit
    assert np.abs(lattice.read("phi") - model.potential()).max() <= limit


@pytest.mark.parametrize("T", [0.02, 0.1])
def test_boltzmann_distributions_have_no_flux(T, tolerances, kernels=plasma):
    draw = np.random.default_rng(7)
    phi = draw.normal(0.0, 0.1, (SIZE, SIZE))
    p, n = np.exp(-phi / T), np.exp(phi / T)
    p, n = p / p.max(), n / n.max()
    fluxes = [np.zeros((SIZE, SIZE)) for _ in range(4)]
    kernels.faces(p, n, phi, *fluxes, 1.0 / T)
    assert max(np.abs(flux).max() for flux in fluxes) < tolerances["charge"]["plasma"]["boltzmann_flux"]


def test_bernoulli_equals_expm1_and_is_mirrored(tolerances, kernels=plasma):
    """Fluxes of single densities across rises from nothing to beyond where e^d has a number."""
    rises = np.array([0.0, 1e-320, 1e-12, 1e-4, 0.3, 0.35, 1.0, 2.5, 36.0, 300.0, 699.0, 705.0, 5000.0])
    for sign in (1.0, -1.0):
        for d in sign * rises:
            ahead, back = kernels.face(1.0, 0.0, 0.0, 0.0, d)[0], -kernels.face(0.0, 1.0, 0.0, 0.0, d)[0]
            limit = tolerances["charge"]["kernels"]["bernoulli"]
            assert ahead == pytest.approx(float(bernoulli(np.array(d))), rel=limit, abs=1e-290)
            assert back == pytest.approx(float(bernoulli(np.array(-d))), rel=limit, abs=1e-290)
            assert kernels.face(0.0, 0.0, 1.0, 0.0, d)[1] == back
            assert -kernels.face(0.0, 0.0, 0.0, 1.0, d)[1] == ahead


def test_extremes_are_those_of_numpy(kernels=plasma):
    draw = np.random.default_rng(9)
    p, n, phi = draw.random((3, SIZE, SIZE))
    last = SIZE - 1
    for low, top in (((4, 4), (4, 5)), ((4, 4), (5, 4)), ((last, 2), (0, 2)), ((2, last), (2, 0))):
        high, crowd = phi.copy(), p.copy()
        high[low], high[top], crowd[top] = -9.0, 9.0, 8.0
        steepest = max(np.abs(np.roll(high, -1, axis) - high).max() for axis in (0, 1))
        assert kernels.extremes(crowd, n, high) == (steepest, (crowd + n).max())
