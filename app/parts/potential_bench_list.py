"""Benches of potentials as the window offers them: options with units, ranges and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tauscope.engine.charge.analysis.v_of_r import SEPARATIONS, usual_definition
from tauscope.engine.charge.modes import MODES
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.analysis.observing import MOST_BLOCKS, Plan
from tauscope.engine.gauge.analysis.phase_map import Span
from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.labs.ufie.bench_types import BenchSpec, Entry, Value

PLAN, SPAN = Plan(), Span()
SHOWN = "shown"
LATTICES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "plane": ("2D, 4 × 16", {"shape": [4, 16], "beta": 2.0}),
    "space": ("3D, 6 × 16²", {"shape": [6, 16, 16], "beta": 2.0}),
    "coulomb": ("4D, 4 × 8³", {"shape": [4, 8, 8, 8], "beta": 1.2}),
    "small": ("4D, 4⁴", {"shape": [4, 4, 4, 4], "beta": 1.0}),
    "page": ("4D, 8⁴", {"shape": [8, 8, 8, 8], "beta": 1.0}),
}
"""Lattices on offer beside the one that is shown: names and configurations."""
RIVAL = "coulomb"
"""The one that is measured where no gauge theory runs."""
CANDIDATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": ("all", ()),
    "lattice": (
        "lattice fields, string, contact",
        ("constant", "contact", "linear", "lattice2", "lattice2m", "lattice3", "lattice3m"),
    ),
    "free": (
        "forms without a lattice",
        ("constant", "contact", "log", "coulomb", "yukawa", "k0", "linear", "cornell"),
    ),
}
"""Laws that are fitted: names, and keys of candidates."""

_TRIED = Entry(
    "candidates", "laws", "", "all", choices=tuple((key, text) for key, (text, _) in CANDIDATES.items()),
    tip="Laws that are fitted and ranked; without lattice fields images may pass for another law",
)  # fmt: skip
_LATTICE = Entry(
    "lattice", "lattice", "", SHOWN,
    choices=((SHOWN, "as shown"), *((key, text) for key, (text, _) in LATTICES.items())),
    tip="Lattice that is measured; as shown: that of the window, or 4D, 4 × 8³ where no gauge theory runs",
)  # fmt: skip
_PLAN = (
    Entry("thermalise", "leave out", "sweeps", float(PLAN.thermalise), Bounds(0, 10**7), whole=True,
          tip="Sweeps after the start that are left out"),
    Entry("sweeps", "measure", "sweeps", float(PLAN.sweeps), Bounds(20, 10**8), whole=True,
          tip="Sweeps that are measured, of each start"),
    Entry("every", "every", "sweeps", float(PLAN.every), Bounds(1, 10**5), whole=True,
          tip="Sweeps between two measurements of loops"),
    Entry("blocks", "blocks", "", float(PLAN.blocks), Bounds(4, MOST_BLOCKS), whole=True,
          tip="Blocks of the jackknife; each must be longer than two autocorrelation times"),
)  # fmt: skip

CHARGE = BenchSpec(
    "charge",
    "V(R) of two charges",
    "Measure the energy of a pair +e, −e at each separation, in runs of their own. Laws are fitted, ranked, "
    "and judged in words: is there one, and was it put in by hand?",
    (
        Entry("mode", "mode", "", SHOWN,
              choices=((SHOWN, "as shown"), *((key, spec.title) for key, spec in MODES.items())),
              tip="Mode of the charge model; as shown takes all of the set-up of the window"),
        Entry("definition", "V is", "", "usual",
              choices=(("usual", "as usual for the mode"), ("published", "ρ₁ρ₂(φ₁ − φ₂), published"),
                       ("energy", "E − 2 E_self"), ("static", "energy of fixed charges"),
                       ("free_energy", "free energy with carriers")),
              tip="What is measured: the modes differ in what they have"),
        Entry("separations", "R", "", ", ".join(str(R) for R in SEPARATIONS),
              tip="Separations in cells, with commas; up to half the side of the torus"),
        Entry("begin", "from t =", "", 2.0, Bounds(0.0, 1e4),
              tip="Begin of the time over which the energy is averaged"),
        Entry("end", "to t =", "", 7.0, Bounds(0.0, 1e4, True),
              tip="End of that time, and time at which free energies are taken"),
        _TRIED,
    ),
)  # fmt: skip
GAUGE = BenchSpec(
    "gauge",
    "V(R) of compact U(1)",
    "Measure the potential between static charges from Polyakov or Wilson loops, from a hot and a cold "
    "start, with jackknife errors. Here nothing but plaquettes was put in.",
    (
        _LATTICE,
        Entry("beta", "β", "", "", placeholder="that of the lattice",
              tip="Inverse coupling; empty takes that of the lattice chosen"),
        Entry("method", "from", "", "polyakov",
              choices=(("polyakov", "Polyakov loops"), ("wilson", "Wilson loops")),
              tip="Polyakov loops have the temperature 1/N_t; Wilson loops that of the torus"),
        Entry("time", "T of loops", "", 2.0, Bounds(2, 64), whole=True,
              tip="Wilson loops of T and T − 1 sites are compared"),
        Entry("separations", "R", "", "", placeholder="all, to half the side",
              tip="Separations in sites, with commas; empty: all up to half the side"),
        Entry("starts", "start", "", "both",
              choices=(("both", "hot and cold"), ("hot", "hot"), ("cold", "cold")),
              tip="Starts that agree are put together; those that disagree are shown apart"),
        *_PLAN,
        _TRIED,
    ),
)  # fmt: skip
PHASES = BenchSpec(
    "phase_map",
    "Phase map of compact U(1)",
    "Mean plaquette, Creutz’s ratio χ(2,2) as a bound of the string tension, and Coulomb "
    "coupling against β, each from a hot and a cold start. A "
    "click on a point sets β.",
    (
        _LATTICE,
        Entry("low", "β from", "", SPAN.low, Bounds(0.0, 100.0, True), tip="First β"),
        Entry("high", "to", "", SPAN.high, Bounds(0.0, 100.0, True), tip="Last β"),
        Entry("points", "points", "", float(SPAN.points), Bounds(2, 200), whole=True, tip="Values of β"),
        Entry("thermalise", "leave out", "sweeps", 200.0, Bounds(0, 10**7), whole=True,
              tip="Sweeps after each start that are left out"),
        Entry("sweeps", "measure", "sweeps", 1000.0, Bounds(20, 10**8), whole=True,
              tip="Sweeps that are measured, of each start at each β"),
    ),
)  # fmt: skip
BENCHES = (CHARGE, GAUGE, PHASES)
ENGINES = {CHARGE.key: "charge", GAUGE.key: "gauge", PHASES.key: "gauge"}
STUDIES = {CHARGE.key: "v_of_r", GAUGE.key: "v_of_r", PHASES.key: "phase_map"}


def unused_times(options: Mapping[str, Value], shown: Mapping[str, Any] | None) -> dict[str, str]:
    """Why the times of the charge bench play no part in a measurement, "" for each that does."""
    mode = str(options["mode"] if options["mode"] != SHOWN else (shown or {}).get("mode", "D"))
    chosen = str(options["definition"])
    definition = usual_definition(mode) if chosen == "usual" else chosen
    why = {
        "published": "The published experiment has its own steps and samples.",
        "static": "The energy of fixed charges does not change with time.",
    }.get(definition, "")
    begin = "Free energies are taken at the end." if definition == "free_energy" else why
    return {"begin": begin, "end": why}


def task_options(key: str, options: Mapping[str, Value], shown: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options of a study from those of its form.

    Parameters
    ----------
    key : str
        Bench.
    options : mapping
        What its form says.
    shown : mapping or None
        Configuration of the engine in the window, None where it does not run.

    Raises
    ------
    BadInput
        A β that is no number.
    """
    given: dict[str, Any] = dict(options)
    if "candidates" in given:
        given["candidates"] = CANDIDATES[given["candidates"]][1]
    if key == CHARGE.key:
        given["mode"] = "" if given["mode"] == SHOWN else given["mode"]
        given["definition"] = "" if given["definition"] == "usual" else given["definition"]
        given["config"] = dict(shown or {})
        return given
    chosen = given.pop("lattice")
    if chosen == SHOWN and shown is not None:
        given["config"] = dict(shown)
    else:
        given["config"] = dict(LATTICES[RIVAL if chosen == SHOWN else chosen][1])
    beta = str(given.pop("beta", "")).strip()
    if beta:
        try:
            given["config"]["beta"] = float(beta)
        except ValueError:
            raise BadInput(
                f"“{beta}” is no value of β.",
                key="beta",
                value=beta,
                allowed="a number, or empty for that of the lattice",
            ) from None
    if given.get("method") == "polyakov":
        given.pop("time", None)
    return given
