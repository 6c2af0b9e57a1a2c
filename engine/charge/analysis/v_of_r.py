"""Potential between two charges of the charge model, in every mode, by three definitions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import Engine
from tauscope.engine.charge.config import ChargeConfig
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.potential.data import Origin, PotentialData, listed, whole_numbers
from tauscope.engine.potential.report import judged, report_of
from tauscope.engine.study import Report, Study, StudyContext, Table

Floats = npt.NDArray[np.float64]

ENGINE = "charge"
SEPARATIONS = (2, 3, 4, 5, 6, 7, 8, 10, 12)
CELL_STEPS = 2e6
"""Cell steps between two reports of progress, some tens of milliseconds."""
SAMPLE_EVERY = 0.05
"""Time between two samples of the energy."""
ROUNDING = 1e-12
"""Share of the charges' own energies below which a difference is rounding."""
PUBLISHED = {"published_v1": (200, 500, 10), "published_v2": (1000, 100, 50)}
"""Steps left out, samples, and steps between them."""
DEFINITIONS = ("published", "energy", "static", "free_energy")
SAID = {
    "published": "V = ρ₁ρ₂(φ₁ − φ₂), mean over the samples of the published experiment",
    "energy": "V = E(pair) − E(+) − E(−) with E = ½ Σ |∇φ|², mean over t = {begin:g} to {end:g}",
    "static": "V = q² [G(0) − G(R)], the energy of the fixed charges alone",
    "free_energy": "V = F(pair) − F(+) − F(−) + F(none) after t = {end:g}, carriers included",
}
LOCAL = "φ follows I by local rules, and the current −gρ∇φ moves both signs alike"
HEADS = ("R nominal", "R", "V", "spread over time", "relative spread", "blow-up at t")


