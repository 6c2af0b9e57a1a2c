"""What a scan for synthetic atoms looks like: maps, contours of the gates, and what is known of a voxel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tauscope.engine.atomx import radial
from tauscope.engine.atomx.config import LEAST_VALUE, MOST_VALUE
from tauscope.engine.atomx.levels import HBAR, M_EFF, Floats
from tauscope.engine.atomx.physical import energy_unit, read, screening
from tauscope.engine.atomx.region import Region
from tauscope.engine.atomx.scan import Scan
from tauscope.engine.atomx.table import LevelTable
from tauscope.widgets.amounts import measured
from tauscope.widgets.canvas.contours import trace
from tauscope.widgets.plots.chart import Curve, Pane
from tauscope.widgets.plots.heat_types import Heat, Ladder, Line

GATES = "gates"
QUANTITIES: tuple[tuple[str, str], ...] = (
    (GATES, "Gates passed and failed"),
    ("tau", "τ where all pass"),
    ("tau_phys", "ħ / split where all pass"),
    ("split", "Split of the levels"),
    ("compat", "compat, from the virial theorem"),
    ("R2", "R², linearity"),
    ("E1", "E₁"),
    ("E2", "E₂"),
)
LABELS = {
    GATES: "", "tau": "τ / ua", "tau_phys": "ħ/split / ps", "split": "split / meV", "compat": "compat",
    "R2": "R²", "E1": "E₁ / meV", "E2": "E₂ / meV",
}  # fmt: skip
PASSES, SPLIT, COMPAT, LINEAR, UNBOUND = "#58c98b", "#f2b84b", "#c58bf0", "#4fb3ff", "#7d8794"
CLASSES = (
    ("passes all gates", PASSES),
    ("split too large", SPLIT),
    ("compat too large", COMPAT),
    ("R² too small", LINEAR),
    ("no two levels", UNBOUND),
)
OPACITY = (225, 120, 120, 120, 110)
FINE = 160
"""Points along an axis on which contours are traced at least: a map of few voxels would have jagged ones."""
PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k"}
SEEN = 0.9995
"""Share of the second level's probability within which its wave function is drawn."""
FARTHEST, NARROWEST = 1e-4, 1e-3
"""Least start of a range that is zoomed to, and its least width, both over its end."""
POINTS = 500
FLOOR = 2.5
"""The potential is drawn down to so many times the lowest level."""
WIDEST = 0.999 * 1.190612
"""Screening above which there is no level at all."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its prefix: ``factor`` times a number in SI units is one in this unit."""

    factor: float
    name: str

    @classmethod
    def of(cls, largest: float, base: str) -> Unit:
        """Unit in which a number has one to three digits before the point."""
        power = 3 * math.floor(math.log10(largest) / 3.0 + 1e-9) if largest > 0 else 0
        power = min(max(power, min(PREFIXES)), max(PREFIXES))
        return cls(10.0**-power, f"{PREFIXES[power]}{base}")


@dataclass(frozen=True, slots=True)
class Axes:
    """Units of both axes of a scan."""

    kappa: Unit
    r_screen: Unit

    @classmethod
    def of(cls, scan: Scan) -> Axes:
        """Those that fit a scan's ranges."""
        config = scan.config
        return cls(Unit.of(config.kappa_stop, "N/m"), Unit.of(config.r_screen_stop, "m"))


def heat_of(scan: Scan, region: Region, quantity: str) -> Heat:
    """Map of a quantity over both axes."""
    axes, config = Axes.of(scan), scan.config
    x = Ladder(f"κ / {axes.kappa.name}", config.kappa * axes.kappa.factor)
    y = Ladder(f"r_screen / {axes.r_screen.name}", config.r_screen * axes.r_screen.factor)
    levels = scan.levels
    if quantity == GATES:
        kinds = classes(scan, region)
        return Heat(x, y, kinds.astype(np.float64), "", inks=palette()[kinds])
    values: Mapping[str, Floats] = {
        "tau": region.tau,
        "tau_phys": region.tau_phys * 1e12,
        "split": levels.split,
        "compat": levels.compat,
        "R2": levels.R2,
        "E1": levels.E1,
        "E2": levels.E2,
    }
    return Heat(x, y, values[quantity], LABELS[quantity])


