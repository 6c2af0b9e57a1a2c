"""A planted error of one per cent in each kernel of the wave makes a named test fail.

The kernels are copied as plain Python, all of them, so that they call one another's copies; one term of one
copy is changed. The named test is called with the copies and must fail, and must pass if nothing was changed.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import tomllib
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tauscope.gpu.ufie import curved, measures, stencil, step, sweep
from tests.engine.gravity.test_mutations import planted
from tests.engine.ufie import test_kernels

Test = Callable[[Any], None]

MODULES = (stencil, step, curved, sweep, measures)
"""In the order in which they import one another."""

ROOT = Path(__file__).resolve().parents[3]


def plain_copies(
    mutated: types.ModuleType | None = None, old: str = "", new: str = "", nth: int = 0
) -> tuple[types.ModuleType, types.ModuleType]:
    """Copies of sweep and measures that run without compilation; one module may have an error planted."""
    jit = types.ModuleType("plain_jit")
    jit.kernel = jit.piece = lambda function: function  # type: ignore[attr-defined]
    made = {"plain_jit": jit}
    for module in MODULES:
        text = inspect.getsource(module)
        if module is mutated:
            text = planted(text, old, new, nth)
        text = re.sub(r"from tauscope\.gpu\.(?:ufie\.)?(\w+) import", r"from plain_\1 import", text)
        name = f"plain_{module.__name__.rpartition('.')[2]}"
        copy = types.ModuleType(name)
        made[name] = copy
        with pytest.MonkeyPatch.context() as patch:
            for known, value in made.items():
                patch.setitem(sys.modules, known, value)
            exec(compile(text, name, "exec"), copy.__dict__)
    return made["plain_sweep"], made["plain_measures"]


@functools.cache
def limits() -> Any:
    return tomllib.loads((ROOT / "tests" / "tolerances.toml").read_text(encoding="utf-8"))


SMALL = (1, 3, 1, 2, 1, 1, 3, 4, 1)
"""Six bricks of twelve sites, with mixed axes in and across bricks."""


def named(test: Callable[..., None], *arguments: Any, limited: bool = True) -> Test:
    """A test of `test_kernels` on the small shape, as a function of the copies."""

    def run(kernels: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(test_kernels.SHAPES, "small", SMALL)
            given = (*arguments, limits()) if limited else arguments
            test(*given, kernels=kernels)

    run.__name__ = f"{test.__name__}[{'-'.join(str(a) for a in arguments)}]"
    return run


def reference(kind: str, painted: bool) -> Test:
    return named(test_kernels.test_equals_reference, "small", kind, painted, painted, False)


FLAT, PAINTED = reference("flat", False), reference("flat", True)
DIAGONAL, RANK1, FULL = (reference(kind, False) for kind in ("diagonal", "rank1", "full"))


RANK1_HOLES, FULL_HOLES = (
    named(test_kernels.test_equals_reference, "small", kind, False, False, True) for kind in ("rank1", "full")
)
"""A brick's own flux through both of its edges cancels unless one is missing."""


