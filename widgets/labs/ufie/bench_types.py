"""What benches of the wave ask for and what they found, as panels show it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tauscope.widgets.controls.number_field import Bounds
from tauscope.widgets.plots.plane import Series

Floats = npt.NDArray[np.float64]
Value = float | str | bool


@dataclass(frozen=True)
class Entry:
    """One option of a bench.

    Parameters
    ----------
    name, label, unit : str
        Name of the option, and how the form shows it.
    value : float, str or bool
        Value at first.
    bounds : Bounds
        Of a number.
    whole : bool
        Whether a number is whole.
    choices : tuple of (str, str)
        Values and their texts; of a word. A word without choices is typed.
    tip : str
        What it does.
    placeholder : str
        What a word that is typed means while it is empty.
    unticked : float, str or bool, optional
        Value at first of the version without the tick; the same where it is None.
    wide : bool
        Whether it has a row for itself.
    """

    name: str
    label: str
    unit: str
    value: Value
    bounds: Bounds = field(default_factory=Bounds)
    whole: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    tip: str = ""
    placeholder: str = ""
    unticked: Value | None = None
    wide: bool = False


@dataclass(frozen=True)
class BenchSpec:
    """A bench: its name, what it is for, its options, and which of them, a tick, chooses between versions."""

    key: str
    title: str
    hint: str
    entries: tuple[Entry, ...]
    version: str = ""

    def first(self, ticked: bool) -> dict[str, Value]:
        """Options at first, of the version with the tick or without."""
        return {
            one.name: one.value if ticked or one.unticked is None else one.unticked for one in self.entries
        }


@dataclass(frozen=True)
class Label:
    """Word beside a point of a plot."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class BenchPlot:
    """Curves over one another.

    Parameters
    ----------
    key, title : str
        Identity, and name in the list of views.
    x, y : str
        Axes, as ``name / unit``.
    series : tuple of Series
        Curves.
    labels : tuple of Label
        Words in the plot.
    pickable : bool
        Whether its points can be picked.
    """

    key: str
    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    labels: tuple[Label, ...] = ()
    pickable: bool = False


@dataclass(frozen=True)
class BenchMap:
    """Values over a control and a place.

    Parameters
    ----------
    key, title : str
        Identity, and name in the list of views.
    x, y, value : str
        Axes and quantity, as ``name / unit``.
    at : float64 array [n]
        Values of the control, evenly spaced.
    values : float64 array [n, sites]
        What was measured.
    """

    key: str
    title: str
    x: str
    y: str
    value: str
    at: Floats
    values: Floats


@dataclass(frozen=True)
class BenchTable:
    """Columns of numbers and words.

    Parameters
    ----------
    key, title : str
        Identity, and name in the list of views.
    heads : tuple of str
        Heads of the columns.
    rows : tuple of tuple
        Numbers and words; a NaN is shown as a dash.
    good : tuple of bool or None
        Whether each row holds, None for those unasked; () for none.
    tips : tuple of str
        Of each row; () for none.
    digits : tuple of int
        Significant digits of each column; () for six of all.
    wrapped : int or None
        Column of words that are wrapped within the room that is left.
    head_tips : tuple of str
        Of each head; () for none.
    """

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[float | str, ...], ...]
    good: tuple[bool | None, ...] = ()
    tips: tuple[str, ...] = ()
    digits: tuple[int, ...] = ()
    wrapped: int | None = None
    head_tips: tuple[str, ...] = ()


View = BenchPlot | BenchMap | BenchTable


@dataclass(frozen=True)
class BenchResult:
    """What a bench found.

    Parameters
    ----------
    views : tuple
        Plots, maps and tables, the first shown first.
    summary : str
        What came out, as sentences.
    passed : bool or None
        Whether all verdicts hold; None without any.
    caution : str
        What must be known to read it right; it is shown however little room there is.
    notes : tuple of str
        All that is known of it, for files.
    headline : str
        What came out in a few words, shown in the place of whether all verdicts hold; "" for that.
    words, warnings : tuple of str
        What came out as paragraphs, and what may mislead, for panels that show them whole.
    """

    views: tuple[View, ...]
    summary: str
    passed: bool | None = None
    caution: str = ""
    notes: tuple[str, ...] = field(default=())
    headline: str = ""
    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def view(self, key: str) -> View | None:
        """View by its key."""
        return next((view for view in self.views if view.key == key), None)
