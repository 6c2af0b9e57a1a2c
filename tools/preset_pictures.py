"""Make the gallery's pictures: each preset's f once it is steady, or its own picture, beside its file."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import cmap
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import imsave

from tauscope.app import presets
from tauscope.engine import registry
from tauscope.engine.base import Array
from tauscope.engine.gravity.support import RELAYING
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tauscope.engine.world import World

FOLDER = Path(__file__).resolve().parent.parent / "presets"
WIDTH, HEIGHT = 320, 180
TICKS = 2000
MOST_POINTS = 4000
PHASE_TICKS = 400
"""Steps of phase oscillators before their picture."""
EARLY_TICKS = 100
"""For the rule strict: f is the same everywhere later, so the picture shows the front that makes it so."""


def painted(preset: presets.Preset) -> Array | None:
    """Emission [ny, nx] of a preset whose source is a picture, brightened as eyes see it; None of others."""
    engine = registry.create(preset.engine, preset.config)
    kinds = [source["kind"] for source in preset.config["sources"]]
    return np.sqrt(engine.field("emission")) if kinds == ["image"] else None


def steady_f(preset: presets.Preset) -> Array:
    """Field f of a preset, [ny, nx]: from the traffic where there is a field, else counted."""
    engine = registry.create(preset.engine, preset.config)
    rule = preset.config.get("rule", "airtime")
    if rule not in RELAYING:
        engine.advance(EARLY_TICKS if rule == "strict" else TICKS)
        return engine.field("f")
    name, value = registry.warm_start(preset.engine, engine.config)
    engine.command("set_field", name=name, value=value, steady=True)
    engine.advance(TICKS)
    return engine.field("f_traffic")


def draw_phases(preset: presets.Preset) -> None:
    """Circles of phases at their places, with links and order parameters, as a PNG beside the preset."""
    world = World.of(preset.setup(), seed=1)
    world.advance(PHASE_TICKS)
    engine = cast(KuramotoEngine, world.engine("kuramoto"))
    structure, theta, Z = engine.structure(), engine.field("theta"), engine.field("Z")
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="#101418")
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    ends = structure.places[structure.edges]
    aligned = 0.5 + 0.5 * engine.field("links")[:, None] * np.ones(3)
    axes.add_collection(LineCollection(list(ends), colors=[(*c, 0.35) for c in aligned], linewidths=0.8))
    radius = 0.38
    cluster = np.repeat(np.arange(structure.clusters), structure.sizes)
    if theta.size > MOST_POINTS:
        theta, cluster = theta[:: theta.size // MOST_POINTS], cluster[:: theta.size // MOST_POINTS]
    at = structure.places[cluster] + radius * np.stack((np.cos(theta), np.sin(theta)), axis=1)
    size = min(16.0, 400.0 / np.sqrt(theta.size))
    axes.scatter(
        at[:, 0], at[:, 1], s=size, c=theta, cmap=cmap.Colormap("cmocean:phase").to_mpl(), linewidths=0
    )
    tips = structure.places + radius * np.stack((Z.real, Z.imag), axis=1)
    arrows = list(np.stack((structure.places, tips), axis=1))
    axes.add_collection(LineCollection(arrows, colors="white", linewidths=1.0))
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.axis("off")
    figure.savefig(FOLDER / f"{preset.name}.png", facecolor=figure.get_facecolor())
    print(f"{preset.name}: R total {engine.scalars()['R_total']:.3f}")


def main() -> None:
    """Write one PNG a preset of the program, 320 x 180 pixels."""
    for preset in presets.list_presets():
        if preset.path is not None:
            continue
        if preset.engine == "kuramoto":
            draw_phases(preset)
            continue
        emission = painted(preset)
        f = steady_f(preset)
        shown = f if emission is None else emission
        ny, nx = f.shape
        high = min(ny, round(nx * HEIGHT / WIDTH))
        wide = min(nx, round(high * WIDTH / HEIGHT))
        top, left = (ny - high) // 2, (nx - wide) // 2
        rows = np.linspace(top, top + high - 1, HEIGHT).round().astype(int)
        columns = np.linspace(left, left + wide - 1, WIDTH).round().astype(int)
        colors = cmap.Colormap("magma").to_mpl()
        picture = shown[np.ix_(rows[::-1], columns)]
        high_end = 1.0 if emission is None else float(emission.max())
        imsave(FOLDER / f"{preset.name}.png", picture, cmap=colors, vmin=float(shown.min()), vmax=high_end)
        print(f"{preset.name}: f from {f.min():.3f} to {f.max():.3f}")


if __name__ == "__main__":
    main()