def quiet(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        test_kernels.test_quiet_bricks_in_one_pass(limits(), kernels, "small")


def books(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        for driven in (True, False):
            test_kernels.test_books_are_those_of_all_sums(driven, False, kernels, "small")


def odd(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        test_kernels.test_an_odd_number_of_emitters(limits(), "small", kernels)


def painted_books(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        test_kernels.test_books_are_those_of_all_sums(True, True, kernels, "small")


def document(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        test_kernels.test_documents_kernel(limits(), kernels, "small")


def slices(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", (1, 1, 1, 1, 1, 1, 2, 3, 2))
        test_kernels.test_every_slice_equals_numpy(kernels, "small")


def largest(kernels: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(test_kernels.SHAPES, "small", SMALL)
        test_kernels.test_largest_amplitude_and_where(kernels, "small")


@dataclass(frozen=True)
class Mutation:
    """An error planted in a module, and the test that must notice."""

    name: str
    module: types.ModuleType
    test: Test
    old: str
    new: str
    nth: int = 0


def errors(module: types.ModuleType, test: Test, *planted_errors: tuple[Any, ...]) -> list[Mutation]:
    """Mutations of one module that one test must notice: name, old text, new text, and which occurrence."""
    return [Mutation(name, module, test, old, new, *nth) for name, old, new, *nth in planted_errors]


MUTATIONS = [
    *errors(
        stencil,
        FLAT,
        ("rows between", "psi[b, j - columns] + psi", "1.01 * psi[b, j - columns] + psi"),
        ("first row", "psi[b, j + end] + psi", "1.01 * psi[b, j + end] + psi"),
        ("first row, imaginary", "psi[b, k + end] + psi", "1.01 * psi[b, k + end] + psi"),
        ("last row", "down] + psi[b, j]", "down] + 1.01 * psi[b, j]"),
        ("last row, imaginary", "down] + psi[b, k]", "down] + 1.01 * psi[b, k]"),
        ("columns between", "psi[b, j - one] + psi", "1.01 * psi[b, j - one] + psi"),
        ("first column", "psi[b, start + last] + psi", "1.01 * psi[b, start + last] + psi"),
        ("last column", "right] + psi[b, start]", "right] + 1.01 * psi[b, start]"),
        *((f"neighbour {n}", f"psi[a{n}, j]", f"1.01 * psi[a{n}, j]") for n in range(14)),
        ("sum in the brick", "along[j] + across[j]", "along[j] + 1.01 * across[j]"),
        ("site itself", "eighteen * psi[b, j]", "1.01 * eighteen * psi[b, j]"),
    ),
    *errors(
        step,
        quiet,
        ("short way: damping", "gain = dt - half * e", "gain = dt - 1.01 * half * e"),
        ("short way: mass", "(pr * pr + pi * pi) - mass", "(pr * pr + pi * pi) - 1.01 * mass"),
        ("short way: cubic", "s = beta * (pr * pr", "s = beta * (1.01 * pr * pr"),
        ("short way: speed", "rate * lap[j] + s * pr", "1.01 * rate * lap[j] + s * pr"),
        ("short way: imaginary speed", "rate * lap[k] + s * pi", "1.01 * rate * lap[k] + s * pi"),
        ("short way: kick", "- e * u[b, j]) + gain * fr", "- e * u[b, j]) + 1.01 * gain * fr"),
        ("short way: imaginary kick", "- e * u[b, k]) + gain * fi", "- e * u[b, k]) + 1.01 * gain * fi"),
        ("short way: drift", "out[b, j] = pr + dt * ur", "out[b, j] = pr + 1.01 * dt * ur"),
        ("short way: imaginary drift", "out[b, k] = pi + dt * ui", "out[b, k] = pi + 1.01 * dt * ui"),
    ),
    *errors(
        step,
        books,
        ("losses on the way: kick", "vr, vi = wr + half * fr", "vr, vi = wr + 1.01 * half * fr"),
        ("losses on the way", "lost = (heavy * (vr", "lost = (heavy * (1.01 * vr", 0),
        ("losses on the way: before", "lost_before[j] = -lost", "lost_before[j] = -1.01 * lost", 0),
        ("losses on the way: after", "= lost * e - lost", "= 1.01 * lost * e - lost", 0),
        ("losses on the way: damping", "(wr - e * wr)", "(wr - 1.01 * e * wr)", 0),
        ("losses on the way: imaginary", "(wi - e * wi)", "(wi - 1.01 * e * wi)", 0),
        ("driven step: cubic", "s = beta * (pr * pr", "s = beta * (1.01 * pr * pr", 2),
        ("driven step: speed", "rate * lap[j] + s * pr", "1.01 * rate * lap[j] + s * pr", 2),
        ("driven step: imaginary speed", "rate * lap[k] + s * pi", "1.01 * rate * lap[k] + s * pi", 2),
        ("driven step: drive", "half * Er, half * Ei", "1.01 * half * Er, half * Ei"),
        ("driven step: kick", "vr, vi = (wr + half * fr)", "vr, vi = (wr + 1.01 * half * fr)"),
        ("driven step: loss", "lost = (heavy * (vr", "lost = (heavy * (1.01 * vr", 1),
        ("driven step: work before", "(hr * (vr - a_half", "(hr * (vr - 1.01 * a_half", 0),
        ("driven step: work after", "(hr * (kept * vr +", "(hr * (1.01 * kept * vr +", 0),
        ("driven step: loss before", "lost_before[j] = -lost", "lost_before[j] = -1.01 * lost", 1),
        ("driven step: loss after", "= lost * e - lost", "= 1.01 * lost * e - lost", 1),
        ("driven step: damping", "(wr - e * wr)", "(wr - 1.01 * e * wr)", 1),
        ("driven step: force", "gain * (fr + Er)", "gain * (1.01 * fr + Er)"),
        ("driven step: imaginary force", "gain * (fi + Ei)", "gain * (fi + 1.01 * Ei)"),
        ("driven step: drift", "out[b, j] = pr + dt * ur", "out[b, j] = pr + 1.01 * dt * ur", 2),
    ),
    *errors(
        step,
        odd,
        ("drive: weights of the last", "+= x * table", "+= 1.01 * x * table"),
        ("drive: imaginary weights of the last", "+= y * table", "+= 1.01 * y * table"),
    ),
    *errors(
        step,
        painted_books,
        ("books: kick", "half * force[j]) + hr", "1.01 * half * force[j]) + hr"),
        ("books: drive", "hr, hi = half * field[j]", "hr, hi = 1.01 * half * field[j]", 1),
        ("books: work before", "(hr * (vr - a_half", "(hr * (vr - 1.01 * a_half", 2),
        ("books: work after", "(hr * (kept * vr +", "(hr * (1.01 * kept * vr +", 2),
        ("books: loss", "lost = ((a_half * mu)", "lost = ((1.01 * a_half * mu)"),
        ("books: loss before", "lost_before[j] = -lost", "lost_before[j] = -1.01 * lost", 3),
        ("books: loss after", "= lost * e - lost", "= 1.01 * lost * e - lost", 3),
    ),
    *errors(
        step,
        PAINTED,
        ("material: damping", "medium[j] = loss[b, j]", "medium[j] = 1.01 * loss[b, j]"),
        ("material: speed", "= rate[b, j]", "= 1.01 * rate[b, j]"),
        ("material: weight", "= weight[b, j]", "= 1.01 * weight[b, j]"),
        ("force: cubic", "s = (beta * square) /", "s = 1.01 * (beta * square) /", 0),
        ("force: saturation", "(one + ease * square)", "(one + 1.01 * ease * square)", 0),
        ("force: mass", "square) - mass\n        force[j]", "square) - 1.01 * mass\n        force[j]"),
        ("force: real", "force[j] + s * pr", "force[j] + 1.01 * s * pr"),
        ("force: imaginary", "force[k] + s * pi", "force[k] + 1.01 * s * pi"),
        ("drive: everywhere", "field[j] = drive[0, last]", "field[j] = 1.01 * drive[0, last]"),
        ("drive: everywhere, imaginary", "= drive[1, last]", "= 1.01 * drive[1, last]"),
        ("drive: weights", "(field[j] + x * table", "(field[j] + 1.01 * x * table"),
        ("drive: imaginary weights", "(field[j + B] + y * table", "(field[j + B] + 1.01 * y * table"),
        ("drive: weights of the second", "+ v * table", "+ 1.01 * v * table"),
        ("drive: imaginary weights of the second", "+ w * table", "+ 1.01 * w * table"),
        ("sums: kick", "vr, vi = (u[b, j] + half", "vr, vi = (u[b, j] + 1.01 * half"),
        ("sums: drive", "hr, hi = half * field[j]", "hr, hi = 1.01 * half * field[j]"),
        ("sums: kinetic", "energy - lost\n", "energy - 1.01 * lost\n"),
        ("sums: gradient", "mu * ((s * square)", "mu * ((1.01 * s * square)"),
        ("sums: mass", "squares[j] = near", "squares[j] = 1.01 * near"),
        ("sums: cubic", "= near * square", "= 1.01 * near * square"),
        ("sums: force", "= mu * (fr * fr", "= mu * (1.01 * fr * fr"),
        ("sums: work before", "(hr * (vr - a_half", "(hr * (vr - 1.01 * a_half", 1),
        ("sums: work after", "(hr * (kept * vr +", "(hr * (1.01 * kept * vr +", 1),
        ("sums: loss before", "lost_before[j] = -lost", "lost_before[j] = -1.01 * lost", 2),
        ("sums: loss after", "= lost * e - lost", "= 1.01 * lost * e - lost", 2),
        ("sums: widening", "+= terms[j]", "+= 1.01 * terms[j]"),
        ("sums: logarithm", "math.log1p(x)", "math.log1p(1.01 * x)"),
        ("kick: drive", "(force[j] + field[j])\n        ui", "(force[j] + 1.01 * field[j])\n        ui"),
        ("kick: force", "gain * (force[k]", "gain * (1.01 * force[k]"),
        ("kick: damping", "ui = (u[b, k] - e *", "ui = (u[b, k] - 1.01 * e *", 1),
        ("drift", "psi[b, j] + dt * ur", "psi[b, j] + 1.01 * dt * ur"),
        ("drift: imaginary", "psi[b, k] + dt * ui", "psi[b, k] + 1.01 * dt * ui"),
        ("velocity", "damped * (u[b, j] + half * (", "damped * (u[b, j] + 1.01 * half * ("),
        ("velocity: damping", "math.sqrt(numbers[6] - medium", "math.sqrt(numbers[6] - 1.01 * medium"),
        ("start", "u[b, j] / damped - half", "u[b, j] / damped - 1.01 * half"),
    ),
    *errors(
        step,
        document,
        ("document: damping", "math.sqrt(one - medium[j])", "math.sqrt(one - 1.01 * medium[j])"),
        ("document: Laplacian", "lr, li = medium[k] *", "lr, li = 1.01 * medium[k] *"),
        ("document: first kick", "damped * u[b, j] + half *", "damped * u[b, j] + 1.01 * half *"),
        ("document: drift", "pi += dt * vi", "pi += 1.01 * dt * vi"),
        ("document: cubic of the new psi", "s = (beta * square)", "s = (1.01 * beta * square)", 3),
        ("document: second kick", "damped * (vi + half", "damped * (vi + 1.01 * half"),
    ),
    *errors(
        curved,
        DIAGONAL,
        ("diagonal: along", "along * ((psi", "1.01 * along * ((psi"),
        ("diagonal: across", "+ across * (", "+ 1.01 * across * ("),
        ("diagonal: mean of an edge", "half * (g[b, c // 2] + g", "half * (1.01 * g[b, c // 2] + g"),
        ("diagonal: edge", "result[j] += a * (psi", "result[j] += 1.01 * a * (psi"),
    ),
    *errors(
        curved,
        RANK1,
        ("slope across bricks", "half * (psi[after, j] - psi", "half * (1.01 * psi[after, j] - psi"),
        ("slope in a brick", "half * (psi[b, right] - psi", "half * (1.01 * psi[b, right] - psi"),
        ("slope in a brick, imaginary", "right + size] - psi", "right + size] - 1.01 * psi"),
        ("rank1: scalar", "flux[b, j] += g[b, n", "flux[b, j] += 1.01 * g[b, n"),
        ("rank1: imaginary scalar", "size] += g[b, n", "size] += 1.01 * g[b, n"),
        ("rank1: volume", "flux[b, j] *= g[b", "flux[b, j] *= 1.01 * g[b"),
        ("rank1: edge in a brick", "half * (g[b, root + j] + g[b", "half * (1.01 * g[b, root + j] + g[b"),
        ("rank1: edge", "half * (g[b, root + j] + g[slot", "half * (1.01 * g[b, root + j] + g[slot"),
        ("rank1: real edge", "a * (psi[slot, j] - psi", "a * (1.01 * psi[slot, j] - psi"),
        ("rank1: imaginary edge", "a * (psi[slot, k] - psi", "a * (1.01 * psi[slot, k] - psi"),
        ("rank1: imaginary edge in a brick", "a * (psi[b, other + size]", "a * (1.01 * psi[b, other + size]"),
        ("rank1: flux in a brick", "sign * (there * flux[b", "sign * (1.01 * there * flux[b"),
        (
            "rank1: flux of the neighbour",
            "sign * (there * flux[slot, j",
            "sign * (1.01 * there * flux[slot, j",
        ),
        (
            "rank1: imaginary beside",
            "sign * (there * flux[slot, k",
            "sign * (1.01 * there * flux[slot, k",
        ),
    ),
    *errors(
        curved,
        FULL,
        ("full: flux", "+= a * spare[j]", "+= 1.01 * a * spare[j]"),
        ("full: flux in a brick", "sign * (flux[b, other", "sign * (1.01 * flux[b, other"),
        ("full: flux of the neighbour", "sign * (flux[slot, n", "sign * (1.01 * flux[slot, n"),
    ),
    *errors(
        curved,
        RANK1_HOLES,
        ("rank1: own flux", "+ here * flux[b, j])", "+ 1.01 * here * flux[b, j])"),
        ("rank1: own imaginary flux", "+ here * flux[b, k])", "+ 1.01 * here * flux[b, k])"),
    ),
    *errors(curved, FULL_HOLES, ("full: own flux", "+ flux[b, n + j])", "+ 1.01 * flux[b, n + j])")),
    *errors(
        sweep,
        FLAT,
        ("folding", "+= lanes[term, j + kept]", "+= 1.01 * lanes[term, j + kept]"),
    ),
    *errors(
        measures,
        slices,
        (
            "projection: maximum",
            "square = x * x + y * y\n                if",
            "square = x * x + 1.01 * y * y\n                if",
        ),
        ("projection: squares", "+= x * x + y * y", "+= 1.01 * x * x + y * y"),
        ("projection: real sum", "totals[0, cell] += x\n", "totals[0, cell] += 1.01 * x\n"),
        ("projection: imaginary sum", "totals[1, cell] += y", "totals[1, cell] += 1.01 * y"),
    ),
    *errors(
        measures,
        largest,
        (
            "largest",
            "square = x * x + y * y\n            spread",
            "square = 1.01 * x * x + y * y\n            spread",
        ),
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_planted_error_is_noticed(mutation: Mutation) -> None:
    kernels = plain_copies(mutation.module, mutation.old, mutation.new, mutation.nth)
    with pytest.raises(AssertionError):
        mutation.test(kernels)


@pytest.mark.parametrize(
    "test", dict.fromkeys(mutation.test for mutation in MUTATIONS), ids=lambda test: test.__name__
)
def test_plain_copies_without_an_error_pass(test: Test) -> None:
    test(plain_copies())


def test_every_kernel_is_mutated() -> None:
    """Every function that computes has an error planted somewhere."""
    for module in (stencil, step, curved, measures):
        text = inspect.getsource(module)
        for name in re.findall(r"^def (\w+)", text, re.MULTILINE):
            body = inspect.getsource(getattr(module, name))
            calls = name in ("flux_of", "curved")  # they call the others
            assert calls or any(m.module is module and m.old in body for m in MUTATIONS), name
