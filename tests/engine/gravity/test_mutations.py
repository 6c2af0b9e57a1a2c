"""A planted error of one per cent in each kernel makes a named test fail.

Each mutation changes one term in a copy of a kernel's source text; the copy runs as plain Python. The test
named beside it is called with the copy and must fail, and must pass with an unchanged copy.
"""

import ast
import inspect
import re
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tauscope.gpu import philox
from tauscope.gpu.gravity import cpu, lattice, reductions
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
    text = re.sub(
        "from tauscope.gpu.jit import kernel(, variant)?",
        "def kernel(f): return f\\ndef variant(f, *flags): return f",
        inspect.getsource(module),
    )
    text = planted(text, old, new, nth) if old else text
    copy = types.ModuleType(f"{module.__name__}_copy")
    sys.modules[copy.__name__] = copy
    try:
        exec(compile(text, copy.__name__, "exec"), copy.__dict__)
    finally:
        del sys.modules[copy.__name__]
    return copy


def equals_reference(
    rule: str,
    boundary: str = "absorbing",
    dtype: str = "float64",
    neighbourhood: str = "von_neumann",
    capacity: str = "constant",
) -> Test:
    """`test_kernels.test_equals_reference_bit_for_bit` of one case, for the kernels of a module."""

    def run(kernels: Any) -> None:
        test_kernels.test_equals_reference_bit_for_bit(
            rule, boundary, dtype, neighbourhood, capacity, kernels=kernels
        )

    case = f"{rule}-{boundary}-{dtype}-{neighbourhood}-{capacity}"
    run.__name__ = f"test_equals_reference_bit_for_bit[{case}]"
    return run


def lattice_equals_reference(module: Any) -> None:
    """The same for the class `Lattice` of a module."""
    for dtype, neighbourhood in (("float32", "von_neumann"), ("float64", "moore"), ("int32", "moore")):
        test_kernels.test_equals_reference_bit_for_bit(
            "airtime", "absorbing", dtype, neighbourhood, "map", lattice_type=module.Lattice
        )


def known_answers(module: Any) -> None:
    """`test_philox` on the functions of a module."""
    for counter, key, answer in test_philox.KNOWN_ANSWERS:
        test_philox.test_known_answers(counter, key, answer, module=module)


AIRTIME, FLUID = equals_reference("airtime"), equals_reference("fluid")
SINGLE = equals_reference("airtime", dtype="float32")
REFLECTIVE, PERIODIC = equals_reference("airtime", "reflective"), equals_reference("airtime", "periodic")
MOORE = equals_reference("airtime", neighbourhood="moore")
FLUID_MOORE = equals_reference("fluid", neighbourhood="moore")
MAPPED, FLUID_MAPPED = equals_reference("airtime", capacity="map"), equals_reference("fluid", capacity="map")
UNITS = equals_reference("airtime", "reflective", "int32")
UNITS_MOORE = equals_reference("airtime", "reflective", "int32", "moore")
UNITS_MAPPED = equals_reference("airtime", "reflective", "int32", capacity="map")


def broken_sites(kernels: Any) -> None:
    """`test_kernels.test_broken_sites_are_counted` with every kind of capacity."""
    for capacity in (0.5, "map"):
        test_kernels.test_broken_sites_are_counted(capacity, kernels=kernels)


def totals(sums: Any) -> None:
    """`test_kernels.test_totals_equal_numpy` with a capacity and with a map."""
    for capacity in ("constant", "map"):
        test_kernels.test_totals_equal_numpy(capacity, "float64", sums=sums)


def counts(sums: Any) -> None:
    """`test_kernels.test_counts_equal_numpy` with real numbers, which an error of a per cent changes."""
    test_kernels.test_counts_equal_numpy("fluid", sums=sums)


def conserves(kernels: Any) -> None:
    """`test_kernels.test_10_whole_units_are_conserved` on the edge where all terms of the balance count."""
    test_kernels.test_10_whole_units_are_conserved("absorbing", "von_neumann", "constant", kernels=kernels)


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


