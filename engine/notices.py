"""What engines see and do by themselves, as the roll-backs of the wave, and who has been told of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tauscope.engine.errors import BadInput

if TYPE_CHECKING:
    from tauscope.engine.world import World


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that an engine saw or did by itself; it is part of the engine's state.

    Parameters
    ----------
    number : int
        Running number, from 0.
    tick : int
        Tick of the engine at which it was seen.
    time : float
        Time of the engine.
    level : str
        How bad it is, in the engine's own words.
    attempt : int
        Attempts at going on, this one included; 0 for what is none.
    reason, action : str
        What happened, with site and numbers, and what was done, as sentences.
    """

    number: int
    tick: int
    time: float
    level: str
    attempt: int
    reason: str
    action: str = ""

    @property
    def sentence(self) -> str:
        """What happened and what was done."""
        return f"{self.reason} {self.action}".strip()

    @property
    def line(self) -> str:
        """Line of a log, to be put behind date and time."""
        return f"Attempt {self.attempt} | {self.sentence}"


@dataclass(frozen=True, slots=True)
class Noticed:
    """A notice, and the key of its engine in the world."""

    engine: str
    notice: Notice

    def entry(self) -> dict[str, Any]:
        """JSON object of it."""
        return {"engine": self.engine, **asdict(self.notice)}

    def to_json(self) -> str:
        """One JSON line."""
        return json.dumps(self.entry(), sort_keys=True)

    @classmethod
    def from_json(cls, line: str) -> Noticed:
        """What `to_json` gave.

        Raises
        ------
        BadInput
            If the line is no notice.
        """
        try:
            data: Mapping[str, Any] = json.loads(line)
            return cls(
                str(data["engine"]),
                Notice(
                    int(data["number"]),
                    int(data["tick"]),
                    float(data["time"]),
                    str(data["level"]),
                    int(data["attempt"]),
                    str(data["reason"]),
                    str(data["action"]),
                ),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(
                f"A notice of an engine cannot be read ({error}).", key="notices", value=line[:80]
            ) from None


@dataclass(slots=True)
class News:
    """What `Watch.look` found.

    Parameters
    ----------
    new : list of Noticed
        Notices that were not told before, in order.
    missed : int
        Notices between those told before and these that the engines have forgotten meanwhile.
    rewound : bool
        Whether a restore took back notices that were told.
    """

    new: list[Noticed] = field(default_factory=list)
    missed: int = 0
    rewound: bool = False

    def __bool__(self) -> bool:
        return bool(self.new) or self.rewound or self.missed > 0


def at_the_start(world: World) -> list[Noticed]:
    """What the engines of a world say of their set-up, which stands before its first tick; else nothing."""
    if world.macro_tick:
        return []
    return [
        Noticed(key, notice)
        for key, engine in world.engines.items()
        for notice in engine.events()
        if notice.tick == engine.tick
    ]


class Watch:
    """Finds each notice of a world's engines once; to be asked where the world advances.

    A restore may take notices back: what happens then is told again, with the same numbers. What the engines
    of another world have seen before it was put in place is not news.
    """

    def __init__(self) -> None:
        self._world: World | None = None
        self._known: dict[str, tuple[Notice, ...]] = {}

    def look(self, world: World) -> News:
        """What is new since the last look."""
        news = News()
        if world is not self._world:
            self.begin(world)
            return news
        for key, engine in world.engines.items():
            present, known = engine.events(), self._known[key]
            if present != known:
                self._known[key] = present
                _compare(key, known, present, news)
        return news

    def begin(self, world: World) -> None:
        """Take what a world's engines have seen as told."""
        self._world = world
        self._known = {key: engine.events() for key, engine in world.engines.items()}


def _compare(key: str, known: tuple[Notice, ...], present: tuple[Notice, ...], news: News) -> None:
    before = {notice.number: notice for notice in known}
    kept = [notice.number for notice in present if before.get(notice.number) == notice]
    last_known = known[-1].number if known else -1
    first = present[0].number if present else 0
    fallen_out = not kept and first > last_known
    reached = last_known if fallen_out else max(kept, default=-1)
    oldest = known[0].number if known else 0
    new = [notice for notice in present if notice.number > reached and notice.number >= oldest]
    news.rewound |= reached < last_known
    if new and not news.rewound:
        news.missed += new[0].number - reached - 1
    news.new += [Noticed(key, notice) for notice in new]
