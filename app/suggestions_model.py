"""Suggestions as a file: what was read from logs, what it would change, how sure that is, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tauscope.app.outputs import folder_of
from tauscope.app.regular import regular
from tauscope.app.storage import replacing
from tauscope.engine.config import translate
from tauscope.engine.errors import BadInput, unknown_name
from tauscope.engine.kuramoto.laws import LARGEST_STEP

KIND: Literal["tauscope.suggestions"] = "tauscope.suggestions"
VERSION: Literal[1] = 1
LARGEST_FILE = 16 * 2**20
OURS = (
    "The laws behind these numbers (readiness, Return Spiral, over-locking) are definitions of this program; "
    "their source names them and gives no formula."
)

METRICS = ("R_total", "R_mean", "cross_sync", "drift", "drift_mean", "ready", "choice_score")
"""Columns of a log that are averaged, in the order in which they are shown."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Mean(_Part):
    """Mean of a column over the tails of the runs.

    Parameters
    ----------
    mean : float
        Mean; dimensionless, but ``drift`` and ``drift_mean`` are in rad a step.
    spread : float or None
        Half the 95 % interval of the mean; None where too few samples give none.
    """

    mean: float
    spread: float | None = Field(default=None, ge=0)


class Sample(_Part):
    """Means of one independent piece: the tail of a seed's run, or a block of it.

    Parameters
    ----------
    seed : int or None
        Seed of the run, None where the log does not tell.
    means : mapping of str to float
        By column.
    """

    seed: int | None = None
    means: dict[str, float] = Field(default_factory=dict)


