"""Heterodyne study: sidebands with and without a bias, their exponents, and what theory says of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.study import Check, Curve, Figure, Report, Study, StudyContext, Table
from tauscope.engine.ufie.analysis.bench import TOLERANCES, ContextBench
from tauscope.engine.ufie.analysis.heterodyne import (
    SECOND,
    THIRD,
    Floats,
    Mixing,
    alone,
    exponents,
    picked,
    second_order,
    spectrum,
    third_order,
)

BLOWN = "The field became infinite: the cubic is too strong for this drive. Lower β or the amplitude."
FLOOR = 1e-20
"""Amplitude that stands for none where levels are logarithms."""
MOST = {"beta": 1e3, "amplitude": 1e5}
"""Largest values that the engine takes."""
FAST = 1e8
"""By how much more the rounding of single precision leaves at lines that are none."""

Pairs = Mapping[str, tuple[float, float]]


class HeterodyneStudy(Study):
    """Sidebands of two or three tones with and without a bias, and their exponents.

    Options: the entries of `Mixing`. The report has the tables ``sidebands`` (line, Hz, amplitude without
    bias, with bias), ``exponents`` (line, in beta, in amplitude) and ``spectrum`` (Hz, amplitude without
    bias, with bias), and a figure of levels in decibels against that of f1.
    """

    name: ClassVar[str] = "heterodyne"
    title: ClassVar[str] = "Mixing of tones"

    def run(self, context: StudyContext) -> Report:
        """Run the bench.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        options: Mapping[str, Any] = context.options
        known = {name: options[name] for name in Mixing.__dataclass_fields__ if name in options}
        mixing = Mixing(**{"bias": 0.3, **known})
        bench = ContextBench(context, 3)
        bench.begin("without bias")
        plain_mixing = replace(mixing, bias=0.0)
        plain_spectrum = spectrum(bench, plain_mixing)
        bench.begin("with bias")
        # Without bias there is nothing to compare with: the same run.
        biased_spectrum = spectrum(bench, mixing) if mixing.bias else plain_spectrum
        plain, biased = picked(mixing, plain_spectrum), picked(mixing, biased_spectrum)
        bench.begin("exponents")
        third = THIRD[:2] if mixing.analytic else THIRD
        names = [name for name in third if alone(mixing, name)] if mixing.beta and mixing.amplitude else []
        fitted = exponents(bench, plain_mixing, names, _factors(mixing), plain) if names else {}
        context.progress(1.0, "done")
        return Report(
            study=self.name,
            title=self.title,
            checks=(*_exponent_checks(fitted), *_amplitude_checks(mixing, plain, biased)),
            tables=(
                Table(
                    "sidebands",
                    ("line", "Hz", "without bias", "with bias"),
                    tuple((name, f, plain[name], biased[name]) for name, f in mixing.lines.items()),
                ),
                Table(
                    "exponents",
                    ("line", "in beta", "in amplitude"),
                    tuple((name, *pair) for name, pair in fitted.items()),
                ),
                Table(
                    "spectrum",
                    ("Hz", "without bias", "with bias"),
                    tuple(
                        (float(f), float(a), float(b))
                        for f, (a, b) in enumerate(zip(plain_spectrum, biased_spectrum, strict=True))
                    ),
                ),
            ),
            figures=(_levels(plain_spectrum, biased_spectrum, plain["f1"]),),
            seconds=time.monotonic() - started,
            notes=(
                "A cubic alone gives no f1 + f2 and no f2 - f1; with a bias both appear, as it grows.",
                *_coincidences(mixing),
                *(
                    ()
                    if np.isfinite(biased_spectrum).all() and np.isfinite(plain_spectrum).all()
                    else (BLOWN,)
                ),
            ),
        )


def _factors(mixing: Mixing) -> tuple[float, float]:
    """Factors on beta and amplitude between which exponents are fitted."""
    doubled = all(2.0 * getattr(mixing, key) <= most for key, most in MOST.items())
    return (0.5, 2.0) if doubled else (0.5, 0.25)


def _levels(plain: Floats, biased: Floats, reference: float) -> Figure:
    """Levels against that of f1."""
    at = tuple(float(f) for f in range(len(plain)))

    def levels(found: Floats) -> tuple[float, ...]:
        ratio = np.maximum(found, FLOOR) / max(reference, FLOOR)
        return tuple((20.0 * np.log10(ratio)).tolist())

    curves = (Curve("without bias", at, levels(plain)), Curve("with bias", at, levels(biased)))
    return Figure("Levels", "f (Hz)", "level (dB re f1)", curves)


def _exponent_checks(fitted: Pairs) -> list[Check]:
    checks = []
    reason = "a cubic makes products of third order"
    for name, pair in fitted.items():
        for what, expected, value in zip(("β", "A"), (1.0, 3.0), pair, strict=True):
            quantity = f"exponent of {name} in {what}"
            checks.append(Check.within(quantity, expected, value, TOLERANCES["exponent"], "1", reason))
    return checks


def _amplitude_checks(mixing: Mixing, plain: Mapping[str, float], biased: Mapping[str, float]) -> list[Check]:
    """Lines that must not be there, and two whose amplitude perturbation theory gives."""
    checks = []
    absent = [name for name in SECOND if alone(mixing, name)]
    if absent:
        worst = max(plain[name] for name in absent)
        rounding = 1.0 if mixing.precision == "precise" else FAST
        allowed = TOLERANCES["second_order"] * rounding * max(1.0, plain["f1"], plain["f2"])
        reason = "a cubic alone makes none; rounding"
        checks.append(Check.within("largest of second order without bias", 0.0, worst, allowed, "1", reason))
    if mixing.analytic or not (mixing.beta and mixing.amplitude):
        return checks
    if alone(mixing, "2 f1 - f2"):
        expected = third_order(mixing, plain)
        reason = "β ¾ a² b over |m² − ω² + iγω|, from the tones' own amplitudes a and b"
        allowed = TOLERANCES["perturbation"] * expected
        checks.append(
            Check.within("2 f1 - f2 without bias", expected, plain["2 f1 - f2"], allowed, "1", reason)
        )
    if mixing.bias and alone(mixing, "f1 + f2"):
        expected = second_order(mixing, biased)
        reason = "3 β B a b over |m² − ω² + iγω|: a bias multiplies"
        allowed = TOLERANCES["bias"] * abs(expected)
        checks.append(
            Check.within("f1 + f2 with bias", abs(expected), biased["f1 + f2"], allowed, "1", reason)
        )
    return checks


def _coincidences(mixing: Mixing) -> list[str]:
    """Lines that fall on one another, said once for each frequency."""
    at: dict[int, list[str]] = {}
    for name, f in mixing.lines.items():
        at.setdefault(abs(round(f)), []).append(name)
    return [
        f"{' and '.join(names)} lie at {f} Hz alike and are not told apart."
        for f, names in sorted(at.items())
        if len(names) > 1
    ]
