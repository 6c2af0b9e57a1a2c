"""Window of cluster phases, taken while a run goes on, for the measures between clusters.

The tracker only copies one phase a cluster; whoever shows a matrix works it out from `LinksTracker.data`, off
the simulation thread.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tauscope.engine.autocorrelation import effective_samples
from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis.signals import PhaseRelation, phase_relation
from tauscope.engine.world import World

Floats = npt.NDArray[np.float64]
Ticks = npt.NDArray[np.int64]

MOST_CLUSTERS = 512
"""Clusters beyond which no matrix of pairs is kept: nobody could read it, and it grows with the square."""
PAIRS = 200
"""Pairs over which the effective number of samples is taken."""


@dataclass(frozen=True)
class LinkWindow:
    """Frozen copy of the window.

    Parameters
    ----------
    ticks : int64 array [n]
        Macro ticks, ascending.
    times : float64 array [n]
        Times of the engine.
    phases : float64 array [n, C]
        Mean phases psi_c = arg Z_c in rad, wrapped.
    problem : str
        Why there is no window, as a sentence, or "".
    """

    ticks: Ticks = field(default_factory=lambda: np.empty(0, np.int64))
    times: Floats = field(default_factory=lambda: np.empty(0))
    phases: Floats = field(default_factory=lambda: np.empty((0, 0)))
    problem: str = ""

    @property
    def samples(self) -> int:
        """Samples in the window."""
        return len(self.ticks)

    @property
    def span(self) -> float:
        """Time that the window covers."""
        return float(self.times[-1] - self.times[0]) if self.samples > 1 else 0.0

    def cosines(self) -> Floats:
        """``cos(psi_i - psi_j)`` of the newest sample, float64 [C, C]."""
        turn = self._turns()[-1]
        return np.asarray((turn[:, None] * turn.conj()[None, :]).real)

    def plv(self) -> Floats:
        """Phase-locking values of all pairs, float64 [C, C], 1 on the diagonal; bias as in `signals.plv`."""
        turns = self._turns()
        with np.errstate(under="ignore"):
            found = np.abs(turns.T @ turns.conj()) / len(turns)
        return np.asarray(np.minimum(found, 1.0))

    def ppc(self, samples: float | None = None) -> Floats:
        """Pairwise phase consistencies of all pairs, float64 [C, C].

        Parameters
        ----------
        samples : float, optional
            Number of independent samples n in ``(n PLV^2 - 1) / (n - 1)``; the window's own by default,
            which is right only where samples are independent (`effective`). NaN matrix below 2.
        """
        n = float(self.samples if samples is None else samples)
        locking = self.plv()
        if n < 2:
            return np.full(locking.shape, np.nan)
        return np.asarray((n * locking * locking - 1) / (n - 1))

    def effective(self) -> float:
        """Independent samples that the window is worth: median over up to `PAIRS` pairs; NaN without any."""
        clusters = self.phases.shape[1] if self.samples > 1 else 0
        if clusters < 2:
            return float("nan")
        first, second = np.triu_indices(clusters, 1)
        step = max(1, len(first) // PAIRS)
        turns = self._turns()
        return float(
            np.median(
                [
                    effective_samples(turns[:, i] * turns[:, j].conj())
                    for i, j in zip(first[::step], second[::step], strict=True)
                ]
            )
        )

    def relation(self, first: int, second: int) -> PhaseRelation:
        """PLV, PPC, entropy coherence and mutual information of two clusters, each with its bias.

        Raises
        ------
        BadInput
            Fewer than 2 samples, or a cluster that does not exist.
        """
        clusters = self.phases.shape[1]
        for cluster in (first, second):
            if not 0 <= cluster < clusters:
                raise BadInput(
                    f"There is no cluster {cluster}.",
                    key="cluster",
                    value=cluster,
                    allowed=f"0 to {clusters - 1}",
                )
        return phase_relation(self.phases[:, first], self.phases[:, second])

    def _turns(self) -> npt.NDArray[np.complex128]:
        if not self.samples:
            raise BadInput(self.problem or "The window is empty.", key="samples", remedy="Let the run go on.")
        return np.asarray(np.exp(1j * self.phases))


class LinksTracker:
    """Tracker that keeps the mean phases of all clusters over the newest samples.

    Samples are taken at multiples of ``stride``. Another world, or another number of clusters, begins the
    window anew; a world that went back in time drops the samples that lie ahead.

    Parameters
    ----------
    key : str
        Engine's key in the world.
    samples : int
        Samples in the window, 2 or more.
    stride : int
        Macro ticks between two samples, 1 or more.

    Raises
    ------
    BadInput
        A window or a stride out of range.
    """

    light = True
    """It can sample a state that was not checked: a broken limit stops the run at the end of the chunk."""

    def __init__(self, key: str = "kuramoto", samples: int = 256, stride: int = 1) -> None:
        if samples < 2:
            raise BadInput(
                f"A window of {samples} samples.", key="samples", value=samples, allowed="2 or more"
            )
        if stride < 1:
            raise BadInput(
                f"Cannot sample every {stride} ticks.", key="stride", value=stride, allowed="1, 2, …"
            )
        self.key, self.samples, self.stride = key, samples, stride
        self._lock = threading.Lock()
        self._world: World | None = None
        self._problem = ""
        self._ticks = np.empty(0, np.int64)
        self._times = np.empty(0)
        self._phases = np.empty((0, 0))
        self._first = self._count = 0
        """Number of the oldest sample that is kept, and samples taken since the window began."""

    def data(self) -> LinkWindow:
        """Frozen copy of the window, oldest sample first; from any thread."""
        with self._lock:
            places = np.arange(self._first, self._count) % max(len(self._ticks), 1)
            arrays = self._ticks[places], self._times[places], self._phases[places]
            problem = self._problem
        for array in arrays:
            array.flags.writeable = False
        return LinkWindow(*arrays, problem)

    # -- on the simulation thread

    def next_due(self, macro_tick: int) -> int | None:
        """Next multiple of the stride, or None where there is nothing to compare."""
        return None if self._problem else (macro_tick // self.stride + 1) * self.stride

    def start(self, world: World) -> None:
        """Watch this world from now on; call it when the tracker joins a loop and when the world changed."""
        self._world = world
        engine = world.engines.get(self.key)
        clusters = 0 if engine is None else int(getattr(engine.config, "clusters", 0))
        problem = ""
        if clusters < 2:
            problem = "There is one cluster, so there are no pairs." if clusters else "There are no clusters."
        elif clusters > MOST_CLUSTERS:
            problem = (
                f"There are {clusters} clusters; the measures of pairs are kept for {MOST_CLUSTERS} at most."
            )
        with self._lock:
            self._problem, self._first, self._count = problem, 0, 0
            shape = (0, 0) if problem else (self.samples, clusters)
            self._ticks, self._times = np.zeros(shape[0], np.int64), np.zeros(shape[0])
            self._phases = np.zeros(shape)

    def sample(self, world: World) -> None:
        """Keep the phases of the present tick."""
        if world is not self._world:
            self.start(world)
        if self._problem:
            return
        engine = world.engine(self.key)
        phases = np.angle(engine.field("Z"))
        if len(phases) != self._phases.shape[1]:
            self.start(world)
        with self._lock:
            tick = world.macro_tick
            while self._count > self._first and self._ticks[(self._count - 1) % self.samples] >= tick:
                self._count -= 1
            place = self._count % self.samples
            self._ticks[place], self._times[place], self._phases[place] = tick, engine.time, phases
            self._count += 1
            self._first = max(self._first, self._count - self.samples)
