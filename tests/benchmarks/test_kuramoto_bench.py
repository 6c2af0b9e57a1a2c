"""Oscillator-steps a second beside plain NumPy and other packages; prints ratios, gates nothing.

Peers are compared by simulated time times oscillators a second, each with the step or tolerance it needs for
an error of about 1e-4 (the `kuramoto` package runs at its own). Peers that are not installed are left out
with a message: they are the optional group ``peers``. Times are CPU times of one thread, medians of rounds in
which the competitors take turns. Memory traffic of a step beyond the caches is 208 B an oscillator: four
reads of phasors and rotations, two reads and a write (with its write-allocate) of a stage, a write of the
phasors.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numba
import numpy as np
import pytest
from scipy import sparse
from scipy.integrate import solve_ivp

from tauscope.gpu.kuramoto.cpu import CpuEnsemble
from tauscope.gpu.kuramoto.protocol import Noise

pytestmark = pytest.mark.benchmark

ROUNDS = 11
COUPLING, STEP = 1.5, 0.05


def interleaved(works: dict[str, tuple[Callable[[], Any], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Units of work a second of CPU time, medians of rounds in which all take turns."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work, _ in works.values():
        work()
    for _ in range(rounds):
        for name, (work, _) in works.items():
            started = time.thread_time()
            work()
            taken[name].append(time.thread_time() - started)
    return {name: units / max(median(taken[name]), 1e-9) for name, (_, units) in works.items()}


@numba.njit(nogil=True)
def triad(x: Any, y: Any, z: Any, turns: int) -> None:
    for _ in range(turns):
        for i in range(x.size):
            x[i] = y[i] + 3.0 * z[i]


def single(count: int, seed: int = 1) -> tuple[Any, Any]:
    """Phases and Gaussian frequencies."""
    draw = np.random.default_rng(seed)
    return draw.uniform(-np.pi, np.pi, count), draw.normal(0.0, 0.5, count)


def ensemble(count: int, clusters: int = 1, weights: Any = None) -> CpuEnsemble:
    theta, omega = single(count)
    made = CpuEnsemble(np.arange(clusters + 1) * (count // clusters))
    made.set_rates(omega, STEP)
    made.set_weights(np.full((1, 1), COUPLING) if weights is None else weights)
    made.set_phases(theta)
    return made


class PlainRungeKutta:
    """The model as one would write it in NumPy: angles, one order parameter, Runge-Kutta of order 4."""

    def __init__(self, count: int) -> None:
        self.theta, self.omega = single(count)

    def velocity(self, theta: Any) -> Any:
        Z = np.exp(1j * theta).mean()
        return self.omega + COUPLING * np.abs(Z) * np.sin(np.angle(Z) - theta)

    def advance(self, steps: int, h: float) -> None:
        for _ in range(steps):
            k1 = self.velocity(self.theta)
            k2 = self.velocity(self.theta + 0.5 * h * k1)
            k3 = self.velocity(self.theta + 0.5 * h * k2)
            k4 = self.velocity(self.theta + h * k3)
            self.theta = self.theta + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@pytest.mark.parametrize("count", [1_000, 10_000, 100_000, 1_000_000])
def test_single_cluster(count: int) -> None:
    """Both methods on one cluster, beside NumPy and a triad; 250 M at 1e4 and 100 M at 1e6 are asked for."""
    ours, plain = ensemble(count), PlainRungeKutta(count)
    steps = max(3, 4_000_000 // count)
    x, y, z = (np.ones(max(count * 4 // 3, 1)) for _ in range(3))
    turns = max(1, 2**23 // x.size)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "lawson": (lambda: ours.advance(steps), float(steps * count)),
        "strang": (lambda: ours.advance(steps, method="strang"), float(steps * count)),
        "numpy": (lambda: plain.advance(max(1, steps // 40), STEP), float(max(1, steps // 40) * count)),
        "triad": (lambda: triad(x, y, z, turns), 24.0 * x.size * turns),
    }
    rates = interleaved(works)
    assert min(rates.values()) > 0
    print(
        f"\nkuramoto N={count:,}: Lawson {rates['lawson'] / 1e6:.0f} M, Strang {rates['strang'] / 1e6:.0f} M"
        f" oscillator-steps/s | {rates['lawson'] / rates['numpy']:.0f} x NumPy ({rates['numpy'] / 1e6:.1f} M)"
        f" | triad {rates['triad'] / 1e9:.0f} GB/s, of which Lawson's 208 B are"
        f" {rates['lawson'] * 208 / rates['triad']:.2f}"
    )


def grid(side):
    """Coupling of a grid of side x side clusters to the four nearest, reciprocal, and to themselves."""
    line = sparse.diags_array([np.ones(side - 1), np.ones(side - 1)], offsets=[-1, 1])
    eye = sparse.eye_array(side)
    links = sparse.csr_array(sparse.kron(eye, line) + sparse.kron(line, eye))
    return sparse.csr_array(sparse.eye_array(side * side) + 0.2 * links)


@pytest.mark.parametrize(("side", "size"), [(7, 150), (100, 10), (100, 100)])
def test_many_clusters(side: int, size: int) -> None:
    """Grids of clusters of several sizes."""
    clusters = side * side
    ours = ensemble(clusters * size, clusters, grid(side))
    steps = max(2, 4_000_000 // (clusters * size))
    rates = interleaved({"lawson": (lambda: ours.advance(steps), float(steps * clusters * size))})
    assert rates["lawson"] > 0
    print(f"\nkuramoto {side} x {side} clusters of {size}: {rates['lawson'] / 1e6:.0f} M oscillator-steps/s")


@pytest.mark.parametrize("side", [100, 320, 1000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_sparse_graph(side: int, shuffled: bool) -> None:
    """The product W Z of a graph beside SciPy's; target 0.8 ns an edge."""
    weights = grid(side)
    if shuffled:
        mixed = np.random.default_rng(1).permutation(side * side)
        weights = sparse.csr_array(weights[mixed][:, mixed])
    ours = ensemble(side * side, side * side, weights)
    Z = ours.phasors()
    means = np.stack((Z.real, Z.imag), axis=1)
    out = np.empty((2, Z.size))
    products = ours._kernels.weighed
    steps = max(2, 2_000_000 // side**2)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "edges": (
            lambda: [products(means, *ours._weights, *out) for _ in range(steps)],
            float(steps * weights.nnz),
        ),
        "scipy": (lambda: [weights @ Z for _ in range(steps)], float(steps * weights.nnz)),
        "whole": (lambda: ours.advance(steps), float(4 * steps * weights.nnz)),
    }
    rates = interleaved(works)
    assert min(rates.values()) > 0
    print(
        f"\nkuramoto graph of {side * side:,} single oscillators{' shuffled' if shuffled else ''}:"
        f" {1e9 / rates['edges']:.2f} ns an edge (SciPy {1e9 / rates['scipy']:.2f}),"
        f" whole stages {1e9 / rates['whole']:.2f} ns an edge"
    )


