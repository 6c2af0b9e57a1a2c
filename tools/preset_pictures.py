"""Make the gallery's pictures: each preset's f once it is steady, or its own picture, beside its file."""

from __future__ import annotations

from pathlib import Path

import cmap
import numpy as np
from matplotlib.image import imsave

from tauscope.app import presets
from tauscope.engine import registry
from tauscope.engine.base import Array
from tauscope.engine.gravity.support import RELAYING

FOLDER = Path(__file__).resolve().parent.parent / "presets"
WIDTH, HEIGHT = 320, 180
TICKS = 2000
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


def main() -> None:
    """Write one PNG a preset of the program, 320 x 180 pixels."""
    for preset in presets.list_presets():
        if preset.path is not None:
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
