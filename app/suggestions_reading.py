"""Reading a log in sentences: the sim stack's three heuristics, and whether a change made a run better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tauscope.app.suggestions_model import Mean, Suggestion
from tauscope.app.suggestions_statistics import LEAST_SEEDS, interval
from tauscope.engine.kuramoto.laws import LOCKED_DRIFT, LOCKED_R, LOCKED_READY, READY_R, READY_X

CLASSIC_READY = 0.7
"""The published bound of over-locking, for the published readiness."""
COERCION_FREE = "resonance without coercion."
RISE = 0.05
"""Rise of R_total or cross_sync that counts as one."""

COMPARED = ("R_total", "cross_sync", "drift", "ready")
DRIFTS = ("drift", "drift_mean")


def readings(
    head: Mapping[str, float],
    tail: Mapping[str, float],
    offer_two_paths: bool | None,
    *,
    spreads: Mapping[str, float] | None = None,
    classic: bool = False,
) -> tuple[str, ...]:
    """The document's reading heuristics that hold, as sentences with their numbers.

    Sim stack, "Reading the hum": R_total↑ + cross_sync↑ + drift modest; R_total↑ + drift near zero + ready
    high; ready high but choice_score 0. The bounds are ours, for the document gives none: ↑ is a rise since
    the start of the run by 0.05 or more, to where readiness begins, or a value above 0.9; drift is modest
    from 0.004 rad a step to what it was at the start; ready is high above 0.8 (classic: 0.7, the published
    bound of over-locking). Over-locking takes an R_total above 0.9, where the Return Spiral asks for less K:
    below, it may ask for more in the same breath. A reading that its spread would undo is not given.

    Parameters
    ----------
    head, tail : mapping of str to float
        Means of the columns at the start of the run and at its end; missing ones are left out.
    offer_two_paths : bool or None
        As configured, None if not known.
    spreads : mapping of str to float, optional
        Half the 95 % intervals of the means at the end; what is missing counts as exact, as the present
        numbers of a run are.
    classic : bool
        Whether the columns are those of the published definitions.
    """
    known = spreads or {}
    R, X = tail.get("R_total", math.nan), tail.get("cross_sync", math.nan)
    drift, ready = tail.get("drift", math.nan), tail.get("ready", math.nan)
    least = {name: value - known.get(name, 0.0) for name, value in tail.items()}
    R_up = _is_up(least.get("R_total", math.nan), head.get("R_total", math.nan), READY_R[0])
    X_up = _is_up(least.get("cross_sync", math.nan), head.get("cross_sync", math.nan), READY_X[0])
    moves = least.get("drift", math.nan) >= LOCKED_DRIFT
    found = []
    if R_up and X_up and moves and is_modest(drift, head.get("drift", math.nan)):
        found.append(
            f"R_total {R:.2f} and cross_sync {X:.2f} are up and drift {drift:.3g} is modest: {COERCION_FREE}"
        )
    if is_locked(tail, known, classic=classic):
        found.append(
            f"R_total {R:.2f} is up, drift {drift:.2g} is near zero and ready {ready:.2f} is high: "
            "risk of over-locking; consider lowering K or π."
        )
    score = tail.get("choice_score")
    high = least.get("ready", math.nan) > (CLASSIC_READY if classic else LOCKED_READY)
    if high and (score == 0 or offer_two_paths is False):
        scored = "choice_score is 0" if score == 0 else "no two paths are offered"
        remedy = "" if offer_two_paths else "; set offer_two_paths"
        found.append(
            f"ready {ready:.2f} is high but {scored}: the structure lacks reversible options{remedy}."
        )
    return tuple(found)


def is_locked(
    means: Mapping[str, float], spreads: Mapping[str, float], *, classic: bool = False
) -> bool | None:
    """Whether phases are locked too tightly, by the bounds of the Return Spiral; None inside the spread.

    Parameters
    ----------
    means : mapping of str to float
        R_total, drift (rad a step) and ready; without one of them nothing is locked.
    spreads : mapping of str to float
        Half the 95 % intervals of them; what is missing counts as exact.
    classic : bool
        Whether the columns are those of the published definitions.
    """
    beyond = {
        "R_total": means.get("R_total", math.nan) - LOCKED_R,
        "drift": LOCKED_DRIFT - means.get("drift", math.nan),
        "ready": means.get("ready", math.nan) - (CLASSIC_READY if classic else LOCKED_READY),
    }
    if all(margin > spreads.get(name, 0.0) for name, margin in beyond.items()):
        return True
    possible = all(margin > -spreads.get(name, 0.0) for name, margin in beyond.items())
    return None if possible else False


def _is_up(now: float, before: float, least: float) -> bool:
    return now > LOCKED_R or (now - before >= RISE and now >= least)


def is_modest(drift: float, before: float, spread: float = 0.0) -> bool:
    """Whether a drift is neither near zero nor above what it was, in rad a step; NaN is not."""
    return drift >= LOCKED_DRIFT and _is_no_higher(drift, before, spread)


def _is_no_higher(drift: float, before: float, spread: float) -> bool:
    return drift <= before + max(spread, 0.05 * abs(before))


@dataclass(frozen=True, slots=True)
class Change:
    """A column before and after, and the difference with half its 95 % interval."""

    column: str
    before: Mean
    after: Mean
    difference: Mean

    @property
    def rose(self) -> bool | None:
        """True or False where the difference is larger than its spread, else None."""
        spread = self.difference.spread
        if spread is None or abs(self.difference.mean) <= spread or self.difference.mean == 0.0:
            return None
        return self.difference.mean > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A set-up before and after a change.

    Parameters
    ----------
    preset : str
        Preset that both ran.
    K, permeability : (float or None, float or None)
        Before and after.
    changes : tuple of Change
        R_total, cross_sync, drift and ready, as far as both logs have them.
    paired : bool
        Whether the same seeds ran before and after, and the differences are those of each seed.
    verdict : str
        Sentence.
    better : bool or None
        Whether R_total rose with modest drift; None where the spread does not tell.
    """

    preset: str
    K: tuple[float | None, float | None]
    permeability: tuple[float | None, float | None]
    changes: tuple[Change, ...]
    paired: bool
    verdict: str
    better: bool | None


