"""What the emitters do at each step: tones by synthesis, phases by the control, ramps, and a common gain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.config import UfieConfig
from tauscope.engine.ufie.config_emitters import EmitterConfig

Complexes = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]


class Tones(NamedTuple):
    """Phases of emitters as the synthesis has them.

    Parameters
    ----------
    names : tuple of str
        Of the emitters.
    phases : uint64 array (emitters,)
        What goes into the sine at a step, 2^64 a turn: synthesis, control, own and reference phase.
    words : uint64 array (emitters,)
        What each phase gains in a step.
    step : int
        Steps done.
    interval : float
        Step in force, s.
    """

    names: tuple[str, ...]
    phases: dds.Words
    words: dds.Words
    step: int
    interval: float


def tuning_words(emitters: Sequence[EmitterConfig], dt: float) -> dds.Words:
    """What each phase gains in a step; those of e1 to e8 by exact sums, where they are not detuned."""
    names = golden.RATIO_NAMES
    chain = dds.golden_words(golden.frequency(names[0]), golden.frequency(names[1]), dt, len(names))
    found = [
        chain[names.index(emitter.name)] if emitter.is_golden else dds.tuning_word(emitter.tone, dt)
        for emitter in emitters
    ]
    return np.array(found, np.uint64)


class Drive:
    """Phases and levels of all emitters of a configuration, of which only those with amplitude sound.

    Values of a step depend on the number of the step alone, so chunks of any size give the same bits.

    Parameters
    ----------
    config : UfieConfig
        Configuration.
    """

    def __init__(self, config: UfieConfig) -> None:
        self._phases: dds.Words = np.zeros(len(config.emitters), np.uint64)
        self._levels: Floats = np.array([_start_level(e) for e in config.emitters], np.float64)
        self._since = 0
        """Step at which the levels were as kept."""
        self._step = 0
        """Step at which the phases are as kept."""
        self.gain = 1.0
        """Share of the drive that acts; SCRAM lowers it."""
        self._adopt(config, config.dt)

    def _adopt(self, config: UfieConfig, dt: float) -> None:
        self._emitters = config.emitters
        self._dt = dt
        self._words = tuning_words(config.emitters, dt)
        angles = [e.angle(config.dphi, config.reference_phase) for e in config.emitters]
        self._offsets = np.array([dds.word(angle / (2.0 * math.pi)) for angle in angles], np.uint64)
        self._targets = np.array([float(e.on) for e in config.emitters], np.float64)
        self._rates = np.array([_rate(e, dt) for e in config.emitters], np.float64)

    def change(self, config: UfieConfig, dt: float, step: int) -> None:
        """Go on with another configuration or step size from a step on; emitters are told by their names.

        A new one comes in at the phase that it would have had it sounded since the start, so that a golden
        emitter which was taken out and put back is locked to the others again.
        """
        self.go_to(step)
        levels = self._levels_at(np.array([step]))[0]
        old = {e.name: (self._phases[i], levels[i]) for i, e in enumerate(self._emitters)}
        passed = np.uint64(step) * tuning_words(config.emitters, dt)
        fresh = {e.name: (phase, _start_level(e)) for e, phase in zip(config.emitters, passed, strict=True)}
        kept = [old.get(e.name, fresh[e.name]) for e in config.emitters]
        self._phases = np.array([phase for phase, _ in kept], np.uint64)
        self._levels = np.array([level for _, level in kept], np.float64)
        self._since = step
        self._adopt(config, dt)

    def go_to(self, step: int) -> None:
        """Move the phases on to a step."""
        self._phases = self._phases + np.uint64(step - self._step) * self._words
        self._step = step

    def reset_phases(self) -> None:
        """Default phases: those of the start."""
        self._phases = np.zeros_like(self._phases)

    def put_phases(self, phases: npt.NDArray[np.int64]) -> None:
        """Phases of the present step, as `phases` gave them."""
        self._phases = phases.view(np.uint64).copy()

    def phases(self) -> npt.NDArray[np.int64]:
        """Copy of the phases of the present step, their 64 bits as int64 (emitters,)."""
        return self._phases.view(np.int64).copy()

    def tones(self) -> Tones:
        """Phases of all emitters at the present step."""
        names = tuple(emitter.name for emitter in self._emitters)
        return Tones(names, self._phases + self._offsets, self._words.copy(), self._step, self._dt)

    def sounding(self) -> tuple[int, ...]:
        """Numbers of the emitters that act now, or may within the next steps."""
        levels = self._levels_at(np.array([self._step]))[0]
        return tuple(
            number
            for number, emitter in enumerate(self._emitters)
            if emitter.amplitude > 0.0 and (emitter.on or levels[number] > 0.0)
        )

    def values(self, steps: int, chosen: Sequence[int]) -> Complexes:
        """Drive of chosen emitters at the start of each of the next steps, complex (steps, emitters)."""
        index = np.array(chosen, np.intp)
        phase = dds.phases(self._phases, self._words, steps)[:, index] + self._offsets[index]
        level = self._levels_at(self._step + np.arange(steps))[:, index]
        swell = level * level * (3.0 - 2.0 * level)  # smooth at both ends, and the same bits in any chunk
        amplitude = np.array([self._emitters[i].amplitude for i in chosen], np.float64)
        analytic = np.array([self._emitters[i].complex for i in chosen], bool)
        size = self.gain * amplitude * swell
        tone = dds.sine(phase)
        found: Complexes = np.where(analytic, size * (dds.cosine(phase) + 1j * tone), size * tone)
        return found

    def _levels_at(self, steps: npt.NDArray[np.int64]) -> Floats:
        """Level of every emitter, 0 muted to 1, shape (steps, emitters); it moves at a constant rate."""
        moved = (steps - self._since)[:, None] * self._rates[None, :]
        up = self._targets > self._levels
        found: Floats = np.where(
            up,
            np.minimum(self._targets, self._levels + moved),
            np.maximum(self._targets, self._levels - moved),
        )
        return found

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: arrays and numbers."""
        return {
            "phases": self.phases(),
            "levels": self._levels.copy(),
            "levels_since": self._since,
            "gain": self.gain,
        }

    def restore(self, state: Mapping[str, Any], config: UfieConfig, dt: float, step: int) -> None:
        """Take what `state` gave; shapes were checked."""
        self.put_phases(np.asarray(state["phases"], np.int64))
        self._levels = np.array(state["levels"], np.float64)
        self._since, self._step = int(state["levels_since"]), step
        self.gain = float(state["gain"])
        self._adopt(config, dt)


def _start_level(emitter: EmitterConfig) -> float:
    return float(emitter.on and emitter.ramp == 0.0)


def _rate(emitter: EmitterConfig, dt: float) -> float:
    """Change of the level in a step; 2 crosses the whole range at once."""
    return 2.0 if emitter.ramp == 0.0 else dt / emitter.ramp
