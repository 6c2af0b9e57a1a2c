"""The window of cluster phases: what it keeps, what it forgets, and the matrices worked out from it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tauscope.engine.errors import BadInput
from tauscope.engine.kuramoto.analysis import signals
from tauscope.engine.kuramoto.analysis.links_tracker import LinksTracker


class Turning:
    """Clusters that turn at fixed rates, the first two locked."""

    def __init__(self, clusters: int = 4) -> None:
        self.config = SimpleNamespace(clusters=clusters)
        self.tick = 0
        self.rates = np.concatenate([[1.0, 1.0], 1.0 + 0.37 * np.arange(1, max(clusters - 1, 1))])[:clusters]

    @property
    def time(self) -> float:
        return 0.25 * self.tick

    def field(self, name: str) -> np.ndarray:
        assert name == "Z"
        lead = np.zeros(len(self.rates))
        lead[1:2] = 0.5
        return np.asarray(0.8 * np.exp(1j * (self.rates * self.time + lead)))


class Place:
    """What a tracker sees of a world."""

    def __init__(self, engine: Turning | None) -> None:
        self.engines: dict[str, Any] = {"kuramoto": engine} if engine else {}
        self.macro_tick = 0

    def engine(self, key: str) -> Any:
        return self.engines[key]

    def go(self, tracker: LinksTracker, ticks: int) -> None:
        end = self.macro_tick + ticks
        while (due := tracker.next_due(self.macro_tick)) is not None and due <= end:
            self.macro_tick = self.engines["kuramoto"].tick = due
            tracker.sample(self)  # type: ignore[arg-type]
        self.macro_tick = end


def started(tracker: LinksTracker, clusters: int = 4) -> Place:
    world = Place(Turning(clusters))
    tracker.start(world)  # type: ignore[arg-type]
    return world


def test_the_window_holds_the_newest_samples() -> None:
    tracker = LinksTracker(samples=50, stride=3)
    world = started(tracker)
    world.go(tracker, 300)
    data = tracker.data()
    assert list(data.ticks) == list(range(153, 301, 3))
    assert data.span == pytest.approx(0.25 * 147)
    assert data.phases.shape == (50, 4)
    assert np.mod(data.phases[:, 0], 2 * np.pi) == pytest.approx(np.mod(data.times, 2 * np.pi))
    with pytest.raises(ValueError):
        data.phases[0, 0] = 1.0


def test_matrices_and_pairs_agree_with_the_measures_of_signals() -> None:
    tracker = LinksTracker(samples=400)
    world = started(tracker)
    world.go(tracker, 500)
    data = tracker.data()
    locking = data.plv()
    assert locking[0, 1] == pytest.approx(1.0)
    assert np.diag(locking) == pytest.approx(np.ones(4))
    assert locking == pytest.approx(locking.T)
    assert locking[0, 3] < 0.1, "they run apart"
    for i, j in ((0, 2), (1, 3)):
        assert locking[i, j] == pytest.approx(signals.plv(data.phases[:, i], data.phases[:, j]).value)
        assert data.ppc()[i, j] == pytest.approx(signals.ppc(data.phases[:, i], data.phases[:, j]).value)
    assert data.cosines()[0, 1] == pytest.approx(np.cos(0.5))
    assert 2 <= data.effective() <= 400
    assert np.all(data.ppc(20.0) <= data.ppc() + 1e-12), "fewer independent samples, less evidence"
    assert np.all(np.isnan(data.ppc(1.0)))
    assert data.relation(0, 1).plv.value == pytest.approx(1.0)
    with pytest.raises(BadInput):
        data.relation(0, 4)


def test_a_world_that_went_back_drops_what_lies_ahead() -> None:
    tracker = LinksTracker(samples=10)
    world = started(tracker)
    world.go(tracker, 25)
    world.macro_tick = world.engines["kuramoto"].tick = 18
    tracker.sample(world)  # type: ignore[arg-type]
    assert list(tracker.data().ticks) == [16, 17, 18], "what was overwritten does not come back"
    world.go(tracker, 2)
    assert list(tracker.data().ticks) == [16, 17, 18, 19, 20]


def test_another_world_and_another_number_of_clusters_begin_anew() -> None:
    tracker = LinksTracker(samples=10)
    started(tracker).go(tracker, 8)
    other = Place(Turning(6))
    other.macro_tick = other.engines["kuramoto"].tick = 40
    tracker.sample(other)  # type: ignore[arg-type]
    assert tracker.data().phases.shape == (1, 6)
    other.engines["kuramoto"] = Turning(3)
    other.macro_tick = 41
    tracker.sample(other)  # type: ignore[arg-type]
    assert tracker.data().phases.shape == (1, 3)


@pytest.mark.parametrize(("clusters", "words"), [(1, "one cluster"), (600, "600 clusters")])
def test_where_there_are_no_pairs_it_says_so_and_costs_nothing(clusters: int, words: str) -> None:
    tracker = LinksTracker()
    started(tracker, clusters)
    data = tracker.data()
    assert words in data.problem
    assert tracker.next_due(0) is None
    assert np.isnan(data.effective())
    with pytest.raises(BadInput, match=words):
        data.plv()


def test_refusals() -> None:
    with pytest.raises(BadInput):
        LinksTracker(samples=1)
    with pytest.raises(BadInput):
        LinksTracker(stride=0)
    with pytest.raises(BadInput, match="empty"):
        LinksTracker().data().plv()
    empty = LinksTracker()
    empty.start(Place(None))  # type: ignore[arg-type]
    assert "no clusters" in empty.data().problem
