"""The gravity engine: a lattice of nodes that relay bits, and whose sending costs them updates."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.arrays import FrozenArray
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity import catalogue, checkpoint, editing
from tauscope.engine.gravity.bounds import LINKS, Bounds, capacity_array
from tauscope.engine.gravity.config import LARGEST_LOAD, GravityConfig
from tauscope.engine.gravity.counts import Counts, read_at
from tauscope.engine.gravity.linkshare import link_share
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.engine.gravity.steadiness import efold_ticks, message_ticks
from tauscope.engine.gravity.support import INT32_LARGEST_LOAD, RELAYING
from tauscope.gpu import philox
from tauscope.gpu.gravity.make import make_lattice
from tauscope.gpu.streams import Stream

_COPIED = {"f_live": "live", "traffic": "traffic", "waiting": "waiting", "emission": "emission"}
"""Fields that are quantities of the lattice, and their names there."""

SETTLE_TICKS = 1024
"""Ticks between two looks whether what an edit left behind is worked off, at multiples of it."""

STEADY_EFOLDS = 7.0
"""E-folds after which a field counts as steady (1e-3 of the start is left)."""


class GravityEngine(Engine):
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
        sinks = sink_mask(config)
        self._nodes = ~sinks
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
        self._set_capacity()
        if self._relays:
            debt = philox.uniform(
                config.ny * config.nx, seed, Stream.GRAVITY_AIRTIME_DEBT, dtype=self._shown
            ).reshape(config.ny, config.nx)
            self._lattice.write("debt", debt * self._limit)
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
        c = self._config
        if not self._relays:
            longest = float(np.ceil(self._message_bits / self._capacity.min()))
            return message_ticks(c.ny, c.nx, c.rule, longest, STEADY_EFOLDS)
        return efold_ticks(c.ny, c.nx, c.boundary, c.survival, c.sink_radius, c.neighbourhood)

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.field_specs(self._config.dtype, self._config.rule)

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars on offer, by name."""
        return catalogue.SCALARS

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole ticks; releases the GIL.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        whole: Any = ticks
        if isinstance(whole, bool) or not isinstance(whole, int | np.integer) or whole < 0:
            raise BadInput(f"Cannot advance {ticks!r} ticks.", key="ticks", value=ticks, allowed="0, 1, 2, …")
        left, c = int(ticks), self._config
        while left > 0:
            now = min(left, self._counts.room(), self._bounds.stride)
            if self._left_over:
                now = min(now, SETTLE_TICKS - self._tick % SETTLE_TICKS)
            self._lattice.advance(now, c.survival, c.ema_window)
            self._counts.note(now)
            self._tick += now
            left -= now
            if self._left_over and self._tick % SETTLE_TICKS == 0:
                self._settle()
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
        return self._bounds.first_broken(self._config, self._lattice, self._capacity, self._nodes, self._tick)

    # -- reading

    def field(self, name: str) -> Array:
        """Copy of one field, shape (ny, nx).

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
        if name not in _COPIED:
            raise unknown_name("field", name, self.field_specs(), key="field")
        return read_at(self._lattice, _COPIED[name], index)

    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""
        traffic, top, waiting, nominal, realized, live = self._lattice.totals()
        if self._bursts:
            realized = self._queued_emission()
        efold = self.efold
        return {
            "f_mean": self._counts.mean(self._tick),
            "f_live_mean": live / int(self._nodes.sum()),
            "f_traffic_min": 1.0 - top / 2,
            "emission_nominal": nominal,
            "emission_realized": realized,
            "realized_share": realized / nominal if nominal > 0 else 1.0,
            "traffic_total": traffic,
            "waiting_max": waiting,
            "lag_max": self._counts.lag(self._tick),
            "possible": float(self._tick - self._counts.window_start),
            "efold": efold,
            "efolds": 0.0 if self._left_over else (self._tick - self._edit_tick) / efold,
        }

    def _queued_emission(self) -> float:
        """Realized emission in bits per tick where outboxes fill in bursts."""
        c = self._config
        emission = self._lattice.read("emission")
        share = link_share(
            emission, self._lattice.read("live"), self._capacity, c.survival, c.boundary, c.neighbourhood
        )
        return float((emission * share).sum())

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
        live = [leaf.path for leaf in leaves(GravityConfig) if leaf.live]
        if reason := catalogue.unused(self._config.rule, path):
            raise BadInput(reason, key=path, value=value, remedy="Restart the run with another rule.")
        if path in GravityConfig.model_fields and path not in (*live, "capacity_map", "sources"):
            raise BadInput(
                f"“{path}” cannot change while the lattice runs.",
                key=path,
                value=value,
                allowed=f"{', '.join(live)}, capacity_map and sources while running",
                remedy="Restart the run with the new value.",
            )
        changed = self._config.with_value(path, value)
        self._adopt(changed)

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            "add_source": self._add_source,
            "move_source": self._move_source,
            "update_source": self._update_source,
            "remove_source": self._remove_source,
            "set_sources": self._set_sources,
            "set_worlds": self._set_worlds,
            "paint_source": self._paint_source,
            "paint_capacity": self._paint_capacity,
            "set_field": self._set_field,
            "reset_statistics": self._reset_statistics,
        }

    def command(self, name: str, /, **args: Json) -> Json:
        """Carry out a command by name; ``add_source`` returns the id.

        Raises
        ------
        BadInput
            Unknown command or refused arguments; nothing is changed then.
        """
        known = self.commands()
        if name in known:
            try:
                inspect.signature(known[name]).bind(**args)
            except TypeError as error:
                wanted = ", ".join(inspect.signature(known[name]).parameters)
                raise BadInput(
                    f"The command {name} was refused: {error}.", key=name, value=sorted(args), allowed=wanted
                ) from None
        return super().command(name, **args)

    def _add_source(self, **entries: Json) -> str:
        """Add a source; returns its id."""
        changed, source_id = editing.with_source(self._config, entries)
        self._adopt(changed)
        return source_id

    def _move_source(
        self,
        id: str,
        x: float,
        y: float,
        x2: float | None = None,
        y2: float | None = None,
    ) -> None:
        """Move a source's centre, or a line's start and, if given, its end."""
        end = {key: value for key, value in (("x2", x2), ("y2", y2)) if value is not None}
        self._update_source(id, x=x, y=y, **end)

    def _update_source(self, id: str, **changes: Json) -> None:
        """Change any entries of a source."""
        self._adopt(editing.with_changes(self._config, id, changes))

    def _remove_source(self, id: str) -> None:
        """Remove a source."""
        self._adopt(editing.without_source(self._config, id))

    def _set_sources(self, sources: Sequence[Mapping[str, Json]]) -> None:
        """Replace all sources."""
        self._adopt(editing.with_sources(self._config, sources))

    def _set_worlds(
        self, worlds: Sequence[Mapping[str, Json]], sources: Sequence[Mapping[str, Json]]
    ) -> None:
        """Replace all worlds together with the sources that name them; the lattice knows no worlds."""
        self._adopt(editing.with_worlds(self._config, worlds, sources))

    def _set_field(self, name: str, value: Json, steady: bool = False) -> None:
        """Set ``traffic`` or ``waiting``; ``steady`` says it is the steady state of the present sources.

        Traffic is set as that of the last two ticks. If it is steady, the moving average becomes the f that
        goes with it, 1 - E / C, so that the live field shows no trace of the one before. The rules literal
        and strict have no traffic in flight that could be set.
        """
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

    def _paint_source(self, id: str, x: int, y: int, patch: Json) -> None:
        """Replace a rectangle of a brush's map; (x, y) is the patch's first entry in that map."""
        self._adopt(editing.with_painted(self._config, id, x, y, patch))

    def _paint_capacity(self, x: int, y: int, patch: Json) -> None:
        """Replace the rectangle of the capacity map that begins at column x, row y; it is 1 elsewhere."""
        present = self._config.capacity_map or FrozenArray(np.ones(self._nodes.shape))
        painted = editing.patched(present, x, y, patch)
        if painted.least <= 0:
            raise BadInput(
                f"The smallest factor of the patch is {painted.least:g}; a node needs some capacity.",
                key="patch",
                value=painted.least,
                allowed="numbers of more than 0",
            )
        plain = painted.least == painted.peak == 1.0
        self._adopt(self._config.with_value("capacity_map", None if plain else painted))

    def _reset_statistics(self) -> None:
        """Begin to count f anew; proper time goes on."""
        self._counts.reset(self._tick)

    def _adopt(self, config: GravityConfig) -> None:
        before, self._config = self._config, config
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
        if emitters or nodes or messages:
            self._render()
        if emitters or nodes or messages or before.survival != config.survival:
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
        emission = emission_map(self._config)
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
        found = checkpoint.read(state, self.state(), self._config)
        self._config, self._found = found.config, None
        self._tick, self._edit_tick = found.scalar("tick"), found.scalar("edit_tick")
        self._seed = found.scalar("seed")
        self._set_capacity()
        if not self._relays:
            sized: Any = self._lattice
            sized.set_message_size(self._config.message_size)
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
