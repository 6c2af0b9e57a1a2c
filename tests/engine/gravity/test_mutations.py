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
    """Copy of a module that runs without compilation, with the ``nth`` occurrence of ``old`` replaced by ``new``."""
    text = inspect.getsource(module).replace("from tauscope.gpu.jit import kernel", "def kernel(f): return f")
    text = planted(text, old, new, nth) if old else text
    copy = types.ModuleType(f"{module.__name__}_copy")
    sys.modules[copy.__name__] = copy  # dataclasses and annotations look their module up
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
    test_kernels.test_equals_reference_bit_for_bit("airtime", "absorbing", "float32", lattice_type=module.Lattice)


def starts_equal(module: Any) -> None:
    """`test_philox` on the functions of a module."""
    for counter, key, answer in test_philox.KNOWN_ANSWERS:
        test_philox.test_known_answers(counter, key, answer, module=module)


AIRTIME, FLUID = equals_reference("airtime"), equals_reference("fluid")
SINGLE = equals_reference("airtime", dtype="float32")
REFLECTIVE, PERIODIC = equals_reference("airtime", "reflective"), equals_reference("airtime", "periodic")
TOTALS, BROKEN = test_kernels.test_totals_equal_numpy, test_kernels.test_broken_sites_are_counted


@dataclass(frozen=True)
class Mutation:
    """One planted error: where, what, and the test that must notice it."""

    name: str
    module: types.ModuleType
    test: Test
    old: str
    new: str
    nth: int = 0


def _in_both_rules() -> list[Mutation]:
    terms = {
        "relay weight": ("relay * near", "relay * near * type(relay)(1.01)"),
        "cap on sending": ("else capacity\n", "else capacity * type(relay)(1.01)\n"),
        "outbox": ("= value - sent", "= value - sent * type(relay)(0.99)"),
        "bits sent": ("] = sent\n", "] = sent * type(relay)(1.01)\n"),
        "weight of the moving average": ("+= alpha *", "+= type(relay)(1.01) * alpha *"),
    }
    return [
        Mutation(f"{rule}: {name}", cpu, test, old, new, nth)
        for nth, (rule, test) in enumerate((("airtime", AIRTIME), ("fluid", FLUID)))
        for name, (old, new) in terms.items()
    ]


