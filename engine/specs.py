"""What engines and the analysis layer offer: fields and scalars, their names, labels and units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

Array = npt.NDArray[Any]

FieldKind = Literal["scalar2d", "complexND", "phase_points", "links", "table", "series"]
Palette = Literal["sequential", "diverging", "cyclic"]
Cost = Literal["copy", "reduce", "derive"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that an engine offers, and how it wants to be seen.

    Parameters
    ----------
    name : str
        Name in code and in files.
    label : str
        Name in the interface, with Greek letters, as in ``"f(x)"``.
    title : str
        What it is, in a few words of sentence case.
    dims : tuple of str
        Axis names, slowest first, as in ``("y", "x")``.
    dtype : str
        NumPy dtype name of the array.
    unit : str
        Unit, ``"1"`` when dimensionless.
    kind : FieldKind
        Decides which view shows it.
    cost : Cost
        ``copy`` one array copy, ``reduce`` a pass over the state, ``derive`` computed by the analysis layer.
    settable : bool
        Whether ``command("set_field", name=…, value=…)`` may write it.
    palette : Palette
        Family of colour maps that suits it.
    center : float or None
        Value at the middle of a diverging map.
    note : str
        How it is defined and with what error.
    """

    name: str
    label: str
    title: str
    dims: tuple[str, ...]
    dtype: str
    unit: str = "1"
    kind: FieldKind = "scalar2d"
    cost: Cost = "copy"
    settable: bool = False
    palette: Palette = "sequential"
    center: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScalarSpec:
    """A scalar that an engine measures: name, interface label, unit and definition."""

    name: str
    label: str
    unit: str = "1"
    note: str = ""


@dataclass(frozen=True, slots=True)
class DerivedField:
    """A field computed from engine fields by the analysis layer; it never feeds back.

    Parameters
    ----------
    spec : FieldSpec
        What it is.
    inputs : tuple of str
        Engine fields it needs.
    function : callable
        ``function(config, **inputs) -> array``.
    local : bool
        Whether a cell's value depends on the same cell of the inputs alone, so that probes need no other.
    applies : callable or None
        ``applies(config) -> bool``: whether the field means anything for a configuration, without which it
        is not on offer; None: for all.
    """

    spec: FieldSpec
    inputs: tuple[str, ...]
    function: Callable[..., Array]
    local: bool = False
    applies: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class DerivedScalar:
    """A number computed from engine fields by the analysis layer; it never feeds back.

    Parameters
    ----------
    spec : ScalarSpec
        What it is.
    inputs : tuple of str
        Engine fields it needs.
    function : callable
        ``function(config, **inputs) -> float``.
    applies : callable or None
        As in `DerivedField`.
    """

    spec: ScalarSpec
    inputs: tuple[str, ...]
    function: Callable[..., float]
    applies: Callable[[Any], bool] | None = None
