"""The measures between signals against the theory of von Mises distributed phase differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from tauscope.engine.kuramoto.analysis import signals
from tauscope.engine.kuramoto.analysis.verify_bench import TOLERANCES, Bench, Floats, Law, Outcome
from tauscope.engine.study import Check

SAMPLES = 500
KAPPAS = (0.0, 2.0, 8.0)

Pair = tuple[Floats, Floats]


def phase_measures(bench: Bench) -> Outcome:
    """PLV, PPC and entropy coherence at three concentrations, means over many draws."""
    checks = []
    repeats = 200 if bench.quick else 1000
    for kappa in KAPPAS:
        rng = np.random.default_rng([bench.seed, int(kappa)])
        pairs = [_pair(rng, kappa, SAMPLES) for _ in range(repeats)]
        locking = float(special.i1(kappa) / special.i0(kappa))
        floor = math.sqrt(math.pi / (4 * SAMPLES)) if kappa == 0 else 0.0
        rows = (
            ("PLV", locking + floor, "plv", _mean(lambda a, b: signals.plv(a, b).value, pairs)),
            ("PPC", locking**2, "ppc", _mean(lambda a, b: signals.ppc(a, b).value, pairs)),
        )
        for name, exact, key, measured in rows:
            reason = f"I1/I0 = {locking:.4f}" + (", with the floor sqrt(π/4n)" if floor else "")
            quantity = f"{name} of von Mises differences, κ = {kappa:g}, n = {SAMPLES}"
            checks.append(Check.within(quantity, exact, measured, TOLERANCES[key], "1", reason))
        if kappa < 8:
            bins = signals.entropy_bins(SAMPLES)
            exact = information(kappa) / math.log(bins)
            measured = _mean(_entropy, pairs)
            reason = f"(ln 2π − h) / ln B, B = {bins}, Miller-Madow taken off"
            quantity = f"entropy coherence, κ = {kappa:g}, n = {SAMPLES}"
            checks.append(Check.within(quantity, exact, measured, TOLERANCES["entropy"], "1", reason))
    return Outcome(checks)


def shared_information(bench: Bench) -> Outcome:
    """Mutual information over 16 x 16 bins against its exact value over the same bins."""
    checks = []
    for kappa in KAPPAS:
        rng = np.random.default_rng([bench.seed, 16, int(kappa)])
        pairs = [_pair(rng, kappa, 50_000) for _ in range(4 if bench.quick else 20)]
        measured = _mean(_information, pairs)
        exact = binned_information(kappa, signals.MI_BINS)
        reason = f"over 16 bins; {information(kappa):.4f} without bins; Miller-Madow taken off"
        quantity = f"mutual information, κ = {kappa:g}, n = 50000"
        checks.append(Check.within(quantity, exact, measured, TOLERANCES["information"], "nat", reason))
    return Outcome(checks)


LAWS: Mapping[str, Law] = {"phase measures": phase_measures, "mutual information": shared_information}
"""Comparisons by name, in the order of the report."""


def information(kappa: float) -> float:
    """``ln 2 pi - h`` of a von Mises distribution, in nats: what two such phases tell of one another."""
    return kappa * float(special.i1(kappa) / special.i0(kappa)) - math.log(float(special.i0(kappa)))


def binned_information(kappa: float, bins: int) -> float:
    """The same over equal bins of both phases, one of them uniform.

    Two phases in bins k apart differ by about ``2 pi k / bins``, with a triangular weight two bins wide.
    """
    width = 2 * math.pi / bins
    x, weight = np.polynomial.legendre.leggauss(40)
    offset = np.concatenate([(x - 1) / 2, (x + 1) / 2]) * width
    triangle = (1 - np.abs(offset) / width) * np.concatenate([weight, weight]) * width / 2
    centres = 2 * math.pi * np.arange(bins) / bins
    density = np.exp(kappa * np.cos(centres[:, None] + offset)) / (2 * math.pi * special.i0(kappa))
    share = density @ triangle
    return math.log(bins) + float((share * np.log(share)).sum())


def _pair(rng: np.random.Generator, kappa: float, samples: int) -> Pair:
    first = rng.uniform(-math.pi, math.pi, samples)
    return first, first + rng.vonmises(0.0, kappa, samples)


def _mean(measure: Callable[[Floats, Floats], float], pairs: list[Pair]) -> float:
    return float(np.mean([measure(*pair) for pair in pairs]))


def _entropy(a: Floats, b: Floats) -> float:
    found = signals.entropy_coherence(a, b)
    return found.value - found.bias


def _information(a: Floats, b: Floats) -> float:
    found = signals.mutual_information(a, b)
    return found.value - found.bias
