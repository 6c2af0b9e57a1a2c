"""Study of the order parameter against the coupling: K rises in steps, then falls; hysteresis shows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.autocorrelation import mean_of
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.kuramoto.analysis.expectation import Expectation, expectation_of
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.setup import Setup
from tauscope.engine.study import Curve, Figure, Report, Study, StudyContext, Table
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]

ENGINE = "kuramoto"
SAMPLE_EVERY = 0.2
"""Simulated time between two samples of R."""
SAMPLES_LEAST = 10
OSCILLATOR_STEPS = 4e6
"""Oscillator steps between two reports of progress, some tens of milliseconds."""
THEORY_POINTS = 121
APART = 4.0
"""Standard errors from which two values count as different."""


@dataclass(frozen=True)
class Ranges:
    """What a sweep goes through.

    Parameters
    ----------
    low, high : float
        Ends of the range of K, rad per time.
    points : int
        Values of K, ends included.
    settle, measure : float
        Time that is left out after each step of K, and time that is measured.
    seeds : int
        Runs, each with frequencies, phases and noise of its own.
    """

    low: float = 0.0
    high: float = 3.0
    points: int = 16
    settle: float = 40.0
    measure: float = 40.0
    seeds: int = 3

    @classmethod
    def of(cls, options: Mapping[str, Any], dt: float) -> Ranges:
        """Ranges from a study's options; ``dt`` is the time of a macro tick.

        Raises
        ------
        BadInput
            Values out of range.
        """
        found = cls(**{name: options[name] for name in cls.__dataclass_fields__ if name in options})
        rules = (
            ("low", found.low, found.low >= 0, "0 or more"),
            ("high", found.high, found.high > found.low, "above low"),
            ("points", found.points, 2 <= found.points <= 10_000, "2 to 10000"),
            ("settle", found.settle, found.settle >= 0, "0 or more"),
            ("measure", found.measure, found.measure >= SAMPLES_LEAST * dt, f"{SAMPLES_LEAST} steps or more"),
            ("seeds", found.seeds, 1 <= found.seeds <= 1000, "1 to 1000"),
        )
        for key, value, right, allowed in rules:
            if not right:
                raise BadInput(f"A sweep with {key} = {value:g}.", key=key, value=value, allowed=allowed)
        return found


@dataclass(frozen=True)
class Branch:
    """One way through the range: K, R and its standard error, float64 [n]."""

    K: Floats
    R: Floats
    error: Floats


@dataclass(frozen=True)
class OrderCurves:
    """What a sweep found, read back from its report.

    Parameters
    ----------
    up, down : Branch
        On the way up and on the way down, both in the order of rising K.
    theory_K, theory_R : float64 array [n]
        Theory, empty where there is none.
    theory_name : str
        Whose it is.
    critical : float
        K_c of the theory, NaN without one.
    summary : str
        What was found, as sentences.
    caveats : tuple of str
        What must be known to read the curves right, as sentences.
    """

    up: Branch
    down: Branch
    theory_K: Floats = field(default_factory=lambda: np.empty(0))
    theory_R: Floats = field(default_factory=lambda: np.empty(0))
    theory_name: str = ""
    critical: float = float("nan")
    summary: str = ""
    caveats: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Report) -> OrderCurves:
        """Curves of a report of `OrderSweep`."""
        tables = {table.name: table for table in report.tables}
        branches = {}
        for direction in ("up", "down"):
            rows = sorted(row[1:4] for row in tables["order"].rows if row[0] == direction)
            branches[direction] = Branch(
                *(np.array(column, np.float64) for column in zip(*rows, strict=True))
            )
        theory = report.figures[0].curves[2:]
        name, critical = tables["theory"].rows[0] if "theory" in tables else ("", float("nan"))
        return cls(
            branches["up"],
            branches["down"],
            np.array(theory[0].x if theory else (), np.float64),
            np.array(theory[0].y if theory else (), np.float64),
            str(name),
            float(critical),
            " ".join(report.notes),
            tuple(str(row[0]) for row in tables["caveats"].rows) if "caveats" in tables else (),
        )


class OrderSweep(Study):
    """R(K) with K rising and then falling in one run for each seed.

    At every K the run settles, then R_total is sampled. A value is the mean over the seeds; its standard
    error is the larger of what the autocorrelation within the runs and what the scatter between them give.

    Engines beside it run along, with their couplings: clocks on a lattice tick as they do in the window.

    Options: ``setup`` (plain data of a `Setup`) or, for the engine alone, ``config``, with a K that is
    replaced, and those of `Ranges`. The report has the table ``order`` (direction, K, R, error), with a
    theory the table ``theory`` (name, K_c), where there are any the table ``caveats`` (text), and a figure;
    `OrderCurves.of` reads them.
    """

    name: ClassVar[str] = "sweep"
    title: ClassVar[str] = "Order against coupling"

    def run(self, context: StudyContext) -> Report:
        """Run the sweep.

        Raises
        ------
        BadInput
            Refused options.
        """
        started = time.monotonic()
        setup = _setup_of(context.options)
        checked = _at_coupling(setup, 1.0)
        config = KuramotoConfig.load(checked.engines[ENGINE].config.dump())
        ranges = Ranges.of(context.options, config.dt * setup.ratios[ENGINE])
        couplings = np.linspace(ranges.low, ranges.high, ranges.points)
        runs = [_Run(context, setup, config, ranges, seed) for seed in range(ranges.seeds)]
        found = np.array([run.through(couplings) for run in runs])
        up, down = (_combined(couplings, found[:, way]) for way in (0, 1))
        theory = expectation_of(config)
        caveats = _caveats(setup, config)
        curves = [_curve("K rising", up), _curve("K falling", down)]
        tables = [
            Table(
                "order",
                ("direction", "K", "R", "error"),
                tuple(
                    (direction, float(K), float(R), float(error))
                    for direction, one in (("up", up), ("down", down))
                    for K, R, error in zip(one.K, one.R, one.error, strict=True)
                ),
            )
        ]
        if theory is not None:
            x = np.linspace(ranges.low, ranges.high, THEORY_POINTS)
            curves.append(Curve(theory.name, tuple(x.tolist()), tuple(theory.curve(x).tolist())))
            tables.append(Table("theory", ("name", "K_c"), ((theory.name, theory.critical),)))
        if caveats:
            tables.append(Table("caveats", ("text",), tuple((text,) for text in caveats)))
        context.progress(1.0, "done")
        return Report(
            study="sweep",
            title=self.title,
            tables=tuple(tables),
            figures=(Figure("Order against coupling", "K (rad/time)", "R", tuple(curves)),),
            seconds=time.monotonic() - started,
            notes=(*_notes(up, down, theory, config.oscillators), *caveats),
        )


def _setup_of(options: Mapping[str, Any]) -> Setup:
    if "setup" not in options:
        return Setup.of(ENGINE, dict(options.get("config", {})))
    setup = Setup.load(options["setup"])
    if ENGINE not in setup.engines:
        raise unknown_name("engine of the set-up", ENGINE, setup.engines, key="setup")
    return setup


def _at_coupling(setup: Setup, K: float) -> Setup:
    """The same with another K."""
    member = setup.engines[ENGINE]
    changed = replace(member, config=member.config.with_value("K", K))
    return replace(setup, engines={**setup.engines, ENGINE: changed})


class _Run:
    """One run through all couplings and back, with progress."""

    def __init__(
        self, context: StudyContext, setup: Setup, config: KuramotoConfig, ranges: Ranges, seed: int
    ) -> None:
        self._context, self._setup, self._ranges, self._seed = context, setup, ranges, seed
        ratio = setup.ratios[ENGINE]
        dt = config.dt * ratio
        self._settle = round(ranges.settle / dt)
        self._stride = max(1, min(round(SAMPLE_EVERY / dt), round(ranges.measure / dt) // SAMPLES_LEAST))
        self._samples = round(ranges.measure / dt) // self._stride
        # What a tick of another engine costs is not known here, and a cancel must not wait for many of them.
        alone = len(setup.engines) == 1
        work = config.oscillators * config.substeps * ratio
        self._chunk = max(1, int(OSCILLATOR_STEPS / work)) if alone else 1
        self._whole = 2 * ranges.points * (self._settle + self._samples * self._stride)
        self._done = 0

    def through(self, couplings: Floats) -> Floats:
        """Means and errors of R, float64 [2, points, 2]: up and down, both in the order of rising K."""
        world = World.of(_at_coupling(self._setup, float(couplings[0])), self._context.seed + self._seed)
        up = [self._at(world, float(K)) for K in couplings]
        down = [self._at(world, float(K)) for K in couplings[::-1]]
        return np.array([up, down[::-1]])

    def _at(self, world: World, K: float) -> tuple[float, float]:
        engine = world.engine(ENGINE)
        engine.set("K", K)
        self._advance(world, self._settle, K)
        series = np.empty(self._samples)
        for n in range(self._samples):
            self._advance(world, self._stride, K)
            series[n] = engine.scalar("R_total")
        found = mean_of(series)
        return found.value, found.error

    def _advance(self, world: World, ticks: int, K: float) -> None:
        left = ticks
        while left > 0:
            step = min(left, self._chunk)
            world.advance(step)
            left -= step
            self._done += step
            share = (self._seed + self._done / self._whole) / self._ranges.seeds
            self._context.progress(min(share, 1.0), f"seed {self._seed + 1}, K = {K:.3g}")


def _combined(couplings: Floats, found: Floats) -> Branch:
    """Mean over seeds of [seeds, points, 2] means and errors."""
    means, errors = found[..., 0], found[..., 1]
    count = len(means)
    within = np.sqrt((errors**2).sum(axis=0)) / count
    between = means.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.zeros(len(couplings))
    return Branch(couplings.copy(), means.mean(axis=0), np.maximum(within, between))


def _curve(label: str, branch: Branch) -> Curve:
    return Curve(label, tuple(branch.K.tolist()), tuple(branch.R.tolist()))


def _notes(up: Branch, down: Branch, theory: Expectation | None, oscillators: int) -> tuple[str, ...]:
    gap, error = down.R - up.R, np.hypot(up.error, down.error)
    widest = int(np.argmax(np.abs(gap)))
    # Without order R is of the size of chance, and its mean is no sharper than the two ways are long.
    seen = abs(gap[widest]) > max(APART * error[widest], 2.0 / np.sqrt(oscillators))
    notes = [
        f"Rising and falling K differ by {gap[widest]:+.3f} in R at K = {up.K[widest]:.3g}: hysteresis "
        "at this speed. If a longer settling time shrinks it, it was slow relaxation near the threshold."
        if seen
        else "Rising and falling K agree within their errors: no hysteresis at this speed."
    ]
    notes.append(f"Chance alone gives R of about {np.sqrt(np.pi / 4 / oscillators):.2g}.")
    if theory is None:
        notes.append("This configuration has no theory to compare with.")
    else:
        notes.append(f"{theory.name}: order sets in at K = {theory.critical:.4g}, for many oscillators.")
    return tuple(notes)


def _caveats(setup: Setup, config: KuramotoConfig) -> tuple[str, ...]:
    """What must be known to read the curves right, as sentences."""
    found = []
    others = [key for key in setup.engines if key != ENGINE]
    if others:
        found.append(
            f"{' and '.join(others).capitalize()} ran along, anew with each seed; the first settling time "
            "must do for that as well."
        )
    if config.noise > 0:
        # Exact to first order in h: the same step with half a kick before and half after has no such bias.
        share = config.noise * config.dt / config.substeps / 2.0
        found.append(
            f"Noise acts at the end of a step, so R is read low by D h / 2, {100 * share:.2g} % of it; "
            "theory has no step."
        )
    return tuple(found)
