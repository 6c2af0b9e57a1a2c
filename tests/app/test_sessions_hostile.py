"""Sessions of every engine go on bit for bit; what was cut, changed or made to harm is refused."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from tauscope.app import session
from tauscope.app.document import content_of
from tauscope.app.recording import layout
from tauscope.engine.base import hash_state
from tauscope.engine.errors import BadInput
from tauscope.engine.world import World
from tests.app.test_exports_of_engines import ENGINES

TICKS = 3
PATTERNS = [{"kind": "ray", "x": 5.0, "y": 6.0, "velocity": [1.0, 0.0]}]

Saved = Callable[[str], tuple[Path, World]]


def hashes(world: World) -> dict[str, dict[str, str]]:
    """Of every engine."""
    return {key: hash_state(engine.state()) for key, engine in world.engines.items()}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Session of an engine after a few ticks, made once, and its world."""
    made: dict[str, tuple[Path, World]] = {}

    def of(name: str) -> tuple[Path, World]:
        if name not in made:
            engine, config, _fields = ENGINES[name]
            config = {**config, "patterns": PATTERNS} if engine == "gravity" else config
            content = content_of(engine, config, seed=4, title=name)
            world = World.single(engine, config, seed=4)
            world.advance(TICKS)
            path = tmp_path_factory.mktemp(name) / f"run{session.SUFFIX}"
            session.save(path, content, session.Moment.of(world), origin=session.Origin.of(content))
            made[name] = path, world
        return made[name]

    return of


@pytest.mark.parametrize("name", ENGINES)
def test_a_session_of_every_engine_goes_on_bit_for_bit(saved: Saved, name: str) -> None:
    path, world = saved(name)
    content, again = session.open_run(path)
    assert content.tick == again.macro_tick == TICKS
    assert hashes(again) == hashes(world)
    through = World.single(*ENGINES[name][:1], again.engine(again.main).config.dump(), seed=4)
    through.advance(2 * TICKS)
    again.advance(TICKS)
    assert hashes(again) == hashes(through)


@pytest.mark.parametrize(
    ("name", "first", "count"),
    [
        ("charge", 0, 3),
        *[pytest.param(name, k, 25, marks=pytest.mark.slow) for name in ENGINES for k in range(0, 100, 25)],
    ],
)
def test_a_flipped_bit_is_refused_or_changes_nothing(
    saved: Saved, tmp_path: Path, name: str, first: int, count: int
) -> None:
    """A hundred of each engine, in parts that a busy machine does within the fault handler's patience."""
    path, world = saved(name)
    whole, places, part = path.read_bytes(), random.Random(name), tmp_path / path.name
    right, document = hashes(world), session.dump_content(session.load(path).content)
    refusals: list[str] = []
    flips = [(places.randrange(len(whole)), 1 << places.randrange(8)) for _ in range(first + count)]
    for place, bit in flips[first:]:
        part.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        try:
            found, again = session.open_run(part)
        except BadInput as error:
            refusals.append(str(error))
            continue
        assert (found.tick, hashes(again)) == (TICKS, right), f"bit {bit} of byte {place} passed unseen"
        assert session.dump_content(found.content) == document, f"bit {bit} of byte {place} passed unseen"
    assert all(part.name in text and text.endswith(".") for text in refusals), refusals


@pytest.mark.parametrize("name", ENGINES)
def test_a_cut_session_is_refused(saved: Saved, tmp_path: Path, name: str) -> None:
    path, _world = saved(name)
    whole, lengths, part = path.read_bytes(), random.Random(name), tmp_path / path.name
    for length in (0, 8, len(whole) - 1, *(lengths.randrange(len(whole)) for _ in range(5))):
        part.write_bytes(whole[:length])
        with pytest.raises(BadInput, match=part.stem):
            session.open_run(part)


def _outside(file: h5py.File, secret: Path) -> None:
    del file[layout.SESSION]
    file[layout.SESSION] = h5py.ExternalLink(str(secret), "/secret")


def _elsewhere(file: h5py.File, secret: Path) -> None:
    del file[layout.SESSION]
    size = secret.stat().st_size
    file.create_dataset(layout.SESSION, (size,), np.uint8, external=[(str(secret), 0, size)])


def _huge(file: h5py.File, _secret: Path) -> None:
    del file[layout.SESSION]
    file.create_dataset(layout.SESSION, (1 << 40,), np.uint8, chunks=(1 << 20,))


def _not_json(file: h5py.File, _secret: Path) -> None:
    del file[layout.SESSION]
    file.create_dataset(layout.SESSION, data=np.frombuffer(b"[" * 100_000, np.uint8))


@pytest.mark.parametrize("change", [_outside, _elsewhere, _huge, _not_json])
def test_a_hostile_session_is_refused_and_shows_nothing(
    saved: Saved, tmp_path: Path, change: Callable[[h5py.File, Path], None]
) -> None:
    path, _world = saved("gravity")
    part, secret = tmp_path / path.name, tmp_path / "secret.h5"
    shutil.copy(path, part)
    with h5py.File(secret, "w") as other:
        other["secret"] = np.frombuffer(b"mother's maiden name", np.uint8)
    with h5py.File(part, "r+") as file:
        change(file, secret)
    with pytest.raises(BadInput, match=part.stem) as caught:
        session.open_run(part)
    assert "maiden" not in str(caught.value)


def test_damage_is_told_in_our_words_and_the_log_has_those_of_the_library(
    saved: Saved, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, _world = saved("gravity")
    whole, part = path.read_bytes(), tmp_path / path.name
    headers = [match.start() for match in re.finditer(b"OHDR", whole)]
    texts = []
    for place in headers[1 : len(headers) // 2 : len(headers) // 8]:
        part.write_bytes(whole[: place + 12] + bytes([whole[place + 12] ^ 4]) + whole[place + 13 :])
        with pytest.raises(BadInput, match="cannot be read") as caught:
            session.open_run(part)
        texts.append(str(caught.value))
    assert len(texts) > 3
    assert not [text for text in texts if re.search(r"[a-z]Error|\(|nable to|HDF", text)]
    assert "nable to" in caplog.text
