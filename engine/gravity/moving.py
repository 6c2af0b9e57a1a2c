"""How patterns move: particles and rays through the measured field, agents by their policy."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tauscope.engine.errors import BadInput
from tauscope.engine.gravity.config import GravityConfig
from tauscope.engine.gravity.config_patterns import PatternConfig
from tauscope.engine.gravity.policies import Observation, policy_of
from tauscope.engine.gravity.standing import Standing
from tauscope.engine.gravity.support import RELAYING
from tauscope.gpu import philox
from tauscope.gpu.gravity import wave_kernels
from tauscope.gpu.streams import Stream

Array = npt.NDArray[Any]

_MARGIN = 4
"""Cells of a patch beyond the farthest place that can be reached: splines reach two."""

_SIGHT = 8.0
"""Cells within which an agent perceives other patterns."""

_MOST_AT_ONCE = 100
"""Ticks traced over one patch."""


class Field(Protocol):
    """What patterns read of the lattice that they live on."""

    @property
    def config(self) -> GravityConfig:
        """Present configuration."""

    @property
    def seed(self) -> int:
        """Seed of every random stream."""

    @property
    def tick(self) -> int:
        """Ticks done."""

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of one field."""


def smooth_f(field: Field, left: int, bottom: int, columns: int, rows: int) -> Array:
    """The measured smooth f on a patch, float64 (rows, columns): 1 - E/C, which needs no counting.

    In the rules literal and strict, whose f does not follow from the traffic, the live f. Beyond a sink's
    edge f is 1; a mirror shows the lattice, and a periodic one goes on.
    """
    config = field.config
    name = "f_traffic" if config.rule in RELAYING else "f_live"
    y, x = np.arange(bottom, bottom + rows), np.arange(left, left + columns)
    if config.boundary == "periodic":
        found = field.field_at(name, np.ix_(y % config.ny, x % config.nx))
        return np.asarray(found, np.float64)
    inside_y, inside_x = np.clip(y, 0, config.ny - 1), np.clip(x, 0, config.nx - 1)
    low_y, low_x = int(inside_y[0]), int(inside_x[0])
    part = field.field_at(name, (slice(low_y, int(inside_y[-1]) + 1), slice(low_x, int(inside_x[-1]) + 1)))
    found = np.asarray(part, np.float64)[np.ix_(inside_y - low_y, inside_x - low_x)]
    if config.boundary != "reflective":
        found[(y < 0) | (y >= config.ny), :] = 1.0
        found[:, (x < 0) | (x >= config.nx)] = 1.0
    return found


def traced(field: Field, pattern: PatternConfig, one: Standing, ticks: int) -> Standing:
    """Where a particle or a ray is some ticks on, through the present f; ``one`` stays as it is."""
    found = Standing(**{name: getattr(one, name) for name in one.__slots__})
    while ticks > 0 and found.alive:
        now = min(ticks, _MOST_AT_ONCE)
        _trace(field, pattern, found, now)
        found.since += now
        ticks -= now
    found.since += ticks
    return found


def _trace(field: Field, pattern: PatternConfig, one: Standing, ticks: int) -> None:
    config = field.config
    reach = math.ceil(config.wave_step * ticks) + _MARGIN
    left, bottom = math.floor(one.x) - reach, math.floor(one.y) - reach
    f = smooth_f(field, left, bottom, 2 * reach + 1, 2 * reach + 1)
    place, momentum = np.array([one.x - left, one.y - bottom]), np.array([one.px, one.py])
    if pattern.law == "exact":
        wave_kernels.trace(f, place, momentum, pattern.rest_mass, config.wave_step, ticks)
    else:
        document_trace(f, place, momentum, pattern.kind == "ray", config.wave_step, ticks)
    one.x, one.y = float(place[0]) + left, float(place[1]) + bottom
    one.px, one.py = float(momentum[0]), float(momentum[1])
    _keep_inside(config, one)


def document_trace(f: Array, place: Array, velocity: Array, light: bool, pace: float, ticks: int) -> None:
    """The source document's ray and particle, as they are written, in place.

    Ray: ``direction += 0.1 (grad f - (grad f . direction) direction)``, which turns it toward larger f, away
    from a mass. Particle: ``velocity += -grad phi f; position += velocity f`` with phi = f - 1. Both read
    the node that ``int()`` gives. The document's speeds are cells a tick; here light goes at ``pace``.

    Source: source document, 7.3.2 and 7.4.2.
    """
    for _ in range(ticks):
        i, j = int(place[0]), int(place[1])
        gradient = np.array([f[j, i + 1] - f[j, i - 1], f[j + 1, i] - f[j - 1, i]]) / 2.0
        here = float(f[j, i])
        if light:
            velocity += 0.1 * (gradient - (gradient @ velocity) * velocity)
            velocity /= math.hypot(*velocity)
        else:
            velocity += -gradient * here * pace
        place += velocity * here * pace


