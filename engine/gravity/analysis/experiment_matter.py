"""Experiments on unseen mass: the dark-matter report of an observer, and a galaxy's rotation curve."""

from __future__ import annotations

from typing import Any

import numpy as np

from tauscope.engine.gravity.analysis.dark_matter import (
    DarkMatter,
    analyze,
    calibrate,
    potential,
    rho_from_sources,
)
from tauscope.engine.gravity.analysis.experiment_bench import Bench, Findings, Floats
from tauscope.engine.gravity.analysis.radial import fit_log, radial_profile
from tauscope.engine.gravity.analysis.steady import coupling
from tauscope.engine.gravity.config import GravityConfig

WORLDS = [
    {"name": "visible", "color": "#4fb3ff", "visible": True},
    {"name": "hidden", "color": "#9aa4b1", "visible": False},
]


def _galaxy(side: int, strength: float) -> list[dict[str, Any]]:
    """A visible bulge and a hidden ring about it."""
    middle = (side - 1) / 2
    bulge = {"id": "bulge", "kind": "gaussian", "x": middle, "y": middle, "strength": strength, "width": 5.0}
    halo = {"id": "halo", "kind": "ring", "x": middle, "y": middle, "radius": side / 4, "width": side / 16}
    return [{**bulge, "world": "visible"}, {**halo, "strength": strength / 4, "world": "hidden"}]


def dark_matter(bench: Bench) -> Findings:
    """The field is deeper than visible mass explains; realized emission gives the hidden mass."""
    found, side, window = Findings(), bench.setting("side"), bench.setting("ticks")
    strengths = bench.setting("strengths")
    bench.plan(window * 2 * len(strengths))
    kappa, law = 0.0, 0.0
    rows: list[tuple[Any, ...]] = []
    calibrations: list[tuple[Any, ...]] = []
    for strength in strengths:
        single = bench.config(nx=side, ny=side, sources=_galaxy(side, strength)[:1], worlds=WORLDS)
        alone = bench.counted(bench.engine(single), window)
        both = tuple(calibrate(single, alone, realized) for realized in (False, True))
        if not rows:
            kappa, law = both[1], coupling(single.capacity, single.survival, single.neighbourhood)
            reason = "4 / (p C), one visible world"
            found.check("kappa of one calibration", law, kappa, 1e-3 * law, "1/bit", reason)
        config = bench.config(nx=side, ny=side, sources=_galaxy(side, strength), worlds=WORLDS)
        f = bench.counted(bench.engine(config), window)
        seen = analyze(config, f, ["visible"], kappa)
        depth = float(-seen.phi_engine.min())
        nominal, realized = _errors(config, seen, law, both[0])
        calibrations.append((strength, depth, *both, nominal, realized))
        found.check(
            f"depth {depth:.3g}: |phi_dark - phi of the hidden emission| / |phi|", 0.0, realized, 5e-3, "1",
            f"realized emission; nominal emission is off by {nominal:.2g}",
        )  # fmt: skip
        share = seen.inferred / seen.true if seen.true > 0 else np.nan
        found.check(
            f"depth {depth:.3g}: inferred / realized hidden mass", 1.0, share, 5e-3, "1",
            "phi_dark projected on the potential of the hidden emission",
        )  # fmt: skip
        gap = float(np.linalg.norm(seen.phi_expected_total - seen.phi_engine))
        whole = float(np.linalg.norm(seen.phi_engine)) or np.nan
        found.check(
            f"depth {depth:.3g}: |phi_total - phi_engine| / |phi|", 0.0, gap / whole, 1e-2,
            "1", "Poisson with realized emission",
        )  # fmt: skip
        short = float(np.linalg.norm(seen.phi_dark)) / whole
        found.holds(
            f"depth {depth:.3g}: visible mass does not explain the field",
            short > 0.1,
            "hidden worlds emit too",
        )
        rows.append((strength, depth, seen.inferred, seen.true, seen.nominal, share, seen.fraction))
        last = seen
    found.table(
        "hidden mass",
        ("strength", "max 1 - f", "inferred", "realized", "nominal", "inferred / realized", "dark fraction"),
        rows,
    )
    found.table(
        "calibrations",
        ("strength", "max 1 - f", "kappa nominal", "kappa realized", "phi_dark off, nominal", "realized"),
        calibrations,
    )
    x, row = np.arange(side), side // 2
    found.figure(
        "Potentials of the last case", "x (cells)", "phi", engine=(x, last.phi_engine[row]),
        visible_only=(x, last.phi_expected_visible[row]), all_worlds=(x, last.phi_expected_total[row]),
        dark=(x, last.phi_dark[row]),
    )  # fmt: skip
    found.notes.append(
        "Against the nominal hidden mass the inferred one reads "
        + ", ".join(f"{row[2] / row[4]:.3f}" for row in rows)
        + ": sources limit themselves, so both are reported."
    )
    return found