MUTATIONS = [
    *_in_both_rules(),
    Mutation("airtime, float32: relay weight", cpu, SINGLE, "relay * near", "relay * near * type(relay)(1.01)"),
    Mutation("airtime: emission", cpu, AIRTIME, "else emission)", "else emission * 1.01)"),
    Mutation("airtime: emission while waiting", cpu, AIRTIME, "(zero if wait else e", "(0.01 * emission if wait else e"),
    Mutation("airtime: threshold of waiting", cpu, AIRTIME, "d[r, x] >= capacity", "d[r, x] >= 1.01 * capacity"),
    Mutation("airtime: debt incurred", cpu, AIRTIME, "d[r, x] += sent", "d[r, x] += 1.01 * sent"),
    Mutation("airtime: debt paid", cpu, AIRTIME, "(capacity if wait", "(0.99 * capacity if wait"),
    Mutation("airtime: count", cpu, AIRTIME, "0 if wait else 1\n", "0 if wait else (2 if x % 100 == 17 else 1)\n"),
    Mutation("airtime: share averaged", cpu, AIRTIME, "((zero if wait else one)", "((zero if wait else 1.01 * one)"),
    Mutation("fluid: share realized", cpu, FLUID, "one - E[src, r, x]", "one - 1.01 * E[src, r, x]"),
    Mutation("fluid: emission", cpu, FLUID, "share * a[r, x]", "1.01 * share * a[r, x]"),
    Mutation("fluid: proper time", cpu, FLUID, "m[r, x] += share", "m[r, x] += 1.01 * share"),
    Mutation("halo of a sweep: absorbing", cpu, AIRTIME, "before = after = zero", "before = after = 0.01 * after"),
    Mutation("halo of a sweep: reflective", cpu, REFLECTIVE, "= before\n            E", "= 1.01 * before\n            E"),
    Mutation("halo of a sweep: periodic", cpu, PERIODIC, "before, after = after, before", "before, after = 1.01 * after, before", 1),
    Mutation("halo at the start: reflective", cpu, REFLECTIVE, "first - 1] = before", "first - 1] = 1.01 * before"),
    Mutation("halo at the start: periodic", cpu, PERIODIC, "before, after = after, before", "before, after = after, 1.01 * before"),
    Mutation("row above: reflective", cpu, REFLECTIVE, "above = max(above, 1)", "above = max(above, 0)"),
    Mutation("row below: periodic", cpu, PERIODIC, "1 if row == rows - 1", "2 if row == rows - 1"),
    Mutation("rows about the seam", cpu, PERIODIC, "(rows - seam + item)", "(rows - seam + item + 1)"),
    Mutation("bound of the traffic", cpu, BROKEN, "sent <= traffic_limit", "sent <= traffic_limit * 1.01"),
    Mutation("bound of the outbox", cpu, BROKEN, "waiting <= waiting_limit", "waiting <= waiting_limit * 1.01"),
    Mutation("bound of the debt", cpu, BROKEN, "debt <= debt_limit", "debt <= debt_limit * 1.01"),
    Mutation("total of E", cpu, TOTALS, "traffic += sent", "traffic += 1.01 * sent"),
    Mutation("total of a", cpu, TOTALS, "emission += source", "emission += 1.01 * source"),
    Mutation("total of f a", cpu, TOTALS, "sent * inverse", "1.01 * sent * inverse"),
    Mutation("total of g", cpu, TOTALS, "share += np", "share += 1.01 * np"),
    Mutation("largest E", cpu, TOTALS, "max(top, E[src, r, x])", "max(top, 1.01 * E[src, r, x])"),
    Mutation("largest q", cpu, TOTALS, "max(waiting, q[r, x])", "max(waiting, 1.01 * q[r, x])"),
    Mutation("survival given to the kernel", lattice, lattice_equals_reference, "survival / 4", "1.01 * survival / 4"),
    Mutation("window given to the kernel", lattice, lattice_equals_reference, "2 / (window", "2.02 / (window", 1),
    Mutation("Philox: multiplier", philox, starts_equal, "0xD2511F53", "0xD2511F55"),
    Mutation("Philox: Weyl constant", philox, starts_equal, "0xBB67AE85", "0xBB67AE86"),
    Mutation("Philox: rounds", philox, starts_equal, "range(10)", "range(9)"),
    Mutation("uniform float32", philox, test_philox.test_the_largest_word_stays_below_one, "2.0**-24", "2.0**-24 * 0.99"),
    Mutation("uniform float64", philox, test_philox.test_the_largest_word_stays_below_one, "2.0**-53", "2.0**-53 * 0.99"),
    Mutation("Gaussian: strength", source_kernels, test_sources.test_gaussian, "= strength * column", "= 1.01 * strength * column"),
    Mutation("band: strength", source_kernels, test_sources.test_ring_and_disc, "+= strength", "+= 1.01 * strength"),
    Mutation("band: outer radius", source_kernels, test_sources.test_ring_and_disc, "outer * outer", "1.0201 * outer * outer"),
    Mutation("band: inner radius", source_kernels, test_sources.test_ring_and_disc, "inner * inner", "0.9801 * inner * inner"),
]  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_planted_error_is_noticed(mutation):
    with np.errstate(over="ignore"):  # Philox wraps around on purpose; compiled code does so silently
        mutated = plain_copy(mutation.module, mutation.old, mutation.new, mutation.nth)
        with pytest.raises(AssertionError):
            mutation.test(mutated)


UNCHANGED = {(mutation.module.__name__, mutation.test): mutation for mutation in MUTATIONS}


@pytest.mark.parametrize("mutation", UNCHANGED.values(), ids=lambda m: f"{m.module.__name__}-{m.test.__name__}")
def test_unchanged_copy_passes(mutation):
    with np.errstate(over="ignore"):
        mutation.test(plain_copy(mutation.module))


def functions(text: str) -> dict[str, str]:
    """Syntax tree of every compiled function in a source text, by name."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return {f.name: ast.dump(f) for f in found if any(getattr(d, "id", "") == "kernel" for d in f.decorator_list)}


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
