"""Names that people read for what a sweep varies and what came out: symbols with units, for paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tauscope.app.sweep_file import SweepData
from tauscope.app.sweep_views import EXPECTED, Multiple
from tauscope.engine import registry
from tauscope.engine.config import leaves
from tauscope.widgets.labs.ufie.bench_types import BenchPlot, BenchTable
from tauscope.widgets.plots.heat_types import Heat

OWN = {"blow_up": "blown up", "end_tick": "last tick"}
STUDIES = {
    ("atomx", "scan"): {"kappa": "κ [N/m]", "r_screen": "r_screen [m]", "R2": "R²"},
    ("gravity", "deflection"): {"b": "b [cells]"},
}
"""Options and numbers of studies, which no configuration describes."""


def labels_of(data: SweepData) -> dict[str, str]:
    """Labels of axes and scalars, as ``C [bits/tick]``, by path and name, where anything names them.

    Parameters
    ----------
    data : SweepData
        The sweep; its engines' parameters and scalars are looked up in the registry.
    """
    if data.task.preset is None:
        return dict(STUDIES.get(data.task.study or ("", ""), {}))
    found = dict(OWN)
    main = str(data.task.preset["engine"])
    for key in (main, *dict(data.task.preset.get("companions") or {})):
        path, name = ("", "") if key == main else (f"{key}.", f"{key}_")
        found |= {
            path + leaf.path: _label(leaf.label, leaf.unit) for leaf in leaves(registry.config_type(key))
        }
        scalars = registry.scalar_specs(key).items()
        found |= {name + called: _label(spec.label, spec.unit) for called, spec in scalars}
    return found | {f"{called}{EXPECTED}": f"{text}{EXPECTED}" for called, text in found.items()}


def _label(name: str, unit: str) -> str:
    return name if unit in ("", "1") else f"{name} [{unit}]"


def labelled(one: Multiple, labels: Mapping[str, str]) -> Multiple:
    """A map or curves with these labels in the place of paths and names."""
    view = one.view
    if isinstance(view, Heat):
        x, y = (replace(ladder, label=labels.get(ladder.label, ladder.label)) for ladder in (view.x, view.y))
        return replace(
            one,
            title=_title(one.title, labels),
            view=replace(view, x=x, y=y, label=labels.get(view.label, view.label)),
        )
    series = tuple(replace(curve, name=_title(curve.name, labels)) for curve in view.series)
    x_label, y_label = (labels.get(text, text) for text in (view.x, view.y))
    plot: BenchPlot = replace(view, title=y_label, x=x_label, y=y_label, series=series)
    return replace(one, title=_title(one.title, labels), view=plot)


def _title(text: str, labels: Mapping[str, str]) -> str:
    """Words with a path or name at their beginning, before each value."""
    if text in labels:
        return labels[text]
    parts = (part.partition(" ") for part in text.split(", "))
    return ", ".join(f"{labels.get(name, name)}{gap}{rest}" for name, gap, rest in parts)


def labelled_table(table: BenchTable, labels: Mapping[str, str]) -> BenchTable:
    """A table with labels as heads, and the names as their tips."""
    return replace(table, heads=tuple(labels.get(head, head) for head in table.heads), head_tips=table.heads)