def classes(scan: Scan, region: Region) -> npt.NDArray[np.int64]:
    """Number of its class in `CLASSES` for every voxel: the first gate that it fails."""
    gates, levels = scan.config.thresholds, scan.levels
    del region
    known = np.isfinite(levels.split) & np.isfinite(levels.compat) & np.isfinite(levels.R2)
    failed = [
        ~known,
        levels.split > gates["split_thr"],
        levels.compat > gates["compat_thr"],
        np.less(levels.R2, gates["r2_thr"]),
    ]
    return np.asarray(np.select(failed, [4, 1, 2, 3], 0), np.int64)


def palette() -> npt.NDArray[np.uint8]:
    """Colours of the classes, uint8 [classes, 4]."""
    rows = [
        [*bytes.fromhex(color[1:]), opacity] for (_, color), opacity in zip(CLASSES, OPACITY, strict=True)
    ]
    return np.array(rows, np.uint8)


def areas() -> list[tuple[str, str, str]]:
    """Entries of a legend for the classes, in the colours in which they are painted."""
    rows = palette().tolist()
    return [
        (name, f"#{row[3]:02x}{row[0]:02x}{row[1]:02x}{row[2]:02x}", "area")
        for (name, _), row in zip(CLASSES, rows, strict=True)
    ]


def finer(scan: Scan, table: LevelTable) -> Scan:
    """The scan's ranges with so many voxels that contours through them are smooth, read from a table."""
    config = scan.config
    counts = {name: max(getattr(config, name), FINE) for name in ("kappa_count", "r_screen_count")}
    made = config.model_copy(update=counts)
    return replace(scan, config=made, levels=read(made.kappa, made.r_screen, table))


def contours(scan: Scan) -> tuple[Line, ...]:
    """Lines on which the gates change their answer."""
    gates, levels, axes = scan.config.thresholds, scan.levels, Axes.of(scan)
    found = []
    for key, color, values, level in (
        ("split", SPLIT, levels.split, gates["split_thr"]),
        ("compat", COMPAT, levels.compat, gates["compat_thr"]),
        ("R2", LINEAR, levels.R2, gates["r2_thr"]),
    ):
        if min(values.shape) < 2 or key in scan.random_columns or not np.isfinite(values).any():
            continue
        x, y = _traced(values, level)
        kappa, r_screen = scan.config.kappa, scan.config.r_screen
        places = kappa[0] + x * (kappa[1] - kappa[0]), r_screen[0] + y * (r_screen[1] - r_screen[0])
        found.append(Line(key, color, places[0] * axes.kappa.factor, places[1] * axes.r_screen.factor))
    return tuple(found)


