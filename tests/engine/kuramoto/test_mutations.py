"""A planted error of one per cent in each kernel of phase oscillators makes a named test fail.

The kernels are copied as plain Python, all of them, so that they call one another's copies; one term of one
copy is changed. The named test is called with the copies and must fail, and must pass if nothing was changed.
"""

from __future__ import annotations

import functools
import inspect
import re
import struct
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tauscope.gpu import elementary, normals
from tauscope.gpu.kuramoto import advance, angles, coupling, lawson, narrow, noise, stages, strang, sums
from tests.engine.gravity.test_mutations import functions, planted
from tests.engine.kuramoto import test_kernels
from tests.gpu import test_normals

Test = Callable[[Any], None]

MODULES = (elementary, normals, stages, sums, coupling, lawson, narrow, strang, noise, angles, advance)
"""In the order in which they import one another."""

ROOT = Path(__file__).resolve().parents[3]


def plain_intrinsics() -> types.ModuleType:
    """What `tauscope.gpu.intrinsics` and `tauscope.gpu.jit` give kernels, in Python."""
    module = types.ModuleType("plain_intrinsics")
    module.kernel = module.piece = lambda function: function  # type: ignore[attr-defined]
    module.fma = lambda a, b, c: a * b + c  # type: ignore[attr-defined]
    module.bits_of = lambda x: np.int64(struct.unpack("<q", struct.pack("<d", x))[0])  # type: ignore[attr-defined]
    module.number_of = lambda bits: struct.unpack("<d", struct.pack("<q", int(bits)))[0]  # type: ignore[attr-defined]
    return module


def plain_copies(
    mutated: types.ModuleType | None = None, old: str = "", new: str = "", nth: int = 0
) -> dict[str, types.ModuleType]:
    """Copies of all kernel modules that run without compilation; one may have an error planted."""
    made = {"plain_intrinsics": plain_intrinsics(), "plain": types.ModuleType("plain")}
    for module in MODULES:
        text = inspect.getsource(module)
        if module is mutated:
            text = planted(text, old, new, nth)
        text = re.sub(r"from tauscope\.gpu\.(intrinsics|jit) import", "from plain_intrinsics import", text)
        text = text.replace("from tauscope.gpu.kuramoto import", "from plain import")
        text = re.sub(
            r"from tauscope\.gpu\.(?:kuramoto\.)?(elementary|normals|\w+) import",
            lambda found: f"from plain_{found[1]} import" if f"plain_{found[1]}" in made else found[0],
            text,
        )
        name = f"plain_{module.__name__.rpartition('.')[2]}"
        copy = types.ModuleType(name)
        made[name] = copy
        setattr(made["plain"], name.removeprefix("plain_"), copy)
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
    return made


@pytest.fixture(autouse=True)
def _wrapping_words() -> Iterator[None]:
    with np.errstate(over="ignore"):  # Philox wraps around on purpose; compiled code does so silently
        yield


@functools.cache
def limits() -> Any:
    import tomllib

    return tomllib.loads((ROOT / "tests" / "tolerances.toml").read_text(encoding="utf-8"))


def named(test: Callable[..., None], *arguments: Any) -> Test:
    """A test of `test_kernels` with its parameters, as a function of the copies."""

    def run(copies: Any) -> None:
        test(*arguments, limits(), kernels=copies["plain_advance"])

    run.__name__ = f"{test.__name__}[{'-'.join(str(getattr(a, '__name__', a)) for a in arguments)}]"
    return run


def formulas(path: str, method: str) -> Test:
    step = test_kernels.page_step if method == "lawson" else test_kernels.strang_step
    return named(test_kernels.test_equals_the_pages_formulas, path, method, step)


