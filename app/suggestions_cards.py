"""Suggestions and comparisons as the panel shows them."""

from __future__ import annotations

from collections.abc import Sequence

from tauscope.app.suggestions_model import Suggestion
from tauscope.app.suggestions_reading import COERCION_FREE, Comparison, shown
from tauscope.engine.config import EngineConfig
from tauscope.widgets.docks.suggestions import ChangeTable, SuggestionCard

SPIRAL = (
    "Return Spiral (ours): where R > 0.9, drift < 0.004 and ready > 0.8, K − step, and π − step too if "
    "X > 0.95. Where R < 0.75, π + step if X < 0.7 and R_mean > 0.6, else K + step. Else π + step if "
    "X < 0.7. The step is 0.05, and 0.6 times as large where the sign turns. Each seed is judged by itself; "
    "shown is the mean ± half its 95 % interval."
)
PAIR = (
    "Published rule: where R is higher, cross_sync not lower and drift not higher, π + 0.05 and K + 0.02; "
    "else K − 0.02, with π − 0.05 if ready > 0.7 and R is lower, else π − 0.02."
)


NO_MATTER = ("K", "permeability", "metrics", "offer_two_paths", "consent_to_log", "choice_every", "log_every")
"""Parameters that a comparison shows itself, or that phases know nothing of."""


def card_of(
    suggestion: Suggestion, key: str, config: EngineConfig, preset: str, locked: bool
) -> SuggestionCard:
    """A suggestion as a card.

    Parameters
    ----------
    suggestion : Suggestion
        What to show.
    key : str
        Tells it from the others.
    config : EngineConfig
        Present configuration of the Kuramoto engine.
    preset : str
        Present preset.
    locked : bool
        Whether a recording is shown, and nothing can be edited.
    """
    values = suggestion.values(_of(config, "K"), _of(config, "permeability")) if suggestion.changes else {}
    basis = (
        f"{len(suggestion.seeds)} seeds"
        if suggestion.basis == "seeds"
        else f"{len(suggestion.samples)} blocks"
    )
    setting = [f"K {suggestion.K:g}"] if suggestion.K is not None else []
    setting += [f"π {suggestion.permeability:g}"] if suggestion.permeability is not None else []
    setting += [basis, f"{suggestion.metrics} metrics", *suggestion.files]
    changes = [
        f"{name} = {value:+.3g} ± {spread or 0.0:.2g}"
        for name, value, spread in (
            ("ΔK", suggestion.dK, suggestion.dK_spread),
            ("Δπ", suggestion.dpi, suggestion.dpi_spread),
        )
        if value
    ]
    names = {"K": "K", "permeability": "π"}
    effect = ", ".join(f"{names[path]} {_of(config, path):g} → {value:g}" for path, value in values.items())
    return SuggestionCard(
        key=key,
        title=suggestion.preset,
        setting=", ".join(setting),
        changes=tuple(changes),
        note=suggestion.note,
        formula=PAIR if suggestion.rule == "classic_pair" else SPIRAL,
        remarks=(
            *((text, "muted") for text in suggestion.refused),
            *((text, "good" if text.endswith(COERCION_FREE) else "warning") for text in suggestion.readings),
        ),
        means=tuple((name, shown(mean, name)) for name, mean in suggestion.means.items()),
        effect=effect,
        why_not=obstacle(suggestion, config, preset, locked),
    )


def obstacle(suggestion: Suggestion, config: EngineConfig, preset: str, locked: bool) -> str:
    """Why a suggestion cannot be applied to what runs, "" where it can."""
    if locked:
        return "A recording is shown, and it cannot be edited."
    if suggestion.preset != preset:
        return f"It is about “{suggestion.preset}”; open that preset first."
    for name, path, ran in (("K", "K", suggestion.K), ("π", "permeability", suggestion.permeability)):
        if ran is not None and ran != _of(config, path):
            return f"It was found with {name} {ran:g}, and {name} is {_of(config, path):g} now: assess again."
    return ""


def also_changed(before: EngineConfig, after: EngineConfig) -> tuple[str, ...]:
    """Parameters besides K and π that differ and move phases, by name."""
    return tuple(
        name
        for name in type(after).model_fields
        if name not in NO_MATTER and getattr(before, name) != getattr(after, name)
    )


def table_of(comparison: Comparison, also: Sequence[str] = ()) -> ChangeTable:
    """A comparison as a table.

    Parameters
    ----------
    comparison : Comparison
        Before and after.
    also : sequence of str
        What changed besides K and π, so that the difference is not theirs alone.
    """
    steps = [
        f"{name} {old:g} → {new:g}"
        for name, (old, new) in (("K", comparison.K), ("π", comparison.permeability))
        if old is not None and new is not None and old != new
    ]
    mixed = f"Not by K and π alone: {', '.join(also)} changed as well. " if also else ""
    rows = tuple(
        (
            change.column,
            shown(change.before, change.column, compact=True),
            shown(change.after, change.column, compact=True),
            shown(change.difference, change.column, signed=True, compact=True),
        )
        for change in comparison.changes
    )
    return ChangeTable(
        f"{comparison.preset}: {', '.join(steps) or 'K and π as before'}",
        rows,
        comparison.verdict,
        "good" if comparison.better else "" if comparison.better is None else "warning",
        f"{mixed}Differences are those of each seed with itself; ± is half a 95 % interval."
        if comparison.paired
        else f"{mixed}± is half a 95 % interval.",
    )


def _of(config: EngineConfig, path: str) -> float:
    return float(getattr(config, path))
