"""Presets of sweeps: what is run, what is varied, and what to look for, as JSON files of the package."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tauscope.app import presets
from tauscope.app.sweep_file import SweepData, new
from tauscope.app.sweep_task import Task
from tauscope.engine.config import translate
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.sweep_plan import Plan, parse_axis, parse_sample

PACKAGE = "tauscope.presets.sweeps"
Text = Annotated[str, Field(min_length=1)]


class SweepPreset(BaseModel):
    """A sweep that is ready to be run.

    Parameters
    ----------
    schema_version : int
        1.
    title, summary, see : str
        Name for people, one sentence about it, and what to look for.
    preset : str
        Preset that is run, "" for none.
    engine : str
        Engine that is run with ``config`` where no preset is named, "" for a study.
    config : mapping
        Its configuration.
    study : (str, str) or None
        Owner and name of the study that is run instead.
    vary : tuple of str
        Axes, as ``--vary`` takes them.
    sample : str
        As ``--sample`` takes it.
    seeds, seed, settle, measure, every, scalars, fixed
        As in `Plan` and `Task`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    schema_version: Literal[1] = 1
    title: Text
    summary: Text
    see: str = ""
    preset: str = ""
    engine: str = ""
    config: dict[str, Any] = Field(default_factory=dict)
    study: tuple[str, str] | None = None
    vary: tuple[Text, ...]
    sample: str = "grid"
    seeds: int = Field(default=1, ge=1)
    seed: int = Field(default=1, ge=0)
    settle: int = Field(default=1000, ge=0)
    measure: int = Field(default=0, ge=0)
    every: int = Field(default=10, ge=1)
    scalars: tuple[Text, ...] = ()
    fixed: dict[str, Any] = Field(default_factory=dict)

    def sweep(self) -> SweepData:
        """The sweep, with nothing run.

        Raises
        ------
        BadInput
            Unknown preset, or an axis that cannot be read.
        """
        kind, count = parse_sample(self.sample)
        axes = tuple(parse_axis(word) for word in self.vary)
        base: presets.Preset | None = None
        if self.preset:
            base = presets.load(self.preset)
        elif self.engine:
            base = presets.Preset.make(self.title, self.engine, self.config, summary=self.summary)
        task = Task(
            None if base is None else base.dump(),
            self.study,
            self.settle,
            self.measure,
            self.every,
            self.scalars,
            self.fixed,
        )
        return new(self.title, task, Plan(kind, axes, count, self.seeds, self.seed))


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of all presets of sweeps, sorted."""
    found = (item.name for item in resources.files(PACKAGE).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def load(name: str) -> SweepPreset:
    """Preset of a sweep by name.

    Raises
    ------
    BadInput
        Unknown name, or a file that is none.
    """
    if name not in names():
        raise unknown_name("preset of a sweep", name, names(), key="preset")
    text = (resources.files(PACKAGE) / f"{name}.json").read_text(encoding="utf-8")
    try:
        return SweepPreset.model_validate(json.loads(text))
    except ValidationError as error:
        found: BadInput = translate(error, SweepPreset).placed(f"sweeps/{name}.json")
        raise found from None