WIDE, REPEATING = formulas("wide", "lawson"), formulas("repeating", "lawson")
NARROW, STRANG = formulas("narrow", "lawson"), formulas("wide", "strang")
FROZEN, FROZEN_NARROW, FROZEN_STRANG = (
    named(test_kernels.test_equals_reference, path, method)
    for path, method in (("wide", "lawson"), ("narrow", "lawson"), ("wide", "strang"))
)
NOISE = named(test_kernels.test_noise_turns_each_phase_by_its_own_number, "narrow")
SPARSE = named(test_kernels.test_sparse_weights_are_those_of_a_dense_matrix, "narrow")


def logarithm(copies: Any) -> None:
    test_normals.test_logarithm(copies["plain_elementary"])


def circle(copies: Any) -> None:
    # Without a fused product a reduced angle is exact for small angles only.
    test_normals.test_sine_and_cosine(copies["plain_elementary"], reaches=(1.0,))


def angle(copies: Any) -> None:
    test_normals.test_angle(copies["plain_elementary"])


def phases(copies: Any) -> None:
    test_kernels.test_angles_of_phasors(copies["plain_angles"])


def known_normals(copies: Any) -> None:
    test_normals.test_known_answers(copies["plain_normals"])


@dataclass(frozen=True)
class Mutation:
    """One planted error: where, what, and the test that must notice it."""

    name: str
    module: types.ModuleType
    test: Test
    old: str
    new: str
    nth: int = 0


def errors(module: types.ModuleType, test: Test, *planted_errors: tuple[Any, ...]) -> list[Mutation]:
    """Mutations of one module that one test must notice: name, old text, new text, and which occurrence."""
    return [Mutation(name, module, test, old, new, *nth) for name, old, new, *nth in planted_errors]


def in_passes(test: Test, prefix: str, first: int) -> list[Mutation]:
    """What every one of four passes does: its sums."""
    return [
        mutation
        for k in range(4)
        for mutation in errors(
            lawson,
            test,
            (f"{prefix} {k + 1}: sum of real parts", "xr[j] += tr", "xr[j] += 1.01 * tr", first + k),
            (f"{prefix} {k + 1}: sum of imaginary parts", "xi[j] += ti", "xi[j] += 1.01 * ti", first + k),
        )
    ]


