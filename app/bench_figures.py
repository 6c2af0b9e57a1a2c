"""Figures of benches as files: curves, stems and response maps drawn by Matplotlib, with what they are of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from tauscope.app.outputs import check_output
from tauscope.app.storage import replacing
from tauscope.widgets.canvas import colormaps
from tauscope.widgets.labs.ufie.bench_map import MAP, limits_of, split, step_of
from tauscope.widgets.labs.ufie.bench_types import BenchMap, BenchPlot

ENDINGS = (".png", ".svg", ".pdf")
INCHES = (6.4, 4.2)
DOTS = 160
INK = {"accent": "#0b74d1", "good": "#1c8f56", "text": "#1b2026", "muted": "#5d6875"}
"""Theme colours of curves, as on paper."""


def write_figure(path: Path, view: BenchPlot | BenchMap, title: str, caption: str) -> Path:
    """Write a plot or map to a new PNG, SVG or PDF file.

    Parameters
    ----------
    path : Path
        New file.
    view : BenchPlot or BenchMap
        What it shows.
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
    figure = drawn(view, title, caption)
    with replacing(path, "figure") as part:
        figure.savefig(part, format=path.suffix.lower()[1:], dpi=DOTS)
    return path


def drawn(view: BenchPlot | BenchMap, title: str, caption: str) -> Figure:
    """Figure of a view, on white."""
    figure = Figure(figsize=INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(f"{title}: {view.title}", fontsize=10, loc="left")
    axes.set_xlabel(bracketed(view.x))
    axes.set_ylabel(bracketed(view.y))
    if isinstance(view, BenchMap):
        step, rows = step_of(view), view.values.shape[1]
        low, high = limits_of(view)
        left = float(view.at[0]) - step / 2
        extent = (left, left + step * len(view.at), -0.5, rows - 0.5)
        colors = ListedColormap(np.asarray(colormaps.table(MAP)) / 255.0)
        image = axes.imshow(
            view.values.T, origin="lower", aspect="auto", extent=extent, cmap=colors, vmin=low, vmax=high,
            interpolation="nearest",
        )  # fmt: skip
        figure.colorbar(image, label=bracketed(view.value))
    else:
        for one in view.series:
            marker = "o" if one.style in ("dots", "both") else ""
            color = INK.get(one.color, one.color)
            line = {"dash": "--", "dots": ""}.get(one.style, "-")
            axes.errorbar(
                one.x, one.y, yerr=one.error, color=color, marker=marker, markersize=3, linewidth=1.1,
                linestyle=line, capsize=2, label=one.name,
            )  # fmt: skip
        for label in view.labels:
            axes.annotate(label.text, (label.x, label.y), rotation=60, fontsize=7, color=INK["muted"])
        if any(one.name for one in view.series):
            axes.legend(fontsize=8, frameon=False)
        axes.grid(visible=True, alpha=0.25)
    figure.supxlabel(caption, fontsize=6, color=INK["muted"], wrap=True)
    return figure


def bracketed(label: str) -> str:
    """Label of an axis with its unit in brackets."""
    name, unit = split(label)
    return f"{name} ({unit})" if unit else name
