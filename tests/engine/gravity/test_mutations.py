"""A planted error of one per cent in each kernel makes a named test fail.

Each mutation changes one term in a copy of a kernel's source text; the copy runs as plain Python. The test
named beside it is called with the copy and must fail, and must pass with an unchanged copy.
"""

import ast
import inspect
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tauscope.gpu import philox
from tauscope.gpu.gravity import cpu, lattice
from tauscope.gpu.gravity import sources as source_kernels
from tests.engine.gravity import test_kernels, test_sources
from tests.gpu import test_philox

Test = Callable[[Any], None]


def planted(text: str, old: str, new: str, nth: int) -> str:
    """Source text with the ``nth`` occurrence of ``old`` replaced by ``new``."""
    parts = text.split(old)
    assert len(parts) > nth + 1, f"“{old}” occurs {len(parts) - 1} times"
    return old.join(parts[: nth + 1]) + new + old.join(parts[nth + 1 :])


def plain_copy(module: types.ModuleType, old: str = "", new: str = "", nth: int = 0) -> types.ModuleType:
    """Copy of a module that runs without compilation, with one error planted if ``old`` is given."""
    text = inspect.getsource(module).replace("from tauscope.gpu.jit import kernel", "def kernel(f): return f")
    text = planted(text, old, new, nth) if old else text
    copy = types.ModuleType(f"{module.__name__}_copy")
    sys.modules[copy.__name__] = copy
    try:
        exec(compile(text, copy.__name__, "exec"), copy.__dict__)
    finally:
        del sys.modules[copy.__name__]
    return copy


def equals_reference(rule: str, boundary: str = "absorbing", dtype: str = "float64") -> Test:
    """`test_kernels.test_equals_reference_bit_for_bit` of one case, for the kernels of a module."""

    def run(kernels: Any) -> None:
        test_kernels.test_equals_reference_bit_for_bit(rule, boundary, dtype, kernels=kernels)

    run.__name__ = f"test_equals_reference_bit_for_bit[{rule}-{boundary}-{dtype}]"
    return run


def lattice_equals_reference(module: Any) -> None:
    """The same for the class `Lattice` of a module."""
    test_kernels.test_equals_reference_bit_for_bit(
        "airtime", "absorbing", "float32", lattice_type=module.Lattice
    )


def known_answers(module: Any) -> None:
    """`test_philox` on the functions of a module."""
    for counter, key, answer in test_philox.KNOWN_ANSWERS:
        test_philox.test_known_answers(counter, key, answer, module=module)


AIRTIME, FLUID = equals_reference("airtime"), equals_reference("fluid")
SINGLE = equals_reference("airtime", dtype="float32")
REFLECTIVE, PERIODIC = equals_reference("airtime", "reflective"), equals_reference("airtime", "periodic")


@dataclass(frozen=True)
class Mutation:
    """One planted error: where, what, and the test that must notice it."""

    name: str
    module: types.ModuleType
    test: Test
    old: str
    new: str
    nth: int = 0


def errors(
    module: types.ModuleType, test: Test, *planted_errors: tuple[str, str, str] | tuple[str, str, str, int]
) -> list[Mutation]:
    """Mutations of one module that one test must notice: name, old text, new text, and which occurrence."""
    return [Mutation(name, module, test, old, new, *nth) for name, old, new, *nth in planted_errors]


def in_rule(rule: str, test: Test, nth: int) -> list[Mutation]:
    """Errors in the lines that both rules have; the airtime rule's come first in the source."""
    more = "* type(relay)(1.01)"
    return errors(
        cpu,
        test,
        (f"{rule}: relay weight", "relay * near", f"relay * near {more}", nth),
        (f"{rule}: cap on sending", "else capacity\n", f"else capacity {more}\n", nth),
        (f"{rule}: outbox", "= value - sent", "= value - sent * type(relay)(0.99)", nth),
        (f"{rule}: bits sent", "] = sent\n", f"] = sent {more}\n", nth),
        (f"{rule}: weight of the moving average", "+= alpha *", "+= type(relay)(1.01) * alpha *", nth),
    )


SWAP = "before, after = after, before"