MUTATIONS = [
    *errors(
        stages,
        WIDE,
        ("product: real part", "fma(p, x,", "fma(1.01 * p, x,"),
        ("product: of imaginary parts", "-(q * y)", "-(1.01 * q * y)"),
        ("product: imaginary part", "fma(p, y, q * x)", "fma(p, y, 1.01 * q * x)"),
        ("push: square", "-(si * si)", "-(1.01 * si * si)"),
        ("push: product of the parts", "half = sr * si", "half = 1.01 * sr * si"),
        ("push: constant", "yr + ar)", "yr + 1.01 * ar)"),
        ("push: imaginary constant", "yi + ai)", "yi + 1.01 * ai)"),
        ("push: linear term", "fma(-ar, square", "fma(-1.01 * ar, square"),
        ("push: imaginary linear term", "fma(ai, square", "fma(1.01 * ai, square"),
        ("second stage: slope", "fma(p, nr,", "fma(1.01 * p, nr,"),
        ("second stage: imaginary slope", "fma(q, nr, yi)", "fma(1.01 * q, nr, yi)"),
        ("fourth stage: slope", "2.0 * ar, 2.0 * ai", "2.02 * ar, 2.02 * ai"),
        ("gathered: third stage", "fma(2.0, tr, sr - yr)", "fma(2.02, tr, sr - yr)"),
        ("gathered: imaginary third stage", "fma(2.0, ti, si - yi)", "fma(2.02, ti, si - yi)"),
        ("step: gathered stages", "fma(p, gr,", "fma(1.01 * p, gr,"),
        ("step: imaginary gathered stages", "fma(q, gr, ei)", "fma(1.01 * q, gr, ei)"),
        ("step: last slope", "pushed(sr, si, sr, si, ar, ai)", "pushed(sr, si, sr, si, 1.01 * ar, ai)"),
        ("step: a third", "0.5)", "0.505)"),
        ("step: length mended", "-1.0 / 54.0", "-1.01 / 54.0"),
    ),
    *in_passes(WIDE, "sweep", 0),
    *in_passes(REPEATING, "sweep again", 4),
    *errors(
        lawson,
        WIDE,
        ("sweep: H", "ar, ai = A[0][c]", "ar, ai = 1.01 * A[0][c]"),
        ("sweep: mean of a cluster", "mean(Z, c, xr, xi, size)", "mean(Z, c, xr, xi, size + 2)", 0),
    ),
    *errors(
        lawson,
        REPEATING,
        ("sweep again: first H", "= A[0, 0, c]", "= 1.01 * A[0, 0, c]"),
        ("sweep again: second H", "A[1, 0, c], A[1, 1, c]", "1.01 * A[1, 0, c], A[1, 1, c]"),
        ("sweep again: third H", "= A[2, 0, c]", "= 1.01 * A[2, 0, c]"),
        ("sweep again: fourth H", "A[3, 0, c], A[3, 1, c]", "1.01 * A[3, 0, c], A[3, 1, c]"),
        ("sweep again: mean of a cluster", "mean(Z, c, xr, xi, size)", "mean(Z, c, xr, xi, size + 2)", 1),
    ),
    *errors(
        narrow,
        NARROW,
        ("spread: H", "ar[i] = x", "ar[i] = 1.01 * x"),
        ("spread: imaginary H", "ai[i] = y", "ai[i] = 1.01 * y"),
        ("gather: real part", "x += sr[i]", "x += 1.01 * sr[i]"),
        ("gather: imaginary part", "y += si[i]", "y += 1.01 * si[i]"),
        ("gather: mean", "x / (end - first)", "1.01 * x / (end - first)"),
        (
            "stage2",
            "second(zr[i], zi[i], rr[i], ri[i], ar[i]",
            "second(zr[i], zi[i], rr[i], ri[i], 1.01 * ar[i]",
        ),
        ("stage3", "si[i], ar[i], ai[i])", "si[i], 1.01 * ar[i], ai[i])", 0),
        ("stage3: gathered", "gathered(zr[i]", "gathered(1.01 * zr[i]"),
        ("stage4", "fourth(zr[i], zi[i]", "fourth(1.01 * zr[i], zi[i]"),
        ("stage5", "stepped(gr[i]", "stepped(1.01 * gr[i]"),
    ),
    *errors(
        narrow,
        FROZEN_NARROW,
        ("spread: H of a frozen cluster", "x, y = 0.0, 0.0", "x, y = x, y"),
        ("stage5: frozen", "tr if moving[i] > 0.0 else zr[i]", "tr if moving[i] > 0.0 else 1.01 * zr[i]"),
    ),
    *errors(
        sums,
        FROZEN,
        ("lanes cleared", "xr[j] = 0.0", "xr[j] = 0.01"),
        ("imaginary lanes cleared", "xi[j] = 0.0", "xi[j] = 0.01"),
        ("lanes folded", "s1 += x[j + 1]", "s1 += 1.01 * x[j + 1]"),
        ("last lanes folded", "s0 += x[j]", "s0 += 1.01 * x[j]", 1),
        ("mean", "folded(xr, size) / size", "1.01 * folded(xr, size) / size"),
        ("imaginary mean", "folded(xi, size) / size", "1.01 * folded(xi, size) / size"),
        ("means", "xr[j] += zr[b + j]", "xr[j] += 1.01 * zr[b + j]"),
        ("mean squares: real part", "-(y * y)", "-(1.01 * y * y)"),
        ("mean squares: imaginary part", "2.0 * (x * y)", "2.02 * (x * y)"),
    ),
    *errors(
        sums,
        FROZEN_NARROW,
        ("mean of one oscillator", "= zr[offsets[c]], ", "= 1.01 * zr[offsets[c]], "),
    ),
    *errors(
        coupling,
        WIDE,
        ("dense: real part", "fma(dense[d, k], x,", "fma(1.01 * dense[d, k], x,"),
        ("dense: imaginary part", "fma(dense[d, k], y,", "fma(1.01 * dense[d, k], y,"),
        ("acting: lag", "fma(p, hr,", "fma(1.01 * p, hr,"),
        ("acting: sine of the lag", "-(q * hi)", "-(1.01 * q * hi)"),
        ("acting: imaginary lag", "fma(p, hi, q * hr)", "fma(p, hi, 1.01 * q * hr)"),
        ("acting: gain", "p, q = scale * gain", "p, q = scale * 1.01 * gain"),
        ("acting: field", "x, y = scale * field.real", "x, y = scale * 1.01 * field.real"),
        ("acting: mask", "fma(mask[c], y", "fma(1.01 * mask[c], y"),
    ),
    *errors(
        coupling,
        SPARSE,
        ("rows: real part", "fma(values[e], Z[place, 0]", "fma(1.01 * values[e], Z[place, 0]"),
        ("rows: imaginary part", "values[e], Z[place, 1]", "1.01 * values[e], Z[place, 1]"),
    ),
    *errors(
        strang,
        STRANG,
        ("ahead: sum", "xr[j] += tr", "xr[j] += 1.01 * tr", 0),
        ("ahead: sum of squares", "x2r[j] += fma(tr, tr,", "x2r[j] += fma(1.01 * tr, tr,", 0),
        ("ahead: turn", "turned(rr[i], ri[i], zr[i], zi[i])", "turned(1.01 * rr[i], ri[i], zr[i], zi[i])"),
        ("middle: H", "(x - fma(", "(1.01 * x - fma("),
        ("middle: square", "fma(x, Y2[c, 0]", "fma(1.01 * x, Y2[c, 0]"),
        ("middle: imaginary square", "-(y * Y2[c, 0])", "-(1.01 * y * Y2[c, 0])"),
        ("pole: strength", "np.tanh(2.0 * strength)", "np.tanh(2.02 * strength)"),
        ("pole: factor", "A[0][c] *= factor", "A[0][c] *= 1.01 * factor"),
        ("step: sum", "xr[j] += tr", "xr[j] += 1.01 * tr", 1),
        ("map: sum", "sr + x, si + y", "sr + 1.01 * x, si + y"),
        ("map: square", "2.0 * (wr * wi)", "2.02 * (wr * wi)"),
        ("map: length mended", "-0.5, 1.5)", "-0.5, 1.51)"),
        ("map: turn", "return turned(p, q, tr, ti)", "return turned(p, 1.01 * q, tr, ti)"),
    ),
    *errors(
        strang,
        FROZEN_STRANG,
        ("step: turn ahead", "turned(rr[i], ri[i], tr, ti)", "turned(rr[i], 1.01 * ri[i], tr, ti)"),
        ("step: phasors kept", "mapped(sr[i], si[i]", "mapped(1.01 * sr[i], si[i]", 0),
    ),
    *errors(
        noise,
        NOISE,
        ("noise: amplitude", "sincos(amplitude *", "sincos(1.01 * amplitude *"),
        ("noise: turn", "turned(c, s,", "turned(c, 1.01 * s,"),
    ),
    *errors(
        advance,
        NOISE,
        ("noise of a step: trial", "(trial << 16)", "((trial + 1) << 16)"),
        ("noise of a step: amplitude", "clusters[2], amplitude)", "clusters[2], 1.01 * amplitude)"),
    ),
    *errors(
        advance,
        FROZEN,
        (
            "scale of H",
            "steps, scale = ticks * substeps, 0.25 * h",
            "steps, scale = ticks * substeps, 0.2525 * h",
            0,
        ),
        ("gain of a stage", "gain[step, time]", "1.01 * gain[step, time]"),
        ("field of a stage", "field[step, time]", "1.01 * field[step, time]"),
    ),
    *errors(
        advance,
        REPEATING,
        ("scale of H, repeating", "0.25 * h\n", "0.2525 * h\n", 1),
    ),
    *errors(advance, NARROW, ("scale of H, narrow", "0.25 * h\n", "0.2525 * h\n", 2)),
    *errors(advance, STRANG, ("scale of H, Strang", "known[1], Z)", "known[1], 1.01 * Z)")),
    *errors(
        elementary,
        logarithm,
        ("logarithm: exponent", "k * LN2_HIGH", "1.01 * k * LN2_HIGH"),
        ("logarithm: half square", "half = 0.5 * f * f", "half = 0.505 * f * f"),
        ("logarithm: quotient", "s = f / (2.0 + f)", "s = 1.01 * f / (2.0 + f)"),
        ("logarithm: even terms", "even = w *", "even = 1.01 * w *"),
        ("logarithm: odd terms", "odd = z *", "odd = 1.01 * z *"),
        ("logarithm: low part", "k * LN2_LOW", "1.01 * k * LN2_LOW"),
    ),
    *errors(
        elementary,
        circle,
        ("sine: cube", "fma(x * z, s, x)", "fma(1.01 * x * z, s, x)"),
        ("cosine: square", "half = 0.5 * z", "half = 0.505 * z"),
        ("cosine: fourth power", "z * z * c)", "1.01 * z * z * c)"),
        ("quarters: swap", "a = c if swap else s", "a = c if swap else 1.01 * s"),
        ("quarters of an angle", "fma(-quarters, HALF_PI, x)", "fma(-1.01 * quarters, HALF_PI, x)"),
        ("quarters of a turn", "(4.0 * turns - quarters)", "(4.04 * turns - quarters)"),
    ),
    *errors(
        elementary,
        angle,
        ("angle: quotient", "t = (low - high if far else low)", "t = 1.01 * (low - high if far else low)"),
        ("angle: even terms", "3.33333333333329318027e-01)", "3.36666666666666666e-01)"),
        ("angle: odd terms", "odd = w * fma", "odd = 1.01 * w * fma"),
        ("angle: an eighth", "0.5 * HALF_PI if", "0.505 * HALF_PI if"),
        ("angle: a quarter", "angle = HALF_PI - angle", "angle = 1.01 * HALF_PI - angle"),
        ("angle: a half", "2.0 * HALF_PI - angle", "2.02 * HALF_PI - angle"),
    ),
    *errors(angles, phases, ("phases", "atan2(zi[i]", "atan2(1.01 * zi[i]")),
    *errors(
        normals,
        known_normals,
        ("normal: radius", "-2.0 * log", "-2.02 * log"),
        ("normal: sine", "radius * s", "1.01 * radius * s"),
        ("normals: pair", "np.uint32(pair)", "np.uint32(pair + 1)"),
    ),
]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_planted_error_is_noticed(mutation: Mutation) -> None:
    copies = plain_copies(mutation.module, mutation.old, mutation.new, mutation.nth)
    with pytest.raises(AssertionError):
        mutation.test(copies)


TESTS = {getattr(mutation.test, "__name__", ""): mutation.test for mutation in MUTATIONS}


@pytest.mark.parametrize("name", TESTS)
def test_unchanged_copies_pass(name: str) -> None:
    TESTS[name](plain_copies())


DRIVING = {"keep"}
"""Kernels that only copy or call mutated ones; the tests of checkpoints and of `before` watch them."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_kernel_is_mutated(module: types.ModuleType) -> None:
    text = inspect.getsource(module)
    before = functions(text)
    changed = set()
    for mutation in MUTATIONS:
        if mutation.module is module:
            after = functions(planted(text, mutation.old, mutation.new, mutation.nth))
            changed |= {name for name in before if before[name] != after[name]}
    assert set(before) - changed <= DRIVING
