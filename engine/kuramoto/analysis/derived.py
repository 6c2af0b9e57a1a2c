"""Fields and scalars that may be asked for beside the engine's own; none feeds back."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import DerivedField, DerivedScalar, FieldSpec, ScalarSpec
from tauscope.engine.kuramoto.analysis.expectation import Expectation, expectation_of
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.frequencies import wrapped

Floats = npt.NDArray[np.float64]


def psi(_config: KuramotoConfig, Z: npt.NDArray[np.complex128]) -> Floats:
    """Mean phase ``arg Z_c`` of each cluster in rad, float64 [C]."""
    return np.asarray(np.angle(Z))


def lead(config: KuramotoConfig, theta: Floats, Z: npt.NDArray[np.complex128]) -> Floats:
    """Phase of each oscillator before the mean phase of its cluster, rad in [-pi, pi), float64 [N]."""
    return wrapped(theta - np.repeat(np.angle(Z), config.oscillators_per_cluster))


def second_order(_config: KuramotoConfig, theta: Floats) -> float:
    """Order of the second harmonic ``|<e^{2 i theta}>|``: 1 for two groups in antiphase, whose R is 0.

    Daido, Prog. Theor. Phys. 88, 1213 (1992).
    """
    return float(abs(np.exp(2j * theta).mean()))


def theory_order(config: KuramotoConfig) -> float:
    """R of the theory at the present K, for many oscillators; see `expectation_of`."""
    expected = expectation_of(config)
    return float("nan") if expected is None else _order(expected, config.K)


def critical(config: KuramotoConfig) -> float:
    """K above which order sets in, by theory; see `expectation_of`."""
    expected = expectation_of(config)
    return float("nan") if expected is None else _critical(expected)


def is_prompt(config: KuramotoConfig) -> bool:
    """Whether the theory of a configuration is worked out in milliseconds, so that it can be shown live.

    With noise, or with lag and without the closed form of Lorentzian frequencies, it takes up to a second;
    the sweep shows it then.
    """
    expected = expectation_of(config)
    if expected is None or expected.noise:
        return False
    return expected.alpha == 0 or expected.kind in ("lorentzian", "identical")


@lru_cache(maxsize=256)
def _order(expected: Expectation, K: float) -> float:
    return float(expected.curve([K])[0])


@lru_cache(maxsize=64)
def _critical(expected: Expectation) -> float:
    return expected.critical


DERIVED: dict[str, DerivedField] = {
    "psi": DerivedField(
        FieldSpec(
            "psi",
            "ψ",
            "Mean phases of the clusters",
            ("cluster",),
            "float64",
            unit="rad",
            kind="table",
            cost="derive",
            palette="cyclic",
            note="arg Z_c; without order in the cluster it is chance.",
        ),
        ("Z",),
        psi,
    ),
    "lead": DerivedField(
        FieldSpec(
            "lead",
            "θ − ψ",
            "Lead of the phases",
            ("oscillator",),
            "float64",
            unit="rad",
            kind="table",
            cost="derive",
            palette="cyclic",
            note="Phase of each oscillator before the mean phase of its cluster; a locked one stands still.",
        ),
        ("theta", "Z"),
        lead,
    ),
}
"""Derived fields of the registry."""

SCALARS: dict[str, DerivedScalar] = {
    "R_second": DerivedScalar(
        ScalarSpec("R_second", "R₂", note="|⟨e^{2iθ}⟩|: 1 for two groups in antiphase, whose R is 0."),
        ("theta",),
        second_order,
    ),
    "R_theory": DerivedScalar(
        ScalarSpec(
            "R_theory", "R theory", note="Steady R of the theory at the present K, for many oscillators."
        ),
        (),
        theory_order,
        is_prompt,
    ),
    "K_critical": DerivedScalar(
        ScalarSpec("K_critical", "K_c", "rad/time", note="Coupling above which order sets in, by theory."),
        (),
        critical,
        is_prompt,
    ),
}
"""Derived scalars of the registry."""