def compare(before: Suggestion, after: Suggestion) -> Comparison:
    """What became of a set-up: table and verdict.

    Where at least five seeds ran in both, each is compared with itself: a sampled set of natural frequencies
    is better or worse than another by more than most changes of K.
    """
    paired = _seeds(before) & _seeds(after)
    both = len(paired) >= LEAST_SEEDS
    changes = tuple(
        Change(
            name,
            before.means[name],
            after.means[name],
            _difference(name, before, after, paired if both else set()),
        )
        for name in COMPARED
        if name in before.means and name in after.means
    )
    better, verdict = _verdict({c.column: c for c in changes}, before, after)
    return Comparison(
        after.preset,
        (before.K, after.K),
        (before.permeability, after.permeability),
        changes,
        both,
        verdict,
        better,
    )


def shown(mean: Mean, column: str, signed: bool = False, compact: bool = False) -> str:
    """A mean and its spread as text; a difference with its sign."""
    spread = "" if mean.spread is None else f" ± {_digits(mean.spread, column, compact, least=True)}"
    return f"{_digits(mean.mean, column, compact, signed)}{spread}"


def _digits(value: float, column: str, compact: bool, signed: bool = False, least: bool = False) -> str:
    """Number with three decimals; by powers of ten where it is a drift, or would read as 0 and is not."""
    sign = "+" if signed else ""
    small = value != 0.0 and abs(value) < 0.0005
    if column not in DRIFTS and not small:
        return f"{value:{sign}.3f}"
    digits = (1 if compact else 2) if least else (2 if compact or column not in DRIFTS else 3)
    return f"{value:{sign}.{digits}g}"


