"""The tones against whole numbers: synthesis, tuning words, relations, torus filling, returns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tauscope.engine.study import Check
from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.analysis import dds_figures, resonances
from tauscope.engine.ufie.analysis.bench import TOLERANCES, Bench, Law, Outcome

FREQUENCIES = tuple(golden.frequency(name) for name in golden.NAMES)


def synthesis(_bench: Bench) -> Outcome:
    """Cleanness of the synthesiser, and its words."""
    found = dds_figures.cleanness(dds.sine)
    document = dds_figures.cleanness(dds_figures.document_interpolation)
    allowed = TOLERANCES["sfdr"]
    reason = f"table of 16384, interpolated; a lower bound. With the document's mask {document.sfdr:.1f} dB"
    error = dds_figures.largest_error()
    residue = dds_figures.word_residue(dds_figures.golden_words(2.5e-4))
    return Outcome(
        [
            Check("spurious-free range", 168.5, found.sfdr, allowed, found.sfdr > allowed, "dB", reason),
            Check.within(
                "largest error of a sine", error, found.error, 0.01 * error, "1", "(2π/N)²/8, N = 16384"
            ),
            Check.within(
                "residue of tuning words", 0, residue, 0, "2⁻⁶⁴ turns", "w₍ᵢ₊₂₎ = w₍ᵢ₊₁₎ + wᵢ, exactly"
            ),
        ]
    )


def relations(_bench: Bench) -> Outcome:
    """Integer relations of the golden tones, exact."""
    matrix = resonances.golden_matrix()
    counted = resonances.orders(resonances.relations(matrix))
    found = resonances.relation_among(FREQUENCIES[:3])
    every, distinct, zero = resonances.third_order_products(matrix)
    checks = [
        Check.within("independent frequencies among e1 to e8", 2, resonances.rank(golden.RATIO_NAMES), 0),
        Check.within("independent frequencies among e1 to e9", 3, resonances.rank(golden.NAMES), 0),
        Check("f1 + f2 − f3, by search", 0, float(np.dot(found or (1, 1, 1), FREQUENCIES[:3])), 1e-12,
              found == (1, 1, -1), "Hz", f"smallest relation found: {found}"),
        Check.within("distinct products of third order", 99, distinct, 0, "1", f"of {every}, else 352"),
        Check.within("products of third order that are constant", 12, zero, 0),
    ]  # fmt: skip
    for size, expected in {3: 12, 4: 8, 5: 4, 6: 24, 7: 8}.items():
        quantity = f"relations of order {size}, k in −1, 0, 1"
        checks.append(Check.within(quantity, expected, counted.get(size, 0), 0, "1", "in whole numbers"))
    return Outcome([_reasoned(check) for check in checks])


def torus_filling(_bench: Bench) -> Outcome:
    """Boxes of the phase torus that tones visit, and what is claimed to be their period."""
    golden_fill = resonances.box_fill(FREQUENCIES[:3])
    free = resonances.box_fill([*FREQUENCIES[:2], FREQUENCIES[8]])
    period = resonances.claimed_period()
    near, error = resonances.near_return(15)
    return Outcome(
        [
            Check.within(
                "boxes visited by e1, e2, e3", 0.125, golden_fill, 0, "1", "a plane cuts 2 of 16 in a row"
            ),
            Check.within("boxes visited by e1, e2, e9", 1.0, free, 0, "1", "no relation"),
            Check.within(
                "phases after the claimed period", 2.64, resonances.phase_error(period), 0.01, "rad",
                f"lcm · 2π/Δϕ = {period:.3g} s is no period",
            ),
            Check.within(
                f"phases after {near:.4g} s", error, resonances.phase_error(near), TOLERANCES["near_return"],
                "rad", "F₁₅/π: error 2π F₈/φ¹⁵",
            ),
        ]
    )  # fmt: skip


LAWS: Mapping[str, Law] = {
    "synthesis": synthesis,
    "relations": relations,
    "torus filling": torus_filling,
}
"""Comparisons by name, in the order of the report."""


def _reasoned(check: Check) -> Check:
    if check.reason:
        return check
    return Check(
        check.quantity, check.expected, check.measured, check.tolerance, check.passed, check.unit,
        "φⁿ = Fₙ φ + Fₙ₋₁ in whole numbers",
    )  # fmt: skip
