"""A planted error of one per cent in each kernel of waves and geodesics makes a named test fail."""

import inspect
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.gravity import cpu, wave_kernels
from tests.engine.gravity import test_wave_kernels
from tests.engine.gravity.test_mutations import errors, functions, plain_copy, planted


def swept(kernels: Any, hood: str = "von_neumann", boundary: str = "periodic") -> None:
    """`test_wave_kernels.test_wave_equals_reference_bit_for_bit` of one case, three ticks."""
    test_wave_kernels.test_wave_equals_reference_bit_for_bit(
        "airtime", boundary, "float64", hood, kernels=kernels, parts=(3,)
    )


def swept_moore(kernels: Any) -> None:
    """The same with Moore neighbours."""
    swept(kernels, "moore")


def swept_mirror(kernels: Any) -> None:
    """The same with a mirror for E, at which a wave ends."""
    swept(kernels, boundary="reflective")


def stepped(kernels: Any) -> None:
    """`test_wave_kernels.test_waves_of_the_message_rules_equal_the_reference`."""
    for case in (("periodic", "moore"), ("absorbing", "von_neumann")):
        test_wave_kernels.test_waves_of_the_message_rules_equal_the_reference(*case, kernels=kernels)


def summed(kernels: Any) -> None:
    """`test_wave_kernels.test_energy_and_centre_equal_numpy`."""
    for case in (("periodic", "moore"), ("absorbing", "von_neumann")):
        test_wave_kernels.test_energy_and_centre_equal_numpy(*case, kernels=kernels)


def traced(kernels: Any) -> None:
    """`test_wave_kernels.test_geodesics_equal_the_reference`."""
    for mass in (0.0, 0.6):
        test_wave_kernels.test_geodesics_equal_the_reference(mass, kernels=kernels)


MUTATIONS = [
    *errors(
        cpu,
        swept,
        ("wave: rate", "rate = pace * g[r, x]", "rate = 1.01 * pace * g[r, x]"),
        ("wave: stiffness", "hold = stiff[w]", "hold = 1.01 * stiff[w]"),
        ("wave: neighbours", "P[w, old, r, x - left] +", "1.01 * P[w, old, r, x - left] +"),
        ("wave: momentum", "speed = V[w, r, x]", "speed = 0.99 * V[w, r, x]"),
        ("wave: psi", "psi + rate * speed", "psi + 1.01 * rate * speed"),
        ("wave: halo", "= P[w, new, r, end - 1]", "= 1.01 * P[w, new, r, end - 1]"),
    ),
    *errors(
        cpu,
        swept_moore,
        ("wave: diagonals", "(four * pull + across)", "(four * pull + 1.01 * across)"),
        ("wave: Moore", "sixth * (four", "1.01 * sixth * (four"),
    ),
    *errors(cpu, swept_mirror, ("wave: edge", "if edge == 1:  # a wave", "if edge == 5:  # a wave")),
    *errors(
        wave_kernels,
        stepped,
        ("step: rate", "rate = pace * g", "rate = 1.01 * pace * g"),
        ("step: stiffness", "pull - hold * psi", "pull - 1.01 * hold * psi"),
        ("step: momentum", "speed = V[w, r, x]", "speed = 0.99 * V[w, r, x]"),
        ("step: psi", "psi + rate * speed", "psi + 1.01 * rate * speed"),
        ("step: diagonals", "four * pull + across", "four * pull + 1.01 * across"),
    ),
    *errors(
        wave_kernels,
        summed,
        ("energy: momentum", "speed * speed + before", "1.01 * speed * speed + before"),
        ("energy: psi before", "here - pace", "here - 1.01 * pace"),
        ("energy: stiffness", "hold * here", "1.01 * hold * here"),
        ("energy: diagonals", "four * pull + across", "four * pull + 1.01 * across", 1),
        ("weight: mass", "mass2 * here * here", "1.01 * mass2 * here * here"),
        ("weight: slope", "half * ((up", "1.01 * half * ((up"),
        ("weight: rows", "moment[x] += off", "moment[x] += 1.01 * off"),
    ),
    *errors(
        wave_kernels,
        traced,
        ("geodesic: velocity", "pace * found[0] * px", "1.01 * pace * found[0] * px"),
        ("geodesic: force", "-pace * energy * found[2]", "-1.01 * pace * energy * found[2]"),
        ("geodesic: mass", "mass * mass +", "1.01 * mass * mass +"),
        ("geodesic: spline", "(2.0 - t) - 1.0)", "(2.0 - t) - 1.01)"),
        ("geodesic: slope", "(9.0 * t - 10.0)", "(9.0 * t - 10.1)"),
        ("geodesic: Runge-Kutta", "2.0 * k[1, axis]", "2.02 * k[1, axis]"),
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_planted_error_is_noticed(mutation):
    with np.errstate(over="ignore"):
        mutated = plain_copy(mutation.module, mutation.old, mutation.new, mutation.nth)
        with pytest.raises(AssertionError):
            mutation.test(mutated)


UNCHANGED = {(mutation.module.__name__, mutation.test): mutation for mutation in MUTATIONS}


@pytest.mark.parametrize("mutation", UNCHANGED.values(), ids=lambda m: m.test.__name__)
def test_unchanged_copy_passes(mutation):
    with np.errstate(over="ignore"):
        mutation.test(plain_copy(mutation.module))


def test_every_kernel_is_mutated():
    text = inspect.getsource(wave_kernels)
    before = functions(text)
    changed = set()
    for mutation in MUTATIONS:
        if mutation.module is wave_kernels:
            after = functions(planted(text, mutation.old, mutation.new, mutation.nth))
            changed |= {name for name in before if before[name] != after[name]}
    assert set(before) == changed
