"""Presets: ready-made starting points as JSON files, those of the package and the user's own."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import ValidationError

from tauscope.app.preset_model import Expectation, Preset, PresetSlice, PresetView, json_schema, slug
from tauscope.app.regular import regular
from tauscope.app.storage import replacing
from tauscope.engine.config import translate
from tauscope.engine.errors import BadInput, TauscopeError, unknown_name
from tauscope.engine.study import Check
from tauscope.engine.world import World
from tauscope.widgets.state import PresetCard

DEFAULT_PRESETS = ("everything", "two_bodies", "single_mass")
LARGEST_FILE, FOLDER_VARIABLE = 64 * 2**20, "TAUSCOPE_PRESETS"

__all__ = [
    "BrokenPreset",
    "Catalogue",
    "Expectation",
    "Preset",
    "PresetSlice",
    "PresetView",
    "cards",
    "catalogue",
    "check_expectations",
    "default",
    "json_schema",
    "list_presets",
    "load",
    "names",
    "own_folder",
    "parse",
    "read",
    "save_own",
]


@dataclass(frozen=True, slots=True)
class BrokenPreset:
    """A file of the user's own folder that is no preset, and why."""

    path: Path
    error: TauscopeError


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All presets that can be opened, and the files that cannot."""

    presets: tuple[Preset, ...]
    broken: tuple[BrokenPreset, ...]


def own_folder() -> Path:
    """Folder of the user's own presets; the variable TAUSCOPE_PRESETS names another."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("tauscope", appauthor=False)) / "presets"


def list_presets() -> list[Preset]:
    """Presets of the package, then the user's own that can be read, each sorted by name."""
    return list(catalogue().presets)


def catalogue() -> Catalogue:
    """All presets, and the files of the user's own folder that are none."""
    built_in = [_built_in(name) for name in sorted(_built_in_files())]
    own: list[Preset] = []
    broken: list[BrokenPreset] = []
    for path in _own_files():
        try:
            if path.stem in _built_in_files():
                raise BadInput(
                    f"The name of {path} belongs to a preset of the program.",
                    key="name",
                    value=path.stem,
                    remedy="Rename the file.",
                )
            own.append(read(path))
        except TauscopeError as error:
            broken.append(BrokenPreset(path, error))
    return Catalogue((*built_in, *own), tuple(broken))


def names() -> list[str]:
    """Names of all presets, without reading them."""
    return [*sorted(_built_in_files()), *(p.stem for p in _own_files() if p.stem not in _built_in_files())]


def load(name_or_path: str | Path) -> Preset:
    """Preset by name, or from a JSON file.

    Raises
    ------
    BadInput
        Unknown name (names the nearest), a file that cannot be read (names line and column), or a
        configuration that its engine refuses.
    """
    text = str(name_or_path)
    if (
        isinstance(name_or_path, Path)
        or text.endswith(".json")
        or ".json#" in text
        or os.sep in text
        or "/" in text
    ):
        return read(Path(text).expanduser())
    if text in _built_in_files():
        return _built_in(text)
    for path in _own_files():
        if path.stem == text:
            return read(path)
    raise unknown_name("preset", text, names(), key="preset")


def default() -> Preset:
    """Preset of the first start."""
    known = names()
    chosen = next((name for name in DEFAULT_PRESETS if name in known), None)
    if chosen is None:
        raise BadInput("No preset is installed.", key="preset", remedy="Install the program again.")
    return load(chosen)


def read(path: Path) -> Preset:
    """Preset of a JSON file, its configuration checked by its engine.

    The file may be in the shape of the sim stack's document; of several in one file, ``FILE#NAME`` is one.

    Raises
    ------
    BadInput
        With file, line and column where the JSON is wrong, else with key, value and allowed range.
    """
    chosen = ""
    if ".json#" in path.name and not path.exists():
        chosen = path.name.partition(".json#")[2]
        path = path.with_name(path.name.removesuffix(f"#{chosen}"))
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(
                f"{path} is too large for a preset.",
                key="preset",
                value=f"{path.stat().st_size} bytes",
                allowed=f"at most {LARGEST_FILE} bytes",
            )
        text = regular(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path} is not text: byte {error.start} is no UTF-8.",
            key="preset",
            value=str(path),
            remedy="Give a preset's JSON file, or a recording that ends in .h5.",
        ) from None
    except FileNotFoundError:
        raise BadInput(
            f"There is no file {path}.",
            key="preset",
            value=str(path),
            allowed=", ".join(names()),
            remedy="Check the path, or give the name of a preset.",
        ) from None
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read: {error.strerror}.",
            key="preset",
            value=str(path),
            remedy="Check the path.",
        ) from None
    preset = parse(text, str(path), path.absolute().parent, chosen)
    return preset.named(path.stem if path.parent == own_folder() else preset.name or path.stem, path)


def parse(text: str, where: str, folder: Path | None = None, chosen: str = "") -> Preset:
    """Preset of a JSON text; ``where`` names its origin in messages, ``folder`` is where its files lie.

    A text in the shape of the sim stack's document is translated; ``chosen`` names one of several there.

    Raises
    ------
    BadInput
        As `read`.
    """
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, where))
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{where}, line {error.lineno}, column {error.colno}: {error.msg}.",
            key="preset",
            value=where,
            remedy="Correct the JSON there.",
        ) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        why = "its lists and objects lie too deep" if isinstance(error, RecursionError) else str(error)
        raise BadInput(
            f"{where} cannot be read: {why}.", key="preset", value=where, remedy="Correct the JSON there."
        ) from None
    name = ""
    if not isinstance(data, dict) or "engine" not in data:
        from tauscope.app.stack_presets import imported

        if (translated := imported(data, where, chosen)) is not None:
            name, data = slug(translated.pop("name")), translated
    if not isinstance(data, dict):
        raise BadInput(
            f"{where} is no preset: it holds no JSON object.",
            key="preset",
            value=where,
            remedy="See presets/schema.json for what a preset holds.",
        )
    try:
        preset = Preset.model_validate(_with_files(data, folder)).named(name)
        preset.setup()
    except ValidationError as error:
        raise translate(error, Preset).placed(where) from None
    except BadInput as error:
        raise error.placed(where) from None
    return preset


