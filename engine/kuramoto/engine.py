"""The Kuramoto engine: clusters of phase oscillators that pull at one another by their order parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tauscope.engine.arguments import check_scalars, whole_ticks
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.errors import unknown_name
from tauscope.engine.kuramoto import catalogue, checkpoint, commands, laws, measures
from tauscope.engine.kuramoto.config import KuramotoConfig
from tauscope.engine.kuramoto.forcing import Forcing
from tauscope.engine.kuramoto.frequencies import kick_normals, natural_frequencies, start_phases
from tauscope.engine.kuramoto.geometry import Structure, structure_of
from tauscope.engine.kuramoto.weights import coupling
from tauscope.gpu.kuramoto.make import make_ensemble
from tauscope.gpu.kuramoto.protocol import Noise

MOST_STEPS = 8192
"""Internal steps that the ensemble is asked for at once, which bounds the memory of a drive."""

NO_CHOICE = -1.0
"""Stands in a checkpoint for a choice score that nobody has noted."""


class KuramotoEngine(Engine):
    """Multi-scale Kuramoto model with phase lag, noise, drive, layers and clocks.

    With F = W Z, W = K (1 + π B) and Z_d = <e^{i theta}> over cluster d, oscillator i of cluster c follows::

        d theta_i / dt = omega_i + Im(e^{-i alpha} F_c e^{-i theta_i})

    A tick is one step of ``dt``. Source: the design's kuramoto page, "The model and its numerics, settled";
    Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (Springer, 1984).

    Parameters
    ----------
    config : KuramotoConfig
        Validated configuration.
    seed : int
        Seed of frequencies, phases, noise and kicks.
    device : str
        ``cpu`` or ``cuda``.

    Examples
    --------
    >>> from tauscope.engine import create
    >>> engine = create("kuramoto", {"geometry": {"kind": "single"}, "oscillators_per_cluster": 50, "K": 2.0})
    >>> engine.advance(400)
    >>> engine.scalars()["R_total"] > 0.9
    True
    """

    name: ClassVar[str] = "kuramoto"
    config_type: ClassVar[type[KuramotoConfig]] = KuramotoConfig
    reproducibility: ClassVar[Reproducibility] = "B"
    tick_unit: ClassVar[str] = "step"

    def __init__(self, config: KuramotoConfig, seed: int = 1, device: str = "cpu") -> None:
        self._config = config
        self._seed = seed
        self.device = device
        self._structure = structure_of(config)
        self._ensemble = make_ensemble(self._structure.offsets, device)
        self._natural = natural_frequencies(config, seed)
        self._rates = np.ones(config.clusters)
        self._forcing = Forcing(config)
        self._history = measures.History()
        self._tick = self._base_tick = 0
        self._base_time = 0.0
        self._step = config.dt
        self._kicks = 0
        self._choice = NO_CHOICE
        self._classic_drift = 0.0
        self._logged: npt.NDArray[np.float64] = np.zeros(config.oscillators)
        self._ensemble.set_phases(start_phases(config, seed))
        self._prepare()
        self._begin_classic()

    # -- what it is

    @property
    def config(self) -> KuramotoConfig:
        """Present configuration, live changes included."""
        return self._config

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self._seed

    @property
    def tick(self) -> int:
        """Steps done."""
        return self._tick

    @property
    def time(self) -> float:
        """Sum of the steps done."""
        return float(self._time_at(self._tick))

    def structure(self) -> Structure:
        """Clusters, links and places."""
        return self._structure

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.FIELDS

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name."""
        return catalogue.SCALARS

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole steps; releases the GIL.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        left, c = whole_ticks(ticks), self._config
        room = max(1, MOST_STEPS // self._substeps)
        while left > 0:
            now = min(left, c.log_every - self._tick % c.log_every, room)
            self._ensemble.advance(
                now, c.phase_lag, c.integrator, substeps=self._substeps, **self._acting(now)
            )
            self._tick += now
            self._step = c.dt
            self._forcing.follow(self.time)
            left -= now
            if self._tick % c.log_every == 0:
                self._sample()

    def _acting(self, ticks: int) -> dict[str, Any]:
        """Noise and drive of the next ticks."""
        c, h = self._config, self._config.dt / self._substeps
        found: dict[str, Any] = {}
        if c.noise > 0:
            found["noise"] = Noise(self._seed, self._tick, math.sqrt(2.0 * c.noise * h))
        if c.drive.kind != "none":
            begin = self._time_at(self._tick + np.arange(ticks))
            starts = (begin[:, None] + h * np.arange(self._substeps)).ravel()
            found.update(self._forcing.arguments(starts, h, c))
        return found

    def _sample(self) -> None:
        """Keep a row of the metrics; nothing of it feeds back."""
        Z = self._ensemble.order()
        R = measures.total_order(Z, self._structure.sizes)
        self._history.note(R, measures.cross_sync(Z, self._structure.edges))
        if self._config.metrics == "classic":
            theta = self._ensemble.phases()
            self._classic_drift = float(abs(measures.turned(theta, self._logged)).mean())
            self._logged = theta

    def check(self) -> BlowUp | None:
        """Order parameters must be finite; a phase that is not makes that of its cluster so."""
        Z = self._ensemble.order()
        finite = np.isfinite(Z)
        if finite.all():
            return None
        cluster = int(np.argmin(finite))
        return BlowUp(
            self.name,
            "Z",
            (cluster,),
            self._tick,
            self.time,
            float(abs(Z[cluster])),
            "a finite number",
            "Go back, and take a smaller time step.",
            ("dt", self._config.dt / 2),
        )

    # -- reading

    def field(self, name: str) -> Array:
        """Copy of one field, shape by its dims.

        Raises
        ------
        BadInput
            Unknown field.
        """
        if name not in catalogue.FIELDS:
            raise unknown_name("field", name, catalogue.FIELDS, key="field")
        if name == "theta":
            return self._ensemble.phases()
        if name == "frequency":
            return np.asarray(self._turns() / self._step)
        if name == "omega":
            return self._in_force()
        if name == "clock_rate":
            return self._rates.copy()
        Z = self._ensemble.order()
        if name == "R":
            return np.asarray(abs(Z))
        return Z if name == "Z" else measures.link_alignment(Z, self._structure.edges)

    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""
        return self.scalars_of(self.scalar_specs())

    def scalars_of(self, names: Collection[str]) -> dict[str, float]:
        """Some scalars; only what they need is worked out.

        Raises
        ------
        BadInput
            Unknown scalar.
        """
        check_scalars(names, catalogue.SCALARS)
        return self._present().read(names) if names else {}

    def _present(self) -> measures.Present:
        c = self._config
        offered = c.consent_to_log and c.offer_two_paths
        noted = math.nan if self._choice == NO_CHOICE else self._choice
        return measures.Present(
            self._structure,
            self._weights,
            self._ensemble.order(),
            self._turns,
            self._step,
            c.phase_lag,
            self._history,
            c.metrics == "classic",
            self._classic_drift,
            noted if offered else 0.0,
            laws.classic_choice_score(c.consent_to_log, 2 if c.offer_two_paths else 1),
        )

    def _turns(self) -> npt.NDArray[np.float64]:
        return measures.turned(self._ensemble.phases(), self._ensemble.before())

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        self._adopt(commands.live_change(self._config, path, value))

    def set_clock_rates(self, rates: npt.ArrayLike) -> None:
        """Let the clock of each cluster tick at a rate of its own, from the present tick on.

        Parameters
        ----------
        rates : array, shape (C,)
            Factors of the natural frequencies, 0 to 1000.

        Raises
        ------
        BadInput
            Another shape, or numbers out of range; nothing is changed then.
        """
        found = commands.finite_array("clock_rate", rates, self._rates.size, 0.0, checkpoint.LARGEST_RATE)
        if not np.array_equal(found, self._rates):
            self._rates = found
            self._hand_rates()  # at every macro tick, and the number of substeps depends on other things
            if self._config.gate.on:  # links depend on the frequencies
                self._prepare_weights()

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            "set_field": self._set_field,
            "kick": self._kick,
            "note_choice": self._note_choice,
            "reset_statistics": self._reset_statistics,
        }

    def _set_field(self, name: str, value: Json) -> None:
        """Set ``theta``, rad, shape (N,)."""
        if name != "theta":
            raise unknown_name("settable field", name, ("theta",), key="name")
        most = commands.LARGEST_PHASE
        self._ensemble.set_phases(commands.finite_array(name, value, self._config.oscillators, -most, most))

    def _kick(self, clusters: Json = None, amount: float = 0.0, spread: float = 0.0) -> None:
        """Turn the phases of clusters (all if None) by ``amount`` rad, and each by chance, ``spread`` rad."""
        chosen = commands.cluster_indices(clusters, self._config.clusters)
        turn = commands.angle("amount", amount, -commands.LARGEST_PHASE, commands.LARGEST_PHASE)
        width = commands.angle("spread", spread, 0.0, commands.LARGEST_PHASE)
        theta, offsets = self._ensemble.phases(), self._structure.offsets
        for cluster in chosen:
            first, end = int(offsets[cluster]), int(offsets[cluster + 1])
            normals = kick_normals(end - first, first, self._seed, self._kicks) if width else 0.0
            theta[first:end] += turn + width * normals
        self._kicks += 1
        self._ensemble.set_phases(theta)

    def _note_choice(self, score: float) -> None:
        """Take note of what an assessment of the choice found, 0 to 1."""
        self._choice = commands.number("score", score, 0.0, 1.0)

    def _reset_statistics(self) -> None:
        """Forget the rows of which readiness is the mean, and the choice score."""
        self._history.clear()
        self._choice = NO_CHOICE
        self._begin_classic()

    def _adopt(self, config: KuramotoConfig) -> None:
        before, now = self._config, self.time
        if before.drive.frequency != config.drive.frequency:
            self._forcing.change_frequency(before, now)
        if before.dt != config.dt:
            self._base_tick, self._base_time = self._tick, now
        self._config = config
        steps = (before.dt, before.detuning) != (config.dt, config.detuning)
        if steps or config.substeps != self._substeps:
            self._prepare_rates()
        if _coupled(before) != _coupled(config) or (config.gate.on and steps):
            self._prepare_weights()
        if before.frozen != config.frozen:
            self._prepare_frozen()
        if before.metrics != config.metrics:
            self._begin_classic()

    def _prepare(self) -> None:
        """Hand frequencies, coupling and frozen clusters to the ensemble."""
        self._prepare_rates()
        self._prepare_weights()
        self._prepare_frozen()

    def _prepare_rates(self) -> None:
        self._substeps = self._config.substeps
        self._hand_rates()

    def _hand_rates(self) -> None:
        self._ensemble.set_rates(self._in_force(), self._config.dt / self._substeps)

    def _prepare_weights(self) -> None:
        means = None
        if self._config.gate.on:
            sums = np.add.reduceat(self._in_force(), self._structure.offsets[:-1])
            means = sums / self._structure.sizes
        self._weights = coupling(self._config, means)
        self._ensemble.set_weights(self._weights)

    def _prepare_frozen(self) -> None:
        frozen = np.zeros(self._config.clusters, bool)
        frozen[list(self._config.frozen)] = True
        self._ensemble.set_frozen(frozen)

    def _begin_classic(self) -> None:
        """Begin to count the turning between rows, which only the classic set does."""
        self._classic_drift = 0.0
        classic = self._config.metrics == "classic"
        self._logged = self._ensemble.phases() if classic else np.zeros(self._config.oscillators)

    def _in_force(self) -> npt.NDArray[np.float64]:
        """Natural frequencies with detuning and clock rates, shape (N,)."""
        size = self._config.oscillators_per_cluster
        shifts = np.repeat(np.array(self._config.detuning or (0.0,)), size if self._config.detuning else 1)
        found: npt.NDArray[np.float64] = (self._natural + shifts) * np.repeat(self._rates, size)
        return found

    def _time_at(self, tick: Any) -> Any:
        return self._base_time + (tick - self._base_tick) * self._config.dt

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: copies of arrays, JSON scalars, ``config`` as JSON text."""
        return {
            **self._ensemble.state(),
            "rates": self._rates.copy(),
            "rows": self._history.rows.copy(),
            "row_count": self._history.count,
            "logged": self._logged.copy(),
            "classic_drift": self._classic_drift,
            **self._forcing.state(),
            "tick": self._tick,
            "base_tick": self._base_tick,
            "base_time": self._base_time,
            "step": self._step,
            "kicks": self._kicks,
            "choice": self._choice,
            "seed": self._seed,
            "config": json.dumps(self._config.dump(), sort_keys=True),
        }

    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same configuration but for live parameters.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """
        found = checkpoint.read(state, self.state(), self._config)
        scalars = found.scalars
        self._config = found.config
        if int(scalars["seed"]) != self._seed:
            self._seed = int(scalars["seed"])
            self._natural = natural_frequencies(self._config, self._seed)
        self._tick, self._base_tick = int(scalars["tick"]), int(scalars["base_tick"])
        self._base_time, self._step = float(scalars["base_time"]), float(scalars["step"])
        self._kicks, self._choice = int(scalars["kicks"]), float(scalars["choice"])
        self._rates = found.arrays["rates"].copy()
        self._history = measures.History(found.arrays["rows"].copy(), int(scalars["row_count"]))
        self._logged = found.arrays["logged"].copy()
        self._classic_drift = float(scalars["classic_drift"])
        self._forcing.restore({**found.arrays, **scalars})
        self._ensemble.restore({name: found.arrays[name] for name in self._ensemble.state()})
        self._prepare()


def _coupled(config: KuramotoConfig) -> tuple[Any, ...]:
    """What of the live parameters the coupling is made of."""
    return config.K, config.permeability, config.inter_K, config.gate
