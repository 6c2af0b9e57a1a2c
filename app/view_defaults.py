"""How views show fields of which nobody said anything: colours and limits that suit each."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.app.main_window import VIEWS
from tauscope.app.preset_model import PresetView
from tauscope.widgets.state import Autoscale, ViewOptions

CMAPS = {"f": "magma", "f_live": "magma", "f_traffic": "magma", "phi": "vik", "tau": "viridis"}
AUTOSCALE: dict[str, Autoscale] = {"phi": "symmetric"}


def default_views(chosen: Mapping[str, PresetView]) -> dict[str, ViewOptions]:
    """Options of every view: what a preset says of its field, else what suits the field."""
    views = {}
    for key, field in VIEWS.items():
        wanted = chosen.get(field, PresetView(autoscale=AUTOSCALE.get(field, "continuous")))
        views[key] = wanted.options(field, CMAPS.get(field, "viridis"))
    return views


def view_of(field: str, present: ViewOptions) -> ViewOptions:
    """Options of a view that turns to another field: its usual colours, or those in force."""
    return ViewOptions(field, CMAPS.get(field, present.cmap), AUTOSCALE.get(field, "continuous"))
