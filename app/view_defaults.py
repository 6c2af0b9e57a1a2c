"""How views show fields of which nobody said anything: colours and limits that suit each."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.app.document import Content
from tauscope.app.lattice_fields import AUTOSCALE, CMAPS, fields_of, options_of
from tauscope.app.preset_model import PresetView
from tauscope.engine.coupling import ClockRateConfig
from tauscope.widgets.state import ViewOptions


def default_views(chosen: Mapping[str, PresetView], content: Content) -> dict[str, ViewOptions]:
    """Options of every view: what a preset says of its field, else what suits the field.

    Where clocks tick by a field, the view of f shows that one: f counted since the start lags behind it.
    """
    lattice = content.lattice
    fields = dict(fields_of(lattice.engine, lattice.config))
    for coupling in content.couplings:
        if isinstance(coupling, ClockRateConfig):
            fields["f"] = coupling.field
    return {
        key: chosen[field].options(field, CMAPS.get(field, "viridis"))
        if field in chosen
        else options_of(field, key)
        for key, field in fields.items()
    }


def view_of(field: str, present: ViewOptions) -> ViewOptions:
    """Options of a view that turns to another field: its usual colours, or those in force."""
    return ViewOptions(field, CMAPS.get(field, present.cmap), AUTOSCALE.get(field, "continuous"))
