"""Make the gallery's picture of the preset of all engines: f, and beside it circles and a slice."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import cmap
import numpy as np
from matplotlib.figure import Figure

from tauscope.app import presets
from tauscope.app.domain_picture import domain_rgb
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tauscope.engine.planes import Plane
from tauscope.engine.world import World

FOLDER = Path(__file__).resolve().parent.parent / "presets"
WIDTH, HEIGHT = 320, 180
NAME = "everything"
TICKS = 3000
LEFT = 200
"""Pixels of the field's width."""


def main() -> None:
    """Write the picture beside the preset."""
    preset = presets.load(NAME)
    world = World.of(preset.setup(), seed=1)
    world.advance(TICKS)
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="#101418")

    part = LEFT / WIDTH
    axes = figure.add_axes((0, 0, part, 1))
    f = world.field("gravity", "f_traffic")
    colors = cmap.Colormap("bids:magma").to_mpl()
    axes.imshow(f, origin="lower", cmap=colors, vmax=1.0, aspect="auto", interpolation="bilinear")

    clocks = cast(KuramotoEngine, world.engine("kuramoto"))
    structure, theta = clocks.structure(), clocks.field("theta")
    circles = figure.add_axes((part + 0.01, 0.5, 0.98 - part, 0.49))
    at = np.repeat(structure.places, structure.sizes, axis=0)
    at = at + 0.38 * np.stack((np.cos(theta), np.sin(theta)), axis=1)
    ring = cmap.Colormap("cmocean:phase").to_mpl()
    circles.scatter(at[:, 0], at[:, 1], s=3, c=theta, cmap=ring, linewidths=0)
    circles.set_aspect("equal")

    wave = figure.add_axes((part + 0.005, 0, 0.995 - part, 0.49))
    shape = world.engine("ufie").config.dump()["shape"]
    psi = world.engine("ufie").plane("psi", Plane(("x", "y"), tuple(n // 2 for n in shape)))
    picture = domain_rgb(psi, "", (0.0, float(np.abs(psi).max())), 0.0)
    wave.imshow(picture, origin="lower", aspect="auto", interpolation="bilinear")

    for each in (axes, circles, wave):
        each.axis("off")
    figure.savefig(FOLDER / f"{NAME}.png", facecolor=figure.get_facecolor())
    print(f"{NAME}: f from {f.min():.3f}, R total {clocks.scalars()['R_total']:.3f}")


if __name__ == "__main__":
    main()