def _traced(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Columns and rows along the contour, parted by NaN."""
    parts = []
    for one in trace(values, (level,)).levels:
        parts += [np.vstack((line, [[np.nan, np.nan]])) for line in np.split(one.points, one.offsets[1:-1])]
    joined = np.concatenate(parts) if parts else np.zeros((0, 2))
    return joined[:, 0], joined[:, 1]


def within_reason(start: float, stop: float) -> tuple[float, float]:
    """Range of an axis (N/m or m) nearest to one that is in view: positive, no narrower than a thousandth."""
    high = min(max(stop, 2.0 * LEAST_VALUE), MOST_VALUE)
    low = min(max(start, FARTHEST * high, LEAST_VALUE), MOST_VALUE)
    if high - low >= NARROWEST * high:
        return low, high
    middle = (low + min(high, MOST_VALUE / (1.0 + NARROWEST))) / 2.0
    return middle * (1.0 - NARROWEST / 2.0), middle * (1.0 + NARROWEST / 2.0)


def failures(scan: Scan, row: int, column: int) -> list[str]:
    """Gates that a voxel with two levels fails, in words."""
    gates, levels = scan.config.thresholds, scan.levels
    split, compat, R2 = (float(a[row, column]) for a in (levels.split, levels.compat, levels.R2))
    found = [
        (split > gates["split_thr"], f"split above {measured(gates['split_thr'], 'meV', 3)}"),
        (compat > gates["compat_thr"], f"compat above {measured(gates['compat_thr'], '', 3)}"),
        (gates["r2_thr"] > R2, f"R² below {measured(gates['r2_thr'], '', 3)}"),
    ]
    return [text for failed, text in found if failed]


def voxel_text(scan: Scan, region: Region, row: int, column: int) -> str:
    """Everything that is known of a voxel, as lines."""
    levels, axes = scan.levels, Axes.of(scan)
    kappa, r_screen = float(levels.kappa[row, column]), float(levels.r_screen[row, column])
    lines = [
        f"κ {measured(kappa * axes.kappa.factor, axes.kappa.name, 4)}",
        f"r_screen {measured(r_screen * axes.r_screen.factor, axes.r_screen.name, 4)}",
    ]
    if scan.config.mode == "physical":
        lines.append(f"μ {measured(mu_of(scan, row, column), '', 4)}")
    lines = [" · ".join(lines)]
    if not levels.valid[row, column]:
        return "\n".join([*lines, _unbound(scan, row, column)])
    e1, e2 = float(levels.E1[row, column]), float(levels.E2[row, column])
    lines.append(
        f"E₁ {measured(e1, 'meV', 4)} · E₂ {measured(e2, 'meV', 4)} · split {measured(e2 - e1, 'meV', 4)}"
    )
    random = " (random numbers)" if scan.random_columns else ""
    compat, R2 = float(levels.compat[row, column]), float(levels.R2[row, column])
    lines.append(f"compat {measured(compat, '', 3)} · R² {measured(R2, '', 4)}{random}")
    if region.passed[row, column]:
        real = float(region.tau_phys[row, column]) * 1e12
        more = f" · ħ/split {measured(real, 'ps', 3)}" if scan.config.mode == "physical" else ""
        lines.append(f"Passes all gates: τ {measured(float(region.tau[row, column]), 'ua', 4)}{more}")
    else:
        lines.append(f"Fails: {', '.join(failures(scan, row, column))}")
    return "\n".join(lines)


def _unbound(scan: Scan, row: int, column: int) -> str:
    if scan.config.mode == "reference":
        return "The document's formula gives no two levels here."
    mu = mu_of(scan, row, column)
    if mu >= radial.critical(1):
        return "No level is bound: the screening is 1.190612 or more."
    return "The second level is lost: the screening is 0.310209 or more."


def mu_of(scan: Scan, row: int, column: int) -> float:
    """Screening of a voxel."""
    levels = scan.levels
    return float(screening(levels.kappa[row, column], levels.r_screen[row, column]))


def wave_panes(scan: Scan, row: int, column: int) -> tuple[tuple[Pane, ...], str]:
    """Wave functions, potential and levels of a voxel, and the label of their common axis; () without any.

    A few milliseconds for most voxels, some 0.1 s where the second level is nearly lost.
    """
    mu = mu_of(scan, row, column)
    if scan.config.mode == "reference" or mu >= WIDEST:
        return (), ""
    both = mu < radial.critical(2)
    found = radial.waves(mu) if both else radial.waves(mu, radius=radial.BOX_LEAST)
    kappa, r_screen = scan.levels.kappa[row, column], scan.levels.r_screen[row, column]
    a = HBAR**2 / (M_EFF * float(kappa) * float(r_screen) ** 3)
    meV = float(energy_unit(kappa, r_screen))
    last = found.u[1 if both else 0]
    weight = np.cumsum(last**2 * np.sqrt(found.r))
    end = int(np.searchsorted(weight, SEEN * weight[-1])) + 2
    kept = np.unique(np.linspace(0, min(end, len(found.r)) - 1, POINTS).astype(np.int64))
    unit = Unit.of(float(found.r[kept[-1]] * a), "m")
    r = found.r[kept] * a * unit.factor
    scale = 1.0 / math.sqrt(a * unit.factor)
    V = found.potential[kept] * meV
    e = found.e * meV
    V = np.where(FLOOR * e[0] < V, V, np.nan)
    ends = np.array([r[0], r[-1]])
    well = Curve("V", "V", "muted", r, V, "line", "meV")
    levels = [Curve("E1", "E₁", PASSES, ends, np.full(2, e[0]), "dash", "meV", quiet=True)]
    waves = [Curve("u1", "u₁", PASSES, r, found.u[0, kept] * scale)]
    if both:
        levels.append(Curve("E2", "E₂", SPLIT, ends, np.full(2, e[1]), "dash", "meV", quiet=True))
        waves.append(Curve("u2", "u₂", SPLIT, r, found.u[1, kept] * scale))
    panes = (
        Pane("u₁, u₂" if both else "u₁", tuple(waves), share=1, zero=True, corner=(1, 0)),
        Pane("V, E₁, E₂ / meV" if both else "V, E₁ / meV", (well, *levels), share=1, corner=(1, 1)),
    )
    return panes, f"r / {unit.name}"
