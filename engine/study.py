"""Studies: work that runs to an end and reports, in a worker process and never on the simulation thread."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from tauscope.engine.base import Engine

Bound = Literal["", "<", "<=", ">", ">="]
BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""How a measured value may have to lie to a bound."""


class StudyContext(Protocol):
    """What a study may use of the outside."""

    @property
    def seed(self) -> int:
        """Seed of the study."""

    @property
    def quick(self) -> bool:
        """Whether a shorter version with the same verdicts is wanted."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Options given by the user."""

    def progress(self, fraction: float, text: str = "") -> None:
        """Report progress in 0..1 and what is being done; raises `Cancelled` when the user cancelled."""

    def create(self, engine: str, config: Mapping[str, Any], seed: int | None = None) -> Engine:
        """New engine of the study's own."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a report: a quantity, what was expected, what was measured, and whether it holds.

    Parameters
    ----------
    quantity : str
        What was measured.
    expected, measured : float
        In ``unit``; where ``bound`` is set, ``expected`` is the bound.
    tolerance : float
        Largest allowed ``|measured - expected|`` (absolute); 0 where ``bound`` is set.
    unit : str
        ``"1"`` when dimensionless.
    reason : str
        Where the expectation and the tolerance come from.
    passed : bool
        Verdict.
    bound : Bound
        How ``measured`` has to lie to ``expected``; "" where it has to agree.
    """

    quantity: str
    expected: float
    measured: float
    tolerance: float
    passed: bool
    unit: str = "1"
    reason: str = ""
    bound: Bound = ""

    @classmethod
    def bounded(
        cls, quantity: str, bound: Bound, limit: float, measured: float, unit: str = "1", reason: str = ""
    ) -> Check:
        """Check that ``measured`` lies above or below a limit, as ``bound`` says; a NaN fails.

        Raises
        ------
        KeyError
            If ``bound`` is "".
        """
        return cls(quantity, limit, measured, 0.0, BOUNDS[bound](measured, limit), unit, reason, bound)

    @classmethod
    def within(
        cls,
        quantity: str,
        expected: float,
        measured: float,
        tolerance: float,
        unit: str = "1",
        reason: str = "",
    ) -> Check:
        """Check that ``|measured - expected| <= tolerance``; a NaN fails."""
        return cls(
            quantity, expected, measured, tolerance, abs(measured - expected) <= tolerance, unit, reason
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Named table of a report: column names and rows of numbers or text."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve of a figure: label, abscissae and ordinates; with errors, measured points.

    Parameters
    ----------
    label : str
        Name in the legend.
    x, y : tuple of float
        Places and values.
    error : tuple of float
        Standard errors of the values, as many, where they were measured; () for a line.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    error: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """Figure as data; whoever shows it draws it."""

    name: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Outcome of a study: verdicts, tables and figures."""

    study: str
    title: str
    checks: tuple[Check, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data of the report."""
        return {**asdict(self), "passed": self.passed}


class Study(ABC):
    """Work that ends in a report."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def run(self, context: StudyContext) -> Report:
        """Do the work.

        Raises
        ------
        Cancelled
            When the user cancelled, from ``context.progress``.
        """