def test_noise() -> None:
    """What noise costs a step."""
    count = 100_000
    ours = ensemble(count)
    works: dict[str, tuple[Callable[[], Any], float]] = {
        "without": (lambda: ours.advance(20), 20.0 * count),
        "with": (lambda: ours.advance(20, noise=Noise(1, 0, 0.01)), 20.0 * count),
        "phases": (ours.phases, float(count)),
    }
    rates = interleaved(works)
    assert min(rates.values()) > 0
    cost = 1e9 / rates["with"] - 1e9 / rates["without"]
    print(
        f"\nkuramoto N={count:,}: noise {cost:.1f} ns an oscillator-step,"
        f" phases {1e9 / rates['phases']:.1f} ns"
    )


def jitcode_rate(count: int) -> tuple[float, float]:
    """Simulated time times oscillators a second of JiTCODE with Z as helpers; seconds to compile."""
    import symengine
    from jitcode import jitcode, y

    theta, omega = single(count)
    sine, cosine = symengine.Symbol("mean_sine"), symengine.Symbol("mean_cosine")
    helpers = [
        (sine, sum(symengine.sin(y(i)) for i in range(count)) / count),
        (cosine, sum(symengine.cos(y(i)) for i in range(count)) / count),
    ]
    right = [
        omega[i] + COUPLING * (sine * symengine.cos(y(i)) - cosine * symengine.sin(y(i)))
        for i in range(count)
    ]
    started = time.perf_counter()
    system = jitcode(right, helpers=helpers, n=count, verbose=False)
    system.set_integrator("dopri5", rtol=1e-5, atol=1e-5)
    system.set_initial_value(theta, 0.0)
    system.integrate(0.1)
    compiled = time.perf_counter() - started
    started = time.process_time()
    system.integrate(20.1)
    return 20.0 * count / (time.process_time() - started), compiled


def package_rate(count: int) -> float:
    """The same of the package `kuramoto`, at the tolerance of its integrator."""
    import networkx as nx
    from kuramoto import Kuramoto

    theta, omega = single(count)
    links = nx.to_numpy_array(nx.complete_graph(count))
    model = Kuramoto(coupling=COUPLING, dt=STEP, T=2.0, n_nodes=count, natfreqs=omega)
    started = time.process_time()
    model.run(adj_mat=links, angles_vec=theta)
    return 2.0 * count / (time.process_time() - started)


def present(name: str) -> bool:
    """Whether a peer is installed; says so if not."""
    found = importlib.util.find_spec(name) is not None
    if not found:
        print(f"    {name} is not installed (group peers): left out")
    return found


@pytest.mark.timeout(1200)
@pytest.mark.filterwarnings("ignore")
def test_peers() -> None:
    """Simulated time x oscillators a second of CPU time, ours with h = 0.1, in one run."""
    print()
    for count in (100, 10_000, 100_000):
        theta, omega = single(count)
        ours = ensemble(count)
        ours.set_rates(omega, 0.1)
        plain = PlainRungeKutta(count)
        steps = max(10, 2_000_000 // count)

        def scipy_run(count: int = count, theta: Any = theta, plain: PlainRungeKutta = plain) -> Any:
            span = (0.0, 2.0)
            return solve_ivp(lambda t, x: plain.velocity(x), span, theta, rtol=1e-4, atol=1e-4)

        works: dict[str, tuple[Callable[[], Any], float]] = {
            "ours": (lambda ours=ours, steps=steps: ours.advance(steps), 0.1 * steps * count),  # type: ignore[misc]
            "NumPy": (lambda plain=plain: plain.advance(5, 0.1), 0.5 * count),  # type: ignore[misc]
            "solve_ivp": (scipy_run, 2.0 * count),
        }
        rates = interleaved(works, 5)
        assert rates["ours"] > 0
        for name, rate in rates.items():
            print(
                f"kuramoto N={count:,} {name}: {rate:.3g} simulated time x oscillators/s,"
                f" ours {rates['ours'] / rate:.0f} x"
            )
        if count == 100 and present("jitcode") and present("symengine"):
            rate, compiled = jitcode_rate(count)
            print(
                f"kuramoto N={count} JiTCODE: {rate:.3g}, ours {rates['ours'] / rate:.0f} x,"
                f" compiled in {compiled:.1f} s"
            )
        if count == 100 and present("kuramoto") and present("networkx"):
            rate = package_rate(count)
            print(f"kuramoto N={count} PyPI kuramoto: {rate:.3g}, ours {rates['ours'] / rate:.0f} x")
