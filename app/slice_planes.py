"""Planes of the wave that slices show: usual choices, the linked cut, and what is asked of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tauscope.app.document import Content
from tauscope.app.preset_model import PresetSlice, PresetView
from tauscope.engine.base import FrameRequest
from tauscope.engine.planes import MODES, Plane, PlanePart
from tauscope.engine.ufie.axes import AXES, DIMS
from tauscope.engine.ufie.config import UfieConfig
from tauscope.widgets.labs.ufie import names
from tauscope.widgets.state import SliceOptions, ViewOptions

ENGINE = "ufie"
MAIN, SECOND = "slice", "slice2"
KEYS = (MAIN, SECOND)
FIELDS = {MAIN: "domain", SECOND: "amplitude"}
"""Field that each slice shows at first."""

ENGINE_FIELDS = {"velocity": "velocity", "resonance": "resonance", "state_index": "state_index"}
SOURCES: Mapping[str, tuple[str, PlanePart]] = {
    name: (ENGINE_FIELDS.get(name, "psi"), part) for name, part in names.PARTS.items()
}
"""Field of the engine, and the part of it, that each field of a slice is."""

THIN = 8
"""An axis of fewer sites is no picture of its own in the second slice."""
WITHOUT_SIGN = ("max", "rms")
"""Projections of the modulus, which have no phase."""


def config_of(content: Content) -> UfieConfig | None:
    """Configuration of the wave in a document, None where none runs."""
    found = content.configs.get(ENGINE)
    return found if isinstance(found, UfieConfig) else None


def usual(key: str, shape: tuple[int, ...]) -> SliceOptions:
    """Plane that a slice shows at first: the two longest axes, those of space before others of their size.

    The second slice is cut where the main one is, along another axis where a third one is long enough.
    """
    order = sorted(range(DIMS), key=lambda axis: (-shape[axis], axis not in (6, 7, 8), axis))
    longest = sorted(order[:2])
    axes = AXES[longest[0]], AXES[longest[1]]
    index = tuple(size // 2 for size in shape)
    if key == MAIN:
        return SliceOptions(axes, index)
    if shape[order[2]] >= THIN:
        axes = axes[0], AXES[order[2]]
    return SliceOptions(axes, index, linked=True)


def fitted(options: SliceOptions | None, key: str, shape: tuple[int, ...]) -> SliceOptions:
    """Options that mean something on a torus of this shape: the index held inside, unknown axes replaced."""
    base = usual(key, shape)
    if options is None:
        return base
    axes, index = options.axes, options.index
    if len(set(axes)) != 2 or not set(axes) <= set(AXES):
        axes = base.axes
    if len(index) != DIMS or any(isinstance(place, bool) or not isinstance(place, int) for place in index):
        index = base.index
    held = tuple(min(max(place, 0), size - 1) for place, size in zip(index, shape, strict=True))
    mode = options.mode if options.mode in MODES else base.mode
    linked = bool(options.linked) and key != MAIN
    return SliceOptions(axes, held, mode, linked)


def shown(slices: Mapping[str, SliceOptions], key: str, shape: tuple[int, ...]) -> SliceOptions:
    """What a slice shows: its own options, but index and mode of the main slice where it is linked."""
    own = fitted(slices.get(key), key, shape)
    if not own.linked:
        return own
    main = fitted(slices.get(MAIN), MAIN, shape)
    return replace(own, index=main.index, mode=main.mode)


def wished(
    slices: Mapping[str, SliceOptions], key: str, wish: SliceOptions, shape: tuple[int, ...]
) -> dict[str, SliceOptions]:
    """What a wish for one slice changes: a linked one shares index and mode, so the main slice moves too."""
    wish = fitted(wish, key, shape)
    found = {key: wish}
    before = shown(slices, key, shape)
    if key != MAIN and wish.linked and before.linked:
        main = fitted(slices.get(MAIN), MAIN, shape)
        moved = replace(main, index=wish.index, mode=wish.mode)
        if moved != main:
            found[MAIN] = moved
    return found


def what(before: SliceOptions, after: SliceOptions) -> str:
    """Name of a change in the menu of undo."""
    if before.linked != after.linked:
        return "Link slices" if after.linked else "Unlink slices"
    if before.axes != after.axes:
        return "Swap axes of slice" if before.axes == after.axes[::-1] else "Change axes of slice"
    if before.mode != after.mode:
        return "Change projection of slice"
    moved = [AXES[axis] for axis in range(DIMS) if before.index[axis] != after.index[axis]]
    return f"Move slice along {', '.join(moved)}" if moved else "Change slice"


def plane_of(field: str, options: SliceOptions) -> Plane:
    """Plane of the engine's field that a slice's field is."""
    return Plane(options.axes, options.index, options.mode, part_of_plane(field, options))


def part_of_plane(field: str, options: SliceOptions) -> PlanePart:
    """Part of the engine's field: a projection of the modulus is real as it is."""
    part = SOURCES[field][1]
    return "" if options.mode in WITHOUT_SIGN and part in ("amplitude", "") else part


