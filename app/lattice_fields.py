"""Fields of a lattice: which of them each view shows at first, and in what colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tauscope.engine.config import EngineConfig
from tauscope.widgets.state import Autoscale, ViewOptions

OF_SOURCES = {"hero": "f_live", "f": "f", "tau": "tau", "phi": "phi"}
"""Fields of the message-passing lattice, and of engines that have no lab of their own, by view."""
OF_CHARGES = {"hero": "rho", "f": "rho", "tau": "intent", "phi": "phi"}
"""Fields of charge with an intent; the density stands twice, the second time on a logarithmic scale."""
OF_SPECIES = {"hero": "rho", "f": "n", "tau": "p", "phi": "phi"}
"""Fields of charge of two species."""
OF_LINKS = dict.fromkeys(OF_SOURCES, "plaquette")
TWO_SPECIES = "D"

CMAPS = {
    "f": "magma", "f_live": "magma", "f_traffic": "magma", "phi": "vik", "tau": "viridis",
    "rho": "vik", "intent": "viridis", "p": "magma", "n": "magma", "plaquette": "vik",
    "psi": "vik", "pi": "vik", "phi_visible": "vik", "phi_dark": "vik",
}  # fmt: skip
AUTOSCALE: dict[str, Autoscale] = {
    "phi": "symmetric",
    "rho": "symmetric",
    "plaquette": "symmetric",
    "psi": "symmetric",
    "pi": "symmetric",
}


def fields_of(engine: str, config: EngineConfig) -> Mapping[str, str]:
    """Field that each view shows at first, by view."""
    if engine == "gauge":
        return OF_LINKS
    if engine == "charge":
        return OF_SPECIES if getattr(config, "mode", "") == TWO_SPECIES else OF_CHARGES
    return OF_SOURCES


def options_of(field: str, view: str = "hero") -> ViewOptions:
    """Usual colours and limits of a field in a view."""
    made = ViewOptions(field, CMAPS.get(field, "viridis"), AUTOSCALE.get(field, "continuous"))
    return replace(made, scale="symlog") if (view, field) == ("f", "rho") else made


def followed(
    views: Mapping[str, ViewOptions], engine: str, before: EngineConfig, after: EngineConfig
) -> dict[str, ViewOptions]:
    """Views beside another configuration: one that showed its usual field turns to that of the new one."""
    old, new = fields_of(engine, before), fields_of(engine, after)
    turned = {key for key, options in views.items() if key in old and options.field == old[key] != new[key]}
    return {key: options_of(new[key], key) if key in turned else one for key, one in views.items()}
