"""The labs of the window: which engines each is for, what stands in its centre, and where its docks stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tauscope.app.document import Content


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
    """

    left: tuple[str, ...]
    bottom: tuple[tuple[str, ...], ...]
    right: tuple[tuple[str, ...], ...]
    raised: tuple[str, ...]
    shut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LabSpec:
    """A lab.

    Parameters
    ----------
    key, title : str
        Name in code and settings, and in the interface.
    engines : frozenset of str
        Engines that run in it, all of them.
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
        ("sources", "presets"),
        (("tau", "f"), ("phi",)),
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
        (("slice2", "benches"), ("oracle", "spectrum", "dials", "bricks")),
        (("parameters",), ("monitors", "recording", "log")),
        ("emitters", "slice2", "oracle", "monitors"),
    ),
)
LABS = (GRAVITY, KURAMOTO, REDSHIFT, UFIE)


def engines_of(content: Content) -> frozenset[str]:
    """Names of the engines that a document runs."""
    return frozenset(content.configs)


def shown_as(engines: Collection[str]) -> frozenset[str]:
    """Engines as labs know them: one without a lab of its own is shown as the lattice is."""
    known = frozenset().union(*(lab.engines for lab in LABS))
    return frozenset(name if name in known else GRAVITY.key for name in engines)


def lab_of(engines: Collection[str]) -> LabSpec:
    """Lab in which engines run together."""
    wanted = shown_as(engines)
    return next((lab for lab in LABS if lab.engines == wanted), GRAVITY)


def offered(wanted: Collection[str], lab: LabSpec) -> bool:
    """Whether what is made for some engines, or for all where none is named, is offered in a lab."""
    return not wanted or not lab.engines.isdisjoint(wanted)


def by_key(key: str) -> LabSpec:
    """Lab by its key; that of the lattice where there is none."""
    return next((lab for lab in LABS if lab.key == key), GRAVITY)
