"""The named experiments of the gravity lab: what each expects, how it is set up, and what makes it fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tauscope.engine.errors import unknown_name
from tauscope.engine.gravity.analysis import (
    deflection,
    experiment_fields,
    experiment_matter,
    experiment_motion,
    experiment_own,
)
from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings
from tauscope.engine.study import Report, Study, StudyContext


@dataclass(frozen=True)
class Experiment:
    """One named experiment.

    Parameters
    ----------
    name, title : str
        Name on command lines, and for people.
    expectation : str
        What is expected, in a sentence.
    run : callable
        ``run(bench) -> Findings``.
    settings : mapping
        Its own settings with their defaults; entries of its lattice can be set besides.
    quick : mapping
        Settings of the shorter version.
    mutations : tuple of mapping
        Settings that must make it fail.
    """

    name: str
    title: str
    expectation: str
    run: Callable[[Bench], Findings]
    settings: Mapping[str, Any]
    quick: Mapping[str, Any] = field(default_factory=dict)
    mutations: tuple[Mapping[str, Any], ...] = ({"rule": "literal"},)


_FALL = {"side": 257, "window": 1000.0, "rays": 1024, "strength": experiment_motion.STRENGTH, "law": "exact"}

EXPERIMENTS: Mapping[str, Experiment] = {
    one.name: one
    for one in (
        Experiment(
            "flat_background",
            "Flat background",
            "Without sources every node updates at every tick, clocks agree and light goes straight; a flat "
            "background on a closed lattice slows all nodes alike.",
            experiment_fields.flat_background,
            {"ticks": 4000},
            {"ticks": 1000},
        ),
        Experiment(
            "time_dilation",
            "Time dilation",
            "A clock near a mass shows fewer updates than one far away, by the ratio of their f.",
            experiment_fields.time_dilation,
            {"side": 100, "ticks": 1000, "strength": 10.0},
            {"side": 60, "ticks": 600},
        ),
        Experiment(
            "free_fall",
            "Free fall",
            "A wave packet at rest falls toward the mass as its geodesics do, a thrown one follows "
            "its orbit, and without a mass it stays.",
            experiment_motion.free_fall,
            {**_FALL, "ticks": 600, "throw_ticks": 800, "distance": 60.0, "mass": 0.6, "launch": 0.12},
            {"throw_ticks": 600, "rays": 512},
        ),
        Experiment(
            "lensing",
            "Lensing",
            "Light bends toward the mass, by the angle of its rays in a medium of index 1 / f.",
            deflection.lensing,
            {**_FALL, "ticks": 380, "impacts": [16.0, 24.0, 28.0, 32.0, 48.0, 64.0, -32.0]},
            {"impacts": [32.0, -32.0], "rays": 512},
            ({"rule": "literal"}, {"law": "document"}),
        ),
        Experiment(
            "horizon",
            "Horizon",
            "A saturated disc nearly stops time within; outside f grows as ln(r / r_h).",
            experiment_fields.horizon,
            {"side": 129, "ticks": 40_000, "strength": 50.0},
            {"side": 97, "ticks": 10_000},
        ),
        Experiment(
            "dark_matter",
            "Dark matter",
            "An observer of the visible world finds a deeper field than it explains; the hidden mass comes "
            "out right with realized emission and one calibration.",
            experiment_matter.dark_matter,
            {"side": 97, "ticks": 40_000, "strengths": [9.76e-5, 5.91e-4, 1.973e-3, 9.88e-3]},
            {"side": 65, "ticks": 10_000, "strengths": [1e-3, 1.4e-2]},
        ),
        Experiment(
            "rotation_curve",
            "Galaxy rotation curve",
            "The circular speed is that of the realized emission within r: flat outside the bulge, and "
            "higher where a hidden halo is.",
            experiment_matter.rotation_curve,
            {"side": 161, "ticks": 20_000, "strength": 2e-3},
            {"side": 129, "ticks": 6000},
        ),
        Experiment(
            "superposition",
            "Two bodies",
            "Weak bodies add up; strong ones limit themselves, by as much as the exact equation says.",
            experiment_fields.superposition,
            {"side": 97, "ticks": 40_000, "strengths": [3e-4, 1.6e-3, 7e-3, 5e-2, 1.0]},
            {"side": 65, "ticks": 10_000, "strengths": [4e-4, 7e-3]},
        ),
        Experiment(
            "literal_null",
            "Literal rule: no field",
            "The document's kernel as it is written makes no gravity: f is 1 / ceil(b / C) at sources and "
            "exactly 1 beside them.",
            experiment_fields.literal_null,
            {"side": 65, "ticks": 4000},
            {"ticks": 1000},
            ({"rule": "airtime"},),
        ),
        Experiment(
            "own",
            "An experiment of one's own",
            "Clocks tick by the f of their nodes, and phi is the Poisson potential of the realized emission.",
            experiment_own.run,
            experiment_own.SETTINGS,
            {},
            ({"rule": "literal"},),
        ),
    )
}
"""Experiments by name; ``own`` is described by its settings, as a file has them."""


def named(name: str) -> Experiment:
    """Experiment by name.

    Raises
    ------
    BadInput
        Unknown experiment; names the nearest.
    """
    if name not in EXPERIMENTS:
        raise unknown_name("experiment", name, EXPERIMENTS, key="name")
    return EXPERIMENTS[name]


class GravityExperiment(Study):
    """One of `EXPERIMENTS`, by the option ``name``; the option ``set`` changes settings and lattice.

    Without a name it is the flat background.
    """

    name: ClassVar[str] = "experiment"
    title: ClassVar[str] = "Experiments of the gravity lab"

    def run(self, context: StudyContext) -> Report:
        """Run it to its report.

        Raises
        ------
        BadInput
            An unknown experiment or setting, or a refused value.
        """
        started = time.monotonic()
        chosen = named(str(context.options.get("name", "flat_background")))
        own = {**chosen.settings, **(chosen.quick if context.quick else {})}
        bench = Bench(context, dict(context.options.get("set", {})), own, name=chosen.name)
        bench.title = chosen.title
        bench.progress(0.0)
        found = chosen.run(bench)
        context.progress(1.0, "done")
        return Report(
            study=f"experiment {chosen.name}",
            title=str(bench.settings.get("title") or chosen.title),
            checks=tuple(found.checks),
            tables=tuple(found.tables),
            figures=tuple(found.figures),
            seconds=time.monotonic() - started,
            notes=(chosen.expectation, *found.notes),
        )
