"""How views show fields of which nobody said anything: colours and limits that suit each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tauscope.app.main_window import VIEWS
from tauscope.app.preset_model import PresetView
from tauscope.engine.coupling import ClockRateConfig, CouplingConfig
from tauscope.widgets.state import Autoscale, ViewOptions

CMAPS = {"f": "magma", "f_live": "magma", "f_traffic": "magma", "phi": "vik", "tau": "viridis"}
AUTOSCALE: dict[str, Autoscale] = {"phi": "symmetric"}


def default_views(
    chosen: Mapping[str, PresetView], couplings: Iterable[CouplingConfig] = ()
) -> dict[str, ViewOptions]:
    """Options of every view: what a preset says of its field, else what suits the field.

    Where clocks tick by a field, the view of f shows that one: f counted since the start lags behind it.
    """
    fields = dict(VIEWS)
    for coupling in couplings:
        if isinstance(coupling, ClockRateConfig):
            fields["f"] = coupling.field
    views = {}
    for key, field in fields.items():
        wanted = chosen.get(field, PresetView(autoscale=AUTOSCALE.get(field, "continuous")))
        views[key] = wanted.options(field, CMAPS.get(field, "viridis"))
    return views


def view_of(field: str, present: ViewOptions) -> ViewOptions:
    """Options of a view that turns to another field: its usual colours, or those in force."""
    return ViewOptions(field, CMAPS.get(field, present.cmap), AUTOSCALE.get(field, "continuous"))
