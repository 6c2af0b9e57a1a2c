"""Make the gallery's pictures: each preset's f after a warm start, beside its file."""

from __future__ import annotations

from pathlib import Path

import cmap
import numpy as np
from matplotlib.image import imsave

from tauscope.app import presets
from tauscope.engine import registry

FOLDER = Path(__file__).resolve().parent.parent / "presets"
WIDTH, HEIGHT = 320, 180
TICKS = 2000


def main() -> None:
    """Write one PNG a preset, 320 x 180 pixels."""
    for preset in presets.list_presets():
        engine = registry.create(preset.engine, preset.config)
        name, value = registry.warm_start(preset.engine, engine.config)
        engine.command("set_field", name=name, value=value, steady=True)
        engine.advance(TICKS)
        f = engine.field("f_traffic")
        ny, nx = f.shape
        high = round(nx * HEIGHT / WIDTH)
        top = (ny - high) // 2
        rows = np.linspace(top, top + high - 1, HEIGHT).round().astype(int)
        columns = np.linspace(0, nx - 1, WIDTH).round().astype(int)
        colors = cmap.Colormap("magma").to_mpl()
        picture = f[np.ix_(rows[::-1], columns)]
        imsave(FOLDER / f"{preset.name}.png", picture, cmap=colors, vmin=float(f.min()), vmax=1.0)
        print(f"{preset.name}: f from {f.min():.3f} to {f.max():.3f}")


if __name__ == "__main__":
    main()