def _keep_inside(config: GravityConfig, one: Standing) -> None:
    """Wrap or mirror a place beyond the edge; a sink ends the path there."""
    if config.boundary == "periodic":
        one.x = (one.x + 0.5) % config.nx - 0.5
        one.y = (one.y + 0.5) % config.ny - 0.5
        return
    if config.boundary == "reflective":
        one.x, one.px = _mirrored(one.x, one.px, config.nx)
        one.y, one.py = _mirrored(one.y, one.py, config.ny)
        return
    outside = not (-0.5 <= one.x < config.nx - 0.5 and -0.5 <= one.y < config.ny - 0.5)
    if config.boundary == "disc":
        off = math.hypot(one.x - (config.nx - 1) / 2, one.y - (config.ny - 1) / 2)
        outside = outside or off > config.sink_radius
    if outside:
        one.alive = False
        one.x, one.y = min(max(one.x, -0.5), config.nx - 0.51), min(max(one.y, -0.5), config.ny - 0.51)


def _mirrored(place: float, momentum: float, side: int) -> tuple[float, float]:
    if place < -0.5:
        return -1.0 - place, -momentum
    if place >= side - 0.5:
        return min(2.0 * side - 1.0 - place, side - 0.51), -momentum
    return place, momentum


def host(config: GravityConfig, x: float, y: float) -> tuple[int, int]:
    """Row and column of the node nearest to a place on the lattice."""
    column, row = math.floor(x + 0.5), math.floor(y + 0.5)
    return min(max(row, 0), config.ny - 1), min(max(column, 0), config.nx - 1)


def proper_time(field: Field, one: Standing) -> int:
    """Realized updates of a pattern's host since tick 0."""
    return int(field.field_at("tau", host(field.config, one.x, one.y)))


def act(
    field: Field, pattern: PatternConfig, one: Standing, others: Iterable[tuple[PatternConfig, Standing]]
) -> None:
    """Let an agent act as often as its own time allows, in place.

    Raises
    ------
    BadInput
        If its policy returns anything but a step.
    """
    now = proper_time(field, one)
    one.count += now - one.host
    one.host, one.since = now, field.tick
    around = [(other, stand) for other, stand in others if other.id != pattern.id]
    while (one.acts + 1) * pattern.period <= one.count:
        one.acts += 1
        dx, dy = _step(pattern, one, _asked(pattern, one, _observation(field, pattern, one, around)))
        far = math.hypot(dx, dy)
        scale = min(1.0, 1.0 / far) * pattern.speed if far > 0 else 0.0
        one.x, one.y = one.x + scale * dx, one.y + scale * dy
        _keep_inside(field.config, one)
        one.alive = True  # an agent walks along the edge and does not fall over it
    one.host = proper_time(field, one)


def _asked(pattern: PatternConfig, one: Standing, seen: Observation) -> Any:
    try:
        return policy_of(pattern.policy)(seen, one.memory)
    except Exception as error:
        raise BadInput(
            f"The policy {pattern.policy} of “{pattern.id}” failed: {type(error).__name__}: {error}.",
            key=f"patterns.{pattern.id}.policy",
            value=pattern.policy,
        ) from error


def _step(pattern: PatternConfig, one: Standing, answer: Any) -> tuple[float, float]:
    move = answer.get("move", (0.0, 0.0)) if isinstance(answer, Mapping) else answer
    try:
        dx, dy = (float(part) for part in move)
        activity = float(answer["activity"]) if isinstance(answer, Mapping) and "activity" in answer else None
    except (TypeError, ValueError):
        dx, dy, activity = math.nan, math.nan, None
    wrong = activity is not None and not 0.0 <= activity <= pattern.activity
    if wrong or not (math.isfinite(dx) and math.isfinite(dy)):
        raise BadInput(
            f"The policy {pattern.policy} of “{pattern.id}” answered {answer!r}.",
            key=f"patterns.{pattern.id}.policy",
            allowed=f"(dx, dy), or move and an activity of 0 to {pattern.activity:g}, in finite numbers",
        )
    if activity is not None:
        one.activity = activity
    return dx, dy


def _observation(
    field: Field,
    pattern: PatternConfig,
    one: Standing,
    others: Iterable[tuple[PatternConfig, Standing]],
) -> Observation:
    row, column = host(field.config, one.x, one.y)
    f = smooth_f(field, column - 2, row - 2, 5, 5)
    off = np.arange(-2, 3)
    gradient = float((f * off).sum() / 50.0), float((f * off[:, None]).sum() / 50.0)
    near = tuple(
        (other.id, other.kind, stand.x - one.x, stand.y - one.y)
        for other, stand in others
        if math.hypot(stand.x - one.x, stand.y - one.y) <= _SIGHT
    )
    number = 2 * (zlib.crc32(pattern.id.encode()) >> 2)
    draw = philox.uniform(2, field.seed, Stream.GRAVITY_AGENT, one.acts, number)
    return Observation(
        one.count, one.x, one.y, float(f[2, 2]), gradient, near, (float(draw[0]), float(draw[1]))
    )
