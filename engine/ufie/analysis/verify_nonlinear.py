"""The cubic against theory: blow-up times, solitons, mixing products."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tauscope.engine.study import Check, Curve, Figure
from tauscope.engine.ufie.analysis import dispersion
from tauscope.engine.ufie.analysis.bench import TOLERANCES, Bench, Law, Outcome, ring
from tauscope.engine.ufie.analysis.heterodyne import Mixing, exponents, sidebands, third_order
from tauscope.engine.ufie.analysis.soliton_bench import SIZE, SolitonRun, observed

RUN_AWAY = 1e3
"""Times the start at which a field counts as blown up: 0.08 % of the time before the end."""


def blow_up(bench: Bench) -> Outcome:
    """Time of a uniform field to a thousand times its start, without and with mass."""
    checks = []
    for amplitude, beta, mass in ((5.0, 1.0, 0.0), (50.0, 1.0, 0.0), (30.0, 1.0, 3.2543)):
        expected = dispersion.blow_up_time(amplitude, beta, 2 * math.pi * mass)
        dt = max(1e-5, expected / 4000)
        start = {"kind": "uniform", "amplitude": amplitude}
        engine = bench.create(ring(4, dt=dt, c0=0.0, beta=beta, mass=mass, resonance=1.0, start=start))
        bench.advance(engine, int(0.95 * expected / dt))
        while abs(complex(engine.field_at("psi", (0,) * 9))) < RUN_AWAY * amplitude and (
            engine.time < 1.1 * expected
        ):
            bench.advance(engine, 4)
        quantity = f"blow-up time, A = {amplitude:g}, m/2π = {mass:g} Hz"
        reason = "1.854/(A √β)" if not mass else "complete elliptic integral; none below m/√β"
        allowed = TOLERANCES["blow_up"] * expected
        checks.append(Check.within(quantity, expected, engine.time, allowed, "s", reason))
    return Outcome(checks)


def solitons(bench: Bench) -> Outcome:
    """A resting and a boosted soliton: peak, charge, way; and one that is not stable."""
    checks: list[Check] = []
    curves = []
    runs = (
        ("resting", 0.9, 0.0, 3.0 if bench.quick else 10.0),
        ("boosted", 0.9, 40.0, 1.0 if bench.quick else 3.0),
    )
    for text, ratio, speed, seconds in runs:
        found = observed(bench, SolitonRun(ratio=ratio, speed=speed, seconds=seconds))
        peak = float(np.abs(found.peak - 1.0).max())
        reason = f"A sech(κx), ω = {ratio:g} m, ring of {SIZE}, {seconds:g} s"
        quantity = f"{text} soliton: |peak/A − 1|"
        checks.append(Check.within(quantity, 0.0, peak, TOLERANCES["peak"], "1", reason))
        checks.append(
            Check.within(f"{text} soliton: charge", 1.0, found.charge, TOLERANCES["charge"], "1", reason)
        )
        if speed:
            allowed = TOLERANCES["way"] * speed * seconds
            checks.append(
                Check.within("boosted soliton: way", speed * seconds, found.way, allowed, "sites", reason)
            )
        curves.append(Curve(text, tuple(found.time.tolist()), tuple(found.peak.tolist())))
    collapsed = observed(bench, SolitonRun(ratio=0.5, seconds=0.6))
    curves.append(Curve("ω = 0.5 m", tuple(collapsed.time.tolist()), tuple(collapsed.peak.tolist())))
    reason = "ω < m/√2 is unstable (Vakhitov and Kolokolov); a lower bound"
    worst = float(collapsed.peak.max())
    checks.append(
        Check("soliton at ω = 0.5 m: peak/A within 0.6 s", 2.0, worst, 1.5, worst > 1.5, "1", reason)
    )
    return Outcome(checks, [Figure("Solitons", "t (s)", "peak/A", tuple(curves))])


def mixing(bench: Bench) -> Outcome:
    """Exponents of third-order products; none of second order without a bias."""
    checks = []
    plain = sidebands(bench, Mixing())
    names, factors = (
        (("2 f1 - f2",), (2.0,)) if bench.quick else (("2 f1 - f2", "2 f1 + f2", "3 f1"), (0.5, 2.0))
    )
    for name, (in_beta, in_amplitude) in exponents(bench, Mixing(), names, factors, plain).items():
        for what, expected, value in (("β", 1.0, in_beta), ("A", 3.0, in_amplitude)):
            quantity = f"exponent of {name} in {what}"
            reason = "a cubic makes products of third order"
            checks.append(Check.within(quantity, expected, value, TOLERANCES["exponent"], "1", reason))
    expected, measured = third_order(Mixing(), plain), plain["2 f1 - f2"]
    allowed = TOLERANCES["perturbation"] * expected
    reason = "β 3/4 a² b over |m² − ω² + iγω|, from the tones' own amplitudes a and b"
    checks.append(Check.within("amplitude of 2 f1 - f2", expected, measured, allowed, "1", reason))
    second = max(plain[name] for name in ("f2 - f1", "f1 + f2", "2 f1", "2 f2"))
    reason = f"beside 2 f1 − f2 of {plain['2 f1 - f2']:.2g}"
    quantity = "products of second order without bias"
    checks.append(Check.within(quantity, 0.0, second, TOLERANCES["second_order"], "1", reason))
    biased = [sidebands(bench, Mixing(bias=bias))["f2 - f1"] for bias in (0.02, 0.04)]
    ratio = biased[1] / biased[0]
    reason = f"{biased[0]:.2g} and {biased[1]:.2g}: a bias multiplies"
    quantity = "f2 − f1 at twice the bias"
    checks.append(Check.within(quantity, 2.0, ratio, TOLERANCES["bias"], "1", reason))
    analytic = sidebands(bench, Mixing(analytic=True))
    reason = f"beside 2 f1 − f2 of {analytic['2 f1 - f2']:.2g}: exp(iωt) makes no third harmonic"
    quantity = "3 f1 of complex tones"
    checks.append(Check.within(quantity, 0.0, analytic["3 f1"], TOLERANCES["second_order"], "1", reason))
    return Outcome(checks)


LAWS: Mapping[str, Law] = {"blow-up": blow_up, "solitons": solitons, "mixing": mixing}
"""Comparisons by name, in the order of the report."""
