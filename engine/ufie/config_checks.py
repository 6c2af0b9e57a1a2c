"""How entries of a wave's configuration must fit one another: sizes, steps, speeds, places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tauscope.engine.errors import BadInput
from tauscope.engine.ufie import golden
from tauscope.engine.ufie.axes import AXES, DIMS, sites, top_eigenvalue

if TYPE_CHECKING:
    from tauscope.engine.ufie.config import UfieConfig

SHORTEST_STEP, LONGEST_STEP = 1e-5, 5e-4
"""Source: the table of ufie.md; the longest is the document's, 2000 samples a second."""

MOST_SITES = 2**27

SAFETY = 0.9
"""Share of the largest stable speed that is allowed."""


def check_step(value: object) -> None:
    """Refuse a step out of range with the reason; it is never silently clamped."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return  # the type is refused with words of its own
    allowed = f"{SHORTEST_STEP:g} to {LONGEST_STEP:g} s"
    if value > LONGEST_STEP:
        third = 3.0 * golden.frequency("e8")
        raise BadInput(
            f"A step of {value:g} s is too long: the cubic makes a third harmonic of e8 at {third:.1f} Hz, "
            f"and sampling it (Nyquist) with a margin needs {1 / LONGEST_STEP:.0f} steps a second.",
            key="dt",
            value=value,
            allowed=allowed,
        )
    if value < SHORTEST_STEP:
        raise BadInput(
            f"A step of {value:g} s is too short: rounding would outweigh what a step changes.",
            key="dt",
            value=value,
            allowed=allowed,
        )


def check_shape(shape: tuple[int, ...]) -> None:
    """Refuse anything but nine sizes of at least 1, and too many sites."""
    if len(shape) != DIMS:
        raise BadInput(
            f"The shape has {len(shape)} sizes.",
            key="shape",
            value=list(shape),
            allowed=f"nine, of {' '.join(AXES)}",
        )
    for name, size in zip(AXES, shape, strict=True):
        if size < 1:
            raise BadInput(
                f"Axis {name} has {size} sites.", key="shape", value=size, allowed="1, or at least 3"
            )
    if (count := sites(shape)) > MOST_SITES:
        raise BadInput(
            f"The torus has {count:,} sites.", key="shape", value=count, allowed=f"at most {MOST_SITES:,}"
        )


def check_emitters(config: UfieConfig) -> None:
    """Refuse names that stand twice, tones that the step samples too seldom, and profiles of nothing."""
    seen = set()
    for emitter in config.emitters:
        if emitter.name in seen:
            raise BadInput(
                f"Two emitters are called “{emitter.name}”.", key="emitters.name", value=emitter.name
            )
        seen.add(emitter.name)
        third, most = 3.0 * emitter.tone, 0.5 / config.dt
        if third > most:
            raise BadInput(
                f"The third harmonic of “{emitter.name}” lies at {third:.4g} Hz, beyond the {most:.4g} Hz "
                f"(Nyquist) that a step of {config.dt:g} s can hold.",
                key="dt" if emitter.name in golden.NAMES else f"emitters.{emitter.name}.frequency",
                value=config.dt,
                allowed=f"a step of at most {0.5 / third:.3g} s, or a frequency of at most {most / 3:.4g} Hz",
            )
        alone = config.sites == 1 and emitter.zero_mean and emitter.profile == "gaussian"
        if alone and emitter.amplitude > 0.0:
            raise BadInput(
                f"On a single site the profile of “{emitter.name}” less its mean is nothing.",
                key=f"emitters.{emitter.name}.zero_mean",
                value=True,
                allowed="false on a torus of one site",
                remedy="Or take no emitters, or the profile uniform.",
            )


def check_places(config: UfieConfig) -> None:
    """Refuse places outside the torus."""
    places = [(f"emitters.{e.name}.position", e.position) for e in config.emitters]
    places += [("start.center", config.start.center), ("metric.center", config.metric.center)]
    places += [("lens.center", config.lens.center)]
    for key, place in places:
        for name, value, size in zip(AXES, place or (), config.shape, strict=False):
            if not 0.0 <= value < size:
                raise BadInput(
                    f"{key} is {value:g} on axis {name}, outside the torus.",
                    key=key,
                    value=value,
                    allowed=f"0 up to, but not, {size}",
                )


def check_integrator(config: UfieConfig) -> None:
    """Refuse what the integrators for comparison cannot do."""
    kind = config.integrator
    if kind == "kdk":
        return
    for wrong, key, what in (
        (config.metric.kind != "flat", "metric.kind", "a flat metric"),
        (config.active.on, "active.on", "a full torus"),
        (config.lens.height > 0.0 and kind == "etd", "lens.height", "the same medium everywhere"),
    ):
        if wrong:
            raise BadInput(
                f"The integrator {kind} needs {what}.", key=key, allowed=f"{what} with the integrator {kind}"
            )


def check_start(config: UfieConfig) -> None:
    """Refuse a soliton where none exists.

    Without mass there is no bright soliton; with it one needs the plain focusing cubic. Source: ufie.md, H.
    """
    start = config.start
    if start.kind != "soliton":
        return
    if config.mass == 0.0 or config.beta == 0.0:
        raise BadInput(
            "A bright soliton needs mass and a focusing cubic; with m = 0 there is none.",
            key="mass" if config.mass == 0.0 else "beta",
            value=0.0,
            allowed="more than 0 with a soliton at the start",
        )
    speed = config.c0 / (1.0 + config.state_index)
    if not abs(start.speed) < speed:
        raise BadInput(
            f"A soliton cannot move at {start.speed:g} sites/s.",
            key="start.speed",
            value=start.speed,
            allowed=f"less than the speed of waves, {speed:g} sites/s",
        )


def largest_rate(config: UfieConfig) -> float:
    """Highest frequency of the lattice in rad/s at s = 0, sqrt(c0^2 lam + m^2), the metric's lam included.

    As s is not below 0, waves are nowhere faster. Source: ufie.md, section D.
    """
    return math.sqrt(config.c0**2 * eigenvalue(config) + config.mass_rate**2)


def eigenvalue(config: UfieConfig) -> float:
    """Largest eigenvalue of minus the Laplacian of the torus with its metric, or a safe bound of it."""
    if config.metric.kind == "flat" or config.sites == 1:
        return top_eigenvalue(config.shape)
    from tauscope.engine.ufie.metric import largest_eigenvalue

    return largest_eigenvalue(config.shape, config.metric)


def largest_speed(config: UfieConfig) -> float:
    """Largest c0 that is allowed, `SAFETY` of the limit of Courant, Friedrichs and Lewy, sites/s."""
    lam = eigenvalue(config)
    room = (2.0 / config.dt) ** 2 - config.mass_rate**2
    return SAFETY * math.sqrt(room / lam) if lam > 0.0 else math.inf


def check_speed(config: UfieConfig) -> None:
    """Refuse a wave speed for which the step is too long; the exact integrator has no such limit."""
    if config.integrator == "etd":
        return
    most = largest_speed(config)
    if config.c0 > most:
        raise BadInput(
            f"With c0 = {config.c0:g} sites/s a step of {config.dt:g} s is too long: waves would cross more "
            f"than the lattice allows in a step (largest eigenvalue {eigenvalue(config):.4g}) and grow.",
            key="c0",
            value=config.c0,
            allowed=f"at most {most:.5g} sites/s with this step, shape, mass and metric",
            remedy=_slower(config.dt * most / config.c0),
        )


def _slower(step: float) -> str:
    """What to do about a wave that is too fast for its step."""
    if step < SHORTEST_STEP:
        return f"Lower c0: even the shortest step, {SHORTEST_STEP:g} s, is too long for it."
    return f"Lower c0, or take a step of at most {step:.3g} s."
