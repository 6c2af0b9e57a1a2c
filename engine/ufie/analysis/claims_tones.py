"""Claims about tones, mixing and self-focusing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tauscope.engine.claim import Claim
from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.analysis import dds_figures, dispersion, resonances
from tauscope.engine.ufie.analysis.bench import Bench
from tauscope.engine.ufie.analysis.heterodyne import Mixing, sidebands
from tauscope.engine.ufie.reference import WaveReference
from tauscope.engine.ufie.reference_operator import Geometry


def ergodicity(_bench: Bench) -> Claim:
    """Ergodicity of the golden tones."""
    rank = resonances.rank(golden.RATIO_NAMES)
    fill = resonances.box_fill([golden.frequency(name) for name in golden.RATIO_NAMES[:3]])
    count = len(resonances.relations(resonances.golden_matrix()))
    return Claim(
        "4.2.1",
        "no whole relation among the frequencies; orbits fill the torus",
        "whole coordinates in φ; boxes of the torus of e1, e2, e3",
        f"rank {rank} of 8, {count} relations with k in −1, 0, 1, {fill:.3f} of the boxes",
        "fails" if rank < 8 else "holds",
        "e1 + e2 = e3 exactly; with e9 the drive lives on a 3-torus",
    )


def period(_bench: Bench) -> Claim:
    """The period."""
    claimed = resonances.claimed_period()
    error = resonances.phase_error(claimed)
    time_, near = resonances.near_return(15)
    return Claim(
        "4.3",
        "the pattern's period is lcm(primes) · 2π/Δϕ",
        f"phases of e1 to e8 after {claimed:.3g} s",
        f"{error:.2f} rad off; after {time_:.0f} s only {near:.3f} rad",
        "fails" if error > near else "holds",
        "a constant in a phase changes no period: it never returns, and nearly so at Fₙ/π",
    )


def dial_angles(_bench: Bench) -> Claim:
    """What dphi does."""
    tones = [golden.frequency(name) for name in golden.RATIO_NAMES]
    phases = np.radians(golden.PRIMES)
    held = [
        resonances.dials(phases + 2 * np.pi * np.array(tones) * moment)
        for moment in np.linspace(0.0, 1000.0, 101)
    ]
    drift = float(np.abs(np.angle(np.exp(1j * (np.array(held) - held[0])))).max())
    angles = ", ".join(f"{angle:.0f}°" for angle in np.degrees(held[0]))
    return Claim(
        "4.3",
        "prime phases prevent accidental coincidences",
        "θ_j + θ_(j+1) − θ_(j+2) at Δϕ = 1, over 1000 s",
        f"{angles}; they move by {drift:.0e} rad",
        "fails" if drift < 1e-6 else "holds",
        "Δϕ sets these locked angles, and is a control for that reason",
    )


def mixing(bench: Bench) -> Claim:
    """Heterodyning."""
    plain = sidebands(bench, Mixing())
    biased = sidebands(bench, Mixing(bias=0.1))
    return Claim(
        "4.0",
        "the cubic term makes f1 ± f2",
        "20 and 31 Hz on a ring: f2 − f1 and 2 f1 − f2",
        f"{plain['f2 - f1']:.0e} beside {plain['2 f1 - f2']:.1e}; with bias 0.1 {biased['f2 - f1']:.1e}",
        "holds only if" if plain["f2 - f1"] < 1e-12 < biased["f2 - f1"] else "fails",
        "there is a bias, a constant or a third tone",
    )


def third_harmonic(bench: Bench) -> Claim:
    """Third harmonics."""
    real, turning = (sidebands(bench, Mixing(analytic=analytic)) for analytic in (False, True))
    return Claim(
        "4.5.3",
        "the cubic makes third harmonics that the step must resolve",
        "3 f1 of a sine and of exp(iωt)",
        f"{real['3 f1']:.1e} and {turning['3 f1']:.0e}",
        "holds only if" if turning["3 f1"] < 1e-12 < real["3 f1"] else "fails",
        "the drive is real",
    )


def spurious_range(_bench: Bench) -> Claim:
    """Synthesis."""
    theirs = dds_figures.cleanness(dds_figures.document_interpolation).sfdr
    ours = dds_figures.cleanness(dds.sine).sfdr
    return Claim(
        "4.5",
        "spurious-free range above 100 dB with interpolation",
        "spectrum of a tone of whole periods",
        f"{theirs:.1f} dB, with a mask of 50 bits {ours:.1f} dB",
        "fails" if theirs < 100 else "holds",
        "its mask keeps 42 of 50 bits of the fraction",
    )


def table_of_frequencies(_bench: Bench) -> Claim:
    """The table."""
    table = (5.083, 8.225, 13.308, 21.532, 34.840, 56.371, 91.210, 147.58, 3.25)
    exact = [golden.frequency(name) for name in golden.NAMES]
    worst = max(abs(a / b - 1) for a, b in zip(table[:8], exact, strict=False))
    broken = max(abs(a + b - c) for a, b, c in zip(table, table[1:], table[2:8], strict=False))
    return Claim(
        "4.1",
        "the table gives the formula's frequencies",
        "relative difference, and e_j + e_(j+1) − e_(j+2) of the table",
        f"e1 to e8 within {worst:.0e}, e9 {table[8] / exact[8] - 1:+.2%}; sums off by up to {broken:.4f} Hz",
        "holds only if" if worst < 1e-4 and broken > 0 else "fails",
        "to four digits; rounded entries break the relations, so the formula is used",
    )


def self_stabilising(_bench: Bench) -> Claim:
    """Solitons without mass."""
    at = dispersion.blow_up_time(1.0, 0.01)
    wave = WaveReference(Geometry.flat((1,)), 1e-3, c0=0.0, beta=0.01)
    wave.start(1.0)
    while abs(complex(wave.psi[0])) < 1e3 and wave.step_count * 1e-3 < 2 * at:
        wave.step()
    reached = wave.step_count * 1e-3
    return Claim(
        "4.5",
        "the cubic stabilises wave packets",
        "uniform field of 1, β = 0.01, from rest: time to 1000",
        f"{reached:.2f} s (theory {at:.2f} s to infinity)",
        "holds only if" if abs(reached / at - 1) < 0.02 else "fails",
        "m > 0, in one dimension, ω > m/√2; without mass every amplitude runs away",
    )


CLAIMS: tuple[Callable[[Bench], Claim], ...] = (
    ergodicity,
    period,
    dial_angles,
    mixing,
    third_harmonic,
    spurious_range,
    table_of_frequencies,
    self_stabilising,
)
"""Tests, in the order of the table."""
