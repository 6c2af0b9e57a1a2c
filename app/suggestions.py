"""From logged runs to suggestions: the Return Spiral, the published pair rule, and when to say nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tauscope.app.suggestions_model import OURS, Suggestion, Suggestions
from tauscope.app.suggestions_statistics import LEAST_BLOCKS, LEAST_SEEDS, interval
from tauscope.app.suggestions_summary import LoggedRun, summary_of
from tauscope.engine.kuramoto import laws

NEEDED = ("R_total", "cross_sync", "drift")
"""Columns without which nothing is suggested."""
PAIR_UP_K, PAIR_UP_PI, PAIR_LOCKED_PI = 0.02, 0.05, -0.05
PAIR_LOCKED_READY = 0.7


Rule = Callable[[Mapping[str, float]], laws.Suggestion]


def suggest(
    runs: Sequence[LoggedRun], last: Suggestions | None = None, warnings: Sequence[str] = ()
) -> Suggestions:
    """Suggestions of logged runs, one a set-up, in the order in which they were given.

    Parameters
    ----------
    runs : sequence of LoggedRun
        Runs; those of one preset, K, π and metric set belong together.
    last : Suggestions, optional
        What was suggested before; the Return Spiral takes a smaller step where it turns round.
    warnings : sequence of str
        What the reader had to leave out.
    """
    told = list(warnings)
    groups: dict[tuple[object, ...], list[LoggedRun]] = {}
    for run in runs:
        group = groups.setdefault(run.group, [])
        if run.seed is not None and any(run.seed == other.seed for other in group):
            told.append(
                f"{run.file}: seed {run.seed} of “{run.preset}” was read before; the same run counts once."
            )
        else:
            group.append(run)
    summaries = [summary_of(group) for group in groups.values()]
    found = []
    for index, summary in enumerate(summaries):
        if summary.metrics == "classic":
            found.append(_by_pair(summary, _counterpart(summaries, index)))
        else:
            found.append(_by_spiral(summary, last))
    return Suggestions(about=OURS, suggestions=tuple(found), warnings=tuple(told))


# -- the Return Spiral


def _by_spiral(summary: Suggestion, last: Suggestions | None) -> Suggestion:
    blank = {"cross_sync"} - set(summary.missing)  # one cluster has no pairs, and the rule knows that
    absent = [n for n in (*NEEDED, "R_mean", "ready") if n not in summary.means and n not in blank]
    if absent:
        return summary.model_copy(
            update={"note": f"Nothing is suggested: the log lacks {', '.join(absent)}, which the rule needs."}
        )
    known = last.suggestions if last is not None else ()
    before = next((s for s in reversed(known) if s.preset == summary.preset), Suggestion(preset=""))
    step = laws.Suggestion(
        before.dK,
        before.dpi,
        before.note,
        before.step_K,
        before.step_pi,
        before.sign_K,
        before.sign_pi,
    )

    def rule(means: Mapping[str, float]) -> laws.Suggestion:
        X = means.get("cross_sync", math.nan)
        return laws.return_spiral(
            means["R_total"], X, means["drift"], means["ready"], means["R_mean"], last=step
        )

    advised = _advised(summary, rule)
    turned = {
        f"step_{name}": size * (laws.SIGN_FLIP if np.sign(value) * sign < 0 else 1.0)
        for name, value, sign, size in (
            ("K", advised.dK, before.sign_K, before.step_K),
            ("pi", advised.dpi, before.sign_pi, before.step_pi),
        )
    }
    signs = {
        "sign_K": int(np.sign(advised.dK)) or before.sign_K,
        "sign_pi": int(np.sign(advised.dpi)) or before.sign_pi,
    }
    return advised.model_copy(update={**turned, **signs})


def _advised(summary: Suggestion, rule: Rule) -> Suggestion:
    """Summary with what the rule says to its samples, each by itself, where they agree."""
    least = LEAST_SEEDS if summary.basis == "seeds" else LEAST_BLOCKS
    if len(summary.samples) < least:
        return summary.model_copy(update={"note": _too_short(summary)})
    central = {name: mean.mean for name, mean in summary.means.items()}
    needed = set(central) - {"choice_score"}
    advice = [rule(sample.means) for sample in summary.samples if needed <= set(sample.means)]
    if len(advice) < least:
        note = (
            f"Nothing is suggested: only {len(advice)} of {len(summary.samples)} pieces of the log have "
            f"numbers in {', '.join(name for name in central if name in needed)}, and {least} are needed."
        )
        return summary.model_copy(update={"note": note})
    whole = rule(central)
    chosen, refused, spreads = {}, [], {}
    for name, shown in (("dK", "ΔK"), ("dpi", "Δπ")):
        mean = interval([getattr(a, name) for a in advice])
        spreads[f"{name}_spread"] = spread = mean.spread or 0.0
        # The samples by themselves and their average must say the same.
        sure = abs(mean.mean) > spread and mean.mean * getattr(whole, name) > 0
        chosen[name] = float(f"{mean.mean:.4g}") if sure else 0.0
        if not chosen[name] and (spread > 0.0 or mean.mean != 0.0):
            inside = abs(mean.mean) <= spread
            why = (
                "its sign lies inside the spread" if inside else "the average of all runs does not ask for it"
            )
            refused.append(f"{shown} = {mean.mean:+.3f} ± {spread:.3f}: {why}, so it is not suggested.")
    note = _note(chosen, advice, whole, bool(refused)) + _caveat(summary)
    return summary.model_copy(update={**chosen, **spreads, "note": note, "refused": tuple(refused)})


def _note(
    chosen: Mapping[str, float], advice: Sequence[laws.Suggestion], whole: laws.Suggestion, refused: bool
) -> str:
    """Why, in words: the rule's reason for the average, or that of most samples with these signs."""
    signs = {name: np.sign(value) for name, value in chosen.items()}
    if not any(signs.values()):
        return "Nothing is suggested." if refused else whole.reason
    same = [a.reason for a in advice if all(np.sign(getattr(a, n)) == s for n, s in signs.items() if s)]
    fits = all(np.sign(getattr(whole, n)) == s for n, s in signs.items() if s)
    reason = whole.reason if fits else Counter(same).most_common(1)[0][0] if same else whole.reason
    parts = [f"{'ΔK' if n == 'dK' else 'Δπ'} = {v:+.3g}" for n, v in chosen.items() if v]
    return f"{', '.join(parts)}: {reason[:1].lower()}{reason[1:]}"


