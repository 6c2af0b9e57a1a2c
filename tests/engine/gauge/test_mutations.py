"""A planted error of one per cent in each kernel of the gauge engine makes a named test fail.

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
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tauscope.gpu.gauge import staples, sweep, updates
from tests.engine.gauge import test_kernels
from tests.engine.gravity.test_mutations import functions, planted
from tests.engine.kuramoto.test_mutations import plain_intrinsics

Test = Callable[[Any], None]

MODULES = (staples, updates, sweep)
"""In the order in which they import one another."""
SHAPE = test_kernels.SHAPES[1]
ROOT = Path(__file__).resolve().parents[3]


def plain_copies(mutated: types.ModuleType | None = None, old: str = "", new: str = "", nth: int = 0) -> Any:
    """Copies of all kernel modules that run without compilation; one may have an error planted."""
    made: dict[str, types.ModuleType] = {"plain_intrinsics": plain_intrinsics()}
    for module in MODULES:
        text = inspect.getsource(module)
        if module is mutated:
            text = planted(text, old, new, nth)
        text = re.sub(r"from tauscope\.gpu\.(intrinsics|jit) import", "from plain_intrinsics import", text)
        text = re.sub(r"from tauscope\.gpu\.gauge\.(\w+) import", r"from plain_\1 import", text)
        name = f"plain_{module.__name__.rpartition('.')[2]}"
        copy = types.ModuleType(name)
        made[name] = copy
        held = {key: sys.modules.get(key) for key in made}
        sys.modules.update(made)
        try:
            exec(compile(text, name, "exec"), copy.__dict__)
        finally:
            for key, before in held.items():
                if before is None:
                    del sys.modules[key]
                else:
                    sys.modules[key] = before
    return SimpleNamespace(**{name.removeprefix("plain_"): copy for name, copy in made.items()})


@pytest.fixture(autouse=True)
def _wrapping_words() -> Iterator[None]:
    with np.errstate(over="ignore"):
        yield


@functools.cache
def limits() -> Any:
    return tomllib.loads((ROOT / "tests" / "tolerances.toml").read_text(encoding="utf-8"))


def named(test: Callable[..., None], shape: Any = SHAPE) -> Test:
    """A test of `test_kernels` as a function of the copies."""

    def run(copies: Any) -> None:
        test(shape, limits(), kernels=copies)

    run.__name__ = test.__name__
    return run


def a_sweep(algorithm: str) -> Test:
    def run(copies: Any) -> None:
        test_kernels.test_a_sweep_is_an_update_and_reflections(algorithm, limits(), kernels=copies)

    run.__name__ = f"test_a_sweep_is_an_update_and_reflections[{algorithm}]"
    return run


STAPLES = named(test_kernels.test_staples_equal_the_reference)
PLAQUETTES = named(test_kernels.test_plaquettes_equal_the_reference)
RELAX = named(test_kernels.test_overrelaxation_equals_the_reference)
METROPOLIS = named(test_kernels.test_metropolis_equals_the_reference)
HEAT_BATH = named(test_kernels.test_heat_bath_equals_the_reference)
ODDS = named(test_kernels.test_odds_of_a_proposal_equal_the_formula, 4.0)
SWEEP = a_sweep("heatbath")


def phasors(copies: Any) -> None:
    test_kernels.test_phasors_are_those_of_their_turns(copies)


ERRORS: list[tuple[types.ModuleType, str, str, str, Test]] = [
    (staples, "times", "fma(a, d, b * c)", "fma(a, d, 1.01 * b * c)", PLAQUETTES),
    (staples, "times_conj", "fma(b, c, -(a * d))", "fma(b, c, -(1.01 * a * d))", STAPLES),
    (staples, "add_staples", "ar[row, k] += x + v", "ar[row, k] += x + 1.01 * v", STAPLES),
    (staples, "fill_staples", "ai[:] = 0.0", "ai[:] = 0.01", STAPLES),
    (staples, "staples", "np.uint64(first))", "np.uint64(first))\n    ar *= 1.01", STAPLES),
    (staples, "plaquette_sum", "total += sums[k]", "total += 1.01 * sums[k]", PLAQUETTES),
    (updates, "share", "+ 0.5) * 2.0**-32", "+ 0.5) * 1.01 * 2.0**-32", ODDS),
    (updates, "concentration", "rho = 2.0 * kappa / top", "rho = 2.02 * kappa / top", HEAT_BATH),
    (updates, "proposal", "fma(square, z, 2.0 * rho)", "fma(square, z, 2.02 * rho)", HEAT_BATH),
    (updates, "directions", "ar[j] = a * inverse", "ar[j] = 1.01 * a * inverse", HEAT_BATH),
    (updates, "put", "= vr[row, k]", "= 1.01 * vr[row, k]", RELAX),
    (updates, "name_links", "start + np.uint64(2) * k", "start + np.uint64(2) * (k + 1)", METROPOLIS),
    (updates, "relax", "-0.5, 1.5)", "-0.505, 1.5)", RELAX),
    (updates, "heat_bath", "kappa[j] *= beta", "kappa[j] *= 1.01 * beta", HEAT_BATH),
    (updates, "metropolis", "t = delta * ", "t = 1.01 * delta * ", METROPOLIS),
    (sweep, "sweep", "rows, beta, k0", "rows, 1.01 * beta, k0", SWEEP),
    (sweep, "fill_phasors", "sincos_turns(turns[i])", "sincos_turns(0.99 * turns[i])", phasors),
]  # fmt: skip
"""Module, function, what stands there, what is put in its place, and the test that notices."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_kernel_has_an_error_planted(module: types.ModuleType) -> None:
    text = inspect.getsource(module)
    before = functions(text)
    assert set(before) == {name for where, name, *_ in ERRORS if where is module}
    for where, name, old, new, _ in ERRORS:
        if where is module:
            after = functions(planted(text, old, new, 0))
            assert {one for one in before if before[one] != after[one]} == {name}


@pytest.mark.parametrize(
    ("module", "old", "new", "test"),
    [(module, old, new, test) for module, _, old, new, test in ERRORS],
    ids=[error[1] for error in ERRORS],
)
def test_planted_error_is_noticed(module: types.ModuleType, old: str, new: str, test: Test) -> None:
    with pytest.raises(AssertionError):
        test(plain_copies(module, old, new))


TESTS = [STAPLES, PLAQUETTES, ODDS, RELAX, METROPOLIS, HEAT_BATH, SWEEP, phasors]


@pytest.mark.parametrize("test", TESTS, ids=lambda test: str(test.__name__))
def test_copies_without_an_error_pass(test: Test) -> None:
    test(plain_copies())
