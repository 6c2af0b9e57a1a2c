"""Benches of the wave as the window offers them: options with units, ranges and defaults."""

from __future__ import annotations

import math

from tauscope.engine.ufie.analysis.heterodyne import Mixing
from tauscope.engine.ufie.analysis.learning import Learning
from tauscope.engine.ufie.analysis.nonary_bench import LARGEST_NUMBER, Writing
from tauscope.engine.ufie.analysis.scan import SAMPLE_EVERY, Range
from tauscope.engine.ufie.analysis.soliton import STABLE_ABOVE
from tauscope.engine.ufie.analysis.soliton_bench import MOST_SECONDS, SIZE, SolitonRun
from tauscope.engine.ufie.axes import AXES
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry

MIXING, SOLITON, LEARNING = Mixing(), SolitonRun(), Learning()
RANGE, WRITING = Range(), Writing()
BETA = Bounds(0.0, 1e3)
TONE = Bounds(1.0, 100.0)
MASS_TIP = "Mass m over 2π: the frequency of the uniform field"

SCAN = BenchSpec(
    "scan",
    "Scan of Δϕ",
    "Run the scan to see how the field answers Δϕ: each value in a run of its own, from the set-up shown. "
    "A click on the map sets Δϕ.",
    (
        Entry("low", "Δϕ from", "rad", RANGE.low, Bounds(0.0, 2 * math.pi), tip="First value of Δϕ"),
        Entry("high", "to", "rad", 6.283, Bounds(0.0, 2 * math.pi), tip="Last value of Δϕ"),
        Entry("settle", "settle", "s", RANGE.settle, Bounds(0.0, 1e3), tip="Simulated time left out"),
        Entry("measure", "measure", "s", RANGE.measure, Bounds(SAMPLE_EVERY, 1e3),
              tip="Simulated time measured"),
        Entry("points", "points", "", float(RANGE.points), Bounds(2, 10_000), whole=True,
              tip="Values of Δϕ, both ends included"),
        Entry("axis", "along", "", RANGE.axis, choices=tuple((name, name) for name in AXES),
              tip="Axis along which the map is resolved; over all others the mean is taken"),
    ),
)  # fmt: skip
HETERODYNE = BenchSpec(
    "heterodyne",
    "Mixing of tones",
    "Two or three tones drive a ring of 16 sites: see which lines the cubic makes, with and without a bias, "
    "and how they grow with β and amplitude.",
    (
        Entry("first", "f₁", "Hz", MIXING.first, TONE, whole=True, tip="First tone, whole Hz"),
        Entry("second", "f₂", "Hz", MIXING.second, TONE, whole=True, tip="Second tone, whole Hz"),
        Entry("third", "f₃", "Hz", MIXING.third, Bounds(0.0, 100.0), whole=True,
              tip="Third tone, whole Hz; 0 for none"),
        Entry("bias", "bias", "", 0.3, Bounds(0.0, 100.0), tip="Amplitude of Ψ that a constant drive holds"),
        Entry("amplitude", "drive", "1/s²", MIXING.amplitude, Bounds(0.0, 1e5), tip="Of each tone"),
        Entry("beta", "β", "1/s²", MIXING.beta, BETA, tip="Coefficient of the cubic"),
        Entry("settle", "settle", "s", MIXING.settle, Bounds(0.0, 100.0),
              tip="Simulated time left out: what the start leaves falls by e⁻⁵ a second"),
        Entry("analytic", "complex tones", "", MIXING.analytic,
              tip="Tones exp(iωt) instead of sines: these make no third harmonic"),
    ),
)  # fmt: skip
SOLITONS = BenchSpec(
    "soliton",
    "Soliton",
    f"A bright soliton on a line of {SIZE} sites against the exact one: its peak, charge and way.",
    (
        Entry("ratio", "ω/m", "", SOLITON.ratio, Bounds(0.0, 1.0, True, True),
              tip=f"Frequency at rest; stable above 1/√2 = {STABLE_ABOVE:.4f}, in one dimension"),
        Entry("speed", "speed", "sites/s", SOLITON.speed, Bounds(-1e3, 1e3), tip="Speed V of its flight"),
        Entry("mass", "m/2π", "Hz", SOLITON.mass, Bounds(0.0, 20.0, True), tip=MASS_TIP),
        Entry("beta", "β", "1/s²", SOLITON.beta, Bounds(0.0, 1e3, True), tip="Coefficient of the cubic"),
        Entry("c0", "c₀", "sites/s", SOLITON.c0, Bounds(0.0, 1800.0, True), tip="Wave speed"),
        Entry("seconds", "time", "s", SOLITON.seconds, Bounds(0.0, MOST_SECONDS, True), tip="Simulated time"),
    ),
)  # fmt: skip
PLASTICITY = BenchSpec(
    "plasticity",
    "Learning metric",
    "A plane whose metric learns from its wave: what moves together comes nearer, and forgetting "
    "pulls back to flat.",
    (
        Entry("rate", "η", "", LEARNING.rate, Bounds(0.0, 1e4), tip="Rate of learning"),
        Entry("forgetting", "λ", "1/s", LEARNING.forgetting, Bounds(0.0, 1e3), tip="Rate of forgetting"),
        Entry("amplitude", "amplitude", "", LEARNING.amplitude, Bounds(0.0, 1e3), tip="Of the standing wave"),
        Entry("c0", "c₀", "sites/s", LEARNING.c0, Bounds(0.0, 1e3, True), tip="Wave speed where it is flat"),
        Entry("size", "size", "sites", float(LEARNING.size), Bounds(4, 64), whole=True, tip="Of each axis"),
        Entry("seconds", "time", "s", LEARNING.seconds, Bounds(0.0, 100.0, True), tip="Simulated time"),
        Entry("literal", "+λ, as in the literature", "", LEARNING.literal,
              tip="The sign of the model’s own literature: any deviation from flat then grows"),
    ),
)  # fmt: skip
NONARY = BenchSpec(
    "nonary",
    "Balanced nonary read-out",
    "Write a number into a wave as digits from −4 to 4, and read it back while the wave runs.",
    (
        Entry("number", "number", "", float(WRITING.number), Bounds(-LARGEST_NUMBER, LARGEST_NUMBER),
              whole=True, tip="What is written"),
        Entry("carrier", "carried by", "", WRITING.carrier,
              choices=(("modes", "plane waves"), ("sites", "sites")),
              tip="Plane waves do not mix while the cubic is weak; sites do as soon as they are coupled"),
        Entry("unit", "digit 1", "", WRITING.unit, Bounds(0.0, 1e6, True), tip="Amplitude of the digit 1"),
        Entry("beta", "β", "1/s²", WRITING.beta, BETA, tip="Coefficient of the cubic"),
        Entry("c0", "c₀", "sites/s", WRITING.c0, Bounds(0.0, 3600.0), tip="Wave speed; 0 uncouples sites"),
        Entry("mass", "m/2π", "Hz", WRITING.mass, Bounds(0.0, 20.0, True), tip=MASS_TIP),
        Entry("seconds", "time", "s", WRITING.seconds, Bounds(2.5e-4, 1e3), tip="Simulated time"),
    ),
)  # fmt: skip
BENCHES = (SCAN, HETERODYNE, SOLITONS, PLASTICITY, NONARY)
