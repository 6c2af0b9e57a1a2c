"""Kernels of phase oscillators against the NumPy reference and against the page's formulas written out.

Tests that `test_mutations` calls take the kernels as an argument with a default.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from numba import types
from scipy import sparse
from scipy.integrate import solve_ivp

from tauscope.engine.kuramoto.reference import KuramotoReference
from tauscope.gpu import normals
from tauscope.gpu.kuramoto import advance, angles, layout
from tauscope.gpu.kuramoto.cpu import CpuEnsemble
from tauscope.gpu.kuramoto.make import make_ensemble
from tauscope.gpu.kuramoto.protocol import Noise
from tauscope.gpu.streams import Stream

ALPHA, H = 0.3, 0.02
STEPS = 12
SHAPES = {"wide": [150, 40, 17], "repeating": [150, 40, 17], "narrow": [3, 1, 4, 7, 1, 2], "single": [200]}
"""Sizes of the clusters with which each path of the CPU kernels is taken."""


def field(t):
    return 0.4 * np.exp(1j * (0.7 + 2.0 * t))


def gain(t):
    return 1.0 + 0.3 * np.sin(3.0 * t)


def times(steps, h=H, first=0):
    """Start, middle and end of each step, shape (steps, 3)."""
    return (first + np.arange(steps))[:, None] * h + np.array([0.0, 0.5 * h, h])


class Problem:
    """Clusters of given sizes with random phases, frequencies and weights."""

    def __init__(self, sizes, seed=2):
        draw = np.random.default_rng(seed)
        self.sizes = np.array(sizes)
        self.offsets = np.concatenate(([0], np.cumsum(sizes)))
        clusters, count = self.sizes.size, self.offsets[-1]
        self.theta = draw.normal(0.5, 1.2, count)
        self.omega = draw.normal(0.4, 1.0, count)
        self.weights = draw.uniform(0.2, 2.0, (clusters, clusters)) / clusters
        self.mask = draw.uniform(0.2, 1.0, clusters)
        self.frozen = np.arange(clusters) == 1

    def ensemble(self, path="wide", kernels=advance, h=H, made=None):
        repeat_from = 0 if path == "repeating" else 10**9
        made = made or CpuEnsemble(self.offsets, kernels, repeat_from)
        made.set_rates(self.omega, h)
        made.set_weights(self.weights)
        made.set_frozen(self.frozen)
        made.set_phases(self.theta)
        return made

    def reference(self, driven=True):
        drive = {"field": field, "field_mask": self.mask, "gain": gain} if driven else {}
        arguments = (self.theta, self.omega, self.offsets, self.weights, ALPHA)
        return KuramotoReference(*arguments, frozen=self.frozen, **drive)

    def run(self, ensemble, steps=STEPS, method="lawson", h=H, first=0, **more):
        t = times(steps * more.get("substeps", 1), h, first)
        drive = {"field": field(t), "field_mask": self.mask, "gain": gain(t)}
        ensemble.advance(steps, ALPHA, method, **drive, **more)


def distance(ensemble, theta):
    """Largest distance of phasors from those of phases."""
    return np.abs(ensemble.phasors() - np.exp(1j * np.asarray(theta))).max()


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("method", ["lawson", "strang"])
def test_equals_reference(path, method, tolerances, kernels=advance):
    """Phase lag, drive of field and gain, frozen clusters: the NumPy reference, four of its steps to one."""
    limit = tolerances["kuramoto"]["kernels"]
    problem = Problem(SHAPES[path])
    ensemble, reference = problem.ensemble(path, kernels), problem.reference()
    problem.run(ensemble, method=method)
    for _ in range(4 * STEPS):
        reference.step(H / 4)
    assert distance(ensemble, reference.theta) <= limit[f"{method}_reference"]
    assert np.abs(np.abs(ensemble.phasors()) - 1).max() <= limit["length"]
    means = np.add.reduceat(ensemble.phasors(), problem.offsets[:-1]) / problem.sizes
    squares = np.add.reduceat(ensemble.phasors() ** 2, problem.offsets[:-1]) / problem.sizes
    assert np.abs(ensemble.order() - means).max() <= limit["sums"]
    assert np.abs(ensemble.mean_square() - squares).max() <= limit["sums"]


def page_step(problem, z, t, h):
    """One step by the page's formulas, with complex arrays."""
    cluster = np.repeat(np.arange(problem.sizes.size), problem.sizes)
    r = np.exp(0.5j * h * problem.omega)

    def slope(s, time):
        Z = np.add.reduceat(s, problem.offsets[:-1]) / problem.sizes
        H_c = np.exp(-1j * ALPHA) * gain(time) * (problem.weights @ Z) + problem.mask * field(time)
        H_i = H_c[cluster]
        return (H_i - np.conj(H_i) * s**2) / 2

    k1 = slope(z, t)
    k2 = slope(r * (z + h / 2 * k1), t + h / 2)
    k3 = slope(r * z + h / 2 * k2, t + h / 2)
    k4 = slope(r**2 * z + h * r * k3, t + h)
    z = r**2 * z + h / 6 * (r**2 * k1 + 2 * r * (k2 + k3) + k4)
    return z * (1.5 - 0.5 * np.abs(z) ** 2)