class Suggestion(_Part):
    """What the logs of one set-up suggest.

    Parameters
    ----------
    preset : str
        Preset that ran, or the file's name where the log does not tell.
    K, permeability : float or None
        Coupling and permeability π that ran.
    metrics : str
        ``settled``, or ``classic`` for the published definitions.
    offer_two_paths : bool or None
        As logged.
    files : tuple of str
        Logs that were read.
    seeds : tuple of int
        Seeds that ran.
    rows : int
        Rows in all tails.
    basis : str
        ``seeds``: a sample is a seed's run; ``blocks``: a block of a run longer than its memory.
    means : mapping of str to Mean
        By column.
    samples : tuple of Sample
        What the spreads come from.
    rule : str
        ``return_spiral`` or ``classic_pair``.
    dK, dpi : float
        Suggested changes, at most `LARGEST_STEP` either way; 0 where none is.
    dK_spread, dpi_spread : float or None
        Half the 95 % interval of what the samples suggest, each by itself.
    step_K, step_pi : float
        Present sizes of a step of the Return Spiral; it shrinks where the sign turns.
    sign_K, sign_pi : int
        Sign of the last change that was not 0.
    note : str
        Why, in words.
    refused : tuple of str
        Changes that lie inside their spread and are not made.
    readings : tuple of str
        The document's reading heuristics that hold.
    missing : tuple of str
        Columns that the logs lack.
    """

    preset: str
    K: float | None = None
    permeability: float | None = None
    metrics: Literal["settled", "classic"] = "settled"
    offer_two_paths: bool | None = None
    files: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    rows: int = Field(default=0, ge=0)
    basis: Literal["seeds", "blocks"] = "seeds"
    means: dict[str, Mean] = Field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    rule: Literal["return_spiral", "classic_pair"] = "return_spiral"
    dK: float = Field(default=0.0, ge=-LARGEST_STEP, le=LARGEST_STEP)
    dpi: float = Field(default=0.0, ge=-LARGEST_STEP, le=LARGEST_STEP)
    dK_spread: float | None = Field(default=None, ge=0)
    dpi_spread: float | None = Field(default=None, ge=0)
    step_K: float = Field(default=LARGEST_STEP, gt=0, le=LARGEST_STEP)
    step_pi: float = Field(default=LARGEST_STEP, gt=0, le=LARGEST_STEP)
    sign_K: Literal[-1, 0, 1] = 0
    sign_pi: Literal[-1, 0, 1] = 0
    note: str = ""
    refused: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be changed."""
        return self.dK != 0.0 or self.dpi != 0.0

    def values(self, K: float, permeability: float) -> dict[str, float]:
        """Entries of a configuration that it changes, kept at 0 or above.

        What ran counts, not what the preset says: after a first turn of the loop both differ, and a second
        turn that changes π alone must not lose the K that the first one reached.

        Parameters
        ----------
        K, permeability : float
            Present values; it starts from these if the log does not tell what ran.
        """
        found = {}
        for name, ran, present, step in (
            ("K", self.K, K, self.dK),
            ("permeability", self.permeability, permeability, self.dpi),
        ):
            value = _stepped(ran if ran is not None else present, step)
            if value != present:
                found[name] = value
        return found


class Suggestions(_Part):
    """Content of a suggestions file.

    Parameters
    ----------
    kind : str
        ``tauscope.suggestions``: tells the file from all others.
    schema_version : int
        1.
    about : str
        Whose definitions these are.
    suggestions : tuple of Suggestion
        One a set-up, in the order of the logs.
    warnings : tuple of str
        What was left out, and why.
    """

    kind: Literal["tauscope.suggestions"] = KIND
    schema_version: Literal[1] = VERSION
    about: str = OURS
    suggestions: tuple[Suggestion, ...] = ()
    warnings: tuple[str, ...] = ()

    def of_preset(self, name: str) -> Suggestion:
        """Newest suggestion for a preset: the last of its name.

        Raises
        ------
        BadInput
            If there is none; names the presets that have one.
        """
        for suggestion in reversed(self.suggestions):
            if suggestion.preset == name:
                return suggestion
        raise unknown_name("suggestion for a preset", name, {s.preset for s in self.suggestions})

    def dump(self) -> dict[str, Any]:
        """Plain JSON data."""
        return self.model_dump(mode="json")


def json_schema() -> dict[str, Any]:
    """JSON schema of the file format; shipped as ``resources/suggestions.schema.json``."""
    schema = Suggestions.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def load(path: Path) -> Suggestions:
    """Suggestions of a file.

    Raises
    ------
    BadInput
        A file that cannot be read or is none of suggestions.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _no_suggestions(path, f"it is larger than {LARGEST_FILE} bytes")
        data = json.loads(regular(path).read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(
            f"There is no file {path}.",
            key="suggestions",
            value=str(path),
            remedy="Make it with “tauscope ingest LOG.csv… --out FILE”.",
        ) from None
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}.", key="suggestions", value=str(path)
        ) from None
    except (ValueError, RecursionError):
        raise _no_suggestions(path, "it is no JSON") from None
    if not isinstance(data, Mapping) or data.get("kind") != KIND:
        raise _no_suggestions(path, f"its “kind” is not “{KIND}”")
    if (version := data.get("schema_version", VERSION)) != VERSION:
        raise _no_suggestions(path, f"its “schema_version” is {version!r}, and this program reads {VERSION}")
    try:
        return Suggestions.model_validate(data)
    except ValidationError as error:
        raise translate(error, Suggestions).placed(f"{path} is no file of suggestions") from None


def save(path: Path, found: Suggestions) -> None:
    """Write a file of suggestions; its folder is made, and an older file of suggestions is replaced.

    Raises
    ------
    BadInput
        Where something else has that name, or the folder cannot be written to.
    """
    check_place(path)
    text = json.dumps(found.dump(), indent=2, ensure_ascii=False, allow_nan=False)
    folder_of(path, "--out")
    with replacing(path, "file of suggestions", over=True) as part:
        part.write_text(f"{text}\n", encoding="utf-8")


def check_place(path: Path) -> None:
    """Refuse a path at which something stands that is no file of suggestions.

    Raises
    ------
    BadInput
        Then; nothing is overwritten.
    """
    if not path.exists():
        return
    try:
        load(path)
    except BadInput as error:
        raise BadInput(
            f"{path} exists and is not replaced: {error.message}",
            key="--out",
            value=str(path),
            remedy="Choose another name for --out.",
        ) from None


def _no_suggestions(path: Path, why: str) -> BadInput:
    return BadInput(
        f"{path} is no file of suggestions: {why}.",
        key="suggestions",
        value=str(path),
        remedy="Give a file that “tauscope ingest” has written.",
    )


def _stepped(value: float, step: float) -> float:
    return max(round(value + step, 9), 0.0) if step else value