def request_of(field: str, options: SliceOptions, robust: bool = False) -> FrameRequest | None:
    """What is asked of the simulation, None for what does not exist."""
    if field not in SOURCES or refusal(field, options):
        return None
    return FrameRequest(SOURCES[field][0], ENGINE, robust=robust, plane=plane_of(field, options))


def refusal(field: str, options: SliceOptions) -> str:
    """Why a slice cannot show a field, as a sentence; "" where it can."""
    if field not in SOURCES:
        return f"A slice knows no field “{field}”; choose another one from the title"
    return names.refusal(field, options.mode)


def view_options(key: str, chosen: Mapping[str, PresetView], field: str = "") -> ViewOptions:
    """How a slice shows its field: as a preset says of it, else what suits the field."""
    field = field if field in SOURCES else FIELDS[key]
    wanted = chosen.get(field) or PresetView()
    return wanted.options(field, names.CMAPS[field])


def of_preset(
    config: UfieConfig, chosen: Mapping[str, PresetSlice], views: Mapping[str, PresetView]
) -> dict[str, tuple[SliceOptions, ViewOptions]]:
    """Slices of a preset, and how they show their fields; what it leaves out is as usual.

    Parameters
    ----------
    config : UfieConfig
        Its configuration of the wave.
    chosen : mapping of str to PresetSlice
        What it says of slices, by key.
    views : mapping of str to PresetView
        What it says of fields, by name.
    """
    found = {}
    for key in KEYS:
        base, kept = usual(key, config.shape), chosen.get(key) or PresetSlice()
        given = SliceOptions(
            kept.axes or base.axes,
            kept.index or base.index,
            kept.mode,
            base.linked if kept.linked is None else kept.linked,
        )
        found[key] = fitted(given, key, config.shape), view_options(key, views, kept.field)
    return found


def with_slices(
    content: Content, chosen: Mapping[str, PresetSlice], views: Mapping[str, PresetView]
) -> Content:
    """Document of a preset with its slices, and how they show their fields, where the wave runs."""
    config = config_of(content)
    if config is None:
        return content
    made = of_preset(config, chosen, views)
    looks = {key: look for key, (_options, look) in made.items()}
    slices = {key: options for key, (options, _look) in made.items()}
    return replace(content, slices=slices, views={**content.views, **looks})


def sentence(options: SliceOptions, shape: tuple[int, ...]) -> str:
    """Which plane it is, in a line: ``y over x at t 3, z 1``; axes of one site are left out."""
    across, up = options.axes
    if options.mode != "index":
        return f"{up} over {across}, {projection(options, shape)}"
    cut = ", ".join(f"{AXES[axis]} {options.index[axis]}" for axis in _others(options, shape))
    return f"{up} over {across} at {cut}" if cut else f"{up} over {across}"


def projection(options: SliceOptions, shape: tuple[int, ...]) -> str:
    """Name of a projection, and along what: ``maximum along r t``."""
    name = names.MODES[options.mode][0]
    name = name if name.isupper() else name.lower()
    along = " ".join(AXES[axis] for axis in _others(options, shape))
    return f"{name} along {along}" if along else name


def _others(options: SliceOptions, shape: tuple[int, ...]) -> list[int]:
    """Axes that are cut or projected along, but those of one site."""
    return [a for a in range(DIMS) if AXES[a] not in options.axes and shape[a] > 1]
