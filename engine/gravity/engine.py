"""The gravity engine: a lattice of nodes that relay bits, and whose sending costs them updates."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.arguments import check_scalars, whole_ticks
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.errors import unknown_name
from tauscope.engine.gravity import catalogue, checkpoint
from tauscope.engine.gravity.bounds import LINKS, Bounds, capacity_array
from tauscope.engine.gravity.commands import ConfigCommands, live_change
from tauscope.engine.gravity.config import LARGEST_LOAD, GravityConfig
from tauscope.engine.gravity.counts import Counts, read_at
from tauscope.engine.gravity.measures import Present
from tauscope.engine.gravity.patterns import Patterns
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.engine.gravity.steadiness import STEADY_EFOLDS, efold_of
from tauscope.engine.gravity.support import INT32_LARGEST_LOAD, RELAYING
from tauscope.engine.notices import Notice
from tauscope.gpu import philox
from tauscope.gpu.gravity.make import make_lattice
from tauscope.gpu.streams import Stream

_COPIED = {"f_live": "live", "traffic": "traffic", "waiting": "waiting", "emission": "emission"}
"""Fields that are quantities of the lattice, and their names there."""

WAVES_AND_PATTERNS = ("patterns", "notices", "psi", "pi")
"""Entries of a checkpoint that depend on its own patterns."""

SETTLE_TICKS = 1024
"""Ticks between two looks whether what an edit left behind is worked off, at multiples of it."""


class GravityEngine(ConfigCommands, Engine):
    """Airtime rule on the square lattice, its fluid limit, and the rules literal and strict, without a field.

    At every tick each node relays the share p of the bits its four neighbours sent, sends at most C bits, and
    owes airtime for them; while the debt is C or more it waits instead of updating. It emits a(x) bits per
    *realized* update. In the steady state f = 1 - E/C, and with m^2 = 4 (1 - p) / p and kappa = 4 / (p C)::

        lap f - m^2 (f - 1) = kappa a f

    With Moore neighbours, of which the diagonal ones get a quarter of a near one's share, m^2 = 10 (1 - p) /
    (3 p) and kappa = 10 / (3 p C), and the Laplacian is the isotropic one of nine points. The rules literal
    and strict are those of `tauscope.gpu.gravity.messages`.

    Source: the design's gravity page, "The engine rule, in full".

    Parameters
    ----------
    config : GravityConfig
        Validated configuration.
    seed : int
        Seed of the airtime debts at the start.
    device : str
        ``cpu`` or ``cuda``.

    Examples
    --------
    >>> from tauscope.engine import create
    >>> engine = create("gravity", {"nx": 16, "ny": 16, "sources": [{"kind": "point", "x": 8, "y": 8}]})
    >>> engine.advance(100)
    >>> engine.tick, engine.fields()["tau"].dtype.name
    (100, 'int64')
    """

    name: ClassVar[str] = "gravity"
    config_type: ClassVar[type[GravityConfig]] = GravityConfig
    reproducibility: ClassVar[Reproducibility] = "B"

    def __init__(self, config: GravityConfig, seed: int = 1, device: str = "cpu") -> None:
        self._config = config
        self._seed = seed
        self.device = device
        self._tick = 0
        self._edit_tick = 0
        self._left_over = False
        self._efold: float | None = None
        sinks = sink_mask(config)
        self._nodes = ~sinks
        self._node_count = int(self._nodes.sum())
        self._lattice = make_lattice(
            config.ny,
            config.nx,
            config.dtype,
            config.rule,
            config.boundary,
            config.neighbourhood,
            sinks if config.boundary == "disc" else None,
            device,
            config.message_size,
            config.sizer,
        )
        self._counts = Counts(self._lattice, sinks)
        self._bounds = Bounds()
        self._found: BlowUp | None = None
        self._patterns = Patterns(self, self._lattice)
        self._lattice.waves.set_pace(config.wave_step)
        self._set_capacity()
        if self._relays:
            debt = philox.uniform(
                config.ny * config.nx, seed, Stream.GRAVITY_AIRTIME_DEBT, dtype=self._shown
            ).reshape(config.ny, config.nx)
            self._lattice.write("debt", debt * self._limit)
        self._patterns.adopt(())
        self._render()
        self._widen_limits()

    # -- what it is

    @property
    def config(self) -> GravityConfig:
        """Present configuration, live changes and sources included."""
        return self._config

    @property
    def seed(self) -> int:
        """Seed of the airtime debts at the start."""
        return self._seed

    @property
    def tick(self) -> int:
        """Ticks done."""
        return self._tick

    @property
    def time(self) -> float:
        """Simulated time: the tick count."""
        return float(self._tick)

    @property
    def efold(self) -> float:
        """Ticks in which the slowest mode of the traffic decays by e."""
        if self._efold is None:
            self._efold = efold_of(self._config, self._message_bits, float(self._capacity.min()))
        return self._efold

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.field_specs(
            self._config.dtype, self._config.rule, self._patterns.known, self._patterns.has_waves
        )

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name; those of clocks and waves once there are any."""
        return catalogue.scalar_specs(self._patterns.known, self._patterns.has_waves)

    def events(self) -> tuple[Notice, ...]:
        """Warnings about waves that gain energy, oldest first."""
        return self._patterns.watch.events

    def patterns(self) -> dict[str, dict[str, float]]:
        """Present of each pattern by id: x, y, px, py, count, phase, f, energy, alive.

        Places are in cells, momenta in 1/cells; ``count`` is what a clock shows or an agent's own time, in
        updates, ``phase`` its remainder by the period; ``energy`` is a wave's.
        """
        return {one.id: self._patterns.present(one) for one in self._config.patterns}

    def trail(self, id: str) -> Array:
        """Rows (tick, x, y) of a pattern's way, of a clock (tick, updates, phase); float64 (points, 3)."""
        return self._patterns.trails.of(id)

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole ticks; releases the GIL.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        left, c = whole_ticks(ticks), self._config
        while left > 0:
            now = min(left, self._counts.room(), self._bounds.stride, self._patterns.room())
            if self._left_over:
                now = min(now, SETTLE_TICKS - self._tick % SETTLE_TICKS)
            self._lattice.advance(now, c.survival, c.ema_window)
            self._counts.note(now)
            self._tick += now
            left -= now
            if self._left_over and self._tick % SETTLE_TICKS == 0:
                self._settle()
            if self._patterns.look():
                self._render()
                self._changed()
            if self._bounds.stride <= now and self._found is None:
                self._found = self.check()

    def _settle(self) -> None:
        """Begin to count e-folds once debts and outboxes that an edit left behind are worked off."""
        if self._bounds.settled(self._config, self._lattice, self._capacity, self._largest_emission):
            self._edit_tick, self._left_over = self._tick, False

    def check(self) -> BlowUp | None:
        """First broken bound of the rule (`Bounds`); None if all hold."""
        if self._found is not None:
            return self._found
        return self._bounds.first_broken(
            self._config, self._lattice, self._capacity, self._nodes, self._tick
        ) or self._patterns.broken(self._tick)

    # -- reading

    def field(self, name: str) -> Array:
        """Copy of one field, shape (ny, nx), or of the table of patterns.

        Raises
        ------
        BadInput
            Unknown field.
        """
        if name == "f":
            return self._counts.f(self._tick)
        if name == "tau":
            return self._counts.tau(self._tick)
        return self._pick(name, (...,))

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of one field, of which alone those are read; equal to those of `field`."""
        if name in ("f", "tau"):
            return self._counts.at(name, self._tick, index)
        return self._pick(name, index)

    def _pick(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of a field that the lattice keeps."""
        if name == "f_traffic":
            both: Any = read_at(self._lattice, "traffic", index)
            both = both + read_at(self._lattice, "traffic_before", index)
            limit: Any = self._limit if self._limit.ndim == 0 else self._limit[index]
            number: Any = self._shown.type
            return np.asarray(number(1) - both / (limit + limit))
        if name == "capacity":
            whole = np.broadcast_to(self._capacity, (self._config.ny, self._config.nx))
            return np.array(whole[index], self._shown)
        if name in ("psi", "pi"):
            return self._patterns.wave(name, index)
        if name == "patterns" and self._patterns.known:
            return np.array(self._patterns.table()[index])
        if name not in _COPIED:
            raise unknown_name("field", name, self.field_specs(), key="field")
        return read_at(self._lattice, _COPIED[name], index)

    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""
        return self.scalars_of(self.scalar_specs())

    def scalars_of(self, names: Collection[str]) -> dict[str, float]:
        """Some scalars; only what they need is added up, each sum in a pass of less than a tick.

        Raises
        ------
        BadInput
            Unknown scalar.
        """
        check_scalars(names, self.scalar_specs())
        present = Present(
            self._config,
            self._lattice,
            self._counts,
            self._capacity,
            self._node_count,
            self._bursts,
            self._tick,
            self.efold,
            None if self._left_over else self._tick - self._edit_tick,
            self._patterns,
        )
        return present.read(names)

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick.

        These are ``capacity``, ``capacity_map`` (an array, or None for none), ``background``, ``ema_window``,
        ``sources.<id>.<key>``, and ``survival`` or ``message_size``, whichever the rule has.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        self._adopt(live_change(self._config, path, value))

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            **self.config_commands(),
            "set_field": self._set_field,
            "reset_statistics": self._reset_statistics,
        }

    def _set_field(self, name: str, value: Json, steady: bool = False) -> None:
        """Set ``traffic``, ``waiting``, ``psi`` or ``pi``; ``steady`` says it is the sources' steady state.

        Traffic is set as that of the last two ticks. If it is steady, the moving average becomes the f that
        goes with it, 1 - E / C, so that the live field shows no trace of the one before. The rules literal
        and strict have no traffic in flight that could be set.
        """
        if name in ("psi", "pi"):
            self._patterns.set_wave(name, value)
            return
        limits = {"waiting": LARGEST_LOAD * self._capacity}
        if self._relays:
            limits["traffic"] = self._capacity
        if name not in limits:
            raise unknown_name("settable field", name, limits, key="name")
        if self._config.dtype == "int32":
            limits["waiting"] = np.asarray(INT32_LARGEST_LOAD - 2 * self._capacity.max())
        array = checkpoint.checked_field(name, value, self._nodes.shape, limits[name])
        self._lattice.write(name, np.where(self._nodes, array, 0))
        if name == "traffic":
            self._traffic_was_set(steady)
        self._edit_tick = self._tick - (round(STEADY_EFOLDS * self.efold) if steady else 0)
        self._widen_limits()

    def _traffic_was_set(self, steady: bool) -> None:
        traffic = self._lattice.read("traffic")
        self._lattice.write("traffic_before", traffic)
        if steady:
            number: Any = self._shown.type
            self._lattice.write("live", number(1) - traffic / self._limit)

    def _reset_statistics(self) -> None:
        """Begin to count f anew; proper time goes on."""
        self._counts.reset(self._tick)

    def _adopt(self, config: GravityConfig) -> None:
        active = self._patterns.emitting()
        before, self._config, self._efold = self._config, config, None
        emitters = before.background != config.background or _emitting(before) != _emitting(config)
        nodes = (before.capacity, before.capacity_map) != (config.capacity, config.capacity_map)
        messages = before.message_size != config.message_size
        if nodes:
            earlier = self._capacity
            self._set_capacity()
            if self._relays and bool((self._capacity < earlier).any()):
                self._hold_back()
        if messages:
            sized: Any = self._lattice
            sized.set_message_size(config.message_size)
        if before.patterns != config.patterns:
            self._patterns.adopt(before.patterns)
            emitters |= active != self._patterns.emitting()  # a test body leaves a steady field steady
        self._patterns.watch.window_changed(before.ema_window, config, self._tick)
        if emitters or nodes or messages:
            self._render()
        if emitters or nodes or messages or before.survival != config.survival:
            self._changed()

    def _changed(self) -> None:
        self._edit_tick = self._tick
        self._widen_limits()

    def _set_capacity(self) -> None:
        """Give every node its C; ``_limit`` is all that it can send in a tick, in the fields' number type."""
        self._relays = self._config.rule in RELAYING
        self._shown = np.dtype(np.float64 if self._config.dtype == "int32" else self._config.dtype)
        self._capacity = capacity_array(self._config)
        links = 1 if self._relays else LINKS[self._config.neighbourhood]
        self._limit = np.asarray(links * self._capacity).astype(self._shown)
        self._lattice.set_capacity(self._capacity if self._capacity.ndim else float(self._capacity))

    def _render(self) -> None:
        emission = emission_map(self._config, patterns=False)
        self._patterns.add_to(emission)
        if self._node_count < self._nodes.size:
            emission[~self._nodes] = 0.0
        self._lattice.write("emission", emission)
        self._largest_emission = float(emission.max())
        self._bursts = self._relays and bool((emission > self._capacity).any())
        by_emission = self._config.sizer == "message"
        self._message_bits = self._config.message_size * (self._largest_emission if by_emission else 1.0)

    def _hold_back(self) -> None:
        """Return bits beyond a lowered capacity to the outbox they came from: none is lost, and E <= C."""
        lattice = self._lattice
        sent = lattice.read("traffic")
        lattice.write("traffic", np.minimum(sent, self._limit))
        lattice.write("waiting", lattice.read("waiting") + (sent - lattice.read("traffic")))
        lattice.write("traffic_before", np.minimum(lattice.read("traffic_before"), self._limit))

    def _widen_limits(self) -> None:
        """Bounds that hold from the present state on: what lies above its usual bound can only shrink."""
        state = self._config, self._lattice, self._capacity, self._largest_emission
        self._bounds.widen(*state)
        self._left_over = self._relays and not self._bounds.settled(*state)

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: copies of arrays, JSON scalars, ``config`` as JSON text with its sources."""
        kept = {name: array for name, array in self._lattice.state().items() if name != "realized"}
        return {
            **kept,
            **self._patterns.state(),
            "realized_before": self._counts.before.copy(),
            "realized": self._counts.window(),
            "tick": self._tick,
            "window_start": self._counts.window_start,
            "edit_tick": self._edit_tick,
            "left_over": int(self._left_over),
            "waiting_limit": self._bounds.waiting,
            "debt_limit": self._bounds.debt,
            "seed": self._seed,
            "config": json.dumps(self._config.dump(), sort_keys=True),
        }

    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same lattice, rule and number type.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """
        like = {name: value for name, value in self.state().items() if name not in WAVES_AND_PATTERNS}
        found = checkpoint.read(state, like, self._config)
        patterns = self._patterns.read(state, found.config)
        self._config, self._found, self._efold = found.config, None, None
        self._tick, self._edit_tick = found.scalar("tick"), found.scalar("edit_tick")
        self._seed = found.scalar("seed")
        self._set_capacity()
        if not self._relays:
            sized: Any = self._lattice
            sized.set_message_size(self._config.message_size)
        self._patterns.restore(patterns)
        self._render()
        own = self._lattice.state()
        self._lattice.restore({name: found.arrays.get(name, own[name]) for name in own})
        self._counts.restore(
            found.arrays["realized_before"], found.arrays["realized"], found.scalar("window_start")
        )
        self._widen_limits()
        self._left_over = bool(found.scalar("left_over"))
        self._bounds.waiting, self._bounds.debt = float(state["waiting_limit"]), float(state["debt_limit"])


def _emitting(config: GravityConfig) -> tuple[Any, ...]:
    """What of the sources the lattice feels: all but their names and worlds."""
    return tuple(source.model_copy(update={"name": "", "world": "", "file": ""}) for source in config.sources)