MUTATIONS = [
    *in_rule("airtime", AIRTIME, 0),
    *in_rule("fluid", FLUID, 1),
    *errors(
        cpu, SINGLE, ("airtime, float32: relay weight", "relay * near", "relay * near * type(relay)(1.01)")
    ),
    *errors(
        cpu,
        AIRTIME,
        ("airtime: emission", "else emission)", "else emission * 1.01)"),
        ("airtime: emission while waiting", "(zero if wait else e", "(0.01 * emission if wait else e"),
        ("airtime: threshold of waiting", "d[r, x] >= capacity", "d[r, x] >= 1.01 * capacity"),
        ("airtime: debt incurred", "d[r, x] += sent", "d[r, x] += 1.01 * sent"),
        ("airtime: debt paid", "(capacity if wait", "(0.99 * capacity if wait"),
        ("airtime: count", "0 if wait else 1\n", "0 if wait else (2 if x % 100 == 17 else 1)\n"),
        ("airtime: share averaged", "((zero if wait else one)", "((zero if wait else 1.01 * one)"),
        ("halo of a sweep: absorbing", "before = after = zero", "before = after = 0.01 * after"),
    ),
    *errors(
        cpu,
        FLUID,
        ("fluid: share realized", "one - E[src, r, x]", "one - 1.01 * E[src, r, x]"),
        ("fluid: emission", "share * a[r, x]", "1.01 * share * a[r, x]"),
        ("fluid: proper time", "m[r, x] += share", "m[r, x] += 1.01 * share"),
    ),
    *errors(
        cpu,
        REFLECTIVE,
        ("halo of a sweep: reflective", "= before\n            E", "= 1.01 * before\n            E"),
        ("halo at the start: reflective", "first - 1] = before", "first - 1] = 1.01 * before"),
        ("row above: reflective", "above = max(above, 1)", "above = max(above, 0)"),
    ),
    *errors(
        cpu,
        PERIODIC,
        ("halo of a sweep: periodic", SWAP, "before, after = 1.01 * after, before", 1),
        ("halo at the start: periodic", SWAP, "before, after = after, 1.01 * before"),
        ("row below: periodic", "1 if row == rows - 1", "2 if row == rows - 1"),
        ("rows about the seam", "(rows - seam + item)", "(rows - seam + item + 1)"),
    ),
    *errors(
        cpu,
        test_kernels.test_broken_sites_are_counted,
        ("bound of the traffic", "sent <= traffic_limit", "sent <= traffic_limit * 1.01"),
        ("bound of the outbox", "waiting <= waiting_limit", "waiting <= waiting_limit * 1.01"),
        ("bound of the debt", "debt <= debt_limit", "debt <= debt_limit * 1.01"),
    ),
    *errors(
        cpu,
        test_kernels.test_totals_equal_numpy,
        ("total of E", "traffic += sent", "traffic += 1.01 * sent"),
        ("total of a", "emission += source", "emission += 1.01 * source"),
        ("total of f a", "realized += source * live", "realized += 1.01 * source * live"),
        ("total of g", "share += live", "share += 1.01 * live"),
        ("largest E of two ticks", "sent + np.float64(E[1 - src", "sent + 1.01 * np.float64(E[1 - src"),
        ("largest q", "max(waiting, q[r, x])", "max(waiting, 1.01 * q[r, x])"),
    ),
    *errors(
        lattice,
        lattice_equals_reference,
        ("survival given to the kernel", "survival / 4", "1.01 * survival / 4"),
        ("window given to the kernel", "2 / (window", "2.02 / (window", 1),
    ),
    *errors(
        philox,
        known_answers,
        ("Philox: multiplier", "0xD2511F53", "0xD2511F55"),
        ("Philox: Weyl constant", "0xBB67AE85", "0xBB67AE86"),
        ("Philox: rounds", "range(10)", "range(9)"),
    ),
    *errors(
        philox,
        test_philox.test_the_largest_word_stays_below_one,
        ("uniform float32", "2.0**-24", "2.0**-24 * 0.99"),
        ("uniform float64", "2.0**-53", "2.0**-53 * 0.99"),
    ),
    *errors(
        source_kernels,
        test_sources.test_gaussian,
        ("Gaussian: strength", "= strength * column", "= 1.01 * strength * column"),
    ),
    *errors(
        source_kernels,
        test_sources.test_ring_and_disc,
        ("band: strength", "+= strength", "+= 1.01 * strength"),
        ("band: outer radius", "outer * outer", "1.0201 * outer * outer"),
        ("band: inner radius", "inner * inner", "0.9801 * inner * inner"),
    ),
    *errors(
        source_kernels,
        test_sources.test_line,
        ("band: place along a line", "length2, 0.0)", "length2, 0.0) * 0.99"),
    ),
    *errors(
        source_kernels,
        test_sources.test_scaled_picture,
        ("picture: strength", "= scale * array", "= 1.01 * scale * array"),
        ("picture: place of a row", "bottom + r * side", "bottom + 1.01 * r * side"),
        ("picture: share of a cell", "wide * tall", "wide * tall * 0.99"),
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_planted_error_is_noticed(mutation):
    with np.errstate(over="ignore"):  # Philox wraps around on purpose; compiled code does so silently
        mutated = plain_copy(mutation.module, mutation.old, mutation.new, mutation.nth)
        with pytest.raises(AssertionError):
            mutation.test(mutated)


UNCHANGED = {(mutation.module.__name__, mutation.test): mutation for mutation in MUTATIONS}


@pytest.mark.parametrize(
    "mutation", UNCHANGED.values(), ids=lambda m: f"{m.module.__name__}-{m.test.__name__}"
)
def test_unchanged_copy_passes(mutation):
    with np.errstate(over="ignore"):
        mutation.test(plain_copy(mutation.module))


def functions(text: str) -> dict[str, str]:
    """Syntax tree of every compiled function in a source text, by name."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return {
        f.name: ast.dump(f) for f in found if any(getattr(d, "id", "") == "kernel" for d in f.decorator_list)
    }


@pytest.mark.parametrize("module", [cpu, philox, source_kernels], ids=lambda module: module.__name__)
def test_every_kernel_is_mutated(module):
    """No compiled function is left out, but those that only fill an array with what a mutated one returns."""
    text = inspect.getsource(module)
    before = functions(text)
    changed = set()
    for mutation in MUTATIONS:
        if mutation.module is module:
            after = functions(planted(text, mutation.old, mutation.new, mutation.nth))
            changed |= {name for name in before if before[name] != after[name]}
    assert set(before) - changed <= {"advance", "_fill_words", "_fill_uniform32", "_fill_uniform64"}
