"""What a scan for synthetic atoms came to, in words: counts, tau and its spread, and what must be known."""

from __future__ import annotations

from dataclasses import dataclass

from tauscope.engine.atomx.records import SPREAD
from tauscope.engine.atomx.region import Region, scaled_interval, spread_of_mean
from tauscope.engine.atomx.scan import Scan, sentence
from tauscope.widgets.amounts import measured

EMPTY_REFERENCE = (
    "By the document's own rules nothing exists in this range: kinetic energy outweighs the potential in "
    "every voxel. The document calls such a region maintained, its catalogue's word for what needs controls."
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Interval of the mean of tau over the region, ua."""

    low: float
    high: float


def spread(scan: Scan, region: Region) -> Spread:
    """Interval of the mean of tau: a bootstrap in the physical mode, the document's shares in its own."""
    if scan.config.mode == "reference":
        return Spread(*scaled_interval(region.mean))
    values = region.tau[region.passed]
    return Spread(*spread_of_mean(values, scan.config.resamples, scan.config.seed))


def reading(scan: Scan, region: Region, spread: Spread | None) -> tuple[str, str]:
    """A sentence, and all that must be known beside it."""
    valid, whole = int(scan.levels.valid.sum()), scan.levels.valid.size
    said = [sentence(valid, region.count, whole)]
    more: list[str] = []
    if region.count:
        tau = f"τ {measured(region.mean, 'ua', 4)}"
        if spread is not None:
            tau += f", {measured(spread.low, '', 4)} to {measured(spread.high, '', 4)}"
            tau += f" ({SPREAD[scan.config.mode]})"
        more.append(f"{tau}.")
        if scan.config.mode == "physical":
            times = region.tau_phys[region.passed] * 1e12
            low, high = measured(float(times.min()), "", 3), measured(float(times.max()), "ps", 3)
            more.append(f"ħ / split, the one real time: {low} to {high}.")
        word = "maintained" if scan.config.bc_anchor else "natural"
        more.append(f"The catalogue's word: {word}.")
    elif scan.config.mode == "reference" and not valid:
        more.append(EMPTY_REFERENCE)
    more += scan.levels.notes
    return said[0], " ".join(more)