def in_rule(rule: str, test: Test, moore: Test, nth: int) -> list[Mutation]:
    """Errors in the lines that both rules of real numbers have; the fluid rule's come first in the source."""
    more = "* type(relay)(1.01)"
    lines = (
        (f"{rule}: relay weight", "relay * near", f"relay * near {more}", nth),
        (
            f"{rule}: cap on sending",
            "value < limit else limit\n",
            f"value < limit else limit {more}\n",
            nth + 1,
        ),
        (f"{rule}: outbox", "= value - sent", "= value - sent * type(relay)(0.99)", nth),
        (f"{rule}: bits sent", "] = sent\n", f"] = sent {more}\n", nth),
    )
    diagonal = (
        (f"{rule}: diagonal weight", "diagonal * corners", f"diagonal * corners {more}", nth),
        (f"{rule}: near weight of Moore", "relay * near", f"relay * near {more}", nth),
        (f"{rule}: upper corners", "corners = (E[", "corners = (1.01 * E[", nth),
        (f"{rule}: lower corners", "E[old, below, x + left]\n", "E[old, below, x]\n", nth),
    )
    return [*errors(cpu, test, *lines), *errors(cpu, moore, *diagonal)]


SWAP = "before, after = after, before"

MUTATIONS = [
    *in_rule("fluid", FLUID, FLUID_MOORE, 0),
    *in_rule("airtime", AIRTIME, MOORE, 1),
    *errors(
        cpu, SINGLE, ("airtime, float32: relay weight", "relay * near", "relay * near * type(relay)(1.01)", 1)
    ),
    *errors(
        cpu,
        AIRTIME,
        ("airtime: emission", "(zero if wait else emission)", "(zero if wait else emission * 1.01)", 1),
        ("airtime: emission while waiting", "(zero if wait else e", "(0.01 * emission if wait else e", 1),
        ("airtime: threshold of waiting", "d[r, x] >= limit", "d[r, x] >= 1.01 * limit"),
        ("airtime: debt incurred", "d[r, x] += sent", "d[r, x] += 1.01 * sent"),
        ("airtime: debt paid", "sent - (limit if wait", "sent - (0.99 * limit if wait", 1),
        ("airtime: count", "0 if wait else 1\n", "0 if wait else (2 if x % 100 == 17 else 1)\n", 1),
        ("airtime: share averaged", "((none if wait else one)", "((none if wait else 1.01 * one)", 1),
        ("airtime: weight of the moving average", "+= alpha *", "+= 1.01 * alpha *", 2),
        ("halo of a sweep: absorbing", "before = after = zero", "before = after = 0.01 * after"),
    ),
    *errors(
        cpu,
        MAPPED,
        ("airtime: capacity of the node", "c[r, x] if mapped", "1.01 * c[r, x] if mapped", 2),
        ("airtime: capacity of another node", "c[r, x] if mapped", "c[r, x - left] if mapped", 2),
    ),
    *errors(
        cpu,
        FLUID_MAPPED,
        ("fluid: capacity of the node", "c[r, x] if mapped", "1.01 * c[r, x] if mapped", 1),
    ),
    *errors(
        cpu,
        FLUID,
        ("fluid: share realized", "one - E[old, r, x]", "one - 1.01 * E[old, r, x]"),
        ("fluid: emission", "share * a[r, x]", "1.01 * share * a[r, x]"),
        ("fluid: proper time", "m[r, x] += share", "m[r, x] += 1.01 * share"),
        ("fluid: weight of the moving average", "+= alpha *", "+= 1.01 * alpha *", 1),
    ),
    *errors(
        cpu,
        UNITS,
        ("units: threshold of waiting", "debt >= limit", "debt >= 1.01 * limit"),
        ("units: near neighbours", "E[old, above, x] + E[old", "E[old, above, x] * 1.01 + E[old"),
        ("units: low bits of the debt", "debt & 1048575", "debt & 1044479"),
        ("units: loss, high times low", "np.int32(high * loss_low)", "np.int32(high * loss_low * 0.99)"),
        ("units: loss, low times high", "np.int32(low * loss_high)", "np.int32(low * loss_high * 0.99)"),
        ("units: loss, low times low", "low * loss_low)", "low * loss_low * 0.9)"),
        ("units: loss, high times high", "np.int32(high * loss_high)", "np.int32(high * loss_high * 1.01)"),
        ("units: carry", "carry >> 10", "carry >> 11"),
        ("units: what is lost", "np.int32(near - lost)", "np.int32(near - 1.01 * lost)"),
        ("units: emission", "(zero if wait else emission)", "(zero if wait else emission * 1.01)"),
        (
            "units: cap on sending",
            "value < limit else limit\n",
            "value < limit else np.int32(limit * 1.01)\n",
        ),
        ("units: share of a link", "whole >> 2", "whole >> 3"),
        ("units: what is sent", "part << 2", "part << 1"),
        ("units: outbox", "np.int32(value - sent)", "np.int32(value - 0.99 * sent)"),
        ("units: debt incurred", "np.int32(sent - (", "np.int32(1.01 * sent - ("),
        ("units: debt paid", "sent - (limit if wait", "sent - (0.99 * limit if wait"),
        ("units: count", "0 if wait else 1\n", "0 if wait else (2 if x % 100 == 17 else 1)\n"),
        ("units: share averaged", "((none if wait else one)", "((none if wait else np.float32(1.01) * one)"),
        ("units: weight of the moving average", "+= alpha *", "+= np.float32(1.01) * alpha *"),
    ),
    *errors(
        cpu,
        UNITS_MOORE,
        ("units: part of a near neighbour", "near << 2", "near << 1"),
        ("units: corners", "np.int32(near << 2) + corners", "np.int32(near << 2) + 0.99 * corners"),
        ("units: upper corners", "E[old, above, x - left] + E[old", "E[old, above, x] + E[old"),
        ("units: lower corners", "E[old, below, x - left] + E[old", "E[old, below, x] + E[old"),
        ("units: parts of Moore", "// np.uint32(20)", "// np.uint32(21)"),
        ("units: what Moore sends", "part * 20", "part * 19"),
    ),
    *errors(
        cpu,
        UNITS_MAPPED,
        ("units: capacity of the node", "c[r, x] if mapped", "np.int32(1.01 * c[r, x]) if mapped"),
    ),
    *errors(
        cpu,
        conserves,
        ("balance of units: outbox", "np.int32(value - sent)", "np.int32(value - sent - (value > 1000))"),
        ("balance of units: loss", "near - lost)", "near - np.int32(1.01 * lost))"),
        (
            "balance of units: arrivals",
            "E[old, r, x - left] + E[",
            "np.int32(1.01 * E[old, r, x - left]) + E[",
        ),
    ),
    *errors(
        cpu,
        REFLECTIVE,
        (
            "halo of a sweep: reflective",
            "= before\n                    E",
            "= 1.01 * before\n                    E",
        ),
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
        broken_sites,
        ("bound of the traffic", "traffic_limit * own", "traffic_limit * 1.01 * own"),
        ("bound of the outbox", "waiting <= waiting_limit", "waiting <= waiting_limit * 1.01"),
        ("bound of the debt", "debt_limit * own", "debt_limit * 1.01 * own"),
    ),
    *errors(
        reductions,
        totals,
        ("total of E, a and g", "+= np.float64(a[row, x])\n", "+= 1.01 * np.float64(a[row, x])\n"),
        ("total of f a", "* np.float64(b[row, x])\n", "* 1.01 * np.float64(b[row, x])\n"),
        ("largest E of two ticks", "columns[x], (zero +", "columns[x], 1.01 * (zero +"),
        ("largest share of C", "/ np.float64(c[row, x])", "/ (1.01 * np.float64(c[row, x]))"),
        ("largest q", "np.maximum(columns[x], a[row", "np.maximum(columns[x], 1.01 * a[row"),
        ("first column of a row", "x = np.uint64(first + i)", "x = np.uint64(first + i + 1)"),
    ),
    *errors(
        reductions,
        counts,
        ("least count", "np.minimum(columns[x], a[row, x])", "np.minimum(columns[x], 1.01 * a[row, x])"),
        ("least count before", "+ b[row, x - shift]", "+ 1.01 * b[row, x - shift]"),
        ("columns of the counts before", "x - shift]", "x - shift + np.uint64(1)]"),
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
    compiled = {
        call.args[0].id
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "variant"
        if isinstance(call.args[0], ast.Name)
    }
    return {
        f.name: ast.dump(f)
        for f in found
        if f.name in compiled or any(getattr(d, "id", "") in ("kernel", "piece") for d in f.decorator_list)
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
    assert set(before) - changed <= {"_fill_words", "_fill_uniform32", "_fill_uniform64"}
