"""The watch over a running wave: checks, SCRAM, checkpoints, and the growth and pruning of bricks.

It looks at multiples of its interval, so that what it does never depends on how a run is cut into calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import activity
from tauscope.engine.ufie.axes import AXES
from tauscope.engine.ufie.body import Body
from tauscope.engine.ufie.medium import FIELDS
from tauscope.engine.ufie.ring import Ring
from tauscope.engine.ufie.scram import Action, Scram, amplitude_reason
from tauscope.gpu.ufie.protocol import Peak

Array = npt.NDArray[Any]


class Guard:
    """Looks at a body now and then, and goes back where it has to.

    Parameters
    ----------
    body : Body
        What is watched.
    """

    def __init__(self, body: Body) -> None:
        self.body = body
        self.scram = Scram()
        self.ring = Ring()
        self.crowded = False
        """Whether more bricks would have grown than may."""
        if body.config.scram.on:
            self.ring.push(body.moment(0.0))

    def room(self, tick: int) -> int:
        """Steps until it has to look again."""
        config = self.body.config
        found = config.scram.check_every - tick % config.scram.check_every
        if config.active.on:
            found = min(found, config.active.every - tick % config.active.every)
        return found

    def look(self, tick: int, time: float, retime: Callable[[float], None]) -> None:
        """Do what is due at a tick.

        Parameters
        ----------
        tick : int
            Present tick.
        time : float
            Present time in s.
        retime : callable
            Told the step size when that changes.
        """
        config = self.body.config
        if tick % config.scram.check_every == 0:
            self.body.listen()
            if config.scram.on:
                self._check(tick, time, retime)
        if config.active.on and tick % config.active.every == 0 and not self.scram.stopped:
            self._tend(tick, time)

    def _check(self, tick: int, time: float, retime: Callable[[float], None]) -> None:
        config = self.body.config.scram
        if reason := self.reason():
            action = self.scram.trip(config, tick, time, reason)
            self.scram.flat = self.scram.flat and self.body.config.metric.kind != "flat"
            self._act(action, time, retime)
            return
        self.scram.warn(config, tick, time, self.body.oracle.recent(self.body.dt))
        if self.scram.recover(config, tick, time):
            with self.body.edited():
                self._carry(retime)
        if time - self.ring.newest_time >= config.checkpoint_every or not self.ring.entries:
            self.body.oracle.mark(self.body.dt)
            self.ring.push(self.body.moment(time))

    def reason(self) -> str:
        """Why the run cannot go on, with cause, site and numbers; "" where it can."""
        body = self.body
        peak: Peak = body.wave.maximum()
        where = self.site(peak.site)
        if not peak.finite:
            return f"Ψ or its velocity is not a number at {where}."
        if found := amplitude_reason(body.config, peak.amplitude, body.dt, where):
            return found
        residual = 0.0 if body.literal else body.oracle.recent(body.dt)
        if not residual <= body.config.scram.hard:
            return (
                f"The energy residual is {residual:.3g}, beyond its hard limit {body.config.scram.hard:g}; "
                f"the largest |Ψ| is {peak.amplitude:.4g} at {where}."
            )
        return ""

    def site(self, number: int) -> str:
        """A site in words: its index on every axis longer than one."""
        shape = self.body.config.shape
        places = np.unravel_index(number, shape)
        words = [f"{n} {int(i)}" for n, i, size in zip(AXES, places, shape, strict=True) if size > 1]
        return f"site ({', '.join(words)})"

    def _act(self, action: Action, time: float, retime: Callable[[float], None]) -> None:
        """Carry out an attempt."""
        self._carry(retime)
        if action == "zero":
            self.body.clear()
        else:
            self.body.go_back(self.ring.entries[0 if action == "oldest" else -1])
        # What lies ahead of the moment gone back to led to the trip.
        if action == "oldest":
            self.ring.entries = self.ring.entries[:1]
        elif action == "zero":
            self.ring.entries = []
            self.ring.push(self.body.moment(time))

    def _carry(self, retime: Callable[[float], None]) -> None:
        """Give the body the gain, the metric and the step that the policy asks for."""
        body, scram = self.body, self.scram
        body.drive.gain, body.flat = scram.gain, scram.flat
        dt = body.config.dt * (0.5 if scram.halved else 1.0)
        if dt != body.dt:
            retime(dt)
            body.set_step(dt)

    def acknowledge(self, tick: int, time: float, retime: Callable[[float], None]) -> None:
        """Let a person's acknowledgement take effect."""
        if self.scram.acknowledge(tick, time):
            with self.body.edited():
                self._carry(retime)

    def refract(self, found: Array, wanted: Array, tick: int, time: float) -> None:
        """Put s on the plane of x and y, and say where it was clamped when that begins."""
        before, most = self.body.medium.below("state_index"), FIELDS["state_index"][1]
        shape = self.body.config.shape
        if np.array_equal(np.broadcast_to(before, shape), np.broadcast_to(found, shape)):
            return
        clamped = np.argwhere(wanted > most)
        if len(clamped) and before.max() < most:
            first = f"first at (x {clamped[0][0]}, y {clamped[0][1]})"
            reason = f"s would exceed {most:g} at {len(clamped)} places of the plane, {first}."
            self.scram.note(tick, time, "note", reason, "It is clamped there.")
        with self.body.edited():
            self.body.medium.put("state_index", found)

    def _tend(self, tick: int, time: float) -> None:
        """Grow and prune bricks."""
        body, config = self.body, self.body.config.active
        bricks = body.wave.bricks()
        plan = activity.plan(bricks, body.wave.brick_maxima(), body.standing(), body.config.shape, config)
        if plan.full and not self.crowded:
            self.scram.note(
                tick,
                time,
                "note",
                f"More bricks would grow than {config.reserve:.0%} of all.",
                "Those at the edge reflect; raise active.reserve.",
            )
        self.crowded = plan.full
        if plan.grow.size or plan.prune.size:
            with body.edited():
                body.wave.grow(plan.grow)
                body.wave.prune(plan.prune)

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays and numbers."""
        return {**self.scram.state(), **self.ring.state(), "crowded": self.crowded}

    def restore(self, state: Mapping[str, Any], scram: Scram, ring: Ring) -> None:
        """Take what was read of a checkpoint."""
        self.scram, self.ring, self.crowded = scram, ring, bool(state["crowded"])
