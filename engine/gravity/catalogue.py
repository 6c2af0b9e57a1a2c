"""Fields and scalars that the gravity lattice offers, with label, unit and definition."""

from __future__ import annotations

from collections.abc import Mapping

from tauscope.engine.base import FieldSpec, ScalarSpec

_YX = ("y", "x")


def field_specs(dtype: str) -> Mapping[str, FieldSpec]:
    """Fields by name; ``dtype`` is that of the lattice."""
    specs = (
        FieldSpec(
            "f",
            "f(x)",
            "Realized share of updates",
            _YX,
            "float64",
            cost="reduce",
            note="Realized / possible updates since the last reset of the statistics; error about 1/T.",
        ),
        FieldSpec(
            "f_live",
            "f(x) live",
            "Realized share of updates, live",
            _YX,
            dtype,
            note="Moving average of the realized updates over the window W; noise about 0.41/W.",
        ),
        FieldSpec(
            "f_traffic",
            "f(x) smooth",
            "Share of airtime left by the traffic",
            _YX,
            dtype,
            cost="reduce",
            note="1 - E/C of the last tick; smooth, and equal to f in a steady state.",
        ),
        FieldSpec(
            "tau",
            "τ(x)",
            "Proper time",
            _YX,
            "int64",
            unit="updates",
            cost="reduce",
            note="Updates realized since tick 0.",
        ),
        FieldSpec(
            "traffic",
            "E(x)",
            "Bits sent in the last tick",
            _YX,
            dtype,
            unit="bits per tick",
            settable=True,
            note="At most C; a quarter on each link.",
        ),
        FieldSpec(
            "waiting",
            "q(x)",
            "Bits waiting in the outbox",
            _YX,
            dtype,
            unit="bits",
            settable=True,
            note="Not above zero unless a node emits more than it can send.",
        ),
        FieldSpec(
            "emission",
            "a(x)",
            "Emission of the sources and the background",
            _YX,
            dtype,
            unit="bits per update",
            note="Bits that a realized update adds to the outbox.",
        ),
    )
    return {spec.name: spec for spec in specs}


SCALARS: Mapping[str, ScalarSpec] = {
    spec.name: spec
    for spec in (
        ScalarSpec("f_mean", "mean f", note="Mean of the counted f over all nodes but sinks."),
        ScalarSpec("f_live_mean", "mean live f", note="Mean of f_live over all nodes but sinks."),
        ScalarSpec("f_traffic_min", "least 1 − E/C", note="Smallest f_traffic: the depth of the well."),
        ScalarSpec("emission_nominal", "Q nominal", "bits per update", "Sum of the emission a."),
        ScalarSpec(
            "emission_realized", "Q realized", "bits per tick", "Sum of a (1 - E/C): the source of the field."
        ),
        ScalarSpec(
            "realized_share", "Q realized / Q nominal", note="1 while the sources do not limit themselves."
        ),
        ScalarSpec(
            "traffic_total", "total traffic", "bits per tick", "Sum of the bits sent in the last tick."
        ),
        ScalarSpec("waiting_max", "largest q", "bits", "Longest outbox."),
        ScalarSpec(
            "lag_max",
            "largest lag",
            "updates",
            "Updates by which the slowest clock is behind the tick count.",
        ),
        ScalarSpec(
            "efold", "e-fold time", "ticks", "Time in which the slowest mode of the traffic decays by e."
        ),
        ScalarSpec(
            "efolds",
            "e-folds since the last edit",
            note="Steady from about 7; below 1 the field still grows.",
        ),
    )
}
