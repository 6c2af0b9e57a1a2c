"""Figures of heat maps and small multiples as files, drawn by Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from tauscope.app.bench_figures import DOTS, ENDINGS, INK, bracketed
from tauscope.app.outputs import check_output
from tauscope.app.storage import replacing
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.labs.ufie.bench_types import BenchPlot
from tauscope.widgets.plots.heat_types import Heat
from tauscope.widgets.plots.scattered import FAINT, Scattered

WIDE, HIGH = 4.4, 3.6
"""Inches of one map."""
ACROSS = 3


def write_views(path: Path, views: Sequence[tuple[str, Heat | BenchPlot]], title: str, caption: str) -> Path:
    """Write maps and plots side by side to a new PNG, SVG or PDF file.

    Parameters
    ----------
    path : Path
        New file.
    views : sequence of (str, Heat or BenchPlot)
        Titles and contents.
    title, caption : str
        Above, and small below: what it was made from.

    Raises
    ------
    BadInput
        The file exists, its folder is missing, or its name ends otherwise.
    OSError
        The disk refuses it.
    """
    check_output(path, "path", ENDINGS)
    across = min(len(views), ACROSS)
    down = -(-len(views) // across)
    figure = Figure(figsize=(WIDE * across, HIGH * down + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    for number, (name, view) in enumerate(views):
        axes = figure.add_subplot(down, across, number + 1)
        axes.set_title(name, fontsize=9, loc="left")
        if isinstance(view, Heat):
            _heat(figure, axes, view)
        else:
            _plot(axes, view)
    figure.suptitle(title, fontsize=10)
    figure.supxlabel(caption, fontsize=6, color=INK["muted"], wrap=True)
    with replacing(path, "figure") as part:
        figure.savefig(part, format=path.suffix.lower()[1:], dpi=DOTS)
    return path


def _heat(figure: Figure, axes: Axes, heat: Heat) -> None:
    (left, right), (low, high) = heat.x.ends, heat.y.ends
    colors = ListedColormap(np.asarray(colormaps.table(heat.cmap)) / 255.0)
    least, most = heat.ends
    image = axes.imshow(
        heat.values, origin="lower", aspect="auto", extent=(left, right, low, high), cmap=colors, vmin=least,
        vmax=most, interpolation="nearest",
    )  # fmt: skip
    shown: ScalarMappable = image
    if isinstance(heat, Scattered):
        image.set_alpha(FAINT / 255)
        empty = ~np.isfinite(heat.found)
        x, y = heat.places.T
        shown = axes.scatter(
            x[~empty], y[~empty], c=heat.found[~empty], cmap=colors, vmin=least, vmax=most, s=26,
            edgecolors=INK["text"], linewidths=0.6,
        )  # fmt: skip
        axes.scatter(x[empty], y[empty], s=26, facecolors="none", edgecolors=INK["muted"], linewidths=0.6)
        axes.text(0.0, 1.01, heat.note, transform=axes.transAxes, fontsize=5, color=INK["muted"])
    axes.set_xlabel(bracketed(heat.x.label))
    axes.set_ylabel(bracketed(heat.y.label))
    for ladder, ticks in ((heat.x, axes.set_xticks), (heat.y, axes.set_yticks)):
        if ladder.names:
            found = ladder.ticks()
            ticks([place for place, _ in found], [name for _, name in found])
    figure.colorbar(shown, ax=axes, label=bracketed(heat.label))


def _plot(axes: Axes, view: BenchPlot) -> None:
    axes.set_xlabel(bracketed(view.x))
    axes.set_ylabel(bracketed(view.y))
    for one in view.series:
        axes.errorbar(
            one.x, one.y, yerr=one.error, color=INK.get(one.color, one.color), markersize=3, linewidth=1.1,
            marker="o" if one.style in ("dots", "both") else "", linestyle="" if one.style == "dots" else "-",
            capsize=2, label=one.name,
        )  # fmt: skip
    if any(one.name for one in view.series):
        axes.legend(fontsize=6, frameon=False)
    axes.grid(visible=True, alpha=0.25)
