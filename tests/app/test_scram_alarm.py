"""What the banner of SCRAM says, from the events and from where the policy stands."""

from __future__ import annotations

import math

import pytest

from tauscope.app.scram_alarm import alarm_of, live_of
from tauscope.engine.notices import Notice
from tauscope.engine.ufie.scram import ACKNOWLEDGED, ScramStatus


def event(number: int, level: str, attempt: int = 0, reason: str = "") -> Notice:
    return Notice(
        number, 20 * number, 0.005 * number, level, attempt, reason or f"{level} {number}.", "Done."
    )


SOFT, FIRST, SECOND = event(1, "soft"), event(2, "hard", 1), event(3, "hard", 2)
STOP, SEEN, BACK = event(4, "stop", 4), event(5, "note", reason=ACKNOWLEDGED), event(6, "recovered")


@pytest.mark.parametrize(
    ("events", "level", "title"),
    [
        ([], 0, None),
        ([SOFT], 0, None),
        ([SOFT], 1, "SCRAM: a warning"),
        ([SOFT, FIRST], 2, "SCRAM: attempt 1 of 3"),
        ([FIRST, SECOND], 2, "SCRAM: attempt 2 of 3"),
        ([FIRST, event(9, "soft")], 2, "SCRAM: attempt 1 of 3"),
        ([FIRST, SECOND, STOP], 3, "SCRAM has stopped the run after 3 attempts"),
        ([FIRST, SEEN], 2, None),
        ([FIRST, SEEN, event(7, "hard", 1)], 2, "SCRAM: attempt 1 of 3"),
        ([SOFT, SEEN], 1, None),
        ([FIRST, BACK], 0, None),
        ([event(3, "note", reason="More bricks would grow.")], 0, None),
    ],
)
def test_the_worst_that_is_not_acknowledged_is_said(events, level, title) -> None:
    found = alarm_of(events, ScramStatus(level))
    assert (found.title if found else None) == title


def test_only_a_stop_is_red_and_offers_to_go_back() -> None:
    hard, stop = alarm_of([FIRST], ScramStatus(2)), alarm_of([STOP], ScramStatus(3))
    assert hard is not None and stop is not None
    assert (hard.level, hard.can_go_back) == ("warning", False)
    assert (stop.level, stop.can_go_back) == ("error", True)
    assert hard.happened == "At step 40, 0.01 s: hard 2."
    assert hard.done == "Done."


def test_a_flat_metric_stays_until_it_is_acknowledged() -> None:
    found = alarm_of([event(3, "hard", 3)], ScramStatus(2, 3, 1.0, 2.5e-4, flat=True))
    assert found is not None
    assert "flat until you acknowledge" in found.done


def test_the_line_counts_down_to_the_whole_drive() -> None:
    status = ScramStatus(2, 1, 0.5, 1.25e-4, back_at=10.0)
    assert live_of(status, 6.8) == "drive 50 %  ·  step 0.125 ms  ·  all of it back in 3.2 s"
    assert live_of(status, 11.0).endswith("back in 0.0 s")
    assert live_of(ScramStatus(3, 4, 0.25, 1.25e-4), 1.0).endswith("stopped")
    assert live_of(ScramStatus(2, 0, 1.0, 2.5e-4, True, math.nan), 1.0) == "drive 100 %  ·  step 0.25 ms"
    assert live_of(ScramStatus(1), 1.0) == ""