def _caveat(summary: Suggestion) -> str:
    if summary.basis == "seeds":
        return ""
    who = f"seed {summary.seeds[0]}" if len(summary.seeds) == 1 else "fewer than five seeds"
    return f" The spread is that of {len(summary.samples)} blocks in time ({who}); five seeds tell more."


def _too_short(summary: Suggestion) -> str:
    return (
        f"Nothing is suggested: {summary.rows} rows in the later half of the log hold fewer than "
        f"{LEAST_BLOCKS} independent pieces. Log longer, or {LEAST_SEEDS} seeds (--seeds {LEAST_SEEDS})."
    )


# -- the published pair rule


def _counterpart(summaries: Sequence[Suggestion], index: int) -> Suggestion | None:
    """The classic log named before it, or after it for the first."""
    classic = [i for i, s in enumerate(summaries) if s.metrics == "classic"]
    place = classic.index(index)
    if len(classic) < 2:
        return None
    return summaries[classic[place - 1] if place else classic[1]]


def _by_pair(summary: Suggestion, other: Suggestion | None) -> Suggestion:
    """The published rule: a log against another one.

    Better (R higher, cross not lower, drift not higher): Δπ +.05, ΔK +.02. Otherwise ΔK -.02, and Δπ -.05
    where over-locked (ready > .7 and R lower), else -.02. Published formulas of the sim stack's project, as
    the kuramoto page quotes them. There the sign changed from run to run; here it must lie outside the
    spread.
    """
    base: dict[str, object] = {"rule": "classic_pair"}
    if other is None:
        note = "Nothing is suggested: the published rule compares two logs; give a second one."
        return summary.model_copy(update={**base, "note": note})
    absent = sorted({n for s in (summary, other) for n in NEEDED if n not in s.means})
    if absent:
        note = f"Nothing is suggested: one of the two logs that the rule compares lacks {', '.join(absent)}."
        return summary.model_copy(update={**base, "note": note})
    R, X, drift = (_apart(summary, other, name) for name in NEEDED)
    if R is None or X is None or drift is None:
        return summary.model_copy(update={**base, "note": _too_short(summary)})
    if R == 0.0:
        difference = summary.means["R_total"].mean - other.means["R_total"].mean
        refused = (
            f"R_total differs from that of “{other.preset}” by {difference:+.3f}, inside the spread, "
            "so the rule's sign would be chance."
        )
        return summary.model_copy(update={**base, "note": "Nothing is suggested.", "refused": (refused,)})
    better = R > 0 and X >= 0 and drift <= 0
    ready = summary.means["ready"].mean if "ready" in summary.means else math.nan
    locked = not better and ready > PAIR_LOCKED_READY and R < 0
    dK, dpi, reason = (
        (PAIR_UP_K, PAIR_UP_PI, "R is higher, cross_sync not lower and drift not higher")
        if better
        else (-PAIR_UP_K, PAIR_LOCKED_PI, f"over-locked, with ready {ready:.2f} and R lower")
        if locked
        else (-PAIR_UP_K, -PAIR_UP_K, "no better in R, cross_sync and drift together")
    )
    note = f"ΔK = {dK:+g}, Δπ = {dpi:+g} (published rule): {reason} than in “{other.preset}”."
    return summary.model_copy(update={**base, "dK": dK, "dpi": dpi, "note": note + _caveat(summary)})


def _apart(one: Suggestion, other: Suggestion, name: str) -> float | None:
    """Difference of two means, 0 where it lies inside the spread, None where no spread is known."""
    a, b = one.means[name], other.means[name]
    if a.spread is None or b.spread is None:
        return None
    difference = a.mean - b.mean
    return difference if abs(difference) > math.hypot(a.spread, b.spread) else 0.0
