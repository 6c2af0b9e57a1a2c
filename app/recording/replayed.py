"""What a recording holds beside its frames: configuration, logs, hashes, states; what a replay needs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np

from tauscope.app.recording import checks, layout
from tauscope.app.recording.lines import lines_of
from tauscope.app.recording.opened import OpenFile, plain_text
from tauscope.engine.events import decode
from tauscope.engine.notices import Noticed


class ReplayFile(OpenFile):
    """The part of a recording under /replay.

    Attributes
    ----------
    config, environment : mapping
        JSON of the run.
    """

    config: Mapping[str, Any]
    environment: Mapping[str, Any]

    def text(self, name: str) -> bytes:
        """A text of /replay, as it stands in the file."""
        with self._damage_refused():
            return bytes(self._file[name][()])

    def digest(self, name: str) -> str:
        """SHA-256 of a text, as it was when it was written; empty in files that keep none."""
        with self._damage_refused():
            return plain_text(self._file[name].attrs.get("sha256", b""))

    @property
    def engines(self) -> Mapping[str, Mapping[str, Any]]:
        """Name, config, seed, device, ratio and reproducibility of each engine, by key."""
        return cast("Mapping[str, Mapping[str, Any]]", self.config["engines"])

    def event_lines(self) -> list[str]:
        """Lines of the event log, in order; whole ones only."""
        with self._damage_refused():
            return self._event_lines()

    def _event_lines(self) -> list[str]:
        return lines_of(self._whole(layout.EVENT_LOG, "u").tobytes(), self._whole(layout.EVENT_END, "i"))

    def notices(self) -> list[Noticed]:
        """What the engines saw and did by themselves, in order; nothing where that was not recorded yet.

        Raises
        ------
        BadInput
            A line that is no notice.
        """
        if "notices" not in self._file[layout.REPLAY]:
            return []
        with self._damage_refused():
            log, ends = self._whole(layout.NOTICE_LOG, "u"), self._whole(layout.NOTICE_END, "i")
            return [Noticed.from_json(line) for line in lines_of(log.tobytes(), ends)]

    def event_chain(self) -> list[bytes]:
        """Running hash after each event."""
        return [bytes(item) for item in self._whole(layout.EVENT_CHAIN, "S")]

    def hashes(self) -> list[tuple[int, int, dict[str, dict[str, str]]]]:
        """State hashes: tick, number of events before it, and hash by engine and array."""
        with self._damage_refused():
            return self._hashes()

    def _hashes(self) -> list[tuple[int, int, dict[str, dict[str, str]]]]:
        ticks, events = self._whole(layout.HASH_TICK, "i"), self._whole(layout.HASH_EVENTS, "i")
        columns = {
            layout.plain_name(key): {
                name: self._whole(f"{layout.HASH_STATE}/{key}/{name}", "S")
                for name in group
                if name != "%all"
            }
            for key, group in checks.group(self.path, self._file, layout.HASH_STATE).items()
        }
        length = min(
            [len(ticks), len(events), *(len(c) for group in columns.values() for c in group.values())]
        )
        return [
            (
                int(ticks[row]),
                int(events[row]),
                {
                    key: {
                        layout.plain_name(name): column[row].decode("ascii") for name, column in group.items()
                    }
                    for key, group in columns.items()
                },
            )
            for row in range(length)
        ]

    def whole_hashes(self) -> list[dict[str, str]]:
        """Hash of the whole state of each engine, row by row of `hashes`; empty where a file keeps none."""
        with self._damage_refused():
            groups = checks.group(self.path, self._file, layout.HASH_STATE)
            found = {
                layout.plain_name(key): self._whole(f"{layout.HASH_STATE}/{key}/%all", "S")
                for key, group in groups.items()
                if "%all" in group
            }
            length = min((len(column) for column in found.values()), default=0)
            return [
                {key: column[row].decode("ascii") for key, column in found.items()} for row in range(length)
            ]

    def initial(self) -> dict[str, dict[str, Any]]:
        """State of each engine at the first frame, as `World.restore` takes it."""
        with self._damage_refused():
            return self._initial()

    def _initial(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key in self.engines:
            base = f"{layout.INITIAL}/{layout.safe_name(key)}"
            scalars = checks.text_json(self.path, self._file, f"{base}/scalars_json")
            arrays = checks.group(self.path, self._file, f"{base}/arrays")
            state = {
                layout.plain_name(name): self._whole(f"{base}/arrays/{name}", "biufc") for name in arrays
            }
            found[key] = {**state, **{name: decode(value) for name, value in scalars.items()}}
        return found

    def checkpoint(self) -> tuple[int, dict[str, dict[str, Any]]] | None:
        """Newest whole checkpoint: tick and state of each engine; None if there is none."""
        return next(self.checkpoints(), None)

    def checkpoints(self) -> Iterator[tuple[int, dict[str, dict[str, Any]]]]:
        """Whole checkpoints, the newest first."""
        with self._damage_refused():
            ticks, sizes = self._whole(layout.CHECKPOINT_TICK, "i"), self._whole(layout.CHECKPOINT_SIZE, "i")
            slots = [int(slot) for slot in np.argsort(-ticks, kind="stable") if ticks[slot] >= 0]
        for slot in slots:
            with self._damage_refused():
                blob = self._whole(f"{layout.CHECKPOINTS}/{slot}", "u")[: int(sizes[slot])].tobytes()
                found = _unpacked(blob)
            yield int(ticks[slot]), found

    def session(self) -> Any:
        """JSON of a session file beside its state; None in a plain recording."""
        if "session" not in self._file:
            return None
        with self._damage_refused():
            return checks.text_json(self.path, self._file, layout.SESSION)

    def statements(self) -> Mapping[str, Any]:
        """What was said beside the numbers when the file was laid out; see `statements`.

        Raises
        ------
        BadInput
            An older file, or one that has lost it.
        """
        with self._damage_refused():
            return cast("Mapping[str, Any]", checks.text_json(self.path, self._file, layout.STATEMENTS))

    @property
    def raw(self) -> Any:
        """The HDF5 file itself, for who looks at all of it on the thread that opened it."""
        return self._file

    def source(self) -> dict[str, str]:
        """Text of the engine modules that ran, by module name."""
        with self._damage_refused():
            return cast("dict[str, str]", json.loads(self._whole(layout.SOURCE, "u").tobytes()))


def _unpacked(blob: bytes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    with np.load(io.BytesIO(blob), allow_pickle=False) as entries:
        rest = json.loads(entries["scalars_json"].tobytes())
        for name in entries.files:
            if name != "scalars_json":
                key, _, array = name.partition("/")
                found.setdefault(key, {})[array] = entries[name]
    for key, scalars in rest.items():
        found.setdefault(key, {}).update({name: decode(value) for name, value in scalars.items()})
    return found
