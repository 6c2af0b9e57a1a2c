"""A planted error of one per cent in each kernel of charges makes a named test fail.

The kernels are copied as plain Python; one term of one copy is changed. The named test is called with the
copy and must fail, and must pass if nothing was changed.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import tomllib
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tauscope.gpu.charge import drift, plasma
from tests.engine.charge import test_kernels
from tests.engine.gravity.test_mutations import planted
from tests.engine.kuramoto.test_mutations import plain_intrinsics

Test = Callable[[Any], None]
ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def limits() -> Any:
    return tomllib.loads((ROOT / "tests" / "tolerances.toml").read_text(encoding="utf-8"))


def plain(module: types.ModuleType, old: str = "", new: str = "", nth: int = 0) -> types.ModuleType:
    """Copy of a kernel module that runs without compilation; one error planted if ``old`` is given."""
    text = inspect.getsource(module)
    text = planted(text, old, new, nth) if old else text
    text = re.sub(r"from tauscope\.gpu\.(intrinsics|jit) import", "from plain_intrinsics import", text)
    copy = types.ModuleType(f"{module.__name__}_copy")
    before = sys.modules.get("plain_intrinsics")
    sys.modules["plain_intrinsics"] = plain_intrinsics()
    try:
        exec(compile(text, copy.__name__, "exec"), copy.__dict__)
    finally:
        if before is None:
            del sys.modules["plain_intrinsics"]
        else:
            sys.modules["plain_intrinsics"] = before
    return copy


def drifts(scheme: str) -> Test:
    return lambda kernels: test_kernels.test_drift_equals_the_reference(scheme, limits(), kernels)


def flows(kernels: Any) -> None:
    test_kernels.test_plasma_equals_the_reference(0.1, limits(), kernels)


def bounds(kernels: Any) -> None:
    test_kernels.test_extremes_are_those_of_numpy(kernels)


def stops(kernels: Any) -> None:
    test_kernels.test_a_step_that_runs_away_is_not_taken(1e6, kernels)


def weighs(kernels: Any) -> None:
    test_kernels.test_bernoulli_equals_expm1_and_is_mirrored(limits(), kernels)


ERRORS: list[tuple[types.ModuleType, str, str, Test]] = [
    (drift, "return near * (far - here)", "return 1.01 * near * (far - here)", drifts("central")),
    (drift, "0.5 * (rho + near)", "0.505 * (rho + near)", drifts("compact")),
    (
        drift,
        "(rho if rise < 0.0 else near) * rise",
        "(rho if rise < 0.0 else 1.01 * near) * rise",
        drifts("upwind"),
    ),
    (drift, "- lam * r", "- 1.01 * lam * r", drifts("central")),
    (drift, "D * spread", "1.01 * D * spread", drifts("compact")),
    (drift, "+ (rn + rs)) - 4.0 * r", "+ (rn + rs)) - 4.04 * r", drifts("central")),
    (drift, "- 4.0 * c", "- 4.04 * c", drifts("central")),
    (drift, "- 4.0 * f", "- 4.04 * f", drifts("upwind")),
    (drift, "alpha * bend", "1.01 * alpha * bend", drifts("central")),
    (drift, "nu * curve", "1.01 * nu * curve", drifts("central")),
    (drift, "beta * r", "1.01 * beta * r", drifts("central")),
    (drift, "gamma * (after * after - c)", "gamma * (1.01 * after * after - c)", drifts("central")),
    (
        drift,
        "after = r if held[x] != 0 else after",
        "after = 1.01 * r if held[x] != 0 else after",
        drifts("central"),
    ),
    (drift, "abs(after) <= limit", "abs(after) <= 1e9 * limit", stops),
    (plasma, "r * r, s, r)", "1.01 * r * r, s, r)", weighs),
    (plasma, "power - 1.0", "1.01 * power - 1.0", weighs),
    (plasma, "high = low + size", "high = low + 1.01 * size", weighs),
    (plasma, "back * n - ahead * n_next", "back * n - 1.01 * ahead * n_next", flows),
    (plasma, "(phi[up, x] - phi[y, x]) * inverse_t", "1.01 * (phi[up, x] - phi[y, x]) * inverse_t", flows),
    (
        plasma,
        "(phi[y, x + 1] - phi[y, x]) * inverse_t",
        "1.01 * (phi[y, x + 1] - phi[y, x]) * inverse_t",
        flows,
    ),
    (
        plasma,
        "(phi[y, 0] - phi[y, last]) * inverse_t",
        "1.01 * (phi[y, 0] - phi[y, last]) * inverse_t",
        flows,
    ),
    (plasma, "p[y, x] -= step", "p[y, x] -= 1.01 * step", flows),
    (plasma, "n[y, x] -= step", "n[y, x] -= 1.01 * step", flows),
    (plasma, "p[y, 0] -= step", "p[y, 0] -= 1.01 * step", flows),
    (plasma, "n[y, 0] -= step", "n[y, 0] -= 1.01 * step", flows),
    (plasma, "both = p[y, x] + n[y, x]", "both = p[y, x] + 1.01 * n[y, x]", bounds),
    (plasma, "rise = abs(phi[up, x] - phi[y, x])", "rise = 1.01 * abs(phi[up, x] - phi[y, x])", bounds),
    (
        plasma,
        "rise = abs(phi[y, 0] - phi[y, nx - 1])",
        "rise = 1.01 * abs(phi[y, 0] - phi[y, nx - 1])",
        bounds,
    ),
]
"""An error of one per cent in each term of each kernel, and the test that notices it."""


@pytest.mark.parametrize(("module", "old", "new", "test"), ERRORS, ids=[error[1] for error in ERRORS])
def test_planted_error_is_noticed(module: types.ModuleType, old: str, new: str, test: Test) -> None:
    assert inspect.getsource(module).count(old) == 1, "the error would be planted elsewhere"
    with pytest.raises(AssertionError):
        test(plain(module, old, new))


@pytest.mark.parametrize("test", [drifts("central"), drifts("compact"), drifts("upwind"), stops])
def test_unchanged_drift_passes(test: Test) -> None:
    test(plain(drift))


@pytest.mark.parametrize("test", [flows, weighs, bounds])
def test_unchanged_plasma_passes(test: Test) -> None:
    test(plain(plasma))