def strang_step(problem, z, t, h):
    """One step of Strang's splitting by the page's formulas, with complex arrays."""
    cluster = np.repeat(np.arange(problem.sizes.size), problem.sizes)
    r = np.exp(0.5j * h * problem.omega)
    y = r * z

    def acting(Z):
        return np.exp(-1j * ALPHA) * gain(t + h / 2) * (problem.weights @ Z) + problem.mask * field(t + h / 2)

    Z, Z2 = (np.add.reduceat(v, problem.offsets[:-1]) / problem.sizes for v in (y, y**2))
    start = acting(Z)
    H_c = acting(Z + h / 2 * (start - np.conj(start) * Z2) / 2)[cluster]
    w = y + np.tanh(np.abs(H_c) * h / 2) * H_c / np.abs(H_c)
    return r * np.conj(y) * w**2 / np.abs(w) ** 2


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize(("method", "step"), [("lawson", page_step), ("strang", strang_step)])
def test_equals_the_pages_formulas(path, method, step, tolerances, kernels=advance):
    problem = Problem(SHAPES[path])
    problem.frozen[:] = False
    ensemble = problem.ensemble(path, kernels, h=0.2)
    z = np.exp(1j * problem.theta)
    problem.run(ensemble, STEPS, method, h=0.2)
    for k in range(STEPS):
        z = step(problem, z, 0.2 * k, 0.2)
    assert np.abs(ensemble.phasors() - z).max() <= tolerances["kuramoto"]["kernels"]["formulas"]


@pytest.mark.parametrize("path", ["wide", "narrow"])
@pytest.mark.parametrize(("method", "order"), [("lawson", 3.8), ("strang", 1.9)])
def test_order_of_the_error(path, method, order):
    """Halving the step divides the error by 2^order, against DOP853; the page asks for 3.8 of Lawson's."""
    problem = Problem([60] * 4 if path == "wide" else [3] * 12)
    problem.omega -= 0.4
    problem.frozen[:] = False
    span = 3.2
    velocity = problem.reference().velocity
    exact = solve_ivp(
        lambda t, x: velocity(x, t), (0, span), problem.theta, method="DOP853", rtol=1e-12, atol=1e-12
    )
    errors = []
    for h in (0.1, 0.05, 0.025):
        ensemble = problem.ensemble(path, h=h)
        problem.run(ensemble, round(span / h), method, h=h)
        errors.append(distance(ensemble, exact.y[:, -1]))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders >= order), (errors, orders)


