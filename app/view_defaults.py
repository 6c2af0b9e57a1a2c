"""How views show fields of which nobody said anything: colours and limits that suit each."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.app.document import Content
from tauscope.app.lattice_fields import AUTOSCALE, CMAPS, fields_of, options_of
from tauscope.app.preset_model import PresetView
from tauscope.engine.coupling import ClockRateConfig
from tauscope.engine.gravity.config_patterns import WAVES
from tauscope.widgets.state import ViewOptions

WAVE = "psi"
"""Field of the sum of all waves of a lattice."""


def default_views(chosen: Mapping[str, PresetView], content: Content) -> dict[str, ViewOptions]:
    """Options of every view: what a preset says of its field, else what suits the field.

    Where clocks tick by a field, the view of f shows that one: f counted since the start lags behind it.
    Where a preset says how its waves look, they stand in the place of τ.
    """
    lattice = content.lattice
    fields = dict(fields_of(lattice.engine, lattice.config))
    for coupling in content.couplings:
        if isinstance(coupling, ClockRateConfig):
            fields["f"] = coupling.field
    waves = any(one.kind in WAVES for one in getattr(lattice.config, "patterns", ()))
    if WAVE in chosen and waves and "tau" in fields:
        fields["tau"] = WAVE
    return {
        key: chosen[field].options(field, CMAPS.get(field, "viridis"))
        if field in chosen
        else options_of(field, key)
        for key, field in fields.items()
    }


def view_of(field: str, present: ViewOptions) -> ViewOptions:
    """Options of a view that turns to another field: its usual colours, or those in force."""
    return ViewOptions(field, CMAPS.get(field, present.cmap), AUTOSCALE.get(field, "continuous"))
