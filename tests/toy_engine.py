"""A small engine for tests: explicit diffusion on a torus, with everything the engine contract asks for.

It joins the registry as third parties do, through an entry point, so that spawned processes find it as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from tauscope.engine.base import BlowUp, DerivedField, Engine, FieldSpec, Reproducibility, ScalarSpec, State
from tauscope.engine.config import EngineConfig, parameter
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.registry import EngineEntry, entries

Array = npt.NDArray[Any]

STABLE = 0.25
"""Largest dt · D of the five-point scheme in two dimensions (von Neumann analysis)."""


class ToyConfig(EngineConfig):
    """Lattice size, diffusivity, time step, number type, and the amplitude of the random start."""

    nx: int = parameter(16, label="Width", unit="cells", ge=2, le=4096)
    ny: int = parameter(12, label="Height", unit="cells", ge=2, le=4096)
    D: float = parameter(0.5, label="Diffusivity", ge=0.0, le=100.0, live=True, hero=True)
    dt: float = parameter(0.2, label="Time step", gt=0.0, le=100.0, live=True)
    amplitude: float = parameter(1.0, label="Amplitude of the start", ge=0.0, le=1e6)
    dtype: Literal["float32", "float64"] = parameter("float64", label="Number type")


class ToyEngine(Engine):
    """Diffusion ``du/dt = D ∇²u`` on a torus, explicit Euler, five-point Laplacian.

    The start is uniform noise in [0, amplitude), drawn from PCG64(seed). Fields: ``u`` and ``visits``
    (int64, how often a spot was dropped on each cell). Scalars: ``mean``, ``largest``, ``spots``.
    """

    name: ClassVar[str] = "toy"
    config_type: ClassVar[type[EngineConfig]] = ToyConfig
    reproducibility: ClassVar[Reproducibility] = "B"

    def __init__(self, config: ToyConfig, seed: int = 1, device: str = "cpu") -> None:
        self._config = config
        self._seed = seed
        self.device = device
        self._tick = 0
        self._time = 0.0
        self._spots = 0
        noise = np.random.Generator(np.random.PCG64(seed)).random((config.ny, config.nx))
        self._u: Array = (config.amplitude * noise).astype(config.dtype)
        self._visits = np.zeros((config.ny, config.nx), np.int64)

    @property
    def config(self) -> ToyConfig:
        return self._config

    @property
    def seed(self) -> int:
        return self._seed

    @property
    def tick(self) -> int:
        return self._tick

    @property
    def time(self) -> float:
        return self._time

    def advance(self, ticks: int) -> None:
        if type(ticks) is not int or ticks < 0:
            raise BadInput(f"Cannot advance {ticks!r} ticks.", key="ticks", value=ticks, allowed="0, 1, 2, …")
        factor = self._u.dtype.type(self._config.dt * self._config.D)
        u = self._u
        with np.errstate(all="ignore"):
            for _ in range(ticks):
                around = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) + np.roll(u, -1, 1)
                u = u + factor * (around - 4 * u)
                self._time += self._config.dt
        self._u = u
        self._tick += ticks

    def field_specs(self) -> Mapping[str, FieldSpec]:
        return {
            "u": FieldSpec("u", "u", "Concentration", ("y", "x"), self._config.dtype, settable=True),
            "visits": FieldSpec("visits", "visits", "Spots dropped on each cell", ("y", "x"), "int64"),
        }

    def field(self, name: str) -> Array:
        if name == "u":
            return self._u.copy()
        if name == "visits":
            return self._visits.copy()
        raise unknown_name("field", name, self.field_specs(), key="field")

    def scalar_specs(self) -> Mapping[str, ScalarSpec]:
        return {
            "mean": ScalarSpec("mean", "mean u"),
            "largest": ScalarSpec("largest", "largest |u|"),
            "spots": ScalarSpec("spots", "spots"),
        }

    def scalars(self) -> dict[str, float]:
        with np.errstate(all="ignore"):
            mean, largest = float(self._u.mean()), float(np.abs(self._u).max())
        return {"mean": mean, "largest": largest, "spots": float(self._spots)}

    def set(self, path: str, value: Any) -> None:
        changed = self._config.with_value(path, value)
        if path not in ("D", "dt"):
            raise BadInput(f"“{path}” needs a restart.", key=path, value=value, allowed="D, dt while running")
        self._config = changed

    def commands(self) -> Mapping[str, Callable[..., Any]]:
        return {"add_spot": self._add_spot, "set_field": self._set_field}

    def state(self) -> dict[str, Any]:
        return {
            "u": self._u.copy(),
            "visits": self._visits.copy(),
            "tick": self._tick,
            "time": self._time,
            "spots": self._spots,
            "D": self._config.D,
            "dt": self._config.dt,
        }

    def restore(self, state: State) -> None:
        for name, present in (("u", self._u), ("visits", self._visits)):
            given = state.get(name)
            same = (present.shape, present.dtype)
            if not isinstance(given, np.ndarray) or (given.shape, given.dtype) != same:
                raise BadInput(f"The checkpoint's {name} does not fit this lattice.", key=name)
        missing = [name for name in ("tick", "time", "spots", "D", "dt") if name not in state]
        if missing:
            raise BadInput(f"The checkpoint has no {missing[0]}.", key=missing[0])
        self._config = self._config.with_value("D", state["D"]).with_value("dt", state["dt"])
        self._u, self._visits = state["u"].copy(), state["visits"].copy()
        self._tick, self._time, self._spots = int(state["tick"]), float(state["time"]), int(state["spots"])

    def check(self) -> BlowUp | None:
        factor = self._config.dt * self._config.D
        bad = ~np.isfinite(self._u)
        if factor <= STABLE and not bad.any():
            return None
        worst = bad if bad.any() else np.abs(self._u)
        row, column = (int(i) for i in np.unravel_index(int(np.argmax(worst)), self._u.shape))
        return BlowUp(
            engine=self.name,
            field="u",
            cell=(row, column),
            tick=self._tick,
            time=self._time,
            value=float(self._u[row, column]),
            limit=f"dt · D ≤ {STABLE:g} (it is {factor:g}) and finite values",
            remedy="Go back and choose a smaller dt.",
            remedy_set=("dt", 0.8 * STABLE / self._config.D if self._config.D > 0 else 0.2),
        )

    def _add_spot(self, x: int, y: int, amount: float = 1.0) -> str:
        if not (0 <= x < self._config.nx and 0 <= y < self._config.ny):
            raise BadInput(
                f"The spot at ({x}, {y}) lies outside the lattice.",
                key="x" if not 0 <= x < self._config.nx else "y",
                value=(x, y),
                allowed=f"0 to {self._config.nx - 1}, 0 to {self._config.ny - 1}",
            )
        self._u[y, x] += amount
        self._visits[y, x] += 1
        self._spots += 1
        return f"spot{self._spots}"

    def _set_field(self, name: str, value: Array) -> None:
        if name != "u":
            raise unknown_name("settable field", name, ("u",), key="name")
        given = np.asarray(value, dtype=self._u.dtype)
        if given.shape != self._u.shape or not np.isfinite(given).all():
            raise BadInput("The array is not finite or does not fit.", key="value", value=given.shape)
        self._u = given.copy()


def _slope(_config: EngineConfig, u: Array) -> Array:
    return np.asarray(np.roll(u, -1, 1) - u)


DERIVED = {
    "slope": DerivedField(
        FieldSpec("slope", "∂u/∂x", "Slope along x", ("y", "x"), "float64", cost="derive"), ("u",), _slope
    )
}

ENTRY = EngineEntry(
    name="toy",
    title="Diffusion for tests",
    engine="tests.toy_engine:ToyEngine",
    config="tests.toy_engine:ToyConfig",
    derived="tests.toy_engine:DERIVED",
)


def write_plugin(folder: Path) -> Path:
    """Write the record of an installed package that offers the toy engine; returns the folder."""
    record = folder / "tauscope_toy-1.0.dist-info"
    record.mkdir(parents=True, exist_ok=True)
    metadata = "Metadata-Version: 2.1\nName: tauscope-toy\nVersion: 1.0\n"
    (record / "METADATA").write_text(metadata, encoding="utf-8")
    points = "[tauscope.engines]\ntoy = tests.toy_engine:ENTRY\n"
    (record / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder


def install(folder: Path, monkeypatch: Any) -> None:
    """Put the toy engine into the registry for one test, in this process and in those it spawns."""
    monkeypatch.syspath_prepend(str(write_plugin(folder)))
    entries.cache_clear()


def edited(line: str, **changes: Any) -> str:
    """Event line with entries of its ``args`` changed, as somebody with an editor would."""
    data = json.loads(line)
    data["args"].update(changes)
    return json.dumps(data, sort_keys=True)