def test_accuracy_on_seven_clusters_of_sixty(tolerances):
    """The page's table: a hub and a ring of six, T = 10, h = 0.05, at most 5e-5 from DOP853."""
    problem = Problem([60] * 7, seed=4)
    problem.omega = np.random.default_rng(4).normal(0.0, 0.2, 420)
    problem.frozen[:] = False
    links = np.zeros((7, 7))
    for c in range(6):
        links[c, (c + 1) % 6] = links[(c + 1) % 6, c] = links[6, c] = links[c, 6] = 1.0
    problem.weights = np.eye(7) + 0.8 * links / links.sum(1).mean()
    velocity = problem.reference(driven=False).velocity
    exact = solve_ivp(
        lambda t, x: velocity(x, t), (0, 10), problem.theta, method="DOP853", rtol=1e-12, atol=1e-12
    )
    ensemble = problem.ensemble(h=0.05)
    ensemble.advance(200, ALPHA)
    assert distance(ensemble, exact.y[:, -1]) <= tolerances["kuramoto"]["kernels"]["accuracy"]


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("method", ["lawson", "strang"])
@pytest.mark.parametrize("noisy", [False, True])
def test_chunks_do_not_change_a_bit(path, method, noisy):
    problem = Problem(SHAPES[path])
    noise = Noise(7, 100, 0.05) if noisy else None
    whole, parts = problem.ensemble(path), problem.ensemble(path)
    problem.run(whole, 9, method, noise=noise, substeps=2)
    done = 0
    for ticks in (1, 0, 5, 3):
        later = None if noise is None else noise._replace(tick=noise.tick + done)
        problem.run(parts, ticks, method, noise=later, substeps=2, first=2 * done)
        done += ticks
    for name, value in whole.state().items():
        assert np.array_equal(value, parts.state()[name]), name


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("method", ["lawson", "strang"])
def test_before_is_one_tick_earlier_and_checkpoints_are_exact(path, method):
    problem = Problem(SHAPES[path])
    ensemble, other = problem.ensemble(path), problem.ensemble(path)
    assert np.array_equal(ensemble.before(), ensemble.phases())
    problem.run(ensemble, 5, method, substeps=3)
    problem.run(other, 4, method, substeps=3)
    assert np.array_equal(ensemble.before(), other.phases())
    other.restore(ensemble.state())
    for each in (ensemble, other):
        problem.run(each, 2, method, first=15)
    assert np.array_equal(ensemble.phasors(), other.phasors())
    assert np.array_equal(ensemble.before(), other.before())


def test_stages_found_again_are_those_kept(tolerances):
    problem = Problem(SHAPES["wide"])
    kept, found = problem.ensemble("wide"), problem.ensemble("repeating")
    for ensemble in (kept, found):
        problem.run(ensemble, noise=Noise(1, 0, 0.1))
    assert np.array_equal(kept.phasors(), found.phasors())


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("method", ["lawson", "strang"])
def test_frozen_clusters_keep_every_bit(path, method):
    problem = Problem(SHAPES[path])
    problem.frozen[0] = True
    ensemble = problem.ensemble(path)
    before = ensemble.phasors()
    problem.run(ensemble, 30, method, noise=Noise(1, 0, 0.3))
    still = np.repeat(problem.frozen, problem.sizes)
    assert np.array_equal(ensemble.phasors()[still], before[still])
    assert still.all() or np.abs(ensemble.phasors() - before)[~still].min() > 1e-6


def drawn(count, tick, trial=0):
    return normals.normal(count, 9, Stream.KURAMOTO_NOISE, tick, trial)


