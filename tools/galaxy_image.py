"""Draw the spiral galaxy of the preset ``spiral_galaxy`` and write it into its file, packed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tauscope.engine.arrays import Floats, FrozenArray

PATH = Path(__file__).resolve().parent.parent / "presets" / "spiral_galaxy.json"
SIDE = 96
LEVELS = 32
"""Steps of brightness: few, so that the packed picture is short."""


def picture() -> Floats:
    """Brightness of a barless two-armed spiral, (96, 96), 0 to 1 in steps of 1/32, row 0 at the bottom.

    A bulge, an exponential disc, and two arms along logarithmic spirals of pitch 20 degrees: the crests of
    ``cos(2 (angle - ln(r / r0) / tan(pitch)))``, sharpened. Seen at an inclination of 35 degrees.
    """
    y, x = np.mgrid[0:SIDE, 0:SIDE] - (SIDE - 1) / 2
    u, v = x, y / np.cos(np.radians(35.0))
    r = np.hypot(u, v)
    crest = np.cos(2 * (np.arctan2(v, u) - np.log(np.maximum(r, 1.0) / 6.0) / np.tan(np.radians(20.0))))
    arms = np.exp(3.0 * (crest - 1.0)) * np.exp(-r / 24.0) * (1 - np.exp(-((r / 9.0) ** 2)))
    bright = np.exp(-((r / 3.6) ** 2)) + 0.10 * np.exp(-r / 14.0) + 1.5 * arms
    bright *= np.clip((46.0 - r) / 8.0, 0.0, 1.0)
    return np.asarray(np.round(LEVELS * bright / bright.max()) / LEVELS, dtype=np.float64)


def main() -> None:
    """Replace the array of the preset's source."""
    preset = json.loads(PATH.read_text(encoding="utf-8"))
    preset["config"]["sources"][0]["array"] = FrozenArray(picture()).dump()
    PATH.write_text(json.dumps(preset, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{PATH.name}: {PATH.stat().st_size} bytes")


if __name__ == "__main__":
    main()