@dataclass(frozen=True)
class Wanted:
    """What is measured.

    Parameters
    ----------
    definition : str
        One of `DEFINITIONS`.
    separations : int array [n]
        Nominal separations, cells.
    begin, end : float
        Time over which energies are averaged; free energies are taken at the end.
    """

    definition: str
    separations: npt.NDArray[np.int_]
    begin: float
    end: float

    @classmethod
    def of(cls, options: Mapping[str, Any], config: ChargeConfig) -> Wanted:
        """From a study's options; the definition follows from the mode where none is given.

        Raises
        ------
        BadInput
            A definition that the mode has not, or separations and times out of range.
        """
        mode = config.mode
        definition = str(options.get("definition") or usual_definition(mode))
        if definition not in DEFINITIONS:
            raise unknown_name("definition", definition, DEFINITIONS, key="definition")
        allowed = (
            ("published", "energy") if mode in PUBLISHED else ("static", "free_energy") if mode == "D"
            else ("energy",)
        )  # fmt: skip
        if definition not in allowed:
            raise BadInput(
                f"Mode {mode} has no potential by the definition “{definition}”.",
                key="definition",
                value=definition,
                allowed=", ".join(allowed),
            )
        given = options.get("separations") or [R for R in SEPARATIONS if config.size // 2 >= R]
        separations = whole_numbers(given, config.size // 2)
        begin, end = float(options.get("begin", 2.0)), float(options.get("end", 7.0))
        if not 0 <= begin < end <= 1e4:
            raise BadInput(
                f"Energies from t = {begin:g} to {end:g}.",
                key="end",
                value=end,
                allowed="after the begin, which is 0 or more, and 10,000 at most",
            )
        if mode in PUBLISHED and np.any(separations < 2):
            raise BadInput(
                "The published experiment puts charges 1 cell apart into one cell.",
                key="separations",
                value=1,
                allowed="2 or more",
            )
        return cls(definition, separations, begin, end)

    @property
    def said(self) -> str:
        """Definition as a sentence."""
        return SAID[self.definition].format(begin=self.begin, end=self.end)


@dataclass(frozen=True)
class Outcome:
    """Value of one run, its spread over time, and when it blew up, NaN where it did not."""

    value: float
    spread: float
    blown: float = math.nan


class ChargePotential(Study):
    """V(R) of a pair +e, −e.

    Options: ``config`` (a `ChargeConfig` as a mapping), of which the charges are replaced by a pair as wide
    as the first one; ``mode``, "" for that of the configuration; ``definition``, ``separations``, ``begin``
    and ``end`` of `Wanted`; ``candidates`` (keys, all without).
    """

    name: ClassVar[str] = "v_of_r"
    title: ClassVar[str] = "Potential between two charges"

    def run(self, context: StudyContext) -> Report:
        """Run each separation, fit, judge.

        Raises
        ------
        BadInput
            Options that cannot be, or fewer than four separations with a finite value.
        """
        started = time.monotonic()
        options = context.options
        config = _config_of(options)
        wanted = Wanted.of(options, config)
        data, table = _measured(context, config, wanted)
        context.progress(0.97, "fitting")
        found = judged(data, options.get("candidates") or ())
        context.progress(1.0, "done")
        return report_of(self.name, self.title, [found], started, tables=(table,))


def usual_definition(mode: str) -> str:
    """Definition of V that a mode has where none is given."""
    return "published" if mode in PUBLISHED else "static" if mode == "D" else "energy"


def true_separation(config: ChargeConfig, nominal: int) -> int:
    """Cells that lie between the charges; the published experiment puts each R // 2 from the middle."""
    return 2 * (nominal // 2) if config.mode in PUBLISHED else nominal


def pair_at(config: ChargeConfig, R: int, signs: Sequence[int] = (1, -1)) -> list[dict[str, Any]]:
    """Charges of these signs so far apart along x, or those of them whose sign is not 0."""
    left = config.size // 2 - R // 2
    width = config.charges[0].width if config.charges else 0.0
    return [
        {"id": name, "x": x, "y": config.size // 2, "value": float(sign), "width": width}
        for name, x, sign in zip(("plus", "minus"), (left, left + R), signs, strict=True)
        if sign
    ]


def _config_of(options: Mapping[str, Any]) -> ChargeConfig:
    given = dict(options.get("config") or {})
    mode = str(options.get("mode") or "")
    if mode and mode != given.get("mode", "D"):
        # A mode of its own has its own step and constants; the lattice stays.
        given = {"size": given["size"], "mode": mode} if "size" in given else {"mode": mode}
        if mode == "published_v2" and given.get("size", 48) < 48:
            given["size"] = 48
    return ChargeConfig.load(given)


def _measured(context: StudyContext, config: ChargeConfig, wanted: Wanted) -> tuple[PotentialData, Table]:
    runs = len(wanted.separations) + (3 if wanted.definition in ("energy", "free_energy") else 0)
    done = 0

    def run(text: str, charges: list[dict[str, Any]]) -> Outcome:
        nonlocal done

        def tell(share: float) -> None:
            context.progress(0.96 * (done + share) / runs, text)

        engine = context.create(ENGINE, {**config.dump(), "charges": charges}, seed=context.seed)
        found = MEASURES[wanted.definition](engine, wanted, tell)
        done += 1
        return found

    own = 0.0
    if wanted.definition in ("energy", "free_energy"):
        single = [run("one charge alone", pair_at(config, 2, signs)).value for signs in ((1, 0), (0, -1))]
        own = sum(single)
        if wanted.definition == "free_energy":
            own -= run("no charge", []).value
    outcomes = {}
    for nominal in wanted.separations.tolist():
        cells = true_separation(config, nominal)
        outcomes[nominal] = run(f"R = {cells} cells", pair_at(config, cells))
    rows = tuple(_row(nominal, true_separation(config, nominal), o, own) for nominal, o in outcomes.items())
    by_true = {row[1]: row[2] for row in rows}
    R = np.array(sorted(by_true), np.float64)
    data = PotentialData(
        R,
        np.array([by_true[int(at)] for at in R]),
        np.zeros(len(R)),
        shape=(config.size,) * (3 if config.mode == "D" and config.green == "3d" else 2),
        definition=wanted.said,
        origin=_origin(config),
        source=_source(config),
        label=f"charge, mode {config.mode}",
        warnings=_warnings(config, rows),
    )
    return data, Table("runs", HEADS, rows)


def _row(nominal: int, R: int, outcome: Outcome, own: float) -> tuple[Any, ...]:
    share = outcome.spread / abs(outcome.value) if outcome.value else math.nan
    value = outcome.value - own
    # A difference of large energies: what rounding leaves of it is no interaction.
    value = 0.0 if abs(value) <= ROUNDING * abs(own) else value
    return nominal, R, value, outcome.spread, share, outcome.blown


def _origin(config: ChargeConfig) -> Origin:
    return "imposed" if config.mode == "D" else "local"


def _source(config: ChargeConfig) -> str:
    if config.mode != "D":
        return LOCAL
    space = "three" if config.green == "3d" else "two"
    mass = f" with m² = {config.m2:g}" if config.m2 else ""
    return f"mode D solves Poisson’s equation in {space} dimensions{mass} at every step"


def _warnings(config: ChargeConfig, rows: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    found = []
    blown = [(row[0], row[5]) for row in rows if math.isfinite(row[5])]
    if blown:
        told = ", ".join(f"R = {R} at t = {at:.3g}" for R, at in blown)
        found.append(f"The run blew up before it was measured: {told}.")
    moved = [row[0] for row in rows if row[0] != row[1]]
    if moved:
        found.append(
            f"Nominal R = {listed(moved)} are {listed([2 * (R // 2) for R in moved])} cells in truth: each "
            "charge stands R // 2 from the middle."
        )
    shares = [row[4] for row in rows if math.isfinite(row[4]) and row[4] > 0.05]
    if shares:
        found.append(
            f"Values spread by up to {100 * max(shares):.0f} % over time because fields grow, not because of "
            "noise: that spread is no error bar, and none is drawn."
        )
    if config.scheme == "upwind":
        found.append("Upwind currents trap the charge in its cell: a value that is finite is no equilibrium.")
    return tuple(found)


# -- by definition

Measure = Callable[[Engine, Wanted, Callable[[float], None]], Outcome]


def _run(engine: Engine, steps: int, told: Callable[[float], None]) -> bool:
    """Do steps; False as soon as the run stopped."""
    config: Any = engine.config
    chunk, done = max(1, int(CELL_STEPS / config.size**2)), 0
    while done < steps:
        now = min(chunk, steps - done)
        engine.advance(now)
        done += now
        told(done / steps)
        if engine.check() is not None:
            return False
    return engine.check() is None


def _published(engine: Engine, wanted: Wanted, tell: Callable[[float], None]) -> Outcome:
    del wanted
    config: Any = engine.config
    left_out, samples, every = PUBLISHED[config.mode]
    whole = left_out + samples * every
    values = np.empty(samples)
    done = 0

    def run(steps: int) -> bool:
        nonlocal done
        good = _run(engine, steps, lambda share: tell((done + share * steps) / whole))
        done += steps
        return good

    if not run(left_out):
        return Outcome(math.nan, math.nan, engine.time)
    for n in range(samples):
        if not run(every):
            return Outcome(math.nan, math.nan, engine.time)
        values[n] = engine.scalar("pair_energy")
    return Outcome(float(values.mean()), float(values.std()))


def _energy(engine: Engine, wanted: Wanted, tell: Callable[[float], None]) -> Outcome:
    config: Any = engine.config
    stride = max(1, round(SAMPLE_EVERY / config.dt))
    begin, end = round(wanted.begin / config.dt), round(wanted.end / config.dt)
    if not _run(engine, begin, lambda share: tell(share * begin / end)):
        return Outcome(math.nan, math.nan, engine.time)
    values = [engine.scalar("energy")]
    for place in range(begin, end - stride + 1, stride):
        if not _run(engine, stride, lambda _: None):
            return Outcome(math.nan, math.nan, engine.time)
        values.append(engine.scalar("energy"))
        tell((place + stride) / end)
    return Outcome(float(np.mean(values)), float(np.std(values)))


def _static(engine: Engine, wanted: Wanted, tell: Callable[[float], None]) -> Outcome:
    del wanted
    tell(1.0)
    return Outcome(engine.scalar("pair_energy"), 0.0)


def _free_energy(engine: Engine, wanted: Wanted, tell: Callable[[float], None]) -> Outcome:
    config: Any = engine.config
    chunk = max(1, int(CELL_STEPS / config.size**2 / 10))
    while engine.time < wanted.end:
        # Steps are as long as positivity allows, so time and not their number says when it is over.
        engine.advance(min(chunk, max(1, math.ceil((wanted.end - engine.time) / config.dt))))
        tell(min(engine.time / wanted.end, 1.0))
    return Outcome(engine.scalar("free_energy"), 0.0)


MEASURES: Mapping[str, Measure] = {
    "published": _published,
    "energy": _energy,
    "static": _static,
    "free_energy": _free_energy,
}
"""How each definition is measured."""
