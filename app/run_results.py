"""What a run without a window leaves at its end: a checkpoint, and the picture of a field."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tauscope.app import checkpoint, gauge_planes
from tauscope.app.outputs import fresh
from tauscope.app.presets import PresetView
from tauscope.app.run_plan import Plan
from tauscope.engine.base import Limits
from tauscope.engine.errors import BadInput
from tauscope.engine.gauge.config import GaugeConfig
from tauscope.engine.world import World

DEFAULT_CMAPS = {"sequential": "viridis", "diverging": "vik", "cyclic": "twilight"}


def save_good(
    plan: Plan, world: World, good: Mapping[str, Any], files: dict[str, str], *, whole: bool
) -> str:
    """Save the last state that passed every check, with its picture where it is the world's, and say where.

    Parameters
    ----------
    plan : Plan
        What was to be written.
    world : World
        Where the run ended.
    good : mapping
        State that is saved.
    files : dict of str to str
        Files by purpose; those that are written are added.
    whole : bool
        Whether the world stands at that state, since an engine stopped there by itself.
    """
    name = plan.preset.name or "run"
    kept = checkpoint.of(world, name, good)
    path = plan.state or fresh(Path.cwd() / f"{name}-tick{kept.tick}.npz")
    try:
        checkpoint.save(path, kept)
    except (BadInput, OSError):  # the folder went read-only or full meanwhile; the state is worth another try
        path = fresh(Path(tempfile.gettempdir()) / path.name)
        checkpoint.save(path, kept)
    files["state"] = str(path)
    told = f"The last good state, of tick {kept.tick}, is in {path}."
    if plan.snapshot is None:
        return told
    if whole:
        _save_snapshot(plan.snapshot, plan, world, files)
        return f"{told} Its picture is in {plan.snapshot}."
    return f"{told} No picture is written of a state that broke a limit."


def save_end(plan: Plan, world: World, files: dict[str, str], *, whole: bool) -> None:
    """Write the checkpoint, and the picture of a run that came to its end."""
    if plan.state is not None:
        checkpoint.save(plan.state, checkpoint.of(world, plan.preset.name))
        files["state"] = str(plan.state)
    if plan.snapshot is not None and whole:
        _save_snapshot(plan.snapshot, plan, world, files)


def _save_snapshot(path: Path, plan: Plan, world: World, files: dict[str, str]) -> None:
    picture, data = _save_picture(path, plan, world)
    files["snapshot"], files["data"] = str(picture), str(data)


def _save_picture(path: Path, plan: Plan, world: World) -> tuple[Path, Path]:
    """Picture of the field that the preset shows first, with its data beside it."""
    from tauscope.app.snapshot import save_snapshot

    offered = {key: world.specs(key) for key in world.engines}
    axes = {k: getattr(world.engine(k).config, "axes", ("y", "x")) for k in offered}
    wide = (k for k, specs in offered.items() if any(spec.dims == axes[k] for spec in specs.values()))
    key = next(wide, "")
    if not key:
        return _save_slice(path, plan, world)
    specs, engine = offered[key], world.engine(key)
    asked = [name.rpartition(":")[2] for name in plan.fields]
    wanted = [*asked, *plan.preset.views, *specs]
    dims = (2, len(axes[key]))
    name = next(field for field in wanted if field in specs and len(specs[field].dims) in dims)
    view = plan.preset.views.get(name, PresetView())
    told: dict[str, Any] = {"spec": specs[name]}
    config = engine.config
    if isinstance(config, GaugeConfig) and config.dimensions > 2:
        options = gauge_planes.of_middle(config)
        array = engine.plane(name, gauge_planes.plane_of(options))
        told = gauge_planes.pictured(specs[name], options, config)
    else:
        array = world.field(key, name)
    found = Limits.of(array)
    limits = (found.low if view.low is None else view.low, found.high if view.high is None else view.high)
    if view.autoscale == "symmetric":
        center = specs[name].center or 0.0
        reach = max(abs(found.low - center), abs(found.high - center))
        limits = (center - reach, center + reach)
    return save_snapshot(
        path,
        array,
        engine=key,
        config=engine.config.dump(),
        seed=engine.seed,
        tick=world.macro_tick,
        time=engine.time,
        cmap=view.cmap or DEFAULT_CMAPS[specs[name].palette],
        limits=limits,
        title=plan.preset.title,
        **told,
    )


def _save_slice(path: Path, plan: Plan, world: World) -> tuple[Path, Path]:
    """Picture of the main slice of the wave, where no engine has a lattice of rows and columns."""
    from tauscope.app import slice_pictures, slice_planes
    from tauscope.app.snapshot import save_snapshot

    if slice_planes.ENGINE not in world.engines:
        raise BadInput(
            f"No field of {', '.join(world.engines)} is a picture.",
            key="--snapshot",
            value=str(path),
            allowed="runs of gravity or ufie",
            remedy="Record the run, and export a film of it.",
        )
    preset = plan.preset
    return save_snapshot(
        path, **slice_pictures.of_world(world, preset.slices, preset.views), title=preset.title
    )
