"""Make the gallery's pictures: each preset's f once it is steady, or its own picture, beside its file.

``python tools/preset_pictures.py [NAME …]``; without names, those of all presets that it can draw.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import cmap
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import imsave

from tauscope.app import presets
from tauscope.app.domain_picture import domain_rgb
from tauscope.engine import registry
from tauscope.engine.base import Array
from tauscope.engine.gauge.analysis.correlators import polyakov_correlator, potential_of_polyakov
from tauscope.engine.gauge.analysis.template import fit_coulomb
from tauscope.engine.gauge.engine import GaugeEngine
from tauscope.engine.gravity.support import RELAYING
from tauscope.engine.kuramoto.engine import KuramotoEngine
from tauscope.engine.planes import Plane
from tauscope.engine.statistics import block_means
from tauscope.engine.ufie.analysis.lines import line_spectrum
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.engine import UfieEngine
from tauscope.engine.world import World

FOLDER = Path(__file__).resolve().parent.parent / "presets"
WIDTH, HEIGHT = 320, 180
TICKS = 2000
MOST_POINTS = 4000
PHASE_TICKS = 400
"""Steps of phase oscillators before their picture."""
WAVE_TICKS = {"single_tone": 700, "curved_metric": 2000, "lens_of_state": 2100}
"""Steps of a wave before its picture, where its text is best seen so; else `TICKS`."""
ROWS, STRIDE = 160, 25
"""Moments of a picture over time, and steps between two of them."""
TONES = {20: "f₁", 31: "f₂", 60: "3f₁"}
MARKS = {
    "heterodyne": {**TONES, 9: "2f₁−f₂", 42: "2f₂−f₁"},
    "heterodyne_bias": {**TONES, 11: "f₂−f₁", 51: "f₁+f₂", 40: "2f₁"},
}
"""Lines that are named in the spectra, Hz."""
GROUND, LINE, MUTED = "#101418", "#4fb3ff", "#98a2b0"
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


CHARGE_TICKS = {
    "charge_blow_up": 400,
    "charge_small_steps": 4050,
    "charge_friction": 195,
    "charge_fixed": 300,
    "charge_published_v1": 2000,
    "charge_published_v2": 2000,
    "charge_regularised": 20,
    "charge_variational": 1500,
}
"""Steps of charges before their picture, and of which field it is."""
CHARGE_FIELDS = {
    "charge_variational": "phi",
    "charge_fixed": "phi",
    "charge_published_v1": "phi",
    "charge_published_v2": "phi",
}
CLOSE = 9
"""Cells up and down from the middle that a picture of few charges shows."""


def draw_charge(preset: presets.Preset) -> None:
    """Density or phase of a preset as a PNG beside it, blue below and red above its mean."""
    engine = registry.create(preset.engine, preset.config, seed=1)
    engine.advance(CHARGE_TICKS.get(preset.name, TICKS))
    field = engine.field(CHARGE_FIELDS.get(preset.name, "rho"))
    size = len(field)
    near = bool(preset.config.get("charges")) and preset.name != "charge_variational"
    high = 2 * CLOSE if near else round(size * HEIGHT / WIDTH)
    wide = round(high * WIDTH / HEIGHT)
    rows = np.linspace(size / 2 + high / 2, size / 2 - high / 2, HEIGHT).round().astype(int) % size
    columns = np.linspace(size / 2 - wide / 2, size / 2 + wide / 2, WIDTH).round().astype(int) % size
    picture = field - field.mean()
    picture = np.cbrt(picture) if near else picture
    limit = float(np.abs(picture).max()) or 1.0
    colors = cmap.Colormap("crameri:berlin").to_mpl()
    imsave(
        FOLDER / f"{preset.name}.png", picture[np.ix_(rows, columns)], cmap=colors, vmin=-limit, vmax=limit
    )
    print(f"{preset.name}: from {field.min():.3g} to {field.max():.3g}")


def draw_wave(preset: presets.Preset) -> None:
    """Wave of a preset as a PNG beside it: a plane, a line over time, or the spectrum of a site."""
    engine = cast(UfieEngine, registry.create(preset.engine, preset.config, seed=1))
    config: Any = engine.config
    long = [axis for axis, size in zip(AXES, config.shape, strict=True) if size > 3]
    if preset.name.startswith("heterodyne"):
        draw_lines(preset, engine)
    elif preset.name == "blow_up_and_rescue":
        draw_rescue(preset, engine)
    elif len(long) == 1:
        draw_over_time(preset, engine)
    else:
        engine.advance(WAVE_TICKS.get(preset.name, TICKS))
        plane = Plane(("x", "y") if "y" in long else ("x", "r"), tuple(size // 2 for size in config.shape))
        psi = np.asarray(engine.plane("psi", plane))
        save_domain(preset, psi, square=True)
    print(f"{preset.name}: largest |psi| {engine.scalar('max_amplitude'):.4g}")


def draw_over_time(preset: presets.Preset, engine: UfieEngine) -> None:
    """A line of sites from left to right, time upwards."""
    rows = []
    for _ in range(ROWS):
        rows.append(engine.field("psi").ravel())
        engine.advance(STRIDE)
    save_domain(preset, np.array(rows), square=False)


def save_domain(preset: presets.Preset, psi: Array, square: bool) -> None:
    """Complex numbers [rows, columns] as hue and brightness, the middle of them where they are a plane."""
    ny, nx = psi.shape
    high = min(ny, round(nx * HEIGHT / WIDTH)) if square else ny
    wide = min(nx, round(high * WIDTH / HEIGHT)) if square else nx
    top, left = (ny - high) / 2, (nx - wide) / 2
    y = np.linspace(top - 0.5, top + high - 0.5, HEIGHT, endpoint=False)[::-1]
    x = np.linspace(left - 0.5, left + wide - 0.5, WIDTH, endpoint=False)
    shown = between(psi, y, x)
    rgb = domain_rgb(shown, "", (0.0, float(np.quantile(np.abs(shown), 0.995))), 0.0)
    imsave(FOLDER / f"{preset.name}.png", rgb)


def between(values: Array, y: Array, x: Array) -> Array:
    """Values at places between sites, linear between the nearest four."""
    ny, nx = values.shape
    y, x = np.clip(y, 0, ny - 1), np.clip(x, 0, nx - 1)
    i, j = np.minimum(y.astype(int), max(ny - 2, 0)), np.minimum(x.astype(int), max(nx - 2, 0))
    a, b = (y - i)[:, None], (x - j)[None, :]
    below = values[np.ix_(i, j)] * (1 - b) + values[np.ix_(i, j + 1)] * b
    above = values[np.ix_(i + 1, j)] * (1 - b) + values[np.ix_(i + 1, j + 1)] * b
    return np.asarray(below * (1 - a) + above * a)


def draw_lines(preset: presets.Preset, engine: UfieEngine) -> None:
    """Spectrum of a site over six seconds, after four: two tones and what the cubic makes of them."""
    engine.advance(16_000)
    stride = 8
    found = np.empty(3000, np.complex128)
    for n in range(len(found)):
        found[n] = complex(engine.field_at("psi", (0,) * 6 + (7, 0, 0)))
        engine.advance(stride)
    config: Any = engine.config
    spectrum = line_spectrum(found, stride * config.dt, {})
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=GROUND)
    axes = figure.add_axes((0.04, 0.16, 0.93, 0.8), facecolor=GROUND)
    level = 20 * np.log10(np.maximum(spectrum.amplitude, 1e-12) / spectrum.amplitude.max())
    axes.fill_between(spectrum.frequency, level, -150, color=LINE, alpha=0.35, linewidth=0)
    axes.plot(spectrum.frequency, level, color=LINE, linewidth=1.0)
    for at, text in MARKS[preset.name].items():
        near = np.abs(spectrum.frequency - at) < 0.5
        axes.annotate(text, (at, level[near].max() + 4), color=MUTED, fontsize=6, ha="center")
    axes.set(xlim=(0, 70), ylim=(-150, 14), yticks=[], xticks=range(0, 71, 10))
    axes.tick_params(colors=MUTED, labelsize=6, length=2)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.text(69, -146, "Hz", color=MUTED, fontsize=6, ha="right")
    figure.savefig(FOLDER / f"{preset.name}.png", facecolor=GROUND)


def draw_rescue(preset: presets.Preset, engine: UfieEngine) -> None:
    """Largest modulus over time, the limit that it passes, and the share of the drive that SCRAM leaves."""
    moments = []
    for _ in range(TICKS // 5):
        engine.advance(5)
        moments.append((engine.time, abs(engine.field("psi")).max(), engine.scalar("drive_gain")))
    time, largest, gain = np.array(moments).T
    limit = engine.scalar("amplitude_limit")
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=GROUND)
    axes = figure.add_axes((0.04, 0.06, 0.92, 0.9), facecolor=GROUND)
    axes.fill_between(time, largest, 0, color=LINE, alpha=0.3, linewidth=0)
    axes.plot(time, largest, color=LINE, linewidth=1.2)
    axes.axhline(limit, color="#ff6b6b", linewidth=1.0, linestyle="--")
    axes.step(time, gain * limit * 1.2, color="#f2b84b", linewidth=1.0, where="post")
    axes.text(time[-1], limit * 1.03, "limit of |Ψ|", color="#ff6b6b", fontsize=6, ha="right")
    axes.text(time[-1], 0.25 * limit * 1.2 + 0.1, "drive", color="#f2b84b", fontsize=6, ha="right")
    axes.set(xlim=(0, time[-1]), ylim=(0, limit * 1.35))
    axes.axis("off")
    figure.savefig(FOLDER / f"{preset.name}.png", facecolor=GROUND)


def draw_links(preset: presets.Preset) -> None:
    """Plaquettes of two dimensions, the potential of Polyakov loops, or the way to the mean, as a PNG."""
    engine = cast(GaugeEngine, registry.create(preset.engine, preset.config, seed=1))
    if engine.config.dimensions == 2:
        engine.advance(PHASE_TICKS)
        P = engine.field("plaquette")
        high = round(P.shape[1] * HEIGHT / WIDTH)
        shown = np.kron(P[:high], np.ones((5, 5)))[::-1]
        imsave(FOLDER / f"{preset.name}.png", shown, cmap=cmap.Colormap("magma").to_mpl(), vmin=-1, vmax=1)
    elif "transition" in preset.name:
        draw_means(preset)
    else:
        draw_potential(preset, engine)
    print(f"{preset.name}: mean plaquette {engine.scalar('plaquette'):.4f}")


def frame() -> tuple[Figure, Any]:
    """Dark figure of a picture's size with axes that have no spines."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=GROUND)
    axes = figure.add_axes((0.1, 0.14, 0.86, 0.8), facecolor=GROUND)
    axes.tick_params(colors=MUTED, labelsize=6, length=2)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure, axes


