"""The gravity engine: a lattice of nodes that relay bits, and whose sending costs them updates."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.config import leaves
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.gravity import catalogue, checkpoint, editing
from tauscope.engine.gravity.config import LARGEST_LOAD, GravityConfig
from tauscope.engine.gravity.counts import Counts
from tauscope.engine.gravity.linkshare import link_share
from tauscope.engine.gravity.sources import emission_map, sink_mask
from tauscope.engine.gravity.steadiness import efold_ticks
from tauscope.gpu import philox
from tauscope.gpu.gravity.lattice import Lattice
from tauscope.gpu.streams import Stream

STEADY_EFOLDS = 7.0
"""E-folds after which a field counts as steady (1e-3 of the start is left)."""

_ROUNDING = 1e-4
"""Slack of the checked bounds: sums of four neighbours may exceed p C by rounding."""


class GravityEngine(Engine):
    """Airtime rule on the square lattice, and its fluid limit.

    At every tick each node relays the share p of the bits its four neighbours sent, sends at most C bits, and
    owes airtime for them; while the debt is C or more it waits instead of updating. It emits a(x) bits per
    *realized* update. In the steady state f = 1 - E/C, and with m^2 = 4 (1 - p) / p and kappa = 4 / (p C)::

        lap f - m^2 (f - 1) = kappa a f

    Source: the design's gravity page, "The engine rule, in full".

    Parameters
    ----------
    config : GravityConfig
        Validated configuration.
    seed : int
        Seed of the airtime debts at the start.
    device : str
        ``cpu``.

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
        sinks = sink_mask(config)
        self._nodes = ~sinks
        self._lattice = Lattice(config.ny, config.nx, config.dtype, config.rule, config.boundary, sinks)
        self._counts = Counts(self._lattice, sinks)
        number: Any = self._lattice.dtype.type
        debt = philox.uniform(
            config.ny * config.nx, seed, Stream.GRAVITY_AIRTIME_DEBT, dtype=self._lattice.dtype
        )
        self._lattice.debt[...] = (debt * number(config.capacity)).reshape(config.ny, config.nx)
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
        return efold_ticks(c.ny, c.nx, c.boundary, c.survival, c.sink_radius)

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields on offer, by name."""
        return catalogue.field_specs(self._config.dtype)

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
            now = min(left, self._counts.room())
            self._lattice.advance(now, c.survival, c.capacity, c.ema_window)
            self._counts.note(now)
            self._tick += now
            left -= now

    def check(self) -> BlowUp | None:
        """First broken bound: 0 <= E <= C, 0 <= q <= largest emission, 0 <= d < 2 C; None if all hold."""
        traffic, waiting, debt = self._config.capacity, self._waiting_limit, self._debt_limit
        if self._lattice.broken(traffic, waiting, debt) == 0:
            return None
        number: Any = self._lattice.dtype.type
        for name, field, limit, words in (
            ("traffic", self._lattice.traffic, traffic, f"0 <= E <= C = {traffic:g} bits per tick"),
            ("waiting", self._lattice.waiting, waiting, f"0 <= q <= {waiting:g} bits"),
            ("debt", self._lattice.debt, debt, f"0 <= d < {debt:g} bits"),
        ):
            inside = (field >= 0) & (field <= number(limit))
            bad = np.argwhere(~inside & self._nodes)
            if bad.size:
                y, x = (int(i) for i in bad[0])
                remedy = "Go back to the last good state; if it happens again, report it with the recording."
                return BlowUp(
                    self.name, name, (y, x), self._tick, self.time, float(field[y, x]), words, remedy
                )
        return None

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
        lattice = self._lattice
        if name == "f_traffic":
            number: Any = lattice.dtype.type
            both = lattice.traffic + lattice.traffic_before
            return np.asarray(number(1) - both / number(2 * self._config.capacity))
        copied = {"f_live": "live", "traffic": "traffic", "waiting": "waiting", "emission": "emission"}
        if name not in copied:
            raise unknown_name("field", name, self.field_specs(), key="field")
        return np.array(getattr(lattice, copied[name]))

    def field_at(self, name: str, index: tuple[Any, ...]) -> Array:
        """Cells of one field, of which alone those are read; equal to those of `field`."""
        lattice, views = self._lattice, {"f_live": "live", "traffic": "traffic", "waiting": "waiting"}
        if self._config.dtype == "int32" or name not in (*self.field_specs(), *views):
            return super().field_at(name, index)
        if name in ("f", "tau"):
            return self._counts.at(name, self._tick, index)
        if name in views:
            return np.array(getattr(lattice, views[name])[index])
        if name == "f_traffic" and self._config.capacity_map is None:
            number: Any = lattice.dtype.type
            both = lattice.traffic[index] + lattice.traffic_before[index]
            return np.asarray(number(1) - both / number(2 * self._config.capacity))
        return super().field_at(name, index)

    def scalars(self) -> dict[str, float]:
        """All scalars, by name."""
        capacity = self._config.capacity
        traffic, top, waiting, nominal, realized, live = self._lattice.totals()
        if self._largest_emission > capacity:
            realized = self._queued_emission()
        efold = self.efold
        return {
            "f_mean": self._counts.mean(self._tick),
            "f_live_mean": live / int(self._nodes.sum()),
            "f_traffic_min": 1.0 - top / (2 * capacity),
            "emission_nominal": nominal,
            "emission_realized": realized,
            "realized_share": realized / nominal if nominal > 0 else 1.0,
            "traffic_total": traffic,
            "waiting_max": waiting,
            "lag_max": self._counts.lag(self._tick),
            "possible": float(self._tick - self._counts.window_start),
            "efold": efold,
            "efolds": (self._tick - self._edit_tick) / efold,
        }

    def _queued_emission(self) -> float:
        """Realized emission in bits per tick where outboxes fill in bursts."""
        c, lattice = self._config, self._lattice
        share = link_share(lattice.emission, lattice.live, c.capacity, c.survival, c.boundary)
        return float((lattice.emission * share).sum())

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick.

        These are ``capacity``, ``survival``, ``background``, ``ema_window`` and ``sources.<id>.<key>``.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        live = [leaf.path for leaf in leaves(GravityConfig) if leaf.live]
        if path in GravityConfig.model_fields and path not in (*live, "sources"):
            raise BadInput(
                f"“{path}” cannot change while the lattice runs.",
                key=path,
                value=value,
                allowed=f"{', '.join(live)} and sources while running",
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

    def _set_field(self, name: str, value: Json, steady: bool = False) -> None:
        """Set ``traffic`` or ``waiting``; ``steady`` says it is the steady state of the present sources.

        Traffic is set as that of the last two ticks. If it is steady, the moving average becomes the f that
        goes with it, 1 - E / C, so that the live field shows no trace of the one before.
        """
        capacity = self._config.capacity
        limits = {"traffic": capacity, "waiting": LARGEST_LOAD * capacity}
        if name not in limits:
            raise unknown_name("settable field", name, limits, key="name")
        array = checkpoint.checked_field(name, value, self._nodes.shape, limits[name])
        getattr(self._lattice, name)[...] = np.where(self._nodes, array, 0)
        if name == "traffic":
            self._traffic_was_set(steady)
        self._edit_tick = self._tick - (round(STEADY_EFOLDS * self.efold) if steady else 0)
        self._widen_limits()

    def _traffic_was_set(self, steady: bool) -> None:
        lattice = self._lattice
        lattice.traffic_before[...] = lattice.traffic
        if steady:
            number: Any = lattice.dtype.type
            lattice.live[...] = number(1) - lattice.traffic / number(self._config.capacity)

    def _reset_statistics(self) -> None:
        """Begin to count f anew; proper time goes on."""
        self._counts.reset(self._tick)

    def _adopt(self, config: GravityConfig) -> None:
        before, self._config = self._config, config
        emitters = (before.sources, before.background) != (config.sources, config.background)
        if emitters:
            self._render()
        if config.capacity < before.capacity:
            self._hold_back()
        if emitters or (before.capacity, before.survival) != (config.capacity, config.survival):
            self._edit_tick = self._tick
            self._widen_limits()

    def _render(self) -> None:
        self._lattice.emission[...] = emission_map(self._config)
        self._largest_emission = float(self._lattice.emission.max())

    def _hold_back(self) -> None:
        """Return bits beyond a lowered capacity to the outbox they came from: none is lost, and E <= C."""
        number: Any = self._lattice.dtype.type
        capacity = number(self._config.capacity)
        kept = np.minimum(self._lattice.traffic, capacity)
        self._lattice.waiting[...] += self._lattice.traffic - kept
        self._lattice.traffic[...] = kept
        np.minimum(self._lattice.traffic_before, capacity, out=self._lattice.traffic_before)

    def _widen_limits(self) -> None:
        """Bounds that hold from the present state on: what lies above its usual bound can only shrink."""
        capacity = self._config.capacity
        waiting = float(self._lattice.waiting.max()) + self._largest_emission
        self._waiting_limit = waiting + _ROUNDING * (waiting + capacity)
        self._debt_limit = max(2.0 * capacity, float(self._lattice.debt.max())) * (1.0 + 1e-6)

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: copies of arrays, JSON scalars, ``config`` as JSON text with its sources."""
        return {
            "traffic": self.field("traffic"),
            "traffic_before": np.array(self._lattice.traffic_before),
            "waiting": self.field("waiting"),
            "debt": np.array(self._lattice.debt),
            "live": self.field("f_live"),
            "realized_before": self._counts.before.copy(),
            "realized": self._counts.window(),
            "tick": self._tick,
            "window_start": self._counts.window_start,
            "edit_tick": self._edit_tick,
            "waiting_limit": self._waiting_limit,
            "debt_limit": self._debt_limit,
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
        self._config = found.config
        self._tick, self._edit_tick = found.scalar("tick"), found.scalar("edit_tick")
        self._seed = found.scalar("seed")
        self._render()
        for name in ("traffic", "traffic_before", "waiting", "debt", "live"):
            getattr(self._lattice, name)[...] = found.arrays[name]
        self._counts.restore(
            found.arrays["realized_before"], found.arrays["realized"], found.scalar("window_start")
        )
        self._waiting_limit = float(state["waiting_limit"])
        self._debt_limit = float(state["debt_limit"])
