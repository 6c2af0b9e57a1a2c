"""Settings of the program, kept between sessions; a bad entry never stops the start."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tauscope.app.storage import replacing, trouble

WHAT = "settings file"
_saving = threading.Lock()


AT_START = ("geometry", "layout", "layouts", "lab", "preset")
"""Settings that decide what a start shows; after one that crashed, and in safe mode, the built-in ones do."""


class Workspace(BaseModel):
    """A named arrangement of the window.

    Parameters
    ----------
    name : str
        As the user calls it.
    layout : str
        Base64 of Qt's dock layout.
    views : dict of str to str
        Field of each view.
    lab : str
        Lab whose docks it arranges.
    """

    model_config = ConfigDict(extra="ignore")

    name: str = Field(min_length=1, max_length=40)
    layout: str = ""
    views: dict[str, str] = Field(default_factory=dict)
    lab: str = "gravity"


class Settings(BaseModel):
    """What the program remembers.

    Parameters
    ----------
    theme : {"dark", "light"}
        Colours of the frame.
    display_hz : float
        Largest number of pictures a second.
    geometry, layout : str
        Base64 of Qt's window geometry and of the docks in the lattice's lab; empty for the built-in ones.
    layouts : dict of str to str
        Base64 of the dock layouts of the other labs, by lab.
    recent : list of str
        Recordings opened last, newest first.
    recording_folder : str
        Folder suggested for recordings.
    preset : str
        Preset shown at the start.
    workspaces : list of Workspace
        The user's own arrangements, in the order in which they were kept.
    lab : str
        Lab that the window was left in, "" where that is not known: it begins there, and not with one that
        the preset replaces at once.
    past_mib : int
        MiB that keyframes of the past may take.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    theme: Literal["dark", "light"] = "dark"
    display_hz: float = Field(60.0, ge=1.0, le=240.0)
    geometry: str = ""
    layout: str = ""
    layouts: dict[str, str] = Field(default_factory=dict)
    recent: list[str] = Field(default_factory=list)
    recording_folder: str = ""
    preset: str = "everything"
    workspaces: list[Workspace] = Field(default_factory=list)
    lab: str = ""
    past_mib: int = Field(1024, ge=0, le=1 << 20)


def settings_path() -> Path:
    """File of the settings; ``TAUSCOPE_SETTINGS`` names another."""
    named = os.environ.get("TAUSCOPE_SETTINGS")
    return Path(named) if named else Path(platformdirs.user_config_dir("tauscope")) / "settings.json"


def load(path: Path | None = None) -> tuple[Settings, list[str]]:
    """Settings from their file, entry by entry, and a sentence for each entry that was refused."""
    path = path or settings_path()
    settings = Settings.model_validate({})
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return settings, []
    except (OSError, ValueError, RecursionError) as error:
        return settings, [
            f"The settings file {path} cannot be read ({error}); the built-in settings are used."
        ]
    if not isinstance(data, dict):
        return settings, [f"The settings file {path} holds no settings; the built-in ones are used."]
    refused = []
    for key, value in data.items():
        if key not in Settings.model_fields:
            continue
        try:
            setattr(settings, key, value)
        except ValidationError:
            refused.append(f"The setting {key} = {value!r} was refused; its built-in value is used.")
    return settings, refused


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings; the former file is kept beside it as ``.bak``, and one of the two is always there.

    From any thread; of two calls at once the later one waits, and writes what the settings say then.

    Raises
    ------
    BadInput
        If folder or disk refuse the file; the former one is untouched then.
    """
    path = path or settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise trouble(error, path, WHAT) from None
    with _saving, replacing(path, WHAT, over=True) as part:
        part.write_text(settings.model_dump_json(indent=2), encoding="utf-8")
        if path.exists():
            with replacing(path.with_suffix(".bak"), WHAT, over=True) as former:
                shutil.copyfile(path, former)