def cards(presets: Iterable[Preset]) -> list[PresetCard]:
    """Presets as the gallery shows them; the picture is a PNG of the same name beside the file."""
    found = []
    for preset in presets:
        folder = preset.path.parent if preset.path else Path(str(resources.files("tauscope.presets")))
        picture = folder / f"{preset.name}.png"
        found.append(
            PresetCard(
                name=preset.name,
                title=preset.title,
                summary=preset.summary,
                see=preset.see,
                tries=preset.tries,
                picture=str(picture) if picture.is_file() else "",
                own=preset.path is not None,
            )
        )
    return found


def save_own(preset: Preset, name: str = "", picture: bytes = b"") -> Path:
    """Write a preset into the user's own folder, under its own or another new name, and return its path.

    ``picture``, a PNG, is written beside it; without one the gallery shows an icon.

    Raises
    ------
    BadInput
        A name that is taken or not allowed, or a folder or disk that refuses the file; nothing is left then.
    """
    name = name or preset.name
    if not name or not all(c.isalnum() or c in "_-" for c in name):
        raise BadInput(
            f"“{name}” is not a name for a preset.",
            key="name",
            value=name,
            allowed="letters, digits, _ and -",
        )
    text = json.dumps(preset.dump(), indent=2, ensure_ascii=False, allow_nan=False)
    path = own_folder() / f"{name}.json"
    taken = BadInput(
        f"A preset named “{name}” exists.", key="name", value=name, remedy="Choose another name."
    )
    if name in _built_in_files():
        raise taken
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}.",
            key="name",
            value=str(path),
            remedy=f"Set {FOLDER_VARIABLE} to a folder that can be written to.",
        ) from None
    if os.path.lexists(path):
        raise taken
    with replacing(path, "preset") as part:
        part.write_text(f"{text}\n", encoding="utf-8")
    if picture:
        with contextlib.suppress(BadInput):  # the preset is saved, and that is what counts
            beside = path.with_suffix(".png")
            with replacing(beside, "picture", over=True) as part:
                part.write_bytes(picture)
    return path


def check_expectations(preset: Preset, seed: int = 1) -> tuple[Check, ...]:
    """Run a preset without a window and compare its scalars with what it expects.

    Returns
    -------
    tuple of Check
        One a line of ``expect``; expected is the middle of the range, tolerance half its width.

    Raises
    ------
    BadInput
        An expectation names a scalar that its engine does not measure.
    """
    world = World.of(preset.setup(), seed=seed)
    checks: dict[int, Check] = {}
    for index, wanted in sorted(enumerate(preset.expect), key=lambda item: item[1].ticks):
        engine = world.engine(wanted.engine or preset.engine)
        if wanted.scalar not in engine.scalar_specs():
            raise unknown_name("scalar", wanted.scalar, engine.scalar_specs(), key=f"expect.{index}.scalar")
        world.advance(wanted.ticks - world.macro_tick)
        low, high = wanted.range
        value = engine.scalar(wanted.scalar)
        checks[index] = Check(
            quantity=f"{wanted.scalar} after {wanted.ticks} ticks",
            expected=(low + high) / 2,
            measured=value,
            tolerance=(high - low) / 2,
            passed=low <= value <= high,
            unit=engine.scalar_specs()[wanted.scalar].unit,
            reason=f"expectation of the preset “{preset.title}”",
        )
    return tuple(checks[index] for index in sorted(checks))


def _with_files(data: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Preset whose configurations name their files in full; they are given relative to its folder."""
    if folder is None:
        return data
    placed = {**data, "config": _placed_files(data.get("config"), folder)} if "config" in data else data
    companions = data.get("companions")
    if not isinstance(companions, dict):
        return placed
    beside = {
        key: {**other, "config": _placed_files(other["config"], folder)}
        if isinstance(other, dict) and "config" in other
        else other
        for key, other in companions.items()
    }
    return {**placed, "companions": beside}


def _placed_files(node: Any, folder: Path) -> Any:
    """Part of a configuration in which every entry ``file`` names its file in full."""
    if isinstance(node, list):
        return [_placed_files(item, folder) if isinstance(item, dict) else item for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: str(folder / value)
        if key == "file" and isinstance(value, str) and value
        else _placed_files(value, folder)
        for key, value in node.items()
    }


def _once(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    """JSON object of its pairs; a key that stands twice is an error, since one of the two would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadInput(
            f"{where}: the key “{twice}” stands twice in one object.", key=twice, remedy="Remove one."
        )
    return found


@lru_cache(maxsize=1)
def _built_in_files() -> frozenset[str]:
    return frozenset(
        item.name.removesuffix(".json")
        for item in resources.files("tauscope.presets").iterdir()
        if item.name.endswith(".json") and item.name != "schema.json"
    )


def _built_in(name: str) -> Preset:
    folder = resources.files("tauscope.presets")
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    return parse(text, f"{name}.json", Path(str(folder))).named(name)


def _own_files() -> Iterator[Path]:
    folder = own_folder()
    try:
        yield from sorted(p for p in folder.glob("*.json") if p.is_file() and p.name != "schema.json")
    except OSError:
        return  # no such folder before the first preset is saved
