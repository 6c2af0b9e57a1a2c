"""The drive of a configuration as what the kernels ask for: a force or a gain at every internal step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.drivers import Signal

Floats = npt.NDArray[np.float64]


class Forcing:
    """Drive of one run, followed in time.

    The phase of a periodic drive is ``phase + frequency (t - since)``: a live change of the frequency makes
    no jump.

    Parameters
    ----------
    config : KuramotoConfig
        Configuration; kind, target, interval and clusters of its drive do not change in a run.
    """

    def __init__(self, config: KuramotoConfig) -> None:
        drive = config.drive
        self._kind, self._target = drive.kind, drive.target
        self._signal = None if drive.kind in ("none", "periodic") else Signal(drive.kind, drive.interval)
        self._mask: Floats | None = None
        if drive.clusters is not None:
            self._mask = np.zeros(config.clusters)
            self._mask[list(drive.clusters)] = 1.0
        self.phase = 0.0
        self.since = 0.0

    def arguments(self, starts: Floats, h: float, config: KuramotoConfig) -> dict[str, Any]:
        """Keywords of an ensemble's ``advance``.

        Parameters
        ----------
        starts : float64 array, shape (steps,)
            Time at which each internal step begins.
        h : float
            Internal step.
        config : KuramotoConfig
            Present configuration.
        """
        if self._kind == "none":
            return {}
        values = self._values(starts, h, config)
        amplitude = config.drive.amplitude
        if self._target == "K":
            gain = np.cos(values) if self._signal is None else values
            return {"gain": 1.0 + amplitude * gain}
        angle = values if self._signal is None else np.pi * values
        return {"field": amplitude * np.exp(1j * angle), "field_mask": self._mask}

    def _values(self, starts: Floats, h: float, config: KuramotoConfig) -> Floats:
        """Phase of a periodic drive, or signal, at start, middle and end of each step; shape (steps, 3)."""
        times = starts[:, None] + np.array([0.0, 0.5 * h, h])
        if self._signal is None:
            phases: Floats = self.phase + config.drive.frequency * (times - self.since)
            return phases
        if self._signal.holds:  # a map jumps between steps, not within one
            return np.repeat(self._signal(times[:, 1])[:, None], 3, axis=1)
        return self._signal(times)

    def follow(self, time: float) -> None:
        """Forget what lies before a time."""
        if self._signal is not None:
            self._signal.follow(time)

    def change_frequency(self, before: KuramotoConfig, time: float) -> None:
        """Keep the phase that the drive has reached with its former frequency."""
        self.phase = (self.phase + before.drive.frequency * (time - self.since)) % (2.0 * np.pi)
        self.since = time

    def state(self) -> dict[str, Any]:
        """Where the drive stands: a phase with its time, and the orbit of an attractor."""
        index, x = (0, np.zeros(3)) if self._signal is None else self._signal.state()
        return {"signal": x, "signal_index": index, "drive_phase": self.phase, "drive_since": self.since}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.phase, self.since = float(state["drive_phase"]), float(state["drive_since"])
        if self._signal is not None:
            self._signal.restore(int(state["signal_index"]), state["signal"])
