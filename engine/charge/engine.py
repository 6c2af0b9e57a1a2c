"""The charge engine: charge density, phase and intent on a torus, or two species in their own field."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

from tauscope.engine import checkpoint
from tauscope.engine.arguments import check_scalars, whole_ticks
from tauscope.engine.base import Array, BlowUp, Engine, FieldSpec, Json, Reproducibility, ScalarSpec, State
from tauscope.engine.charge import catalogue, commands
from tauscope.engine.charge.body import Body
from tauscope.engine.charge.config import ChargeConfig
from tauscope.engine.charge.drift_body import DriftBody
from tauscope.engine.charge.plasma_body import PlasmaBody
from tauscope.engine.errors import BadInput, unknown_name


class ChargeEngine(Engine):
    """Charge, phase and intent, and whether a Coulomb law emerges from them.

    In all modes but D::

        ∂ρ/∂t = ∇·(gρ∇φ) − λρ + D∇²ρ,   ∂φ/∂t = α∇²I + ν∇²φ − βρ,   ∂I/∂t = −γ(I − ρ²)

    with the terms that the mode has; a step that takes |ρ| beyond its limit is not taken: the run stands
    still at the last good state, its tick and time with it, until it is acknowledged. In mode D two species
    p and n descend the free energy F in the potential of all charges, by Scharfetter and Gummel's fluxes. A
    tick is a step.

    Charges are those of the list ``charges``. In modes B and published_v2 they are ρ itself, and in D fixed
    charges q beside p and n: they move at once when they are moved. In the other modes they are ρ at the
    start; one that is added, moved, changed or removed later adds to ρ the difference of its own map before
    and after.

    Source: the design's page on charge and gauge.

    Parameters
    ----------
    config : ChargeConfig
        Validated configuration.
    seed : int
        Seed of the noise at the start.
    device : str
        ``cpu`` or ``cuda``.

    Examples
    --------
    >>> from tauscope.engine import create
    >>> engine = create("charge", {"mode": "rho2", "charges": [
    ...     {"x": 15, "y": 16, "value": 1}, {"x": 17, "y": 16, "value": -1}]})
    >>> engine.advance(1000)
    >>> engine.check().kept, round(engine.time, 1)
    (True, 4.1)
    """

    name: ClassVar[str] = "charge"
    config_type: ClassVar[type[ChargeConfig]] = ChargeConfig
    reproducibility: ClassVar[Reproducibility] = "B"
    tick_unit: ClassVar[str] = "step"

    def __init__(self, config: ChargeConfig, seed: int = 1, device: str = "cpu") -> None:
        self._seed = seed
        self.device = device
        self._tick = 0
        made = PlasmaBody if config.mode == "D" else DriftBody
        self._body: Body = made(config, seed, device)

    # -- what it is

    @property
    def config(self) -> ChargeConfig:
        """Present configuration, live changes and charges included."""
        return self._body.config

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self._seed

    @property
    def tick(self) -> int:
        """Steps done; like the time it stands still after a blow-up."""
        return self._tick

    @property
    def time(self) -> float:
        """Simulated time; after a blow-up that of the last good state."""
        return self._body.time

    def field_specs(self) -> Mapping[str, FieldSpec]:
        """Fields of the mode, by name."""
        return catalogue.fields_of(self.config.mode)

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        """Scalars of the mode, by name."""
        return catalogue.scalars_of(self.config.mode)

    # -- running

    def advance(self, ticks: int) -> None:
        """Do whole steps, up to one that is not taken; releases the GIL.

        Raises
        ------
        BadInput
            If ``ticks`` is negative or not whole.
        """
        self._tick += self._body.advance(whole_ticks(ticks))

    def check(self) -> BlowUp | None:
        """The step that was not taken, if there was one."""
        return self._body.blow_up()

    # -- reading

    def field(self, name: str) -> Array:
        """Copy of one field, [L, L] float64.

        Raises
        ------
        BadInput
            Unknown field.
        """
        known = self.field_specs()
        if name not in known:
            raise unknown_name("field", name, known, key="field")
        return self._body.read(name)

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
        check_scalars(names, self.scalar_specs())
        return dict(self._body.scalars(names))

    # -- changing

    def set(self, path: str, value: Json) -> None:
        """Change a live parameter, at the present tick.

        Raises
        ------
        BadInput
            Unknown path, a value out of range, or a parameter that needs a restart; nothing is changed then.
        """
        self._body.adopt(commands.live_change(self.config, path, value))

    def commands(self) -> Mapping[str, Callable[..., Json]]:
        """Commands on offer, by name."""
        return {
            "add_charge": self._add_charge,
            "move_charge": self._move_charge,
            "update_charge": self._update_charge,
            "remove_charge": self._remove_charge,
            "set_charges": self._set_charges,
            "set_field": self._set_field,
            "acknowledge": self._acknowledge,
        }

    def _add_charge(
        self, x: float, y: float, value: float, width: float = 0.0, name: str = "", id: str | None = None
    ) -> str:
        """Add a charge; returns its id."""
        entries = {"x": x, "y": y, "value": value, "width": width, "name": name, "id": id}
        changed, charge_id = commands.with_charge(self.config, entries)
        self._body.adopt(changed)
        return charge_id

    def _move_charge(self, id: str, x: float, y: float) -> None:
        """Move a charge."""
        self._update_charge(id, x=x, y=y)

    def _update_charge(self, id: str, **changes: Json) -> None:
        """Change any entries of a charge."""
        self._body.adopt(commands.with_changes(self.config, id, changes))

    def _remove_charge(self, id: str) -> None:
        """Remove a charge."""
        self._body.adopt(commands.without_charge(self.config, id))

    def _set_charges(self, charges: Json) -> None:
        """Replace all charges."""
        self._body.adopt(self.config.with_value("charges", list(charges)))

    def _set_field(self, name: str, value: Json) -> None:
        """Set a settable field of the mode, [L, L] or one number for all cells."""
        self._body.write(name, commands.field_values(name, value, self.config.size, self.field_specs()))

    def _acknowledge(self) -> None:
        """Let a run that stopped at its last good state try again."""
        self._body.acknowledge()

    # -- checkpoints

    def state(self) -> dict[str, Any]:
        """Bit-exact checkpoint: copies of arrays, JSON scalars, ``config`` as JSON text."""
        config = json.dumps(self.config.dump(), sort_keys=True)
        return {**self._body.state(), "tick": self._tick, "seed": self._seed, "config": config}

    def restore(self, state: State) -> None:
        """Return to a checkpoint of an engine with the same configuration but for live parameters.

        Raises
        ------
        BadInput
            If an entry is missing or has another shape or dtype; nothing is changed then.
        """
        found = checkpoint.read(state, self.state(), self.config, checkpoint.restart_entries)
        for name, array in found.arrays.items():
            low, high = commands.bounds(name)
            if not ((array >= low) & (array <= high)).all():
                raise BadInput(f"“{name}” of the checkpoint holds a value that cannot be.", key=name)
        self._seed, self._tick = int(found.scalars["seed"]), int(found.scalars["tick"])
        self._body.restore(found.arrays, found.scalars, found.config)