def draw_means(preset: presets.Preset) -> None:
    """Mean plaquette of each sweep from a hot and a cold start, below and above the transition."""
    figure, axes = frame()
    for beta, color in ((1.0, LINE), (1.015, "#f2b84b")):
        for start in ("hot", "cold"):
            engine = registry.create(preset.engine, {**preset.config, "beta": beta, "start": start})
            values = []
            for _ in range(PHASE_TICKS // 2):
                engine.advance(1)
                values.append(engine.scalar("plaquette"))
            mine = (beta, start) == (preset.config["beta"], preset.config.get("start", "hot"))
            axes.plot(values, color=color, linewidth=1.4 if mine else 0.5)
    axes.set(xlim=(0, PHASE_TICKS // 2), ylim=(0.5, 0.75))
    axes.text(PHASE_TICKS // 2, 0.505, "sweeps", color=MUTED, fontsize=6, ha="right")
    figure.savefig(FOLDER / f"{preset.name}.png", facecolor=GROUND)


def draw_potential(preset: presets.Preset, engine: GaugeEngine) -> None:
    """V(R) with errors, and the lattice's Coulomb law where it is one."""
    engine.advance(PHASE_TICKS)
    samples = []
    for _ in range(2 * TICKS):
        engine.advance(1)
        state = engine.state()
        samples.append(polyakov_correlator(state["ur"], state["ui"]))
    shape = engine.config.shape
    found = potential_of_polyakov(block_means(samples), shape[0])
    figure, axes = frame()
    if len(shape) == 4:
        fine = fit_coulomb(found, shape[1:])
        axes.plot(found.R, fine.values, color="#f2b84b", linewidth=1.0)
    axes.errorbar(found.R, found.V, found.error, fmt="o", color=LINE, markersize=4, elinewidth=1.2)
    axes.set(xlim=(0.5, found.R[-1] + 0.5), xticks=found.R)
    axes.text(found.R[-1] + 0.45, axes.get_ylim()[0], "R", color=MUTED, fontsize=6, ha="right", va="bottom")
    figure.savefig(FOLDER / f"{preset.name}.png", facecolor=GROUND)


DRAWN = {
    "gravity": None,
    "kuramoto": draw_phases,
    "ufie": draw_wave,
    "charge": draw_charge,
    "gauge": draw_links,
}
"""What draws a preset of one engine alone; the lattice's is `draw_f`."""


def main() -> None:
    """Write one PNG a preset, 320 x 180 pixels."""
    wanted = sys.argv[1:]
    for preset in presets.list_presets():
        alone = not preset.companions or preset.engine == "kuramoto"
        if preset.path is not None or (wanted and preset.name not in wanted) or not alone:
            continue
        draw = DRAWN.get(preset.engine)
        (draw or draw_f)(preset)


def draw_f(preset: presets.Preset) -> None:
    """The lattice's f, or the picture that is its source, as a PNG beside the preset."""
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