@pytest.mark.parametrize("path", ["wide", "narrow"])
def test_noise_turns_each_phase_by_its_own_number(path, tolerances, kernels=advance):
    """Every internal step is followed by turns, which Philox's own numbers tell."""
    problem = Problem(SHAPES[path])
    ensemble, reference = problem.ensemble(path, kernels), problem.reference()
    problem.run(ensemble, STEPS // 2, noise=Noise(9, 40, 0.2), substeps=2)
    for k in range(STEPS):
        kick = 0.2 * drawn(problem.theta.size, 40 + k // 2, k % 2)
        for quarter in range(4):
            reference.step(H / 4, kick if quarter == 3 else None)
    assert distance(ensemble, reference.theta) <= tolerances["kuramoto"]["kernels"]["lawson_reference"]


def test_a_run_without_noise_does_not_compile_any():
    """Its driver takes None for kicks, so numba leaves out what makes them; an amplitude of 0 is none."""
    ensemble, other = make_ensemble([0, 3]), make_ensemble([0, 3])
    drivers, place = (
        advance.advance_narrow,
        list(inspect.signature(advance.advance_narrow).parameters).index("kicks"),
    )
    ensemble.advance(2)
    before = set(drivers.signatures)
    assert types.none in {signature[place] for signature in before}
    other.advance(2, noise=Noise(1, 0, 0.0))
    assert set(drivers.signatures) == before
    assert np.array_equal(ensemble.phasors(), other.phasors())


def test_free_oscillators_diffuse():
    """Without coupling the phases' variance is 2 D t, here 0.16; its standard error is sqrt(2 / N) of it."""
    count, amplitude = 50_000, 0.04
    ensemble = make_ensemble([0, count])
    ensemble.set_phases(0.0)
    ensemble.advance(100, noise=Noise(5, 0, amplitude))
    phases = ensemble.phases()
    assert abs(phases.mean()) < 5 * np.sqrt(0.16 / count)
    assert abs(phases.var() / 0.16 - 1) < 5 * np.sqrt(2 / count)
    # Neighbours share a draw of Philox and must not be related.
    assert abs(np.corrcoef(phases[::2], phases[1::2])[0, 1]) < 5 / np.sqrt(count / 2)


@pytest.mark.parametrize("path", SHAPES)
def test_sparse_weights_are_those_of_a_dense_matrix(path, tolerances, kernels=advance):
    problem = Problem(SHAPES[path])
    size = problem.sizes.size
    problem.weights *= 1 + np.arange(size * size).reshape(size, size) % 3
    dense, rows = problem.ensemble(path), problem.ensemble(path, kernels)
    given = sparse.csr_array(problem.weights)
    rows._weights = (
        np.zeros((0, 0)),
        given.indptr.astype(np.int64),
        given.indices.astype(np.int32),
        given.data,
    )
    for ensemble in (dense, rows):
        problem.run(ensemble)
    assert np.abs(dense.phasors() - rows.phasors()).max() <= tolerances["kuramoto"]["kernels"]["formulas"]


def shuffled_grid(side, seed=3):
    """Weights of a grid of side x side clusters whose numbers are shuffled."""
    line = sparse.diags_array([np.ones(side - 1), np.ones(side - 1)], offsets=[-1, 1])
    eye = sparse.eye_array(side)
    grid = sparse.csr_array(sparse.kron(eye, line) + sparse.kron(line, eye))
    mixed = np.random.default_rng(seed).permutation(side * side)
    return sparse.csr_array(0.5 * grid[mixed][:, mixed] + sparse.eye_array(side * side))


def uneven(weights):
    """Weights in the same places, every one another."""
    return sparse.csr_array(
        (weights.data * np.linspace(0.5, 1.5, weights.nnz), weights.indices, weights.indptr), weights.shape
    )


@pytest.mark.parametrize("size", [1, 3])
def test_another_order_in_memory_is_not_seen(size, monkeypatch, tolerances):
    """Phases, order parameters, noise, masks and checkpoints keep the public numbers of clusters."""
    side = 20
    problem = Problem([size] * (side * side))
    problem.weights = shuffled_grid(side)
    monkeypatch.setattr(layout, "REORDER_FROM", 10**9)
    plain = problem.ensemble("narrow")
    monkeypatch.setattr(layout, "REORDER_FROM", 1)
    ordered = problem.ensemble("narrow")
    assert ordered._order is not None
    assert plain._order is None
    limit = tolerances["kuramoto"]["kernels"]["formulas"]
    for ensemble in (plain, ordered):
        problem.run(ensemble, noise=Noise(2, 0, 0.1))
    assert np.abs(plain.phasors() - ordered.phasors()).max() <= limit
    assert np.abs(plain.order() - ordered.order()).max() <= limit
    for name, value in plain.state().items():
        assert np.abs(value - ordered.state()[name]).max() <= limit
    ordered.restore(plain.state())
    assert np.array_equal(plain.phases(), ordered.phases())
    for ensemble in (plain, ordered):  # other values in the same places
        ensemble.set_weights(uneven(problem.weights))
        problem.run(ensemble)
    assert np.abs(plain.phasors() - ordered.phasors()).max() <= limit
    ordered.restore(plain.state())
    ordered.set_weights(np.ones((side * side, side * side)))
    assert ordered._order is None
    assert np.array_equal(plain.phases(), ordered.phases())


def test_angles_of_phasors(kernels=angles):
    theta = np.random.default_rng(1).uniform(-np.pi, np.pi, 500)
    got = np.empty(500)
    kernels.angles(np.cos(theta), np.sin(theta), got)
    assert np.abs(got - theta).max() <= 2e-15  # rounding of cosine, sine and angle


def test_what_does_not_fit_is_refused():
    ensemble = make_ensemble([0, 2, 5])
    with pytest.raises(ValueError, match="start at 0"):
        make_ensemble([0, 2, 2])
    with pytest.raises(ValueError, match="Phases has the shape"):
        ensemble.set_phases(np.zeros(4))
    with pytest.raises(ValueError, match="Weights have the shape"):
        ensemble.set_weights(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="Frozen"):
        ensemble.set_frozen([True])
    with pytest.raises(ValueError, match="lawson, strang"):
        ensemble.advance(1, method="euler")
    with pytest.raises(ValueError, match="field has the shape"):
        ensemble.advance(2, field=np.zeros((1, 3)))
    with pytest.raises(ValueError, match="substeps"):
        ensemble.advance(-1)
