"""The labs of the window: which engines each is for, what stands in its centre, and where its docks stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tauscope.app.document import Content

FIELDS = ("gravity", "charge")
"""Engines whose fields over rows and columns stand in several views; sources or charges lie on them."""
LATTICES = (*FIELDS, "gauge")
"""Engines of which one view or more shows rows and columns."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Built-in places of docks, by key; docks that a window lacks or does not offer are left out.

    Parameters
    ----------
    left : tuple of str
        Tab group of the left column.
    bottom : tuple of tuple of str
        Tab groups side by side below the centre; a small window has them in one group.
    right : tuple of tuple of str
        Tab groups one above the other in the right column.
    raised : tuple of str
        Docks on top of their groups.
    shut : frozenset of str
        Docks that are closed at first, beside those that say so themselves.
    inner : tuple of tuple of str
        Tab groups one above the other in a column between centre and right column; a small window has them
        in one group beside that of the bottom.
    tall : tuple of str
        Tab group at the foot of the right column of a tall window; tabs of the last group below in others.
    bare : bool
        Whether every dock is closed at first.
    """

    left: tuple[str, ...]
    bottom: tuple[tuple[str, ...], ...]
    right: tuple[tuple[str, ...], ...]
    raised: tuple[str, ...]
    shut: frozenset[str] = frozenset()
    inner: tuple[tuple[str, ...], ...] = ()
    tall: tuple[str, ...] = ()
    bare: bool = False


@dataclass(frozen=True, slots=True)
class LabSpec:
    """A lab.

    Parameters
    ----------
    key, title : str
        Name in code and settings, and in the interface.
    engines : frozenset of str
        Engines that run in it, all of them; none of a tool, which stands beside any run.
    centre : str
        Key of the view in the centre of the window.
    layout : Layout
        Where its docks stand at first.
    speed : float or None
        Macro ticks a second at first, None for as fast as possible: phases that turn a hundred times a second
        show nothing.
    """

    key: str
    title: str
    engines: frozenset[str]
    centre: str
    layout: Layout
    speed: float | None = None


GRAVITY = LabSpec(
    "gravity",
    "Gravity",
    frozenset({"gravity"}),
    "hero",
    Layout(
        ("sources", "patterns", "presets"),
        (("tau", "f", "worlds", "experiments"), ("phi",)),
        (("parameters",), ("monitors", "recording", "log")),
        ("sources", "tau", "monitors"),
    ),
)
KURAMOTO = LabSpec(
    "kuramoto",
    "Kuramoto",
    frozenset({"kuramoto"}),
    "circles",
    Layout(
        ("presets",),
        (("traces", "sweep", "laws", "attractors", "probes"), ("pooled", "scatter", "links")),
        (("parameters",), ("monitors", "recording", "log")),
        ("presets", "traces", "pooled", "monitors"),
        frozenset({"engines"}),
    ),
    speed=100.0,
)
REDSHIFT = LabSpec(
    "redshift",
    "Redshift",
    frozenset({"gravity", "kuramoto"}),
    "circles",
    Layout(
        ("presets", "sources"),
        (("f", "phi", "probes", "profile"), ("tau", "traces"), ("pooled", "scatter", "links")),
        (("parameters", "engines"), ("monitors", "recording", "log")),
        ("presets", "f", "tau", "parameters", "monitors"),
    ),
)
UFIE = LabSpec(
    "ufie",
    "UFIE",
    frozenset({"ufie"}),
    "slice",
    Layout(
        ("presets", "emitters"),
        (("slice2", "benches", "probes"), ("oracle", "spectrum", "dials", "bricks")),
        (("parameters",), ("monitors", "recording", "log")),
        ("emitters", "slice2", "oracle", "monitors"),
        frozenset({"engines"}),
    ),
)
REFRACTION = LabSpec(
    "refraction",
    "Refraction",
    frozenset({"gravity", "ufie"}),
    "hero",
    Layout(
        ("presets", "sources", "emitters"),
        (("tau", "f"), ("phi", "oracle", "spectrum", "dials")),
        (("parameters", "engines"), ("monitors", "recording", "log")),
        ("sources", "tau", "phi", "parameters", "monitors"),
        frozenset({"oracle", "spectrum", "dials", "bricks", "benches"}),
        inner=(("slice",), ("slice2", "benches", "bricks")),
        tall=("probes", "probe", "profile"),
    ),
)
EVERYTHING = LabSpec(
    "everything",
    "Everything",
    frozenset({"gravity", "kuramoto", "ufie"}),
    "hero",
    Layout(
        ("sources", "presets", "emitters"),
        (
            ("tau", "f", "traces", "sweep", "laws", "attractors", "oracle"),
            ("phi", "pooled", "scatter", "links", "slice2", "spectrum", "dials", "bricks", "benches"),
        ),
        (("parameters", "engines"), ("monitors", "recording", "log")),
        ("sources", "tau", "probes", "phi", "circles", "parameters", "monitors"),
        # There would be more tabs than fit; the menu View has them all.
        frozenset({"traces", "sweep", "laws", "attractors", "oracle", "pooled", "scatter", "links"})
        | {"slice2", "spectrum", "dials", "bricks", "benches", "worlds", "suggestions"},
        inner=(("circles",), ("slice",)),
        tall=("probes", "probe", "profile"),
    ),
    speed=300.0,  # oscillators turn about once a second, and the tones of the wave can be seen
)
WAVES = LabSpec(
    "waves",
    "Phases and waves",
    frozenset({"kuramoto", "ufie"}),
    "slice",
    Layout(
        ("presets", "emitters"),
        (("traces", "slice2", "sweep", "laws", "attractors"), ("oracle", "spectrum", "dials", "links")),
        (("parameters", "engines"), ("monitors", "recording", "log")),
        ("emitters", "traces", "oracle", "parameters", "monitors"),
        frozenset({"sweep", "laws", "attractors", "pooled", "scatter", "links", "bricks", "benches"}),
        inner=(("circles",),),
    ),
)
CHARGE = LabSpec(
    "charge",
    "Charge",
    frozenset({"charge"}),
    "hero",
    Layout(
        ("charges", "presets"),
        (("phi",), ("tau", "f"), ("growth", "potential", "probes", "profile")),
        (("parameters",), ("monitors", "recording", "log")),
        ("charges", "phi", "tau", "growth", "monitors"),
        frozenset({"engines"}),
    ),
)
GAUGE = LabSpec(
    "gauge",
    "Gauge",
    frozenset({"gauge"}),
    "hero",
    Layout(
        ("presets",),
        (("mean", "probes", "profile"), ("correlators", "potential")),
        (("parameters",), ("monitors", "recording", "log")),
        ("presets", "mean", "correlators", "monitors"),
        frozenset({"engines"}),
    ),
)
LABS = (EVERYTHING, GRAVITY, KURAMOTO, REDSHIFT, UFIE, REFRACTION, WAVES, CHARGE, GAUGE)
BARE = Layout(("presets",), (), (("parameters",), ("monitors", "recording", "log")), (), bare=True)
ATOMX = LabSpec("atomx", "Synthetic atoms", frozenset(), "atomx", BARE)
SWEEPS = LabSpec("sweeps", "Sweeps", frozenset(), "sweeps", BARE)
COMPARISON = LabSpec("comparison", "Comparison", frozenset(), "comparison", BARE)
TOOLS = (ATOMX, SWEEPS, COMPARISON)
"""Tools with a place of their own, which have the whole window while the run goes on behind them."""
CENTRES = {"circles": ("Phase circles", ("kuramoto",)), "slice": ("UFIE slice", ("ufie",))}
"""Views that stand in the centre of some labs and in docks of the others: title, and engines they are of."""


def short_name(engine: str) -> str:
    """Name of an engine for people, of one word."""
    return "UFIE" if engine == "ufie" else engine.capitalize()


def engines_of(content: Content) -> frozenset[str]:
    """Names of the engines that a document runs."""
    return frozenset(content.configs)


def shown_as(engines: Collection[str]) -> frozenset[str]:
    """Engines as labs know them: one without a lab of its own is shown as the lattice is."""
    known = frozenset().union(*(lab.engines for lab in LABS))
    return frozenset(name if name in known else GRAVITY.key for name in engines)


def lab_of(engines: Collection[str]) -> LabSpec:
    """Lab in which engines run together: theirs, or else the one with the fewest others beside them.

    Where none holds all of them, it is that of most of them.
    """
    wanted = shown_as(engines) or GRAVITY.engines
    return min(LABS, key=lambda lab: (len(wanted - lab.engines), len(lab.engines)))


def offered(wanted: Collection[str], lab: LabSpec) -> bool:
    """Whether what is made for some engines, or for all where none is named, is offered in a lab."""
    return not wanted or not lab.engines.isdisjoint(wanted)


def by_key(key: str) -> LabSpec:
    """Lab or tool by its key; the lab of the lattice where there is none."""
    return next((lab for lab in (*LABS, *TOOLS) if lab.key == key), GRAVITY)