def _seeds(suggestion: Suggestion) -> set[int]:
    if suggestion.basis != "seeds":
        return set()
    return {sample.seed for sample in suggestion.samples if sample.seed is not None}


def _difference(name: str, before: Suggestion, after: Suggestion, paired: set[int]) -> Mean:
    if paired:
        old, new = ({s.seed: s.means.get(name, math.nan) for s in x.samples} for x in (before, after))
        return interval([new[seed] - old[seed] for seed in sorted(paired)])
    old_mean, new_mean = before.means[name], after.means[name]
    spread = None
    if old_mean.spread is not None and new_mean.spread is not None:
        spread = math.hypot(old_mean.spread, new_mean.spread)
    return Mean(mean=new_mean.mean - old_mean.mean, spread=spread)


def _verdict(changes: Mapping[str, Change], before: Suggestion, after: Suggestion) -> tuple[bool | None, str]:
    if before.metrics != after.metrics:
        return None, "The two were logged with different metric sets, so they cannot be compared."
    if "R_total" not in changes:
        return None, "R_total is missing in one of the logs, so nothing can be said."
    R, drift = changes["R_total"], changes.get("drift")
    if R.difference.mean == 0.0 and R.difference.spread == 0.0:
        return None, "R_total is what it was, to the last digit."
    if R.rose is None:
        spread = "unknown" if R.difference.spread is None else f"{R.difference.spread:.3f}"
        return None, (
            f"R_total changed by {R.difference.mean:+.3f}, inside its spread ({spread}): neither better nor "
            "worse; more seeds or a longer run would tell."
        )
    moved = f"R_total {'rose' if R.rose else 'fell'} from {R.before.mean:.3f} to {R.after.mean:.3f}"
    if not R.rose:
        return False, f"{moved}{_freed(drift, before)}."
    if drift is None:
        return None, f"{moved}; the drift was not logged, so whether it is modest is not known."
    near_zero = drift.after.mean < LOCKED_DRIFT
    locked = near_zero and _locked(after)
    if locked and not (after.dK > 0 or after.dpi > 0):
        return False, (
            f"{moved}, but drift is near zero ({drift.after.mean:.2g}): clamped rather than resonant; "
            "consider a smaller step."
        )
    if locked:  # the published pair rule knows no such bound
        return None, (
            f"{moved} with drift near zero ({drift.after.mean:.2g}): by the document's reading that risks "
            "over-locking, though the published rule asks for more."
        )
    if locked is None:
        return None, (
            f"{moved} with drift near zero ({drift.after.mean:.2g}); whether it is clamped lies inside the "
            "spread of R_total, drift and ready: more seeds or a longer run would tell."
        )
    if not _is_no_higher(drift.after.mean, drift.before.mean, drift.difference.spread or 0.0):
        return False, f"{moved}, but drift rose too, from {drift.before.mean:.3g} to {drift.after.mean:.3g}."
    if near_zero:
        return True, (
            f"{moved}; drift is near zero ({drift.after.mean:.2g} rad a step), but R_total and ready are not "
            "both so high that anything would be clamped: better."
        )
    return True, f"{moved} with modest drift ({drift.after.mean:.3g} rad a step): better."


def _freed(drift: Change | None, before: Suggestion) -> str:
    """What to say of the drift where R_total fell."""
    if drift is None or drift.before.mean >= LOCKED_DRIFT:
        return ""
    if drift.after.mean < LOCKED_DRIFT:
        return f"; drift is still near zero ({drift.after.mean:.2g})"
    return " while drift came up from near zero" + (": the lock is looser" if _locked(before) else "")


def _locked(summary: Suggestion) -> bool | None:
    return is_locked(
        {name: mean.mean for name, mean in summary.means.items()},
        spreads_of(summary.means),
        classic=summary.metrics == "classic",
    )


def spreads_of(means: Mapping[str, Mean]) -> dict[str, float]:
    """Spreads that are known, by column."""
    return {name: mean.spread for name, mean in means.items() if mean.spread is not None}
