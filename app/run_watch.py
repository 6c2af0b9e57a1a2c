"""What the engines of a run without a window see and do: kept, told as it comes, and written to scram.log."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tauscope.app.scram_log import ScramLog
from tauscope.engine.notices import Noticed, Watch, at_the_start
from tauscope.engine.trackers import Tracker
from tauscope.engine.world import World


class RunWatch:
    """Looks at a world between ticks.

    Parameters
    ----------
    world : World
        What runs; what its engines saw before is not told, but for what they say of its set-up.
    trackers : sequence of Tracker
        Those with a method ``look``, as a recorder, are let look as well.
    tell : callable, optional
        Told of each event.

    Attributes
    ----------
    found : list of Noticed
        All that was seen, oldest first.
    notes : list of str
        What to say at the end, as that the log could not be written.
    """

    def __init__(
        self, world: World, trackers: Sequence[Tracker], tell: Callable[[Noticed], None] | None
    ) -> None:
        self.found: list[Noticed] = []
        self.notes: list[str] = []
        self._tell = tell
        self._others: list[Callable[[World], object]] = [t.look for t in trackers if hasattr(t, "look")]
        self._log = ScramLog()
        self._watch = Watch()
        self._watch.begin(world)
        self._take(at_the_start(world))

    def look(self, world: World) -> None:
        """Take what is new."""
        for look in self._others:
            look(world)
        news = self._watch.look(world)
        if news.missed:
            self.notes.append(f"{news.missed} events came too fast and are not listed.")
        self._take(news.new)

    def _take(self, new: Sequence[Noticed]) -> None:
        if not new:
            return
        self.found += new
        if self._tell is not None:
            for item in new:
                self._tell(item)
        if refused := self._log.write(new):
            self.notes.append(refused)