def _errors(config: GravityConfig, seen: DarkMatter, law: float, nominal: float) -> tuple[float, float]:
    """How far phi_dark is from the potential of the hidden emission: by nominal emission, and by realized.

    An observer who takes nominal emission has a coupling of his own, ``nominal``, calibrated with it.
    """
    hidden = potential(config, seen.rho_dark, law)
    visible = potential(config, rho_from_sources(config, ["visible"], realized=False), nominal)
    size = float(np.linalg.norm(hidden)) or np.nan
    apart = float(np.linalg.norm(seen.phi_engine - visible - hidden)) / size
    return apart, float(np.linalg.norm(seen.phi_dark - hidden)) / size


def rotation_curve(bench: Bench) -> Findings:
    """Circular speed v = sqrt(r dphi/dr): flat outside the visible mass, higher with a halo."""
    found, side, window = Findings(), bench.setting("side"), bench.setting("ticks")
    middle = (side - 1) / 2
    bench.plan(2 * window)
    speeds: dict[str, tuple[Floats, Floats, Floats]] = {}
    for name, sources in (
        ("bulge", _galaxy(side, bench.setting("strength"))[:1]),
        ("bulge and halo", _galaxy(side, bench.setting("strength"))),
    ):
        config = bench.config(nx=side, ny=side, sources=sources, worlds=WORLDS)
        engine = bench.engine(config)
        f = bench.counted(engine, window)
        smooth = engine.field("f_traffic" if config.rule in ("airtime", "fluid") else "f").astype(np.float64)
        speeds[name] = (*_speeds(smooth, middle, side), _expected(config, f, middle, side))
    for name, (r, v, wanted) in speeds.items():
        outer = r > 12.0
        apart = float(np.sqrt(np.mean((v - wanted)[outer] ** 2)) / np.sqrt(np.mean(wanted[outer] ** 2)))
        found.check(
            f"{name}: rms of v against v(enclosed)", 0.0, apart, 0.03, "1",
            "v^2 = kappa M(r) / 2 pi, M the realized emission within r",
        )  # fmt: skip
    r, v, _ = speeds["bulge"]
    flat = (r > 16) & (r < 0.35 * side)
    slope = fit_log(r[flat], v[flat]).amplitude / float(v[flat].mean()) if v[flat].any() else np.nan
    found.check("bulge: d ln v / d ln r", 0.0, slope, 0.03, "1", "log potential: v does not fall with r")
    gain = speeds["bulge and halo"][1][-3:].mean() / max(float(v[-3:].mean()), 1e-12)
    found.holds("outside the halo v is higher than visible mass explains", gain > 1.1, "hidden mass")
    found.table(
        "rotation curves", ("sources", "r", "v", "v expected"),
        [(name, *row) for name, both in speeds.items() for row in zip(*both, strict=True)],
    )  # fmt: skip
    curves = {name.replace(" ", "_"): both[:2] for name, both in speeds.items()}
    law = {f"{name.replace(' ', '_')}_expected": (both[0], both[2]) for name, both in speeds.items()}
    found.figure("Rotation curve", "r (cells)", "v (speed of light far away)", **curves, **law)
    return found


def _speeds(f: Floats, middle: float, side: int) -> tuple[Floats, Floats]:
    """Radii and circular speeds: rings two cells apart, dphi/dr by a log fit over eight cells about each."""
    profile = radial_profile(f - 1, (middle, middle), 4.0, 0.42 * side)
    radii = np.arange(8.0, 0.42 * side - 4.0, 2.0)
    found = []
    for r in radii:
        near = np.abs(profile.r - r) <= 3.0
        slope = fit_log(profile.r[near], profile.mean[near]).amplitude
        found.append(np.sqrt(max(slope, 0.0)))
    return radii, np.array(found)


def _expected(config: GravityConfig, f: Floats, middle: float, side: int) -> Floats:
    """``sqrt(kappa M(r) / 2 pi)`` with the realized emission within r, averaged as the fit is."""
    rho = rho_from_sources(config, f=f)
    y, x = np.indices(rho.shape)
    away = np.hypot(x - middle, y - middle)
    kappa = coupling(config.capacity, config.survival, config.neighbourhood)
    found = []
    for r in np.arange(8.0, 0.42 * side - 4.0, 2.0):
        masses = [float(rho[away <= r + off].sum()) for off in np.linspace(-2.5, 2.5, 11)]
        found.append(np.sqrt(kappa * np.mean(masses) / (2 * np.pi)))
    return np.array(found)
