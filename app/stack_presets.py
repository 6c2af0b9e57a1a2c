"""Presets in the shape of the sim stack's document, read as presets of the Kuramoto engine.

A preset there is one flat object, ``{"name", "geometry", "rows", "cols", "K", "pi", "offer_two_paths",
"consent_to_log"}`` (Sim stack, "Presets"); its ``pi`` is the permeability. A ``presets.json`` holds several:
a list, or an object by name, or either below the key ``presets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tauscope.engine.errors import BadInput, nearest_name, unknown_name
from tauscope.engine.kuramoto.config import KuramotoConfig

GEOMETRIES = {
    "grid": "grid_rect",
    "rect": "grid_rect",
    "circle": "circle6_center",
    "circle6": "circle6_center",
    "flower_of_life": "flower",
}
"""Other names of geometries; all names of the engine hold as well."""
RENAMED = {"pi": "permeability"}
TEXTS = ("name", "title", "summary", "description", "note", "notes")
WIDTHS = {"grid_rect": 0.25}
WIDTH = 0.2
"""Standard deviation of the natural frequencies in rad/time that the published presets have on their first
layer; the document's shape has no key for it."""


class SeveralPresets(BadInput):
    """A file holds several presets and none was chosen.

    Parameters
    ----------
    where : str
        The file.
    names : tuple of str
        Presets in it.
    """

    def __init__(self, where: str, names: tuple[str, ...]) -> None:
        self.where, self.names = where, names
        super().__init__(
            f"{where} holds {len(names)} presets.",
            key="preset",
            value=where,
            allowed=", ".join(names),
            remedy=f"Add the name of one, as in “{where}#{names[0]}”.",
        )


def imported(data: Any, where: str, chosen: str = "") -> dict[str, Any] | None:
    """Preset in our shape of data in the document's, or None where the data has another shape.

    Parameters
    ----------
    data : object
        Content of a JSON file.
    where : str
        Its origin in messages.
    chosen : str
        Which of several.

    Returns
    -------
    dict or None
        ``engine``, ``title``, ``summary``, ``config``, and ``name``, "" where the file does not tell.

    Raises
    ------
    BadInput
        An unknown key or name, or several presets of which none was chosen.
    """
    several = _several(data, where)
    if several is None:
        if not _is_flat(data):
            return None
        if chosen and chosen != data.get("name"):
            raise unknown_name("preset in the file", chosen, [str(data.get("name", ""))], key="preset")
        return _translated(data, where)
    if not chosen:
        if len(several) == 1:
            return _translated(next(iter(several.values())), where)
        raise SeveralPresets(where, tuple(several))
    if chosen not in several:
        raise unknown_name("preset in the file", chosen, several, key="preset")
    return _translated(several[chosen], where)


def _is_flat(data: Any) -> bool:
    ours = ("engine", "config", "schema_version")
    return isinstance(data, Mapping) and "geometry" in data and not any(key in data for key in ours)


def _several(data: Any, where: str) -> dict[str, Mapping[str, Any]] | None:
    """Presets of a file by name, None where it is no collection of them; raises BadInput for a name twice."""
    if isinstance(data, Mapping) and isinstance(data.get("presets"), list | Mapping) and len(data) == 1:
        data = data["presets"]
    if isinstance(data, list) and data and all(_is_flat(item) for item in data):
        named = [(str(item.get("name", f"preset_{i + 1}")), item) for i, item in enumerate(data)]
        found = dict(named)
        if len(found) < len(named):
            twice = next(name for i, (name, _) in enumerate(named) if name in dict(named[:i]))
            raise BadInput(
                f"{where} holds two presets named “{twice}”.", key="name", value=twice, remedy="Rename one."
            )
        return found
    if isinstance(data, Mapping) and data and all(_is_flat(item) for item in data.values()):
        return {str(name): {"name": name, **item} for name, item in data.items()}
    return None


def _translated(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = {*KuramotoConfig.model_fields, *RENAMED, *TEXTS}
    unknown = next((key for key in data if key not in known), "")
    if unknown:
        raise BadInput(
            f"{where}: a preset in the sim stack's shape has no key “{unknown}”.",
            key=unknown,
            value=data[unknown],
            allowed=", ".join(sorted(known)),
            nearest=nearest_name(unknown, known),
        )
    if "pi" in data and "permeability" in data:
        raise BadInput(f"{where}: pi and permeability are the same.", key="pi", remedy="Give one of them.")
    geometry = data["geometry"]
    if isinstance(geometry, str):
        geometry = GEOMETRIES.get(geometry, geometry)
    config = {RENAMED.get(key, key): value for key, value in data.items() if key not in TEXTS}
    config["geometry"] = geometry
    if "frequencies" not in config:
        width = WIDTHS.get(geometry, WIDTH) if isinstance(geometry, str) else WIDTH
        config["frequencies"] = {"kind": "gaussian", "scale": width}
    name = str(data.get("name", ""))
    told = next((str(data[key]) for key in ("summary", "description", "note", "notes") if data.get(key)), "")
    return {
        "name": name,
        "engine": "kuramoto",
        "title": str(data.get("title") or name.replace("_", " ").capitalize() or "Imported preset"),
        "summary": told
        or "Imported from a preset in the sim stack's shape; what it leaves open has the defaults here.",
        "config": config,
    }
