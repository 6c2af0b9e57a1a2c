"""Phases of the running drive: the six locked angles, and how much of a torus of three phases is visited."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tauscope.engine.ufie import dds, golden
from tauscope.engine.ufie.analysis.resonances import BOXES, DIALS
from tauscope.engine.ufie.drive import Tones
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

FIRST = golden.RATIO_NAMES[:3]
EVERY = 64
"""Macro ticks between two looks; the phases between them follow exactly from the tuning words."""
STANDING = 1e-9
"""Hz below which a dial stands; tones that are rounded one by one leave 1e-15."""
_BITS = BOXES.bit_length() - 1
_MOST = 1 << 16


@dataclass(frozen=True, slots=True)
class Dial:
    """Angle theta_j + theta_(j+1) - theta_(j+2) of three emitters.

    Parameters
    ----------
    names : (str, str, str)
        Of the emitters.
    angle : float
        Degrees, -180 to 180; NaN where one of them does not exist.
    rate : float
        Turns a second, Hz; 0 where the tuning words add up exactly, so that it stands for ever.
    """

    names: tuple[str, str, str]
    angle: float
    rate: float

    @property
    def locked(self) -> bool:
        """Whether it stands: to the rounding of tuning words, which is no turn in thirty years."""
        return abs(self.rate) < STANDING


def dials_of(tones: Tones | None) -> tuple[Dial, ...]:
    """Six dials of e1 to e8 from the phases of a running drive, in whole numbers: nothing is rounded away."""
    found = []
    for j in range(DIALS):
        names = golden.RATIO_NAMES[j], golden.RATIO_NAMES[j + 1], golden.RATIO_NAMES[j + 2]
        if tones is None or any(name not in tones.names for name in names):
            found.append(Dial(names, math.nan, math.nan))
            continue
        a, b, c = (tones.names.index(name) for name in names)
        phase, word = _turns(tones.phases, a, b, c), _turns(tones.words, a, b, c)
        found.append(Dial(names, 360.0 * phase, word / tones.interval))
    return tuple(found)


def expected_dials(dphi: float) -> Floats:
    """(25, 23, 19, 17, 13, 9) degrees times the control, degrees from -180 to 180: those of the formula."""
    primes = np.array(golden.PRIMES)
    angles = (primes[:-2] + primes[1:-1] - primes[2:]) * dphi
    return np.asarray((angles + 180.0) % 360.0 - 180.0)


def _turns(words: Words, a: int, b: int, c: int) -> float:
    """``w_a + w_b - w_c`` modulo a turn, in turns, -1/2 to 1/2."""
    whole = (int(words[a]) + int(words[b]) - int(words[c])) % dds.TURN
    return math.ldexp(whole if whole < dds.TURN // 2 else whole - dds.TURN, -64)


@dataclass(frozen=True)
class TorusFill:
    """How much of the torus of three phases a run has visited.

    Parameters
    ----------
    share : float
        Visited boxes of 16^3; NaN without the three tones.
    steps : int
        Steps that were counted.
    names : tuple of str
        The three tones.
    tones : Tones or None
        Phases at the newest look.
    tick : int
        Macro tick of the newest look.
    """

    share: float = math.nan
    steps: int = 0
    names: tuple[str, ...] = FIRST
    tones: Tones | None = field(default=None)
    tick: int = 0

    @property
    def orbit(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Frequencies in Hz and phases in rad of the three tones, for `resonances.box_fill`."""
        if self.tones is None or any(name not in self.tones.names for name in self.names):
            return (), ()
        at = [self.tones.names.index(name) for name in self.names]
        turn = [math.ldexp(int(self.tones.words[i]), -64) / self.tones.interval for i in at]
        phase = [2.0 * math.pi * math.ldexp(int(self.tones.phases[i]), -64) for i in at]
        return tuple(turn), tuple(phase)


class PhaseTorus:
    """Tracker that marks the boxes of 16^3 through which three phases go, at every step of a run.

    A change of phase, tone or step begins it anew, since it is another orbit; so does another world.

    Parameters
    ----------
    key : str
        Engine's key in the world.
    names : three str
        Emitters whose phases span the torus.
    """

    light = True

    def __init__(self, key: str, names: tuple[str, ...] = FIRST) -> None:
        self.key, self.names = key, names
        self._lock = threading.Lock()
        self._world: World | None = None
        self._seen = np.zeros(BOXES**3, np.bool_)
        self._found = TorusFill(names=names)
        self._before: tuple[Words, Words, int] | None = None

    def data(self) -> TorusFill:
        """What was found so far; from any thread."""
        with self._lock:
            return self._found

    def start(self, world: World) -> None:
        """Begin anew in a world; on the simulation thread."""
        self._world, self._before = world, None
        self.sample(world)

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the interval."""
        return (macro_tick // EVERY + 1) * EVERY

    def sample(self, world: World) -> None:
        """Mark where the phases went since the last look."""
        if world is not self._world:
            self.start(world)
            return
        engine = world.engines.get(self.key)
        read = getattr(engine, "tones", None)
        tones: Tones | None = None if read is None else read()
        if tones is None or any(name not in tones.names for name in self.names):
            self._before = None
            with self._lock:
                self._found = TorusFill(names=self.names, tones=tones, tick=world.macro_tick)
            return
        at = [tones.names.index(name) for name in self.names]
        now, words = tones.phases[at], tones.words[at]
        path, counted = self._path(now, words, tones.step)
        self._seen[_boxes(path)] = True
        self._before = now, words, tones.step
        with self._lock:
            self._found = TorusFill(float(self._seen.mean()), counted, self.names, tones, world.macro_tick)

    def _path(self, now: Words, words: Words, step: int) -> tuple[Words, int]:
        """Phases of the steps since the last look, the present one included, and steps counted with them."""
        if self._before is not None:
            then, old, last = self._before
            passed = step - last
            if 0 <= passed <= _MOST and (old == words).all():
                path = dds.phases(then, words, passed + 1)
                if (path[-1] == now).all():  # nothing was turned meanwhile
                    return path, self._found.steps + passed
        self._seen[:] = False
        return now[None, :], 0


def _boxes(path: Words) -> npt.NDArray[np.intp]:
    """Numbers of the boxes of phases (steps, 3): the leading bits of each."""
    parts = (path >> np.uint64(64 - _BITS)).astype(np.intp)
    return np.asarray((parts[:, 0] * BOXES + parts[:, 1]) * BOXES + parts[:, 2], np.intp)
