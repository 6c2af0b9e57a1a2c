"""What a named experiment works with: its lattice, the user's changes, progress, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity.analysis import experiment_limits
from tauscope.engine.gravity.analysis.steady import SteadyState, exact_steady_state, warm_start
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.engine import GravityEngine
from tauscope.engine.gravity.support import RELAYING
from tauscope.engine.study import Check, Curve, Figure, StudyContext, Table

Floats = npt.NDArray[np.float64]

SITES_A_CHUNK = 2e7
"""Site updates between two reports of progress, so that a cancel is soon heard."""


@dataclass
class Findings:
    """What an experiment found: verdicts, tables, figures and words."""

    checks: list[Check] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def check(
        self, quantity: str, expected: float, measured: float, tolerance: float, unit: str, reason: str
    ) -> None:
        """Add a verdict: whether measured and expected differ by no more than the tolerance."""
        self.checks.append(
            Check.within(quantity, float(expected), float(measured), float(tolerance), unit, reason)
        )

    def holds(self, quantity: str, holds: bool, reason: str) -> None:
        """Add a verdict of yes (1) or no (0)."""
        self.checks.append(Check.within(quantity, 1.0, float(holds), 0.0, "1", reason))

    def table(self, name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Add a table of numbers or words."""
        plain = tuple(tuple(_plain(value) for value in row) for row in rows)
        self.tables.append(Table(name, columns, plain))

    def figure(self, name: str, x: str, y: str, **curves: tuple[Any, Any]) -> None:
        """Add a figure; curves by label, underscores as spaces, each abscissae and ordinates."""
        self.figures.append(
            Figure(
                name,
                x,
                y,
                tuple(
                    Curve(label.replace("_", " "), tuple(map(float, xs)), tuple(map(float, ys)))
                    for label, (xs, ys) in curves.items()
                ),
            )
        )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


class Bench:
    """Lattice and settings of one experiment in a study's context.

    Parameters
    ----------
    context : StudyContext
        The study's outside.
    settings : mapping
        The user's ``--set``: the experiment's own settings, and entries of its lattice by dotted path.
    own : mapping
        The experiment's own settings with their defaults.
    share : (float, float)
        Part of the whole progress that is this experiment's.
    name : str
        Name of the experiment, which tells the ranges of its settings.

    Raises
    ------
    BadInput
        One of its own settings is of another kind or out of its range.
    """

    def __init__(
        self,
        context: StudyContext,
        settings: Mapping[str, Any],
        own: Mapping[str, Any],
        share: tuple[float, float] = (0.0, 1.0),
        name: str = "",
    ) -> None:
        self._context, self._share = context, share
        self.quick = context.quick
        self.settings = {**own}
        self._entries: dict[str, Any] = {}
        for key, value in settings.items():
            if key in own:
                self.settings[key] = _of_kind(key, value, own[key])
            else:
                self._entries[key] = value
        experiment_limits.check(name, self.settings)
        self.given = frozenset(settings)
        """What the user set."""
        self._own = tuple(own)
        self._done, self._whole = 0.0, 1.0
        self.title = ""

    def setting(self, name: str) -> Any:
        """Own setting by name."""
        return self.settings[name]

    def config(self, **entries: Any) -> GravityConfig:
        """Lattice of the experiment with the user's changes.

        Raises
        ------
        BadInput
            A setting that neither the experiment nor the lattice has, or a value that is refused.
        """
        for path in self._entries:
            if path.partition(".")[0] not in GravityConfig.model_fields:
                raise unknown_name("setting", path, (*self._own, *GravityConfig.model_fields), key=path)
        whole = {path: value for path, value in self._entries.items() if "." not in path}
        found = GravityConfig.load({**entries, **whole})
        for path, value in self._entries.items():
            if path not in whole:
                found = found.with_value(path, value)
        return found

    def engine(self, config: GravityConfig, steady: bool = True) -> GravityEngine:
        """New engine, with the exact steady traffic where its rule has one, and patterns launched on it."""
        patterns = config.model_dump()["patterns"]
        bare = config.model_copy(update={"patterns": ()})
        engine = cast(GravityEngine, self._context.create("gravity", bare.dump(), self._context.seed))
        if steady and config.rule in RELAYING:
            engine.command("set_field", name="traffic", value=warm_start(config), steady=True)
        if patterns:
            engine.command("set_patterns", patterns=patterns)
        return engine

    def claimed(self, config: GravityConfig, kept: bool = False) -> SteadyState:
        """Exact steady state that the airtime rule has for the same sources: what is expected of any rule.

        It is that of four neighbours a node, unless those of a relaying rule are to be ``kept``.
        """
        bare = {**config.model_dump(), "rule": "airtime"}
        if not (kept and config.rule in RELAYING):
            bare["neighbourhood"] = "von_neumann"
        if config.dtype == "int32":
            bare["dtype"] = "float64"
        return exact_steady_state(GravityConfig.load(bare))

    def plan(self, ticks: float) -> None:
        """Ticks that all runs of the experiment take together, for the progress."""
        self._whole = max(float(ticks), 1.0)

    def advance(
        self,
        engine: GravityEngine,
        ticks: int,
        every: int = 0,
        look: Callable[[], None] | None = None,
    ) -> None:
        """Advance with progress, and look at every so many ticks; raises `Cancelled`."""
        config = engine.config
        chunk = max(1, int(SITES_A_CHUNK / (config.nx * config.ny)))
        end = engine.tick + ticks
        while engine.tick < end:
            step = min(chunk, end - engine.tick, every - engine.tick % every if every else ticks)
            engine.advance(step)
            if look is not None and every and engine.tick % every == 0:
                look()
            self._done += step
            self.progress(self._done / self._whole)

    def progress(self, fraction: float) -> None:
        """Report progress of this experiment in 0..1; raises `Cancelled`."""
        low, high = self._share
        self._context.progress(low + (high - low) * min(fraction, 1.0), self.title)

    def counted(self, engine: GravityEngine, window: int) -> Floats:
        """Update fraction f [ny, nx], counted over the next ``window`` ticks."""
        engine.command("reset_statistics")
        self.advance(engine, window)
        return np.asarray(engine.field("f"), np.float64)


def _of_kind(name: str, value: Any, default: Any) -> Any:
    """A setting's value in the kind of its default."""
    if isinstance(default, str) and isinstance(value, str):
        return value
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    if number and isinstance(default, int) and not isinstance(default, bool) and value == int(value):
        return int(value)
    if number and isinstance(default, float):
        return float(value)
    if isinstance(default, list) and isinstance(value, list) and value:
        return [_of_kind(name, one, default[0]) for one in value]
    kind = "a list of numbers" if isinstance(default, list) else type(default).__name__
    raise BadInput(f"{name} = {value!r} was refused.", key=name, value=value, allowed=kind)
